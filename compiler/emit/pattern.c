/* A pattern's automaton as C: which bytes are alike, where each state goes, and a loop. */
#include "compiler/base/automata.h"
#include "compiler/emit/layout.h"
#include "compiler/emit/schemas.h"

/* The pattern in a comment, unable to close it. */
static void emit_text(struct wc_buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        bool closes = *c == '/' && c > text && c[-1] == '*';
        wc_buf_text(out, closes ? " " : "");
        wc_buf_char(out, (unsigned char)*c < 0x20 ? ' ' : *c);
    }
}

static void emit_byte(struct wc_buf *out, size_t byte)
{
    if (byte == '\'' || byte == '\\')
        wc_buf_printf(out, "'\\%c'", (char)byte);
    else if (byte > 0x20 && byte < 0x7f)
        wc_buf_printf(out, "'%c'", (char)byte);
    else
        wc_buf_printf(out, "0x%02zx", byte);
}

/* The class that most bytes have; what the function of classes gives last. */
static size_t common_class(const struct wc_dfa *dfa)
{
    size_t counts[256] = {0}, best = 0;
    for (size_t byte = 0; byte < 256; byte++)
        counts[dfa->class_of[byte]]++;
    for (size_t class = 1; class < dfa->class_count; class ++)
        if (counts[class] > counts[best])
            best = class;
    return best;
}

static void emit_classes(struct wc_buf *out, size_t number, const struct wc_dfa *dfa)
{
    size_t common = common_class(dfa);
    wc_buf_printf(out, "static size_t class_%zu(unsigned char c)\n{\n", number);
    for (size_t byte = 0; byte < 256;) {
        size_t class = dfa->class_of[byte], first = byte;
        while (byte < 256 && dfa->class_of[byte] == class)
            byte++;
        if (class == common)
            continue;
        wc_buf_text(out, "    if (");
        if (first > 0 && byte - first > 1) {
            wc_buf_text(out, "c >= ");
            emit_byte(out, first);
            wc_buf_text(out, byte < 256 ? " && " : "");
        }
        if (byte < 256 || byte - first == 1) {
            wc_buf_text(out, byte - first == 1 ? "c == " : "c <= ");
            emit_byte(out, byte - 1);
        }
        wc_buf_printf(out, ")\n        return %zu;\n", class);
    }
    wc_buf_printf(out, "    return %zu;\n}\n\n", common);
}

/* Numbers between braces, as many a line as clang-format would leave. */
static void emit_row(struct wc_buf *out, const struct wc_dfa *dfa, size_t state)
{
    wc_buf_text(out, "        {");
    for (size_t class = 0; class < dfa->class_count; class ++)
        wc_buf_printf(out, "%s%u", class ? ", " : "",
                      (unsigned)dfa->next[state * dfa->class_count + class]);
    wc_buf_text(out, "},\n");
}

static void emit_tables(struct wc_buf *out, const struct wc_dfa *dfa)
{
    const char *type = dfa->state_count <= 256 ? "uint8_t" : "uint16_t";
    wc_buf_text(out,
                "    /* A row a state, a column a class of bytes; 0 refuses, 1 is the start. */\n");
    wc_buf_text(out, "    /* clang-format off */\n");
    wc_buf_printf(out, "    static const %s next[%zu][%zu] = {\n", type, dfa->state_count,
                  dfa->class_count);
    for (size_t state = 0; state < dfa->state_count; state++)
        emit_row(out, dfa, state);
    wc_buf_printf(out, "    };\n    static const bool accepts[%zu] = {", dfa->state_count);
    for (size_t state = 0; state < dfa->state_count; state++) {
        wc_buf_text(out, state % 32 == 0 ? "\n        " : " ");
        wc_buf_printf(out, "%d,", dfa->accepts[state]);
    }
    wc_buf_text(out, "\n    };\n    /* clang-format on */\n");
}

void wc_emit_automaton(struct wc_buf *out, size_t number, const struct wc_pattern *pattern)
{
    wc_buf_text(out, "/* ");
    emit_text(out, pattern->text);
    wc_buf_text(out, " */\n");
    emit_classes(out, number, pattern->dfa);
    wc_buf_printf(out, "static bool match_%zu(const char *text, size_t len)\n{\n", number);
    emit_tables(out, pattern->dfa);
    wc_buf_printf(out,
                  "    size_t state = 1;\n"
                  "    for (size_t i = 0; i < len && state; i++)\n"
                  "        state = next[state][class_%zu((unsigned char)text[i])];\n"
                  "    return accepts[state];\n}\n\n",
                  number);
}

void wc_emit_pattern(struct wc_buf *out, struct wc_arena *arena, size_t number,
                     const struct wc_pattern *pattern)
{
    wc_emit_automaton(out, number, pattern);
    struct wc_init init = {.arena = arena, .indent = 4};
    wc_init_field(&init, "match", "match_%zu", number);
    wc_init_text(&init, "text", pattern->text);
    const char *before =
        wc_arena_printf(arena, "static const struct wr_pattern pattern_%zu = ", number);
    wc_init_write(out, before, &init, true, ";");
    wc_buf_char(out, '\n');
}
