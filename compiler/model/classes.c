/* The closed tree of error classes, from the runtime's table. */
#include "compiler/model/classes.h"

#include "compiler/base/buf.h"

#include <string.h>

struct leaf {
    const char *name;
    const char *group;
    uint16_t status;
    bool retryable;
};

static const struct leaf leaves[WR_CLASS_COUNT] = {
    {"ok", "alone", 200, false},
#define CLASS(name, group, http, retryable) {#name, #group, http, retryable},
#include <wright/classes.def>
#undef CLASS
};

#define BIT(name) WR_BIT(WR_CLASS_##name)

/* In the order of the tree; tests/unit/test_model.c holds it against classes.def. */
static const struct wc_group groups[] = {
    {"transient", BIT(connect_failed) | BIT(overloaded) | BIT(rate_limited) | BIT(server_error) |
                      BIT(stream_truncated)},
    {"timeout", BIT(timeout_connect) | BIT(timeout_ttft) | BIT(timeout_idle) | BIT(timeout_total)},
    {"invalid_output",
     BIT(schema_invalid) | BIT(check_failed) | BIT(output_truncated) | BIT(stream_malformed)},
    {"rejected", BIT(refusal) | BIT(content_filter)},
    {"denied", BIT(bad_request) | BIT(auth) | BIT(not_found) | BIT(conflict) | BIT(context_length) |
                   BIT(quota_exhausted) | BIT(billing)},
    {"tripped", BIT(breaker_open) | BIT(limit_reached) | BIT(over_cost)},
};

enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

enum wr_class wc_class_find(const char *name)
{
    for (enum wr_class i = WR_OK + 1; i < WR_CLASS_COUNT; i++)
        if (strcmp(leaves[i].name, name) == 0)
            return i;
    return WR_CLASS_COUNT;
}

const char *wc_class_name(enum wr_class class)
{
    return leaves[class].name;
}

const struct wc_group *wc_group_find(const char *name)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (strcmp(groups[i].name, name) == 0)
            return &groups[i];
    return NULL;
}

const struct wc_group *wc_groups(size_t *count)
{
    *count = GROUP_COUNT;
    return groups;
}

const struct wc_group *wc_group_of(enum wr_class class)
{
    return wc_group_find(leaves[class].group);
}

uint16_t wc_class_status(enum wr_class class)
{
    return leaves[class].status;
}

bool wc_class_retryable(enum wr_class class)
{
    return leaves[class].retryable;
}

uint64_t wc_error_classes(void)
{
    uint64_t all = WR_BIT(WR_CLASS_COUNT) - 1;
    return all & ~(WR_BIT(WR_OK) | wc_group_find("rejected")->classes | BIT(uncertain));
}

static void add(struct wc_buf *buf, const char *name)
{
    wc_buf_printf(buf, "%s`%s`", buf->len ? ", " : "", name);
}

const char *wc_classes_text(struct wc_arena *arena, uint64_t classes)
{
    struct wc_buf buf = {0};
    if (classes & WR_BIT(WR_OK))
        add(&buf, "ok");
    for (enum wr_class i = WR_OK + 1; i < WR_CLASS_COUNT; i++) {
        if (!(classes & WR_BIT(i)))
            continue;
        const struct wc_group *group = wc_group_of(i);
        if (group && (group->classes & classes) == group->classes) {
            add(&buf, group->name);
            classes &= ~group->classes;
        } else {
            add(&buf, leaves[i].name);
        }
    }
    const char *text = wc_arena_copy(arena, buf.data ? buf.data : "", buf.len);
    wc_buf_free(&buf);
    return text;
}
