/* The profiles of providers: what each takes of a schema, and whether one fits at all. */
#include "compiler/model/profiles.h"

#include "compiler/model/type.h"

#include <string.h>

const struct wc_profile wc_profiles[WR_PROFILE_COUNT] = {
#define PROFILE(name, version, nulls, closes, maps, any, circles, rules, levels, fields, choices,  \
                letters)                                                                           \
    {#name, version, nulls, closes, maps, any, circles, rules, levels, fields, choices, letters},
#include <wright/profiles.def>
#undef PROFILE
};

static const struct {
    const char *name;
    enum wr_profile strict, tool;
    enum wr_structured usual;
} providers[] = {
#define PROVIDER(name, format, path, structured, limit, key_header, strict, tool)                  \
    {name, WR_PROFILE_##strict, WR_PROFILE_##tool, WR_STRUCTURED_##structured},
#include <wright/providers.def>
#undef PROVIDER
};

enum wr_profile wc_profile_of(const struct wc_ai_model *model)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++) {
        if (!model->provider || strcmp(providers[i].name, model->provider) != 0)
            continue;
        enum wr_structured mode = model->structured ? model->structured : providers[i].usual;
        if (mode == WR_STRUCTURED_TOOL)
            return providers[i].tool;
        return mode == WR_STRUCTURED_STRICT ? providers[i].strict : WR_PROFILE_told;
    }
    return WR_PROFILE_told;
}

enum wr_profile wc_profile_for(const struct wc_ai_model *model, const struct wc_schema *schema)
{
    enum wr_profile profile = wc_profile_of(model);
    return schema->asked >> profile & 1 ? profile : WR_PROFILE_told;
}

enum wr_profile wc_tool_profile_of(const struct wc_ai_model *model)
{
    for (size_t i = 0; model->provider && i < sizeof providers / sizeof *providers; i++)
        if (strcmp(providers[i].name, model->provider) == 0)
            return providers[i].tool;
    return WR_PROFILE_told;
}

enum wr_profile wc_tool_profile_for(const struct wc_ai_model *model, const struct wc_schema *schema)
{
    enum wr_profile profile = wc_tool_profile_of(model);
    return schema->asked >> profile & 1 ? profile : WR_PROFILE_told;
}

/* ---- rules --------------------------------------------------------------------------------- */

unsigned wc_rules_of(const struct wc_type *type)
{
    bool bounded = type->has_min || type->has_max;
    switch (type->kind) {
    case WC_TYPE_STRING:
        return (type->pattern ? WR_RULE_PATTERN : 0u) | (!bounded         ? 0u
                                                         : type->in_bytes ? WR_RULE_BYTES
                                                                          : WR_RULE_LENGTH);
    case WC_TYPE_UUID:
    case WC_TYPE_DATE:
    case WC_TYPE_DATETIME:
    case WC_TYPE_URI:
    case WC_TYPE_EMAIL:
        return WR_RULE_FORMAT | (bounded || type->kind == WC_TYPE_DATETIME ? WR_RULE_LENGTH : 0u);
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
    case WC_TYPE_NUMBER:
        return bounded ? WR_RULE_RANGE : 0;
    case WC_TYPE_LIST:
        return bounded ? WR_RULE_ITEMS : 0;
    case WC_TYPE_MAP:
        return bounded ? WR_RULE_ENTRIES : 0;
    case WC_TYPE_ANY:
        return WR_RULE_BYTES | WR_RULE_DEPTH;
    default:
        return 0;
    }
}

