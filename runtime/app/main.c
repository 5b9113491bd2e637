/* The binary's own commands: a table of them, their flags, their help. */
#include "runtime/app/app.h"
#include "runtime/base/log.h"
#include "runtime/observe/webhooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    const char *name, *usage, *summary;
    const struct wr_flag *flags;
    size_t flag_count;
    enum wr_exit (*run)(int argc, char **argv);
};

static const char *program_name(void)
{
    return wright_program.name;
}

/* ---- serve ---------------------------------------------------------------------------------- */

#define AT(field) offsetof(struct wr_serve_options, field)

static const struct wr_flag serve_flags[] = {
    {"--listen", "WRIGHT_LISTEN", "ADDRESS", "127.0.0.1:8080", "host:port; port 0 takes a free one",
     WR_FLAG_TEXT, AT(listen)},
    {"--store", "WRIGHT_STORE", "URL", NULL, "sqlite:PATH; by default sqlite:NAME.db, here",
     WR_FLAG_TEXT, AT(store)},
    {"--drain", "WRIGHT_DRAIN", "TIME", "30s", "how long a stop waits for jobs under way",
     WR_FLAG_DURATION, AT(drain_ms)},
    {"--heartbeat", "WRIGHT_HEARTBEAT", "TIME", "15s",
     "between signs of life on a stream of events", WR_FLAG_DURATION, AT(heartbeat_ms)},
    {"--max-body", "WRIGHT_MAX_BODY", "SIZE", "0",
     "of a request; 0: what the contract allows, between 1M and 64M", WR_FLAG_SIZE, AT(max_body)},
    {"--max-jobs", "WRIGHT_MAX_JOBS", "N", "10000", "under way; past it 503", WR_FLAG_COUNT,
     AT(max_jobs)},
    {"--max-connections", "WRIGHT_MAX_CONNECTIONS", "N", "4096", "open; past it 503", WR_FLAG_COUNT,
     AT(max_connections)},
    {"--loops", "WRIGHT_LOOPS", "N", "0", "event loops; 0: one a core, at most 8", WR_FLAG_COUNT,
     AT(loops)},
    {"--workers", "WRIGHT_WORKERS", "N", "4", "threads for C functions", WR_FLAG_COUNT,
     AT(workers)},
    {"--webhook-schedule", "WRIGHT_WEBHOOK_SCHEDULE", "TIMES", WR_WEBHOOK_SCHEDULE,
     "between attempts of a notification", WR_FLAG_TEXT, AT(webhook_schedule)},
    {"--tls-cert", "WRIGHT_TLS_CERT", "FILE", NULL, "certificate chain, PEM; serves https",
     WR_FLAG_TEXT, AT(tls_cert)},
    {"--tls-key", "WRIGHT_TLS_KEY", "FILE", NULL, "its private key, PEM", WR_FLAG_TEXT,
     AT(tls_key)},
    {"--otlp", "WRIGHT_OTLP", "URL", NULL,
     "a collector of traces; by default OpenTelemetry's variables", WR_FLAG_TEXT, AT(otlp)},
    {"--log", "WRIGHT_LOG", "LEVEL", "info", "debug, info, warn, error or off; on stderr, JSON",
     WR_FLAG_LEVEL, AT(log_level)},
};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static enum wr_exit no_arguments(const char *command, int rest, char **argv)
{
    if (rest == 0)
        return WR_EXIT_OK;
    fprintf(stderr, "%s: %s takes no argument, such as '%s'\n", program_name(), command, argv[1]);
    return WR_EXIT_USAGE;
}

static enum wr_exit run_serve(int argc, char **argv)
{
    struct wr_serve_options options = {0};
    char store[256];
    int rest;
    enum wr_exit exit =
        wr_flags_read(program_name(), argc, argv, serve_flags, COUNT(serve_flags), &options, &rest);
    if (exit == WR_EXIT_OK)
        exit = no_arguments("serve", rest, argv);
    if (exit != WR_EXIT_OK)
        return exit;
    if (!options.tls_cert != !options.tls_key) {
        fprintf(stderr, "%s: --tls-cert and --tls-key are given together or not at all\n",
                program_name());
        return WR_EXIT_USAGE;
    }
    if (options.loops > WR_LOOPS_MAX) {
        fprintf(stderr, "%s: --loops is 0 to %d\n", program_name(), WR_LOOPS_MAX);
        return WR_EXIT_USAGE;
    }
    if (options.heartbeat_ms < 10) {
        fprintf(stderr, "%s: --heartbeat is at least 10ms\n", program_name());
        return WR_EXIT_USAGE;
    }
    if (options.max_body < 0 || options.max_body > INT64_C(1) << 30 || options.max_jobs < 1 ||
        options.max_jobs > 10000000 || options.max_connections < 1 ||
        options.max_connections > 1000000) {
        fprintf(stderr,
                "%s: --max-body is 0 to 1G, --max-jobs 1 to 10000000, --max-connections 1 "
                "to 1000000\n",
                program_name());
        return WR_EXIT_USAGE;
    }
    options.store = wr_store_url(options.store, store, sizeof store);
    return wr_serve(&wright_program, &options);
}

