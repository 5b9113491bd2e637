/* What generated C is made of: the tables a compiled specification consists of, and the few
 * functions it may call. Only generated code and the runtime include this; its layout belongs to
 * one version of the compiler. Durations are milliseconds, 0 where the specification says nothing;
 * money is in picodollars (10^-12 dollars). All tables are constant and live for ever. */
#ifndef WRIGHT_GENERATED_H
#define WRIGHT_GENERATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wr_arena;
struct wr_known;
struct wr_reader;
struct wr_writer;

/* ---- values ------------------------------------------------------------------------------- */

/* UTF-8, not NUL-terminated; borrowed from an arena or from the bytes it was decoded from. */
struct wr_str {
    const char *ptr;
    size_t len;
};

#define WR_STR(literal) ((struct wr_str){(literal), sizeof(literal) - 1})

/* One of the schemas of a union: `which` counts its variants from 1, and 0 is none. */
struct wr_choice {
    size_t which;
    const void *value; /* the variant's typed struct */
};

struct wr_variant {
    struct wr_str name;
    const struct wr_schema *schema;
};

struct wr_union {
    struct wr_str tag;
    const struct wr_variant *variants;
    size_t count;
};

/* The name of the variant; empty where it is none. */
struct wr_str wr_choice_tag(struct wr_choice value, const struct wr_union *choice);
/* The same value as one of another union, which has all its variants, of the same schemas. */
struct wr_choice wr_choice_as(struct wr_choice value, const struct wr_union *from,
                              const struct wr_union *into);

/* How an asked schema is put to a model: a row of profiles.def. */
enum wr_profile {
#define PROFILE(name, ...) WR_PROFILE_##name,
#include <wright/profiles.def>
#undef PROFILE
    WR_PROFILE_COUNT
};

/* What a schema can say of a value beside its shape. */
enum wr_rule {
    WR_RULE_LENGTH = 1,   /* code points of a string */
    WR_RULE_BYTES = 2,    /* bytes of a string, or of any value */
    WR_RULE_PATTERN = 4,  /* of a string */
    WR_RULE_FORMAT = 8,   /* uuid, date, … */
    WR_RULE_RANGE = 16,   /* of a number */
    WR_RULE_ITEMS = 32,   /* how many a list has */
    WR_RULE_ENTRIES = 64, /* how many a map has */
    WR_RULE_KEYS = 128,   /* of a map: none comes twice */
    WR_RULE_DEPTH = 256,  /* how often a value may hold its like */
    WR_RULE_JSON = 512    /* of a string: it is one JSON value */
};

struct wr_schema {
    const char *name;
    const char *hash; /* "sha256:…" of the canonical schema */
    size_t size;      /* of the typed struct */
    /* Fills `value` (zeroed, `size` bytes) or leaves at least one error in the reader. */
    bool (*decode)(struct wr_reader *in, void *value);
    void (*encode)(struct wr_writer *out, const void *value); /* canonical JSON */
    const char *wires[WR_PROFILE_COUNT]; /* as JSON Schema, rewritten for the profile; NULL: no
                                            `ask` needs it, or the profile cannot carry it */
    uint64_t json_bytes; /* the most that a value has as JSON without white space; 0: not known */
};

/* ---- error classes ------------------------------------------------------------------------ */

enum wr_class {
    WR_OK,
#define CLASS(name, group, http, retryable) WR_CLASS_##name,
#include <wright/classes.def>
#undef CLASS
    WR_CLASS_COUNT
};

#define WR_BIT(class) (UINT64_C(1) << (class))

/* What a label covers; compiler/emit/masks.c checks these against the rows of classes.def. */
#define WR_ON_OK WR_BIT(WR_OK)
#define WR_ON_TRANSIENT                                                                            \
    (WR_BIT(WR_CLASS_connect_failed) | WR_BIT(WR_CLASS_overloaded) |                               \
     WR_BIT(WR_CLASS_rate_limited) | WR_BIT(WR_CLASS_server_error) |                               \
     WR_BIT(WR_CLASS_stream_truncated))
