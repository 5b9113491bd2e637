/* Constants that the compiler's proofs and the runtime share. */
#ifndef WRIGHT_LIMITS_H
#define WRIGHT_LIMITS_H

/* The time that the proofs set aside for one awaited commit. A waiting job has two: acceptance
 * before it starts, the end before its reply. So the floors plus twice this must fit the budget,
 * and the runtime gives no attempt what is left below it. */
#define WR_COMMIT_MS 25

/* Of what a repair tells a model about its answer: the faults, and the words around them. */
#define WR_FAULT_BYTES 2000
#define WR_REPAIR_BYTES (WR_FAULT_BYTES + 200)

/* Of the calls of tools in one answer so many are made; what a model asks for beyond them is dropped. */
#define WR_TOOL_CALLS 8
/* Of what a model writes to call a tool: beyond this multiple of the largest that fits, and a little, it is not kept. */
#define WR_ARGUMENT_TIMES 2
#define WR_ARGUMENT_MORE 1024
/* Of a call that was not made, or failed: what the model is told, and the words around any result. */
#define WR_TOOL_BYTES (WR_FAULT_BYTES + 200)

/* Texts from outside that an entry of a journal may hold, in bytes: what is longer is cut, or refused where it comes
 * in. An answer's version and request come from a provider, the detail is the runtime's own sentence. */
#define WR_DETAIL_BYTES 500
#define WR_ID_BYTES 127
#define WR_CALLER_BYTES 64
#define WR_TRACESTATE_BYTES 512
#define WR_REASON_POINTS 2000
/* All else of an entry that is not its value: names of fields, numbers, hashes, ids, words. */
#define WR_ENTRY_BYTES 3000

/* At most two attempts in this time on a job's way to one service or model. */
#define WR_ROUTE_MS 1500

#endif
