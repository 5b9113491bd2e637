/* Documents to typed structs and back, as a generated decoder does it: values, faults and their
 * pointers, syntax, limits, numbers, the arena. */
#include "runtime/base/str.h"
#include "runtime/json/number.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"
#include "tests/unit/tap.h"

#include <locale.h>
#include <stdlib.h>

/* ---- a schema, as the compiler would write it ------------------------------------------------- */

struct point {
    struct wr_str text;
    double confidence;
};

struct tag_entry {
    struct wr_str key;
    int64_t value;
};

struct brief {
    struct wr_str document;
    struct wr_str language;
    bool has_audience;
    struct wr_str audience;
    int64_t max_points;
    struct {
        struct point *items;
        size_t count;
    } points;
    struct {
        struct tag_entry *items;
        size_t count;
    } tags;
    bool has_flag;
    bool flag;
    struct point *best;
};

static bool two_letters(const char *text, size_t len)
{
    return len == 2 && text[0] >= 'a' && text[0] <= 'z' && text[1] >= 'a' && text[1] <= 'z';
}

static const struct wr_pattern pattern = {.match = two_letters, .text = "[a-z]{2}"};
static const struct wr_str audiences[] = {{WR_TEXT("executive")}, {WR_TEXT("engineer")}};

static const struct wr_field point_fields[] = {
    {.name = {WR_TEXT("text")}, .required = true},
    {.name = {WR_TEXT("confidence")}, .required = true},
};
static const struct wr_shape point_shape = {.fields = point_fields, .count = 2, .open = true};

static bool decode_point(struct wr_reader *in, void *value)
{
    struct point *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(2)];
    if (!wr_read_object(in, &object, &point_shape, seen))
        return false;
    while (wr_read_member(in, &object)) {
        switch (object.field) {
        case 0:
            wr_read_string(in, &to->text, 1, 5, WR_CODE_POINTS);
            break;
        case 1:
            wr_read_number(in, &to->confidence, 0, 1);
            break;
        }
    }
    return wr_read_object_end(in, &object);
}

static bool tag_key(struct wr_reader *in, struct wr_str text)
{
    return wr_check_string(in, text, 1, 3, WR_CODE_POINTS);
}

static bool tag_value(struct wr_reader *in, void *value)
{
    return wr_read_int(in, value, INT64_MIN, INT64_MAX);
}

static const struct wr_entries tag_entries = {
    .size = sizeof(struct tag_entry),
    .value_at = offsetof(struct tag_entry, value),
    .key = tag_key,
    .value = tag_value,
};

static const struct wr_field fields[] = {
    {.name = {WR_TEXT("document")}, .required = true},
    {.name = {WR_TEXT("language")}},
    {.name = {WR_TEXT("audience")}},
    {.name = {WR_TEXT("max_points")}},
    {.name = {WR_TEXT("points")}},
    {.name = {WR_TEXT("tags")}},
    {.name = {WR_TEXT("flag")}},
    {.name = {WR_TEXT("best")}},
};
static const struct wr_shape shape = {.fields = fields, .count = 8};

static void read_field(struct wr_reader *in, struct brief *to, size_t field)
{
    switch (field) {
    case 0:
        wr_read_string(in, &to->document, 1, 2000, WR_BYTES);
        break;
    case 1:
        wr_read_matching(in, &to->language, &pattern);
        break;
    case 2:
        to->has_audience = wr_read_enum(in, &to->audience, audiences, 2);
        break;
    case 3:
        wr_read_int(in, &to->max_points, 1, 20);
        break;
    case 4:
        to->points.items =
            wr_read_list(in, &to->points.count, sizeof(struct point), decode_point, 0, 3);
        break;
    case 5:
        to->tags.items = wr_read_map(in, &to->tags.count, &tag_entries, 0, 3);
        break;
    case 6:
        to->has_flag = wr_read_bool(in, &to->flag);
        break;
    case 7:
        to->best = wr_read_new(in, sizeof(struct point), decode_point);
        break;
    }
}

static bool decode_brief(struct wr_reader *in, void *value)
{
    struct brief *to = value;
    struct wr_object object;
    uint64_t seen[WR_SEEN_WORDS(8)];
    if (!wr_read_object(in, &object, &shape, seen))
        return false;
    while (wr_read_member(in, &object))
        read_field(in, to, object.field);
    if (!wr_was_read(&object, 1))
        to->language = WR_STR("en");
    if (!wr_was_read(&object, 3))
        to->max_points = 5;
    return wr_read_object_end(in, &object);
}

