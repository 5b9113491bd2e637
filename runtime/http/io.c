/* Bytes to and from a socket, plain or through TLS, never blocking. */
#include "runtime/http/io.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

bool wr_io_open(struct wr_io *io, int fd, struct ssl_ctx_st *tls)
{
    *io = (struct wr_io){.fd = fd, .shaken = !tls};
    if (!tls)
        return true;
    io->ssl = SSL_new(tls);
    if (!io->ssl || SSL_set_fd(io->ssl, fd) != 1) {
        wr_io_close(io);
        return false;
    }
    SSL_set_accept_state(io->ssl);
    return true;
}

/* What OpenSSL's answer means; its error queue is left empty. */
static ssize_t tls_result(struct wr_io *io, int result)
{
    int why = SSL_get_error(io->ssl, result);
    ERR_clear_error();
    switch (why) {
    case SSL_ERROR_WANT_READ:
        return WR_IO_AGAIN;
    case SSL_ERROR_WANT_WRITE:
        io->wants_write = true;
        return WR_IO_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return WR_IO_FAILED;
    }
}

int wr_io_shake(struct wr_io *io)
{
    if (io->shaken)
        return 1;
    io->wants_write = false;
    int done = SSL_do_handshake(io->ssl);
    if (done != 1)
        return tls_result(io, done) == WR_IO_AGAIN ? WR_IO_AGAIN : WR_IO_FAILED;
    io->shaken = true;
    return 1;
}

static ssize_t tls_read(struct wr_io *io, char *to, size_t room)
{
    int got = SSL_read(io->ssl, to, room > INT_MAX ? INT_MAX : (int)room);
    return got > 0 ? got : tls_result(io, got);
}

ssize_t wr_io_read(struct wr_io *io, char *to, size_t room)
{
    if (io->fd < 0)
        return WR_IO_FAILED;
    if (io->ssl)
        return tls_read(io, to, room);
    for (;;) {
        ssize_t got = recv(io->fd, to, room, 0);
        if (got >= 0)
            return got;
        if (errno != EINTR)
            return errno == EAGAIN || errno == EWOULDBLOCK ? WR_IO_AGAIN : WR_IO_FAILED;
    }
}

static ssize_t tls_write(struct wr_io *io, const struct iovec *parts, int count)
{
    ssize_t total = 0;
    for (int i = 0; i < count; i++) {
        const char *from = parts[i].iov_base;
        size_t left = parts[i].iov_len;
        while (left > 0) {
            int put = SSL_write(io->ssl, from, left > INT_MAX ? INT_MAX : (int)left);
            if (put <= 0) {
                ssize_t result = tls_result(io, put);
                if (result == 0)
                    result = WR_IO_FAILED;
                return total > 0 && result == WR_IO_AGAIN ? total : result;
            }
            total += put;
            from += put;
            left -= (size_t)put;
        }
    }
    return total;
}

ssize_t wr_io_write(struct wr_io *io, const struct iovec *parts, int count)
{
    if (io->fd < 0)
        return WR_IO_FAILED;
    if (io->ssl)
        return tls_write(io, parts, count);
    struct msghdr message = {.msg_iov = (struct iovec *)(size_t)parts, .msg_iovlen = (size_t)count};
    for (;;) {
        ssize_t put = sendmsg(io->fd, &message, MSG_NOSIGNAL);
        if (put >= 0)
            return put;
        if (errno != EINTR)
            return errno == EAGAIN || errno == EWOULDBLOCK ? WR_IO_AGAIN : WR_IO_FAILED;
    }
}

void wr_io_finish(struct wr_io *io)
{
    if (io->fd < 0)
        return;
    if (io->ssl && io->shaken) {
        SSL_shutdown(io->ssl);
        ERR_clear_error();
    }
    shutdown(io->fd, SHUT_WR);
}

void wr_io_close(struct wr_io *io)
{
    if (io->ssl)
        SSL_free(io->ssl);
    io->ssl = NULL;
    if (io->fd >= 0)
        close(io->fd);
    io->fd = -1;
}

bool wr_io_pending(const struct wr_io *io)
{
    return io->ssl && SSL_pending(io->ssl) > 0;
}

static bool tls_files(SSL_CTX *tls, const char *cert_file, const char *key_file, char *error,
                      size_t error_size)
{
    const char *what = NULL, *file = NULL;
    if (SSL_CTX_use_certificate_chain_file(tls, cert_file) != 1) {
        what = "the certificate cannot be read from";
        file = cert_file;
    } else if (SSL_CTX_use_PrivateKey_file(tls, key_file, SSL_FILETYPE_PEM) != 1) {
        what = "the private key cannot be used from";
        file = key_file;
    } else if (SSL_CTX_check_private_key(tls) != 1) {
        what = "the certificate does not belong to the private key in";
        file = key_file;
    }
    if (!what)
        return true;
    char why[256] = "";
    unsigned long code = ERR_get_error();
    if (code)
        ERR_error_string_n(code, why, sizeof why);
    snprintf(error, error_size, "TLS: %s %s: %s", what, file, why);
    ERR_clear_error();
    return false;
}

/* HTTP/1.1 is all that is spoken: a client that offers only other protocols is refused. */
static int pick_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                     const unsigned char *in, unsigned int in_len, void *arg)
{
    (void)ssl, (void)arg;
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *found;
    if (SSL_select_next_proto(&found, out_len, ours, sizeof ours - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

struct ssl_ctx_st *wr_tls_server(const char *cert_file, const char *key_file, char *error,
                                 size_t error_size)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (!tls) {
        snprintf(error, error_size, "TLS: OpenSSL has no memory");
        return NULL;
    }
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(tls, pick_alpn, NULL);
    if (!tls_files(tls, cert_file, key_file, error, error_size)) {
        SSL_CTX_free(tls);
        return NULL;
    }
    return tls;
}

void wr_tls_free(struct ssl_ctx_st *tls)
{
    SSL_CTX_free(tls);
}
