/* Answers of `wright mock` that are not invented: files that --returns names, and what the tests of the
 * specification give a stage whose checks an invented answer would not pass. */
#include "compiler/base/source.h"
#include "compiler/model/document.h"
#include "compiler/tool/mock.h"
#include "compiler/tool/tool.h"

#include <stdlib.h>
#include <string.h>

/* ---- --returns ---------------------------------------------------------------------------- */

/* A stage of some workflow; NULL: a service or a model is meant, or nothing. */
static const struct wc_stage *stage_named(const struct wc_mock *mock, const char *name)
{
    const struct wc_stage *stage = NULL;
    for (size_t i = 0; i < mock->model->workflows.count && !stage; i++)
        stage = wc_stage_called(mock->model->workflows.items[i], name, '.');
    return stage;
}

/* What does not fit is served all the same: it may be meant. */
static void warn_unfit(const struct wc_mock *mock, const struct wc_stage *stage, const char *name,
                       const char *json)
{
    struct wc_document_fault fault;
    const struct wc_type *as = stage->action.as;
    if (as && as->kind == WC_TYPE_SCHEMA &&
        !wc_document_fits(mock->arena, json, as->schema, stage->action.kind == WR_ACT_ASK, &fault))
        wc_trouble("mock", "--returns %s: the file is no %s, and is returned all the same: %s%s%s",
                   name, as->schema->name, fault.pointer, fault.pointer[0] ? ": " : "", fault.why);
}

static bool add_return(struct wc_mock *mock, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    json_error_t wrong;
    if (!equals || equals == text || equals + 1 == text + len) {
        wc_trouble("mock", "--returns takes NAME=FILE, not \"%.*s\"", (int)len, text);
        return false;
    }
    const char *name = wc_arena_copy(mock->arena, text, (size_t)(equals - text));
    const char *path = wc_arena_copy(mock->arena, equals + 1, len - (size_t)(equals - text) - 1);
    const struct wc_stage *stage = stage_named(mock, name);
    if (!stage && !wc_mock_find(mock, name, strlen(name))) {
        wc_trouble("mock", "--returns: the specification has no stage, service or model \"%s\"",
                   name);
        return false;
    }
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    if (!json) {
        wc_trouble("mock", "--returns %s: %s: %s", name, path, wrong.text);
        return false;
    }
    char *dumped = json_dumps(json, WC_MOCK_JSON);
    struct wc_mock_return given = {.name = name};
    given.json = wc_arena_copy(mock->arena, dumped, strlen(dumped));
    free(dumped);
    json_decref(json);
    if (stage)
        warn_unfit(mock, stage, name, given.json);
    wc_push(mock->arena, &mock->returns, given);
    return true;
}

bool wc_mock_returns(struct wc_mock *mock, const char *list)
{
    while (list && *list) {
        size_t len = strcspn(list, ",");
        if (!add_return(mock, list, len))
            return false;
        list += len + (list[len] == ',');
    }
    return true;
}

/* ---- what a test gives -------------------------------------------------------------------- */

/* How many of the texts in a request stand in what the call says: whose answer it is likely to be. */
static int alike(const json_t *request, struct wc_mock_text told)
{
    enum { TELLING = 4 }; /* bytes; shorter ones are found anywhere */
    int count = 0;
    const char *key;
    json_t *part;
    size_t i;
    size_t len = json_string_length(request);
    if (len >= TELLING)
        count += memmem(told.ptr, told.len, json_string_value(request), len) != NULL;
    json_object_foreach((json_t *)(uintptr_t)request, key, part)
    {
        count += alike(part, told);
    }
    json_array_foreach((json_t *)(uintptr_t)request, i, part)
    {
        count += alike(part, told);
    }
    return count;
}

/* Of the test whose request is most like this one; of those the best ending, of those the first. */
static const char *of_tests(const struct wc_mock *mock, const struct wc_stage *stage,
                            struct wc_mock_text told)
{
    const struct wc_known_answer *best = NULL;
    int most = -1;
    WC_EACH(i, &mock->known.all)
    {
        const struct wc_known_answer *answer = &mock->known.all.items[i];
        if (answer->stage != stage)
            continue;
        json_t *request = json_loads(mock->known.requests.items[answer->request].json, 0, NULL);
        int near = alike(request, told);
        json_decref(request);
        if (near > most || (near == most && answer->good > best->good)) {
            best = answer;
            most = near;
        }
    }
    return best ? best->json : NULL;
}

const char *wc_mock_given(const struct wc_mock *mock, const struct wc_stage *stage,
                          const char *target, struct wc_mock_text told)
{
    const char *of_target = NULL;
    WC_EACH(i, &mock->returns)
    {
        const struct wc_mock_return *given = &mock->returns.items[i];
        if (stage && stage_named(mock, given->name) == stage)
            return given->json;
        if (strcmp(given->name, target) == 0)
            of_target = given->json;
    }
    if (of_target || !stage || !wc_checks_more_than_quotes(stage))
        return of_target;
    return of_tests(mock, stage, told);
}
