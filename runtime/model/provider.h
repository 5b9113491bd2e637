/* Wire formats of model providers: one file each. The client moves the bytes and keeps the time; a format
 * writes the request and reads what comes back; what two servers of one format do differently is a row of
 * <wright/providers.def>. */
#ifndef WR_MODEL_PROVIDER_H
#define WR_MODEL_PROVIDER_H

#include "runtime/base/arena.h"
#include "runtime/engine/ports.h"
#include "runtime/model/bytes.h"

#include <wright/limits.h>

/* A call of a tool, so far. */
struct wr_called {
    int64_t number; /* as the format counts them */
    char id[64], name[72];
    struct wr_bytes arguments;
};

/* What a provider has said so far in one attempt. Texts are cut to fit; all are NUL-terminated. */
struct wr_answer {
    struct wr_bytes content; /* of the answer; at most `max` */
    size_t max;
    uint32_t signs; /* events that brought something of the answer, or of a thought before it */
    bool finished;  /* it said how it ended: `finish` */
    bool done;      /* it said that nothing more comes */
    bool refused;   /* it declined in words */
    bool tool;      /* the answer is what it calls the tool with; its other words are none of it */
    int64_t call;   /* which of its calls, where the format counts them */
    bool overflow;  /* more than `max` */
    enum wr_class error; /* an error within the stream; WR_OK: none */
    bool may_call;       /* it was told of tools: calls are kept here, and are no answer */
    struct wr_called *called;
    size_t called_count, dropped, argued; /* dropped: beyond what is kept; argued: bytes */
    char finish[32], version[WR_ID_BYTES + 1], id[WR_ID_BYTES + 1], code[64];
    struct wr_usage usage;
};

/* Whose words an error speaks. */
enum wr_dialect { WR_OPENAI, WR_ANTHROPIC };

/* What a request is made of. */
struct wr_asked {
    const struct wr_model *model;
    const struct wr_provider *provider;
    const struct wr_message *messages;
    size_t message_count;
    const struct wr_schema *as; /* NULL: plain text is wanted */
    enum wr_structured structured;
    const char *wire; /* the schema as JSON, as its profile takes it; NULL: none is sent */
    const char *host; /* of the endpoint, in lower case */
    const struct wr_stage *tools;
    size_t tool_count;
    bool tools_over; /* it must answer now */
};

struct wr_wire {
    enum wr_dialect dialect;
    const char *headers[2]; /* "name: value" that every request has; NULL: no more */
    /* The request body. False if memory is out. */
    bool (*request)(struct wr_bytes *body, const struct wr_asked *request);
    /* A message of a turn of tools, as elements of the conversation. */
    bool (*turn)(struct wr_bytes *body, const struct wr_message *message);
    /* One event of a stream, or a whole answer that was not streamed; false: it is no such thing.
     * `scratch` is its own for the call; it resets it. */
    bool (*event)(struct wr_arena *scratch, struct wr_answer *answer, struct wr_str data);
};

struct wr_provider {
    const char *name; /* as in a specification */
    const char *path; /* after the endpoint's base URL */
    const struct wr_wire *format;
    enum wr_structured structured; /* where the specification does not say */
    const char *limit;             /* the field that bounds the output; "": the host decides */
    const char *key_header;        /* of a bearer key; "": Authorization */
    enum wr_profile strict, tool;  /* what it takes of a schema in these modes */
};

/* NULL where there is none of that name. */
const struct wr_provider *wr_provider_find(const char *name);

/* How a model is put to its schema: sets `structured` and `wire`. Where the profile does not carry the
 * schema, it is told in words. Gives what its answer is rewritten in: a bit each of enum wr_rewrite. */
unsigned wr_fit(struct wr_asked *request);
/* The same of what a model fills in to call a tool; `strict`: the provider enforces it. */
const char *wr_fit_tool(const struct wr_provider *provider, const struct wr_stage *tool,
                        bool *strict, unsigned *rewritten);

extern const struct wr_wire wr_openai_chat, wr_openai_responses, wr_anthropic_messages;

/* The answer has come to its end: its class and, where that is not WR_OK, a sentence in `why`. */
enum wr_class wr_answer_end(const struct wr_answer *answer, const struct wr_wire *format, char *why,
                            size_t why_size);

/* called.c */
void wr_answer_free(struct wr_answer *answer);
/* The call of that name; NULL: there is none. */
struct wr_called *wr_answer_by_name(const struct wr_answer *answer, struct wr_str name);

/* ---- errors (fault.c) ---------------------------------------------------------------------- */

/* The class of an answer that is not 2xx; `code` gets the provider's word for it or "". */
enum wr_class wr_fault_of_body(enum wr_dialect dialect, int status, struct wr_str body, char *code,
                               size_t code_size);
/* The class of an error within a stream: `error` is its JSON, an object or a string. */
enum wr_class wr_fault_of_event(enum wr_dialect dialect, struct wr_str error, char *code,
                                size_t code_size);
/* The class of a service's HTTP status that is not 2xx, by itself. */
enum wr_class wr_class_of_status(int status);

#endif
