/* The state graph, for people: Mermaid for reviews, DOT for Graphviz. One edge from a stage to each place that it leads
 * to, with what leads there: the labels of the specification, or the conditions of a `match`. */
#include "compiler/check/check.h"
#include "compiler/emit/contract.h"
#include "compiler/emit/machine.h"

#include <string.h>

enum { CONDITION_MOST = 48 };

struct edge {
    const struct wc_target *to;
    const char *node;
    bool fails; /* none of its labels is `ok` */
    WC_VEC(const char *) labels;
};

struct edges {
    WC_VEC(struct edge) list;
};

/* Where a workflow is one of several, names of its nodes begin with its number. */
static const char *prefix_of(const struct wc_model *model, const struct wc_workflow *flow)
{
    for (size_t i = 0; model->workflows.count > 1 && i < model->workflows.count; i++)
        if (model->workflows.items[i] == flow)
            return wc_arena_printf(model->arena, "w%zu_", i + 1);
    return "";
}

static const char *const results[] = {"none", "full", "draft", "fallback"};

/* The node of a target: a stage's own name after `s_`, so that no name is a keyword of the graph's
 * language; an end by what it says. */
static const char *node_of(struct wc_arena *arena, const char *prefix,
                           const struct wc_target *target)
{
    if (target->kind == WR_TO_STAGE)
        return wc_arena_printf(arena, "%ss_%s", prefix, target->stage->name);
    if (target->kind == WR_TO_FAIL)
        return wc_arena_printf(arena, "%sfail_%s", prefix, target->error->name);
    return wc_arena_printf(arena, "%sdone_%s", prefix, results[target->result]);
}

static const char *end_text(struct wc_arena *arena, const struct wc_target *target)
{
    if (target->kind == WR_TO_FAIL)
        return wc_arena_printf(arena, "fail %s", target->error->name);
    return wc_arena_printf(arena, "done %s", results[target->result]);
}

/* ---- what a stage does -------------------------------------------------------------------- */

static const char *member_names(struct wc_arena *arena, const struct wc_stage *stage)
{
    const char *text = "all";
    WC_EACH(i, &stage->members)
    {
        text = wc_arena_printf(arena, "%s%s %s", text, i ? "," : "", stage->members.items[i]->name);
    }
    return text;
}

static const char *does(struct wc_arena *arena, const struct wc_stage *stage)
{
    static const char *const methods[] = {"get", "head", "post", "put", "patch", "delete"};
    const struct wc_action *action = &stage->action;
    const char *within = wc_ms_text(arena, (uint64_t)action->within_ms);
    switch (action->kind) {
    case WR_ACT_HTTP:
        return wc_arena_printf(arena, "%s %s", methods[action->method], action->service->name);
    case WR_ACT_ASK:
        return wc_arena_printf(arena, "ask %s", action->model->name);
    case WR_ACT_RECALL:
        return wc_arena_printf(arena, "recall within %s", within);
    case WR_ACT_ALL:
        return member_names(arena, stage);
    case WR_ACT_EACH:
        return stage->members.count ? wc_arena_printf(arena, "each %s, %s", action->item,
                                                      does(arena, stage->members.items[0]))
                                    : "each";
    case WR_ACT_RUN:
        return wc_arena_printf(arena, "run %s", action->child->name);
    case WR_ACT_MATCH:
        return "match";
    case WR_ACT_DRAFT:
        return "reply draft";
    case WR_ACT_CALL:
        return wc_arena_printf(arena, "call %s", action->function->name);
    case WR_ACT_SLEEP:
        return wc_arena_printf(arena, "sleep %s", within);
    case WR_ACT_SIGNAL:
        return wc_arena_printf(arena, "wait %s for %s", within, action->signal);
    case WR_ACT_REVIEW:
        return wc_arena_printf(arena, "wait %s for review", within);
    case WR_ACT_VALUE:
        break;
    }
    return "make";
}

/* ---- edges -------------------------------------------------------------------------------- */

