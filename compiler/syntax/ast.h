/* What the parser gives: one specification as it was written, in the order it was written. Names are
 * interned (pointers compare) and not resolved; nothing here knows what a name means.
 * Every node has a span. Memory is the arena's given to wc_parse(). An absent name, text or number
 * has `text` NULL, `bytes` NULL or kind WC_NO_NUMBER; an absent node is NULL. */
#ifndef WC_SYNTAX_AST_H
#define WC_SYNTAX_AST_H

#include "compiler/base/buf.h"
#include "compiler/base/source.h"
#include "compiler/base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- leaves ------------------------------------------------------------------------------- */

struct wc_name {
    const char *text; /* interned; NULL: absent */
    struct wc_span span;
};

/* A string constant, its escapes decoded. NUL-terminated, and without a NUL inside. */
struct wc_text {
    const char *bytes; /* NULL: absent */
    size_t len;
    struct wc_span span; /* with the quotes */
    bool raw;            /* r"…" */
};

enum wc_number_kind {
    WC_NO_NUMBER, /* absent */
    WC_INTEGER,   /* integer */
    WC_DECIMAL,   /* decimal */
    WC_DURATION,  /* integer: milliseconds */
    WC_MONEY,     /* integer: picodollars (10^-12 $) */
    WC_PERCENT    /* decimal: 10 for 10% */
};

struct wc_number {
    enum wc_number_kind kind;
    struct wc_span span;
    int64_t integer;
    double decimal; /* set for every kind */
};

/* `1..20`, `..20`, `1..`, `20` (both ends alike); inclusive. */
struct wc_range {
    struct wc_span span; /* empty where there is no range */
    struct wc_number min, max;
    bool bytes;    /* `1..20 bytes` */
    bool is_given; /* there is a range at all */
};

/* ---- types -------------------------------------------------------------------------------- */

enum wc_ast_type_kind {
    WC_AST_TYPE_STRING, /* range: length; pattern */
    WC_AST_TYPE_INT,    /* range: value */
    WC_AST_TYPE_NUMBER, /* range: value */
    WC_AST_TYPE_BOOL,
    WC_AST_TYPE_ENUM, /* values */
    WC_AST_TYPE_LIST, /* element, range: length */
    WC_AST_TYPE_MAP,  /* key, element, range: size */
    WC_AST_TYPE_UUID,
    WC_AST_TYPE_DATE,
    WC_AST_TYPE_DATETIME,
    WC_AST_TYPE_URI,    /* range: length */
    WC_AST_TYPE_EMAIL,  /* range: length */
    WC_AST_TYPE_MONEY,  /* name: the currency; range: value */
    WC_AST_TYPE_ANY,    /* range: length in bytes */
    WC_AST_TYPE_UNION,  /* tag, members */
    WC_AST_TYPE_SCHEMA, /* name */
    WC_AST_TYPE_ERROR   /* an error was reported */
};

/* `union on tag { name: Schema }`: one line. */
struct wc_ast_union_member {
    struct wc_span span;
    const char *doc;
    struct wc_name name;
    struct wc_name schema;
};

struct wc_ast_type {
    enum wc_ast_type_kind kind;
    struct wc_span span;
    struct wc_name name; /* as written: "string", "Brief"; MONEY: the currency */
    bool nullable;       /* `| null` */
    struct wc_range range;
    struct wc_text pattern;
    WC_VEC(struct wc_text) values;
    struct wc_ast_type *key;
    struct wc_ast_type *element;
    struct wc_name tag;
    WC_VEC(struct wc_ast_union_member) members;
    unsigned depth; /* of the types in it, at most WC_DEPTH_MAX */
};

/* ---- expressions -------------------------------------------------------------------------- */

enum wc_ast_expr_kind {
    WC_AST_STRING,   /* text: a string without holes */
    WC_AST_TEMPLATE, /* template: a string with holes */
    WC_AST_NUMBER,   /* number: an integer, decimal, duration, money or percent */
    WC_AST_BOOL,     /* truth */
    WC_AST_NULL,
    WC_AST_NAME,          /* name */
    WC_AST_FIELD,         /* kids[0].name, or kids[0]?.name where `safe` */
    WC_AST_INDEX,         /* kids[0][kids[1]] */
    WC_AST_CALL,          /* name(kids…), `reveal(x)` among them */
    WC_AST_COMPREHENSION, /* name(local in kids[0]: kids[1]) */
    WC_AST_UNARY,         /* op: NEG, NOT; kids[0] */
    WC_AST_BINARY,        /* op; kids[0], kids[1]; `??` is OR_ELSE */
    WC_AST_IS,            /* kids[0] `is present`; `truth` is false for `is absent` */
    WC_AST_IF,            /* kids: condition, then, else */
    WC_AST_LIST,          /* entries without keys */
    WC_AST_OBJECT,        /* entries; name: `KeyPoints { … }`, absent for a bare `{ … }` */
    WC_AST_ERROR          /* an error was reported */
};

