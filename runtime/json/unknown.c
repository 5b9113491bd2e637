/* Fields that a document has and its schema does not: noted by pointer for whoever asked, whether they
 * were let by or refused. Nothing of a value is noted, nor is a map's key, which is data. */
#include "runtime/json/scan.h"

#include <ctype.h>
#include <string.h>

#define NAME_SHOWN 64

/* What somebody would call a field, and not a sentence. */
static bool is_plain(struct wr_str name)
{
    bool plain = name.len > 0 && name.len <= NAME_SHOWN;
    for (size_t i = 0; plain && i < name.len; i++)
        plain = isalnum((unsigned char)name.ptr[i]) || strchr("_-.$@", name.ptr[i]);
    return plain;
}

void wr_note_unknown(struct wr_reader *in, struct wr_str name)
{
    struct wr_text *text = in->unknown;
    if (!text || in->unknown_count++ >= WR_UNKNOWN_MAX)
        return;
    if (text->len > 0)
        WR_ADD(text, "\n");
    for (size_t i = 1; i < in->depth; i++) {
        const struct wr_step *step = &in->path[i];
        WR_ADD(text, "/");
        if (step->key && in->shapes[i])
            wr_text_add(text, (struct wr_str){step->key, step->len});
        else
            WR_ADD(text, "*");
    }
    WR_ADD(text, "/");
    wr_text_add(text, is_plain(name) ? name : WR_STR("?"));
}
