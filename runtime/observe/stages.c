/* The engine's observer: log lines and metrics of attempts, stages and jobs. */
#include "runtime/observe/stages.h"

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/engine/event.h"

#include <string.h>

static struct wr_str target_of(const struct wr_stages *stages, const struct wr_action *action)
{
    if (action && action->kind == WR_ACT_HTTP)
        return wr_str_of(stages->program->services[action->target].name);
    if (action && action->kind == WR_ACT_ASK)
        return wr_str_of(stages->program->models[action->target].name);
    if (action && action->kind == WR_ACT_CALL)
        return wr_str_of(stages->program->functions[action->target].name);
    return wr_str_of(action && action->kind == WR_ACT_RECALL ? "store" : "");
}

/* A field that is left out where there is nothing to say. */
static struct wr_log_field maybe(const char *name, struct wr_str value)
{
    return WR_F_STR(name, value.len ? value : ((struct wr_str){NULL, 0}));
}

static void count_usage(struct wr_stages *stages, struct wr_str target,
                        const struct wr_outcome *outcome)
{
    const struct wr_usage *usage = &outcome->usage;
    if (outcome->first_token_us >= 0)
        wr_metrics_seconds(stages->metrics, WR_METRIC_first_token_seconds, &target,
                           (double)outcome->first_token_us / 1e6);
    if (!usage->known)
        return;
    const struct {
        struct wr_str name;
        int64_t count;
        bool always;
    } kinds[] = {{WR_STR("input"), usage->input_tokens, true},
                 {WR_STR("cached"), usage->cached_tokens, true},
                 {WR_STR("written"), usage->written_tokens, false},
                 {WR_STR("output"), usage->output_tokens, true},
                 {WR_STR("reasoning"), usage->reasoning_tokens, false}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct wr_str labels[] = {target, kinds[i].name};
        if (kinds[i].always || kinds[i].count > 0)
            wr_metrics_add(stages->metrics, WR_METRIC_tokens, labels, (double)kinds[i].count);
    }
}

/* Why an attempt was made, and what was wrong with its answer. */
static void count_trouble(struct wr_stages *stages, const struct wr_observation *seen,
                          const struct wr_str labels[4])
{
    const struct wr_outcome *outcome = seen->outcome;
    const struct wr_str again[] = {labels[0], labels[1], labels[2],
                                   wr_str_of(wr_class_name(seen->again))};
    const struct wr_str rule[] = {
        labels[0], labels[1], labels[2],
        outcome->class == WR_CLASS_check_failed ? WR_STR("check") : wr_str_of(outcome->rule)};
    const struct wr_str how[] = {labels[2], outcome->repaired};
    if (seen->again != WR_OK)
        wr_metrics_add(stages->metrics, WR_METRIC_retries, again, 1);
    const struct wr_str by_arm[] = {labels[0], seen->arm, labels[2], rule[3]};
    bool refused = rule[3].len > 0 && (WR_BIT(outcome->class) & WR_ON_INVALID_OUTPUT);
    if (refused)
        wr_metrics_add(stages->metrics, WR_METRIC_invalid, rule, 1);
    if (refused && seen->arm.len)
        wr_metrics_add(stages->metrics, WR_METRIC_arm_invalid, by_arm, 1);
    if (how[1].len > 0)
        wr_metrics_add(stages->metrics, WR_METRIC_repaired, how, 1);
}

/* Which of two models it was: of a hedge, of a split. */
static void count_choices(struct wr_stages *stages, const struct wr_observation *seen,
                          const struct wr_str labels[4])
{
    const struct wr_str hedge[] = {labels[0], labels[1], labels[2],
                                   seen->hedged == WR_HEDGE_LOST   ? WR_STR("lost")
                                   : seen->outcome->class == WR_OK ? WR_STR("won")
                                                                   : WR_STR("neither")};
    const struct wr_str arm[] = {labels[0], seen->arm};
    if (seen->hedged != WR_HEDGE_NONE)
        wr_metrics_add(stages->metrics, WR_METRIC_hedges, hedge, 1);
    if (arm[1].len)
        wr_metrics_add(stages->metrics, WR_METRIC_arm_cost, arm, (double)seen->cost / 1e12);
}