static void encode_point(struct wr_writer *out, const struct point *from)
{
    wr_write_object(out);
    wr_write_name(out, WR_STR("text"));
    wr_write_string(out, from->text);
    wr_write_name(out, WR_STR("confidence"));
    wr_write_number(out, from->confidence);
    wr_write_object_end(out);
}

static void encode_brief(struct wr_writer *out, const void *value)
{
    const struct brief *from = value;
    wr_write_object(out);
    wr_write_name(out, WR_STR("document"));
    wr_write_string(out, from->document);
    wr_write_name(out, WR_STR("language"));
    wr_write_string(out, from->language);
    wr_write_name(out, WR_STR("max_points"));
    wr_write_int(out, from->max_points);
    wr_write_name(out, WR_STR("points"));
    wr_write_list(out);
    for (size_t i = 0; i < from->points.count; i++)
        encode_point(out, &from->points.items[i]);
    wr_write_list_end(out);
    wr_write_name(out, WR_STR("tags"));
    wr_write_object(out);
    for (size_t i = 0; i < from->tags.count; i++) {
        wr_write_name(out, from->tags.items[i].key);
        wr_write_int(out, from->tags.items[i].value);
    }
    wr_write_object_end(out);
    wr_write_object_end(out);
}

static const struct wr_schema schema = {.name = "Brief",
                                        .hash = "sha256:0",
                                        .size = sizeof(struct brief),
                                        .decode = decode_brief,
                                        .encode = encode_brief};

/* ---- helpers ---------------------------------------------------------------------------------- */

static struct wr_arena arena;
static struct wr_reader reader;

static struct brief *decode(const char *text)
{
    wr_reader_init(&reader, &arena, wr_str_of(text));
    return wr_decode(&reader, &schema);
}

/* All faults as `pointer rule message`, a line each; "ok" where there is none. */
static const char *faults(const char *text)
{
    struct wr_text out = {.arena = &arena};
    if (decode(text))
        return "ok";
    for (size_t i = 0; i < reader.fault_count; i++) {
        const struct wr_fault *fault = &reader.faults[i];
        wr_text_add(&out, WR_STR("\n"));
        out.len -= i == 0;
        wr_text_add(&out, fault->pointer);
        wr_text_add(&out, WR_STR(" "));
        wr_text_add(&out, wr_str_of(fault->rule));
        wr_text_add(&out, WR_STR(" "));
        wr_text_add(&out, fault->message);
    }
    return wr_arena_str(&arena, wr_text_done(&out)).ptr;
}

/* One fault of a document that begins with a good `document` and goes on with this. */
static void one_fault(const char *member, const char *want)
{
    char text[512];
    snprintf(text, sizeof text, "{\"document\":\"d\",%s}", member);
    tap_text(faults(text), want, member);
}

/* ---- what is decoded -------------------------------------------------------------------------- */

static void test_values(void)
{
    struct brief *b = decode(
        " {\"max_points\": 20, \"document\": \"a\\n\\u00e9\\ud83d\\ude00\\u0000z\","
        "\"audience\":\"engineer\", \"flag\" : true,\"best\":{\"text\":\"x\","
        "\"other\":[{}],\"confidence\":1e0},"
        "\"points\":[{\"text\":\"ééééé\",\"confidence\":0.25}],"
        "\"tags\":{\"b\":-9223372036854775808,\"a\":9.0e1}}\r\n\t ");
    if (!tap_ok(b != NULL, "a document with every kind of value"))
        return;
    tap_ok(b->document.len == 10 && memcmp(b->document.ptr, "a\né😀\0z", 10) == 0,
           "escapes, a surrogate pair, a NUL");
    tap_ok(b->max_points == 20 && b->has_flag && b->flag && b->has_audience, "scalars");
    tap_ok(b->audience.ptr == audiences[1].ptr, "an enum's value is the table's");
    tap_ok(wr_str_equal(b->language, WR_STR("en")), "a default");
    tap_ok(b->points.count == 1 && b->points.items[0].confidence == 0.25, "a list");
    tap_ok(b->tags.count == 2 && b->tags.items[0].value == INT64_MIN &&
               b->tags.items[1].value == 90,
           "a map in the order received; 9.0e1 is an integer");
    tap_ok(b->best && b->best->confidence == 1, "an optional schema, open to other fields");
    const char *text = "{\"document\":\"plain\"}";
    b = decode(text);
    tap_ok(b && b->document.ptr == text + 13, "a string without escapes is borrowed");
    tap_ok(b && !b->has_audience && !b->has_flag && !b->best && b->max_points == 5,
           "what is absent");
    b = decode("{\"doc\\u0075ment\":\"x\"}");
    tap_ok(b != NULL, "a name with an escape is the same name");
}