static const char *condition_text(struct wc_arena *arena, const struct wc_expr *when)
{
    struct wc_buf text = {0};
    if (!when)
        return "else";
    wc_expr_print(&text, when);
    size_t keep = text.len;
    if (keep > CONDITION_MOST) {
        keep = CONDITION_MOST;
        while (keep > 0 && ((unsigned char)text.data[keep] & 0xc0) == 0x80)
            keep--;
    }
    const char *copy =
        wc_arena_printf(arena, "%.*s%s", (int)keep, text.data, keep < text.len ? " …" : "");
    wc_buf_free(&text);
    return copy;
}

/* A label for each of the conditions that must all hold. */
static void add_conditions(struct wc_arena *arena, struct edge *edge, const struct wc_expr *when,
                           const char *word)
{
    if (when && when->kind == WC_EXPR_BINARY && when->op == WC_OP_AND) {
        add_conditions(arena, edge, when->kids[0], word);
        add_conditions(arena, edge, when->kids[1], "and ");
        return;
    }
    wc_push(arena, &edge->labels,
            wc_arena_printf(arena, "%s%s", word, condition_text(arena, when)));
}

static struct edge *edge_to(struct wc_arena *arena, struct edges *edges, const char *node,
                            const struct wc_target *target)
{
    WC_EACH(i, &edges->list)
    {
        if (strcmp(edges->list.items[i].node, node) == 0)
            return &edges->list.items[i];
    }
    struct edge edge = {.to = target, .node = node, .fails = true};
    wc_push(arena, &edges->list, edge);
    return &edges->list.items[edges->list.count - 1];
}

static struct edges edges_of(struct wc_arena *arena, const char *prefix,
                             const struct wc_stage *stage)
{
    struct edges edges = {0};
    WC_EACH(i, &stage->ons)
    {
        const struct wc_on *on = &stage->ons.items[i];
        struct edge *edge =
            edge_to(arena, &edges, node_of(arena, prefix, &on->target), &on->target);
        if (stage->action.kind == WR_ACT_MATCH) {
            edge->fails = false;
            add_conditions(arena, edge, stage->action.arms.items[i].condition,
                           edge->labels.count ? "or " : "");
            continue;
        }
        WC_EACH(k, &on->labels)
        {
            const char *name = on->labels.items[k].name;
            bool known = false;
            edge->fails = edge->fails && on->labels.items[k].kind != WC_ON_OK;
            WC_EACH(m, &edge->labels)
            {
                known = known || strcmp(edge->labels.items[m], name) == 0;
            }
            if (!known)
                wc_push(arena, &edge->labels, name);
        }
    }
    return edges;
}

/* True the first time a node is asked for. */
struct ends {
    WC_VEC(const char *) seen;
};

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

/* ---- Mermaid ------------------------------------------------------------------------------ */

/* What would end a description there is written as what is near. */
static void mermaid_text(struct wc_buf *out, const char *text)
{
    for (; *text; text++)
        wc_buf_char(out, *text == ':' || *text == ';' ? ',' : *text == '"' ? '\'' : *text);
}

static void mermaid_stage(struct wc_buf *out, const struct wc_model *model, struct ends *ends,
                          const char *prefix, const struct wc_stage *stage)
{
    struct edges edges = edges_of(model->arena, prefix, stage);
    WC_EACH(i, &edges.list)
    {
        const struct edge *edge = &edges.list.items[i];
        if (edge->to->kind != WR_TO_STAGE && is_new(model->arena, ends, edge->node))
            wc_buf_printf(out, "    state \"%s\" as %s\n    %s --> [*]\n",
                          end_text(model->arena, edge->to), edge->node, edge->node);
        wc_buf_printf(out, "    %ss_%s --> %s: ", prefix, stage->name, edge->node);
        WC_EACH(k, &edge->labels)
        {
            bool goes_on = strncmp(edge->labels.items[k], "and ", 4) == 0;
            wc_buf_text(out, k == 0 ? "" : goes_on ? " " : ", ");
            mermaid_text(out, edge->labels.items[k]);
        }
        wc_buf_char(out, '\n');
    }
}

