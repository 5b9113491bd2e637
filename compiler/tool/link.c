/* Compiling generated C, a file a process, and linking it with the runtime: static, position
 * independent, stripped. It knows which archives that takes and which packages they are from. */
#include "compiler/tool/link.h"

#include "compiler/base/vec.h"
#include "compiler/tool/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the linker's order of need; the group makes the order of what they need of each other free. */
static const struct {
    const char *library, *package;
} archives[] = {
    {"curl", "libcurl4-openssl-dev"},
    {"nghttp2", "libnghttp2-dev"},
    {"event_openssl", "libevent-dev"},
    {"event_pthreads", "libevent-dev"},
    {"event", "libevent-dev"},
    {"sqlite3", "libsqlite3-dev"},
    {"jansson", "libjansson-dev"},
    {"ssl", "libssl-dev"},
    {"crypto", "libssl-dev"},
    {"zstd", "libzstd-dev"},
    {"brotlidec", "libbrotli-dev"},
    {"brotlicommon", "libbrotli-dev"},
    {"z", "zlib1g-dev"},
};

enum { ARCHIVE_COUNT = sizeof archives / sizeof *archives };

/* Those that only libcurl.a needs: its shared library brings its own. */
static bool only_static(const char *library)
{
    static const char *const names[] = {"nghttp2", "zstd", "brotlidec", "brotlicommon"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], library) == 0)
            return true;
    return false;
}

static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

struct job {
    struct wc_arena *arena;
    const struct wc_link *link;
    struct wc_args cc; /* the compiler, in words */
    const char *archive, *include, *scratch;
    WC_VEC(const char *) objects;
};

static bool exists(const char *path)
{
    return access(path, R_OK) == 0;
}

/* The runtime beside this program: in its build folder, or installed under PREFIX. WRIGHT_INCLUDE
 * is for a build folder that is not in the source's. */
static enum wc_exit find_runtime(struct job *job)
{
    char self[PATH_MAX];
    const char *headers = getenv("WRIGHT_INCLUDE");
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0)
        return wc_trouble("build", "cannot tell where this program is: %s", strerror(errno));
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    for (int installed = 0; installed < 2; installed++) {
        const char *to_archive = installed ? "../lib/wright/libwright.a" : "libwright.a";
        const char *to_headers = installed ? "../include" : "../runtime/include";
        job->archive = wc_arena_printf(job->arena, "%s/%s", self, to_archive);
        job->include =
            headers && *headers ? headers : wc_arena_printf(job->arena, "%s/%s", self, to_headers);
        if (exists(job->archive) &&
            exists(wc_arena_printf(job->arena, "%s/wright/generated.h", job->include)))
            return WC_EXIT_OK;
    }
    return wc_trouble("build",
                      "the runtime is not beside this program: libwright.a and its headers belong "
                      "into its build folder, or into PREFIX/lib/wright and PREFIX/include "
                      "(WRIGHT_INCLUDE names another folder of headers)");
}

/* ---- telling ------------------------------------------------------------------------------ */

/* What a program printed, as far as a person would read it. */
static void show(const char *log)
{
    char line[1024];
    FILE *in = fopen(log, "r");
    for (int i = 0; in && i < 60 && fgets(line, sizeof line, in); i++)
        fputs(line, stderr);
    if (in)
        fclose(in);
}

static enum wc_exit no_compiler(const struct job *job)
{
    return wc_trouble("build",
                      "the C compiler %s cannot be run: %s; install gcc (or clang), or name one "
                      "with CC",
                      job->cc.items[0], strerror(errno));
}

/* Does the compiler find this file among its libraries? */
static bool has_library(const struct job *job, const char *file)
{
    char path[PATH_MAX] = "";
    const char *log = wc_arena_printf(job->arena, "%s/search", job->scratch);
    struct wc_args args = {0};
    for (size_t i = 0; i < job->cc.count; i++)
        wc_args_add(job->arena, &args, job->cc.items[i]);
    wc_args_add(job->arena, &args, wc_arena_printf(job->arena, "-print-file-name=%s", file));
    pid_t pid = wc_run_start(job->arena, &args, log);
    if (pid < 0 || !wc_run_wait(pid))
        return true; /* it cannot be asked; the linker's own words must do */
    FILE *in = fopen(log, "r");
    if (in && fgets(path, sizeof path, in))
        path[strcspn(path, "\n")] = '\0';
    if (in)
        fclose(in);
    return strchr(path, '/') != NULL;
}