static void test_faults(void)
{
    tap_text(faults("{}"), "/document required is required", "a field is missing");
    tap_text(faults("[]"), " type must be an object, not a list",
             "the document is of another type");
    one_fault("\"max_points\":0", "/max_points minimum must be at least 1");
    one_fault("\"max_points\":21", "/max_points maximum must be at most 20");
    one_fault("\"max_points\":1.5", "/max_points type must be a whole number");
    one_fault("\"max_points\":1e30", "/max_points maximum must be at most 20");
    one_fault("\"max_points\":-1e30", "/max_points minimum must be at least 1");
    one_fault("\"max_points\":\"5\"", "/max_points type must be a whole number, not a string");
    one_fault("\"max_points\":null", "/max_points type must be a whole number, not null");
    one_fault("\"language\":\"eng\"", "/language pattern must match the pattern [a-z]{2}");
    one_fault("\"audience\":\"x\"", "/audience enum must be one of \"executive\", \"engineer\"");
    one_fault("\"flag\":0", "/flag type must be true or false, not a number");
    one_fault("\"dokument\":[1,{\"a\":2}]",
              "/dokument additionalProperties is not a field here; did you mean \"document\"?");
    one_fault("\"zzz\":1", "/zzz additionalProperties is not a field here");
    one_fault("\"a~/b\":1", "/a~0~1b additionalProperties is not a field here");
    one_fault("\"document\":\"e\"", "/document duplicate stands here a second time");
    one_fault("\"points\":[{\"text\":\"éééééé\",\"confidence\":1}]",
              "/points/0/text maxLength must have at most 5 characters, and has 6");
    one_fault("\"points\":[{\"text\":\"\",\"confidence\":1}]",
              "/points/0/text minLength must not be empty");
    one_fault("\"best\":{\"text\":\"x\",\"confidence\":0,\"a\":1,\"b\":1,\"a\":2}",
              "/best/a duplicate stands here a second time");
    one_fault("\"best\":{\"text\":\"x\",\"confidence\":0,\"o\":{\"k\":[{\"a\":1,\"\\u0061\":2}]}}",
              "/best/o/k/0/a duplicate stands here a second time");
    one_fault("\"points\":[1,2,{},4]",
              "/points maxItems must have at most 3 items, and has 4\n"
              "/points/0 type must be an object, not a number\n"
              "/points/1 type must be an object, not a number\n"
              "/points/2/text required is required\n"
              "/points/2/confidence required is required");
    one_fault("\"tags\":{\"four\":1,\"x\":true,\"x\":2}",
              "/tags/four maxLength its key must have at most 3 characters, and has 4\n"
              "/tags/x type must be a whole number, not a boolean\n"
              "/tags/x duplicate stands here a second time");
    one_fault("\"tags\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1}",
              "/tags maxProperties must have at most 3 entries, and has 4");
    one_fault("\"points\":[{\"text\":\"x\",\"confidence\":1.5}],\"max_points\":99",
              "/points/0/confidence maximum must be at most 1\n"
              "/max_points maximum must be at most 20");
    reader.null_is_absent = true;
    const char *text = "{\"document\":\"d\",\"audience\":null}";
    tap_ok(!decode(text), "null is no audience");
    wr_reader_init(&reader, &arena, wr_str_of(text));
    reader.null_is_absent = true;
    struct brief *b = wr_decode(&reader, &schema);
    tap_ok(b && !b->has_audience, "but absent where the reader is told so");
}

static int64_t sum(const char *text, bool last_wins)
{
    int64_t total = 0, item = 0;
    size_t count = 0;
    wr_reader_init(&reader, &arena, wr_str_of(text));
    reader.last_wins = last_wins;
    if (!wr_read_items(&reader))
        return -1;
    while (wr_read_item(&reader, &count))
        total += wr_read_int(&reader, &item, 0, 9) ? item : 0;
    return reader.stopped ? -2 : total * 10 + (int64_t)count;
}

