/* The resolved model of one specification: every name, id, number and order is decided here and
 * nothing later decides. Lists are in the order of the source. Ids are indexes into these lists.
 * All memory is the model's arena's. Durations are milliseconds, money picodollars (10^-12 $). */
#ifndef WC_MODEL_MODEL_H
#define WC_MODEL_MODEL_H

#include "compiler/base/source.h"
#include "compiler/base/vec.h"
#include "compiler/model/asked.h"

#include <wright/generated.h> /* the error classes, effects and latency models are the runtime's */
#include <wright/testing.h>   /* and the kinds of a test's steps */

#include <stdbool.h>
#include <stdint.h>

/* ---- types -------------------------------------------------------------------------------- */

enum wc_type_kind {
    WC_TYPE_STRING,
    WC_TYPE_INT,
    WC_TYPE_NUMBER,
    WC_TYPE_BOOL,
    WC_TYPE_ENUM,
    WC_TYPE_LIST,
    WC_TYPE_MAP,
    WC_TYPE_SCHEMA,   /* a named schema */
    WC_TYPE_OBJECT,   /* of an object literal without a name, in expressions only */
    WC_TYPE_NULL,     /* of `null`, in expressions only */
    WC_TYPE_DURATION, /* in expressions only */
    WC_TYPE_MONEY,
    WC_TYPE_UUID,
    WC_TYPE_DATE,
    WC_TYPE_DATETIME,
    WC_TYPE_URI,
    WC_TYPE_EMAIL,
    WC_TYPE_ANY,
    WC_TYPE_UNION,
    WC_TYPE_UNKNOWN /* an error was reported; fits everything, so that nothing follows from it */
};

enum wc_label { WC_LABEL_PII = 1, WC_LABEL_SECRET = 2 }; /* bits */

struct wc_dfa; /* base/automata.h */

struct wc_type {
    enum wc_type_kind kind;
    struct wc_span span;
    bool nullable;
    bool named; /* by `schema Name = type`: what is wrong with it was said there */

    /* STRING, LIST, MAP, ANY: length. INT: value. Both ends inclusive. */
    bool has_min, has_max;
    int64_t min, max;
    bool in_bytes;                 /* STRING: the length counts bytes, else code points */
    int64_t max_bytes;             /* STRING, of an expression: a bound in bytes as well; 0: none */
    double number_min, number_max; /* NUMBER, with has_min and has_max */

    const char *pattern;      /* STRING: as written; NULL: none */
    size_t pattern_id;        /* index into the model's patterns */
    const struct wc_dfa *dfa; /* of the pattern */

    const char **values; /* ENUM: interned */
    size_t value_count;

    const struct wc_type *element; /* LIST, MAP */
    const struct wc_type *key;     /* MAP: a STRING */
    struct wc_schema *schema;      /* SCHEMA */
    struct wc_union *choice;       /* UNION */
    const char *currency; /* MONEY: "EUR"; interned. Its values are minor units, min..max */
};

/* `union on tag { name: Schema }`: an object of one of the schemas, and the tag beside its fields. */
struct wc_variant {
    const char *name;
    const char *doc; /* NULL: none */
    struct wc_span span;
    struct wc_schema *schema;
    struct wc_schema *shown; /* with the tag as its first field: as documents show it */
};

struct wc_union {
    size_t id;
    const char *tag;
    WC_VEC(struct wc_variant) variants;
};

struct wc_literal {
    enum {
        WC_LIT_STRING,
        WC_LIT_INT,
        WC_LIT_NUMBER,
        WC_LIT_BOOL,
        WC_LIT_NULL,
        WC_LIT_EMPTY
    } kind;           /* EMPTY: a list */
    const char *text; /* STRING: NUL-terminated, `len` bytes */
    size_t len;
    int64_t integer; /* INT; BOOL: 0 or 1 */
    double number;
};

struct wc_field {
    const char *name;
    const char *doc; /* NULL: none */
    struct wc_span span;
    struct wc_type *type;
    bool optional;                     /* `?` */
    bool taken_over;                   /* by a spread: what is wrong with it was said where it is */
    const struct wc_literal *fallback; /* `= literal`; NULL: none */
    unsigned labels;
};

/* May it be without a value: left out, or null? In C both are the same. */
static inline bool wc_is_maybe(const struct wc_field *field)
{
    return field->optional || field->type->nullable;
}

#define WC_LEVELS_MAX 64 /* of objects and lists in one another: the runtime's WR_DEPTH_MAX */

struct wc_schema_work;