#define WR_ON_TIMEOUT                                                                              \
    (WR_BIT(WR_CLASS_timeout_connect) | WR_BIT(WR_CLASS_timeout_ttft) |                            \
     WR_BIT(WR_CLASS_timeout_idle) | WR_BIT(WR_CLASS_timeout_total))
#define WR_ON_INVALID_OUTPUT                                                                       \
    (WR_BIT(WR_CLASS_schema_invalid) | WR_BIT(WR_CLASS_check_failed) |                             \
     WR_BIT(WR_CLASS_output_truncated) | WR_BIT(WR_CLASS_stream_malformed))
#define WR_ON_REJECTED (WR_BIT(WR_CLASS_refusal) | WR_BIT(WR_CLASS_content_filter))
#define WR_ON_DENIED                                                                               \
    (WR_BIT(WR_CLASS_bad_request) | WR_BIT(WR_CLASS_auth) | WR_BIT(WR_CLASS_not_found) |           \
     WR_BIT(WR_CLASS_conflict) | WR_BIT(WR_CLASS_context_length) |                                 \
     WR_BIT(WR_CLASS_quota_exhausted) | WR_BIT(WR_CLASS_billing))
#define WR_ON_TRIPPED                                                                              \
    (WR_BIT(WR_CLASS_breaker_open) | WR_BIT(WR_CLASS_limit_reached) | WR_BIT(WR_CLASS_over_cost))
/* `error`: every class but those that are always named. */
#define WR_ON_ERROR                                                                                \
    ((WR_BIT(WR_CLASS_COUNT) - 1) & ~(WR_ON_OK | WR_ON_REJECTED | WR_BIT(WR_CLASS_uncertain)))

/* Of a tool's call: what its service says of the request is told to the model, which goes on. */
#define WR_ON_TOLD                                                                                 \
    (WR_BIT(WR_CLASS_bad_request) | WR_BIT(WR_CLASS_not_found) | WR_BIT(WR_CLASS_conflict))

struct wr_error {
    const char *name;
    enum wr_class class;
    const char *message;
    uint16_t status; /* HTTP */
    bool retryable;
    uint32_t retry_after_ms;
};

/* ---- dependencies ------------------------------------------------------------------------- */

enum wr_auth_kind { WR_AUTH_NONE, WR_AUTH_BEARER, WR_AUTH_HEADER };

struct wr_endpoint {
    const char *url;     /* literal, or NULL and then from */
    const char *url_env; /* this variable */
    enum wr_auth_kind auth;
    const char *auth_env;
    const char *auth_header; /* for WR_AUTH_HEADER */
};

struct wr_limits {
    uint32_t concurrent; /* 0: no limit, here and below */
    uint32_t calls, calls_per_ms;
    uint32_t tokens, tokens_per_ms;
};

struct wr_breaker {
    uint32_t failures; /* 0: no breaker */
    uint32_t in_ms;
    uint32_t open_ms;
};

struct wr_service {
    const char *name;
    const char *version; /* "sha256:…" of its declaration and of the schemas it is read as */
    struct wr_endpoint endpoint;
    struct wr_limits limits;
    struct wr_breaker breaker;
    const char *idempotency_header; /* NULL: writes are `once` */
    int64_t price_per_call;
    const char
        *sign_env; /* notifications to it are signed with the secrets here; NULL: it gets none */
    bool allow_private; /* and may go to private addresses */
};

/* How a model is held to its schema. */
enum wr_structured {
    WR_STRUCTURED_DEFAULT, /* as the row of its provider says */
    WR_STRUCTURED_STRICT,  /* the provider enforces the schema */
    WR_STRUCTURED_TOOL,    /* it must call a tool, whose arguments are the answer */
    WR_STRUCTURED_JSON,    /* the provider enforces JSON; the prompt tells the schema */
    WR_STRUCTURED_PROMPT   /* only the prompt tells it */
};

