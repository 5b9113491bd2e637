/* The formatter: the flagship is left as it is, what is laid out stays, the tree does not change, no
 * comment is lost. Run from the top folder. */
#include "compiler/syntax/format.h"

#include "compiler/syntax/parse.h"
#include "tests/unit/tap.h"

#include <stdlib.h>

static struct wc_arena arena;
static struct wc_interner names = {.arena = &arena};

static char *formatted(const char *text)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_buf out = {0};
    bool good = wc_format(&out, &arena, &names,
                          wc_source_from(&arena, "t.flow", text, strlen(text)), &diags);
    char *copy = good ? wc_arena_copy(&arena, out.data ? out.data : "", out.len) : NULL;
    wc_buf_free(&out);
    return copy;
}

static char *dumped(const char *text)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_buf out = {0};
    wc_ast_dump(&out, wc_parse(&arena, &names, wc_source_from(&arena, "t.flow", text, strlen(text)),
                               &diags));
    char *copy = wc_arena_copy(&arena, out.data ? out.data : "", out.len);
    wc_buf_free(&out);
    return copy;
}

static void becomes(const char *text, const char *want, const char *name)
{
    const char *once = formatted(text);
    tap_text(once, want, name);
    if (once)
        tap_text(formatted(once), once, "and stays so");
}

static void check_rules(void)
{
    becomes("schema  A{b:string(1 .. 5)=\"x\" c ?:int(-1..20)=-5 @pii}",
            "schema A { b: string(1..5) = \"x\" c?: int(-1..20) = -5 @pii }\n", "spaces");
    becomes("\n\n\n// top\n\n\n\nschema A {\n\n\tb: bool // c   \r\n\n}\n\n",
            "// top\n\nschema A {\n  b: bool  // c\n}\n", "blank lines, tabs, line ends");
    becomes("schema A {\n      b:   bool\n      ccc: bool\n}\n",
            "schema A {\n  b:   bool\n  ccc: bool\n}\n", "a column stays a column");
    becomes("api x   version \"1\" {\n  auth    none\n}\n",
            "api x version \"1\" {\n  auth none\n}\n", "a gap alone does not");
    becomes(
        "workflow w version 1 {\nstage s {\nmake 1\non ok, error -> t\non rejected   ->   fail "
        "x\n}\n}",
        "workflow w version 1 {\n  stage s {\n    make 1\n    on ok, error -> t\n"
        "    on rejected  -> fail x\n  }\n}\n",
        "transitions");
    becomes("workflow w version 1 {\n  let x = p or\n    q\n  let y = [1,2,-  3,...z][0] -1\n}",
            "workflow w version 1 {\n  let x = p or\n    q\n  let y = [1, 2, -3, ...z][0] - 1\n}\n",
            "expressions");
    becomes("workflow w version 1 {\n  let x = \"a${ p  +q }b\"\n  let y = not(p) and f (q)\n}",
            "workflow w version 1 {\n  let x = \"a${ p  +q }b\"\n  let y = not (p) and f(q)\n}\n",
            "strings are the author's");
    becomes("", "", "an empty file");
    becomes("// only\n   // comments", "// only\n// comments\n", "comments alone");
    tap_ok(formatted("schema A {") == NULL, "a file with errors is refused");
}

static void check_file(const char *path, bool is_laid_out)
{
    struct wc_source *source = wc_source_read(&arena, path);
    if (!tap_ok(source != NULL, "%s can be read", path))
        return;
    const char *once = formatted(source->text);
    if (is_laid_out)
        tap_ok(once && strcmp(once, source->text) == 0, "and is laid out already");
    tap_ok(once && strcmp(dumped(once), dumped(source->text)) == 0, "its tree does not change");
}

/* What is between the comments of a text and in them, without spaces. */
static char *packed(const char *text)
{
    char *out = wc_arena_alloc(&arena, strlen(text) + 1), *to = out;
    for (; *text; text++)
        if (*text != ' ' && *text != '\t' && *text != '\n' && *text != '\r')
            *to++ = *text;
    return out;
}

/* Shakes the spaces of a file about, in ways that the grammar does not see. */
static char *shaken(const char *text, unsigned seed)
{
    struct wc_buf out = {0};
    bool in_string = false, in_comment = false;
    for (const char *c = text; *c; c++) {
        in_string = in_string ^ (*c == '"' && !in_comment);
        in_comment = (in_comment || (!in_string && c[0] == '/' && c[1] == '/')) && *c != '\n';
        seed = seed * 1103515245 + 12345;
        wc_buf_char(&out, *c);
        if (in_string || in_comment)
            continue;
        if (*c == ' ' && seed >> 16 & 1)
            wc_buf_repeat(&out, ' ', seed >> 17 & 3);
        if (*c == ' ' && (seed >> 20 & 15) == 0)
            wc_buf_char(&out, '\n');
        if (*c == '\n')
            wc_buf_repeat(&out, "\n  "[seed >> 17 & 1], seed >> 18 & 3);
    }
    char *copy = wc_arena_copy(&arena, out.data, out.len);
    wc_buf_free(&out);
    return copy;
}

static void check_shaken(const char *path)
{
    struct wc_source *source = wc_source_read(&arena, path);
    size_t changed = 0, moved = 0, lost = 0, read = 0;
    for (unsigned seed = 0; source && seed < 40; seed++) {
        const char *text = shaken(source->text, seed);
        const char *once = formatted(text);
        if (!once) /* a string in a string's hole was broken */
            continue;
        read++;
        moved += strcmp(formatted(once), once) != 0;
        changed += strcmp(dumped(once), dumped(text)) != 0;
        lost += strcmp(packed(once), packed(text)) != 0;
    }
    tap_ok(read > 30, "%s, shaken, is read", path);
    tap_ok(source && moved == 0, "%s, shaken: laid out once is laid out (%zu moved)", path, moved);
    tap_ok(changed == 0, "and means the same (%zu do not)", changed);
    tap_ok(lost == 0, "and no character is lost (%zu lost some)", lost);
}

int main(void)
{
    check_rules();
    check_file("spec/briefs.flow", true);
    check_file("tests/fuzz/corpus/parse/whole.flow", true);
    check_file("tests/fuzz/corpus/parse/sales", true);
    check_shaken("spec/briefs.flow");
    check_shaken("tests/fuzz/corpus/parse/whole.flow");
    check_shaken("tests/fuzz/corpus/parse/sales");
    wc_arena_free(&arena);
    return tap_done();
}
