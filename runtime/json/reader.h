/* A reader of one JSON document (RFC 8259, strict) that is whole in memory: generated decoders pull
 * typed values from it in one pass, and it collects every fault with a JSON pointer (RFC 6901).
 * Knows arenas. Duplicate keys, invalid UTF-8 and lone surrogates are refused (RFC 7493). */
#ifndef WR_JSON_READER_H
#define WR_JSON_READER_H

#include "runtime/base/arena.h"

#include <wright/json.h>

#define WR_DEPTH_MAX 64 /* of objects and lists in one another */
#define WR_UNKNOWN_MAX 8
#define WR_FAULTS_MAX 100 /* listed; the others are counted */
#define WR_DECODE_MEMORY ((size_t)64 * 1024 * 1024)

enum wr_read_end {
    WR_READ_OK,
    WR_READ_INVALID, /* JSON, but not what the schema says: HTTP 422 */
    WR_READ_SYNTAX,  /* not JSON: HTTP 400; the only fault is the one that ended it */
    WR_READ_MEMORY   /* decoded, it would take more than `memory_max`: HTTP 413 */
};

struct wr_fault {
    struct wr_str pointer; /* "" is the whole document */
    const char *rule; /* a keyword of JSON Schema where it has one; else json, duplicate, … */
    struct wr_str message; /* goes on from "/points/3/quote": "is required"; no values in it */
    size_t offset;         /* bytes from the start of the document */
};

struct wr_step {
    const char *key; /* NULL: an item of a list */
    size_t len;      /* of the key, or the item's index */
};

struct wr_key_seen {
    struct wr_str name;
    size_t offset;
};

struct wr_reader {
    const char *start, *at, *end; /* the document, borrowed; decoded strings point into it */
    const char *mark;             /* where the value or the mark under way begins */
    struct wr_arena *arena;       /* borrowed; what is decoded and the faults live in it */
    size_t memory_max;            /* bytes that decoding may take from the arena */
    size_t memory_used;
    bool null_is_absent; /* null stands for an absent optional field: providers' strict modes */
    bool map_is_pairs;   /* a map may be a list of {key, value}: the same */
    bool any_is_text;    /* a value without a type is JSON within a string: the same */
    bool last_wins;      /* a name may come again, its last value counts: what others wrote */
    struct wr_str tag;   /* of the union whose object is read next; `ptr` NULL: of none */
    bool in_key;         /* the string being checked is a key */
    struct wr_text
        *unknown; /* a line for each field that the schema does not know; NULL: nobody asks */
    size_t unknown_count; /* of which the first WR_UNKNOWN_MAX are listed */
    bool stopped;
    enum wr_read_end state;
    size_t fault_count; /* in `faults` */
    size_t fault_total; /* with those that were only counted */
    struct wr_fault *faults;
    struct wr_fault last; /* the one that stopped it */
    size_t depth;
    struct wr_key_seen *keys; /* of the open objects whose keys are not fields */
    size_t key_count, key_room;
    struct wr_step path[WR_DEPTH_MAX + 1];
    const struct wr_shape *shapes[WR_DEPTH_MAX + 1]; /* of the open objects; NULL: of none */
};

/* After it, `memory_max` and the flags down to `last_wins` may be set. `text` must outlive what is
 * decoded. */
void wr_reader_init(struct wr_reader *in, struct wr_arena *arena, struct wr_str text);
/* Decodes the whole document, white space around it allowed: the typed struct in the arena, or NULL,
 * and then `state` and `faults` say why. Faults come in the order of the document. */
void *wr_decode(struct wr_reader *in, const struct wr_schema *schema);
/* For decoders by hand that take what they find: past white space, the byte that the next value begins
 * with, or -1 at the end of the document or where reading stopped. */
int wr_next(struct wr_reader *in);
/* Begins a list: false where there is none. */
bool wr_read_items(struct wr_reader *in);
/* Goes to the next item, which must be read then; `count`, 0 before the first, counts them. False at the
 * end of the list, past it, or where reading stopped. */
bool wr_read_item(struct wr_reader *in, size_t *count);
/* After a value that was read by hand: was it all of the document, and without a fault? */
bool wr_read_finish(struct wr_reader *in);
/* Only the syntax: is it one JSON value, without duplicate keys? */
bool wr_json_check(struct wr_reader *in);

#endif
