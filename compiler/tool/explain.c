/* `wright explain`: the page of a code, carried in the program so that it needs no network and always
 * speaks of this version. */
#include "compiler/base/buf.h"
#include "compiler/base/intern.h"
#include "compiler/diag/diag.h"
#include "compiler/diff/diff.h"
#include "compiler/tool/tool.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct page {
    const char *code;
    const char *text;
};

/* gen/pages.inc is the pages of docs/errors by pages.sh. */
static const struct page pages[] = {
#define PAGE(code, text) {code, text},
#include "gen/pages.inc"
#undef PAGE
    {NULL, NULL},
};

static const char *const summaries[] = {
#define CODE(number, severity, name, summary) summary,
#include "compiler/diag/codes.def"
#undef CODE
};

static const char *page_of(enum wc_code code)
{
    for (const struct page *page = pages; page->code; page++)
        if (strcmp(page->code, wc_code_name(code)) == 0)
            return page->text;
    return NULL;
}

static void list(void)
{
    for (enum wc_code code = 0; code < WC_CODE_COUNT; code++)
        printf("%s  %-22s %s\n", wc_code_name(code), wc_code_title(code), summaries[code]);
    printf("\n`wright explain CODE` prints the page of one.\n");
}

/* gen/rules.inc is the pages of docs/rules. */
static const struct page rule_pages[] = {
#define PAGE(code, text) {code, text},
#include "gen/rules.inc"
#undef PAGE
    {NULL, NULL},
};

static void list_rules(void)
{
    printf("\nRules of `wright diff`:\n\n");
    for (enum wc_rule rule = 0; rule < WC_RULE_COUNT; rule++)
        printf("%-30s %-10s %s\n", wc_rule_row(rule)->id, wc_level_name(wc_rule_row(rule)->level),
               wc_rule_row(rule)->title);
}

static bool explain_rule(const char *id)
{
    for (const struct page *page = rule_pages; page->code; page++)
        if (strcmp(page->code, id) == 0) {
            fputs(page->text, stdout);
            return true;
        }
    return false;
}

static enum wc_exit unknown(const char *text)
{
    const char *names[WC_CODE_COUNT];
    char upper[16] = "";
    for (size_t i = 0; text[i] && i + 1 < sizeof upper; i++)
        upper[i] = (char)toupper((unsigned char)text[i]);
    for (enum wc_code code = 0; code < WC_CODE_COUNT; code++)
        names[code] = wc_code_name(code);
    const char *near = wc_nearest(upper, names, WC_CODE_COUNT);
    if (near)
        return wc_trouble("explain", "there is no code %s; did you mean %s?", text, near);
    return wc_trouble("explain", "there is no code %s; `wright explain` lists them", text);
}

int wc_cmd_explain(int argc, char **argv)
{
    int rest = 0;
    const struct wc_flag flags[] = {{NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest == 0) {
        list();
        list_rules();
        return WC_EXIT_OK;
    }
    for (int i = 1; i <= rest; i++) {
        if (explain_rule(argv[i])) {
            if (i < rest)
                putchar('\n');
            continue;
        }
        enum wc_code code = wc_code_find(argv[i]);
        if (code == WC_CODE_COUNT)
            return (int)unknown(argv[i]);
        const char *text = page_of(code);
        if (text)
            fputs(text, stdout);
        else
            printf("# %s: %s\n\n%s\n", wc_code_name(code), wc_code_title(code), summaries[code]);
        if (i < rest)
            putchar('\n');
    }
    return WC_EXIT_OK;
}
