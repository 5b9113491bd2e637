/* Names: of entry kinds, statuses, results and classes. They are durable and seen by clients. */
#include "runtime/engine/event.h"

const char *wr_entry_kind_name(enum wr_entry_kind kind)
{
    static const char *const names[WR_ENTRY_KIND_COUNT] = {
        "accepted", "entered", "started",   "ended",    "value",     "transition", "published",
        "finished", "parked",  "signalled", "reviewed", "restarted", "checkpoint",
    };
    return kind < WR_ENTRY_KIND_COUNT ? names[kind] : "unknown";
}

const char *wr_status_name(enum wr_status status)
{
    static const char *const names[WR_STATUS_COUNT] = {
        "queued", "processing", "completed", "degraded", "failed", "cancelled",
    };
    return status < WR_STATUS_COUNT ? names[status] : "unknown";
}

const char *wr_result_name(enum wr_result result)
{
    static const char *const names[] = {NULL, "full", "draft", "fallback"};
    return result < sizeof names / sizeof *names ? names[result] : NULL;
}

static const char *const classes[WR_CLASS_COUNT] = {
    "ok",
#define CLASS(name, group, http, retryable) #name,
#include <wright/classes.def>
#undef CLASS
};

const char *wr_class_name(enum wr_class class)
{
    return class < WR_CLASS_COUNT ? classes[class] : "unknown";
}
