/* Every production of the grammar is used by a specification or a prompt of spec/ or tests/lang/ok: what no
 * example shows, nobody sees working. The parser is built a second time, here, and tells which rules it reduces;
 * its functions take the place of the library's. Run from the top folder. With --trace and files it prints what each
 * is made of, a line a production with what stands in it, for tests/diff/test_grammar.py. */
#define WC_GRAMMAR_TRACE
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
#include "compiler/syntax/build.h"
#define wc_machine_feed feed_machine
#include "gen/compiler/syntax/grammar.c"
#undef wc_machine_feed
#pragma GCC diagnostic pop

#include "compiler/syntax/parse.h"
#include "tests/unit/tap.h"

#include <ftw.h>

enum { RULES = sizeof yyRuleName / sizeof *yyRuleName, TRACE_MAX = 1024 };

/* Read only so that it can be refused in words; tests/lang/err has each. */
static const char *const refused[] = {
    "life_clause ::= DEPRECATED text",        /* no day */
    "range ::= bound DOTDOT",                 /* no upper end */
    "number ::= MONEY",                       /* where a number is asked for */
    "literal ::= LBRACKET literals RBRACKET", /* a list with items as a default */
    "literals ::= ",
    "args ::=", /* no function takes nothing */
};

static bool used[RULES];
static int files_read, files_broken;

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* `name ::=` means just that rule, `name ::= ` each that begins so. */
static bool is_meant(const char *pattern, const char *rule)
{
    size_t length = strlen(pattern);
    return ends_with(pattern, " ") ? strncmp(rule, pattern, length) == 0
                                   : strncmp(rule, pattern, length) == 0 &&
                                         strspn(rule + length, " ") == strlen(rule + length);
}

#define IS_LISTED(list, rule) is_listed(list, sizeof(list) / sizeof *(list), rule)
static bool is_listed(const char *const *list, size_t count, const char *rule)
{
    for (size_t i = 0; i < count; i++)
        if (is_meant(list[i], rule))
            return true;
    return false;
}

/* The rules that a trace names. */
static void note(FILE *trace)
{
    char line[TRACE_MAX];
    rewind(trace);
    while (fgets(line, sizeof line, trace)) {
        int rule;
        if (sscanf(line, "Reduce %d ", &rule) == 1 && rule >= 0 && rule < RULES)
            used[rule] = true;
    }
}

static void read_file(const char *path, bool is_prompt, bool may_err)
{
    struct wc_arena arena = {0};
    struct wc_interner names = {.arena = &arena};
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *source = wc_source_read(&arena, path);
    FILE *trace = tmpfile();
    files_read++;
    if (source && trace) {
        WcGrammarTrace(trace, "");
        if (is_prompt)
            wc_parse_template(&arena, &names, source, &diags);
        else
            wc_parse(&arena, &names, source, &diags);
        WcGrammarTrace(NULL, NULL);
    }
    if (!source || !trace || (diags.errors > 0 && !may_err)) {
        printf("# %s has errors\n", path);
        files_broken++;
    } else {
        note(trace);
    }
    if (trace)
        fclose(trace);
    wc_arena_free(&arena);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)where;
    if (kind == FTW_F && (ends_with(path, ".flow") || ends_with(path, ".md")))
        read_file(path, ends_with(path, ".md"), strstr(path, "/err/") != NULL);
    return 0;
}

/* How many rules are not used: those on a list, or those on none. */
static int unused(bool is_listed_ones)
{
    int count = 0;
    for (int i = 0; i < RULES; i++) {
        const char *rule = yyRuleName[i];
        if (used[i] || IS_LISTED(refused, rule) != is_listed_ones)
            continue;
        printf("# no example: %s\n", rule);
        count++;
    }
    return count;
}

static void say_which_are_built(void)
{
    for (int i = 0; i < RULES; i++)
        if (used[i] && IS_LISTED(refused, yyRuleName[i]))
            printf("# has an example: take it off the lists of this test: %s\n", yyRuleName[i]);
}

/* ---- what a file is made of --------------------------------------------------------------------- */

enum { TOKENS_MAX = 65536, FEW = 8 };

static struct wc_span tokens[TOKENS_MAX];
static size_t token_count;

/* As in grammar.y, and each token is remembered. */
void wc_machine_feed(void *machine, int kind, struct wc_token token)
{
    if (token_count < TOKENS_MAX)
        tokens[token_count++] = token.span;
    feed_machine(machine, kind, token);
}

/* What stands on the parser's stack: its text, if that is a few tokens. */
struct part {
    const char *text;
    int tokens;
};

/* Prints a production with what stands in it, long parts left out, and puts what it makes in their place. */
static void reduce_printed(struct wc_arena *arena, int rule, struct part *stack, size_t *height)
{
    struct part made = {"", 0};
    *height -= (size_t)-yyRuleInfoNRhs[rule];
    for (int i = 0; i < -yyRuleInfoNRhs[rule]; i++) {
        const struct part *part = &stack[*height + (size_t)i];
        made.tokens += part->tokens;
        made.text =
            wc_arena_printf(arena, "%s%s ", made.text, part->tokens <= FEW ? part->text : "");
    }
    printf("%s\t%s\n", yyRuleName[rule], made.text);
    stack[(*height)++] = made;
}

static void print_parts(struct wc_arena *arena, FILE *trace)
{
    static struct part stack[TOKENS_MAX];
    char line[TRACE_MAX];
    size_t height = 0, next = 0;
    int rule;
    rewind(trace);
    while (fgets(line, sizeof line, trace)) {
        if (sscanf(line, "Reduce %d ", &rule) == 1 && rule >= 0 && rule < RULES) {
            reduce_printed(arena, rule, stack, &height);
        } else if (strncmp(line, "Shift", 5) == 0 && next < token_count) {
            const struct wc_span *span = &tokens[next++];
            stack[height++] = (struct part){
                wc_arena_copy(arena, span->source->text + span->start, span->end - span->start), 1};
        }
    }
}

static void trace_file(const char *path)
{
    struct wc_arena arena = {0};
    struct wc_interner names = {.arena = &arena};
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *source = wc_source_read(&arena, path);
    FILE *trace = tmpfile();
    printf("FILE\t%s\n", path);
    token_count = 0;
    if (source && trace) {
        WcGrammarTrace(trace, "");
        wc_parse(&arena, &names, source, &diags);
        WcGrammarTrace(NULL, NULL);
        if (diags.errors == 0)
            print_parts(&arena, trace);
    }
    if (trace)
        fclose(trace);
    wc_arena_free(&arena);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--trace") == 0) {
        for (int i = 0; i < RULES; i++)
            printf("RULE\t%s\n", yyRuleName[i]);
        for (int i = 2; i < argc; i++)
            trace_file(argv[i]);
        return 0;
    }
    tap_number(RULES, YYNRULE, "every production is known");
    int broken = nftw("spec", visit, 16, FTW_PHYS) + nftw("tests/lang/ok", visit, 16, FTW_PHYS);
    tap_ok(broken == 0 && files_read > 30, "spec/ and tests/lang/ok are read");
    tap_number(files_broken, 0, "without an error");
    tap_number(unused(false), 0, "each production is used by an example that is accepted");
    say_which_are_built();
    read_file("tests/fuzz/corpus/parse/whole.flow", false, false);
    tap_ok(nftw("tests/lang/err", visit, 16, FTW_PHYS) == 0, "tests/lang/err is read");
    tap_number(unused(true), 0, "the others by one that is refused, or by the parser's own");
    return tap_done();
}
