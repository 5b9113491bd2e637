/* Is a JSON document a value of a schema? Knows the model. */
#ifndef WC_MODEL_DOCUMENT_H
#define WC_MODEL_DOCUMENT_H

#include "compiler/model/fits.h"

#include <jansson.h>

struct wc_document_fault {
    const char *pointer; /* "/points/0/text"; empty: the whole */
    const char *why;     /* a clause: "it is no text" */
};

/* True where it is one; else `fault` says the first thing that is wrong. `null_is_absent`: null stands
 * for what may be left out, as models write it. */
bool wc_document_fits(struct wc_arena *arena, const char *text, const struct wc_schema *schema,
                      bool null_is_absent, struct wc_document_fault *fault);

#endif
