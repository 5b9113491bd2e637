/* The parser: trees, precedence, prompts, every kind of syntax error with its place, and what deep,
 * long and cut-off texts do. Run from the top folder. */
#include "compiler/syntax/parse.h"

#include "tests/unit/tap.h"

#include <stdlib.h>

static struct wc_arena arena;
static struct wc_interner names = {.arena = &arena};
static struct wc_diags diags;

static struct wc_file *parse_bytes(const char *text, size_t len)
{
    diags = (struct wc_diags){.arena = &arena};
    struct wc_file *file =
        wc_parse(&arena, &names, wc_source_from(&arena, "t.flow", text, len), &diags);
    wc_diags_sort(&diags);
    return file;
}

static struct wc_file *parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

/* "E0201 1:5 message" for each diagnostic, joined by "; ". */
static const char *said(void)
{
    const char *text = "";
    WC_EACH(i, &diags.list)
    {
        const struct wc_diag *diag = diags.list.items[i];
        struct wc_place at = wc_place_of(diag->primary.span.source, diag->primary.span.start);
        text = wc_arena_printf(&arena, "%s%s%s %u:%u %s", text, i ? "; " : "",
                               wc_code_name(diag->code), at.line, at.column, diag->message);
    }
    return text;
}

/* ---- trees ---------------------------------------------------------------------------------- */

static struct wc_ast_decl *find(const struct wc_file *file, enum wc_decl_kind kind)
{
    WC_EACH(i, &file->decls)
    if (file->decls.items[i]->kind == kind)
        return file->decls.items[i];
    return NULL;
}

static void check_flagship(void)
{
    struct wc_source *source = wc_source_read(&arena, "spec/briefs.flow");
    diags = (struct wc_diags){.arena = &arena};
    if (!tap_ok(source != NULL, "spec/briefs.flow can be read"))
        return;
    struct wc_file *file = wc_parse(&arena, &names, source, &diags);
    tap_number((long long)diags.list.count, 0, "the flagship parses without a word");
    struct wc_ast_workflow *workflow = find(file, WC_DECL_WORKFLOW)->workflow;
    tap_number((long long)workflow->stages.count, 4, "its stages");
    struct wc_ast_stage *draft = workflow->stages.items[1];
    tap_text(draft->name.text, "draft", "a keyword is a stage's name");
    tap_number((long long)draft->ons.count, 3, "its transitions");
    tap_ok(draft->ons.items[0].target.remember != NULL, "remember by");
    tap_number((long long)draft->policies.count, 5, "its policies");
    struct wc_clause *retry = wc_clause_find(draft->policies.items, 5, WC_CLAUSE_RETRY);
    tap_ok(retry && retry->numbers[0].integer == 1 && retry->numbers[2].integer == 1000 &&
               retry->names.count == 2,
           "retry 1 on transient, invalid_output backoff 100ms..1s");
    tap_text(find(file, WC_DECL_SCHEMA)->doc, "A document to read.", "a doc comment");
    struct wc_clause *cost =
        wc_clause_find(workflow->clauses.items, workflow->clauses.count, WC_CLAUSE_COST);
    tap_ok(cost && cost->numbers[0].integer == 100000000000, "money in picodollars");
    struct wc_span span = draft->span;
    tap_ok(span.source->text[span.start] == 's' && span.source->text[span.end - 1] == '}',
           "a stage's span is the stage");
    span = draft->ons.items[0].span;
    tap_ok(memcmp(source->text + span.end - 8, "by input", 8) == 0, "an `on` ends where it ends");
}

static void check_whole(void)
{
    struct wc_source *source = wc_source_read(&arena, "tests/fuzz/corpus/parse/whole.flow");
    diags = (struct wc_diags){.arena = &arena};
    if (!tap_ok(source != NULL, "the text with every construct can be read"))
        return;
    struct wc_file *file = wc_parse(&arena, &names, source, &diags);
    tap_text(said(), "", "every construct parses");
    tap_number((long long)file->decls.count, 18, "its declarations");
    struct wc_ast_test *test = find(file, WC_DECL_TEST)->test;
    tap_number((long long)test->steps.count, 14, "the steps of its test");
    tap_number((long long)test->steps.items[12].expects.items[0].hops.count, 3, "a path is one");
}

