/* A request to a simulated model, as mock_model.c understands it and mock_wire.c answers it. Nobody else
 * includes this. */
#ifndef WC_TOOL_MOCK_ASK_H
#define WC_TOOL_MOCK_ASK_H

#include "compiler/base/buf.h"
#include "compiler/tool/mock.h"

struct wc_mock_wire;

struct wc_mock_ask {
    struct wc_mock *mock;
    const struct wc_mock_wire *wire;
    struct wc_mock_target *target;
    struct wc_mock_way way;
    json_t *request;
    const char *model, *prompt; /* the last user message */
    size_t prompt_len, input_len;
    const struct wc_schema *schema; /* NULL: none is asked for */
    bool stream;
    bool tool; /* the answer is wanted as a tool's arguments, or it calls one: */
    const char *tool_name;
    const struct wc_stage *calls; /* the tool that it calls before it answers; NULL: it answers */
    size_t results;               /* of tools, that the conversation has */
};

/* A wire format, from its server's side. */
struct wc_mock_wire {
    const char *path;  /* that it is served at */
    const char *field; /* of the messages */
    /* What the request asks for: the schema, or NULL. */
    const struct wc_schema *(*schema)(struct wc_mock_ask *ask);
    const char *within; /* where a tool has its name; NULL: in itself */
    /* Where `*half` is the place that a cut stream ends at. */
    void (*stream)(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content,
                   size_t *half);
    void (*whole)(struct wc_buf *out, const struct wc_mock_ask *ask, const char *content);
    bool anthropic; /* the dialect of its errors, and where the key is */
};

/* NULL where none is served at the path. */
const struct wc_mock_wire *wc_mock_wire_at(struct wr_str path);

/* The tool that takes the answer, among those of a request: its name is a schema's; NULL: none. Sets
 * `tool`. */
json_t *wc_mock_answer_tool(struct wc_mock_ask *ask);
/* The specification's schema of that name, or NULL. */
const struct wc_schema *wc_mock_schema_named(const struct wc_mock *mock, const char *name);
/* The one whose strict form is that JSON, or NULL. */
const struct wc_schema *wc_mock_schema_like(const struct wc_mock *mock, const json_t *json);

#endif
