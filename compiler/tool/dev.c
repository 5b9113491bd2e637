/* `wright dev`: serves a specification with simulated upstreams while it is edited. It looks at the files
 * a specification is made of, builds when one changes, and keeps the last good build serving. */
#include "compiler/tool/children.h"
#include "compiler/tool/link.h"
#include "compiler/tool/load.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 150    /* between looks at the files */
#define START_MS 10000 /* what the simulated upstreams may take to start */
#define SELF "/proc/self/exe"

struct dev {
    struct wc_arena *arena; /* as long as the command */
    const char *file, *listen, *returns, *way,
        *seed; /* the last three go to the mock; NULL: not given */
    char *scratch;
    const char *binary, *mock_listen;
    struct wc_child mock, server;
    struct wc_arena looked; /* of the list of files */
    const char **files;
    size_t file_count;
    uint64_t print; /* of the files, as they were when they were last built */
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void pause_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* ---- the files ---------------------------------------------------------------------------- */

/* What a specification is made of, as far as it can be read; one that is not there is in the list. */
static void list_files(struct dev *dev)
{
    struct wc_arena arena = {0};
    struct wc_diags diags = {.arena = &arena};
    const struct wc_model *model = wc_load(dev->file, &arena, &diags);
    size_t count = model ? model->files.count : 0;
    wc_arena_free(&dev->looked);
    dev->files = WC_NEW_ARRAY(&dev->looked, const char *, count + 1);
    dev->files[0] = dev->file;
    for (size_t i = 0; i < count; i++) {
        const char *path = model->files.items[i];
        dev->files[i + 1] = wc_arena_copy(&dev->looked, path, strlen(path));
    }
    dev->file_count = count + 1;
    wc_arena_free(&arena);
}

static uint64_t mixed(uint64_t print, uint64_t value)
{
    return (print ^ value) * UINT64_C(1099511628211);
}

/* Changes when one of the files does. */
static uint64_t print_of(const struct dev *dev)
{
    uint64_t print = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < dev->file_count; i++) {
        struct stat at = {0};
        bool there = stat(dev->files[i], &at) == 0;
        print = mixed(print, there);
        print = mixed(print, (uint64_t)at.st_mtim.tv_sec);
        print = mixed(print, (uint64_t)at.st_mtim.tv_nsec);
        print = mixed(print, (uint64_t)at.st_size);
        print = mixed(print, (uint64_t)at.st_ino);
    }
    return print;
}

/* ---- simulated upstreams ------------------------------------------------------------------ */

/* `export NAME='value'` lines: for the server, unless the user has set NAME. */
static bool read_environment(struct dev *dev, const char *path)
{
    char line[4096];
    FILE *in = fopen(path, "r");
    if (!in)
        return false;
    while (fgets(line, sizeof line, in)) {
        char *name = line + strlen("export "), *equals = strchr(line, '=');
        char *end = strrchr(line, '\'');
        if (line[0] == '#') /* what the upstreams cannot do here */
            printf("dev: %s", line + strspn(line, "# "));
        if (strncmp(line, "export ", strlen("export ")) != 0 || !equals || end <= equals + 1)
            continue;
        *equals = *end = '\0';
        setenv(name, equals + 2, 0);
        const char *port = strstr(equals + 2, "127.0.0.1:");
        if (!dev->mock_listen && port && strcmp(name, "WRIGHT_MOCK_CONTROL") == 0)
            dev->mock_listen = wc_arena_copy(dev->arena, port, strcspn(port, "/"));
    }
    fclose(in);
    return true;
}

static void add_flag(const char **words, size_t *count, const char *flag, const char *value)
{
    if (!value)
        return;
    words[(*count)++] = flag;
    words[(*count)++] = value;
}

static enum wc_exit start_mock(struct dev *dev)
{
    const char *env = wc_arena_printf(dev->arena, "%s/mock.env", dev->scratch);
    const char *words[16] = {SELF,
                             "mock",
                             dev->file,
                             "--listen",
                             dev->mock_listen ? dev->mock_listen : "127.0.0.1:0",
                             "--env",
                             "--print-env-file",
                             env};
    size_t count = 8;
    add_flag(words, &count, "--returns", dev->returns);
    add_flag(words, &count, "--way", dev->way);
    add_flag(words, &count, "--seed", dev->seed);
    wc_child_stop(&dev->mock);
    unlink(env);
    if (!wc_child_start(&dev->mock, words, "/dev/null"))
        return wc_trouble("dev", "cannot start the simulated upstreams: %s", strerror(errno));
    for (int waited = 0; waited < START_MS && !stopped; waited += 5) {
        if (read_environment(dev, env))
            return WC_EXIT_OK;
        if (!wc_child_lives(&dev->mock))
            break;
        pause_ms(5);
    }
    return wc_trouble("dev", "the simulated upstreams of %s do not start", dev->file);
}

