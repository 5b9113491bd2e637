/* Bytes to and from a socket, plain or through TLS, never blocking. */
#ifndef WR_HTTP_IO_H
#define WR_HTTP_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct ssl_st;
struct ssl_ctx_st;

struct wr_io {
    int fd;             /* -1: closed */
    struct ssl_st *ssl; /* NULL: plain */
    bool shaken;        /* the TLS handshake is done; true when plain */
    bool wants_write;   /* the last AGAIN waits for room, not for bytes (handshake) */
};

#define WR_IO_AGAIN (-1)
#define WR_IO_FAILED (-2) /* the peer is lost; close */

/* Takes the descriptor. False: it cannot (and `fd` is closed). `tls` NULL: plain. */
bool wr_io_open(struct wr_io *io, int fd, struct ssl_ctx_st *tls);
/* Goes on with the TLS handshake: 1 when it is done, AGAIN or FAILED. */
int wr_io_shake(struct wr_io *io);
/* Bytes read; 0: the peer will send no more; or AGAIN or FAILED. */
ssize_t wr_io_read(struct wr_io *io, char *to, size_t room);
/* Bytes written (perhaps not all), AGAIN or FAILED. */
ssize_t wr_io_write(struct wr_io *io, const struct iovec *parts, int count);
/* Says that no more will be sent, where that can be said. */
void wr_io_finish(struct wr_io *io);
void wr_io_close(struct wr_io *io);
/* Decrypted bytes that no event will announce. */
bool wr_io_pending(const struct wr_io *io);

/* A server's certificate and key from PEM files. NULL and a sentence where they cannot be used. */
struct ssl_ctx_st *wr_tls_server(const char *cert_file, const char *key_file, char *error,
                                 size_t error_size);
void wr_tls_free(struct ssl_ctx_st *tls);

#endif
