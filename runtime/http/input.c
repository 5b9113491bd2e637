/* Input buffers: a connection has one only while something has come that is not answered yet. */
#include "runtime/http/conn.h"

#include <stdlib.h>
#include <string.h>

#define POOLED_INPUTS 256

bool wr_input_take(struct wr_conn *conn)
{
    struct wr_server *server = conn->exchange.server;
    struct wr_input *in = server->inputs;
    if (in) {
        server->inputs = in->next;
        server->input_count--;
    } else {
        in = malloc(sizeof *in);
        char *data = malloc(WR_INPUT_BYTES);
        if (!in || !data) {
            free(in);
            free(data);
            return false;
        }
        in->data = data;
        in->room = WR_INPUT_BYTES;
    }
    const struct wr_http_limits *limits = &server->options.limits;
    in->next = NULL;
    in->start = in->body_at = in->len = 0;
    wr_head_start(&in->head, (uint32_t)limits->header_bytes, limits->header_count);
    conn->in = in;
    return true;
}

void wr_input_drop(struct wr_conn *conn)
{
    struct wr_server *server = conn->exchange.server;
    struct wr_input *in = conn->in;
    conn->in = NULL;
    if (!in)
        return;
    if (in->room == WR_INPUT_BYTES && server->input_count < POOLED_INPUTS) {
        in->next = server->inputs;
        server->inputs = in;
        server->input_count++;
    } else {
        free(in->data);
        free(in);
    }
}

bool wr_input_room(struct wr_input *in, size_t room)
{
    if (in->room - in->len >= room)
        return true;
    memmove(in->data, in->data + in->start, in->len - in->start);
    in->len -= in->start;
    in->body_at -= in->start < in->body_at ? in->start : in->body_at;
    in->start = 0;
    if (in->room - in->len >= room)
        return true;
    size_t more = in->room * 2;
    while (more - in->len < room)
        more *= 2;
    char *data = realloc(in->data, more);
    if (!data)
        return false;
    in->data = data;
    in->room = more;
    return true;
}