static void saw_attempt(struct wr_stages *stages, const struct wr_observation *seen,
                        const char *job)
{
    const struct wr_outcome *outcome = seen->outcome;
    struct wr_str class = wr_str_of(wr_class_name(outcome->class)),
                  target = target_of(stages, seen->action);
    struct wr_str workflow = wr_str_of(seen->workflow->name);
    const struct wr_str labels[] = {workflow, wr_str_of(seen->stage->name), target, class};
    wr_metrics_add(stages->metrics, WR_METRIC_attempts, labels, 1);
    wr_metrics_seconds(stages->metrics, WR_METRIC_attempt_seconds, labels,
                       (double)seen->elapsed_us / 1e6);
    if (seen->repair)
        wr_metrics_add(stages->metrics, WR_METRIC_repairs, labels, 1);
    count_trouble(stages, seen, labels);
    count_choices(stages, seen, labels);
    wr_metrics_add(stages->metrics, WR_METRIC_cost, &workflow, (double)seen->cost / 1e12);
    if (seen->action && seen->action->kind == WR_ACT_ASK)
        count_usage(stages, target, outcome);
    if (seen->action && (seen->action->kind == WR_ACT_ASK || seen->action->kind == WR_ACT_HTTP))
        wr_drift_saw(stages->drift, target.ptr, seen, wr_utc_ms());
    enum wr_log_level level = outcome->class == WR_OK ? WR_LOG_INFO : WR_LOG_WARN;
    wr_log(level, "attempt", wr_f_text("job_id", job), WR_F_STR("workflow", workflow),
           WR_F_STR("stage", labels[1]), maybe("path", seen->path),
           WR_F_INT("attempt", seen->attempt), WR_F_STR("target", target), WR_F_STR("class", class),
           WR_F_BOOL("cut", seen->cut), maybe("detail", outcome->detail),
           WR_F_INT("http_status", outcome->http_status),
           maybe("model_version", outcome->model_version),
           maybe("provider_request_id", outcome->request_id),
           WR_F_INT("input_tokens", outcome->usage.input_tokens),
           WR_F_INT("output_tokens", outcome->usage.output_tokens),
           WR_F_INT("cost_picodollars", seen->cost), WR_F_INT("elapsed_us", seen->elapsed_us));
}

static void saw_stage(struct wr_stages *stages, const struct wr_observation *seen, const char *job)
{
    struct wr_str class =
        seen->outcome ? wr_str_of(wr_class_name(seen->outcome->class)) : seen->label;
    const struct wr_str labels[] = {wr_str_of(seen->workflow->name), wr_str_of(seen->stage->name),
                                    class};
    wr_metrics_seconds(stages->metrics, WR_METRIC_stage_seconds, labels,
                       (double)seen->elapsed_us / 1e6);
    wr_log(WR_LOG_INFO, "stage", wr_f_text("job_id", job), WR_F_STR("workflow", labels[0]),
           WR_F_STR("stage", labels[1]), maybe("path", seen->path), WR_F_STR("outcome", class),
           maybe("label", seen->label), maybe("target", seen->target),
           WR_F_INT("elapsed_us", seen->elapsed_us));
}

static void saw_job(struct wr_stages *stages, const struct wr_observation *seen, const char *job)
{
    struct wr_str workflow = wr_str_of(seen->workflow->name);
    const struct wr_str labels[] = {workflow, seen->status, seen->result_type, seen->error_code};
    wr_metrics_add(stages->metrics, WR_METRIC_jobs, labels, 1);
    if (seen->arm.len) {
        const struct wr_str arm[] = {workflow, seen->arm, seen->status, seen->result_type};
        wr_metrics_add(stages->metrics, WR_METRIC_arm_jobs, arm, 1);
        wr_metrics_seconds(stages->metrics, WR_METRIC_arm_seconds, arm,
                           (double)seen->elapsed_us / 1e6);
    }
    wr_metrics_seconds(stages->metrics, WR_METRIC_job_seconds, &workflow,
                       (double)seen->elapsed_us / 1e6);
    if (seen->own_us >= 0)
        wr_metrics_seconds(stages->metrics, WR_METRIC_overhead_seconds, &workflow,
                           (double)seen->own_us / 1e6);
    wr_log(WR_LOG_INFO, "job", wr_f_text("job_id", job), WR_F_STR("workflow", workflow),
           maybe("caller", seen->caller), WR_F_STR("status", seen->status),
           maybe("result_type", seen->result_type), maybe("error_code", seen->error_code),
           WR_F_INT("cost_picodollars", seen->cost), WR_F_INT("elapsed_us", seen->elapsed_us));
}

static void saw(void *self, const struct wr_observation *seen)
{
    const struct wr_stages *stages = self;
    char job[WR_ID_TEXT];
    if (stages->otlp)
        wr_otlp_saw(stages->otlp, seen);
    wr_id_text(&seen->job, job);
    switch (seen->what) {
    case WR_SAW_ATTEMPT:
        saw_attempt(self, seen, job);
        break;
    case WR_SAW_STAGE:
        saw_stage(self, seen, job);
        break;
    case WR_SAW_JOB:
        saw_job(self, seen, job);
        break;
    }
}

struct wr_observer wr_stages_observer(struct wr_stages *stages)
{
    return (struct wr_observer){stages, saw};
}
