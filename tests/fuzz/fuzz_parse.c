/* Fuzzes the parser: any bytes as a specification and as a prompt; what parses is laid out, and must
 * then mean the same. Built with clang -fsanitize=fuzzer,address,undefined; without a fuzzer
 * (-DFUZZ_FILES) it runs the files it is given. */
#include "compiler/diag/render.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"
#include "tests/fuzz/files.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* Every span lies in the source, and both renderings take it. */
static void check_diags(struct wc_diags *diags, const struct wc_source *source)
{
    struct wc_buf buf = {0};
    WC_EACH(i, &diags->list)
    {
        const struct wc_diag *diag = diags->list.items[i];
        must(diag->primary.span.source == source && diag->primary.span.end <= source->len &&
                 diag->primary.span.start <= diag->primary.span.end,
             "a span that is not in the source");
    }
    wc_diags_sort(diags);
    wc_render_text(&buf, diags);
    wc_render_json(&buf, diags);
    wc_buf_free(&buf);
}

static void check_format(struct wc_arena *arena, struct wc_interner *names,
                         const struct wc_source *source, const struct wc_file *file)
{
    struct wc_diags diags = {.arena = arena};
    struct wc_buf text = {0}, before = {0}, after = {0};
    must(wc_format(&text, arena, names, source, &diags), "what parses is laid out");
    struct wc_source *laid_out = wc_source_from(arena, "x", text.data ? text.data : "", text.len);
    wc_ast_dump(&before, file);
    wc_ast_dump(&after, wc_parse(arena, names, laid_out, &diags));
    must(before.len == after.len &&
             (!before.len || memcmp(before.data, after.data, before.len) == 0),
         "laid out, it means the same");
    wc_buf_free(&text);
    wc_buf_free(&before);
    wc_buf_free(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wc_arena arena = {0};
    struct wc_interner names = {.arena = &arena};
    struct wc_diags diags = {.arena = &arena}, prompt = {.arena = &arena};
    struct wc_source *source = wc_source_from(&arena, "x", size ? (const char *)data : "", size);
    struct wc_file *file = wc_parse(&arena, &names, source, &diags);
    must(file != NULL, "there is always a tree");
    check_diags(&diags, source);
    if (diags.errors == 0)
        check_format(&arena, &names, source, file);
    must(wc_parse_template(&arena, &names, source, &prompt) != NULL, "and a template");
    check_diags(&prompt, source);
    wc_arena_free(&arena);
    return 0;
}
