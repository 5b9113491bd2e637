/* Chunked bodies, RFC 9112 section 7.1: sizes, data, and trailers that are checked and dropped.
 * What is not data has a limit of its own, so that a body cannot be all framing. */
#include "runtime/base/hex.h"
#include "runtime/http/lines.h"

#include <string.h>

#define SIZE_LINE 17 /* the most of a size line that is no extension: 15 digits, CR, LF */

void wr_chunked_start(struct wr_chunked *chunked, uint32_t max_overhead)
{
    *chunked = (struct wr_chunked){.state = WR_CHUNK_SIZE, .max_overhead = max_overhead};
}

static enum wr_parsed refuse(struct wr_chunked *chunked, enum wr_refusal refusal)
{
    chunked->refusal = refusal;
    return WR_PARSE_REFUSED;
}

/* DONE: the line's bytes, CR LF included, are in `size`. */
static enum wr_parsed find_line(struct wr_chunked *chunked, const char *data, size_t len,
                                size_t max, size_t *size)
{
    const char *feed = chunked->scanned < len
                           ? memchr(data + chunked->scanned, '\n', len - chunked->scanned)
                           : NULL;
    *size = feed ? (size_t)(feed - data) + 1 : len;
    if (*size > max)
        return refuse(chunked, WR_REFUSAL_trailer_too_large);
    chunked->scanned = feed ? 0 : (uint32_t)len;
    if (!feed)
        return WR_PARSE_MORE;
    if (*size < 2 || feed[-1] != '\r')
        return refuse(chunked, WR_REFUSAL_bare_line_feed);
    return WR_PARSE_DONE;
}

static enum wr_parsed take_size(struct wr_chunked *chunked, const char *data, size_t len,
                                size_t *size)
{
    if (len > 0 && wr_hex_digit(data[0]) < 0)
        return refuse(chunked, WR_REFUSAL_bad_chunk);
    uint32_t room = chunked->max_overhead - chunked->overhead;
    enum wr_parsed found = find_line(chunked, data, len, SIZE_LINE + (size_t)room, size);
    if (found != WR_PARSE_DONE)
        return found;
    const char *digits_end = NULL;
    if (!wr_line_chunk(data, &digits_end))
        return refuse(chunked, WR_REFUSAL_bad_chunk);
    size_t extension = *size - 2 - (size_t)(digits_end - data);
    if (extension > room)
        return refuse(chunked, WR_REFUSAL_trailer_too_large);
    chunked->overhead += (uint32_t)extension;
    chunked->left = 0;
    for (const char *at = data; at < digits_end; at++)
        chunked->left = chunked->left << 4 | (uint64_t)wr_hex_digit(*at);
    chunked->state = chunked->left > 0 ? WR_CHUNK_DATA : WR_CHUNK_TRAILER;
    return WR_PARSE_DONE;
}

static enum wr_parsed take_end(struct wr_chunked *chunked, const char *data, size_t len,
                               size_t *size)
{
    if ((len > 0 && data[0] != '\r') || (len > 1 && data[1] != '\n'))
        return refuse(chunked, WR_REFUSAL_bad_chunk);
    if (len < 2)
        return WR_PARSE_MORE;
    *size = 2;
    chunked->state = WR_CHUNK_SIZE;
    return WR_PARSE_DONE;
}

static enum wr_parsed take_trailer(struct wr_chunked *chunked, const char *data, size_t len,
                                   size_t *size)
{
    uint32_t room = chunked->max_overhead - chunked->overhead;
    enum wr_parsed found = find_line(chunked, data, len, room, size);
    if (found != WR_PARSE_DONE)
        return found;
    const char *colon = NULL;
    enum wr_line line = wr_line_field(data, &colon);
    if (line != WR_LINE_FIELD && line != WR_LINE_EMPTY)
        return refuse(chunked, WR_REFUSAL_bad_trailer);
    chunked->overhead += (uint32_t)*size;
    if (line == WR_LINE_EMPTY)
        chunked->state = WR_CHUNK_DONE;
    return WR_PARSE_DONE;
}

enum wr_parsed wr_chunked_parse(struct wr_chunked *chunked, const char *data, size_t len,
                                size_t *used, struct wr_str *piece)
{
    *used = 0;
    *piece = (struct wr_str){NULL, 0};
    while (chunked->state != WR_CHUNK_DONE) {
        const char *at = data + *used;
        size_t left = len - *used, size = 0;
        enum wr_parsed parsed;
        switch (chunked->state) {
        case WR_CHUNK_SIZE:
            parsed = take_size(chunked, at, left, &size);
            break;
        case WR_CHUNK_END:
            parsed = take_end(chunked, at, left, &size);
            break;
        case WR_CHUNK_TRAILER:
            parsed = take_trailer(chunked, at, left, &size);
            break;
        default:
            if (left == 0)
                return WR_PARSE_MORE;
            size = chunked->left < left ? (size_t)chunked->left : left;
            *piece = (struct wr_str){at, size};
            *used += size;
            chunked->left -= size;
            if (chunked->left == 0)
                chunked->state = WR_CHUNK_END;
            return WR_PARSE_MORE;
        }
        if (parsed != WR_PARSE_DONE)
            return parsed;
        *used += size;
    }
    return WR_PARSE_DONE;
}