static void test_by_hand(void)
{
    tap_number(sum(" [ 1 , 2,3]", false), 63, "a list by hand");
    tap_number(sum("[]", false), 0, "an empty one");
    tap_number(sum("{}", false), -1, "none");
    tap_number(sum("[1,]", false), -2, "a comma too many");
    tap_number(sum("[1", false), -2, "one without an end");
    tap_number(sum("[", false), -2, "one that only begins");
    tap_number(sum("[1,{\"a\":1,\"a\":2}]", false), 12, "an item of another type is a fault");
    tap_ok(reader.fault_total == 2, "and so is its name that comes twice");
    tap_ok(sum("[{\"a\":1,\"a\":2}]", true) == 1 && reader.fault_total == 1,
           "which is none where the last wins");
    const char *text = "{\"document\":\"d\",\"max_points\":1,\"max_points\":2}";
    wr_reader_init(&reader, &arena, wr_str_of(text));
    reader.last_wins = true;
    struct brief *b = wr_decode(&reader, &schema);
    tap_ok(b && b->max_points == 2, "the last wins");
}

/* ---- syntax ------------------------------------------------------------------------------------ */

static void test_syntax(void)
{
    static const char *const bad[] = {
        "",
        "{",
        "{\"document\"",
        "{\"document\":",
        "{\"document\":\"",
        "{]",
        "nul",
        "\"a",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{a:1}",
        "[1,]",
        "[1 2]",
        "{\"x\":01}",
        "{\"x\":1.}",
        "{\"x\":.5}",
        "{\"x\":+1}",
        "{\"x\":1e}",
        "{\"x\":-}",
        "{\"x\":NaN}",
        "{\"x\":'a'}",
        "{\"x\":\"\t\"}",
        "{\"x\":\"\\x\"}",
        "{\"x\":\"\\u12g4\"}",
        "{\"x\":\"\\ud800\"}",
        "{\"x\":\"\\udc00\"}",
        "{\"x\":\"\\ud800\\u0041\"}",
        "{\"x\":\"\x80\"}",
        "{\"x\":\"\xc0\xaf\"}",
        "{\"x\":\"\xed\xa0\x80\"}",
        "{\"x\":\"\xf4\x90\x80\x80\"}",
        "{\"x\":\"\xe2\x82\"}",
        "\xef\xbb\xbf{}",
        "{} {}",
        "{}//",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool refused = !decode(bad[i]) && reader.state == WR_READ_SYNTAX && reader.fault_count == 1;
        tap_ok(refused, "not JSON: case %zu", i);
    }
    tap_text(faults("{\"document\":\"d\",\n \"max_points\":99,\n \"é\" 7}"),
             " json is not JSON: a colon must follow a name, at line 3, column 6",
             "the place of a syntax error, which stands alone");
    tap_text(faults("{\"points\":[{\"text\":tru"),
             "/points/0/text json is not JSON: it ends too early, at line 1, column 23",
             "an end that comes too early");
}

/* ---- hostile documents -------------------------------------------------------------------------- */

static char *repeated(const char *before, const char *part, size_t times, const char *after)
{
    size_t len = strlen(part), at = strlen(before);
    char *text = malloc(at + len * times + strlen(after) + 1);
    memcpy(text, before, at);
    for (size_t i = 0; i < times; i++, at += len)
        memcpy(text + at, part, len);
    memcpy(text + at, after, strlen(after) + 1);
    return text;
}