/* An expression with every operator's grouping shown. */
static const char *group(const struct wc_ast_expr *e)
{
    static const char *const ops[] = {"",   "or", "and", "not",      "==",          "!=",      "<",
                                      "<=", ">",  ">=",  "contains", "starts_with", "matches", "??",
                                      "+",  "-",  "*",   "/",        "%",           "-"};
    const char *a = e->kids.count > 0 ? group(e->kids.items[0]) : "";
    const char *b = e->kids.count > 1 ? group(e->kids.items[1]) : "";
    const char *c = e->kids.count > 2 ? group(e->kids.items[2]) : "";
    switch (e->kind) {
    case WC_AST_NAME:
        return e->name.text;
    case WC_AST_NUMBER:
        return wc_arena_printf(&arena, "%g", e->number.decimal);
    case WC_AST_BINARY:
        return wc_arena_printf(&arena, "(%s %s %s)", a, ops[e->op], b);
    case WC_AST_UNARY:
        return wc_arena_printf(&arena, "(%s %s)", ops[e->op], a);
    case WC_AST_FIELD:
        return wc_arena_printf(&arena, "%s%s%s", a, e->safe ? "?." : ".", e->name.text);
    case WC_AST_INDEX:
        return wc_arena_printf(&arena, "%s[%s]", a, b);
    case WC_AST_IS:
        return wc_arena_printf(&arena, "(%s is %s)", a, e->truth ? "present" : "absent");
    case WC_AST_IF:
        return wc_arena_printf(&arena, "(if %s %s %s)", a, b, c);
    case WC_AST_CALL:
        return wc_arena_printf(&arena, "%s(%s|%s)", e->name.text, a, b);
    case WC_AST_COMPREHENSION:
        return wc_arena_printf(&arena, "%s(%s in %s: %s)", e->name.text, e->local.text, a, b);
    default:
        return wc_arena_printf(&arena, "<%d:%zu>", (int)e->kind, e->entries.count);
    }
}

static void groups(const char *text, const char *want)
{
    struct wc_file *file =
        parse(wc_arena_printf(&arena, "workflow w version 1 { let x = %s }", text));
    const struct wc_ast_decl *decl = find(file, WC_DECL_WORKFLOW);
    const struct wc_clause *let =
        decl && decl->workflow->clauses.count ? decl->workflow->clauses.items[0] : NULL;
    tap_text(let ? group(let->expr) : said(), want, text);
}

static void check_expressions(void)
{
    groups("p or q and not r == s", "(p or (q and (not (r == s))))");
    groups("p + q * r - s % t", "((p + (q * r)) - (s % t))");
    groups("p ?? q ?? r + 1", "(p ?? (q ?? (r + 1)))");
    groups("-p.q?.r[0].s", "(- p.q?.r[0].s)");
    groups("not p is present and q", "((not (p is present)) and q)");
    groups("if p then q else if r then s else t or u", "(if p q (if r s (t or u)))");
    groups("p.q is absent or any(n in r ?? []: n == 1)",
           "((p.q is absent) or any(n in (r ?? <14:0>): (n == 1)))");
    groups("all(p in xs: sort_by(q in p: -q))", "all(p in xs: sort_by(q in p: (- q)))");
    groups("max(stage, 2)", "max(stage|2)");
    groups("draft ?? write ?? first(timeout)", "(draft ?? (write ?? first(timeout|)))");
    groups("T { p: 1, \"q r\": 2, ...s, }", "<15:3>");
    groups("(p + q) * r", "((p + q) * r)");
    groups("p < q", "(p < q)");
    groups("it.p matches r\"x\" ", "(it.p matches <0:0>)");
}

/* ---- errors --------------------------------------------------------------------------------- */

static void says(const char *text, const char *want)
{
    parse(text);
    tap_text(said(), want, wc_arena_printf(&arena, "says %s", want));
}

#define STAGE(text) "workflow w version 1 {\n  stage s {\n    make 1\n" text "  }\n}\n"

