/* Many worlds, one after the other, each with its own seed, and what came of all of them. */
#include "runtime/sim/run.h"

#include "runtime/base/hex.h"
#include "runtime/base/str.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* Every job's journal, as text: into the digest, and where it is asked for. */
static void tell_journal(const struct wr_world *world, EVP_MD_CTX *hash, FILE *out)
{
    struct wr_arena arena = {0};
    for (size_t i = 0; i < world->job_count; i++) {
        const struct wr_sim_job *job = world->jobs[i];
        char id[WR_ID_TEXT];
        wr_id_text(&job->id, id);
        for (size_t k = 0; k < job->entry_count; k++) {
            const struct wr_entry *entry = &job->entries[k];
            struct wr_text line = {.arena = &arena};
            wr_text_add(&line, (struct wr_str){id, sizeof id - 1});
            char *head = wr_arena_printf(&arena, " %u %s %lld ", entry->seq,
                                         wr_entry_kind_name(entry->kind), (long long)entry->at_ms);
            wr_text_add(&line, wr_str_of(head));
            wr_text_add(&line, entry->path);
            wr_text_add(&line, entry->body);
            wr_text_add(&line, WR_STR("\n"));
            EVP_DigestUpdate(hash, line.data, line.len);
            if (out)
                fwrite(line.data, 1, line.len, out);
        }
        wr_arena_reset(&arena);
    }
    wr_arena_free(&arena);
}

static void run_one(const struct wr_program *program, const struct wr_samples *samples,
                    const struct wr_sim_options *options, EVP_MD_CTX *hash,
                    struct wr_sim_report *report)
{
    struct wr_world *world = calloc(1, sizeof *world);
    if (!world) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    uint64_t left = options->jobs - report->jobs;
    world->program = program;
    world->samples = samples;
    world->report = report;
    world->seed = report->seed = options->seed + report->runs;
    world->wanted = report->run_jobs = left < WR_SIM_RUN_JOBS ? left : WR_SIM_RUN_JOBS;
    world->crash = options->crash;
    world->goal = options->goal;
    world->coverage = options->coverage;
    wr_world_run(world);
    tell_journal(world, hash, options->journal);
    wr_world_free(world);
    report->runs++;
}

bool wr_simulate(const struct wr_program *program, const struct wr_sim_options *options,
                 struct wr_sim_report *report)
{
    unsigned char digest[32];
    struct wr_samples *samples = wr_samples_new(program, options->goal);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    *report = (struct wr_sim_report){0};
    if (!samples || !hash || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1) {
        fputs("out of memory, or the contract cannot be read\n", stderr);
        exit(70);
    }
    uint64_t idle = 0; /* worlds in which nothing was accepted */
    while (!report->broken && report->jobs < options->jobs && idle < 100) {
        uint64_t before = report->jobs;
        run_one(program, samples, options, hash, report);
        idle = report->jobs == before ? idle + 1 : 0;
    }
    EVP_DigestFinal_ex(hash, digest, NULL);
    wr_hex(report->digest, digest, sizeof digest);
    EVP_MD_CTX_free(hash);
    wr_samples_free(samples);
    return !report->broken;
}
