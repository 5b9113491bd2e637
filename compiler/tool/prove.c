/* `wright prove`: what the compiler proved of a specification, path by path, for people or as JSON. */
#include "compiler/emit/emit.h"
#include "compiler/tool/load.h"

#include <stdio.h>
#include <string.h>

static enum wc_exit prove(const char *file, bool json)
{
    struct wc_arena arena = {0};
    struct wc_model *model = NULL;
    struct wc_buf out = {0};
    struct wc_artefacts made = {0};
    enum wc_exit exit = wc_load_or_say("prove", file, &arena, &model);
    if (exit == WC_EXIT_OK) {
        wc_emit_all(model, &made); /* sets the contract's hash, which the certificate names */
        (json ? wc_emit_certificate : wc_emit_prove)(&out, model);
        if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
            exit = wc_trouble("prove", "cannot write to standard output");
        wc_artefacts_free(&made);
        wc_buf_free(&out);
    }
    wc_arena_free(&arena);
    return exit;
}

int wc_cmd_prove(int argc, char **argv)
{
    const char *format = "text";
    int rest = 0;
    const struct wc_flag flags[] = {{"--format", 0, &format, NULL}, {NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1)
        return (int)wc_trouble("prove", "give one specification");
    if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        return (int)wc_trouble("prove", "--format takes text or json, not \"%s\"", format);
    return (int)prove(argv[1], strcmp(format, "json") == 0);
}
