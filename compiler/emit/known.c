/* What a program's own tests say of it, for `wright test` and for the simulator: each label of each transition with its
 * line, and what the tests send and answer. */
#include "compiler/emit/document.h"
#include "compiler/emit/machine.h"
#include "compiler/model/answers.h"

#include <string.h>

static uint32_t line_of(struct wc_span span)
{
    return span.source ? wc_place_of(span.source, span.start).line : 0;
}

/* ---- ways: every label of every `on` line, the most specific first ------------------------- */

static const char *target_text(struct wc_arena *arena, const struct wc_target *target)
{
    static const char *const results[] = {"none", "full", "draft", "fallback"};
    if (target->kind == WR_TO_STAGE)
        return target->stage->name;
    if (target->kind == WR_TO_FAIL)
        return wc_arena_printf(arena, "fail %s", target->error->name);
    return wc_arena_printf(arena, "done %s", results[target->result]);
}

static void emit_way(struct wc_buf *out, struct wc_arena *arena, const struct wc_workflow *flow,
                     const struct wc_stage *stage, const struct wc_on *on,
                     const struct wc_on_label *label, size_t arm)
{
    struct wc_init init = {.arena = arena, .indent = 8};
    wc_init_number(&init, "workflow", (int64_t)flow->id);
    wc_init_text(&init, "stage", stage->name);
    wc_init_mask(&init, "on", label->error ? WR_BIT(label->error->class) : label->classes);
    if (label->error)
        wc_init_text(&init, "error", label->error->name);
    if (label->member)
        wc_init_text(&init, "member", label->member->name);
    wc_init_number(&init, "arm", (int64_t)arm);
    wc_init_number(&init, "line", line_of(on->span));
    wc_init_text(&init, "text",
                 wc_arena_printf(arena, "%s -> %s", label->name, target_text(arena, &on->target)));
    wc_init_write(out, "", &init, false, ",");
}

static void emit_stage_ways(struct wc_buf *out, struct wc_arena *arena,
                            const struct wc_workflow *flow, const struct wc_stage *stage)
{
    for (int rank = 0; rank <= WC_RANK_MAX; rank++) {
        WC_EACH(i, &stage->ons)
        {
            const struct wc_on *on = &stage->ons.items[i];
            WC_EACH(k, &on->labels)
            {
                if (wc_label_rank(&on->labels.items[k]) != rank)
                    continue;
                emit_way(out, arena, flow, stage, on, &on->labels.items[k],
                         stage->action.kind == WR_ACT_MATCH ? i + 1 : 0);
            }
        }
    }
}

static void emit_ways(struct wc_buf *out, const struct wc_model *model)
{
    wc_c_banner(out, "transitions");
    wc_buf_text(out, "static const struct wr_way ways[] = {\n");
    WC_EACH(i, &model->workflows)
    {
        const struct wc_workflow *flow = model->workflows.items[i];
        WC_EACH(k, &flow->stages)
        {
            emit_stage_ways(out, model->arena, flow, flow->stages.items[k]);
        }
    }
    wc_buf_text(out, "};\n");
}

/* ---- what the tests send and answer -------------------------------------------------------- */

/* `static const char NAME_1[] = "…";`: the document on as few lines as it takes. */
static void emit_text(struct wc_buf *out, struct wc_arena *arena, const char *name, size_t number,
                      const char *json)
{
    json_t *read = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    struct wc_buf text = {0};
    if (read)
        wc_json_take(&text, read, WC_COMPACT);
    wc_c_assign_text(out, 0, wc_arena_printf(arena, "static const char %s_%zu[]", name, number),
                     text.data ? text.data : "", text.len, ";");
    wc_buf_free(&text);
}

static void emit_requests(struct wc_buf *out, const struct wc_model *model,
                          const struct wc_known_answers *known)
{
    if (known->requests.count == 0)
        return;
    wc_c_banner(out, "what the tests send and answer");
    WC_EACH(i, &known->requests)
    {
        emit_text(out, model->arena, "request", i + 1, known->requests.items[i].json);
    }
    wc_buf_text(out,
                "\n/* clang-format off */\n"
                "static const struct wr_known_request requests[] = {\n");
    WC_EACH(i, &known->requests)
    {
        struct wc_init init = {.arena = model->arena, .indent = 8};
        wc_init_number(&init, "workflow", (int64_t)known->requests.items[i].workflow->id);
        wc_init_field(&init, "body", "WR_STR(request_%zu)", i + 1);
        wc_init_write(out, "", &init, false, ",");
    }
    wc_buf_text(out, "};\n/* clang-format on */\n");
}

static void emit_answers(struct wc_buf *out, const struct wc_model *model,
                         const struct wc_known_answers *known)
{
    if (known->all.count == 0)
        return;
    wc_buf_char(out, '\n');
    WC_EACH(i, &known->all)
    {
        emit_text(out, model->arena, "answer", i + 1, known->all.items[i].json);
    }
    wc_buf_text(out, "\nstatic const struct wr_known_answer answers[] = {\n");
    WC_EACH(i, &known->all)
    {
        const struct wc_known_answer *answer = &known->all.items[i];
        struct wc_init init = {.arena = model->arena, .indent = 8};
        wc_init_text(&init, "stage", answer->stage->name);
        wc_init_field(&init, "schema", "&schema_%s",
                      wc_c_schema(model->arena, answer->stage->action.as->schema));
        wc_init_number(&init, "request", (int64_t)answer->request);
        wc_init_field(&init, "value", "WR_STR(answer_%zu)", i + 1);
        wc_init_write(out, "", &init, false, ",");
    }
    wc_buf_text(out, "};\n");
}

void wc_emit_known(struct wc_buf *out, const struct wc_model *model)
{
    struct wc_known_answers known = {0};
    struct wc_init init = {.arena = model->arena, .indent = 4};
    wc_known_answers(model->arena, model, &known);
    wc_buf_printf(out,
                  "/* What the tests of %s %s say of it: for the simulator and `wright test`.\n"
                  " * Written by `wright compile` from %s: edit that. */\n"
                  "#include \"%s.h\"\n\n#include <wright/testing.h>\n",
                  model->name, model->version, wc_base_name(model->source->path), model->name);
    emit_ways(out, model);
    emit_requests(out, model, &known);
    emit_answers(out, model, &known);
    wc_init_field(&init, "ways", "ways");
    wc_init_field(&init, "way_count", "WR_COUNT(ways)");
    if (known.requests.count) {
        wc_init_field(&init, "requests", "requests");
        wc_init_field(&init, "request_count", "WR_COUNT(requests)");
    }
    if (known.all.count) {
        wc_init_field(&init, "answers", "answers");
        wc_init_field(&init, "answer_count", "WR_COUNT(answers)");
    }
    wc_init_write(out, "\nconst struct wr_known embedded_known = ", &init, true, ";");
}