static void test_hostile(void)
{
    char *deep = repeated("{\"x\":", "[", 100000, "");
    tap_ok(!decode(deep) && reader.state == WR_READ_SYNTAX,
           "a hundred thousand lists in one another");
    free(deep);
    char *many = repeated("{\"document\":\"d\"", ",\"x\":1", 5000, "}");
    tap_ok(!decode(many) && reader.fault_count == WR_FAULTS_MAX && reader.fault_total == 5000,
           "faults are listed up to a limit, and counted");
    free(many);
    char *names = repeated("{\"document\":\"d\",\"", "long", 100000, "\":1}");
    tap_ok(!decode(names) && reader.faults[0].pointer.len < 400, "a long name is cut in a pointer");
    free(names);
    char *items = repeated("{\"document\":\"d\",\"points\":[1", ",1", 100000, "]}");
    size_t before = arena.used;
    tap_ok(!decode(items) && arena.used - before < 20000, "items beyond the bound take no memory");
    free(items);
    char *escapes = repeated("{\"document\":\"", "\\n", 100000, "\"}");
    wr_reader_init(&reader, &arena, wr_str_of(escapes));
    reader.memory_max = 50000;
    tap_ok(!wr_decode(&reader, &schema) && reader.state == WR_READ_MEMORY &&
               reader.fault_count == 1,
           "a budget of memory that ends");
    free(escapes);
    struct wr_arena small = {.limit = 4000};
    char *text = repeated("{\"document\":\"", "\\n", 4000, "\"}");
    wr_reader_init(&reader, &small, wr_str_of(text));
    tap_ok(!wr_decode(&reader, &schema) && reader.state == WR_READ_MEMORY && small.refused,
           "an arena with a limit that ends");
    free(text);
    wr_arena_free(&small);
    const char *whole =
        "{\"document\":\"\\u00e9\",\"points\":[{\"text\":\"é\",\"confidence\":0.5e-3}]}";
    bool good = decode(whole) != NULL;
    for (size_t len = 0; len < strlen(whole); len++) {
        char *cut = malloc(len + 1); /* at its size, so that reading beyond it is seen */
        memcpy(cut, whole, len);
        wr_reader_init(&reader, &arena, (struct wr_str){cut, len});
        good = good && !wr_decode(&reader, &schema) && reader.state == WR_READ_SYNTAX;
        free(cut);
    }
    tap_ok(good, "cut anywhere, it is not JSON");
}

/* ---- writing and numbers -------------------------------------------------------------------------- */

static void test_writing(void)
{
    const char *text =
        "{\"document\":\"q\\\"\\\\\\u0001\\n/é\",\"language\":\"en\",\"max_points\":5,"
        "\"points\":[{\"text\":\"a\",\"confidence\":0.1},{\"text\":\"b\",\"confidence\":"
        "1}],\"tags\":{\"z\":1,\"a\":-2}}";
    struct brief *b = decode(text);
    tap_ok(b != NULL, "what was written is read");
    if (b)
        tap_text(wr_encode(&arena, &schema, b).ptr, text, "and written as it was");
    struct wr_text out = {.arena = &arena};
    wr_text_add(&out, WR_STR("body: "));
    if (b)
        wr_text_json(&out, &schema, b);
    tap_number((long long)out.len, (long long)strlen(text) + 6, "a value within a text");
}

static const char *number(double value)
{
    char text[WR_NUMBER_TEXT];
    return wr_arena_copy(&arena, text, wr_number_text(text, value));
}

static void test_numbers(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "0"},
                 {1, "1"},
                 {-1.5, "-1.5"},
                 {0.1, "0.1"},
                 {1e21, "1e+21"},
                 {1e20, "100000000000000000000"},
                 {1e-6, "0.000001"},
                 {1e-7, "1e-7"},
                 {5e-324, "5e-324"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {123456789.125, "123456789.125"},
                 {333333333.33333329, "333333333.3333333"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_text(number(cases[i].value), cases[i].text, cases[i].text);
    int wrong = 0;
    uint64_t bits = 88172645463325252;
    for (int i = 0; i < 20000; i++) {
        double value, back = 0;
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (value != value || value - value != 0)
            continue;
        const char *text = number(value);
        wr_reader_init(&reader, &arena, wr_str_of(text));
        wrong += !wr_read_number(&reader, &back, WR_NUMBER_LEAST, WR_NUMBER_MOST) || back != value;
        wr_arena_reset(&arena);
    }
    tap_number(wrong, 0, "20000 doubles come back the same");
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } ints[] = {{"9223372036854775807", true, INT64_MAX},
                {"9223372036854775808", false, 0},
                {"-9223372036854775808", true, INT64_MIN},
                {"1e18", true, 1000000000000000000},
                {"1e19", false, 0},
                {"0e999999999999", true, 0},
                {"-0", true, 0},
                {"1.50e1", true, 15},
                {"1e-1", false, 0},
                {"12345678901234567890123e-4", false, 0},
                {"100e-2", true, 1},
                {"0.000000000000000000000000001e27", true, 1}};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        int64_t value = 0;
        wr_reader_init(&reader, &arena, wr_str_of(ints[i].text));
        bool fits = wr_read_int(&reader, &value, INT64_MIN, INT64_MAX);
        tap_ok(fits == ints[i].fits && (!fits || value == ints[i].value), "integer %s",
               ints[i].text);
    }
    double infinite;
    wr_reader_init(&reader, &arena, WR_STR("1e999"));
    tap_ok(!wr_read_number(&reader, &infinite, WR_NUMBER_LEAST, WR_NUMBER_MOST),
           "1e999 is too large");
}

