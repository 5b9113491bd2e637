/* `wright man`: the manual pages, from the table of commands. */
#include "compiler/tool/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Text as roff takes it: `code` bold, and no character that would be a request or another character. */
static void plain(struct wc_buf *out, const char *text)
{
    bool code = false;
    for (const char *c = text; *c; c++) {
        if (*c == '`') {
            code = !code;
            wc_buf_text(out, code ? "\\fB" : "\\fR");
        } else if (*c == '\\') {
            wc_buf_text(out, "\\e");
        } else if (*c == '-') {
            wc_buf_text(out, "\\-");
        } else if (*c == '\'') {
            wc_buf_text(out, "\\(aq");
        } else if (*c == '.' && (c == text || c[-1] == '\n')) {
            wc_buf_text(out, "\\&.");
        } else {
            wc_buf_char(out, *c);
        }
    }
    wc_buf_char(out, '\n');
}

/* No date: the same table gives the same page. */
static void heading(struct wc_buf *out, const char *page)
{
    wc_buf_printf(out, ".TH %s 1 \"\" \"wright %s\" \"User Commands\"\n", page, WRIGHT_VERSION);
    wc_buf_text(out, ".nh\n.ad l\n");
}

static void synopsis(struct wc_buf *out, const char *lines)
{
    wc_buf_text(out, ".SH SYNOPSIS\n.nf\n");
    plain(out, lines);
    wc_buf_text(out, ".fi\n");
}

static void options(struct wc_buf *out, const struct wc_option *list)
{
    if (list->name)
        wc_buf_text(out, ".SH OPTIONS\n");
    for (; list->name; list++) {
        struct wc_buf text = {0};
        wc_option_text(&text, list);
        wc_buf_text(out, ".TP\n.B ");
        plain(out, text.data);
        plain(out, list->help);
        wc_buf_free(&text);
    }
}

static void page_of(struct wc_buf *out, const struct wc_command *command)
{
    struct wc_buf name = {0};
    wc_buf_printf(&name, "wright-%s", command->name);
    heading(out, name.data);
    wc_buf_printf(out, ".SH NAME\nwright\\-%s \\- ", command->name);
    wc_buf_free(&name);
    plain(out, command->summary);
    synopsis(out, command->synopsis);
    wc_buf_text(out, ".SH DESCRIPTION\n");
    plain(out, command->about);
    options(out, command->options);
    if (command->more) {
        wc_buf_text(out, ".SH NOTES\n");
        plain(out, command->more);
    }
    wc_buf_text(out, ".SH SEE ALSO\n.BR wright (1)\n");
}

static void page_of_all(struct wc_buf *out)
{
    heading(out, "wright");
    wc_buf_text(out,
                ".SH NAME\nwright \\- compile a specification of an AI feature to one static "
                "binary\n");
    synopsis(out, "wright COMMAND [arguments]\nwright COMMAND --help\nwright --version");
    wc_buf_text(out,
                ".SH DESCRIPTION\nA specification names stages, transitions, error classes "
                "and schemas. From it comes one executable that serves the API, and the "
                "contract of it.\n.SH COMMANDS\n");
    for (const struct wc_command *command = wc_commands; command->name; command++) {
        wc_buf_printf(out, ".TP\n.BR wright\\-%s (1)\n", command->name);
        plain(out, command->summary);
    }
    wc_buf_text(out,
                ".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nthe specification has errors, or "
                "a check found something\n.TP\n.B 2\nit could not run: wrong usage, a file "
                "that cannot be read or written, a missing tool\n");
    wc_buf_text(out,
                ".SH ENVIRONMENT\n.TP\n.B CC\nthe C compiler, else cc\n.TP\n.B CFLAGS\nadded to "
                "its flags\n.TP\n.B TMPDIR\nwhere folders for a while are made, else /tmp\n");
    wc_buf_text(out, ".SH SEE ALSO\n");
    for (const struct wc_command *command = wc_commands; command->name; command++)
        wc_buf_printf(out, ".BR wright\\-%s (1)%s\n", command->name, command[1].name ? "," : "");
}

static enum wc_exit write_page(const char *folder, const struct wc_command *command)
{
    struct wc_buf path = {0}, text = {0};
    wc_buf_printf(&path, command ? "%s/wright-%s.1" : "%s/wright.1", folder,
                  command ? command->name : "");
    if (command)
        page_of(&text, command);
    else
        page_of_all(&text);
    FILE *file = fopen(path.data, "wb");
    bool good = file && fwrite(text.data, 1, text.len, file) == text.len;
    if (file && fclose(file) != 0)
        good = false;
    enum wc_exit exit = WC_EXIT_OK;
    if (!good)
        exit = wc_trouble("man", "cannot write %s: %s", path.data, strerror(errno));
    wc_buf_free(&path);
    wc_buf_free(&text);
    return exit;
}

static enum wc_exit write_all(const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return wc_trouble("man", "cannot make the folder %s: %s", folder, strerror(errno));
    enum wc_exit exit = write_page(folder, NULL);
    for (const struct wc_command *one = wc_commands; one->name && exit == WC_EXIT_OK; one++)
        exit = write_page(folder, one);
    return exit;
}

int wc_cmd_man(int argc, char **argv)
{
    const char *folder = NULL;
    int rest = 0;
    const struct wc_flag flags[] = {{"--output", 'o', &folder, NULL}, {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest > 1 || (rest && folder))
        return (int)wc_trouble("man", "give one command, or -o DIR for all pages");
    if (folder)
        return (int)write_all(folder);
    const struct wc_command *command = rest ? wc_command_find(argv[1]) : NULL;
    if (rest && !command)
        return (int)wc_trouble("man", "there is no command %s", argv[1]);
    struct wc_buf text = {0};
    if (command)
        page_of(&text, command);
    else
        page_of_all(&text);
    bool good = fwrite(text.data, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
    wc_buf_free(&text);
    return (int)(good ? WC_EXIT_OK : wc_trouble("man", "cannot write to standard output"));
}
