/* `wright completion SHELL`: scripts that complete commands, flags, their values and files, from the table of
 * commands. */
#include "compiler/tool/commands.h"

#include <stdio.h>
#include <string.h>

/* What a value is by its name: "FILE", "FILE.c", "BINARY" and "DEPS" are files, "DIR" is a folder. */
static bool is_dir(const struct wc_option *option)
{
    return option->value && strcmp(option->value, "DIR") == 0;
}

static bool is_file(const struct wc_option *option)
{
    return option->value &&
           (strncmp(option->value, "FILE", 4) == 0 || strcmp(option->value, "BINARY") == 0);
}

/* ---- bash --------------------------------------------------------------------------------- */

static const char bash_codes[] =
    "_wright_words \"$(wright explain 2>/dev/null | sed -n "
    "'s/^\\([A-Za-z0-9_.]*\\)  .*/\\1/p')\"";
static const char *const bash_operands[] = {
    [WC_OPERAND_NONE] = "",
    [WC_OPERAND_SPEC] = "_wright_files '*.flow'",
    [WC_OPERAND_SIDE] = "_wright_files '*'",
    [WC_OPERAND_CODE] = bash_codes,
    [WC_OPERAND_SHELL] = "_wright_words 'bash zsh fish'",
    [WC_OPERAND_COMMAND] = "_wright_words \"$commands\"",
};

static void bash_values(struct wc_buf *out, const struct wc_command *command)
{
    wc_buf_printf(out, "    %s)\n        flags='", command->name);
    for (const struct wc_option *option = command->options; option->name; option++)
        wc_buf_printf(out, "%s ", option->name);
    wc_buf_text(out, "--help'\n        case $previous in\n");
    for (const struct wc_option *option = command->options; option->name; option++) {
        if (!option->value)
            continue;
        wc_buf_printf(out, "        %s", option->name);
        if (option->letter)
            wc_buf_printf(out, "|-%c", option->letter);
        if (option->choices)
            wc_buf_printf(out, ") _wright_words '%s'; return ;;\n", option->choices);
        else if (is_dir(option))
            wc_buf_text(out, ") COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n");
        else
            wc_buf_printf(out, ") %sreturn ;;\n", is_file(option) ? "_wright_files '*'; " : "");
    }
    wc_buf_printf(out,
                  "        esac\n        if [[ $word == -* ]]; then _wright_words \"$flags\"; else "
                  "%s; fi\n        ;;\n",
                  bash_operands[command->operand][0] ? bash_operands[command->operand] : ":");
}

static void bash(struct wc_buf *out)
{
    wc_buf_text(out,
                "# bash completion for wright; `eval \"$(wright completion bash)\"`\n"
                "_wright_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$word\")); }\n"
                "_wright_files() {\n"
                "    compopt -o filenames 2>/dev/null\n"
                "    local IFS=$'\\n'\n"
                "    COMPREPLY=($(compgen -d -- \"$word\"; compgen -f -X \"!$1\" -- \"$word\" | "
                "while read -r one; do [ -d \"$one\" ] || printf '%s\\n' \"$one\"; done))\n"
                "}\n"
                "_wright() {\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} "
                "previous=${COMP_WORDS[COMP_CWORD-1]} flags\n    local commands='");
    for (const struct wc_command *command = wc_commands; command->name; command++)
        wc_buf_printf(out, "%s%s", command == wc_commands ? "" : " ", command->name);
    wc_buf_text(out,
                "'\n    COMPREPLY=()\n"
                "    if [[ $COMP_CWORD == 1 ]]; then\n"
                "        _wright_words \"$commands --help --version\"\n"
                "        return\n    fi\n"
                "    case ${COMP_WORDS[1]} in\n");
    for (const struct wc_command *command = wc_commands; command->name; command++)
        bash_values(out, command);
    wc_buf_text(out, "    esac\n}\ncomplete -F _wright wright\n");
}

/* ---- zsh ---------------------------------------------------------------------------------- */

static const char zsh_codes[] =
    "'1:code:( ${(f)\"$(wright explain 2>/dev/null | sed -n "
    "\"s/^\\([A-Za-z0-9_.]*\\)  .*/\\1/p\")\"} )'";
static const char *const zsh_operands[] = {
    [WC_OPERAND_NONE] = NULL,
    [WC_OPERAND_SPEC] = "'*:specification:_files -g \"*.flow(-.)\"'",
    [WC_OPERAND_SIDE] = "'*:contract:_files'",
    [WC_OPERAND_CODE] = zsh_codes,
    [WC_OPERAND_SHELL] = "'1:shell:(bash zsh fish)'",
    [WC_OPERAND_COMMAND] = "\"1:command:(${${(@)commands%%:*}})\"",
};

/* Inside single quotes and the brackets of _arguments. */
static void zsh_text(struct wc_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            wc_buf_text(out, "'\\''");
        else if (*text == '[' || *text == ']' || *text == ':')
            wc_buf_printf(out, "\\%c", *text);
        else
            wc_buf_char(out, *text);
    }
}

