/* Which addresses a notification may go to: those of the public internet only. Looked at when the socket is
 * made, as a name may resolve to something else than it did when somebody checked it. */
#include "runtime/model/attempt.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct block {
    uint32_t first;
    int bits;
};

/* What the IANA registry of special-purpose addresses calls not globally reachable, and multicast. */
static const struct block v4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared, of carriers */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local, and the metadata of clouds */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast, reserved, broadcast */
};

static bool v4_is_public(uint32_t address)
{
    for (size_t i = 0; i < sizeof v4 / sizeof *v4; i++)
        if ((address ^ v4[i].first) >> (32 - v4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Of IPv6 only global unicast, 2000::/3, is; and what carries an IPv4 address is as that is. */
static bool v6_is_public(const uint8_t *a)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
        return v4_is_public(word(a + 12));
    uint32_t start = word(a);
    if (start >> 16 == 0x2002) /* 6to4 */
        return v4_is_public(word(a + 2));
    if (start >> 9 == 0x20010000 >> 9 || start == 0x20010db8) /* protocols, Teredo; documentation */
        return false;
    return start >> 29 == 1 && start >> 12 != 0x3fff0;
}

bool wr_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return v4_is_public(ntohl(in.sin_addr.s_addr));
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof in6);
    return address->sa_family == AF_INET6 && v6_is_public(in6.sin6_addr.s6_addr);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct wr_effect *effect = arg;
    (void)purpose;
    if (wr_address_is_public(&to->addr))
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    effect->guarded = true;
    return CURL_SOCKET_BAD;
}

/* A proxy would connect in our place, to wherever. */
void wr_guard(struct wr_effect *effect)
{
    curl_easy_setopt(effect->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(effect->easy, CURLOPT_OPENSOCKETDATA, effect);
    curl_easy_setopt(effect->easy, CURLOPT_NOPROXY, "*");
}
