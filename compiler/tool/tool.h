/* The commands of `wright`. Each gets its own arguments (argv[0] is the command's name) and returns
 * an exit code; commands.c is their table. */
#ifndef WC_TOOL_TOOL_H
#define WC_TOOL_TOOL_H

#include "compiler/base/version.h"

/* Exit codes: 0 done, 1 the specification has errors (or a check found something), 2 the command
 * could not do its work: bad usage, a file that cannot be read or written, a missing tool; 64 `wright test --only`
 * found no test of that title. */
enum wc_exit { WC_EXIT_OK = 0, WC_EXIT_FINDINGS = 1, WC_EXIT_TROUBLE = 2, WC_EXIT_NONE = 64 };

int wc_cmd_check(int argc, char **argv);
int wc_cmd_compile(int argc, char **argv);
int wc_cmd_build(int argc, char **argv);
int wc_cmd_fmt(int argc, char **argv);
int wc_cmd_fix(int argc, char **argv);
int wc_cmd_prove(int argc, char **argv);
int wc_cmd_graph(int argc, char **argv);
int wc_cmd_explain(int argc, char **argv);
int wc_cmd_mock(int argc, char **argv);
int wc_cmd_test(int argc, char **argv);
int wc_cmd_init(int argc, char **argv);
int wc_cmd_dev(int argc, char **argv);
int wc_cmd_diff(int argc, char **argv);
int wc_cmd_changelog(int argc, char **argv);
int wc_cmd_textconv(int argc, char **argv);
int wc_cmd_completion(int argc, char **argv);
int wc_cmd_man(int argc, char **argv);

/* One flag of a command, as its row in commands.c has it; `values` of the same flag given again replace the earlier one. */
struct wc_flag {
    const char *name;  /* "--format" */
    char letter;       /* 'o' for "-o", or 0 */
    const char **text; /* where its value goes; NULL for a switch */
    int *set;          /* counts how often it was given; may be NULL */
};

/* Parses argv[1..]: flags (`--name value`, `--name=value`, `-n value`) are stored, the others are
 * moved to the front of argv[1..] and counted in `*rest`. Wrong usage is told on standard error, with
 * the near name where there is one, and gives WC_EXIT_TROUBLE; else WC_EXIT_OK. `--` ends flags. */
enum wc_exit wc_flags(int argc, char **argv, const struct wc_flag *flags, int *rest);

/* "wright NAME: MESSAGE" and the way to its help, on standard error; returns WC_EXIT_TROUBLE. */
enum wc_exit wc_trouble(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
