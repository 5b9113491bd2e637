/* Running other programs. */
#include "compiler/tool/run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void wc_args_add(struct wc_arena *arena, struct wc_args *args, const char *arg)
{
    wc_push(arena, args, arg);
}

void wc_args_words(struct wc_arena *arena, struct wc_args *args, const char *text)
{
    while (*(text += strspn(text, " \t\n"))) {
        size_t len = strcspn(text, " \t\n");
        wc_args_add(arena, args, wc_arena_copy(arena, text, len));
        text += len;
    }
}

pid_t wc_run_start(struct wc_arena *arena, const struct wc_args *args, const char *log)
{
    posix_spawn_file_actions_t actions;
    char **argv = WC_NEW_ARRAY(arena, char *, args->count + 1);
    pid_t pid = -1;
    for (size_t i = 0; i < args->count; i++)
        argv[i] = wc_arena_copy(arena, args->items[i], strlen(args->items[i]));
    posix_spawn_file_actions_init(&actions);
    if (log) {
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        posix_spawn_file_actions_adddup2(&actions, 1, 2);
    }
    int failed = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = failed;
    return failed ? -1 : pid;
}

bool wc_run_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
