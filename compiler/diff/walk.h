/* Inside diff only: the walk through two schemas at once, which the files of schema rules share. */
#ifndef WC_DIFF_WALK_H
#define WC_DIFF_WALK_H

#include "compiler/diff/rules.h"

/* How a value lies in the one above it, so that a document of it becomes one of the whole. */
struct frame {
    const struct frame *up;
    struct wc_shape *old, *new; /* the one above; a REF's target */
    const char *field;          /* NULL: an item of a list or a map */
};

struct walk {
    struct wc_diff *diff;
    bool reply;
    struct wc_shape *old_root, *new_root;
    WC_VEC(struct wc_shape *) seen; /* pairs of objects */
    size_t grave;                   /* findings of review or above */
};

/* Where the walk is. */
struct spot {
    struct wc_shape *old, *new;
    const char *path;
    const struct frame *frame;
};

struct rule_pair {
    enum wc_rule request, reply;
};
#define BOTH(one, other) ((struct rule_pair){WC_RULE_request_##one, WC_RULE_reply_##other})

/* ---- findings ---- */
struct wc_finding *wc_walk_found(struct walk *walk, struct rule_pair rules, const char *path,
                                 const struct wc_shape *old, const struct wc_shape *new);
/* "a client that reads it", "a client that sends it" */
const char *wc_walk_who(const struct walk *walk);
const char *wc_walk_text(struct walk *walk, const json_t *json);
#define says(walk, finding, help, ...) wc_find_says((walk)->diff, finding, help, __VA_ARGS__)
/* A witness of the whole, around a document of the spot; shown only if it is one. */
void wc_walk_show(struct walk *walk, struct wc_finding *finding, const struct frame *frame,
                  json_t *document, bool of_old);
/* One that containment finds: of the old side where `narrower`, else of the new one. */
void wc_walk_show_apart(struct walk *walk, struct wc_finding *finding, struct spot spot,
                        bool narrower);

/* ---- leaves ---- */
void wc_walk_bounds(struct walk *walk, struct spot spot, const char *min, const char *max,
                    const char *least, const char *most);
void wc_walk_whole(struct walk *walk, struct spot spot, struct rule_pair less,
                   struct rule_pair more, const char *noun);
void wc_walk_enum(struct walk *walk, struct spot spot);
void wc_walk_nulls(struct walk *walk, struct spot spot);
void wc_walk_currency(struct walk *walk, struct spot spot);
void wc_walk_string(struct walk *walk, struct spot spot);

#endif