/* How large values of a schema can be. */
struct wc_extent {
    bool counted;
    int64_t bytes; /* as JSON */
    int64_t nest;  /* objects and lists in one another */
};

struct wc_schema {
    size_t id;
    const char *name;
    const char *doc;
    struct wc_span span; /* of its name */
    bool open;
    const struct wc_type
        *alias; /* `schema Name = type`: not in the model's list; NULL: it has fields */
    WC_VEC(struct wc_field) fields;
    const char *hash; /* "sha256:…" of its canonical JSON Schema; set by wc_model_hash() */
    bool is_input, is_output; /* of some workflow */
    bool used;                /* anywhere */
    unsigned asked;           /* a bit for each profile that an `ask` puts it by (check/fit.c) */
    unsigned all_labels;      /* of its fields, at any depth */
    uint32_t depth;           /* how often a value of it may hold another in it; 0: not said */
    struct wc_span depth_span;
    size_t circle;               /* the number of the schemas that hold each other; 0: of none */
    uint32_t levels;             /* the depths of its circle, added up */
    struct wc_extent *extents;   /* by the levels that are left; NULL: not counted yet (size.c) */
    struct wc_schema_work *work; /* the resolver's */
    const struct wc_stage *made_by; /* the value of `all` or `each`: no schema of the source */
};

struct wc_pattern {
    const char *text; /* interned */
    struct wc_dfa *dfa;
};

/* ---- errors and dependencies -------------------------------------------------------------- */

struct wc_user_error {
    size_t id;
    const char *name;
    const char *doc;
    struct wc_span span;
    enum wr_class class;
    const char *message;
    uint16_t status;
    bool retryable;
    uint32_t retry_after_ms;
    bool used;
};

struct wc_clause; /* syntax/ast.h */

/* Where something is reached; strings are the specification's. */
struct wc_endpoint {
    const char *url, *url_env; /* one of them */
    enum wr_auth_kind auth;
    const char *auth_env, *auth_header;
    struct wc_span url_span, auth_span; /* of the variables' names */
};

/* What a model may ask a service for. */
struct wc_operation {
    const char *name;
    const char *doc; /* what the model is told of it; NULL: nothing */
    struct wc_span span;
    struct wc_service *service;
    const struct wc_clause *clause; /* the resolver's */
    struct wc_schema *takes;        /* NULL: nothing, or a mistake */
    bool takes_nothing;
    bool used;
};

struct wc_service {
    size_t id;
    const char *name;
    const char *doc;
    struct wc_span span;
    struct wc_endpoint endpoint;
    struct wr_limits limits;
    struct wr_breaker breaker;
    const char *idempotency_header;
    uint32_t timeout_ms; /* of a call that says none itself; 0: none */
    struct wc_span timeout_span;
    int64_t price_per_call;
    const char *sign_env; /* NULL: no `sign` */
    struct wc_span sign_span;
    bool allow_private;
    struct wc_span private_span;
    WC_VEC(struct wc_operation *) operations;
    bool used, notified;
};

/* A C function of the user's. */
struct wc_hook {
    size_t id;
    const char *name;
    const char *doc;
    struct wc_span span;
    struct wc_schema *takes; /* NULL: nothing, or a mistake */
    struct wc_schema *gives;
    bool takes_nothing;
    enum wr_effect_kind effect;
    uint64_t raises;
    const char *file; /* as written, */
    const char *path; /* and where it is */
    bool used;
};

struct wc_ai_model {
    size_t id;
    const char *name;
    const char *doc;
    struct wc_span span;
    const char *provider; /* "openai.chat" */
    const char *model;    /* as the provider calls it */
    struct wc_endpoint endpoint;
    struct wr_limits limits;
    struct wr_breaker breaker;
    uint32_t max_input_tokens, max_output_tokens;
    const char *temperature;       /* as JSON; NULL: the provider's own */
    enum wr_structured structured; /* WR_STRUCTURED_DEFAULT: as its provider's row says */
    int64_t input_price, cached_price, written_price, output_price; /* picodollars a token */
    bool priced;                                                    /* a `price` is given */
    bool used;
};

/* ---- expressions: typed and total --------------------------------------------------------- */