static void check_errors(void)
{
    says("schema A { b string }", "E0201 1:14 expected `:`, found `string`");
    says("schema A { b: string, c: bool }", "E0201 1:21 expected a name, `}` or `...`, found `,`");
    says("schema A { b: strin }", "E0205 1:15 there is no type strin");
    says("schema A { b: string(1..2, 3..4) }", "E0206 1:15 string is not given what it takes");
    says("schema A { b: int(1..2 bytes) }", "E0206 1:15 int is not given what it takes");
    says("schema A { b: enum }", "E0206 1:15 enum is not given what it takes");
    says("schema A { b: map(string)[..3] }", "E0206 1:15 map is not given what it takes");
    says("schema A { b: money(usd) }", "E0205 1:21 there is no type usd");
    says("schemaa A {}", "E0201 1:1 `schemaa` cannot stand here");
    says("}", "E0203 1:1 `}` closes nothing");
    says("schema A { b: string(..5) = \"${x}\" }", "E0209 1:29 this string must be constant");
    says(STAGE("    timeout 5\n    idle\n    tiemout 5s\n"),
         "E0201 4:13 expected a duration, found an integer; "
         "E0201 6:5 expected a duration, found `tiemout`");
    says(STAGE("    get crm \"/x\"\n"), "E0207 4:5 a stage does one thing, and this is a second");
    says("workflow w version 1 { stage s { } }", "E0207 1:30 the stage s does nothing");
    says(STAGE("    check p < q < r\n"), "E0201 4:17 `<` cannot stand here");
    says(STAGE("    check p = q\n"), "E0201 4:13 `=` cannot stand here");
    says(STAGE("    on ok => done full\n"), "E0201 4:11 expected `,` or `->`, found `=>`");
    says(STAGE("    on ok -> done partly\n"),
         "E0201 4:19 expected `draft`, `fallback` or `full`, found `partly`");
    says("/// nothing\n", "E0109 1:1 this doc comment describes nothing");
    says("schema A { b: bool /// late\n}", "E0109 1:20 this doc comment describes nothing");
    says("error x is transient \"m\" status x", "E0201 1:33 expected an integer, found `x`");
    says("test \"t\" { send }", "E0201 1:17 expected a name, found `}`");
    says("api A version \"1\" {}", "E0201 1:5 expected a name, found `A`");
    says("workflow w version 1 { let in = 1 }", "E0201 1:28 expected a name, found `in`");
}

/* The keyword that a word is meant to be, although the clause could have ended before it. */
static void means(const char *text, const char *want)
{
    parse(text);
    const struct wc_diag *diag = diags.list.count ? diags.list.items[0] : NULL;
    tap_text(diag ? diag->suggestion.replacement : NULL, want, text + strlen(text) - 30);
}

static void check_near(void)
{
    means(STAGE("    tiemout 5s\n"), "timeout");
    means(STAGE("    retry 1 on transient bakoff 1s..2s\n"), "backoff");
    means(STAGE("    on ok -> done full remeber by input\n"), "remember");
    means("error e is not_found \"message\" statsu 404", "status");
    means("schemaa Name { field: bool } // and more", "schema");
    means("schema Name { tag: union no kind { a: A } }", "on");
}

static void check_brackets(void)
{
    says("schema A {\n  b: bool\nschema C { d: bool }\n", "E0202 1:10 this `{` is never closed");
    says("api x version \"1\" {\n  auth none\n", "E0202 1:19 this `{` is never closed");
    says("workflow w version 1 {\n  stage s {\n    make 1\n  stage t {\n    make 2\n  }\n}\n",
         "E0202 2:11 this `{` is never closed");
    says("workflow w version 1 {\n  stage s {\n    make 1\n}\nschema A { b: bool }\n",
         "E0202 2:11 this `{` is never closed");
    says(STAGE("    check all(p in q: p\n    timeout 5s\n"), "E0202 4:14 this `(` is never closed");
    says(STAGE("    check [1, 2)\n"), "E0201 4:16 expected `]`, found `)`");
    says(STAGE("  }\n"), "E0203 6:1 `}` closes nothing");
    says("schema A {\n  model: bool\n}\nschema B {\nmodel: bool\nschema: bool\n}\n", "");
}

/* After an error the rest of the file is read: as many errors as there are mistakes. */
static void check_recovery(void)
{
    static const char text[] =
        "schema A { b: strng  c: int }\n"
        "error e is not_found status 3\n"
        "service s { url enw X  limit 5 concurent }\n"
        "workflow w version 1 {\n"
        "  route \"/x\"\n"
        "  latency waiting\n"
        "  stage a {\n"
        "    make T {\n"
        "      p: ,\n"
        "      q: 2\n"
        "    }\n"
        "    on ok -> b\n"
        "    on error done full\n"
        "  }\n"
        "  stage b { make 1 on ok - > done full }\n"
        "}\n";
    struct wc_file *file = parse(text);
    tap_number((long long)diags.errors, 9, "each mistake is told once");
    struct wc_ast_decl *decl = find(file, WC_DECL_WORKFLOW);
    tap_ok(decl && decl->workflow->stages.count == 2, "what could be read is there");
    parse("workflow {\n  stage a {\n    oops\n  }\n}\nschema A { b: bol }\n");
    tap_number((long long)diags.errors, 2, "a broken header drops its block alone");
}

/* ---- hostile texts -------------------------------------------------------------------------- */

static const char *repeat(const char *before, const char *middle, size_t times, const char *after)
{
    struct wc_buf text = {0};
    wc_buf_text(&text, before);
    for (size_t i = 0; i < times; i++)
        wc_buf_text(&text, middle);
    wc_buf_text(&text, after);
    const char *copy = wc_arena_copy(&arena, text.data, text.len);
    wc_buf_free(&text);
    return copy;
}