/* ---- check, contract, version --------------------------------------------------------------- */

static enum wr_exit plain(const char *command, int argc, char **argv)
{
    int rest;
    enum wr_exit exit = wr_flags_read(program_name(), argc, argv, NULL, 0, NULL, &rest);
    return exit == WR_EXIT_OK ? no_arguments(command, rest, argv) : exit;
}

static enum wr_exit run_check(int argc, char **argv)
{
    struct wr_keys *keys;
    enum wr_exit exit = plain("check", argc, argv);
    if (exit != WR_EXIT_OK)
        return exit;
    size_t wrong = wr_check_environment(&wright_program, &keys);
    wr_keys_free(keys);
    if (wrong)
        return WR_EXIT_CONFIG;
    printf("%s %s: the environment is complete\n", program_name(), wright_program.version);
    return WR_EXIT_OK;
}

static enum wr_exit flush(void)
{
    if (fflush(stdout) == 0)
        return WR_EXIT_OK;
    perror(program_name());
    return WR_EXIT_IO;
}

static enum wr_exit run_contract(int argc, char **argv)
{
    enum wr_exit exit = plain("contract", argc, argv);
    if (exit != WR_EXIT_OK)
        return exit;
    fwrite(wright_program.contract, 1, wright_program.contract_len, stdout);
    return flush();
}

static enum wr_exit run_version(int argc, char **argv)
{
    enum wr_exit exit = plain("version", argc, argv);
    if (exit != WR_EXIT_OK)
        return exit;
    const struct wr_program *p = &wright_program;
    printf("api        %s %s\ncontract   %s\ntoolchain  %s\n", p->name, p->version,
           p->contract_hash, p->toolchain);
    for (size_t i = 0; i < p->workflow_count; i++)
        printf("workflow   %s@%u %s %s\n", p->workflows[i]->name, p->workflows[i]->version,
               p->workflows[i]->method, p->workflows[i]->path);
    for (size_t i = 0; i < p->model_count; i++)
        printf("model      %s: %s (%s)\n", p->models[i].name, p->models[i].model,
               p->models[i].provider);
    for (size_t i = 0; i < p->service_count; i++)
        printf("service    %s: %s\n", p->services[i].name, p->services[i].version);
    return flush();
}

/* ---- keys ----------------------------------------------------------------------------------- */

struct keys_options {
    const char *scopes;
};

static const struct wr_flag keys_flags[] = {
    {"--scopes", NULL, "A+B", NULL, "workflows that the key may start, and review; none: all",
     WR_FLAG_TEXT, offsetof(struct keys_options, scopes)},
};

static enum wr_exit run_keys(int argc, char **argv)
{
    struct keys_options options = {""};
    struct wr_new_key made;
    char error[512];
    int rest;
    enum wr_exit exit =
        wr_flags_read(program_name(), argc, argv, keys_flags, COUNT(keys_flags), &options, &rest);
    if (exit != WR_EXIT_OK)
        return exit;
    if (rest != 2 || strcmp(argv[1], "new") != 0) {
        fprintf(stderr, "%s: usage: %s keys new NAME [--scopes A+B]\n", program_name(),
                program_name());
        return WR_EXIT_USAGE;
    }
    if (!wr_keys_new(&made, argv[2], options.scopes, error, sizeof error)) {
        fprintf(stderr, "%s: %s\n", program_name(), error);
        return WR_EXIT_USAGE;
    }
    struct wr_keys *list = wr_keys_read(made.line, error, sizeof error);
    size_t unknown = list ? wr_unknown_scopes(&wright_program, list) : 0;
    wr_keys_free(list);
    if (unknown > 0)
        return WR_EXIT_USAGE;
    if (wright_program.keys_env)
        fprintf(stderr, "The key, shown once, and its line for %s:\n", wright_program.keys_env);
    printf("%s\n%s\n", made.key, made.line);
    return flush();
}

/* ---- jobs, backup ---------------------------------------------------------------------------- */