/* ---- building and serving ----------------------------------------------------------------- */

static bool run(const char *const *words)
{
    struct wc_child child = {0};
    return wc_child_start(&child, words, NULL) && wc_child_wait(&child);
}

static bool build(struct dev *dev, const char *output)
{
    const char *const words[] = {SELF, "build", dev->file, "-o", output, NULL};
    return run(words);
}

static enum wc_exit start_server(struct dev *dev)
{
    const char *store = wc_arena_printf(dev->arena, "sqlite:%s/dev.db", dev->scratch);
    const char *const words[] = {dev->binary, "serve",   "--listen", dev->listen, "--store",
                                 store,       "--drain", "1s",       NULL};
    if (wc_child_start(&dev->server, words, NULL))
        return WC_EXIT_OK;
    return wc_trouble("dev", "cannot start %s: %s", dev->binary, strerror(errno));
}

/* The build that is there, with what it needs around it. */
static enum wc_exit serve(struct dev *dev, const char *built)
{
    wc_child_stop(&dev->server);
    if (rename(built, dev->binary) != 0)
        return wc_trouble("dev", "%s: %s", dev->binary, strerror(errno));
    enum wc_exit exit = start_mock(dev);
    return exit == WC_EXIT_OK ? start_server(dev) : exit;
}

/* How to call it, and how to reach its jobs and reviews: the binary and its store. */
static void tell_ways(const struct dev *dev)
{
    const char *key = getenv("WRIGHT_MOCK_KEY");
    if (key && *key)
        printf("dev: call it with the header  Authorization: Bearer %s\n", key);
    printf("dev: see its jobs, as long as it runs:  %s jobs list --store sqlite:%s/dev.db\n",
           dev->binary, dev->scratch);
    fflush(stdout);
}

/* One look: if something changed, a build, and it is served if it is good. */
static enum wc_exit look(struct dev *dev, bool first)
{
    struct timespec began, ended;
    uint64_t print = print_of(dev);
    if (!first && print == dev->print)
        return WC_EXIT_OK;
    clock_gettime(CLOCK_MONOTONIC, &began);
    list_files(dev);
    dev->print = print_of(dev);
    const char *built = wc_arena_printf(dev->arena, "%s/next", dev->scratch);
    if (!build(dev, built)) {
        printf("dev: not built; %s\n", wc_child_lives(&dev->server)
                                           ? "the last good build goes on serving"
                                           : "nothing is served until it is");
        fflush(stdout);
        return WC_EXIT_OK;
    }
    enum wc_exit exit = serve(dev, built);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    if (exit == WC_EXIT_OK)
        printf("dev: %s is served, %.1f s after it changed\n", dev->file,
               (double)(ended.tv_sec - began.tv_sec) +
                   (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
    tell_ways(dev);
    return exit;
}

static enum wc_exit watch(struct dev *dev)
{
    bool served = false;
    list_files(dev);
    enum wc_exit exit = look(dev, true);
    while (exit == WC_EXIT_OK && !stopped) {
        pause_ms(LOOK_MS);
        exit = look(dev, false);
        bool lives = wc_child_lives(&dev->server);
        if (served && !lives && !stopped)
            return wc_trouble("dev", "the server has ended");
        served = dev->server.pid > 0;
    }
    return exit;
}

int wc_cmd_dev(int argc, char **argv)
{
    struct wc_arena arena = {0};
    struct dev dev = {.arena = &arena, .listen = "127.0.0.1:8080"};
    int rest = 0;
    const struct wc_flag flags[] = {{"--listen", 0, &dev.listen, NULL},
                                    {"--returns", 0, &dev.returns, NULL},
                                    {"--way", 0, &dev.way, NULL},
                                    {"--seed", 0, &dev.seed, NULL},
                                    {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1)
        return (int)wc_trouble("dev", "give one specification");
    dev.file = argv[1];
    if (access(dev.file, R_OK) != 0)
        return (int)wc_trouble("dev", "cannot read %s: %s", dev.file, strerror(errno));
    dev.scratch = wc_scratch_make(&arena);
    if (!dev.scratch)
        return (int)wc_trouble("dev", "cannot make a folder: %s", strerror(errno));
    dev.binary = wc_arena_printf(&arena, "%s/serving", dev.scratch);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    exit = watch(&dev);
    wc_child_stop(&dev.server);
    wc_child_stop(&dev.mock);
    wc_scratch_remove(dev.scratch);
    wc_arena_free(&dev.looked);
    wc_arena_free(&arena);
    return (int)exit;
}
