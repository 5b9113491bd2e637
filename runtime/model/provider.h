/* Wire formats of model providers: one file each, one row each in the table. The client moves the
 * bytes and keeps the time; a provider writes the request and reads what comes back. */
#ifndef WR_MODEL_PROVIDER_H
#define WR_MODEL_PROVIDER_H

#include "runtime/base/arena.h"
#include "runtime/engine/ports.h"
#include "runtime/model/bytes.h"

/* What a provider has said so far in one attempt. Texts are cut to fit; all are NUL-terminated. */
struct wr_answer {
    struct wr_bytes content; /* of the answer; at most `max` */
    size_t max;
    bool token;          /* something of the answer has come */
    bool finished;       /* it said how it ended: `finish` */
    bool done;           /* it said that nothing more comes */
    bool refused;        /* it declined in words */
    bool overflow;       /* more than `max` */
    enum wr_class error; /* an error within the stream; WR_OK: none */
    char finish[32], version[128], id[128], code[64];
    struct wr_usage usage;
};

struct wr_provider {
    const char *name;   /* as in a specification */
    const char *path;   /* after the endpoint's base URL */
    const char *accept; /* Accept field */
    /* The request body. False if memory is out. `host` is the endpoint's, in lower case. */
    bool (*request)(struct wr_bytes *body, const struct wr_model *model,
                    const struct wr_action *action, const char *host);
    /* One event of a stream, or a whole answer that was not streamed; false: it is no such thing.
     * `scratch` is its own for the call; it resets it. */
    bool (*event)(struct wr_arena *scratch, struct wr_answer *answer, struct wr_str data);
    /* The class of an answer that is not 2xx; `code` gets the provider's word for it or "". */
    enum wr_class (*refusal)(int status, struct wr_str body, char *code, size_t code_size);
    /* The answer has come to its end: its class and, where that is not WR_OK, a sentence. */
    enum wr_class (*end)(const struct wr_answer *answer, const char **why);
};

/* NULL where there is none of that name. */
const struct wr_provider *wr_provider_find(const char *name);

extern const struct wr_provider wr_openai_chat;

/* The class of an HTTP status that is not 2xx, by itself. */
enum wr_class wr_class_of_status(int status);

#endif