static bool read_one(struct wr_reader *in, void *value)
{
    return wr_read_int(in, value, 0, 9);
}

static const char *only_fault(void)
{
    return reader.fault_count == 1 ? reader.faults[0].message.ptr : "(not one fault)";
}

static void test_least(void)
{
    struct wr_str text;
    size_t count;
    wr_reader_init(&reader, &arena, WR_STR("\"éé\""));
    wr_read_string(&reader, &text, 3, 9, WR_CODE_POINTS);
    tap_text(only_fault(), "must have at least 3 characters, and has 2", "too few characters");
    wr_reader_init(&reader, &arena, WR_STR("\"éé\""));
    wr_read_string(&reader, &text, 5, 9, WR_BYTES);
    tap_text(only_fault(), "must have at least 5 bytes, and has 4", "too few bytes");
    wr_reader_init(&reader, &arena, WR_STR("[1]"));
    wr_read_list(&reader, &count, sizeof(int64_t), read_one, 2, 3);
    tap_text(only_fault(), "must have at least 2 items, and has 1", "too few items");
    tap_text(faults("{\"document\":\"\t\"}"),
             "/document json is not JSON: a control character in a string must be escaped, at line "
             "1, column 14",
             "a tab in a string");
    wr_reader_init(&reader, &arena, (struct wr_str){NULL, 0});
    tap_ok(!wr_json_check(&reader) && reader.state == WR_READ_SYNTAX, "nothing is no document");
}

static void test_formats(void)
{
    static const struct {
        enum wr_format format;
        const char *yes, *no;
    } cases[] = {
        {WR_UUID, "0193a1f0-6c2e-7B44-9d0e-5f2a8c1b7e10", "0193a1f06c2e-7b44-9d0e-5f2a8c1b7e100"},
        {WR_DATE, "2024-02-29", "2023-02-29"},
        {WR_DATE, "2000-12-31", "2000-13-01"},
        {WR_DATETIME, "2026-08-07T12:34:56.789Z", "2026-08-07T12:34:56.Z"},
        {WR_DATETIME, "2026-08-07t23:59:60+01:30", "2026-08-07 12:34:56Z"},
        {WR_DATETIME, "2026-08-07T00:00:00-00:00", "2026-08-07T24:00:00Z"},
        {WR_URI, "https://example.org/a?b=%20#c", "/a/b"},
        {WR_URI, "mailto:x", "https://a b"},
        {WR_URI, "urn:a", "x:%2"},
        {WR_EMAIL, "a.b+c@example.org", "a..b@example.org"},
        {WR_EMAIL, "x@localhost", "x@-a.org"},
        {WR_EMAIL, "x@a.b", "@a.b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; k < 2; k++) {
            struct wr_str value;
            const char *text = k ? cases[i].no : cases[i].yes;
            struct wr_str quoted = {wr_arena_printf(&arena, "\"%s\"", text), strlen(text) + 2};
            wr_reader_init(&reader, &arena, quoted);
            bool good = wr_read_format(&reader, &value, cases[i].format, 0, SIZE_MAX);
            tap_ok(good == !k, "%s is %s", text, k ? "refused" : "taken");
        }
}

static void test_arena(void)
{
    struct wr_arena a = {0};
    char *grown = wr_arena_alloc(&a, 10);
    memset(grown, 'x', 10);
    char *same = wr_arena_grow(&a, grown, 10, 1000);
    tap_ok(same == grown && same[9] == 'x' && same[10] == 0, "the newest grows where it is");
    wr_arena_alloc(&a, 1);
    char *moved = wr_arena_grow(&a, same, 1000, 100000);
    tap_ok(moved != same && moved[9] == 'x' && moved[99999] == 0, "another is copied");
    tap_text(wr_arena_printf(&a, "%d-%s", 7, "x"), "7-x", "formatted text");
    wr_arena_reset(&a);
    tap_ok(a.used == 0 && a.blocks, "a reset arena keeps a block");
    wr_arena_free(&a);
}

int main(void)
{
    test_values();
    test_faults();
    test_by_hand();
    test_syntax();
    test_hostile();
    test_writing();
    test_numbers();
    test_least();
    test_formats();
    test_arena();
    wr_arena_free(&arena);
    return tap_done();
}