static void zsh_option(struct wc_buf *out, const struct wc_option *option)
{
    wc_buf_text(out, " \\\n            ");
    if (option->letter)
        wc_buf_printf(out, "'(-%c %s)'{-%c,%s}'[", option->letter, option->name, option->letter,
                      option->name);
    else
        wc_buf_printf(out, "'%s[", option->name);
    zsh_text(out, option->help);
    wc_buf_char(out, ']');
    if (option->value) {
        wc_buf_char(out, ':');
        zsh_text(out, option->value);
        wc_buf_char(out, ':');
        if (option->choices)
            wc_buf_printf(out, "(%s)", option->choices);
        else if (is_dir(option))
            wc_buf_text(out, "_files -/");
        else if (is_file(option))
            wc_buf_text(out, "_files");
    }
    wc_buf_char(out, '\'');
}

static void zsh(struct wc_buf *out)
{
    wc_buf_text(out, "#compdef wright\n_wright() {\n    local -a commands\n    commands=(\n");
    for (const struct wc_command *command = wc_commands; command->name; command++) {
        wc_buf_printf(out, "        '%s:", command->name);
        zsh_text(out, command->summary);
        wc_buf_text(out, "'\n");
    }
    wc_buf_text(out,
                "    )\n    if (( CURRENT == 2 )); then\n"
                "        _describe command commands\n        return\n    fi\n"
                "    local command=$words[2]\n"
                "    shift words\n    (( CURRENT-- ))\n    case $command in\n");
    for (const struct wc_command *command = wc_commands; command->name; command++) {
        wc_buf_printf(out, "    %s)\n        _arguments", command->name);
        for (const struct wc_option *option = command->options; option->name; option++)
            zsh_option(out, option);
        wc_buf_text(out, " \\\n            '--help[tell more]'");
        if (zsh_operands[command->operand])
            wc_buf_printf(out, " \\\n            %s", zsh_operands[command->operand]);
        wc_buf_text(out, "\n        ;;\n");
    }
    wc_buf_text(out,
                "    esac\n}\n"
                "if [[ $funcstack[1] == _wright ]]; then _wright \"$@\"; else compdef _wright "
                "wright; fi\n");
}

/* ---- fish --------------------------------------------------------------------------------- */

static const char *const fish_operands[] = {
    [WC_OPERAND_NONE] = NULL,
    [WC_OPERAND_SPEC] = "-k -a '(__fish_complete_suffix .flow)'",
    [WC_OPERAND_SIDE] = "-F",
    [WC_OPERAND_CODE] =
        "-a '(wright explain 2>/dev/null | string match -rg \"^([A-Za-z0-9_.]+)  \")'",
    [WC_OPERAND_SHELL] = "-a 'bash zsh fish'",
    [WC_OPERAND_COMMAND] = "-a \"$__wright_commands\"",
};

static void fish_text(struct wc_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            wc_buf_char(out, '\\');
        wc_buf_char(out, *text);
    }
}

static void fish_command(struct wc_buf *out, const struct wc_command *command)
{
    const char *when = "complete -c wright -n '__fish_seen_subcommand_from ";
    wc_buf_printf(out, "complete -c wright -n __fish_use_subcommand -a %s -d '", command->name);
    fish_text(out, command->summary);
    wc_buf_text(out, "'\n");
    for (const struct wc_option *option = command->options; option->name; option++) {
        bool is_long = option->name[1] == '-'; /* or "-MD" */
        wc_buf_printf(out, "%s%s' -%c %s", when, command->name, is_long ? 'l' : 'o',
                      option->name + 1 + is_long);
        if (option->letter)
            wc_buf_printf(out, " -s %c", option->letter);
        if (option->choices)
            wc_buf_printf(out, " -x -a '%s'", option->choices);
        else if (is_dir(option))
            wc_buf_text(out, " -x -a '(__fish_complete_directories)'");
        else if (option->value)
            wc_buf_text(out, is_file(option) ? " -r -F" : " -x");
        wc_buf_text(out, " -d '");
        fish_text(out, option->help);
        wc_buf_text(out, "'\n");
    }
    if (fish_operands[command->operand])
        wc_buf_printf(out, "%s%s' %s\n", when, command->name, fish_operands[command->operand]);
}

static void fish(struct wc_buf *out)
{
    wc_buf_text(out,
                "# fish completion for wright\ncomplete -c wright -f\n"
                "complete -c wright -l help -d 'tell more'\nset -g __wright_commands");
    for (const struct wc_command *command = wc_commands; command->name; command++)
        wc_buf_printf(out, " %s", command->name);
    wc_buf_char(out, '\n');
    for (const struct wc_command *command = wc_commands; command->name; command++)
        fish_command(out, command);
}

/* ------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*write)(struct wc_buf *out);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

int wc_cmd_completion(int argc, char **argv)
{
    int rest = 0;
    const struct wc_flag flags[] = {{NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    for (size_t i = 0; rest == 1 && i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(argv[1], shells[i].name) != 0)
            continue;
        struct wc_buf text = {0};
        shells[i].write(&text);
        bool good = fwrite(text.data, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
        wc_buf_free(&text);
        return (int)(good ? WC_EXIT_OK
                          : wc_trouble("completion", "cannot write to standard output"));
    }
    return (int)wc_trouble("completion", "give one shell: bash, zsh or fish");
}