/* Patterns that every dialect reads alike: letters, classes, groups and counts, no escapes but of signs. */
static bool is_plain(const char *pattern)
{
    if (strchr(pattern, '|') || strstr(pattern, "(?"))
        return false;
    for (const char *c = pattern; *c; c++)
        if ((unsigned char)*c >= 0x80 || (unsigned char)*c < ' ' ||
            (*c == '\\' && c[1] &&
             strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", c[1])))
            return false;
    return true;
}

/* Anthropic and OpenAI know no `uri` alike: only what both list, and Anthropic's own. */
static bool is_known(enum wr_profile profile, const struct wc_type *type)
{
    return profile == WR_PROFILE_anthropic || type->kind != WC_TYPE_URI;
}

static unsigned enforced(enum wr_profile profile, const struct wc_type *type)
{
    unsigned rules = wc_profiles[profile].rules;
    if (type->pattern && !is_plain(type->pattern))
        rules &= ~(unsigned)WR_RULE_PATTERN;
    if (wc_is_format(type->kind) && !is_known(profile, type))
        rules &= ~(unsigned)WR_RULE_FORMAT;
    if (type->kind == WC_TYPE_MAP && !wc_profiles[profile].maps && (rules & WR_RULE_ITEMS))
        rules |= WR_RULE_ENTRIES;
    return rules;
}

unsigned wc_residue_of(enum wr_profile profile, const struct wc_type *type)
{
    unsigned all = wc_rules_of(type);
    if (type->kind == WC_TYPE_MAP && !wc_profiles[profile].maps)
        all |= WR_RULE_KEYS;
    if (type->kind == WC_TYPE_ANY && !wc_profiles[profile].any)
        all |= WR_RULE_JSON;
    return all & ~enforced(profile, type);
}

bool wc_writes_rule(enum wr_profile profile, const struct wc_type *type, enum wr_rule rule)
{
    return profile == WR_PROFILE_told || (enforced(profile, type) & rule);
}

const char *wc_rule_name(enum wr_rule rule)
{
    switch (rule) {
    case WR_RULE_LENGTH:
        return "length";
    case WR_RULE_BYTES:
        return "bytes";
    case WR_RULE_PATTERN:
        return "pattern";
    case WR_RULE_FORMAT:
        return "format";
    case WR_RULE_RANGE:
        return "range";
    case WR_RULE_ITEMS:
        return "items";
    case WR_RULE_ENTRIES:
        return "entries";
    case WR_RULE_KEYS:
        return "keys";
    case WR_RULE_DEPTH:
        return "depth";
    default:
        return "json";
    }
}

/* ---- does it fit? --------------------------------------------------------------------------- */

struct looking {
    const struct wc_profile *profile;
    struct wc_unfit *misfit;
    uint32_t *levels; /* by schema: of objects below and with it; 0: not seen, 1 while it is open */
    uint64_t fields, choices, letters;
};

static uint32_t look(struct looking *it, const struct wc_schema *schema);

static void refuse(struct looking *it, const char *why, struct wc_span span)
{
    if (!it->misfit->why)
        *it->misfit = (struct wc_unfit){why, span};
}

static uint32_t look_at(struct looking *it, const struct wc_type *type)
{
    uint32_t most = 0;
    for (size_t i = 0; type->kind == WC_TYPE_ENUM && i < type->value_count; i++) {
        it->choices++;
        it->letters += strlen(type->values[i]);
    }
    if (type->kind == WC_TYPE_LIST || type->kind == WC_TYPE_MAP)
        most = look_at(it, type->element);
    if (type->kind == WC_TYPE_MAP && !it->profile->maps) {
        it->fields += 2;
        it->letters += strlen("keyvalue");
        most++;
    }
    if (type->kind == WC_TYPE_SCHEMA)
        return look(it, type->schema);
    for (size_t i = 0; type->kind == WC_TYPE_UNION && i < type->choice->variants.count; i++) {
        uint32_t levels = look(it, type->choice->variants.items[i].schema);
        it->fields++;
        it->letters += strlen(type->choice->tag) + strlen(type->choice->variants.items[i].name);
        it->choices++;
        most = levels > most ? levels : most;
    }
    return most;
}

/* Each schema is counted once: others refer to it. */
static uint32_t look(struct looking *it, const struct wc_schema *schema)
{
    uint32_t most = 0;
    if (it->levels[schema->id])
        return it->levels[schema->id];
    it->levels[schema->id] = 1;
    if (schema->circle && !it->profile->circles)
        refuse(it, "holds itself", schema->span);
    it->letters += strlen(schema->name);
    WC_EACH(i, &schema->fields)
    {
        uint32_t levels = look_at(it, schema->fields.items[i].type);
        it->fields++;
        it->letters += strlen(schema->fields.items[i].name);
        most = levels > most ? levels : most;
        if (it->profile->levels && levels + 1 > it->profile->levels)
            refuse(it, "has too many objects in one another", schema->fields.items[i].span);
    }
    return it->levels[schema->id] = most + 1;
}

bool wc_carries(const struct wc_model *model, enum wr_profile profile,
                const struct wc_schema *schema, struct wc_unfit *misfit)
{
    const struct wc_profile *row = &wc_profiles[profile];
    struct looking it = {.profile = row, .misfit = misfit};
    *misfit = (struct wc_unfit){0};
    if (profile == WR_PROFILE_told)
        return true;
    it.levels = WC_NEW_ARRAY(model->arena, uint32_t, model->schemas.count + 1);
    look(&it, schema);
    if (row->fields && it.fields > row->fields)
        refuse(&it, "has too many fields", schema->span);
    if (row->choices && it.choices > row->choices)
        refuse(&it, "has too many values in its enumerations", schema->span);
    if (row->letters && it.letters > row->letters)
        refuse(&it, "has too many letters in its names and enumerations", schema->span);
    return !misfit->why;
}
