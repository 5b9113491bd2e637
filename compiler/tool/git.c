/* Running git. A revision is unpacked by an index of its own, so that the repository's stays as it is. */
#include "compiler/tool/git.h"

#include "compiler/base/buf.h"
#include "compiler/base/vec.h"
#include "compiler/tool/link.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* This program's environment and one variable more. */
static char **environment(struct wc_arena *arena, const char *variable)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **all = WC_NEW_ARRAY(arena, char *, count + 2);
    memcpy(all, environ, count * sizeof *all);
    all[count] = variable ? wc_arena_copy(arena, variable, strlen(variable)) : NULL;
    return all;
}

static int start(struct wc_arena *arena, const char *const *words, const char *variable, int out,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    size_t count = 0;
    while (words[count])
        count++;
    char **argv = WC_NEW_ARRAY(arena, char *, count + 2);
    argv[0] = wc_arena_copy(arena, "git", 3);
    for (size_t i = 0; i < count; i++)
        argv[i + 1] = wc_arena_copy(arena, words[i], strlen(words[i]));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    int failed = posix_spawnp(pid, "git", &actions, NULL, argv, environment(arena, variable));
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* What git says of a mistake goes to standard error, as it is. */
static enum wc_exit run(const char *command, struct wc_arena *arena, const char *const *words,
                        const char *variable, struct wc_buf *out)
{
    int pipe[2], status = 0;
    pid_t pid = -1;
    char bytes[4096];
    ssize_t got;
    if (pipe2(pipe, O_CLOEXEC) != 0)
        return wc_trouble(command, "cannot run git: %s", strerror(errno));
    int failed = start(arena, words, variable, pipe[1], &pid);
    close(pipe[1]);
    while (!failed &&
           ((got = read(pipe[0], bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR)))
        if (got > 0)
            wc_buf_add(out, bytes, (size_t)got);
    close(pipe[0]);
    if (failed)
        return wc_trouble(command, "cannot run git: %s", strerror(failed));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return wc_trouble(command, "cannot wait for git: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return WC_EXIT_OK;
    return wc_trouble(command, "`git %s` failed", words[0]);
}

enum wc_exit wc_git_line(const char *command, struct wc_arena *arena, const char *const *words,
                         const char **line)
{
    struct wc_buf out = {0};
    enum wc_exit exit = run(command, arena, words, NULL, &out);
    *line = wc_arena_copy(arena, out.data ? out.data : "", out.data ? strcspn(out.data, "\n") : 0);
    wc_buf_free(&out);
    return exit;
}

/* ---- a revision's files ------------------------------------------------------------------- */

/* Only what may be read: the rest of a large repository stays where it is. */
static enum wc_exit unpack(const char *command, struct wc_arena *arena, const char *top,
                           const char *tree, const char *folder)
{
    const char *index = wc_arena_printf(arena, "GIT_INDEX_FILE=%s/index", folder);
    const char *prefix = wc_arena_printf(arena, "--prefix=%s/tree/", folder);
    const char *const read[] = {"-C", top, "read-tree", tree, NULL};
    const char *const write[] = {"-C", top, "checkout-index", "-a", "-q", prefix, NULL};
    struct wc_buf out = {0};
    enum wc_exit exit = run(command, arena, read, index, &out);
    if (exit == WC_EXIT_OK)
        exit = run(command, arena, write, index, &out);
    wc_buf_free(&out);
    return exit;
}

enum wc_exit wc_git_unpack(const char *command, struct wc_arena *arena, const char *ref,
                           const char *path, const char **folder, const char **there)
{
    const char *top = NULL, *prefix = "", *tree = NULL, *temp = getenv("TMPDIR");
    const char *wanted = wc_arena_printf(arena, "%s^{tree}", ref);
    enum wc_exit exit = wc_git_line(
        command, arena, (const char *const[]){"rev-parse", "--show-toplevel", NULL}, &top);
    if (exit == WC_EXIT_OK && strncmp(path, "./", 2) == 0) {
        path += 2;
        exit = wc_git_line(command, arena,
                           (const char *const[]){"rev-parse", "--show-prefix", NULL}, &prefix);
    }
    if (exit == WC_EXIT_OK)
        exit = wc_git_line(
            command, arena,
            (const char *const[]){"rev-parse", "--verify", "--end-of-options", wanted, NULL},
            &tree);
    if (exit != WC_EXIT_OK)
        return exit;
    char *made = wc_arena_printf(arena, "%s/wright-diff-XXXXXX", temp && *temp ? temp : "/tmp");
    if (!mkdtemp(made))
        return wc_trouble(command, "cannot make a folder in %s: %s", temp ? temp : "/tmp",
                          strerror(errno));
    *folder = made;
    *there = wc_arena_printf(arena, "%s/tree/%s%s", made, prefix, path);
    return unpack(command, arena, top, tree, made);
}

/* ---- a file that git hands out alone -------------------------------------------------------- */

static bool copy_over(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    char bytes[4096];
    size_t got;
    bool good = in && out;
    while (good && (got = fread(bytes, 1, sizeof bytes, in)) > 0)
        good = fwrite(bytes, 1, got, out) == got;
    good = good && !ferror(in);
    if (in)
        fclose(in);
    if (out)
        good = fclose(out) == 0 && good;
    return good;
}

enum wc_exit wc_git_blob(const char *command, struct wc_arena *arena, const char *file,
                         const char **folder, const char **there)
{
    const char *blob = NULL, *commit = NULL, *path = "", *slash = strrchr(file, '/');
    enum wc_exit exit =
        wc_git_line(command, arena,
                    (const char *const[]){"hash-object", "--no-filters", "--", file, NULL}, &blob);
    const char *find = wc_arena_printf(arena, "--find-object=%s", blob ? blob : "");
    const char *name = wc_arena_printf(arena, ":(top,glob)**/%s", slash ? slash + 1 : file);
    if (exit == WC_EXIT_OK)
        exit = wc_git_line(
            command, arena,
            (const char *const[]){"log", "--all", "--reverse", "--format=%H", find, NULL}, &commit);
    bool known = exit == WC_EXIT_OK && *commit;
    if (known)
        exit = wc_git_line(command, arena,
                           (const char *const[]){"diff-tree", "--root", "--no-commit-id", "-r",
                                                 "--name-only", find, commit, NULL},
                           &path);
    else if (exit == WC_EXIT_OK) /* only in the index: beside what HEAD has */
        exit =
            wc_git_line(command, arena,
                        (const char *const[]){"ls-files", "--full-name", "--", name, NULL}, &path);
    if (exit == WC_EXIT_OK && !*path)
        return wc_trouble(command, "%s: nobody knows where it was", file);
    if (exit == WC_EXIT_OK)
        exit = wc_git_unpack(command, arena, known ? commit : "HEAD", path, folder, there);
    if (exit == WC_EXIT_OK && !known && !copy_over(file, *there))
        return wc_trouble(command, "cannot copy %s: %s", file, strerror(errno));
    return exit;
}
