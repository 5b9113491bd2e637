/* The table of commands and what is printed of it: --help, manual pages, completions. */
#ifndef WC_TOOL_COMMANDS_H
#define WC_TOOL_COMMANDS_H

#include "compiler/base/buf.h"
#include "compiler/tool/tool.h"

#include <stdbool.h>

struct wc_option {
    const char *name;    /* "--format"; NULL ends a list */
    char letter;         /* 'o' for "-o", or 0 */
    const char *value;   /* what its value is called: "DIR", "FILE", …; NULL: a switch */
    const char *choices; /* the values it takes, separated by spaces; NULL: any */
    const char *help;    /* a clause, no full stop */
};

/* What the words are that are no flags: what a shell completes. */
enum wc_operand {
    WC_OPERAND_NONE,
    WC_OPERAND_SPEC,    /* *.flow */
    WC_OPERAND_SIDE,    /* a specification, a contract.json or a binary */
    WC_OPERAND_CODE,    /* of an error or a rule */
    WC_OPERAND_SHELL,   /* bash, zsh, fish */
    WC_OPERAND_COMMAND, /* of this table */
};

struct wc_command {
    const char *name;
    const char *summary;             /* one line of `wright --help` */
    const char *synopsis;            /* a line each way to call it */
    const char *about;               /* sentences; `…` is code */
    const struct wc_option *options; /* the same as its own list, which wc_flags() sees to */
    const char *more;                /* exit codes and the like; NULL: none */
    enum wc_operand operand;
    int (*run)(int argc, char **argv);
};

extern const struct wc_command wc_commands[]; /* ends with a NULL name */

/* NULL: there is none. */
const struct wc_command *wc_command_find(const char *name);

/* `wright --help` and `wright NAME --help` (help.c). */
void wc_help_all(struct wc_buf *out);
void wc_help_one(struct wc_buf *out, const struct wc_command *command);
/* "-o, --output DIR", "--format text|json". */
void wc_option_text(struct wc_buf *out, const struct wc_option *option);

#endif
