/* The closed tree of error classes, as the compiler asks for it: names, groups, sets. */
#ifndef WC_MODEL_CLASSES_H
#define WC_MODEL_CLASSES_H

#include "compiler/base/arena.h"
#include "compiler/model/model.h"

struct wc_group {
    const char *name;
    uint64_t classes;
};

/* WR_CLASS_COUNT where no leaf is called so. */
enum wr_class wc_class_find(const char *name);
const char *wc_class_name(enum wr_class class); /* "ok" of WR_OK */
/* NULL where no group is called so; `error` is none of them. */
const struct wc_group *wc_group_find(const char *name);
const struct wc_group *wc_groups(size_t *count);
/* The group of a leaf, or NULL where it stands alone. */
const struct wc_group *wc_group_of(enum wr_class class);
uint16_t wc_class_status(enum wr_class class);
bool wc_class_retryable(enum wr_class class);
/* What `error` covers: every class but `rejected` and `uncertain`. */
uint64_t wc_error_classes(void);
/* "`timeout_ttft`, `timeout_total`": leaves, and groups where all of a group are in it. */
const char *wc_classes_text(struct wc_arena *arena, uint64_t classes);

#endif