#define OPERATOR(field) offsetof(struct wr_operator_options, field)
#define STORE_FLAG                                                                                 \
    {                                                                                              \
        "--store", "WRIGHT_STORE", "URL", NULL, "the one that is served", WR_FLAG_TEXT,            \
            OPERATOR(store)                                                                        \
    }

static const struct wr_flag jobs_flags[] = {
    STORE_FLAG,
    {"--json", NULL, NULL, NULL, "for scripts", WR_FLAG_SWITCH, OPERATOR(json)},
    {"--force", NULL, NULL, NULL, "retry: whatever has happened", WR_FLAG_SWITCH, OPERATOR(force)},
    {"--status", NULL, "STATUS", NULL, "list: only these", WR_FLAG_TEXT, OPERATOR(status)},
    {"--workflow", NULL, "NAME", NULL, "list: only these", WR_FLAG_TEXT, OPERATOR(workflow)},
    {"--before", NULL, "ID", NULL, "list: older than this job", WR_FLAG_TEXT, OPERATOR(before)},
    {"--limit", NULL, "N", NULL, "list: 1 to 100", WR_FLAG_TEXT, OPERATOR(limit)},
};

static const struct wr_flag review_flags[] = {
    STORE_FLAG,
    {"--json", NULL, NULL, NULL, "for scripts", WR_FLAG_SWITCH, OPERATOR(json)},
    {"--reason", NULL, "TEXT", NULL, "kept with the decision", WR_FLAG_TEXT, OPERATOR(reason)},
};

static const struct wr_flag webhooks_flags[] = {
    STORE_FLAG,
    {"--json", NULL, NULL, NULL, "for scripts", WR_FLAG_SWITCH, OPERATOR(json)},
    {"--state", NULL, "STATE", NULL, "list: waiting, delivered or dead", WR_FLAG_TEXT,
     OPERATOR(state)},
    {"--before", NULL, "ID", NULL, "list: older than this notification", WR_FLAG_TEXT,
     OPERATOR(before)},
    {"--limit", NULL, "N", NULL, "list: 1 to 1000", WR_FLAG_TEXT, OPERATOR(limit)},
};

static const struct wr_flag drift_flags[] = {
    STORE_FLAG,
    {"--json", NULL, NULL, NULL, "for scripts", WR_FLAG_SWITCH, OPERATOR(json)},
};

static const struct wr_flag backup_flags[] = {STORE_FLAG};

static enum wr_exit run_jobs(int argc, char **argv)
{
    struct wr_operator_options options = {0};
    int rest;
    enum wr_exit exit =
        wr_flags_read(program_name(), argc, argv, jobs_flags, COUNT(jobs_flags), &options, &rest);
    return exit == WR_EXIT_OK ? wr_operator_run("jobs", rest, argv + 1, &options) : exit;
}

static enum wr_exit run_review(int argc, char **argv)
{
    struct wr_operator_options options = {0};
    int rest;
    enum wr_exit exit = wr_flags_read(program_name(), argc, argv, review_flags, COUNT(review_flags),
                                      &options, &rest);
    return exit == WR_EXIT_OK ? wr_operator_run("review", rest, argv + 1, &options) : exit;
}

static enum wr_exit run_webhooks(int argc, char **argv)
{
    struct wr_operator_options options = {0};
    int rest;
    enum wr_exit exit = wr_flags_read(program_name(), argc, argv, webhooks_flags,
                                      COUNT(webhooks_flags), &options, &rest);
    return exit == WR_EXIT_OK ? wr_operator_run("webhooks", rest, argv + 1, &options) : exit;
}

static enum wr_exit run_drift(int argc, char **argv)
{
    struct wr_operator_options options = {0};
    int rest;
    enum wr_exit exit =
        wr_flags_read(program_name(), argc, argv, drift_flags, COUNT(drift_flags), &options, &rest);
    return exit == WR_EXIT_OK ? wr_operator_run("drift", rest, argv + 1, &options) : exit;
}

static enum wr_exit run_backup(int argc, char **argv)
{
    struct wr_operator_options options = {0};
    int rest;
    enum wr_exit exit = wr_flags_read(program_name(), argc, argv, backup_flags, COUNT(backup_flags),
                                      &options, &rest);
    if (exit != WR_EXIT_OK)
        return exit;
    if (rest == 1)
        return wr_operator_backup(argv[1], &options);
    fprintf(stderr, "%s: usage: %s backup FILE [--store URL]\n", program_name(), program_name());
    return WR_EXIT_USAGE;
}

/* ---- simulate ------------------------------------------------------------------------------- */

#define IN_SIMULATE(field) offsetof(struct wr_simulate_options, field)

