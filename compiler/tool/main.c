/* The `wright` program: finds the command, or says what there is. */
#include "compiler/base/intern.h"
#include "compiler/tool/commands.h"

#include <stdio.h>
#include <string.h>

static void say(FILE *out, const struct wc_command *command)
{
    struct wc_buf text = {0};
    if (command)
        wc_help_one(&text, command);
    else
        wc_help_all(&text);
    fwrite(text.data, 1, text.len, out);
    wc_buf_free(&text);
}

static int unknown(const char *name)
{
    const char *names[64];
    size_t count = 0;
    while (wc_commands[count].name && count < sizeof names / sizeof names[0]) {
        names[count] = wc_commands[count].name;
        count++;
    }
    const char *near = wc_nearest(name, names, count);
    fprintf(stderr, "wright: there is no command %s; ", name);
    if (near)
        fprintf(stderr, "did you mean `wright %s`?\n", near);
    else
        fprintf(stderr, "`wright --help` lists them\n");
    return WC_EXIT_TROUBLE;
}

static int wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        say(stderr, NULL);
        return WC_EXIT_TROUBLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        say(stdout, NULL);
        return WC_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        printf("wright %s\n", WRIGHT_VERSION);
        return WC_EXIT_OK;
    }
    const struct wc_command *command = wc_command_find(argv[1]);
    if (!command)
        return unknown(argv[1]);
    if (wants_help(argc - 1, argv + 1)) {
        say(stdout, command);
        return WC_EXIT_OK;
    }
    return command->run(argc - 1, argv + 1);
}
