/* The state graph, for people: Mermaid for reviews, DOT for Graphviz. One edge for each transition,
 * labelled as the specification labels it. */
#include "compiler/emit/machine.h"

#include <string.h>

/* "ok, error": the labels of a line. */
static const char *labels_of(struct wc_arena *arena, const struct wc_on *on)
{
    struct wc_buf text = {0};
    WC_EACH(i, &on->labels)
    {
        wc_buf_printf(&text, "%s%s", i ? ", " : "", on->labels.items[i].name);
    }
    const char *copy = wc_arena_copy(arena, text.len ? text.data : "", text.len);
    wc_buf_free(&text);
    return copy;
}

/* The node of a target: a stage's own name after `s_`, so that no name is a keyword of the graph's
 * language; an end by what it says. */
static const char *node_of(struct wc_arena *arena, const struct wc_target *target)
{
    static const char *const results[] = {"none", "full", "draft", "fallback"};
    if (target->kind == WR_TO_STAGE)
        return wc_arena_printf(arena, "s_%s", target->stage->name);
    if (target->kind == WR_TO_FAIL)
        return wc_arena_printf(arena, "fail_%s", target->error->name);
    return wc_arena_printf(arena, "done_%s", results[target->result]);
}

struct ends {
    WC_VEC(const char *) seen;
};

/* True the first time a node is asked for. */
static bool is_new(struct wc_arena *arena, struct ends *ends, const char *node)
{
    WC_EACH(i, &ends->seen)
    {
        if (strcmp(ends->seen.items[i], node) == 0)
            return false;
    }
    wc_push(arena, &ends->seen, node);
    return true;
}

/* "done full" of node "done_full". */
static const char *end_text(struct wc_arena *arena, const char *node)
{
    const char *rest = strchr(node, '_') + 1;
    return wc_arena_printf(arena, "%.*s %s", (int)(rest - 1 - node), node, rest);
}

/* ---- Mermaid ------------------------------------------------------------------------------ */

static void mermaid_stage(struct wc_buf *out, const struct wc_model *model, struct ends *ends,
                          const struct wc_stage *stage)
{
    WC_EACH(i, &stage->ons)
    {
        const struct wc_on *on = &stage->ons.items[i];
        const char *node = node_of(model->arena, &on->target);
        if (on->target.kind != WR_TO_STAGE && is_new(model->arena, ends, node))
            wc_buf_printf(out, "    state \"%s\" as %s\n    %s --> [*]\n",
                          end_text(model->arena, node), node, node);
        wc_buf_printf(out, "    s_%s --> %s: %s\n", stage->name, node, labels_of(model->arena, on));
    }
}

void wc_emit_mermaid(struct wc_buf *out, const struct wc_model *model)
{
    wc_buf_text(out, "stateDiagram-v2\n");
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        struct ends ends = {0};
        wc_buf_printf(out, "    %%%% workflow %s\n", flow->name);
        WC_EACH(j, &flow->stages)
        {
            const struct wc_stage *stage = flow->stages.items[j];
            wc_buf_printf(out, "    state \"%s\" as s_%s\n", stage->name, stage->name);
        }
        if (flow->stages.count)
            wc_buf_printf(out, "    [*] --> s_%s\n", flow->stages.items[0]->name);
        WC_EACH(j, &flow->stages)
        {
            mermaid_stage(out, model, &ends, flow->stages.items[j]);
        }
    }
}

/* ---- DOT ---------------------------------------------------------------------------------- */

static void dot_stage(struct wc_buf *out, const struct wc_model *model, struct ends *ends,
                      const struct wc_stage *stage)
{
    WC_EACH(i, &stage->ons)
    {
        const struct wc_on *on = &stage->ons.items[i];
        const char *node = node_of(model->arena, &on->target);
        if (on->target.kind != WR_TO_STAGE && is_new(model->arena, ends, node))
            wc_buf_printf(out, "    %s [label=\"%s\", shape=%s];\n", node,
                          end_text(model->arena, node),
                          on->target.kind == WR_TO_DONE ? "doublecircle" : "octagon");
        wc_buf_printf(out, "    s_%s -> %s [label=\"%s\"];\n", stage->name, node,
                      labels_of(model->arena, on));
    }
}

void wc_emit_dot(struct wc_buf *out, const struct wc_model *model)
{
    wc_buf_printf(out, "digraph %s_machine {\n    rankdir=LR;\n    node [shape=box];\n",
                  model->name);
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        struct ends ends = {0};
        wc_buf_printf(out, "    // workflow %s\n", flow->name);
        WC_EACH(j, &flow->stages)
        {
            const struct wc_stage *stage = flow->stages.items[j];
            wc_buf_printf(out, "    s_%s [label=\"%s\"%s];\n", stage->name, stage->name,
                          j == 0 ? ", style=bold" : "");
        }
        WC_EACH(j, &flow->stages)
        {
            dot_stage(out, model, &ends, flow->stages.items[j]);
        }
    }
    wc_buf_text(out, "}\n");
}