enum wc_expr_kind {
    WC_EXPR_LITERAL,
    WC_EXPR_INPUT, /* the workflow's input */
    WC_EXPR_STAGE, /* a stage's value: `stage` */
    WC_EXPR_IT,    /* the stage's own value, in its checks */
    WC_EXPR_LOCAL, /* the variable of a comprehension: `name`, `local` */
    WC_EXPR_JOB_ID,
    WC_EXPR_NOW,
    WC_EXPR_CALLER,
    WC_EXPR_FIELD,    /* kids[0].name; `field` is its index in the schema */
    WC_EXPR_TEMPLATE, /* text with holes: kids; literals are LITERAL strings */
    WC_EXPR_BINARY,   /* op; kids[0], kids[1] */
    WC_EXPR_UNARY,    /* op; kids[0] */
    WC_EXPR_IF,       /* kids: condition, then, else */
    WC_EXPR_OR_ELSE,  /* kids[0] ?? kids[1] */
    WC_EXPR_PRESENT,  /* kids[0] is present; op WC_OP_NOT: is absent */
    WC_EXPR_INDEX,    /* kids[0][kids[1]]: of a list or a map; unset where nothing is there */
    WC_EXPR_LOOP,     /* `loop` over kids[0]; kids[1] is said of each item, `name`, `local` */
    WC_EXPR_CALL,     /* a function of the language: `fn`; kids are arguments */
    WC_EXPR_LIST,     /* a kid may be a SPREAD */
    WC_EXPR_VARIANT,  /* kids[0] as the variant `field` of a union */
    WC_EXPR_SPREAD,   /* in a list: the items of kids[0] */
    WC_EXPR_OBJECT, /* of `type`, a SCHEMA or OBJECT: kids in the schema's field order, NULL: unset */
    WC_EXPR_ERROR   /* an error was reported */
};

enum wc_op {
    WC_OP_NONE,
    WC_OP_ADD,
    WC_OP_SUB,
    WC_OP_MUL,
    WC_OP_DIV,
    WC_OP_MOD,
    WC_OP_NEG,
    WC_OP_EQ,
    WC_OP_NE,
    WC_OP_LT,
    WC_OP_LE,
    WC_OP_GT,
    WC_OP_GE,
    WC_OP_AND,
    WC_OP_OR,
    WC_OP_NOT,
    WC_OP_CONTAINS,
    WC_OP_STARTS_WITH,
    WC_OP_MATCHES
};

/* The functions and loops of functions.def. */
enum wc_fn {
#define FUNCTION(name, fewest, most) WC_FN_##name,
#define LOOP(name)
#include "compiler/model/functions.def"
    WC_FN_COUNT
};

enum wc_loop {
#define FUNCTION(name, fewest, most)
#define LOOP(name) WC_LOOP_##name,
#include "compiler/model/functions.def"
    WC_LOOP_COUNT
};

struct wc_expr {
    enum wc_expr_kind kind;
    enum wc_op op;
    struct wc_span span;
    const struct wc_type *type; /* never NULL */
    bool maybe;                 /* may be unset: an optional field, or a stage not on every path */
    unsigned labels;            /* @pii, @secret that flow in */
    bool revealed;              /* `reveal` cleared its labels */
    const char *name;
    size_t field;
    size_t local;      /* depth of the comprehension, from 0 */
    enum wc_fn fn;     /* CALL */
    enum wc_loop loop; /* LOOP */
    bool nullable;     /* LOCAL: the item may be null, whether or not it is here */
    bool shared;       /* a value that several parts of an object are taken from */
    bool spread;       /* of an object's part: it came from another object */
    bool checked;      /* arithmetic that may have no result: then it is unset */
    struct wc_stage *stage;
    struct wc_literal literal;
    struct wc_expr **kids;
    size_t kid_count;
};

/* ---- workflows ---------------------------------------------------------------------------- */

#define WC_ARMS_MAX 200

/* An arm of a `match` that leads on; the stage's `ons` say where, in the same order. */
struct wc_arm {
    struct wc_expr *condition; /* NULL: else, or the last of all that can be */
};

struct wc_action {
    enum wr_action_kind kind; /* VALUE is `make` */
    struct wc_span span;
    const struct wc_type *as; /* the value it gives; a SCHEMA, or a type for `make` and `recall` */
    struct wc_service *service;
    enum wr_method method;
    struct wc_expr *path; /* a TEMPLATE of strings; holes are percent-encoded */
    struct wc_expr *body; /* NULL: none */
    struct wc_ai_model *model;
    struct wc_hook *function;
    struct wc_ai_model *candidate; /* asked by the jobs that are split off; NULL: by none */
    WC_VEC(struct wc_prompt) prompts;
    WC_VEC(struct wc_example) examples;
    const char *examples_label, *examples_hash; /* of their file; NULL: there is none */
    struct wc_expr *value; /* `make`, `reply draft`; `run`: the child's input; `each`: the list */
    struct wc_expr *key;   /* `recall by` */
    int64_t within_ms;     /* `recall`; how long a park lasts */
    const char *signal;    /* `wait for signal` */
    uint32_t at_most;      /* `sleep`: how often a job may; 0: not counted */
    WC_VEC(struct wc_arm) arms;
    bool shared;
    struct wc_workflow *child;       /* `run` */
    const char *item;                /* `each`: the variable … */
    const struct wc_type *item_type; /* … NULL where an error was reported */
    uint32_t at_a_time, may_fail;    /* `each`; at a time 0: all at once */
    struct wc_schema *item_schema;   /* `each`: one of `.items` */
};

