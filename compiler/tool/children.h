/* Programs that run beside this one and end with it, whatever ends it. */
#ifndef WC_TOOL_CHILDREN_H
#define WC_TOOL_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

struct wc_child {
    pid_t pid; /* 0: none */
};

/* `words` end with NULL; the first is a path. What it prints goes to the file `log`, or NULL: where this
 * program's goes. False with errno set where it cannot be started. */
bool wc_child_start(struct wc_child *child, const char *const *words, const char *log);
bool wc_child_lives(struct wc_child *child);
/* True if it exited with 0. */
bool wc_child_wait(struct wc_child *child);
/* SIGTERM, and SIGKILL where that is not enough. None is nothing. */
void wc_child_stop(struct wc_child *child);

#endif
