/* Diagnostics: the rendered text, whole, the JSON, order, and sources that try to disturb either. */
#include "compiler/diag/render.h"

#include "tests/unit/tap.h"

#include <jansson.h>
#include <stdlib.h>

static struct wc_arena arena;

static struct wc_span span(const struct wc_source *source, uint32_t start, uint32_t end)
{
    return (struct wc_span){source, start, end};
}

static const char *rendered(const struct wc_diags *diags, bool color)
{
    struct wc_buf buf = {0};
    wc_render_color(&buf, diags, color);
    const char *text = wc_arena_copy(&arena, buf.data ? buf.data : "", buf.len);
    wc_buf_free(&buf);
    return text;
}

static void check_text(void)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *source =
        wc_source_from(&arena, "a.flow", "one two\nthree\n\nfour five six\n", 28);
    struct wc_diag *diag = wc_report(&diags, WC_E0201, span(source, 15, 19), "no %s here", "four");
    wc_diag_label(&diags, diag, "this one");
    wc_diag_also(&diags, diag, span(source, 0, 3), "the first");
    wc_diag_also(&diags, diag, span(source, 20, 24), "beside it");
    wc_diag_note(&diags, diag, "a reason");
    wc_diag_help(&diags, diag, "a way out");
    wc_report(&diags, WC_E0109, span(source, 4, 7), "only a warning");
    wc_diags_sort(&diags);
    tap_text(rendered(&diags, false),
             "warning[E0109]: only a warning\n"
             " --> a.flow:1:5\n"
             "  |\n"
             "1 | one two\n"
             "  |     ^^^\n"
             "\n"
             "error[E0201]: no four here\n"
             " --> a.flow:4:1\n"
             "  |\n"
             "1 | one two\n"
             "  | --- the first\n"
             "...\n"
             "4 | four five six\n"
             "  | ^^^^ ---- beside it\n"
             "  | this one\n"
             "  |\n"
             "  = note: a reason\n"
             "  = help: a way out\n"
             "\n"
             "1 error, 1 warning\n",
             "a message with labels, a note and a help");
    tap_ok(strstr(rendered(&diags, true), "\033[1;31merror[E0201]\033[0m") != NULL,
           "colour where it is asked for");
    tap_ok(strchr(rendered(&diags, false), '\033') == NULL, "and none where not");
    struct wc_diags none = {.arena = &arena};
    tap_text(rendered(&none, false), "", "nothing to say");
}

/* Carets hide the marks inside them, not what those say. */
static void check_inside(void)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *source = wc_source_from(&arena, "a.flow", "a ?? b\n", 7);
    struct wc_diag *diag = wc_report(&diags, WC_E0501, span(source, 0, 6), "no");
    wc_diag_label(&diags, diag, "two types");
    wc_diag_also(&diags, diag, span(source, 0, 1), "text");
    wc_diag_also(&diags, diag, span(source, 5, 6), "int");
    tap_text(rendered(&diags, false),
             "error[E0501]: no\n"
             " --> a.flow:1:1\n"
             "  |\n"
             "1 | a ?? b\n"
             "  | ^^^^^^\n"
             "  |      int\n"
             "  | text\n"
             "  | two types\n"
             "\n"
             "1 error, 0 warnings\n",
             "labels inside another are all said");
}

static void check_other_file(void)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *a = wc_source_from(&arena, "a.flow", "stage x", 7);
    struct wc_source *b = wc_source_from(&arena, "p/b.md", "text ${y}", 9);
    struct wc_diag *diag = wc_report(&diags, WC_E0201, span(b, 7, 8), "no y");
    wc_diag_also(&diags, diag, span(a, 6, 7), "used here");
    tap_text(rendered(&diags, false),
             "error[E0201]: no y\n"
             " --> p/b.md:1:8\n"
             "  |\n"
             "1 | text ${y}\n"
             "  |        ^\n"
             " ::: a.flow:1:7\n"
             "  |\n"
             "1 | stage x\n"
             "  |       - used here\n"
             "\n"
             "1 error, 0 warnings\n",
             "a label in another file");
}

/* One error at `start .. end` of `text`: what is shown between the place and the summary. */
static const char *shown(const char *text, size_t len, uint32_t start, uint32_t end)
{
    struct wc_diags diags = {.arena = &arena};
    wc_report(&diags, WC_E0101, span(wc_source_from(&arena, "x", text, len), start, end), "m");
    return rendered(&diags, false);
}

static void check_hostile(void)
{
    const char *text = shown(
        "a\x1b[31m\xff\xe2\x80\xae"
        "b",
        11, 10, 11);
    tap_ok(strchr(text, '\033') == NULL && strstr(text, "\xe2\x80\xae") == NULL &&
               !strchr(text, '\xff'),
           "control characters of a source are not passed on");
    tap_ok(strstr(text,
                  "1 | a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd"
                  "b\n  |         ^\n") != NULL,
           "and each takes one column");
    text = shown("\ta b", 4, 3, 4);
    tap_ok(strstr(text, "1 |     a b\n  |       ^\n") != NULL, "a tab is four columns");
    text = shown("\xe4\xb8\xad\xe6\x96\x87 b", 8, 7, 8);
    tap_ok(strstr(text, "  |      ^\n") != NULL, "a wide character is two columns");
    text = shown("ab", 2, 2, 2);
    tap_ok(strstr(text, "1 | ab\n  |   ^\n") != NULL, "the end of a line");
    text = shown("", 0, 0, 0);
    tap_ok(strstr(text, "1 |\n  | ^\n") != NULL, "an empty file");
    text = shown("ab\ncd", 5, 1, 5);
    tap_ok(strstr(text, "1 | ab\n  |  ^\n") != NULL, "of a span over lines, the first");

    size_t len = 1024 * 1024;
    char *line = malloc(len);
    memset(line, 'x', len);
    text = shown(line, len, 500000, 900000);
    tap_ok(strlen(text) < 1000, "a long line is cut to a window");
    tap_ok(strstr(text, "| ...xxx") != NULL && strstr(text, "xxx...\n") != NULL, "which says so");
    free(line);
}