enum wc_ast_op {
    WC_AST_OP_NONE,
    WC_AST_OP_OR,
    WC_AST_OP_AND,
    WC_AST_OP_NOT,
    WC_AST_OP_EQ,
    WC_AST_OP_NE,
    WC_AST_OP_LT,
    WC_AST_OP_LE,
    WC_AST_OP_GT,
    WC_AST_OP_GE,
    WC_AST_OP_CONTAINS,
    WC_AST_OP_STARTS_WITH,
    WC_AST_OP_MATCHES,
    WC_AST_OP_OR_ELSE,
    WC_AST_OP_ADD,
    WC_AST_OP_SUB,
    WC_AST_OP_MUL,
    WC_AST_OP_DIV,
    WC_AST_OP_MOD,
    WC_AST_OP_NEG
};

struct wc_ast_expr;

/* Text, or a hole: `hole` is NULL for text. Text is decoded; a hole's span is its expression's. */
struct wc_ast_piece {
    struct wc_span span;
    struct wc_text text;
    struct wc_ast_expr *hole;
};

/* A string with holes, or a prompt file. A string without holes is one piece of text; an empty one
 * has none. */
struct wc_ast_template {
    struct wc_span span;
    WC_VEC(struct wc_ast_piece) pieces;
};

/* An entry of an object or list: `key: value`, `value`, `...value`. */
struct wc_ast_entry {
    struct wc_span span;
    struct wc_name key; /* absent in a list and of a spread */
    struct wc_ast_expr *value;
    bool spread;
};

#define WC_DEPTH_MAX 200 /* nesting of expressions, types and brackets; deeper is refused */

struct wc_ast_expr {
    enum wc_ast_expr_kind kind;
    enum wc_ast_op op;
    struct wc_span span;
    struct wc_name name;
    struct wc_name local;
    struct wc_text text;
    struct wc_number number;
    struct wc_ast_template *template;
    bool truth;
    bool safe;
    unsigned depth; /* of the expressions in it, at most WC_DEPTH_MAX */
    WC_VEC(struct wc_ast_expr *) kids;
    WC_VEC(struct wc_ast_entry) entries;
};

/* ---- clauses: of declarations, workflows and stages (policies) ----------------------------- */

/* A comment names the slots that a kind uses; a slot in [] may be absent. */
enum wc_clause_kind {
    WC_CLAUSE_SUMMARY,     /* api: text */
    WC_CLAUSE_CONTACT,     /* api: text */
    WC_CLAUSE_LICENSE,     /* api: text */
    WC_CLAUSE_AUTH,        /* api, service, model: word; [name: the variable]; [text: the header] */
    WC_CLAUSE_LIMIT,       /* limits */
    WC_CLAUSE_DEPRECATED,  /* api, workflow: text, since */
    WC_CLAUSE_SUNSET,      /* api, workflow: text, a date */
    WC_CLAUSE_URL,         /* service, model: name (a variable) or text */
    WC_CLAUSE_BREAKER,     /* numbers: failures, their window, how long it stays open */
    WC_CLAUSE_IDEMPOTENCY, /* service: text, the header */
    WC_CLAUSE_PRICE_CALL,  /* service: numbers[0] */
    WC_CLAUSE_SIGN,        /* service: name, the variable */
    WC_CLAUSE_ALLOW_PRIVATE, /* service */
    WC_CLAUSE_OPERATION, /* service: name, [type: what it takes], action (no service), policies */
    WC_CLAUSE_PROVIDER,  /* model: names, "openai" and "chat" */
    WC_CLAUSE_NAME,      /* model: text */
    WC_CLAUSE_MAX,       /* model: numbers: input tokens, output tokens */
    WC_CLAUSE_PRICE_TOKENS, /* model: numbers a million tokens: input, [cached], output, [written] */
    WC_CLAUSE_STRUCTURED,   /* model: name, how it is held to its schema */
    WC_CLAUSE_TEMPERATURE,  /* model: numbers[0] */
    WC_CLAUSE_ROUTE,        /* workflow: name, the method; text, the path */
    WC_CLAUSE_INPUT,        /* workflow: type */
    WC_CLAUSE_OUTPUT,       /* workflow: type */
    WC_CLAUSE_LATENCY,      /* workflow: word; numbers: the reply's, [`then background`] */
    WC_CLAUSE_COST,         /* workflow: numbers[0]; flag: enforced */
    WC_CLAUSE_DEDUPE,       /* workflow: expr, numbers[0]; flag: shared */
    WC_CLAUSE_KEY_REQUIRED, /* workflow */
    WC_CLAUSE_NOTIFY,       /* workflow: names, the events; name, the service */
    WC_CLAUSE_KEEP,         /* workflow: numbers[0] */
    WC_CLAUSE_DISCONNECT,   /* workflow: word */
    WC_CLAUSE_UPGRADE,      /* workflow: word */
    WC_CLAUSE_SPLIT,        /* workflow: numbers[0], a percentage; name, a model; expr */
    WC_CLAUSE_LET,          /* workflow: name, expr */
    WC_CLAUSE_TIMEOUT,      /* policy, service: numbers[0] */
    WC_CLAUSE_FIRST_TOKEN,  /* policy: numbers[0] */
    WC_CLAUSE_IDLE,         /* policy: numbers[0] */
    WC_CLAUSE_WITHIN,       /* policy: numbers[0] */
    WC_CLAUSE_RETRY,        /* policy: numbers: count, [backoff from], [to]; names: classes */
    WC_CLAUSE_REPAIR,       /* policy: numbers[0] */
    WC_CLAUSE_HEDGE,        /* policy: numbers[0], a duration; name, a model */
    WC_CLAUSE_CHECK,        /* policy: expr; [name: the error] */
    WC_CLAUSE_KIND_COUNT
};

