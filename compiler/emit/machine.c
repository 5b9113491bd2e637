/* A workflow's machine as one C file: tables first, then one function a stage. */
#include "compiler/emit/machine.h"
#include "compiler/emit/schemas.h"

#include <string.h>

#define COMMENT_MAX 80 /* bytes of a source text that a comment repeats */

/* ---- places and texts --------------------------------------------------------------------- */

const char *wc_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *wc_source_place(struct wc_arena *arena, struct wc_span span)
{
    return wc_arena_printf(arena, "%s:%u", wc_base_name(span.source->path),
                           wc_place_of(span.source, span.start).line);
}

const char *wc_span_text(struct wc_arena *arena, struct wc_span span)
{
    struct wc_buf text = {0};
    const char *at = span.source->text + span.start, *end = span.source->text + span.end;
    for (; at < end && text.len < COMMENT_MAX; at++) {
        bool space = *at == ' ' || *at == '\n' || *at == '\t' || *at == '\r';
        bool after_space = text.len == 0 || text.data[text.len - 1] == ' ';
        bool closes = *at == '/' && text.len && text.data[text.len - 1] == '*';
        if (closes)
            wc_buf_char(&text, ' ');
        if (!space)
            wc_buf_char(&text, *at);
        else if (!after_space)
            wc_buf_char(&text, ' ');
    }
    while (at < end && text.len && ((unsigned char)*at & 0xC0) == 0x80) {
        unsigned char last = (unsigned char)text.data[--text.len];
        if (last >= 0xC0)
            break;
    }
    if (at < end)
        wc_buf_text(&text, "…");
    const char *copy = wc_arena_copy(arena, text.len ? text.data : "", text.len);
    wc_buf_free(&text);
    return copy;
}

/* ---- declarations ------------------------------------------------------------------------- */

/* `enum { STAGE_a, STAGE_b, STAGES };`, on as many lines as it takes. */
static void emit_stage_names(struct wc_buf *out, const struct wc_workflow *flow)
{
    size_t width = strlen("enum { STAGES };");
    WC_EACH(i, &flow->stages)
    {
        width += strlen("STAGE_, ") + strlen(flow->stages.items[i]->name);
    }
    bool wide = width > WC_WIDTH;
    wc_buf_text(out, wide ? "enum {\n" : "enum { ");
    WC_EACH(i, &flow->stages)
    {
        wc_buf_printf(out, "%sSTAGE_%s,%s", wide ? "    " : "", flow->stages.items[i]->name,
                      wide ? "\n" : " ");
    }
    wc_buf_text(out, wide ? "    STAGES,\n};\n" : "STAGES };\n");
}

static void emit_frame(struct wc_buf *out, struct wc_machine *machine)
{
    const struct wc_workflow *flow = machine->workflow;
    wc_emit_member_types(out, machine);
    wc_buf_text(out,
                "\n/* What a job holds: its input, and the value of each stage that has given "
                "one. */\nstruct frame {\n");
    wc_buf_printf(out, "    struct %s input;\n", wc_c_schema(machine->arena, flow->input));
    if (flow->reads_about)
        wc_buf_text(out, "    struct wr_about about;\n");
    WC_EACH(i, &flow->stages)
    {
        const struct wc_stage *stage = flow->stages.items[i];
        if (stage->action.as)
            wc_buf_printf(out, "    const %s *%s;\n", wc_c_type(machine->arena, stage->action.as),
                          wc_c_stage(machine->arena, stage));
        if (wc_is_gathering(stage))
            wc_emit_member_fields(out, machine, stage);
    }
    wc_buf_text(out, "};\n\n");
}

/* A kind of shared function: how it is declared and what its parameters are called. */
struct shape {
    const char *title;
    const char *result;
    const char *parameters;
    const char *opening; /* the statement that gives `frame` its type, or NULL */
    const char *unread;  /* the parameter that is not used where the frame is not read, or NULL */
};

static const struct shape key_shape = {
    "keys",
    "static void ",
    "(struct wr_writer *out, const void *of)",
    "    const struct frame *frame = of;\n",
    "of",
};
static const struct shape served_shape = {
    "what is served",
    "static const void *",
    "(struct wr_arena *arena, const void *of)",
    "    const struct frame *frame = of;\n",
    "of",
};
static const struct shape check_shape = {
    "checks",
    "static bool ",
    "(struct wr_turn *turn)",
    "    const struct frame *frame = turn->frame;\n",
    NULL,
};
static const struct shape prompt_shape = {
    "prompts", "static struct wr_str ", "(struct wr_arena *arena, const struct frame *frame)", NULL,
    "frame",
};

