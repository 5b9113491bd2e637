/* `wright test`: a specification to C, the C with its tests to a program, and the program run. */
#include "compiler/tool/compile.h"
#include "compiler/tool/link.h"
#include "compiler/tool/run.h"

#include <wright/testing.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct testing {
    struct wc_arena *arena;
    const char *only;
    bool coverage;
};

/* What it prints is for the user; its exit code is the command's. */
static enum wc_exit run(struct testing *testing, const char *program, const char *file)
{
    struct wc_args args = {0};
    wc_args_add(testing->arena, &args, program);
    if (testing->coverage)
        wc_args_add(testing->arena, &args, "--coverage");
    if (testing->only) {
        wc_args_add(testing->arena, &args, "--only");
        wc_args_add(testing->arena, &args, testing->only);
    }
    fflush(stdout);
    int status = 0;
    pid_t pid = wc_run_start(testing->arena, &args, NULL);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return wc_trouble("test", "cannot run the tests of %s: %s", file, strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        return WEXITSTATUS(status) ? WC_EXIT_FINDINGS : WC_EXIT_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == WR_TEST_NONE)
        return WC_EXIT_NONE;
    return wc_trouble("test", "the tests of %s ended with %s %d", file,
                      WIFSIGNALED(status) ? "signal" : "exit code",
                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static enum wc_exit test_one(struct testing *testing, const char *file)
{
    char *scratch = wc_scratch_make(testing->arena);
    if (!scratch)
        return wc_trouble("test", "cannot make a folder for the tests: %s", strerror(errno));
    struct wc_link link = {.folder = scratch, .dynamic = true, .quick = true};
    link.output = wc_arena_printf(testing->arena, "%s/run", scratch);
    struct wc_sources more = {0};
    link.more = &more;
    enum wc_exit exit = wc_compile_with(testing->arena, "test", file, scratch, true, &more, NULL);
    if (exit == WC_EXIT_OK)
        exit = wc_link(testing->arena, &link);
    if (exit == WC_EXIT_OK)
        exit = run(testing, link.output, file);
    wc_scratch_remove(scratch);
    return exit;
}

int wc_cmd_test(int argc, char **argv)
{
    struct wc_arena arena = {0};
    struct testing testing = {.arena = &arena};
    int coverage = 0, rest = 0;
    const struct wc_flag flags[] = {{"--only", 0, &testing.only, NULL},
                                    {"--coverage", 0, NULL, &coverage},
                                    {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest == 0)
        return (int)wc_trouble("test", "give one specification or more");
    testing.coverage = coverage > 0;
    int none = 0;
    for (int i = 1; i <= rest; i++) {
        enum wc_exit one = test_one(&testing, argv[i]);
        none += one == WC_EXIT_NONE;
        exit = one > exit && one != WC_EXIT_NONE ? one : exit;
    }
    if (none == rest) /* of several files one is enough */
        exit = WC_EXIT_NONE;
    wc_arena_free(&arena);
    return (int)exit;
}
