/* The table of analyses. Those that follow paths come after those that say which paths there are. */
#include "compiler/check/check.h"

#include "compiler/base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct analysis {
    void (*run)(struct wc_model *model, struct wc_diags *diags);
    bool needs_all; /* speaks of what is missing: only where the whole text was read */
};

static const struct analysis analyses[] = {
    {wc_check_bounds, false}, {wc_check_sizes, true}, {wc_check_routes, false},
    {wc_check_errors, true},  {wc_check_flow, true},  {wc_check_effects, false},
    {wc_check_latency, true}, {wc_check_cost, true},  {wc_check_labels, false},
    {wc_check_notices, true}, {wc_check_names, true}, {wc_check_fit, false},
};

void wc_check(struct wc_model *model, struct wc_diags *diags, bool parsed)
{
    for (size_t i = 0; i < sizeof analyses / sizeof analyses[0]; i++)
        if (parsed || !analyses[i].needs_all)
            analyses[i].run(model, diags);
}

int64_t wc_items_max(const struct wc_stage *stage)
{
    const struct wc_expr *list = stage->action.value;
    return list && list->type->kind == WC_TYPE_LIST && list->type->has_max ? list->type->max : 0;
}

struct wc_workflow **wc_children_first(struct wc_model *model)
{
    size_t count = 0, most = 0;
    struct wc_workflow **order =
        WC_NEW_ARRAY(model->arena, struct wc_workflow *, model->workflows.count + 1);
    for (size_t depth = 0; depth <= most; depth++) {
        WC_EACH(i, &model->workflows)
        {
            struct wc_workflow *workflow = model->workflows.items[i];
            most = workflow->depth > most ? workflow->depth : most;
            if (workflow->depth == depth)
                order[count++] = workflow;
        }
    }
    return order;
}

const char *wc_ms_text(struct wc_arena *arena, uint64_t ms)
{
    struct wc_buf text = {0};
    wc_buf_duration(&text, ms);
    const char *copy = wc_arena_copy(arena, text.data, text.len);
    wc_buf_free(&text);
    return copy;
}

const char *wc_dollars_text(struct wc_arena *arena, int64_t picodollars)
{
    int64_t whole = picodollars / INT64_C(1000000000000);
    int64_t part = picodollars % INT64_C(1000000000000);
    char digits[32];
    int keep = 4;
    snprintf(digits, sizeof digits, "%012" PRId64, part);
    if (whole == 0)
        keep = 4 + (int)strspn(digits, "0");
    keep = keep > 12 ? 12 : keep;
    int64_t unit = 1;
    for (int i = keep; i < 12; i++)
        unit *= 10;
    int64_t up = (part + unit - 1) / unit;
    int64_t limit = INT64_C(1000000000000) / unit;
    if (up >= limit) {
        whole++;
        up -= limit;
    }
    snprintf(digits, sizeof digits, "%012" PRId64, up * unit);
    int last = 11;
    while (last > 1 && digits[last] == '0')
        digits[last--] = '\0';
    return wc_arena_printf(arena, "$%" PRId64 ".%s", whole, digits);
}