static const struct wr_flag simulate_flags[] = {
    {"--seed", NULL, "N", "1", "all chance follows from it", WR_FLAG_COUNT, IN_SIMULATE(seed)},
    {"--jobs", NULL, "N", "10000", "to simulate", WR_FLAG_COUNT, IN_SIMULATE(jobs)},
    {"--crash", NULL, NULL, NULL, "the process dies, too, and recovers", WR_FLAG_SWITCH,
     IN_SIMULATE(crash)},
    {"--adversary", NULL, "time|cost", NULL, "seeks the latest reply, or the dearest job",
     WR_FLAG_TEXT, IN_SIMULATE(adversary)},
    {"--journal", NULL, "FILE", NULL, "writes every journal there, as text", WR_FLAG_TEXT,
     IN_SIMULATE(journal)},
};

static enum wr_exit run_simulate(int argc, char **argv)
{
    struct wr_simulate_options options = {0};
    int rest;
    enum wr_exit exit = wr_flags_read(program_name(), argc, argv, simulate_flags,
                                      COUNT(simulate_flags), &options, &rest);
    if (exit == WR_EXIT_OK)
        exit = no_arguments("simulate", rest, argv);
    if (exit != WR_EXIT_OK)
        return exit;
    exit = wr_simulate_command(&wright_program, &options);
    enum wr_exit flushed = flush();
    return exit == WR_EXIT_OK ? flushed : exit;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct command commands[] = {
    {"serve", "serve [flags]", "serves the API", serve_flags, COUNT(serve_flags), run_serve},
    {"check", "check", "says what is missing or wrong in the environment", NULL, 0, run_check},
    {"contract", "contract", "prints the contract it was built from", NULL, 0, run_contract},
    {"version", "version", "prints every version in it", NULL, 0, run_version},
    {"keys", "keys new NAME [flags]", "makes a key for a caller", keys_flags, COUNT(keys_flags),
     run_keys},
    {"jobs", "jobs list|show|events|cancel|retry|why", "looks at jobs of the binary that serves",
     jobs_flags, COUNT(jobs_flags), run_jobs},
    {"review", "review list|show|approve|edit|reject", "decides what waits for a person",
     review_flags, COUNT(review_flags), run_review},
    {"webhooks", "webhooks list|resend", "notifications: sent, waiting, dead", webhooks_flags,
     COUNT(webhooks_flags), run_webhooks},
    {"drift", "drift [flags]", "what services and models answer, against what is expected",
     drift_flags, COUNT(drift_flags), run_drift},
    {"backup", "backup FILE", "copies the store, while it is in use or not", backup_flags,
     COUNT(backup_flags), run_backup},
    {"simulate", "simulate [flags]", "runs its workflows in virtual time against faults",
     simulate_flags, COUNT(simulate_flags), run_simulate},
};

static void help_all(FILE *out)
{
    fprintf(out, "%s %s%s%s\n\n", program_name(), wright_program.version,
            wright_program.summary ? ": " : "",
            wright_program.summary ? wright_program.summary : "");
    for (size_t i = 0; i < COUNT(commands); i++)
        fprintf(out, "  %s %-34s %s\n", program_name(), commands[i].usage, commands[i].summary);
    fprintf(out, "\n`%s COMMAND --help` lists a command's flags.\n", program_name());
}

static void help_command(const struct command *command)
{
    printf("%s %s: %s\n", program_name(), command->usage, command->summary);
    if (command->flag_count)
        printf("\n");
    wr_flags_help(command->flags, command->flag_count);
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0 || strcmp(arg, "help") == 0;
}

static enum wr_exit unknown(const char *name)
{
    const char *names[COUNT(commands)];
    for (size_t i = 0; i < COUNT(commands); i++)
        names[i] = commands[i].name;
    const char *near = wr_nearest(name, names, COUNT(commands));
    fprintf(stderr, "%s: unknown command '%s'", program_name(), name);
    if (near)
        fprintf(stderr, "; did you mean %s?\n", near);
    else
        fprintf(stderr, "; `%s --help` lists them\n", program_name());
    return WR_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help_all(stderr);
        return WR_EXIT_USAGE;
    }
    if (is_help(argv[1])) {
        help_all(stdout);
        return (int)flush();
    }
    if (strcmp(argv[1], "--version") == 0)
        return (int)run_version(1, argv);
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        for (int j = 2; j < argc; j++) {
            if (is_help(argv[j])) {
                help_command(&commands[i]);
                return (int)flush();
            }
        }
        return (int)commands[i].run(argc - 1, argv + 1);
    }
    return (int)unknown(argv[1]);
}
