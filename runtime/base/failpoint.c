/* Failpoints: see failpoint.h. Empty in shipped builds. */
#include "runtime/base/failpoint.h"

#ifdef WRIGHT_FAILPOINTS
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long passed;

void wr_failpoint_(const char *name)
{
    const char *wanted = getenv("WRIGHT_FAILPOINT");
    size_t len = strlen(name);
    if (!wanted || strncmp(wanted, name, len) != 0 || wanted[len] != ':')
        return;
    if (atomic_fetch_add(&passed, 1) + 1 == strtol(wanted + len + 1, NULL, 10))
        kill(getpid(), SIGKILL);
}

void wr_failpoint_number_(const char *name, int number)
{
    char text[64];
    snprintf(text, sizeof text, "%s.%d", name, number);
    wr_failpoint_(text);
}

bool wr_broken_(const char *name)
{
    const char *wanted = getenv("WRIGHT_BREAK");
    return wanted && strcmp(wanted, name) == 0;
}
#else
typedef int wr_failpoints_are_not_compiled_in;
#endif