struct wc_check {
    struct wc_span span;
    const char *text; /* as written, for the log */
    struct wc_expr *condition;
    struct wc_user_error *otherwise; /* NULL: the class check_failed alone */
};

/* A set of outcomes: leaf classes by bit (WR_OK is bit 0) and user errors by id. A user error's
 * class bit is set in `classes` only if that class can also arise without it. */
struct wc_outcomes {
    uint64_t classes;
    uint64_t errors[4]; /* at most 256 user errors a specification */
};

#define WC_USER_ERROR_MAX 256

enum wc_label_kind { WC_ON_OK, WC_ON_CLASS, WC_ON_GROUP, WC_ON_ALL, WC_ON_USER_ERROR };

/* One label of an `on` line, resolved. `classes` is what it covers by itself; of two labels the
 * smaller wins: user error, class, group, `error`. */
struct wc_on_label {
    enum wc_label_kind kind;
    struct wc_span span;
    const char *name;
    uint64_t classes;
    struct wc_user_error *error; /* USER_ERROR */
    struct wc_stage *member;     /* of `all`; NULL: any's, or the stage's own */
};

struct wc_target {
    enum wr_target kind;
    struct wc_span span;
    struct wc_stage *stage;      /* TO_STAGE */
    struct wc_user_error *error; /* TO_FAIL */
    enum wr_result result;       /* TO_DONE */
    struct wc_expr *with;        /* NULL: the stage's own value */
    struct wc_expr *remember;    /* NULL: nothing is remembered */
    bool remember_shared;
};

struct wc_on {
    struct wc_span span; /* the whole line */
    WC_VEC(struct wc_on_label) labels;
    struct wc_target target;
    bool waits;   /* of `all`: what the other members give is read there; decided by the checks */
    bool without; /* a failure goes on where success would have come, too; decided by the checks */
};

/* What the transition table says, one row each, disjoint, after the most specific label won. */
struct wc_row {
    uint64_t classes;
    struct wc_user_error *error;   /* NULL: by class alone */
    const struct wc_stage *member; /* NULL: the stage's own outcome */
    const struct wc_on *on;
};

/* A stage; a member of `all` and the body of `each` are stages, too, without transitions. */
struct wc_stage {
    size_t id; /* members' ids follow those of the workflow's stages */
    const char *name;
    struct wc_stage *above; /* whose member it is; NULL: it is a stage of the workflow */
    bool optional;          /* a member that the others go on without */
    WC_VEC(struct wc_stage *) members;
    WC_VEC(const struct wc_stage *) readers; /* of its value */
    const char *doc;
    struct wc_span span; /* of its name */
    struct wc_action action;
    WC_VEC(struct wc_check) checks;
    uint32_t timeout_ms, first_token_ms, idle_ms, within_ms, hedge_ms;
    struct wr_retry retry;
    struct wc_ai_model *hedge; /* the second model; NULL: none */
    uint16_t repairs;          /* `repair at most` */
    uint16_t turns;            /* `ask … tools`: its members are the tools; 0: it has none */
    const struct wc_operation *operation; /* a tool's; NULL: it is none */
    struct wc_span timeout_span, retry_span;
    WC_VEC(struct wc_on) ons;

    /* Decided by the checks (compiler/check), read by the emitters. */
    struct wc_outcomes raises;
    WC_VEC(struct wc_row) rows;
    enum wr_effect_kind effect;
    uint64_t floor_ms, floor_after_ms;
    uint64_t reply_floor_ms, reply_floor_after_ms; /* where a job may go on in the background */
    size_t loop;                                   /* the circle it is in, from 1; 0: none */
    uint64_t round_ms; /* of a `sleep` that counts: how long its circle may take each time */
    size_t least_order, most_order; /* a member: the first and the last line its failures take */
    bool reachable;
    bool commit_before, commit_after;
    bool mislabelled; /* a label of its is unknown: what is uncovered may be what was meant */
    bool unbuilt;     /* its action is refused as not built: nothing follows from it */
    bool value_read;  /* somewhere, or served */
};

