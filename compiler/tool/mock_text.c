/* Reading requests for `wright mock`: what was put into a prompt, which stage a path belongs to, and
 * excerpts of a text, copied letter for letter. */
#include "compiler/tool/mock.h"

#include <string.h>

/* ---- templates, backwards ----------------------------------------------------------------- */

struct part {
    const char *literal; /* NULL: a hole */
    size_t len;
    const struct wc_expr *hole;
};

/* The parts of a template; neighbouring literals stay apart, which does no harm. */
static size_t parts_of(const struct wc_expr *template, struct part *parts, size_t room)
{
    size_t count = 0;
    if (template->kind == WC_EXPR_LITERAL && room > 0) {
        parts[0] = (struct part){template->literal.text, template->literal.len, NULL};
        return 1;
    }
    for (size_t i = 0; i < template->kid_count && count < room; i++) {
        const struct wc_expr *kid = template->kids[i];
        bool literal = kid->kind == WC_EXPR_LITERAL && kid->literal.kind == WC_LIT_STRING;
        parts[count++] = literal ? (struct part){kid->literal.text, kid->literal.len, NULL}
                                 : (struct part){NULL, 0, kid};
    }
    return count;
}

/* `a` and `b` read the same field of the input. */
static bool same_input(const struct wc_expr *a, const struct wc_expr *b)
{
    return a->kind == WC_EXPR_FIELD && b->kind == WC_EXPR_FIELD && a->field == b->field &&
           a->kids[0]->kind == WC_EXPR_INPUT && b->kids[0]->kind == WC_EXPR_INPUT;
}

/* Does a check ask whether the hole's value contains something? An answer must quote it, then. */
static bool is_quoted(const struct wc_expr *check, const struct wc_expr *hole)
{
    if (!check)
        return false;
    if (check->kind == WC_EXPR_BINARY && check->op == WC_OP_CONTAINS &&
        same_input(check->kids[0], hole))
        return true;
    for (size_t i = 0; i < check->kid_count; i++)
        if (is_quoted(check->kids[i], hole))
            return true;
    return false;
}

/* Finds each literal in turn, the last one at the very end; a text for each hole. */
static bool match(const struct part *parts, size_t count, struct wc_mock_text text,
                  struct wc_mock_text *values)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    for (size_t i = 0; i < count; i++) {
        size_t left = (size_t)(end - at);
        values[i] = (struct wc_mock_text){NULL, 0};
        if (parts[i].literal) {
            if (left < parts[i].len || memcmp(at, parts[i].literal, parts[i].len) != 0)
                return false;
            at += parts[i].len;
            continue;
        }
        const char *next = end;
        if (i + 2 == count && parts[i + 1].literal && left >= parts[i + 1].len)
            next = end - parts[i + 1].len;
        else if (i + 1 < count && parts[i + 1].literal)
            next = memmem(at, left, parts[i + 1].literal, parts[i + 1].len);
        if (!next)
            return false;
        values[i] = (struct wc_mock_text){at, (size_t)(next - at)};
        at = next;
    }
    return at == end;
}

static struct wc_mock_text choose(const struct wc_stage *stage, const struct part *parts,
                                  const struct wc_mock_text *values, size_t count)
{
    struct wc_mock_text longest = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].hole)
            continue;
        WC_EACH(c, &stage->checks)
        if (is_quoted(stage->checks.items[c].condition, parts[i].hole))
            return values[i];
        if (values[i].len > longest.len)
            longest = values[i];
    }
    return longest;
}

/* False where the prompt is none of the stage's. */
static bool material_of(const struct wc_stage *stage, struct wc_mock_text rendered,
                        struct wc_mock_text *material)
{
    enum { PARTS_MAX = 512 };
    struct part parts[PARTS_MAX];
    struct wc_mock_text values[PARTS_MAX];
    WC_EACH(p, &stage->action.prompts)
    {
        size_t count = parts_of(stage->action.prompts.items[p].text, parts, PARTS_MAX);
        if (!match(parts, count, rendered, values))
            continue;
        *material = choose(stage, parts, values, count);
        return true;
    }
    return false;
}

static bool asks(const struct wc_stage *stage, const struct wc_ai_model *model)
{
    return stage->action.model == model || stage->action.candidate == model ||
           stage->hedge == model;
}

const struct wc_stage *wc_mock_stage_asking(const struct wc_mock *mock,
                                            const struct wc_ai_model *model,
                                            struct wc_mock_text rendered,
                                            struct wc_mock_text *material)
{
    *material = rendered;
    WC_EACH(w, &mock->model->workflows)
    {
        const struct wc_workflow *workflow = mock->model->workflows.items[w];
        WC_EACH(s, &workflow->activities)
        if (asks(workflow->activities.items[s], model) &&
            material_of(workflow->activities.items[s], rendered, material))
            return workflow->activities.items[s];
    }
    return NULL;
}

