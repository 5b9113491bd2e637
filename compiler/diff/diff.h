/* `wright diff`: two contracts are held against each other by the rules of rules.def, and what is found is
 * sorted, so that the same two give the same bytes. Nothing here prints or reads a file. */
#ifndef WC_DIFF_DIFF_H
#define WC_DIFF_DIFF_H

#include "compiler/base/buf.h"
#include "compiler/diff/contain.h"
#include "compiler/model/model.h"

enum wc_level { WC_COMPATIBLE, WC_BEHAVIOUR, WC_REVIEW, WC_BREAKING, WC_LEVEL_COUNT };

enum wc_rule {
#define RULE(group, name, level, seen, title) WC_RULE_##group##_##name,
#include "compiler/diff/rules.def"
#undef RULE
    WC_RULE_COUNT
};

struct wc_rule_row {
    const char *id, *group;
    enum wc_level level;
    const char *seen; /* by whom: request, reply, both, operator */
    const char *title;
};

const struct wc_rule_row *wc_rule_row(enum wc_rule rule);
/* WC_RULE_COUNT where there is none of that id. */
enum wc_rule wc_rule_find(const char *id);
const char *wc_level_name(enum wc_level level);
/* False where `name` is none. */
bool wc_level_find(const char *name, enum wc_level *level);

/* One of the two that are compared. */
struct wc_side {
    const char *label;            /* how the user called it */
    const char *file;             /* of the specification, for places; NULL: not known */
    json_t *contract;             /* owned by whoever loaded it */
    const struct wc_model *model; /* NULL: only the contract is there */
};

struct wc_finding {
    enum wc_rule rule;
    enum wc_level level;
    const char *path;            /* "extract_key_points.input.language" */
    const char *old_at, *new_at; /* JSON pointers into the contracts; NULL: not there */
    const char *what;            /* one sentence: who notices and how */
    const char *help;            /* a way out, or NULL */
    const char *print;           /* the fingerprint of both sides, 8 digits */
    json_t *witness;             /* borrowed from the pool; NULL: none */
    bool old_takes;              /* the witness is one of the old side; else of the new one */
    const char *because;         /* accepted, and why; NULL: not */
    size_t order;                /* as found */
};

/* What becomes of a job that rests in a stage while the binary is replaced. */
struct wc_flight {
    const char *workflow, *stage;
    const char *verdict;       /* "safe", "migrates", "unsafe" */
    const char *why;           /* NULL where safe */
    const char *becomes;       /* where unsafe: "held", "restarted", "failed", "cancelled below" */
    const char *input_becomes; /* of a job whose input is none any more; NULL: each is one */
    json_t *lost; /* borrowed: unsafe for jobs that did one of these stages; NULL: for all */
};

enum wc_bump { WC_BUMP_NONE, WC_BUMP_PATCH, WC_BUMP_MINOR, WC_BUMP_MAJOR };

struct wc_diff {
    struct wc_arena *arena;
    struct wc_side old, new;
    struct wc_languages languages;
    struct wc_pool pool;
    struct wc_shapes old_shapes, new_shapes;
    WC_VEC(struct wc_finding) findings; /* the gravest first, then by path and rule */
    WC_VEC(struct wc_flight) flights;
    WC_VEC(const char *) notes; /* of acceptances that are over or that nothing matches */
    bool ran[WC_RULE_COUNT];
    size_t rules_run;
    size_t counts[WC_LEVEL_COUNT]; /* not accepted */
    size_t accepted;
    enum wc_bump bump; /* that the change requires */
    const char *old_version, *new_version, *least_version;
};

/* False, with `*why` set, where the two cannot be compared. `today` is "2026-11-23". */
bool wc_diff_run(struct wc_diff *diff, const char *today, const char **why);
void wc_diff_free(struct wc_diff *diff);
/* The gravest of what is not accepted; -1 where there is nothing. */
int wc_diff_gravest(const struct wc_diff *diff);

/* Where a pointer into a contract stands: "spec/briefs.flow:12", else the pointer itself. */
const char *wc_diff_place(struct wc_arena *arena, const struct wc_side *side, const char *pointer,
                          struct wc_place *place);

#endif
