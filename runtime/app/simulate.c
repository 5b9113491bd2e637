/* `simulate`: the program's own workflows in virtual time, against injected faults. Prints what was
 * run and, where something that must hold did not, the command that shows it again. */
#include "runtime/app/app.h"
#include "runtime/base/clock.h"
#include "runtime/sim/sim.h"

#include <wright/testing.h>

#include <stdio.h>
#include <string.h>

static void tell(const struct wr_program *program, const struct wr_sim_report *report, double s)
{
    printf("%s %s: %llu jobs in %llu worlds, %.1f s\n", program->name, program->version,
           (unsigned long long)report->jobs, (unsigned long long)report->runs, s);
    printf("ended      %llu completed, %llu degraded, %llu failed, %llu cancelled\n",
           (unsigned long long)report->ended[0], (unsigned long long)report->ended[1],
           (unsigned long long)report->ended[2], (unsigned long long)report->ended[3]);
    printf("crashes    %llu, and %llu jobs taken up again\n", (unsigned long long)report->crashes,
           (unsigned long long)report->recovered);
    if (report->rests)
        printf("rests      %llu parked jobs left memory\n", (unsigned long long)report->rests);
    printf("store      %llu commits, %llu of them failed; %llu checkpoints of journals\n",
           (unsigned long long)report->commits, (unsigned long long)report->failed_commits,
           (unsigned long long)report->checkpoints);
    printf("upstream   %llu calls, %llu of them before their job was durable\n",
           (unsigned long long)report->effects, (unsigned long long)report->early);
    printf("answers    %llu, %llu of them refusals\n", (unsigned long long)report->answers,
           (unsigned long long)report->refused);
    printf("journals   sha256:%s\n", report->digest);
}

/* What was never there was not simulated, whatever held elsewhere. */
static void tell_coverage(const struct wr_program *program, const struct wr_sim_coverage *seen)
{
    size_t stages = 0, entered = 0, taken = 0, at = 0;
    const struct wr_known *known = program->known;
    for (size_t w = 0; w < program->workflow_count; w++)
        stages += program->workflows[w]->stage_count;
    for (size_t i = 0; i < stages; i++)
        entered += seen->entered[i];
    for (size_t i = 0; i < known->way_count; i++)
        taken += seen->taken[i];
    printf("entered    %zu of %zu stages\n", entered, stages);
    for (size_t w = 0; w < program->workflow_count; w++)
        for (size_t s = 0; s < program->workflows[w]->stage_count; s++)
            if (!seen->entered[at++])
                printf("  never    %s: stage %s\n", program->workflows[w]->name,
                       program->workflows[w]->stages[s].name);
    printf("taken      %zu of %zu transitions\n", taken, known->way_count);
    for (size_t i = 0; i < known->way_count; i++)
        if (!seen->taken[i])
            printf("  never    %s: %s: on %s (line %u)\n",
                   program->workflows[known->ways[i].workflow]->name, known->ways[i].stage,
                   known->ways[i].text, (unsigned)known->ways[i].line);
    if (entered < stages)
        printf(
            "           what was never entered was not simulated: a test whose answers lead "
            "there shows the way\n");
}

/* What the certificate is held against. */
static void tell_worst(const struct wr_program *program, const struct wr_sim_report *report)
{
    for (size_t i = 0; i < program->workflow_count && i < WR_SIM_WORST_MAX; i++) {
        const struct wr_sim_worst *worst = &report->worst[i];
        printf(
            "worst      %s: reply %lld us (seed %llu), end %lld us (seed %llu), $%lld.%012lld "
            "(seed %llu)\n",
            program->workflows[i]->name, (long long)worst->reply_us,
            (unsigned long long)worst->reply_seed, (long long)worst->end_us,
            (unsigned long long)worst->end_seed, (long long)worst->cost / 1000000000000,
            (long long)worst->cost % 1000000000000, (unsigned long long)worst->cost_seed);
    }
}

static bool read_goal(const char *text, enum wr_sim_goal *goal)
{
    *goal = !text ? WR_SIM_ANYTHING : strcmp(text, "time") == 0 ? WR_SIM_LATEST : WR_SIM_DEAREST;
    return !text || *goal == WR_SIM_LATEST || strcmp(text, "cost") == 0;
}

enum wr_exit wr_simulate_command(const struct wr_program *program,
                                 const struct wr_simulate_options *options)
{
    struct wr_sim_report report;
    struct wr_sim_options sim = {
        .seed = (uint64_t)options->seed,
        .jobs = (uint64_t)options->jobs,
        .crash = options->crash,
    };
    if (!read_goal(options->adversary, &sim.goal) || (sim.goal && sim.crash)) {
        fprintf(stderr, "simulate: --adversary takes time or cost, and not --crash beside it\n");
        return WR_EXIT_USAGE;
    }
    if (options->journal && !(sim.journal = fopen(options->journal, "w"))) {
        perror(options->journal);
        return WR_EXIT_IO;
    }
    struct wr_sim_coverage seen;
    wr_sim_coverage_open(&seen, program);
    sim.coverage = &seen;
    int64_t began_us = wr_mono_us();
    bool held = wr_simulate(program, &sim, &report);
    if (sim.journal && fclose(sim.journal) != 0) {
        perror(options->journal);
        return WR_EXIT_IO;
    }
    tell(program, &report, (double)(wr_mono_us() - began_us) / 1e6);
    if (program->known)
        tell_coverage(program, &seen);
    wr_sim_coverage_free(&seen);
    if (sim.goal)
        tell_worst(program, &report);
    if (held && report.jobs >= sim.jobs) {
        printf("no invariant was broken\n");
        return WR_EXIT_OK;
    }
    if (held)
        printf("too few jobs were accepted: no input could be made\n");
    else
        printf("BROKEN     %s\nreplay     %s simulate --seed %llu --jobs %llu%s\n", report.what,
               program->name, (unsigned long long)report.seed, (unsigned long long)report.run_jobs,
               options->crash               ? " --crash"
               : sim.goal == WR_SIM_LATEST  ? " --adversary time"
               : sim.goal == WR_SIM_DEAREST ? " --adversary cost"
                                            : "");
    return WR_EXIT_BROKEN;
}