struct wr_model {
    const char *name;
    const char *provider; /* "openai.chat"; a row of providers.def */
    const char *model;    /* as the provider calls it */
    struct wr_endpoint endpoint;
    struct wr_limits limits;
    struct wr_breaker breaker;
    uint32_t max_input_tokens, max_output_tokens;
    int64_t input_price, cached_price, output_price; /* picodollars a token */
    int64_t written_price; /* of a token that is written to a cache; 0: as the input's */
    enum wr_structured structured;
    const char *temperature; /* a JSON number; NULL: the provider's own */
};

/* ---- one turn of a stage ------------------------------------------------------------------ */

enum wr_method { WR_GET, WR_HEAD, WR_POST, WR_PUT, WR_PATCH, WR_DELETE };

#define WR_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Zeroed, for any type, as long-lived as the arena; running out of memory ends the process. */
void *wr_arena_alloc(struct wr_arena *arena, size_t size);

/* Text under construction in the turn's arena. */
struct wr_text {
    struct wr_arena *arena;
    char *data;
    size_t len, room;
};

void wr_text_add(struct wr_text *text, struct wr_str plain);
void wr_text_url(struct wr_text *text, struct wr_str plain); /* percent-encoded, RFC 3986 2.3 */
void wr_text_int(struct wr_text *text, int64_t number);
void wr_text_number(struct wr_text *text, double number); /* shortest that reads back the same */
void wr_text_bool(struct wr_text *text, bool value);
void wr_text_json(struct wr_text *text, const struct wr_schema *schema, const void *value);
void wr_text_choice(struct wr_text *text, const struct wr_union *choice, struct wr_choice value);
void wr_text_quote(struct wr_text *text, struct wr_str plain); /* as a JSON string, with quotes */
struct wr_str wr_text_done(const struct wr_text *text);

#define WR_ADD(text, literal) wr_text_add((text), WR_STR(literal))

bool wr_str_equal(struct wr_str a, struct wr_str b);
int wr_str_compare(struct wr_str a, struct wr_str b); /* by code points */
/* Datetimes by the instants that they name; the rank of one is a text that sorts as its instant does. */
int wr_datetime_compare(struct wr_str a, struct wr_str b);
struct wr_str wr_datetime_rank(struct wr_arena *arena, struct wr_str text);
bool wr_str_contains(struct wr_str text, struct wr_str part);
bool wr_str_starts_with(struct wr_str text, struct wr_str start);

/* Functions of the language on texts: by code points, the same everywhere and for ever (case by the
 * simple mappings of Unicode 14). What is made is in the arena. */
int64_t wr_str_points(struct wr_str text); /* how many */
struct wr_str wr_str_lower(struct wr_arena *arena, struct wr_str text);
struct wr_str wr_str_upper(struct wr_arena *arena, struct wr_str text);
struct wr_str wr_str_trim(struct wr_str text);                   /* of White_Space, both ends */
struct wr_str wr_str_truncate(struct wr_str text, int64_t most); /* the first `most` of them */
struct wr_str wr_str_join(struct wr_arena *arena, const struct wr_str *items, size_t count,
                          struct wr_str between);
/* At least one part; `at` is not empty. */
struct wr_str *wr_str_split(struct wr_arena *arena, struct wr_str text, struct wr_str at,
                            size_t *count);

/* Whole numbers: false where the result does not fit 64 bits, or the divisor is zero. */
bool wr_int_add(int64_t a, int64_t b, int64_t *result);
bool wr_int_sub(int64_t a, int64_t b, int64_t *result);
bool wr_int_mul(int64_t a, int64_t b, int64_t *result);
bool wr_int_div(int64_t a, int64_t b, int64_t *result); /* towards zero */
bool wr_int_mod(int64_t a, int64_t b, int64_t *result); /* with the sign of `a` */
int64_t wr_int_abs(int64_t a);                          /* not of INT64_MIN */
double wr_number_abs(double a);
/* Numbers: false where the result is not finite, or the divisor is zero. */
bool wr_number_add(double a, double b, double *result);
bool wr_number_sub(double a, double b, double *result);
bool wr_number_mul(double a, double b, double *result);
bool wr_number_div(double a, double b, double *result);

/* What an item is sorted by, and where it stood; equal keys keep their order. */
struct wr_rank {
    union {
        struct wr_str text;
        int64_t integer;
        double number;
    };
    size_t at;
};

