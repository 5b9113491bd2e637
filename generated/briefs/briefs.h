/* The types of briefs 1.0.0, and the numbers of its errors, services and models.
 * Written by `wright compile` from briefs.flow: edit that. */
#ifndef BRIEFS_H
#define BRIEFS_H

#include <wright/generated.h>

/* briefs.flow:10: A document to read. */
struct Brief {
    struct wr_str document;
    struct wr_str language;
    bool has_audience;
    struct wr_str audience;
    int64_t max_points;
};

/* briefs.flow:16 */
struct KeyPoint {
    struct wr_str text;
    struct wr_str quote;
    double confidence;
};

struct list_of_KeyPoint {
    struct KeyPoint *items;
    size_t count;
};

/* briefs.flow:17 */
struct KeyPoints {
    struct list_of_KeyPoint points;
    bool has_summary;
    struct wr_str summary;
};

struct map_of_str_entry {
    struct wr_str key;
    struct wr_str value;
};

struct map_of_str {
    struct map_of_str_entry *items;
    size_t count;
};

/* briefs.flow:18 */
struct Glossary {
    struct map_of_str terms;
};

extern const struct wr_schema schema_Brief;
extern const struct wr_schema schema_KeyPoint;
extern const struct wr_schema schema_KeyPoints;
extern const struct wr_schema schema_Glossary;

/* ---- numbers of errors, services and models -------------------------------------------------- */

enum { ERROR_ungrounded, ERROR_refused, ERROR_unavailable };
enum { SERVICE_glossary };
enum { MODEL_primary, MODEL_small };

/* ---- machines and documents ------------------------------------------------------------------ */

extern const struct wr_workflow workflow_extract_key_points;
extern const char embedded_contract[], embedded_openapi[];
extern const struct wr_known embedded_known;

#endif