enum wc_word {
    WC_WORD_NONE,
    WC_WORD_AUTH_NONE,   /* auth none */
    WC_WORD_BEARER_KEYS, /* auth bearer keys env X */
    WC_WORD_BEARER,      /* auth bearer env X */
    WC_WORD_HEADER,      /* auth header "H" env X */
    WC_WORD_INSTANT,
    WC_WORD_WAITING,
    WC_WORD_BACKGROUND,
    WC_WORD_CONTINUE,
    WC_WORD_CANCEL,
    WC_WORD_HOLD,
    WC_WORD_RESTART,
    WC_WORD_FAIL
};

enum wc_ast_limit_kind { WC_LIMIT_CONCURRENT, WC_LIMIT_REQUESTS, WC_LIMIT_TOKENS };

/* One item of `limit 64 concurrent, 600 per 1m, 400_000 tokens per 1m`. */
struct wc_ast_limit {
    enum wc_ast_limit_kind kind;
    struct wc_span span;
    struct wc_number amount;
    struct wc_number per; /* absent for CONCURRENT */
};

struct wc_ast_action;

struct wc_clause {
    enum wc_clause_kind kind;
    enum wc_word word;
    struct wc_span span;
    struct wc_span keyword; /* its first word */
    const char *doc;
    struct wc_name name;
    WC_VEC(struct wc_name) names;
    struct wc_text text;
    struct wc_text since; /* DEPRECATED: a date */
    struct wc_number numbers[4];
    bool flag;
    struct wc_ast_expr *expr;
    struct wc_ast_type *type;
    WC_VEC(struct wc_ast_limit) limits;
    struct wc_ast_action *action;
    WC_VEC(struct wc_clause *) policies;
};

/* How a clause is spelled in a message: "timeout", "first token". */
const char *wc_clause_name(enum wc_clause_kind kind);
/* The first clause of `kind`, or NULL. */
struct wc_clause *wc_clause_find(struct wc_clause *const *clauses, size_t count,
                                 enum wc_clause_kind kind);

/* ---- stages ------------------------------------------------------------------------------- */

enum wc_ast_result { WC_AST_FULL, WC_AST_DRAFT, WC_AST_FALLBACK };

enum wc_ast_target_kind { WC_AST_TO_STAGE, WC_AST_TO_DONE, WC_AST_TO_FAIL };

struct wc_ast_target {
    enum wc_ast_target_kind kind;
    struct wc_span span;
    struct wc_name name;          /* TO_STAGE: the stage; TO_FAIL: the error */
    enum wc_ast_result result;    /* TO_DONE */
    struct wc_ast_expr *with;     /* TO_DONE: [with] */
    struct wc_ast_expr *remember; /* TO_DONE: [remember by] */
    bool remember_shared;
};

