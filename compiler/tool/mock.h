/* What the files of `wright mock` share: simulated services and models, the ways in which they may
 * misbehave, and the documents that they answer with. Only compiler/tool/mock*.c include it. */
#ifndef WC_TOOL_MOCK_H
#define WC_TOOL_MOCK_H

#include "compiler/model/answers.h"
#include "compiler/model/profiles.h"
#include "runtime/http/server.h"

#include <jansson.h>

/* ---- ways to misbehave (mock_way.c) ------------------------------------------------------- */

enum wc_mock_kind {
    WC_MOCK_OK,
    WC_MOCK_SILENT,    /* accepts the request and never answers */
    WC_MOCK_SLOW,      /* answers after `number` ms */
    WC_MOCK_CUT,       /* closes the connection in the middle of the answer */
    WC_MOCK_STALL,     /* falls silent in the middle of the answer */
    WC_MOCK_MALFORMED, /* answers with broken JSON */
    WC_MOCK_WRONG,     /* answers with JSON that is not of the schema */
    WC_MOCK_REFUSE,    /* models: declines in words; services: 403 */
    WC_MOCK_FILTER,    /* models: stopped by a content filter; services: 403 */
    WC_MOCK_LENGTH,    /* models: stopped at the output limit; services: half a document */
    WC_MOCK_FAIL       /* answers with HTTP status `number` */
};

struct wc_mock_way {
    enum wc_mock_kind kind;
    uint32_t number;
    uint32_t times; /* for so many requests, then as usual; 0: for all */
};

/* "silent", "slow=300", "429", "fail=500", "cut*2"; false where it is none of them. */
bool wc_mock_way_parse(const char *text, size_t len, struct wc_mock_way *way);
/* Back to text, for the control endpoint; `text` has room for 32. */
void wc_mock_way_text(const struct wc_mock_way *way, char text[32]);
/* One line: every way, for messages. */
const char *wc_mock_ways(void);

/* ---- what is simulated (mock.c) ----------------------------------------------------------- */

struct wc_mock_key;

struct wc_mock_keys {
    struct wc_mock_key *slots;
    size_t room, count;
};

struct wc_mock_target {
    const char *name;
    struct wc_service *service; /* one of the two */
    struct wc_ai_model *model;
    struct wc_mock_way way;
    uint64_t calls;
    struct wc_mock_keys keys; /* a service's idempotency keys */
};

/* `--returns NAME=FILE`: a stage, or a service or model for all its stages. */
struct wc_mock_return {
    const char *name, *json;
};

struct wc_mock {
    struct wc_arena *arena;
    struct wc_model *model;
    struct event_base *loop;
    uint64_t seed;
    WC_VEC(struct wc_mock_target) targets;
    WC_VEC(struct wc_mock_return) returns;
    struct wc_known_answers known; /* from the tests; empty with --invent */
};

struct wc_mock_target *wc_mock_find(struct wc_mock *mock, const char *name, size_t len);
/* The way for this request: its own header's, else the target's; counts. False: the header names
 * none, and the exchange has been ended with 400. */
bool wc_mock_way_for(struct wc_mock_target *target, struct wr_exchange *exchange,
                     struct wc_mock_way *way);

/* Remembers the key with what was sent under it; false: it came with another body before
 * (mock_keys.c). */
bool wc_mock_keys_take(struct wc_mock_keys *keys, struct wr_str key, struct wr_str body);
/* FNV-1a: the same text gives the same number. */
uint64_t wc_mock_hash(uint64_t seed, struct wr_str text);

/* ---- documents (mock_value.c, mock_text.c) ------------------------------------------------ */

struct wc_mock_text {
    const char *ptr;
    size_t len;
};

struct wc_mock_source {
    struct wc_mock_text material;     /* strings are excerpts of it */
    uint64_t random;                  /* the state; the same one gives the same document */
    size_t sentence;                  /* the one to take excerpts of, counted round */
    const struct wc_profile *profile; /* of the model that answers so; NULL: of none */
};

uint64_t wc_mock_random(struct wc_mock_source *source);
/* A document of the schema; a new reference. WC_MOCK_JSON are the flags to write it with. */
json_t *wc_mock_document(const struct wc_mock *mock, struct wc_mock_source *source,
                         const struct wc_schema *schema);
#define WC_MOCK_JSON (JSON_COMPACT | JSON_REAL_PRECISION(9))
/* An excerpt of the material, copied letter for letter, of a length that the type takes; NULL where
 * the material is too short for it. `len` bytes. */
const char *wc_mock_excerpt(struct wc_mock_source *source, const struct wc_type *type, size_t *len);
/* The stage whose prompt that is; NULL: it is nobody's. `material` is the part of it that was put in: what a
 * check says must be quoted, else the longest value of a hole; the whole text where no prompt fits. */
const struct wc_stage *wc_mock_stage_asking(const struct wc_mock *mock,
                                            const struct wc_ai_model *model,
                                            struct wc_mock_text rendered,
                                            struct wc_mock_text *material);
/* The stage whose request this is: its path fits; NULL: none does. */
const struct wc_stage *wc_mock_stage_for(const struct wc_mock *mock,
                                         const struct wc_service *service, enum wr_method method,
                                         struct wr_str path);

/* ---- what need not be invented (mock_given.c) ---------------------------------------------- */

/* Reads NAME=FILE,…; `file` is the specification's. False: it was said what is wrong. */
bool wc_mock_returns(struct wc_mock *mock, const char *list);
/* The answer for a call of `stage` (NULL: nobody's) to the target called `target`: a file's, else a test's where
 * an invented one would not pass the stage's checks; NULL: invent it. `told`: what the request says. */
const char *wc_mock_given(const struct wc_mock *mock, const struct wc_stage *stage,
                          const char *target, struct wc_mock_text told);

/* ---- answering (mock_reply.c, mock_model.c) ----------------------------------------------- */

/* Each ends the exchange, now or later. False: no model is served at that path. */
bool wc_mock_serve_model(struct wc_mock *mock, struct wr_exchange *exchange);
void wc_mock_serve_service(struct wc_mock *mock, struct wr_exchange *exchange,
                           struct wc_mock_target *target, struct wr_str path);
void wc_mock_serve_control(struct wc_mock *mock, struct wr_exchange *exchange);
void wc_mock_gone(struct wr_exchange *exchange);

/* An answer as text, and what to do with it. */
struct wc_mock_answer {
    int status; /* 0: 200 */
    struct wc_mock_way way;
    const char *type; /* Content-Type */
    char *text;       /* from malloc; taken */
    size_t len;
    size_t half; /* CUT and STALL send so much */
};

void wc_mock_send(struct wc_mock *mock, struct wr_exchange *exchange,
                  const struct wc_mock_answer *answer);
/* An error as OpenAI, its like or a service words it, and as Anthropic does; ends the exchange. */
void wc_mock_refuse(struct wr_exchange *exchange, int status, const char *code,
                    const char *message);
void wc_mock_refuse_anthropic(struct wr_exchange *exchange, int status, const char *code,
                              const char *message);

#endif