static void emit_head(struct wc_buf *out, const struct shape *shape, const char *name)
{
    size_t width = strlen(shape->result) + strlen(name) + strlen(shape->parameters);
    const char *comma = strchr(shape->parameters, ',');
    wc_buf_printf(out, "%s%s", shape->result, name);
    if (width + 1 <= WC_WIDTH || !comma) {
        wc_buf_text(out, shape->parameters);
        return;
    }
    wc_buf_add(out, shape->parameters, (size_t)(comma - shape->parameters) + 1);
    wc_buf_char(out, '\n');
    wc_buf_repeat(out, ' ', strlen(shape->result) + strlen(name) + 1);
    wc_buf_text(out, comma + 2);
}

static void declare_parts(struct wc_buf *out, const struct shape *shape,
                          const struct wc_parts *parts)
{
    WC_EACH(i, &parts->list)
    {
        emit_head(out, shape, parts->list.items[i].name);
        wc_buf_text(out, ";\n");
    }
}

static void emit_parts(struct wc_buf *out, const struct shape *shape, const struct wc_parts *parts)
{
    if (parts->list.count == 0)
        return;
    wc_c_banner(out, "%s", shape->title);
    WC_EACH(i, &parts->list)
    {
        const struct wc_part *part = &parts->list.items[i];
        wc_buf_printf(out, "%s/* %s */\n", i ? "\n" : "", part->comment);
        emit_head(out, shape, part->name);
        wc_buf_text(out, "\n{\n");
        bool reads = strstr(part->body, "frame") != NULL;
        if (reads && shape->opening)
            wc_buf_text(out, shape->opening);
        if (!reads && shape->unread)
            wc_buf_printf(out, "    (void)%s;\n", shape->unread);
        if (strstr(shape->parameters, "*arena") && !strstr(part->body, "arena"))
            wc_buf_text(out, "    (void)arena;\n");
        wc_buf_printf(out, "%s}\n", part->body);
    }
}

/* The automata that this workflow's expressions match with. */
void wc_emit_patterns(struct wc_buf *out, const struct wc_machine *machine)
{
    bool some = false;
    WC_EACH(i, &machine->model->patterns)
    {
        if (!machine->patterns[i])
            continue;
        if (!some)
            wc_c_banner(out, "patterns");
        some = true;
        wc_emit_automaton(out, i + 1, &machine->model->patterns.items[i]);
    }
    if (some)
        out->len -= 1; /* the empty line: the banner that follows brings its own */
}

/* ---- the file ----------------------------------------------------------------------------- */

static void emit_opening(struct wc_buf *out, struct wc_machine *machine)
{
    const struct wc_workflow *flow = machine->workflow;
    const char *file = wc_base_name(machine->model->source->path);
    bool writes = false;
    WC_EACH(i, &machine->keys.list)
    {
        writes = writes || strstr(machine->keys.list.items[i].body, "wr_write_");
    }
    wc_buf_printf(out,
                  "/* The machine of workflow %s (%s).\n"
                  " * What a job holds, what follows what, and one function a stage. Written by "
                  "`wright compile`\n * from %s: edit that. */\n"
                  "#include \"%s.h\"\n%s\n",
                  flow->name, wc_source_place(machine->arena, flow->span), file,
                  machine->model->name, writes ? "\n#include <wright/json.h>\n" : "");
    emit_stage_names(out, flow);
    emit_frame(out, machine);
}

void wc_emit_machine(struct wc_buf *out, const struct wc_model *model,
                     const struct wc_workflow *workflow)
{
    struct wc_machine machine = {.arena = model->arena, .model = model, .workflow = workflow};
    machine.patterns = WC_NEW_ARRAY(model->arena, bool, model->patterns.count + 1);
    struct wc_buf tables = {0}, stages = {0};
    wc_emit_tables(&tables, &machine);
    WC_EACH(i, &workflow->stages)
    {
        const struct wc_stage *stage = workflow->stages.items[i];
        wc_emit_stage(&stages, &machine, stage);
        WC_EACH(k, &stage->members)
        {
            wc_emit_stage(&stages, &machine, stage->members.items[k]);
        }
    }
    emit_opening(out, &machine);
    WC_EACH(i, &workflow->activities)
    {
        wc_buf_printf(out, "static void %s(struct wr_turn *turn);\n",
                      wc_c_run(model->arena, workflow->activities.items[i]));
    }
    declare_parts(out, &key_shape, &machine.keys);
    declare_parts(out, &served_shape, &machine.served);
    wc_emit_patterns(out, &machine);
    wc_buf_add(out, tables.data, tables.len);
    emit_parts(out, &key_shape, &machine.keys);
    emit_parts(out, &served_shape, &machine.served);
    emit_parts(out, &check_shape, &machine.checks);
    emit_parts(out, &prompt_shape, &machine.prompts);
    wc_buf_add(out, stages.data, stages.len);
    wc_buf_free(&tables);
    wc_buf_free(&stages);
}