static void check_json(void)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *source = wc_source_from(&arena, "a \"b\".flow", "one\ntwo\n", 8);
    struct wc_diag *diag = wc_report(&diags, WC_E0201, span(source, 4, 7), "say \"%s\"", "x\ny");
    wc_diag_also(&diags, diag, span(source, 0, 3), "other");
    wc_diag_note(&diags, diag, "note");
    wc_diag_help(&diags, diag, "help");
    wc_diag_suggest(&diags, diag, span(source, 4, 7), WC_APPLIES, "three");
    wc_report(&diags, WC_E0109, span(source, 0, 0), "w");
    struct wc_buf buf = {0};
    wc_render_json(&buf, &diags);
    json_error_t error;
    json_t *list = json_loads(buf.data, JSON_REJECT_DUPLICATES, &error);
    tap_number(list ? (long long)json_array_size(list) : -1, 2, "the JSON parses");
    json_t *first = json_array_get(list, 0), *start = json_object_get(first, "start");
    tap_text(json_string_value(json_object_get(first, "code")), "E0201", "code");
    tap_text(json_string_value(json_object_get(first, "message")), "say \"x\ny\"", "message");
    tap_text(json_string_value(json_object_get(first, "file")), "a \"b\".flow", "file");
    tap_number(json_integer_value(json_object_get(start, "line")), 2, "line");
    tap_number(json_integer_value(json_object_get(start, "column")), 1, "column");
    tap_number((long long)json_array_size(json_object_get(first, "labels")), 2, "labels");
    json_t *edit = json_object_get(first, "suggestion");
    tap_text(json_string_value(json_object_get(edit, "replacement")), "three", "suggestion");
    tap_ok(json_is_null(json_object_get(json_array_get(list, 1), "help")), "no help is null");
    json_decref(list);
    wc_buf_free(&buf);
    struct wc_diags none = {.arena = &arena};
    wc_render_json(&buf, &none);
    tap_text(buf.data, "[]\n", "no diagnostics");
    wc_buf_free(&buf);
}

static void check_order(void)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *a = wc_source_from(&arena, "a", "0123456789", 10);
    struct wc_source *b = wc_source_from(&arena, "b", "0123456789", 10);
    wc_report(&diags, WC_E0201, span(b, 1, 1), "5");
    wc_report(&diags, WC_E0201, span(a, 7, 7), "4");
    wc_report(&diags, WC_E0201, span(a, 2, 2), "2");
    wc_report(&diags, WC_E0201, span(a, 2, 3), "3");
    wc_report(&diags, WC_E0101, span(a, 2, 2), "1");
    wc_report(&diags, WC_E0201, span(a, 2, 2), "2");
    wc_diags_sort(&diags);
    bool good = true;
    WC_EACH(i, &diags.list)
    good = good && diags.list.items[i]->message[0] == (char)('1' + (int)i);
    tap_ok(good, "sorted by file, place and code; else as reported");
    tap_number((long long)diags.errors, 5, "what is said twice counts once");
    tap_number((long long)diags.list.count, 5, "and is kept once");
}

static void check_many(void)
{
    struct wc_diags diags = {.arena = &arena};
    struct wc_source *source = wc_source_from(&arena, "a", "0123456789", 10);
    struct wc_buf text = {0};
    for (int i = 0; i < WC_SHOWN_MAX + 3; i++)
        wc_report(&diags, WC_E0201, span(source, 1, 2), "number %d", i);
    wc_render_text(&text, &diags);
    tap_ok(strstr(text.data, "number 99\n") && !strstr(text.data, "number 100\n"),
           "a hundred are shown");
    tap_ok(strstr(text.data, "and 3 more;") && strstr(text.data, "103 errors, 0 warnings"),
           "and the others counted");
    wc_buf_free(&text);
}

static void check_codes(void)
{
    tap_ok(wc_code_find("e0201") == WC_E0201, "a code is found in any case");
    tap_ok(wc_code_find("E9999") == WC_CODE_COUNT, "an unknown code is not");
    tap_text(wc_code_name(WC_E0202), "E0202", "a code's name");
    tap_text(wc_code_title(WC_E0202), "unclosed brace", "a code's title");
    bool sorted = true;
    for (int i = 1; i < WC_CODE_COUNT; i++)
        sorted = sorted &&
                 strcmp(wc_code_name((enum wc_code)(i - 1)), wc_code_name((enum wc_code)i)) < 0;
    tap_ok(sorted, "codes.def is in order");
}

int main(void)
{
    check_text();
    check_inside();
    check_other_file();
    check_hostile();
    check_json();
    check_order();
    check_many();
    check_codes();
    wc_arena_free(&arena);
    return tap_done();
}
