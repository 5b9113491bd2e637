/* Emitters: the resolved, checked model becomes text, one artefact a file of this folder. They walk
 * the model and decide nothing; the same model gives the same bytes. emit.c is the table. */
#ifndef WC_EMIT_EMIT_H
#define WC_EMIT_EMIT_H

#include "compiler/base/buf.h"
#include "compiler/model/model.h"

/* ---- what is written ---------------------------------------------------------------------- */

struct wc_artefact {
    const char *name; /* the file's name in the output folder; in the model's arena */
    struct wc_buf text;
};

struct wc_artefacts {
    WC_VEC(struct wc_artefact) list;
};

/* What a binary carries along, to serve it. */
struct wc_documents {
    struct wc_buf contract, openapi;
};

/* Everything that `wright compile` writes, in the order of the table. Sets the model's hashes
 * first. The list is in the model's arena, the texts on the heap until wc_artefacts_free(). */
void wc_emit_all(struct wc_model *model, struct wc_artefacts *out);
void wc_artefacts_free(struct wc_artefacts *out);

/* "sha256:…" of these bytes. */
const char *wc_hash(struct wc_arena *arena, const char *bytes, size_t len);
/* Sets `hash` of every schema: SHA-256 of its canonical JSON Schema. Idempotent. */
void wc_model_hash(struct wc_model *model);

/* ---- how a specification's types look in C ------------------------------------------------
 *
 *     string, enum, uuid, date, …   struct wr_str
 *     int, money                    int64_t
 *     number                        double
 *     bool                          bool
 *     a schema                      struct NAME, by value
 *     T[]                           struct list_of_T { T *items; size_t count; }
 *     map(string, T)                struct map_of_T { struct map_of_T_entry { struct wr_str key;
 *                                   T value; } *items; size_t count; }, in the order received
 *
 * A field has its own name (wc_c_name). An optional one is a pointer that may be NULL if its type is
 * a schema, else there is `bool has_NAME` before it (wc_c_has). */

/* The name in C: as it is, or with `_` after it where C or a header has taken it. Injective. */
const char *wc_c_name(struct wc_arena *arena, const char *name);
/* The name of a schema's struct and of its functions' ends: `struct NAME`, `schema_NAME`. */
const char *wc_c_schema(struct wc_arena *arena, const struct wc_schema *schema);
/* The member of the frame that holds a stage's value. */
const char *wc_c_stage(struct wc_arena *arena, const struct wc_stage *stage);
/* "has_NAME" of an optional field, or NULL where the field is a pointer. No field has that name. */
const char *wc_c_has(struct wc_arena *arena, const struct wc_schema *schema,
                     const struct wc_field *field);
/* The type of a value: "struct wr_str", "int64_t", "struct KeyPoint", "struct list_of_KeyPoint". */
const char *wc_c_type(struct wc_arena *arena, const struct wc_type *type);
/* What stands for the type in a name: "str", "int", "number", "bool", "KeyPoint",
 * "list_of_KeyPoint". */
/* The table of a union: "union_1". */
const char *wc_c_union(struct wc_arena *arena, const struct wc_union *choice);
const char *wc_c_type_word(struct wc_arena *arena, const struct wc_type *type);
/* The same of what a list or a map holds, which may be null: "struct maybe_str". */
const char *wc_c_element(struct wc_arena *arena, const struct wc_type *type);
const char *wc_c_element_word(struct wc_arena *arena, const struct wc_type *type);

/* ---- parts of files ----------------------------------------------------------------------- */

/* Structs and their lists and maps, and `extern const struct wr_schema schema_NAME;` for each
 * schema, in an order in which C takes them: for the header. */
void wc_emit_types(struct wc_buf *out, const struct wc_model *model);
/* Decoders, encoders, patterns and the schemas' rows: the whole of schemas.c after its opening
 * comment and `#include "NAME.h"`. */
void wc_emit_validators(struct wc_buf *out, const struct wc_model *model);

/* Whole files; the table in emit.c names them. */
void wc_emit_header(struct wc_buf *out, const struct wc_model *model);
void wc_emit_schemas(struct wc_buf *out, const struct wc_model *model);
void wc_emit_hooks_header(struct wc_buf *out, const struct wc_model *model);
void wc_emit_machine(struct wc_buf *out, const struct wc_model *model,
                     const struct wc_workflow *workflow);
void wc_emit_program(struct wc_buf *out, const struct wc_model *model,
                     const struct wc_documents *documents);
void wc_emit_embedded(struct wc_buf *out, const struct wc_documents *documents);
/* What the tests say, which the simulator goes by. */
void wc_emit_known(struct wc_buf *out, const struct wc_model *model);
void wc_emit_contract(struct wc_buf *out, const struct wc_model *model);
void wc_emit_openapi(struct wc_buf *out, const struct wc_model *model);
void wc_emit_asyncapi(struct wc_buf *out, const struct wc_model *model);
/* JSON Schema 2020-12, one file a schema. */
void wc_emit_json_schema(struct wc_buf *out, const struct wc_model *model,
                         const struct wc_schema *schema);
void wc_emit_certificate(struct wc_buf *out, const struct wc_model *model);
/* The certificate for people: `wright prove`. No artefact. */
void wc_emit_prove(struct wc_buf *out, const struct wc_model *model);
void wc_emit_mermaid(struct wc_buf *out, const struct wc_model *model);
void wc_emit_dot(struct wc_buf *out, const struct wc_model *model);
/* The tests, with a main() that runs them; no artefact of `wright compile`. */
void wc_emit_tests(struct wc_buf *out, const struct wc_model *model);

/* ---- JSON Schema 2020-12 ------------------------------------------------------------------ */

/* As a model is asked by the profile: what it does not take is left out or written otherwise. One line. */
void wc_json_schema_wire(struct wc_buf *out, const struct wc_schema *schema,
                         enum wr_profile profile);

#endif
