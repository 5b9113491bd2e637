/* Declared names: telling them apart, finding them, and saying which near one was meant. */
#include "compiler/model/resolver.h"

#include <ctype.h>
#include <string.h>

enum {
    LISTED = 6,     /* names shown where none is near */
    SUGGESTED = 500 /* errors after which nothing is looked for any more */
};

static const struct wc_entry *entry_of(const struct wc_table *table, const char *name)
{
    WC_EACH(i, &table->entries)
    {
        if (table->entries.items[i].name == name)
            return &table->entries.items[i];
    }
    return NULL;
}

bool wc_declare(struct wc_resolver *r, struct wc_table *table, struct wc_name name, void *item)
{
    if (!name.text)
        return false;
    const struct wc_entry *first = entry_of(table, name.text);
    if (first) {
        struct wc_diag *diag = wc_report(r->diags, WC_E0402, name.span,
                                         "there are two %ss called `%s`", table->what, name.text);
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, first->span, "the first");
        wc_diag_help(r->diags, diag, "rename one of them, or delete it");
        return false;
    }
    struct wc_entry entry = {name.text, name.span, item};
    wc_push(r->arena, &table->entries, entry);
    return true;
}

void *wc_lookup(const struct wc_table *table, const char *name)
{
    const struct wc_entry *entry = entry_of(table, name);
    return entry ? entry->item : NULL;
}

/* "`a`, `b` and 3 more" */
static const char *listed(struct wc_arena *arena, const char *const *names, size_t count)
{
    struct wc_buf buf = {0};
    for (size_t i = 0; i < count && i < LISTED; i++)
        wc_buf_printf(&buf, "%s`%s`", i ? ", " : "", names[i]);
    if (count > LISTED)
        wc_buf_printf(&buf, " and %zu more", count - LISTED);
    const char *text = wc_arena_copy(arena, buf.data ? buf.data : "", buf.len);
    wc_buf_free(&buf);
    return text;
}

void wc_suggest_near(struct wc_resolver *r, struct wc_diag *diag, struct wc_name name,
                     const char *const *names, size_t count)
{
    if (r->diags->errors > SUGGESTED)
        return;
    const char *near = wc_nearest(name.text, names, count);
    if (near) {
        wc_diag_help(r->diags, diag, "did you mean `%s`?", near);
        wc_diag_suggest(r->diags, diag, name.span, WC_MAYBE_APPLIES, "%s", near);
    } else if (count > 0) {
        wc_diag_help(r->diags, diag, "there %s: %s", count == 1 ? "is only" : "are",
                     listed(r->arena, names, count));
    }
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Does a declaration's first word stand at `at`, and not a word in the middle of a line? */
static bool begins_line(const char *text, const char *at)
{
    while (at > text && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    if (at - text >= 4 && strncmp(at - 4, "open", 4) == 0)
        at -= 4;
    return at == text || at[-1] == '\n';
}

static bool is_in(const struct wc_source *source, const char *what, const char *name)
{
    const char *text = source->text;
    size_t what_len = strlen(what), name_len = strlen(name);
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what)) {
        const char *after = at + what_len + strspn(at + what_len, " \t");
        if (after > at + what_len && begins_line(text, at) && strncmp(after, name, name_len) == 0 &&
            !is_name_char(after[name_len]))
            return true;
    }
    return false;
}

/* Is it declared in a part of the text that a syntax error has hidden? Then nothing more is said. */
static bool is_hidden(const struct wc_resolver *r, const char *what, const char *name)
{
    for (size_t i = 0; !r->parsed && i < r->sources.count; i++)
        if (is_in(r->sources.items[i], what, name))
            return true;
    return false;
}

void *wc_need(struct wc_resolver *r, const struct wc_table *table, struct wc_name name)
{
    if (!name.text)
        return NULL;
    const struct wc_entry *entry = entry_of(table, name.text);
    if (entry)
        return entry->item;
    if (is_hidden(r, table->what, name.text))
        return NULL;
    struct wc_diag *diag = wc_report(r->diags, WC_E0401, name.span, "there is no %s called `%s`",
                                     table->what, name.text);
    wc_diag_label(r->diags, diag, "not declared");
    const char **names = WC_NEW_ARRAY(r->arena, const char *, table->entries.count + 1);
    WC_EACH(i, &table->entries)
    {
        names[i] = table->entries.items[i].name;
    }
    if (table->entries.count == 0)
        wc_diag_help(r->diags, diag, "this specification declares no %s", table->what);
    wc_suggest_near(r, diag, name, names, table->entries.count);
    return NULL;
}

bool wc_refuse_reserved(struct wc_resolver *r, struct wc_name name, const char *what)
{
    static const char *const reserved[] = {"input", "it",   "job",   "now",  "caller", "ok",
                                           "error", "true", "false", "null", NULL};
    if (!name.text)
        return false;
    for (size_t i = 0; reserved[i]; i++) {
        if (strcmp(reserved[i], name.text) != 0)
            continue;
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0403, name.span, "a %s cannot be called `%s`", what, name.text);
        wc_diag_label(r->diags, diag, "this name means something else already");
        wc_diag_help(r->diags, diag, "choose another name");
        return true;
    }
    return false;
}

/* ---- clauses ------------------------------------------------------------------------------ */

struct wc_clause *wc_clause_one(struct wc_resolver *r, struct wc_clauses clauses,
                                enum wc_clause_kind kind)
{
    struct wc_clause *first = NULL;
    for (size_t i = 0; i < clauses.count; i++) {
        struct wc_clause *clause = clauses.items[i];
        if (clause->kind != kind)
            continue;
        if (!first) {
            first = clause;
            continue;
        }
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0405, clause->keyword, "`%s` is said twice in %s",
                      wc_clause_name(kind), clauses.owner);
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_also(r->diags, diag, first->span, "the first");
        wc_diag_help(r->diags, diag, "keep one of them");
    }
    return first;
}

uint32_t wc_uint(struct wc_resolver *r, const struct wc_number *number, int64_t min, int64_t max,
                 const char *what)
{
    if (number->kind == WC_NO_NUMBER)
        return 0;
    if (number->integer >= min && number->integer <= max)
        return (uint32_t)number->integer;
    if (number->integer == 0 && !r->parsed)
        return (uint32_t)min; /* a malformed number, reported */
    struct wc_diag *diag = wc_report(r->diags, WC_E0506, number->span, "%s must be from %s to %s",
                                     what, wc_int_text(r->arena, min), wc_int_text(r->arena, max));
    wc_diag_label(r->diags, diag, "%s", number->integer < min ? "too small" : "too large");
    return (uint32_t)(number->integer < min ? min : max);
}