/* After a failed link: the archives that are not there, with their packages; else what was said. */
static enum wc_exit explain_link(const struct job *job, const char *log)
{
    size_t missing = 0;
    for (size_t i = 0; i < ARCHIVE_COUNT; i++) {
        const char *file = wc_arena_printf(job->arena, "lib%s.%s", archives[i].library,
                                           job->link->dynamic ? "so" : "a");
        if ((job->link->dynamic && only_static(archives[i].library)) || has_library(job, file))
            continue;
        missing++;
        wc_trouble("build", "%s is missing; on Debian: apt-get install %s", file,
                   archives[i].package);
    }
    if (missing > 0)
        return WC_EXIT_TROUBLE;
    show(log);
    return wc_trouble("build", "linking failed");
}

/* ---- compiling ---------------------------------------------------------------------------- */

struct compiling {
    pid_t pid;
    const char *source, *log;
};

static enum wc_exit start_compile(struct job *job, const char *source, const char *object,
                                  struct compiling *it)
{
    struct wc_args args = {0};
    for (size_t i = 0; i < job->cc.count; i++)
        wc_args_add(job->arena, &args, job->cc.items[i]);
    wc_args_words(job->arena, &args, "-std=c11 -D_GNU_SOURCE -fPIE -ffunction-sections");
    wc_args_add(job->arena, &args, job->link->quick ? "-O0" : "-O2");
    if (getenv("CFLAGS"))
        wc_args_words(job->arena, &args, getenv("CFLAGS"));
    const char *rest[] = {"-I", job->include, "-I", job->link->folder, "-c", source, "-o", object};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        wc_args_add(job->arena, &args, rest[i]);
    it->source = source;
    it->log = wc_arena_printf(job->arena, "%s.log", object);
    it->pid = wc_run_start(job->arena, &args, it->log);
    wc_push(job->arena, &job->objects, object);
    return it->pid < 0 ? no_compiler(job) : WC_EXIT_OK;
}

static enum wc_exit end_compile(const struct compiling *it)
{
    if (wc_run_wait(it->pid))
        return WC_EXIT_OK;
    show(it->log);
    return wc_trouble("build", "%s does not compile", it->source);
}

/* As many at a time as there are processors; the first failure is told, the others are awaited. */
static enum wc_exit compile_all(struct job *job, const char *const *sources, size_t count)
{
    struct compiling *all = WC_NEW_ARRAY(job->arena, struct compiling, count + 1);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t at_a_time = processors > 0 ? (size_t)processors : 1, ended = 0;
    enum wc_exit exit = WC_EXIT_OK;
    size_t started = 0;
    while (started < count && exit == WC_EXIT_OK) {
        if (started - ended >= at_a_time)
            exit = end_compile(&all[ended++]);
        if (exit != WC_EXIT_OK)
            break;
        const char *object = wc_arena_printf(job->arena, "%s/%zu.o", job->scratch, started);
        exit = start_compile(job, sources[started], object, &all[started]);
        started += exit == WC_EXIT_OK;
    }
    for (; ended < started; ended++)
        if (exit == WC_EXIT_OK)
            exit = end_compile(&all[ended]);
        else
            wc_run_wait(all[ended].pid);
    return exit;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The certificates of this machine, as an object that the client falls back on where a binary runs
 * without any. Written in assembly, for a compiler would take long over it. */
static const char *write_bundle(const struct job *job)
{
    const char *path = wc_arena_printf(job->arena, "%s/ca_bundle.S", job->scratch);
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++) {
        FILE *out = exists(bundles[i]) ? fopen(path, "w") : NULL;
        if (!out)
            continue;
        fprintf(out,
                ".section .rodata\n.globl wr_ca_bundle\nwr_ca_bundle:\n.incbin \"%s\"\n.byte 0\n"
                ".section .note.GNU-stack,\"\",%%progbits\n",
                bundles[i]);
        return fclose(out) == 0 ? path : NULL;
    }
    return NULL;
}

