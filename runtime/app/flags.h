/* The command line of a binary: a table of flags a command, which also prints its help. Every flag
 * reads from the environment too; what stands on the command line wins. */
#ifndef WR_APP_FLAGS_H
#define WR_APP_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sysexits.h, as numbers that scripts know. */
enum wr_exit {
    WR_EXIT_OK = 0,
    WR_EXIT_BROKEN = 1, /* simulate: something that must hold did not */
    WR_EXIT_USAGE = 64,
    WR_EXIT_UNAVAILABLE = 69,
    WR_EXIT_SOFTWARE = 70,
    WR_EXIT_IO = 74,
    WR_EXIT_CONFIG = 78
};

enum wr_flag_kind {
    WR_FLAG_TEXT,     /* const char * */
    WR_FLAG_DURATION, /* int64_t, milliseconds: 250ms, 30s, 5m, 1h; a bare number is seconds */
    WR_FLAG_SIZE,     /* int64_t, bytes: 4096, 64K, 1M, 2G */
    WR_FLAG_COUNT,    /* int64_t, not negative */
    WR_FLAG_LEVEL,    /* int: enum wr_log_level */
    WR_FLAG_SWITCH    /* bool; takes no value; in the environment 1 or true */
};

struct wr_flag {
    const char *name;     /* "--listen" */
    const char *env;      /* "WRIGHT_LISTEN"; NULL: command line only */
    const char *meta;     /* "ADDRESS", for the help */
    const char *fallback; /* as if it had been written; NULL: what is in `options` stays */
    const char *help;
    enum wr_flag_kind kind;
    size_t at; /* offset in the command's options */
};

/* Fills `options`; leaves what is no flag in argv[1] and up, `*rest` of them. Prints what is wrong
 * on stderr, with the near flag where there is one. */
enum wr_exit wr_flags_read(const char *program, int argc, char **argv, const struct wr_flag *flags,
                           size_t count, void *options, int *rest);
void wr_flags_help(const struct wr_flag *flags, size_t count);
/* The name nearest to a mistyped one, or NULL if none is near. */
const char *wr_nearest(const char *word, const char *const *names, size_t count);

#endif
