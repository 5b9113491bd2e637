/* Running other programs: argument lists, and starting them without a shell. */
#ifndef WC_TOOL_RUN_H
#define WC_TOOL_RUN_H

#include "compiler/base/vec.h"

#include <stdbool.h>
#include <sys/types.h>

struct wc_args {
    const char **items;
    size_t count, room;
};

void wc_args_add(struct wc_arena *arena, struct wc_args *args, const char *arg);
/* Each of the words of `text`, separated by spaces. */
void wc_args_words(struct wc_arena *arena, struct wc_args *args, const char *text);
/* Starts it, found by $PATH, with what it prints going to the file `log`, or NULL: where this one's
 * goes. -1 with errno set where it cannot be started. */
pid_t wc_run_start(struct wc_arena *arena, const struct wc_args *args, const char *log);
/* Waits for it: true if it exited with 0. */
bool wc_run_wait(pid_t pid);

#endif
