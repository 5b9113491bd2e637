/* How an asked schema is split: what the profile of its model takes, and the residue that only the generated validator
 * checks. Part of the model; the rows are <wright/profiles.def>. */
#ifndef WC_MODEL_PROFILES_H
#define WC_MODEL_PROFILES_H

#include "compiler/model/model.h"

struct wc_profile {
    const char *name, *version;
    bool nulls, closes, maps, any, circles;
    unsigned rules; /* enum wr_rule: which it enforces */
    uint32_t levels, fields, choices, letters;
};

extern const struct wc_profile wc_profiles[WR_PROFILE_COUNT];

/* The profile that holds for what this model is asked. */
enum wr_profile wc_profile_of(const struct wc_ai_model *model);
/* The same where the profile can carry the schema, else WR_PROFILE_told; after wc_check_fit(). */
enum wr_profile wc_profile_for(const struct wc_ai_model *model, const struct wc_schema *schema);

/* The same of what it fills in to call a tool. */
enum wr_profile wc_tool_profile_of(const struct wc_ai_model *model);
enum wr_profile wc_tool_profile_for(const struct wc_ai_model *model,
                                    const struct wc_schema *schema);

/* What a type says of its values, without those of what it holds; and what of it a profile leaves to the validator. */
unsigned wc_rules_of(const struct wc_type *type);
unsigned wc_residue_of(enum wr_profile profile, const struct wc_type *type);
/* Goes the rule on the wire? What is told goes, too, though nobody enforces it. */
bool wc_writes_rule(enum wr_profile profile, const struct wc_type *type, enum wr_rule rule);
const char *wc_rule_name(enum wr_rule rule);

/* Why a profile cannot carry a schema, however it is rewritten; NULL: it can. */
struct wc_unfit {
    const char *why;
    struct wc_span span;
};
bool wc_carries(const struct wc_model *model, enum wr_profile profile,
                const struct wc_schema *schema, struct wc_unfit *misfit);

#endif
