/* The types of sales 1.0.0, and the numbers of its errors, services and models.
 * Written by `wright compile` from sales.flow: edit that. */
#ifndef SALES_H
#define SALES_H

#include <wright/generated.h>

/* sales.flow:10: Who to research, and why. */
struct ResearchRequest {
    struct wr_str account_id;
    struct wr_str domain;
    struct wr_str goal;
};

/* sales.flow:16 */
struct Account {
    struct wr_str name;
    struct wr_str segment;
    bool has_owner;
    struct wr_str owner;
};

/* sales.flow:17 */
struct Company {
    struct wr_str industry;
    struct wr_str about;
};

/* sales.flow:18 */
struct Article {
    struct wr_str title;
    struct wr_str url;
};

struct list_of_Article {
    struct Article *items;
    size_t count;
};

/* sales.flow:19 */
struct News {
    struct list_of_Article articles;
};

/* sales.flow:20 */
struct Note {
    struct wr_str id;
};

/* sales.flow:22 */
struct Signal {
    struct wr_str claim;
    bool has_url;
    struct wr_str url;
};

struct list_of_Signal {
    struct Signal *items;
    size_t count;
};

/* sales.flow:23 */
struct Narrative {
    struct wr_str headline;
    struct wr_str summary;
    struct list_of_Signal signals;
};

/* sales.flow:24 */
struct Sources {
    bool company;
    bool news;
};

/* sales.flow:25 */
struct AccountBrief {
    struct wr_str headline;
    struct wr_str summary;
    struct list_of_Signal signals;
    struct Sources sources;
    bool has_note_id;
    struct wr_str note_id;
};

extern const struct wr_schema schema_ResearchRequest;
extern const struct wr_schema schema_Account;
extern const struct wr_schema schema_Company;
extern const struct wr_schema schema_Article;
extern const struct wr_schema schema_News;
extern const struct wr_schema schema_Note;
extern const struct wr_schema schema_Signal;
extern const struct wr_schema schema_Narrative;
extern const struct wr_schema schema_Sources;
extern const struct wr_schema schema_AccountBrief;

/* ---- numbers of errors, services and models -------------------------------------------------- */

enum { ERROR_unknown_account, ERROR_crm_down, ERROR_refused, ERROR_uncited };
enum { SERVICE_crm, SERVICE_companies, SERVICE_news };
enum { MODEL_primary, MODEL_small };

/* ---- machines and documents ------------------------------------------------------------------ */

extern const struct wr_workflow workflow_research_account;
extern const char embedded_contract[], embedded_openapi[];
extern const struct wr_known embedded_known;

#endif
