/* What generated decoders and encoders call: one line a field, from the bytes of a JSON document
 * straight to typed structs and back. Only generated code and runtime/json include this. Every
 * wr_read_ function takes one value, says all that is wrong with it as faults of the reader, and goes
 * past it in any case; true means that it was fine. */
#ifndef WRIGHT_JSON_H
#define WRIGHT_JSON_H

#include <wright/generated.h>

/* A string's initialiser within braces, for constant tables: `{WR_TEXT("en")}`. */
#define WR_TEXT(literal) (literal), sizeof(literal) - 1

/* ---- reading ------------------------------------------------------------------------------- */

enum wr_unit { WR_CODE_POINTS, WR_BYTES };

/* An automaton for a pattern of the specification. The whole text must match. */
struct wr_pattern {
    bool (*match)(const char *text, size_t len);
    const char *text; /* as written, for people */
};

/* Bounds where the specification gives none. */
#define WR_NUMBER_LEAST (-0x1.fffffffffffffp+1023)
#define WR_NUMBER_MOST 0x1.fffffffffffffp+1023

/* Strings borrow from the document where it has no escapes, else they are in the reader's arena. */
bool wr_read_string(struct wr_reader *in, struct wr_str *to, size_t min, size_t max,
                    enum wr_unit unit);
bool wr_read_matching(struct wr_reader *in, struct wr_str *to, const struct wr_pattern *pattern);
/* `to` becomes the row of the table, so it lives for ever. */
bool wr_read_enum(struct wr_reader *in, struct wr_str *to, const struct wr_str *values,
                  size_t count);
/* A number without a fraction is an integer, as in JSON Schema: 5, 5.0 and 0.5e1 are 5. */
bool wr_read_int(struct wr_reader *in, int64_t *to, int64_t min, int64_t max);
bool wr_read_number(struct wr_reader *in, double *to, double min, double max);
bool wr_read_bool(struct wr_reader *in, bool *to);

enum wr_format { WR_UUID, WR_DATE, WR_DATETIME, WR_URI, WR_EMAIL };

/* Bytes of a text of each form, where it alone bounds them. */
enum { WR_UUID_LEN = 36, WR_DATE_LEN = 10, WR_DATETIME_LEAST = 20, WR_DATETIME_MOST = 35 };

bool wr_is_format(struct wr_str text, enum wr_format format);
bool wr_read_format(struct wr_reader *in, struct wr_str *to, enum wr_format format, size_t min,
                    size_t max);
/* Any value, kept as the text it was, at most `max` bytes of it. */
bool wr_read_any(struct wr_reader *in, struct wr_str *to, size_t max);

enum { WR_ANY_DEPTH = 32 }; /* of objects and lists in one another */

/* Any value, for the type `any`: as text without white space between its parts, of `min` to `max`
 * bytes, and with no name twice in one object. */
bool wr_read_json(struct wr_reader *in, struct wr_str *to, size_t min, size_t max);
/* An object of one of the schemas, whose tag may stand anywhere in it. */
bool wr_read_choice(struct wr_reader *in, struct wr_choice *to, const struct wr_union *choice);
/* True where the next value is null, which it then goes past: for `T | null`. */
bool wr_read_null(struct wr_reader *in);

/* Reads one value of a type into `value`, which is zeroed. */
typedef bool wr_read_fn(struct wr_reader *in, void *value);
/* Checks a string that was read: the keys of a map. */
typedef bool wr_check_fn(struct wr_reader *in, struct wr_str text);

bool wr_check_string(struct wr_reader *in, struct wr_str text, size_t min, size_t max,
                     enum wr_unit unit);
bool wr_check_matching(struct wr_reader *in, struct wr_str text, const struct wr_pattern *pattern);

/* A value of `size` bytes in the reader's arena, for an optional schema; NULL if it was not fine. */
void *wr_read_new(struct wr_reader *in, size_t size, wr_read_fn *read);
/* The items of a list, each of `size` bytes; `count` says how many. */
void *wr_read_list(struct wr_reader *in, size_t *count, size_t size, wr_read_fn *item, size_t min,
                   size_t max);

/* How a map's entries lie in memory: a struct wr_str at 0, the value behind it. */
struct wr_entries {
    size_t size;
    size_t value_at;
    wr_check_fn *key;
    wr_read_fn *value;
};

/* The entries of a map, in the order of the document. */
void *wr_read_map(struct wr_reader *in, size_t *count, const struct wr_entries *entries, size_t min,
                  size_t max);

/* The fields of a schema, in its order. */
struct wr_field {
    struct wr_str name;
    bool required;
    bool nullable; /* null is one of its values */
};

struct wr_shape {
    const struct wr_field *fields;
    size_t count;
    bool open; /* fields that are not listed are passed over, else they are faults */
};

#define WR_SEEN_WORDS(fields) (((fields) + 63) / 64)

/* An object under way. */
struct wr_object {
    const struct wr_shape *shape;
    uint64_t *seen; /* a bit a field, WR_SEEN_WORDS() of them */
    size_t field;   /* the field whose value comes next */
    size_t expected;
    size_t start;         /* offset of the object in the document */
    size_t faults_before; /* faults of the reader before this object */
    size_t keys_before;
    struct wr_str tag; /* of the union it is of; `ptr` NULL: of none */
    bool tag_seen;
    bool begun;
};

/* Begins an object: false where there is none. Zeroes `seen`. */
bool wr_read_object(struct wr_reader *in, struct wr_object *object, const struct wr_shape *shape,
                    uint64_t *seen);
/* The same where at most `depth` objects of the shape may be in one another. */
bool wr_read_nested(struct wr_reader *in, struct wr_object *object, const struct wr_shape *shape,
                    uint64_t *seen, unsigned depth);
/* Goes to the next field that the shape lists; its value must be read next. False at the end. */
bool wr_read_member(struct wr_reader *in, struct wr_object *object);
/* After the last member: what is missing is a fault. True where nothing in it was. */
bool wr_read_object_end(struct wr_reader *in, const struct wr_object *object);

static inline bool wr_was_read(const struct wr_object *object, size_t field)
{
    return object->seen[field / 64] >> (field % 64) & 1;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* Canonical JSON: the schema's order, no spaces, shortest numbers. Commas are the writer's. */
void wr_write_object(struct wr_writer *out);
void wr_write_name(struct wr_writer *out, struct wr_str name);
void wr_write_object_end(struct wr_writer *out);
void wr_write_list(struct wr_writer *out);
void wr_write_list_end(struct wr_writer *out);
void wr_write_string(struct wr_writer *out, struct wr_str text);
void wr_write_int(struct wr_writer *out, int64_t number);
void wr_write_number(struct wr_writer *out, double number);
void wr_write_bool(struct wr_writer *out, bool value);
void wr_write_null(struct wr_writer *out);
/* The variant's object, the tag before its fields. */
void wr_write_choice(struct wr_writer *out, struct wr_choice value, const struct wr_union *choice);
/* What is made on the way to a key is made here. */
struct wr_arena *wr_writer_arena(struct wr_writer *out);
/* Text that is JSON already. */
void wr_write_json(struct wr_writer *out, struct wr_str json);

#endif