enum wc_ast_action_kind {
    WC_AST_GET, /* GET to DELETE: service, path, [as], [value: the body] */
    WC_AST_HEAD,
    WC_AST_POST,
    WC_AST_PUT,
    WC_AST_PATCH,
    WC_AST_DELETE,
    WC_AST_ASK,   /* model, prompts, [examples], as, [tools, count: turns] */
    WC_AST_MAKE,  /* value */
    WC_AST_MATCH, /* arms */
    WC_AST_ALL,   /* members */
    WC_AST_EACH, /* name: the variable; value: the list; [count: at a time], [may_fail]; members[0] */
    WC_AST_RUN,          /* name: a workflow; [value] */
    WC_AST_RECALL,       /* value: the key; shared; within */
    WC_AST_REPLY_DRAFT,  /* value */
    WC_AST_WAIT_REVIEW,  /* value; within */
    WC_AST_WAIT_SIGNAL,  /* name; as; within */
    WC_AST_SLEEP,        /* within: how long; [count: at most] */
    WC_AST_CALL_FUNCTION /* name; [value] */
};

/* Of `prompt "f"` (role "user") or of `prompt system "f" user "g"`. */
struct wc_ast_prompt {
    struct wc_span span;
    struct wc_name role; /* "system" or "user"; its span is the file's where it was not written */
    struct wc_text file;
};

/* `crm.find_account` of `tools [ … ]`. */
struct wc_ast_tool {
    struct wc_span span;
    struct wc_name service;
    struct wc_name operation;
};

/* `when E -> target`, `when E => value`; `condition` is NULL for `else`. */
struct wc_ast_arm {
    struct wc_span span;
    struct wc_ast_expr *condition;
    struct wc_ast_expr *value; /* `=>`; else NULL and `target` counts */
    struct wc_ast_target target;
};

/* A member of `all`, or the body of `each` (without a name). */
struct wc_ast_member {
    struct wc_span span;
    const char *doc;
    struct wc_name name;
    bool optional;
    struct wc_ast_action *action;
    WC_VEC(struct wc_clause *) policies;
};

struct wc_ast_action {
    enum wc_ast_action_kind kind;
    struct wc_span span;
    struct wc_span keyword; /* its first word */
    struct wc_name service;
    struct wc_ast_template *path;
    struct wc_name model;
    WC_VEC(struct wc_ast_prompt) prompts;
    struct wc_text examples;
    struct wc_ast_type *as;
    WC_VEC(struct wc_ast_tool) tools;
    struct wc_name name;
    struct wc_ast_expr *value;
    struct wc_number within;
    struct wc_number count;
    struct wc_number may_fail;
    bool shared;
    WC_VEC(struct wc_ast_arm) arms;
    WC_VEC(struct wc_ast_member) members;
};

/* `ok`, `transient`, `company.error`. */
struct wc_ast_label {
    struct wc_span span;
    struct wc_name member; /* of `all`; absent mostly */
    struct wc_name name;
};

struct wc_ast_on {
    struct wc_span span;    /* the whole line */
    struct wc_span keyword; /* `on` */
    WC_VEC(struct wc_ast_label) labels;
    struct wc_ast_target target;
};

struct wc_ast_stage {
    struct wc_span span;
    const char *doc;
    struct wc_name name;
    struct wc_ast_action *action; /* NULL only where an error was reported */
    WC_VEC(struct wc_clause *) policies;
    WC_VEC(struct wc_ast_on) ons;
};

/* ---- declarations ------------------------------------------------------------------------- */

struct wc_ast_field {
    struct wc_span span;
    const char *doc;
    struct wc_name name;   /* absent of a spread */
    struct wc_name spread; /* `...Other` */
    bool optional;
    struct wc_ast_type *type;
    struct wc_ast_expr *fallback;  /* `= literal` */
    WC_VEC(struct wc_name) labels; /* "pii" of `@pii` */
};

struct wc_ast_api {
    struct wc_text version;
    WC_VEC(struct wc_clause *) clauses;
};

struct wc_ast_schema {
    bool open;
    struct wc_number depth;
    struct wc_ast_type *alias; /* `schema X = type`; else NULL and the fields count */
    WC_VEC(struct wc_ast_field) fields;
};

struct wc_ast_user_error {
    struct wc_name class;
    struct wc_text message;
    struct wc_number status;
    struct wc_number retry_after;
};

struct wc_ast_service {
    WC_VEC(struct wc_clause *) clauses;
};

struct wc_ast_ai_model {
    WC_VEC(struct wc_clause *) clauses;
};

struct wc_ast_function {
    struct wc_ast_type *takes; /* NULL: takes nothing */
    struct wc_ast_type *gives;
    struct wc_name effect; /* [pure, read, repeatable, keyed, once] */
    WC_VEC(struct wc_name) raises;
    struct wc_text file;
};

