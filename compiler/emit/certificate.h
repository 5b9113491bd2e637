/* The parts of certificate.json: what was proved of each workflow, and what each number rests on. */
#ifndef WC_EMIT_CERTIFICATE_H
#define WC_EMIT_CERTIFICATE_H

#include "compiler/emit/document.h"

/* The whole document; `wright prove` prints it for people. */
json_t *wc_certificate_json(const struct wc_model *model);

json_t *wc_proof_errors_json(const struct wc_model *model, const struct wc_workflow *flow);
json_t *wc_proof_effects_json(const struct wc_workflow *flow);
json_t *wc_proof_bounds_json(const struct wc_model *model, const struct wc_workflow *flow);
json_t *wc_proof_outages_json(const struct wc_workflow *flow);
json_t *wc_proof_fit_json(const struct wc_model *model);
json_t *wc_proof_labels_json(const struct wc_model *model);

#endif