void wr_rank_by_text(struct wr_rank *ranks, size_t count);
void wr_rank_by_integer(struct wr_rank *ranks, size_t count);
void wr_rank_by_number(struct wr_rank *ranks, size_t count);

/* What an expression may ask of the job itself; a frame that has one says where (`about_at`). */
struct wr_about {
    struct wr_str job;    /* its id */
    struct wr_str caller; /* the name of the key; empty where none is asked for */
    struct wr_str now;    /* when the stage was entered, as the journal has it: RFC 3339, UTC */
};

/* A call that a model asks for: of a tool, with what it has filled in, as JSON. */
struct wr_tool_call {
    struct wr_str name, arguments;
    unsigned forms; /* what of the arguments was rewritten on the wire: the engine's */
};

/* Of a specification: "system", "user" or "assistant", and a text. Of the turns of tools: "assistant" with
 * calls, the first of them number `call` of the conversation, and "tool", what came of number `call`. */
struct wr_message {
    const char *role;
    struct wr_str text;
    const struct wr_tool_call *calls;
    size_t call_count;
    size_t call;
    bool failed; /* it was not made, or was refused */
};

enum wr_action_kind {
    WR_ACT_VALUE,
    WR_ACT_HTTP,
    WR_ACT_ASK,
    WR_ACT_RECALL,
    WR_ACT_ALL,
    WR_ACT_EACH,
    WR_ACT_RUN,
    WR_ACT_MATCH, /* which transition is taken: `arm` */
    WR_ACT_DRAFT, /* publishes `value` */
    WR_ACT_CALL,  /* a C function of the user's, which takes `value` */
    WR_ACT_SLEEP,
    WR_ACT_SIGNAL,
    WR_ACT_REVIEW /* of `value` */
};

/* Does a job wait there, outside of any attempt? */
#define WR_PARKS(kind) ((kind) >= WR_ACT_SLEEP)

struct wr_workflow;
struct wr_stage;

/* What a stage asks for: filled by the stage's function, carried out by the engine. */
struct wr_action {
    enum wr_action_kind kind;
    const struct wr_schema *as; /* the value it gives */
    const void *value;          /* WR_ACT_VALUE, WR_ACT_DRAFT: the value itself */
    uint16_t target; /* WR_ACT_HTTP: service, WR_ACT_ASK: model, WR_ACT_CALL: function; an index */
    enum wr_method method;             /* WR_ACT_HTTP */
    struct wr_str path;                /* WR_ACT_HTTP: begins with '/' */
    struct wr_str body;                /* WR_ACT_HTTP: JSON, or empty */
    const struct wr_message *messages; /* WR_ACT_ASK */
    size_t message_count;
    /* WR_ACT_ASK: what its model may call; `tools_over`: no more, it must answer. The engine's. */
    const struct wr_stage *tools;
    size_t tool_count;
    bool tools_over;
    struct wr_str key; /* WR_ACT_RECALL: canonical JSON of the key's value */
    int64_t within_ms; /* WR_ACT_RECALL: how old it may be; WR_ACT_SLEEP: how long */
    bool shared;       /* WR_ACT_RECALL: among all callers */
    size_t count;      /* WR_ACT_EACH: how many items there are */
    uint16_t arm;      /* WR_ACT_MATCH: which transition is taken */
};

/* WR_ENTER: say what to do in `action`. WR_CHECK: `value` came; store it in the frame, and raise if
 * a check fails. */
enum wr_point { WR_ENTER, WR_CHECK };

#define WR_NO_ERROR (-1)

struct wr_turn {
    enum wr_point point;
    struct wr_arena *arena; /* the job's */
    void *frame;            /* the workflow's typed frame */
    size_t index;           /* an item's stage: which one */
    const void *taken;      /* a tool's: what its model has filled in */
    struct wr_action action;
    const void *value;
    enum wr_class raised;     /* WR_OK unless a check failed */
    int raised_error;         /* the user's error, an index into the program's, or WR_NO_ERROR */
    const char *raised_check; /* the check's text as written, for the log */
};