struct wc_ast_workflow {
    struct wc_number version;
    WC_VEC(struct wc_clause *) clauses; /* LET among them, in order */
    WC_VEC(struct wc_ast_stage *) stages;
};

struct wc_ast_accept {
    WC_VEC(struct wc_name) rule; /* "request.field_removed" in parts */
    struct wc_text path;
    struct wc_text because;
    struct wc_text until; /* a date */
};

/* What a `given` makes happen; `, then …` gives the next one. */
enum wc_ast_outcome_kind {
    WC_AST_RETURNS, /* value or file */
    WC_AST_TAKES,   /* number, [value or file] */
    WC_AST_FAILS,   /* class; [number: for how long] */
    WC_AST_SILENT,
    WC_AST_CUT,  /* number: after how many bytes */
    WC_AST_CALLS /* calls: what a model with tools asks for */
};

/* `find_order { "id": "AA0001" }` */
struct wc_ast_called {
    struct wc_name tool;
    struct wc_ast_expr *value;
    struct wc_text file;
};

struct wc_ast_outcome {
    enum wc_ast_outcome_kind kind;
    struct wc_span span;
    struct wc_ast_expr *value;
    struct wc_text file;
    struct wc_name class;
    struct wc_number number;
    WC_VEC(struct wc_ast_called) calls;
};

enum wc_ast_expect_kind {
    WC_AST_EXPECT_STATUS, /* name */
    WC_AST_EXPECT_RESULT, /* name */
    WC_AST_EXPECT_ERROR,  /* name */
    WC_AST_EXPECT_WITHIN, /* number */
    WC_AST_EXPECT_PATH,   /* hops, all of the line's */
    WC_AST_EXPECT_THAT    /* value, a condition */
};

/* `company.connect_failed` after `gather:` in a path. */
struct wc_ast_hop {
    struct wc_span span;
    struct wc_name stage;
    struct wc_ast_label label;
};

struct wc_ast_expect {
    enum wc_ast_expect_kind kind;
    struct wc_span span;
    struct wc_name name;
    struct wc_number number;
    WC_VEC(struct wc_ast_hop) hops;
    struct wc_ast_expr *value;
};

enum wc_ast_step_kind {
    WC_AST_STEP_GIVEN,  /* subject, outcomes */
    WC_AST_STEP_SEND,   /* name: a workflow; [value or file]; [key]; [caller] */
    WC_AST_STEP_SIGNAL, /* name; [value or file] */
    WC_AST_STEP_REVIEW, /* name: approve, edit, reject; [value or file] */
    WC_AST_STEP_CRASH,  /* name: the stage */
    WC_AST_STEP_EXPECT  /* expects */
};

struct wc_ast_step {
    enum wc_ast_step_kind kind;
    struct wc_span span;
    struct wc_number at;         /* `at 7m …` */
    struct wc_ast_label subject; /* a stage, a service, a model or stage.member */
    WC_VEC(struct wc_ast_outcome) outcomes;
    struct wc_name name;
    struct wc_ast_expr *value;
    struct wc_text file;
    struct wc_text key;
    struct wc_text caller;
    WC_VEC(struct wc_ast_expect) expects;
};

struct wc_ast_test {
    struct wc_text title;
    WC_VEC(struct wc_ast_step) steps;
};

enum wc_decl_kind {
    WC_DECL_IMPORT, /* import */
    WC_DECL_API,
    WC_DECL_SCHEMA,
    WC_DECL_ERROR,
    WC_DECL_SERVICE,
    WC_DECL_MODEL,
    WC_DECL_FUNCTION,
    WC_DECL_WORKFLOW,
    WC_DECL_TEST,
    WC_DECL_ACCEPT
};

struct wc_ast_decl {
    enum wc_decl_kind kind;
    struct wc_span span; /* the whole declaration, without its doc comment */
    struct wc_span keyword;
    const char *doc;     /* lines joined by a line break; NULL: none */
    struct wc_name name; /* absent of import, test and accept */
    union {
        struct wc_text *import;
        struct wc_ast_api *api;
        struct wc_ast_schema *schema;
        struct wc_ast_user_error *error;
        struct wc_ast_service *service;
        struct wc_ast_ai_model *model;
        struct wc_ast_function *function;
        struct wc_ast_workflow *workflow;
        struct wc_ast_test *test;
        struct wc_ast_accept *accept;
    };
};

struct wc_file {
    const struct wc_source *source;
    WC_VEC(struct wc_ast_decl *) decls;
};

/* The tree as text, one node a line and no places: two files that mean the same give the same text. */
void wc_ast_dump(struct wc_buf *buf, const struct wc_file *file);

#endif
