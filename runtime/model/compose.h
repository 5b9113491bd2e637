/* Writing requests: JSON text into bytes, and the parts that formats share. */
#ifndef WR_MODEL_COMPOSE_H
#define WR_MODEL_COMPOSE_H

#include "runtime/model/provider.h"

/* All are false if memory is out. */
bool wr_put(struct wr_bytes *body, const char *text);
bool wr_put_quoted(struct wr_bytes *body, struct wr_str text);
/* ,"temperature":number where the model has one */
bool wr_put_temperature(struct wr_bytes *body, const struct wr_model *model);
/* ,"name":number */
bool wr_put_count(struct wr_bytes *body, const char *name, uint32_t number);

/* The name under which a schema goes: letters, digits, '_' and '-', 64 at most. A schema's own name has
 * no others. */
struct wr_str wr_schema_name(const struct wr_schema *schema);
/* Is there a schema that the provider should know? */
bool wr_has_schema(const struct wr_asked *request);
/* What a model is told where its provider takes no schema: nothing where it does. Quotes excluded; it is
 * JSON text for the inside of a string. */
bool wr_put_instruction(struct wr_bytes *body, const struct wr_asked *request);
bool wr_wants_instruction(const struct wr_asked *request);
/* [{"role":…,"content":…},…], with the instruction as a system message of its own at the end of those. */
bool wr_put_messages(struct wr_bytes *body, const struct wr_asked *request);

/* Is the answer to come as a call of a tool? */
bool wr_answers_by_tool(const struct wr_asked *request);
/* One tool, as its format has it. */
typedef bool wr_put_tool_fn(struct wr_bytes *body, struct wr_str name, const char *about,
                            const char *schema, bool strict);
/* All of them, with commas, the one that takes the answer last. */
bool wr_put_each_tool(struct wr_bytes *body, const struct wr_asked *request, wr_put_tool_fn *put);
bool wr_put_about(struct wr_bytes *body,
                  const char *about); /* ,"description":…, where there is one */
/* The id of a call in this conversation: ours, as no provider keeps it. */
bool wr_put_call_id(struct wr_bytes *body, size_t number);

/* ---- what comes back ------------------------------------------------------------------------ */

/* Cut to fit; what was there stays where `text` has no pointer. */
void wr_keep(char *to, size_t size, struct wr_str text);
/* A further piece of the answer, and a sign of life. */
void wr_answer_add(struct wr_answer *answer, struct wr_str text);
/* The call of this number, begun or gone on with; NULL: it is not kept. */
struct wr_called *wr_answer_called(struct wr_answer *answer, int64_t number, struct wr_str id,
                                   struct wr_str name);
void wr_answer_argue(struct wr_answer *answer, struct wr_called *called, struct wr_str text);
/* The answer comes as a call of the tool: what was said before it is none of it. */
void wr_answer_tool(struct wr_answer *answer);

#endif
