/* The model's own rules: the tree of classes against the runtime's table, types as text, sizes, and
 * which types contain which. */
#include "tests/unit/tap.h"

#include "compiler/check/check.h"
#include "compiler/model/classes.h"
#include "compiler/model/fits.h"

static struct wc_arena arena;
static const struct wc_span nowhere;

static void test_classes(void)
{
    static const char *const groups[] = {
#define CLASS(name, group, http, retryable) #group,
#include <wright/classes.def>
#undef CLASS
    };
    uint64_t all = 0;
    bool same = true;
    for (enum wr_class i = WR_OK + 1; i < WR_CLASS_COUNT; i++) {
        const struct wc_group *group = wc_group_of(i);
        const char *want = groups[i - 1];
        same = same && strcmp(group ? group->name : "alone", want) == 0;
        same = same && (!group || (group->classes & WR_BIT(i)));
        same = same && wc_class_find(wc_class_name(i)) == i;
    }
    tap_ok(same, "every leaf is in its group, and found by its name");
    size_t count;
    const struct wc_group *table = wc_groups(&count);
    for (size_t i = 0; i < count; i++) {
        tap_ok((all & table[i].classes) == 0, "%s shares no class", table[i].name);
        all |= table[i].classes;
    }
    tap_ok(!(wc_error_classes() & wc_group_find("rejected")->classes), "error covers no rejection");
    tap_ok(!(wc_error_classes() & WR_BIT(WR_CLASS_uncertain)), "error covers no uncertainty");
    uint64_t text = wc_group_find("timeout")->classes | WR_BIT(WR_CLASS_missing) | WR_BIT(WR_OK);
    tap_text(wc_classes_text(&arena, text), "`ok`, `timeout`, `missing`", "classes as text");
}

static struct wc_type *list_of(struct wc_type *element, int64_t max)
{
    struct wc_type *type = wc_type_new(&arena, WC_TYPE_LIST, nowhere);
    type->element = element;
    type->has_max = true;
    type->max = max;
    return type;
}

static void test_texts(void)
{
    struct wc_type *bytes = wc_type_string(&arena, nowhere, 1, 60000, true);
    tap_text(wc_type_text(&arena, bytes), "string(1..60_000 bytes)", "a string's type");
    tap_text(wc_type_text(&arena, list_of(wc_type_int(&arena, nowhere, -5, 5), 20)),
             "int(-5..5)[..20]", "a list's type");
    tap_text(wc_int_text(&arena, INT64_MIN), "-9_223_372_036_854_775_808", "the least integer");
    tap_text(wc_ms_text(&arena, 7450), "7450ms", "milliseconds");
    tap_text(wc_ms_text(&arena, 7400), "7.4s", "tenths of a second");
    tap_text(wc_ms_text(&arena, 120000), "2m", "minutes");
    tap_text(wc_dollars_text(&arena, INT64_C(264000000)), "$0.000264", "a fraction of a cent");
    tap_text(wc_dollars_text(&arena, INT64_C(1000000000000)), "$1.00", "a dollar");
    tap_text(wc_dollars_text(&arena, INT64_C(1999999999999)), "$2.00", "rounded up");
    tap_text(wc_dollars_text(&arena, 1), "$0.000000000001", "a picodollar");
}

static bool fits(const struct wc_type *from, const struct wc_type *into)
{
    struct wc_misfit why;
    return wc_fits(&arena, from, into, &why);
}

static void test_strings(void)
{
    struct wc_type *points = wc_type_string(&arena, nowhere, 1, 100, false);
    struct wc_type *hundred = wc_type_string(&arena, nowhere, 0, 100, true);
    struct wc_type *four = wc_type_string(&arena, nowhere, 0, 400, true);
    tap_ok(fits(hundred, wc_type_string(&arena, nowhere, 0, 100, false)),
           "100 bytes are at most 100 code points");
    tap_ok(!fits(points, hundred), "100 code points may be more than 100 bytes");
    tap_ok(fits(points, four), "and are at most 400");
    tap_ok(!fits(hundred, points), "an empty text does not fit where one code point is needed");
    tap_number(wc_text_bytes(points), 400, "a text's bytes");
    tap_number(wc_text_points(hundred), 100, "a text's code points");
    struct wc_type *text = wc_type_text_of(&arena, nowhere, 7, 50, 60);
    tap_ok(fits(text, wc_type_string(&arena, nowhere, 0, 60, true)), "both bounds count: bytes");
    tap_ok(fits(text, wc_type_string(&arena, nowhere, 0, 50, false)), "both bounds count: points");
    tap_ok(fits(text, wc_type_string(&arena, nowhere, 7, 50, false)), "its least counts");
    tap_ok(!fits(text, wc_type_string(&arena, nowhere, 8, 50, false)), "and is no more than it is");
    tap_number(wc_text_least(wc_type_string(&arena, nowhere, 9, 99, true)), 3,
               "nine bytes are at least three code points");
}

static void test_numbers(void)
{
    struct wc_type *small = wc_type_int(&arena, nowhere, 0, 5);
    struct wc_type *large = wc_type_int(&arena, nowhere, -1, 9);
    struct wc_type *number = wc_type_new(&arena, WC_TYPE_NUMBER, nowhere);
    number->has_min = number->has_max = true;
    number->number_max = 5;
    tap_ok(fits(small, large) && !fits(large, small), "a range in a wider one");
    tap_ok(fits(small, number) && !fits(large, number), "an int in a number");
    tap_ok(!fits(number, small), "a number in no int");
    tap_ok(fits(list_of(small, 3), list_of(large, 4)), "a list in a longer one of wider items");
    tap_ok(!fits(list_of(small, 5), list_of(large, 4)), "a longer list in no shorter one");
    tap_number(wc_add_sat(WC_SIZE_MAX, WC_SIZE_MAX), WC_SIZE_MAX, "sizes stop at the largest");
    tap_number(wc_mul_sat(INT64_C(1) << 40, INT64_C(1) << 40), WC_SIZE_MAX, "so do products");
}

static struct wc_type *object(const char *name, bool open, size_t count, const char *const *fields)
{
    struct wc_schema *schema = WC_NEW(&arena, struct wc_schema);
    struct wc_type *type = wc_type_new(&arena, WC_TYPE_SCHEMA, nowhere);
    schema->name = name;
    schema->open = open;
    type->schema = schema;
    for (size_t i = 0; i < count; i++) {
        struct wc_field field = {.name = fields[i], .type = wc_type_int(&arena, nowhere, 0, 9)};
        field.optional = fields[i][0] == 'o';
        wc_push(&arena, &schema->fields, field);
    }
    return type;
}

static void test_objects(void)
{
    struct wc_misfit why;
    struct wc_type *a = object("A", false, 2, (const char *const[]){"x", "oy"});
    struct wc_type *b = object("B", false, 1, (const char *const[]){"x"});
    struct wc_type *c = object("C", true, 1, (const char *const[]){"x"});
    tap_ok(fits(b, a), "an optional field may be missing");
    tap_ok(fits(a, c), "an open schema takes more");
    tap_ok(!wc_fits(&arena, a, b, &why), "a closed one does not");
    tap_text(why.path, ".oy", "and the field is named");
    struct wc_type *deep = list_of(a, 3);
    tap_ok(!wc_fits(&arena, deep, list_of(b, 3), &why), "nor in a list");
    tap_text(why.path, "[].oy", "and the path says where");
}

int main(void)
{
    test_classes();
    test_texts();
    test_strings();
    test_numbers();
    test_objects();
    wc_arena_free(&arena);
    return tap_done();
}
