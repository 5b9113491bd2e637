/* The types of kitchen 0.2.0, and the numbers of its errors, services and models.
 * Written by `wright compile` from kitchen.flow: edit that. */
#ifndef KITCHEN_H
#define KITCHEN_H

#include <wright/generated.h>

/* kitchen.flow:5 */
struct Item {
    struct wr_str name;
    bool has_default;
    bool default_;
    int64_t count;
};

struct list_of_str {
    struct wr_str *items;
    size_t count;
};

struct list_of_Item {
    struct Item *items;
    size_t count;
};

/* kitchen.flow:6 */
struct In {
    struct wr_str name;
    struct list_of_str tags;
    double weight;
    bool rush;
    bool has_note;
    struct wr_str note;
    const struct Item *item;
    struct list_of_Item items;
};

/* kitchen.flow:15 */
struct Out {
    struct wr_str title;
    struct list_of_Item items;
    const struct Item *extra;
    int64_t n;
};

/* kitchen.flow:16 */
struct Found {
    struct list_of_Item hits;
    int64_t total;
};

extern const struct wr_schema schema_Item;
extern const struct wr_schema schema_In;
extern const struct wr_schema schema_Out;
extern const struct wr_schema schema_Found;

/* ---- numbers of errors, services and models -------------------------------------------------- */

enum { ERROR_empty, ERROR_down };
enum { SERVICE_store };
enum { MODEL_m };

/* ---- machines and documents ------------------------------------------------------------------ */

extern const struct wr_workflow workflow_one;
extern const struct wr_workflow workflow_two;
extern const char embedded_contract[], embedded_openapi[];
extern const struct wr_known embedded_known;

#endif
