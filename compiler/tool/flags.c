/* Command lines: one table of flags a command, and the messages for wrong usage. */
#include "compiler/base/intern.h"
#include "compiler/tool/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum wc_exit wc_trouble(const char *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "wright %s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    return WC_EXIT_TROUBLE;
}

static const struct wc_flag *find(const struct wc_flag *flags, const char *arg, size_t len)
{
    for (const struct wc_flag *flag = flags; flag->name; flag++) {
        if (strlen(flag->name) == len && strncmp(flag->name, arg, len) == 0)
            return flag;
        if (len == 2 && flag->letter && arg[1] == flag->letter)
            return flag;
    }
    return NULL;
}

static enum wc_exit unknown(const char *command, const struct wc_flag *flags, const char *arg)
{
    const char *names[32];
    size_t count = 0;
    for (const struct wc_flag *flag = flags; flag->name && count < 32; flag++)
        names[count++] = flag->name;
    const char *near = wc_nearest(arg, names, count);
    if (near)
        return wc_trouble(command, "unknown flag %s; did you mean %s?", arg, near);
    return wc_trouble(command, "unknown flag %s; `wright %s --help` lists the flags", arg, command);
}

/* Reads the flag at argv[*at]; leaves `*at` on the last argument it took. */
static enum wc_exit take(int argc, char **argv, const struct wc_flag *flags, int *at)
{
    const char *arg = argv[*at];
    const char *equals = strncmp(arg, "--", 2) == 0 ? strchr(arg, '=') : NULL;
    size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
    const struct wc_flag *flag = find(flags, arg, len);
    if (!flag)
        return unknown(argv[0], flags, arg);
    if (flag->set)
        ++*flag->set;
    if (!flag->text)
        return equals ? wc_trouble(argv[0], "%s takes no value", flag->name) : WC_EXIT_OK;
    if (!equals && *at + 1 >= argc)
        return wc_trouble(argv[0], "%s needs a value", flag->name);
    *flag->text = equals ? equals + 1 : argv[++*at];
    return WC_EXIT_OK;
}

/* A command's list and its rows in commands.c say the same: what --help, a manual page or a completion tells is what is
 * taken. It is the program's own fault if not, and the first test that calls the command sees it. */
static void hold(const char *name, const struct wc_flag *flags)
{
    const struct wc_command *command = wc_command_find(name);
    const struct wc_option *option = command ? command->options : NULL;
    size_t told = 0, taken = 0;
    for (; option && option->name; option++, told++) {
        const struct wc_flag *flag = find(flags, option->name, strlen(option->name));
        if (!flag || flag->letter != option->letter || !flag->text != !option->value)
            break;
    }
    while (flags[taken].name)
        taken++;
    if (option && !option->name && told == taken)
        return;
    fprintf(stderr, "wright %s: its flags are not those of the table of commands\n", name);
    abort();
}

enum wc_exit wc_flags(int argc, char **argv, const struct wc_flag *flags, int *rest)
{
    int plain = 1;
    int at = 1;
    hold(argv[0], flags);
    for (; at < argc; at++) {
        if (strcmp(argv[at], "--") == 0) {
            at++;
            break;
        }
        if (argv[at][0] != '-' || argv[at][1] == '\0') {
            argv[plain++] = argv[at];
            continue;
        }
        enum wc_exit exit = take(argc, argv, flags, &at);
        if (exit != WC_EXIT_OK)
            return exit;
    }
    for (; at < argc; at++)
        argv[plain++] = argv[at];
    *rest = plain - 1;
    return WC_EXIT_OK;
}