/* ---- workflows ---------------------------------------------------------------------------- */

enum wr_result { WR_RESULT_NONE, WR_RESULT_FULL, WR_RESULT_DRAFT, WR_RESULT_FALLBACK };
enum wr_target { WR_TO_STAGE, WR_TO_DONE, WR_TO_FAIL };

/* Writes the canonical JSON of a key (`dedupe by`, `remember by`). */
typedef void wr_key_fn(struct wr_writer *out, const void *frame);
/* What `key` writes, as text in `arena`. */
struct wr_str wr_key_text(struct wr_arena *arena, wr_key_fn *key, const void *frame);
/* The value served by `done … with V`: a pointer to the output's struct, in `arena`. */
typedef const void *wr_with_fn(struct wr_arena *arena, const void *frame);

/* The first row whose `on` has the outcome's class, whose `only` is 0 or the outcome's error and whose
 * `member` is 0 or the outcome's is taken; the compiler orders them, most specific first. */
struct wr_transition {
    uint64_t on;
    int only;        /* 1 + a user error; 0: any, and none */
    uint16_t member; /* WR_ACT_ALL: whose outcome, from 1; 0: the stage's own, or any member's */
    uint16_t order;  /* WR_ACT_ALL: the line it is written on; of several members' ways the least */
    bool waits;      /* WR_ACT_ALL: what the others give is read there, so they are not cut */
    enum wr_target to;
    uint16_t target; /* WR_TO_STAGE: stage, WR_TO_FAIL: error; an index */
    enum wr_result result;
    wr_with_fn *with; /* NULL: the stage's own value */
    wr_key_fn *remember;
    bool remember_shared;
    bool without; /* a failure is gone on without: the reply's `missing` names it */
};

struct wr_retry {
    uint16_t times;
    uint64_t on; /* classes */
    uint32_t backoff_min_ms, backoff_max_ms;
};

enum wr_effect_kind { WR_PURE, WR_READ, WR_REPEATABLE, WR_KEYED, WR_ONCE };

struct wr_stage {
    const char *name;
    void (*run)(struct wr_turn *turn);
    const struct wr_schema *value; /* NULL where it gives none */
    size_t value_at;               /* offset in the frame of the pointer to its value */
    enum wr_effect_kind effect;
    uint32_t timeout_ms, first_token_ms, idle_ms; /* one attempt */
    uint32_t within_ms;                           /* the whole stage */
    struct wr_retry retry;
    uint32_t hedge_after_ms; /* 0: no hedge */
    uint16_t hedge_model;
    uint16_t repairs;              /* how often what its answer failed is fed back */
    uint64_t floor_ms;             /* one whole attempt and what comes after it at worst */
    uint64_t floor_after_ms;       /* the largest floor among its targets */
    uint64_t reply_floor_after_ms; /* the same over the ways of failures, until the reply is due;
                                      only where a job may go on in the background */
    uint16_t loop;                 /* the circle it is in, from 1; 0: none */
    const char *signal;            /* what it waits for; NULL: none */
    uint32_t at_most;              /* how often a job may pass this `sleep`; 0: not counted */
    uint64_t round_ms;             /* and how long its circle may take each time */
    const char *prompt;            /* "key-points@sha256:…" for an `ask`, else NULL */
    const struct wr_transition *transitions;
    size_t transition_count;
    bool commit_before, commit_after; /* an awaited commit */
    /* WR_ACT_ALL: a row for each member; WR_ACT_EACH: one, of every item. Such rows have no
     * transitions; `value_at` of an item's is the offset of an array with a pointer for each. */
    const struct wr_stage *members;
    size_t member_count;
    const struct wr_workflow *child; /* WR_ACT_RUN; the action's `value` is its input */
    /* WR_ACT_ASK: so often its model may call tools before it answers; the members are the tools. */
    uint16_t turns;
    bool tool;                     /* it is one */
    const struct wr_schema *takes; /* a tool: what its model fills in; NULL: nothing */
    uint32_t takes_bytes;          /* of the largest value of it, as JSON */
    const char *about;             /* and what it is told of it; NULL: nothing */
    bool each;
    uint32_t at_a_time, may_fail; /* WR_ACT_EACH; at a time 0: all at once */
    bool optional;                /* a member that the others go on without */
    uint16_t least_order;         /* a member: the first line that a failure of it can take */
};