/* ---- paths -------------------------------------------------------------------------------- */

/* Does `path` fit the template? A hole takes anything up to the next part's first byte, but no '/',
 * '?' or '&': those are percent-encoded in a value. */
static bool path_fits(const struct part *parts, size_t count, struct wr_str path)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].literal) {
            if (path.len - at < parts[i].len ||
                memcmp(path.ptr + at, parts[i].literal, parts[i].len) != 0)
                return false;
            at += parts[i].len;
            continue;
        }
        char stop = i + 1 < count && parts[i + 1].literal && parts[i + 1].len > 0
                        ? parts[i + 1].literal[0]
                        : '\0';
        while (at < path.len && !strchr("/?&", path.ptr[at]) && !(stop && path.ptr[at] == stop))
            at++;
    }
    return at == path.len;
}

static bool same_place(const struct wc_service *a, const struct wc_service *b)
{
    return a == b || (a && b && a->endpoint.url_env && b->endpoint.url_env &&
                      strcmp(a->endpoint.url_env, b->endpoint.url_env) == 0);
}

const struct wc_stage *wc_mock_stage_for(const struct wc_mock *mock,
                                         const struct wc_service *service, enum wr_method method,
                                         struct wr_str path)
{
    enum { PARTS_MAX = 64 };
    struct part parts[PARTS_MAX];
    WC_EACH(w, &mock->model->workflows)
    {
        const struct wc_workflow *workflow = mock->model->workflows.items[w];
        WC_EACH(s, &workflow->activities)
        {
            const struct wc_stage *stage = workflow->activities.items[s];
            const struct wc_action *action = &stage->action;
            if (action->kind != WR_ACT_HTTP || action->method != method ||
                !same_place(action->service, service))
                continue;
            size_t count = parts_of(action->path, parts, PARTS_MAX);
            if (path_fits(parts, count, path))
                return stage;
        }
    }
    return NULL;
}

/* ---- excerpts ----------------------------------------------------------------------------- */

static bool space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The end of the sentence that begins at `at`: after a full stop and before white space, or before
 * a line's end. */
static size_t sentence_end(struct wc_mock_text text, size_t at)
{
    for (size_t i = at; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            return i;
        if (strchr(".!?", text.ptr[i]) && (i + 1 == text.len || space(text.ptr[i + 1])))
            return i + 1;
    }
    return text.len;
}

static size_t next_start(struct wc_mock_text text, size_t at)
{
    while (at < text.len && space(text.ptr[at]))
        at++;
    return at;
}

static size_t count_sentences(struct wc_mock_text text)
{
    size_t count = 0;
    for (size_t at = next_start(text, 0); at < text.len;
         at = next_start(text, sentence_end(text, at)))
        count++;
    return count;
}

static size_t nth_sentence(struct wc_mock_text text, size_t n)
{
    size_t at = next_start(text, 0);
    while (n-- > 0)
        at = next_start(text, sentence_end(text, at));
    return at;
}

/* Bytes from `at` that hold as much as `want` bytes or code points, whole code points only; fewer
 * where the text ends. `*got` is what was counted. */
static size_t measure(struct wc_mock_text text, size_t at, int64_t want, bool in_bytes,
                      int64_t *got)
{
    size_t end = at;
    *got = 0;
    while (end < text.len) {
        size_t size = 1;
        while (end + size < text.len && ((unsigned char)text.ptr[end + size] & 0xc0) == 0x80)
            size++;
        int64_t adds = in_bytes ? (int64_t)size : 1;
        if (*got + adds > want)
            break;
        *got += adds;
        end += size;
    }
    return end - at;
}

const char *wc_mock_excerpt(struct wc_mock_source *source, const struct wc_type *type, size_t *len)
{
    struct wc_mock_text text = source->material;
    size_t count = count_sentences(text);
    int64_t max = type->has_max ? type->max : 400, min = type->has_min ? type->min : 0, got = 0;
    if (count == 0 || max == 0)
        return NULL;
    size_t at = nth_sentence(text, source->sentence % count);
    size_t whole = sentence_end(text, at) - at;
    *len = measure(text, at, max, type->in_bytes, &got);
    if (*len > whole)
        *len = whole;
    struct wc_mock_text cut = {text.ptr, at + *len};
    measure(cut, at, INT64_MAX, type->in_bytes, &got);
    if (got >= min)
        return text.ptr + at;
    /* Too short a sentence: from the start, as much as is asked for. */
    *len = measure(text, 0, min, type->in_bytes, &got);
    return got >= min ? text.ptr : NULL;
}