static void is_too_deep(const char *text, const char *name)
{
    parse(text);
    bool found = false;
    WC_EACH(i, &diags.list)
    found = found || diags.list.items[i]->code == WC_E0204;
    tap_ok(found && diags.errors < 10, "%s", name);
}

static void check_hostile(void)
{
    const char *let = "workflow w version 1 { let x = ";
    is_too_deep(repeat(let, "(", 100000, ""), "parentheses nest only so deep");
    is_too_deep(repeat(let, "[", 100000, ""), "lists nest only so deep");
    is_too_deep(repeat(let, "{p:", 100000, ""), "objects nest only so deep");
    is_too_deep(repeat(let, "not ", 100000, "p }"), "prefixes nest only so deep");
    is_too_deep(repeat(let, "1+", 100000, "1 }"), "sums nest only so deep");
    is_too_deep(repeat(let, "p ?? ", 100000, "1 }"), "chains of ?? nest only so deep");
    is_too_deep(repeat(let, "if p then q else ", 100000, "1 }"), "ifs nest only so deep");
    is_too_deep(repeat("schema A { b: bool", "[..1]", 100000, "}"),
                "lists of lists nest only so deep");
    parse(repeat(let, "p", 190, " }"));
    parse(repeat("schema A { b: bool", "[..1]", 150, "}"));
    tap_number((long long)diags.errors, 0, "150 lists of lists are not too many");
    parse(repeat("schema A { ", "x y ", 200000, "}"));
    tap_ok(diags.errors <= 101, "errors end, however many there are");
    parse(repeat("", "schema A { ", 100000, ""));
    tap_ok(diags.errors > 0 && diags.errors <= 101, "blocks that nobody closes");
    parse(repeat("", "}", 200000, ""));
    tap_ok(diags.errors <= 101, "braces that nobody opened");
}

static void check_cuts(void)
{
    struct wc_source *source = wc_source_read(&arena, "tests/fuzz/corpus/parse/whole.flow");
    if (!source)
        return;
    struct wc_arena outer = arena;
    char *text = malloc(source->len + 1);
    memcpy(text, source->text, source->len + 1);
    size_t len = source->len, silent = 0;
    for (size_t cut = 0; cut < len; cut += 3) {
        arena = (struct wc_arena){0};
        names = (struct wc_interner){.arena = &arena};
        parse_bytes(text, cut);
        size_t depth = 0;
        for (size_t i = 0; i < cut; i++)
            depth += (text[i] == '{') - (size_t)(text[i] == '}');
        silent += depth > 0 && diags.errors == 0;
        wc_arena_free(&arena);
    }
    arena = outer;
    names = (struct wc_interner){.arena = &arena};
    free(text);
    tap_number((long long)silent, 0, "a file that is cut off is never taken for whole");
}

/* ---- prompts -------------------------------------------------------------------------------- */

static struct wc_ast_template *prompt(const char *text)
{
    diags = (struct wc_diags){.arena = &arena};
    return wc_parse_template(&arena, &names, wc_source_from(&arena, "p.md", text, strlen(text)),
                             &diags);
}

static void check_prompts(void)
{
    struct wc_ast_template *t =
        prompt("A \"quoted\" ${input.x}\r\nand $${not} ${\n y ?? \"z${q}\" }.");
    tap_text(said(), "", "a prompt with holes");
    tap_number((long long)t->pieces.count, 5, "its pieces");
    tap_text(t->pieces.items[2].text.bytes, "\nand ${not} ", "text between two holes");
    tap_number(t->pieces.items[1].span.start, 13, "a hole knows its place");
    tap_number((long long)prompt("")->pieces.count, 0, "an empty prompt");
    tap_number((long long)prompt("plain }{")->pieces.count, 1, "a plain prompt");
    t = prompt("${} and ${a b} and ${c}");
    tap_text(said(),
             "E0201 1:3 expected an expression, found `}`; E0201 1:13 expected `}`, "
             "found `b`",
             "errors of two holes");
    prompt("text ${x");
    tap_text(said(), "E0108 1:6 this `${` is not closed", "a hole that is not closed");
    prompt("text ${(x} more ${y}");
    tap_number((long long)diags.errors, 1, "a parenthesis that is not closed");
}

int main(void)
{
    check_flagship();
    check_whole();
    check_expressions();
    check_errors();
    check_near();
    check_brackets();
    check_recovery();
    check_hostile();
    check_cuts();
    check_prompts();
    wc_arena_free(&arena);
    return tap_done();
}