enum wr_latency { WR_INSTANT, WR_WAITING, WR_BACKGROUND };

struct wr_dedupe {
    wr_key_fn *key; /* NULL: no dedupe */
    uint64_t window_ms;
    bool shared;
};

/* Who is told of an end with a result, of one without, of a draft: services, separated by spaces; NULL:
 * nobody. */
struct wr_notify {
    const char *done, *fail, *draft;
};

/* A job of an earlier program that cannot go on as it is: `on upgrade`. Where nothing is said it is
 * restarted if nothing of it could happen twice then, and held else. */
enum wr_upgrade { WR_UPGRADE_DEFAULT, WR_UPGRADE_HOLD, WR_UPGRADE_RESTART, WR_UPGRADE_FAIL };

/* The fields `Deprecation` and `Sunset` of its replies; NULL: none. */
struct wr_life {
    const char *deprecation, *sunset;
};

/* So many of 10,000 jobs ask the model `to` where the others ask `from`. */
struct wr_split {
    wr_key_fn *key; /* NULL: no split */
    uint16_t share, from, to;
};

struct wr_workflow {
    const char *name;
    uint16_t version;
    const char *method, *path;
    const struct wr_schema *input, *output;
    enum wr_latency latency;
    uint64_t budget_ms;
    uint64_t background_ms; /* `then background`; 0: none */
    int64_t cost_ceiling;   /* picodollars; 0: none declared */
    bool cost_enforced;
    bool key_required;
    bool cancel_on_leave; /* a client that leaves while it waits for its reply cancels the job */
    struct wr_dedupe dedupe;
    struct wr_split split;
    uint64_t keep_ms; /* how long an ended job is kept */
    enum wr_upgrade on_upgrade;
    struct wr_life life;
    struct wr_limits limits; /* of one caller: requests, and jobs under way */
    size_t frame_size;
    size_t input_at; /* offset in the frame of the input's struct */
    size_t about_at; /* of its struct wr_about; 0: it has none */
    struct wr_notify notify;
    const struct wr_stage *stages;
    size_t stage_count; /* a job starts at stage 0 */
    uint64_t recall_ms; /* the longest `within` of its recalls; 0: it has none */
};

/* ---- the program -------------------------------------------------------------------------- */

/* The C compiler that is reading this. */
#ifdef __clang__
#define WR_CC "clang " __clang_version__
#else
#define WR_CC "gcc " __VERSION__
#endif

/* A C function of the user's (wright.h). */
struct wright_call;

struct wr_function {
    const char *name;
    bool (*run)(struct wright_call *call, const void *in, void *out);
    const struct wr_schema *takes; /* NULL: nothing */
    const struct wr_schema *gives;
    uint64_t raises; /* classes */
};

struct wr_program {
    const char *name, *version, *summary;
    const char *toolchain; /* "wright 0.1.0 (gcc 12.2.0)" */
    enum wr_auth_kind auth;
    const char *keys_env;    /* bearer keys: this variable */
    struct wr_life life;     /* of what is no workflow's route */
    struct wr_limits limits; /* of one caller, over all workflows */
    const struct wr_workflow *const *workflows;
    size_t workflow_count;
    const struct wr_service *services;
    size_t service_count;
    const struct wr_model *models;
    size_t model_count;
    const struct wr_function *functions;
    size_t function_count;
    const struct wr_error *errors;
    size_t error_count;
    const char *contract_hash; /* "sha256:…" */
    const char *contract;      /* contract.json */
    size_t contract_len;
    const char *openapi; /* openapi.json */
    size_t openapi_len;
    const struct wr_known *known; /* what its tests say (testing.h); NULL: nothing */
};

/* The one program of a binary, defined by its generated code. */
extern const struct wr_program wright_program;

#endif
