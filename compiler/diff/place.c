/* From a pointer into a contract to the line of the specification that says it. */
#include "compiler/diff/diff.h"

#include <string.h>

/* The step at `*at`, and past it; false at the end. */
static bool next_step(const char **at, char *step, size_t room)
{
    size_t len = strcspn(*at + (**at == '/'), "/"), kept = 0;
    if (**at != '/')
        return false;
    const char *text = ++*at;
    for (size_t i = 0; i < len && kept + 1 < room; i++) {
        bool escape = text[i] == '~' && i + 1 < len;
        step[kept++] = !escape ? text[i] : text[i + 1] == '0' ? '~' : '/';
        i += escape;
    }
    step[kept] = '\0';
    *at += len;
    return true;
}

static const struct wc_span *in_schema(const struct wc_model *model, const char *name,
                                       const char *rest)
{
    char step[256];
    size_t len = strcspn(name, "."); /* a variant is where its schema is */
    WC_EACH(i, &model->schemas)
    {
        const struct wc_schema *schema = model->schemas.items[i];
        if (strlen(schema->name) != len || strncmp(schema->name, name, len) != 0)
            continue;
        if (!next_step(&rest, step, sizeof step) || strcmp(step, "properties") != 0 ||
            !next_step(&rest, step, sizeof step))
            return &schema->span;
        WC_EACH(k, &schema->fields)
        {
            if (strcmp(schema->fields.items[k].name, step) == 0)
                return &schema->fields.items[k].span;
        }
        return &schema->span;
    }
    return NULL;
}

static const struct wc_span *in_stage(const struct wc_stage *stage, const char *rest)
{
    char step[256];
    if (!next_step(&rest, step, sizeof step))
        return &stage->span;
    if (strcmp(step, "action") == 0 && stage->action.span.source)
        return &stage->action.span;
    if (strcmp(step, "checks") == 0 && stage->checks.count)
        return &stage->checks.items[0].span;
    if (strcmp(step, "timeout_ms") == 0 && stage->timeout_span.source)
        return &stage->timeout_span;
    if (strcmp(step, "retry") == 0 && stage->retry_span.source)
        return &stage->retry_span;
    if (strcmp(step, "transitions") == 0 && stage->ons.count)
        return &stage->ons.items[0].span;
    return &stage->span;
}

static const struct wc_span *in_workflow(const struct wc_workflow *flow, const char *rest)
{
    char step[256];
    if (!next_step(&rest, step, sizeof step))
        return &flow->span;
    if (strcmp(step, "route") == 0 && flow->route_span.source)
        return &flow->route_span;
    if (strcmp(step, "latency") == 0 && flow->latency_span.source)
        return &flow->latency_span;
    if (strcmp(step, "cost") == 0 && flow->cost_span.source)
        return &flow->cost_span;
    if (strcmp(step, "stages") == 0 && next_step(&rest, step, sizeof step))
        WC_EACH(i, &flow->stages)
        {
            if (strcmp(flow->stages.items[i]->name, step) == 0)
                return in_stage(flow->stages.items[i], rest);
        }
    return &flow->span;
}

#define NAMED(list)                                                                                \
    WC_EACH(i, list)                                                                               \
    {                                                                                              \
        if (strcmp((list)->items[i]->name, name) == 0)                                             \
            return &(list)->items[i]->span;                                                        \
    }

static const struct wc_span *span_of(const struct wc_model *model, const char *pointer)
{
    char part[256], name[256];
    if (!next_step(&pointer, part, sizeof part))
        return NULL;
    if (strcmp(part, "auth") == 0 && model->keys_span.source)
        return &model->keys_span;
    if (strcmp(part, "api") == 0 || strcmp(part, "auth") == 0)
        return &model->span;
    if (!next_step(&pointer, name, sizeof name))
        return NULL;
    if (strcmp(part, "schemas") == 0)
        return in_schema(model, name, pointer);
    if (strcmp(part, "errors") == 0)
        NAMED(&model->errors)
    if (strcmp(part, "services") == 0)
        NAMED(&model->services)
    if (strcmp(part, "models") == 0)
        NAMED(&model->models)
    if (strcmp(part, "workflows") == 0)
        WC_EACH(i, &model->workflows)
        {
            if (strcmp(model->workflows.items[i]->name, name) == 0)
                return in_workflow(model->workflows.items[i], pointer);
        }
    return NULL;
}

const char *wc_diff_place(struct wc_arena *arena, const struct wc_side *side, const char *pointer,
                          struct wc_place *place)
{
    const struct wc_span *span = side->model ? span_of(side->model, pointer) : NULL;
    *place = (struct wc_place){0, 0};
    if (!span || !span->source)
        return wc_arena_printf(arena, "%s#%s", side->label, pointer);
    *place = wc_place_of(span->source, span->start);
    const char *file = side->file ? side->file : span->source->path;
    if (side->model->source != span->source) /* imported: beside the specification */
        file = span->source->path;
    return wc_arena_printf(arena, "%s:%u:%u", file, place->line, place->column);
}
