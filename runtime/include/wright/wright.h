/* What a C function of a specification may use: `function f(T) -> U from "x.c"`. Its prototype and the
 * structs of its types are in the header that `wright compile` writes, NAME_hooks.h:
 *
 *     bool call_f(struct wright_call *call, const struct T *in, struct U *out);
 *
 * It runs on a thread of its own kind, never on an event loop, and several calls may run at once. It fills
 * `*out`, which is zeroed, and returns true; what it gives is checked by its schema before anything else
 * sees it. Or it raises a class that its declaration names. A call that takes longer than its stage's
 * `timeout` is not stopped: its result is dropped. */
#ifndef WRIGHT_WRIGHT_H
#define WRIGHT_WRIGHT_H

#include <wright/generated.h>

/* One call, until it returns. One thread's. */
struct wright_call;

/* Zeroed memory for what `*out` points to; freed by the caller of the function, later than it returns. */
void *wright_alloc(struct wright_call *call, size_t size);
/* Ends the call as `class`: `return wright_raise(call, WR_CLASS_overloaded, "the index is being built");`
 * `why` goes into the journal and the log: one sentence without secrets, at most 200 bytes. False. */
bool wright_raise(struct wright_call *call, enum wr_class class, const char *why);
/* Of a `keyed` function: the same for each attempt of one stage of one job, whatever happens to the
 * process; whoever does the work by it does it once. Of others empty. */
struct wr_str wright_key(const struct wright_call *call);

#endif
