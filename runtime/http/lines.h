/* The lines of an HTTP/1.1 message, each told whole: what the parser knows of RFC 9110's and
 * RFC 9112's grammar. Every line ends in LF, which is also what stops the lexers. */
#ifndef WR_HTTP_LINES_H
#define WR_HTTP_LINES_H

#include "runtime/http/parser.h"

/* Parts of the line, as offsets from its start; the method begins it. */
struct wr_request_line {
    struct wr_span method, target, path, query, host;
    bool has_query, has_host; /* has_host: the target is a whole URI */
    bool http10;
};

enum wr_refusal wr_line_request(const char *line, struct wr_request_line *found);

enum wr_line { WR_LINE_FIELD, WR_LINE_EMPTY, WR_LINE_FOLDED, WR_LINE_SPACE, WR_LINE_BAD };

/* For a field, `colon` is where its name ends. */
enum wr_line wr_line_field(const char *line, const char **colon);
/* "1a;name=value": `digits_end` is where the size ends. False where malformed. */
bool wr_line_chunk(const char *line, const char **digits_end);
/* `host` or `host:port`, ended by any character that is in neither; says where. */
bool wr_line_host(const char *text, const char **end);

#endif
