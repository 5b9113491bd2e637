/* Reads command lines by their table of flags; says what is wrong with them. */
#include "runtime/app/flags.h"

#include "runtime/base/log.h"
#include "runtime/base/near.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS_MAX 32

const char *wr_nearest(const char *word, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 2 < 3 ? strlen(word) / 2 : 3;
    for (size_t i = 0; i < count; i++) {
        size_t d = wr_edits(word, strlen(word), names[i], strlen(names[i]));
        if (d <= best_distance && (!best || d < best_distance)) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

/* A number and its unit, of a table of units; false if it is anything else or too large. */
struct unit {
    const char *name;
    int64_t factor;
};

static bool parse_amount(const char *text, const struct unit *units, size_t count, int64_t *amount)
{
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9')
        return false;
    long long number = strtoll(text, &end, 10);
    for (size_t i = 0; i < count && errno == 0; i++)
        if (strcmp(end, units[i].name) == 0)
            return !__builtin_mul_overflow((int64_t)number, units[i].factor, amount);
    return false;
}

static bool parse_duration(const char *text, int64_t *ms)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};
    return parse_amount(text, units, sizeof units / sizeof *units, ms);
}

static bool parse_size(const char *text, int64_t *bytes)
{
    static const struct unit units[] = {{"", 1},        {"K", 1 << 10},   {"KiB", 1 << 10},
                                        {"M", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30}};
    return parse_amount(text, units, sizeof units / sizeof *units, bytes);
}

static bool set(const struct wr_flag *flag, void *options, const char *value)
{
    static const struct unit one = {"", 1};
    void *at = (char *)options + flag->at;
    enum wr_log_level level;
    switch (flag->kind) {
    case WR_FLAG_TEXT:
        *(const char **)at = value;
        return *value != '\0';
    case WR_FLAG_DURATION:
        return parse_duration(value, at);
    case WR_FLAG_SIZE:
        return parse_size(value, at);
    case WR_FLAG_COUNT:
        return parse_amount(value, &one, 1, at);
    case WR_FLAG_LEVEL:
        if (!wr_log_level_parse(value, &level))
            return false;
        *(int *)at = (int)level;
        return true;
    case WR_FLAG_SWITCH:
        *(bool *)at = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
        return *(bool *)at || strcmp(value, "0") == 0 || strcmp(value, "false") == 0;
    }
    return false;
}

static const char *const wants[] = {
    [WR_FLAG_TEXT] = "a value",
    [WR_FLAG_DURATION] = "a duration, such as 250ms, 30s or 5m",
    [WR_FLAG_SIZE] = "a size in bytes, such as 4096, 64K or 1M",
    [WR_FLAG_COUNT] = "a number",
    [WR_FLAG_LEVEL] = "one of debug, info, warn, error, off",
    [WR_FLAG_SWITCH] = "1 or 0",
};

static enum wr_exit bad_value(const char *program, const char *name, const struct wr_flag *flag,
                              const char *value)
{
    fprintf(stderr, "%s: %s wants %s, not '%s'\n", program, name, wants[flag->kind], value);
    return WR_EXIT_USAGE;
}

static enum wr_exit from_environment(const char *program, const struct wr_flag *flags, size_t count,
                                     void *options)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = flags[i].env ? getenv(flags[i].env) : NULL;
        if (flags[i].fallback && !set(&flags[i], options, flags[i].fallback))
            return bad_value(program, flags[i].name, &flags[i], flags[i].fallback);
        if (value && *value && !set(&flags[i], options, value))
            return bad_value(program, flags[i].env, &flags[i], value);
    }
    return WR_EXIT_OK;
}

static enum wr_exit unknown(const char *program, const struct wr_flag *flags, size_t count,
                            const char *command, const char *arg, size_t len)
{
    const char *names[FLAGS_MAX];
    char word[48];
    snprintf(word, sizeof word, "%.*s", (int)len, arg);
    for (size_t i = 0; i < count && i < FLAGS_MAX; i++)
        names[i] = flags[i].name;
    const char *near = wr_nearest(word, names, count < FLAGS_MAX ? count : FLAGS_MAX);
    if (near)
        fprintf(stderr, "%s: unknown flag %s; did you mean %s?\n", program, word, near);
    else
        fprintf(stderr, "%s: unknown flag %s; `%s %s --help` lists the flags\n", program, word,
                program, command);
    return WR_EXIT_USAGE;
}

/* The flag at argv[*at]; leaves `*at` on the last argument it took. */
static enum wr_exit take(const char *program, int argc, char **argv, const struct wr_flag *flags,
                         size_t count, void *options, int *at)
{
    const char *arg = argv[*at], *equals = strchr(arg, '=');
    size_t len = equals ? (size_t)(equals - arg) : strlen(arg), i = 0;
    while (i < count && (strlen(flags[i].name) != len || strncmp(flags[i].name, arg, len) != 0))
        i++;
    if (i == count)
        return unknown(program, flags, count, argv[0], arg, len);
    const struct wr_flag *flag = &flags[i];
    const char *value = equals ? equals + 1 : "1";
    if (flag->kind == WR_FLAG_SWITCH && equals) {
        fprintf(stderr, "%s: %s takes no value\n", program, flag->name);
        return WR_EXIT_USAGE;
    }
    if (flag->kind != WR_FLAG_SWITCH && !equals) {
        if (*at + 1 >= argc) {
            fprintf(stderr, "%s: %s needs %s\n", program, flag->name, wants[flag->kind]);
            return WR_EXIT_USAGE;
        }
        value = argv[++*at];
    }
    return set(flag, options, value) ? WR_EXIT_OK : bad_value(program, flag->name, flag, value);
}

enum wr_exit wr_flags_read(const char *program, int argc, char **argv, const struct wr_flag *flags,
                           size_t count, void *options, int *rest)
{
    enum wr_exit result = from_environment(program, flags, count, options);
    int plain = 1;
    for (int at = 1; at < argc && result == WR_EXIT_OK; at++) {
        if (argv[at][0] == '-' && argv[at][1] != '\0')
            result = take(program, argc, argv, flags, count, options, &at);
        else
            argv[plain++] = argv[at];
    }
    *rest = plain - 1;
    return result;
}

void wr_flags_help(const struct wr_flag *flags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[48];
        snprintf(left, sizeof left, "%s %s", flags[i].name, flags[i].meta ? flags[i].meta : "");
        printf("  %-26s %s", left, flags[i].help);
        if (flags[i].fallback)
            printf(" (%s)", flags[i].fallback);
        printf("%s%s%s\n", flags[i].env ? "  [" : "", flags[i].env ? flags[i].env : "",
               flags[i].env ? "]" : "");
    }
}
