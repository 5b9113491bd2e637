/* The types of support 1.0.0, and the numbers of its errors, services and models.
 * Written by `wright compile` from support.flow: edit that. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <wright/generated.h>

/* support.flow:11: What a customer wrote. */
struct Ticket {
    struct wr_str subject;
    struct wr_str body;
    struct wr_str product;
    struct wr_str locale;
};

/* support.flow:18: An answer to the customer. */
struct Answer {
    struct wr_str text;
    struct wr_str by;
    double confidence;
};

/* support.flow:24 */
struct Suggestion {
    struct wr_str text;
    double confidence;
};

/* support.flow:27 */
struct IncidentId {
    struct wr_str id;
};

/* support.flow:28 */
struct Report {
    struct wr_str incident;
    struct wr_str summary;
};

/* support.flow:29 */
struct Incident {
    struct wr_str state;
    struct wr_str what;
};

extern const struct wr_schema schema_Ticket;
extern const struct wr_schema schema_Answer;
extern const struct wr_schema schema_Suggestion;
extern const struct wr_schema schema_IncidentId;
extern const struct wr_schema schema_Report;
extern const struct wr_schema schema_Incident;

/* ---- numbers of errors, services and models -------------------------------------------------- */

enum { ERROR_turned_down };
enum { SERVICE_status };
enum { MODEL_small };

/* ---- machines and documents ------------------------------------------------------------------ */

extern const struct wr_workflow workflow_draft_response;
extern const char embedded_contract[], embedded_openapi[];
extern const struct wr_known embedded_known;

#endif
