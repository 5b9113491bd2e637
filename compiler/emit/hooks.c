/* The user's C functions: the header that they include, and the table that calls them. */
#include "compiler/emit/machine.h"

#include <string.h>

static const char *const effects[] = {"pure", "read", "repeatable", "keyed", "once"};

static const char *prototype(struct wc_arena *arena, const struct wc_hook *function)
{
    const char *in = function->takes ? wc_arena_printf(arena, "const struct %s *in",
                                                       wc_c_schema(arena, function->takes))
                                     : "const void *nothing";
    return wc_arena_printf(arena, "bool call_%s(struct wright_call *call, %s, struct %s *out)",
                           function->name, in, wc_c_schema(arena, function->gives));
}

void wc_emit_hooks_header(struct wc_buf *out, const struct wc_model *model)
{
    wc_buf_printf(out,
                  "/* What %s %s calls: its C functions, and by its other headers their types.\n"
                  " * Written by `wright compile` from %s: edit that. */\n"
                  "#ifndef WRIGHT_HOOKS_%s_H\n#define WRIGHT_HOOKS_%s_H\n\n"
                  "#include <wright/wright.h>\n\n#include \"%s.h\"\n",
                  model->name, model->version, wc_base_name(model->source->path), model->name,
                  model->name, model->name);
    WC_EACH(i, &model->functions)
    {
        const struct wc_hook *function = model->functions.items[i];
        const char *line = prototype(model->arena, function);
        wc_buf_printf(out, "\n/* %s: %s. */\n", wc_source_place(model->arena, function->span),
                      effects[function->effect]);
        const char *second = strstr(line, ", ");
        if (strlen(line) < WC_WIDTH)
            wc_buf_printf(out, "%s;\n", line);
        else
            wc_buf_printf(out, "%.*s,\n%*s%s;\n", (int)(second - line), line,
                          (int)(strchr(line, '(') - line) + 1, "", second + 2);
    }
    wc_buf_text(out, "\n#endif\n");
}

void wc_emit_functions(struct wc_buf *out, const struct wc_model *model)
{
    if (model->functions.count == 0)
        return;
    WC_EACH(i, &model->functions)
    {
        const char *name = model->functions.items[i]->name;
        wc_buf_printf(out,
                      "static bool run_%s(struct wright_call *call, const void *in, void *out)\n{\n"
                      "    return call_%s(call, in, out);\n}\n\n",
                      name, name);
    }
    wc_buf_text(out, "static const struct wr_function functions[] = {\n");
    WC_EACH(i, &model->functions)
    {
        const struct wc_hook *function = model->functions.items[i];
        struct wc_init init = {.arena = model->arena, .indent = 8};
        wc_init_text(&init, "name", function->name);
        wc_init_field(&init, "run", "run_%s", function->name);
        if (function->takes)
            wc_init_field(&init, "takes", "&schema_%s", wc_c_schema(model->arena, function->takes));
        wc_init_field(&init, "gives", "&schema_%s", wc_c_schema(model->arena, function->gives));
        if (function->raises)
            wc_init_mask(&init, "raises", function->raises);
        wc_init_write(out, "", &init, true, ",");
    }
    wc_buf_text(out, "};\n\n");
}
