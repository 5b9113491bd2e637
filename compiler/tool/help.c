/* `wright --help` and `wright NAME --help`, from the table of commands. */
#include "compiler/tool/commands.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 96, SUMMARY_AT = 13, HELP_AT_MOST = 28 };

/* The words of `text`, the lines of which begin in column `indent`; `at` is where the first begins. */
static void fill(struct wc_buf *out, const char *text, size_t indent, size_t at)
{
    bool first = true;
    for (const char *word = text; *word;) {
        size_t len = strcspn(word, " ");
        if (!first && at + 1 + len > WIDTH) {
            wc_buf_printf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            wc_buf_char(out, ' ');
            at++;
        }
        wc_buf_add(out, word, len);
        at += len;
        first = false;
        word += len + (word[len] == ' ');
    }
    wc_buf_char(out, '\n');
}

void wc_option_text(struct wc_buf *out, const struct wc_option *option)
{
    if (option->letter)
        wc_buf_printf(out, "-%c, ", option->letter);
    wc_buf_text(out, option->name);
    if (!option->value)
        return;
    wc_buf_char(out, ' ');
    for (const char *c = option->choices ? option->choices : option->value; *c; c++)
        wc_buf_char(out, *c == ' ' ? '|' : *c);
}

static void list_options(struct wc_buf *out, const struct wc_option *options)
{
    size_t column = 0;
    for (const struct wc_option *option = options; option->name; option++) {
        struct wc_buf text = {0};
        wc_option_text(&text, option);
        if (text.len + 4 > column && text.len + 4 <= HELP_AT_MOST)
            column = text.len + 4;
        wc_buf_free(&text);
    }
    if (options->name)
        wc_buf_char(out, '\n');
    for (const struct wc_option *option = options; option->name; option++) {
        size_t begun = out->len;
        wc_buf_text(out, "  ");
        wc_option_text(out, option);
        size_t taken = out->len - begun;
        if (taken + 2 > column)
            wc_buf_printf(out, "\n%*s", (int)column, "");
        else
            wc_buf_printf(out, "%*s", (int)(column - taken), "");
        fill(out, option->help, column, column);
    }
}

void wc_help_one(struct wc_buf *out, const struct wc_command *command)
{
    wc_buf_printf(out, "%s\n\n", command->synopsis);
    fill(out, command->about, 0, 0);
    list_options(out, command->options);
    if (command->more) {
        wc_buf_char(out, '\n');
        fill(out, command->more, 0, 0);
    }
}

void wc_help_all(struct wc_buf *out)
{
    wc_buf_text(out,
                "wright compiles a specification of an AI feature to one static binary that "
                "serves it.\n\nusage: wright COMMAND [arguments]\n\n");
    for (const struct wc_command *command = wc_commands; command->name; command++)
        wc_buf_printf(out, "  %-*s %s\n", SUMMARY_AT - 3, command->name, command->summary);
    wc_buf_text(out,
                "\n`wright COMMAND --help` tells more. Exit codes: 0 done, 1 errors found, 2 "
                "could not run.\n");
}
