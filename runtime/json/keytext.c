/* Texts of generated code that hold JSON: numbers and values in prompts and bodies, and the keys of
 * dedupe, remember and recall. */
#include "runtime/json/number.h"
#include "runtime/json/writer.h"

void wr_text_number(struct wr_text *text, double number)
{
    char digits[WR_NUMBER_TEXT];
    size_t len = wr_number_text(digits, number);
    wr_text_add(text, (struct wr_str){digits, len});
}

void wr_text_json(struct wr_text *text, const struct wr_schema *schema, const void *value)
{
    struct wr_writer out = {.text = *text};
    schema->encode(&out, value);
    *text = out.text;
}

void wr_text_choice(struct wr_text *text, const struct wr_union *choice, struct wr_choice value)
{
    struct wr_writer out = {.text = *text};
    wr_write_choice(&out, value, choice);
    *text = out.text;
}

struct wr_str wr_key_text(struct wr_arena *arena, wr_key_fn *key, const void *frame)
{
    struct wr_writer out = wr_writer(arena);
    key(&out, frame);
    return wr_written(&out);
}

struct wr_arena *wr_writer_arena(struct wr_writer *out)
{
    return out->text.arena;
}