static enum wc_exit compile_folder(struct job *job)
{
    WC_VEC(const char *) sources = {0};
    DIR *folder = opendir(job->link->folder);
    if (!folder)
        return wc_trouble("build", "%s: %s", job->link->folder, strerror(errno));
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t len = strlen(entry->d_name);
        if (len > 2 && strcmp(entry->d_name + len - 2, ".c") == 0)
            wc_push(job->arena, &sources,
                    wc_arena_printf(job->arena, "%s/%s", job->link->folder, entry->d_name));
    }
    closedir(folder);
    if (sources.count == 0)
        return wc_trouble("build", "%s holds no C", job->link->folder);
    qsort(sources.items, sources.count, sizeof *sources.items, by_name);
    for (size_t i = 0; job->link->more && i < job->link->more->files.count; i++) {
        const char *file = job->link->more->files.items[i];
        if (!exists(file))
            return wc_trouble("build", "%s: %s", file, strerror(errno));
        wc_push(job->arena, &sources, file);
    }
    const char *bundle = job->link->quick ? NULL : write_bundle(job);
    if (bundle)
        wc_push(job->arena, &sources, bundle);
    return compile_all(job, sources.items, sources.count);
}

/* ---- linking ------------------------------------------------------------------------------ */

static void link_args(struct job *job, struct wc_args *args, const char *output)
{
    struct wc_arena *arena = job->arena;
    bool dynamic = job->link->dynamic;
    for (size_t i = 0; i < job->cc.count; i++)
        wc_args_add(arena, args, job->cc.items[i]);
    if (getenv("CFLAGS"))
        wc_args_words(arena, args, getenv("CFLAGS"));
    wc_args_words(arena, args, dynamic ? "-pie" : "-static-pie -s");
    wc_args_words(arena, args, "-Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -o");
    wc_args_add(arena, args, output);
    WC_EACH(i, &job->objects)
    wc_args_add(arena, args, job->objects.items[i]);
    wc_args_add(arena, args, dynamic ? "-Wl,--as-needed" : "-Wl,--start-group");
    wc_args_add(arena, args, job->archive);
    for (size_t i = 0; i < ARCHIVE_COUNT; i++)
        if (!dynamic || !only_static(archives[i].library))
            wc_args_add(arena, args, wc_arena_printf(arena, "-l%s", archives[i].library));
    wc_args_words(arena, args, "-lpthread -lm");
    if (!dynamic)
        wc_args_add(arena, args, "-Wl,--end-group");
}

static enum wc_exit link_objects(struct job *job)
{
    struct wc_args args = {0};
    const char *log = wc_arena_printf(job->arena, "%s/link.log", job->scratch);
    const char *made = wc_arena_printf(job->arena, "%s.%ld.tmp", job->link->output, (long)getpid());
    link_args(job, &args, made);
    int probe = open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (probe < 0)
        return wc_trouble("build", "cannot write %s: %s", job->link->output, strerror(errno));
    close(probe);
    unlink(made);
    pid_t pid = wc_run_start(job->arena, &args, log);
    if (pid < 0)
        return no_compiler(job);
    if (!wc_run_wait(pid)) {
        unlink(made);
        return explain_link(job, log);
    }
    if (rename(made, job->link->output) == 0)
        return WC_EXIT_OK;
    int why = errno;
    unlink(made);
    return wc_trouble("build", "%s: %s", job->link->output, strerror(why));
}

/* ---- scratch folders ---------------------------------------------------------------------- */

char *wc_scratch_make(struct wc_arena *arena)
{
    const char *base = getenv("TMPDIR");
    return mkdtemp(wc_arena_printf(arena, "%s/wright-XXXXXX", base && *base ? base : "/tmp"));
}

static int forget(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void wc_scratch_remove(const char *folder)
{
    nftw(folder, forget, 16, FTW_DEPTH | FTW_PHYS);
}

enum wc_exit wc_link(struct wc_arena *arena, const struct wc_link *link)
{
    const char *cc = getenv("CC");
    struct job job = {.arena = arena, .link = link};
    wc_args_words(arena, &job.cc, cc && *cc ? cc : "cc");
    if (job.cc.count == 0)
        return wc_trouble("build", "CC is blank");
    enum wc_exit exit = find_runtime(&job);
    if (exit != WC_EXIT_OK)
        return exit;
    job.scratch = wc_scratch_make(arena);
    if (!job.scratch)
        return wc_trouble("build", "cannot make a folder for the objects: %s", strerror(errno));
    exit = compile_folder(&job);
    if (exit == WC_EXIT_OK)
        exit = link_objects(&job);
    wc_scratch_remove(job.scratch);
    return exit;
}
