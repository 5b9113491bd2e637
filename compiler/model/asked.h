/* What a model is asked with: prompts and examples. Part of the model. */
#ifndef WC_MODEL_ASKED_H
#define WC_MODEL_ASKED_H

struct wc_source;
struct wc_expr;

/* A prompt file, read and checked in the context of the stage that asks with it. */
struct wc_prompt {
    const char *role;         /* "user" or "system" */
    const char *path;         /* as written in the specification */
    const char *label;        /* "key-points": the file's name without folder and ending */
    const char *hash;         /* "sha256:…" of the file's bytes */
    struct wc_source *source; /* its text */
    struct wc_expr *text;     /* a TEMPLATE */
};

/* A turn that a model is shown before it is asked: what it was asked, and what it answered. */
struct wc_example {
    const char *input, *output;
};

#endif
