/* Programs beside this one. */
#include "compiler/tool/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_MS 5000 /* between SIGTERM and SIGKILL */

/* In the child: it ends when its parent does; a process group of its own keeps a terminal's ^C for the
 * parent, who stops it in order. */
static void become(const char *const *words, const char *log, pid_t parent, int tell)
{
    int out = log ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (out >= 0) {
        dup2(out, 1);
        dup2(out, 2);
    }
    if (getppid() == parent) {
        union {
            const char *const *given;
            char *const *taken;
        } argv = {words};
        execv(words[0], argv.taken);
    }
    int why = errno;
    while (write(tell, &why, sizeof why) < 0 && errno == EINTR)
        ;
    _exit(127);
}

bool wc_child_start(struct wc_child *child, const char *const *words, const char *log)
{
    int tell[2], why = 0;
    if (pipe2(tell, O_CLOEXEC) != 0)
        return false;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become(words, log, parent, tell[1]);
    close(tell[1]);
    ssize_t got = pid > 0 ? read(tell[0], &why, sizeof why) : 0;
    close(tell[0]);
    if (pid < 0)
        return false;
    child->pid = pid;
    if (got != (ssize_t)sizeof why)
        return true;
    wc_child_wait(child);
    errno = why;
    return false;
}

bool wc_child_lives(struct wc_child *child)
{
    if (child->pid > 0 && waitpid(child->pid, NULL, WNOHANG) != 0)
        child->pid = 0;
    return child->pid > 0;
}

bool wc_child_wait(struct wc_child *child)
{
    int status = 1;
    while (child->pid > 0 && waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    child->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void wc_child_stop(struct wc_child *child)
{
    if (child->pid <= 0)
        return;
    kill(child->pid, SIGTERM);
    for (int waited = 0; waited < STOP_MS && wc_child_lives(child); waited += 5)
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    if (!wc_child_lives(child))
        return;
    kill(child->pid, SIGKILL);
    wc_child_wait(child);
}
