/* Questions about clauses that whoever reads a tree asks. */
#include "compiler/syntax/ast.h"

static const char *const clause_names[WC_CLAUSE_KIND_COUNT] = {
    [WC_CLAUSE_SUMMARY] = "summary",
    [WC_CLAUSE_CONTACT] = "contact",
    [WC_CLAUSE_LICENSE] = "license",
    [WC_CLAUSE_AUTH] = "auth",
    [WC_CLAUSE_LIMIT] = "limit",
    [WC_CLAUSE_DEPRECATED] = "deprecated",
    [WC_CLAUSE_SUNSET] = "sunset",
    [WC_CLAUSE_URL] = "url",
    [WC_CLAUSE_BREAKER] = "breaker",
    [WC_CLAUSE_IDEMPOTENCY] = "idempotency key",
    [WC_CLAUSE_PRICE_CALL] = "price",
    [WC_CLAUSE_SIGN] = "sign",
    [WC_CLAUSE_ALLOW_PRIVATE] = "allow private",
    [WC_CLAUSE_OPERATION] = "operation",
    [WC_CLAUSE_PROVIDER] = "provider",
    [WC_CLAUSE_NAME] = "name",
    [WC_CLAUSE_MAX] = "max",
    [WC_CLAUSE_PRICE_TOKENS] = "price",
    [WC_CLAUSE_STRUCTURED] = "structured",
    [WC_CLAUSE_TEMPERATURE] = "temperature",
    [WC_CLAUSE_ROUTE] = "route",
    [WC_CLAUSE_INPUT] = "input",
    [WC_CLAUSE_OUTPUT] = "output",
    [WC_CLAUSE_LATENCY] = "latency",
    [WC_CLAUSE_COST] = "cost",
    [WC_CLAUSE_DEDUPE] = "dedupe",
    [WC_CLAUSE_KEY_REQUIRED] = "key required",
    [WC_CLAUSE_NOTIFY] = "notify",
    [WC_CLAUSE_KEEP] = "keep jobs",
    [WC_CLAUSE_DISCONNECT] = "on disconnect",
    [WC_CLAUSE_UPGRADE] = "on upgrade",
    [WC_CLAUSE_SPLIT] = "split",
    [WC_CLAUSE_LET] = "let",
    [WC_CLAUSE_TIMEOUT] = "timeout",
    [WC_CLAUSE_FIRST_TOKEN] = "first token",
    [WC_CLAUSE_IDLE] = "idle",
    [WC_CLAUSE_WITHIN] = "within",
    [WC_CLAUSE_RETRY] = "retry",
    [WC_CLAUSE_REPAIR] = "repair",
    [WC_CLAUSE_HEDGE] = "hedge",
    [WC_CLAUSE_CHECK] = "check",
};

const char *wc_clause_name(enum wc_clause_kind kind)
{
    return clause_names[kind];
}

struct wc_clause *wc_clause_find(struct wc_clause *const *clauses, size_t count,
                                 enum wc_clause_kind kind)
{
    for (size_t i = 0; i < count; i++)
        if (clauses[i]->kind == kind)
            return clauses[i];
    return NULL;
}