void wc_emit_mermaid(struct wc_buf *out, const struct wc_model *model)
{
    bool several = model->workflows.count > 1;
    wc_buf_text(out, "stateDiagram-v2\n");
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        const char *prefix = prefix_of(model, flow);
        struct ends ends = {0};
        wc_buf_printf(out, "    %%%% workflow %s\n", flow->name);
        if (several)
            wc_buf_printf(out, "    state \"%s\" as %sflow {\n", flow->name, prefix);
        WC_EACH(j, &flow->stages)
        {
            const struct wc_stage *stage = flow->stages.items[j];
            wc_buf_printf(out, "    state \"%s · ", stage->name);
            mermaid_text(out, does(model->arena, stage));
            wc_buf_printf(out, "\" as %ss_%s\n", prefix, stage->name);
        }
        if (flow->stages.count)
            wc_buf_printf(out, "    [*] --> %ss_%s\n", prefix, flow->stages.items[0]->name);
        WC_EACH(j, &flow->stages)
        {
            mermaid_stage(out, model, &ends, prefix, flow->stages.items[j]);
        }
        if (several)
            wc_buf_text(out, "    }\n");
    }
}

/* ---- DOT ---------------------------------------------------------------------------------- */

static void dot_text(struct wc_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            wc_buf_char(out, '\\');
        wc_buf_char(out, *text);
    }
}

static void dot_end(struct wc_buf *out, const struct wc_model *model, const struct edge *edge)
{
    bool fails = edge->to->kind == WR_TO_FAIL;
    wc_buf_printf(out, "    %s [label=\"%s\", %s];\n", edge->node, end_text(model->arena, edge->to),
                  fails                                ? "shape=octagon, fillcolor=\"#fde7e7\""
                  : edge->to->result == WR_RESULT_FULL ? "peripheries=2, fillcolor=\"#e3f4e6\""
                                                       : "peripheries=2, fillcolor=\"#fff3d1\"");
}

static void dot_stage(struct wc_buf *out, const struct wc_model *model, struct ends *ends,
                      const char *prefix, const struct wc_stage *stage)
{
    struct edges edges = edges_of(model->arena, prefix, stage);
    WC_EACH(i, &edges.list)
    {
        const struct edge *edge = &edges.list.items[i];
        if (edge->to->kind != WR_TO_STAGE && is_new(model->arena, ends, edge->node))
            dot_end(out, model, edge);
        wc_buf_printf(out, "    %ss_%s -> %s [label=\"", prefix, stage->name, edge->node);
        WC_EACH(k, &edge->labels)
        {
            wc_buf_text(out, k ? "\\n" : "");
            dot_text(out, edge->labels.items[k]);
        }
        wc_buf_printf(out, "\"%s];\n",
                      edge->fails ? ", style=dashed, color=\"#a04040\", fontcolor=\"#a04040\""
                                  : "");
    }
}

void wc_emit_dot(struct wc_buf *out, const struct wc_model *model)
{
    bool several = model->workflows.count > 1;
    wc_buf_printf(out,
                  "digraph %s_machine {\n    rankdir=LR;\n"
                  "    node [shape=box, style=\"rounded,filled\", fillcolor=white, "
                  "fontname=\"Helvetica\", fontsize=12];\n"
                  "    edge [fontname=\"Helvetica\", fontsize=10];\n",
                  model->name);
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        const char *prefix = prefix_of(model, flow);
        struct ends ends = {0};
        wc_buf_printf(out, "    // workflow %s\n", flow->name);
        if (several)
            wc_buf_printf(out, "    subgraph cluster_%s {\n    label=\"%s\";\n", flow->name,
                          flow->name);
        WC_EACH(j, &flow->stages)
        {
            const struct wc_stage *stage = flow->stages.items[j];
            wc_buf_printf(out, "    %ss_%s [label=\"%s\\n", prefix, stage->name, stage->name);
            dot_text(out, does(model->arena, stage));
            wc_buf_printf(out, "\"%s];\n", j == 0 ? ", penwidth=2" : "");
        }
        WC_EACH(j, &flow->stages)
        {
            dot_stage(out, model, &ends, prefix, flow->stages.items[j]);
        }
        if (several)
            wc_buf_text(out, "    }\n");
    }
    wc_buf_text(out, "}\n");
}