/* Something that is named and that nothing reads. */
struct wc_unused {
    const char *name;
    struct wc_span span;
};

enum wc_notice_event { WC_NOTICE_DONE, WC_NOTICE_FAIL, WC_NOTICE_DRAFT, WC_NOTICES };

/* One event of a `notify` clause. */
struct wc_notice {
    enum wc_notice_event event;
    struct wc_service *service;
    struct wc_span span, service_span;
};

const char *wc_notice_name(enum wc_notice_event event); /* "done" */

/* `deprecated "…" since "date"` and `sunset "date"`: as written, and as RFC 9745 and RFC 8594 have
 * the reply's fields say it. NULL: not said. */
struct wc_life {
    const char *deprecated, *since, *sunset;
    const char *deprecation_field, *sunset_field;
};

struct wc_workflow {
    size_t id;
    const char *name;
    const char *doc;
    struct wc_span span;
    uint16_t version;
    const char *method, *path;
    struct wc_span route_span;
    struct wc_schema *input, *output;
    enum wr_latency latency;
    uint64_t budget_ms, background_ms;
    struct wc_span latency_span;
    int64_t cost_ceiling;
    bool cost_enforced;
    int64_t cost_worst; /* proved over every path; decided by the checks */
    struct wc_span cost_span;
    struct wc_expr *dedupe; /* NULL: none */
    uint64_t dedupe_ms;
    bool dedupe_shared;
    bool key_required;
    struct wc_expr *split; /* by what is drawn; NULL: no split */
    uint16_t split_share;  /* of 10,000 */
    struct wc_ai_model *split_from, *split_to;
    bool cancel_on_leave; /* `on disconnect cancel` */
    uint64_t keep_ms;
    WC_VEC(struct wc_notice) notices;
    enum wr_upgrade on_upgrade;
    struct wc_span upgrade_span;
    struct wc_life life;     /* its own, or the api's */
    struct wr_limits limits; /* of one caller */
    WC_VEC(struct wc_stage *) stages;
    bool reads_about; /* `now`, `job.id` or `caller` in some expression */
    WC_VEC(struct wc_unused) unread_lets;
    WC_VEC(struct wc_stage *) activities; /* the stages, then their members */
    enum { WC_WORKFLOW_NEW, WC_WORKFLOW_OPEN, WC_WORKFLOW_CLOSED } progress; /* of resolving it */
    size_t depth;        /* of the children it runs; 0: it runs none */
    bool is_run;         /* as a child */
    const char *example; /* a request as JSON, from the first test that sends one; NULL: none */
    const char
        *answered; /* a document of the output as JSON, from the first test that gives one; NULL */
    bool partial;  /* a stage is `unbuilt`, or a target unknown: whole paths are not checked */
};

#include "compiler/model/tried.h" /* the specification's own tests */

/* A change of the contract that is meant. */
struct wc_accepted {
    const char *rule;  /* "request.field_removed" */
    const char *path;  /* "ask_it.input.text" */
    const char *print; /* of both sides, as `wright diff` prints it */
    const char *because, *until;
};

struct wc_model {
    struct wc_arena *arena; /* borrowed */
    const struct wc_source *source;
    bool parsed; /* without a syntax error in any of its files */
    const char *name, *version, *summary, *doc;
    const char *contact, *license; /* of the api; NULL: it names none */
    struct wc_span span;
    enum wr_auth_kind auth;
    const char *keys_env;
    struct wc_span keys_span;
    struct wc_life life;
    struct wr_limits limits;            /* of one caller, over all workflows */
    WC_VEC(struct wc_schema *) schemas; /* those with fields */
    WC_VEC(struct wc_schema *) aliases; /* other names of types */
    WC_VEC(struct wc_union *) unions;
    WC_VEC(struct wc_pattern) patterns;
    WC_VEC(const struct wc_type *) lists; /* that expressions make, besides those of schemas */
    WC_VEC(struct wc_user_error *) errors;
    WC_VEC(struct wc_service *) services;
    WC_VEC(struct wc_ai_model *) models;
    WC_VEC(struct wc_hook *) functions;
    WC_VEC(struct wc_workflow *) workflows;
    WC_VEC(struct wc_test) tests;
    WC_VEC(struct wc_accepted) accepted;
    WC_VEC(const char *)
    files; /* prompts, fixtures …: their paths, whether they could be read or not */
    const char *contract_hash; /* set by the contract emitter, which runs first */
};

#endif
