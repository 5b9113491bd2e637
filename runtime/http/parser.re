/* The lines of an HTTP/1.1 message: the grammar of RFC 9110, RFC 9112 and RFC 3986. No rule goes
 * on after LF, so that no lexer reads beyond the line it is given. */
#include "runtime/http/lines.h"

typedef unsigned char byte; /* as the lexers read it */

/*!re2c
    re2c:yyfill:enable = 0;
    re2c:flags:tags = 1;
    re2c:define:YYCTYPE = byte;
    re2c:define:YYCURSOR = at;
    re2c:define:YYMARKER = marker;
    re2c:tags:expression = "tag_@@";

    crlf   = "\r\n";
    digit  = [0-9];
    hex    = [0-9a-fA-F];
    tchar  = [!#$%&'*+.^_`|~0-9A-Za-z-];
    vchar  = [\t\x20-\x7e\x80-\xff];
    pct    = "%" hex hex;
    // unreserved, sub-delims, ":", "@"; "[", "]" and "|" are taken as well, as clients send them
    pchar  = [A-Za-z0-9._~!$&'()*+,;=:@|-] | "[" | "]" | pct;
    path   = "/" (pchar | "/")*;
    query  = (pchar | "/" | "?")*;
    name   = ([A-Za-z0-9._~!$&'()*+,;=-] | pct)+ | "[" [0-9a-fA-F:.]+ "]";
    host   = name (":" digit{0,5})?;
    word   = [^\x00 \r\n]+;
    quoted = "\"" ([\t !\x23-\x5b\x5d-\x7e\x80-\xff] | "\\" vchar)* "\"";
*/

static struct wr_span span(const byte *line, const byte *from, const byte *to)
{
    return (struct wr_span){(uint32_t)(from - line), (uint32_t)(to - from)};
}

enum wr_refusal wr_line_request(const char *text, struct wr_request_line *found)
{
    const byte *line = (const byte *)text, *at = line, *marker = at;
    const byte *m, *t, *p, *q, *e, *h = line, *v;
    /*!stags:re2c:request format = "const byte *tag_@@ = NULL;"; */
    *found = (struct wr_request_line){0};
    /*!re2c:request
        "CONNECT " word " HTTP/1." digit crlf { return WR_REFUSAL_connect_refused; }

        tchar+ @m " " @t @p path @q ("?" query)? @e " HTTP/1." @v digit crlf { goto good; }
        "OPTIONS" @m " " @t @p "*" @q @e " HTTP/1." @v digit crlf { goto good; }
        tchar+ @m " " @t 'http' 's'? "://" @h host @p path? @q ("?" query)? @e
        " HTTP/1." @v digit crlf {
            found->has_host = true;
            found->host = span(line, h, p);
            goto good;
        }

        tchar+ " " word " HTTP/1." digit crlf { return WR_REFUSAL_bad_target; }
        word " " word " HTTP/1." digit crlf { return WR_REFUSAL_bad_method; }
        word " " word " HTTP/" digit "." digit crlf { return WR_REFUSAL_bad_version; }
        * { return WR_REFUSAL_bad_request_line; }
    */
good:
    found->method = span(line, line, m);
    found->target = span(line, t, e);
    found->path = p < q ? span(line, p, q) : span(line, h - 1, h); /* none is "/": as before h */
    found->has_query = q < e;
    if (q < e)
        found->query = span(line, q + 1, e);
    found->http10 = *v == '0';
    return WR_REFUSAL_NONE;
}

enum wr_line wr_line_field(const char *line, const char **colon)
{
    const byte *at = (const byte *)line, *marker = at, *c;
    /*!stags:re2c:field format = "const byte *tag_@@ = NULL;"; */
    /*!re2c:field
        crlf { return WR_LINE_EMPTY; }
        tchar+ @c ":" vchar* crlf {
            *colon = (const char *)c;
            return WR_LINE_FIELD;
        }
        tchar+ [ \t]+ ":" { return WR_LINE_SPACE; }
        [ \t] { return WR_LINE_FOLDED; }
        * { return WR_LINE_BAD; }
    */
}

bool wr_line_chunk(const char *line, const char **digits_end)
{
    const byte *at = (const byte *)line, *marker = at, *e;
    /*!stags:re2c:chunk format = "const byte *tag_@@ = NULL;"; */
    /*!re2c:chunk
        hex{1,15} @e (";" tchar+ ("=" (tchar+ | quoted))?)* crlf {
            *digits_end = (const char *)e;
            return true;
        }
        * { return false; }
    */
}

bool wr_line_host(const char *text, const char **end)
{
    const byte *at = (const byte *)text, *marker = at;
    /*!re2c
        host {
            *end = (const char *)at;
            return true;
        }
        * { return false; }
    */
}
