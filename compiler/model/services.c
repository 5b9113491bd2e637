/* Services and models: where they are, what they may be asked for, what they cost. */
#include "compiler/model/resolver.h"

#include <string.h>

static void missing_clause(struct wc_resolver *r, struct wc_span span, const char *owner,
                           const char *clause, const char *help)
{
    if (!r->parsed) /* it may be what a syntax error has hidden */
        return;
    struct wc_diag *diag = wc_report(r->diags, WC_E0406, span, "%s has no `%s`", owner, clause);
    wc_diag_label(r->diags, diag, "`%s` is missing", clause);
    wc_diag_help(r->diags, diag, "add `%s`", help);
}

static void resolve_endpoint(struct wc_resolver *r, struct wc_clauses clauses, struct wc_span span,
                             struct wc_endpoint *endpoint)
{
    struct wc_clause *url = wc_clause_one(r, clauses, WC_CLAUSE_URL);
    struct wc_clause *auth = wc_clause_one(r, clauses, WC_CLAUSE_AUTH);
    if (!url) {
        missing_clause(r, span, clauses.owner, "url", "url env SOME_URL");
    } else if (url->text.bytes) {
        endpoint->url = url->text.bytes;
        if (strncmp(endpoint->url, "http://", 7) != 0 &&
            strncmp(endpoint->url, "https://", 8) != 0) {
            struct wc_diag *diag = wc_report(r->diags, WC_E0412, url->text.span,
                                             "a url begins with `https://` or `http://`");
            wc_diag_label(r->diags, diag, "not an address that can be called");
            wc_diag_help(r->diags, diag, "write the scheme, the host and the path's beginning");
        }
    } else {
        endpoint->url_env = url->name.text;
        endpoint->url_span = url->name.span;
    }
    if (!auth || auth->word == WC_WORD_AUTH_NONE)
        return;
    endpoint->auth = auth->word == WC_WORD_HEADER ? WR_AUTH_HEADER : WR_AUTH_BEARER;
    endpoint->auth_env = auth->name.text;
    endpoint->auth_span = auth->name.span;
    endpoint->auth_header = auth->text.bytes;
}

static void resolve_limit(struct wc_resolver *r, const struct wc_ast_limit *ast,
                          struct wr_limits *limits)
{
    uint32_t amount = wc_uint(r, &ast->amount, 1, UINT32_MAX, "a limit");
    uint32_t per = wc_uint(r, &ast->per, 1, UINT32_MAX, "the time of a limit, in milliseconds,");
    bool twice = false;
    if (ast->kind == WC_LIMIT_CONCURRENT) {
        twice = limits->concurrent;
        limits->concurrent = amount;
    } else if (ast->kind == WC_LIMIT_REQUESTS) {
        twice = limits->calls;
        limits->calls = amount;
        limits->calls_per_ms = per;
    } else {
        twice = limits->tokens;
        limits->tokens = amount;
        limits->tokens_per_ms = per;
    }
    if (twice) {
        struct wc_diag *diag =
            wc_report(r->diags, WC_E0405, ast->span, "two limits of the same kind");
        wc_diag_label(r->diags, diag, "the second");
        wc_diag_help(r->diags, diag, "keep the stricter of them");
    }
}

void wc_resolve_limits(struct wc_resolver *r, struct wc_clauses clauses, struct wr_limits *limits,
                       struct wr_breaker *breaker)
{
    struct wc_clause *limit = wc_clause_one(r, clauses, WC_CLAUSE_LIMIT);
    struct wc_clause *broken = wc_clause_one(r, clauses, WC_CLAUSE_BREAKER);
    for (size_t i = 0; limit && i < limit->limits.count; i++)
        resolve_limit(r, &limit->limits.items[i], limits);
    if (!broken)
        return;
    breaker->failures = wc_uint(r, &broken->numbers[0], 1, 1000, "the failures of a breaker");
    breaker->in_ms =
        wc_uint(r, &broken->numbers[1], 1, 86400000, "the window of a breaker, in milliseconds,");
    breaker->open_ms =
        wc_uint(r, &broken->numbers[2], 1, 86400000, "the pause of a breaker, in milliseconds,");
}

static struct wc_clauses clauses_of(struct wc_resolver *r, const struct wc_ast_decl *decl,
                                    const char *what, struct wc_clause **items, size_t count)
{
    const char *owner = wc_arena_printf(r->arena, "%s %s", what, decl->name.text);
    return (struct wc_clauses){items, count, owner};
}

static int64_t money(struct wc_resolver *r, const struct wc_number *number)
{
    if (number->kind == WC_MONEY || number->kind == WC_NO_NUMBER)
        return number->integer;
    struct wc_diag *diag = wc_report(r->diags, WC_E0501, number->span, "a price is in dollars");
    wc_diag_label(r->diags, diag, "not an amount of money");
    wc_diag_help(r->diags, diag, "write `$0.25`");
    return 0;
}

static void resolve_service(struct wc_resolver *r, const struct wc_ast_decl *decl,
                            struct wc_service *service)
{
    struct wc_clauses all =
        clauses_of(r, decl, "service", decl->service->clauses.items, decl->service->clauses.count);
    resolve_endpoint(r, all, decl->name.span, &service->endpoint);
    wc_resolve_limits(r, all, &service->limits, &service->breaker);
    struct wc_clause *header = wc_clause_one(r, all, WC_CLAUSE_IDEMPOTENCY);
    struct wc_clause *price = wc_clause_one(r, all, WC_CLAUSE_PRICE_CALL);
    struct wc_clause *timeout = wc_clause_one(r, all, WC_CLAUSE_TIMEOUT);
    if (timeout) {
        service->timeout_ms = wc_uint(r, &timeout->numbers[0], 1, 86400000,
                                      "the timeout of a service, in milliseconds,");
        service->timeout_span = timeout->span;
    }
    if (header)
        service->idempotency_header = header->text.bytes;
    struct wc_clause *sign = wc_clause_one(r, all, WC_CLAUSE_SIGN);
    struct wc_clause *private = wc_clause_one(r, all, WC_CLAUSE_ALLOW_PRIVATE);
    if (price)
        service->price_per_call = money(r, &price->numbers[0]);
    if (sign) {
        service->sign_env = sign->name.text;
        service->sign_span = sign->span;
    }
    if (private) {
        service->allow_private = true;
        service->private_span = private->span;
    }
    wc_resolve_operations(r, all, service);
}

void wc_resolve_services(struct wc_resolver *r)
{
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_SERVICE)
            continue;
        struct wc_service *service = wc_lookup(&r->services, decl->name.text);
        if (service && wc_is_at(service->span, decl->name.span))
            resolve_service(r, decl, service);
    }
}

/* ---- models ------------------------------------------------------------------------------- */

static const struct {
    const char *name, *format;
} providers[] = {
#define PROVIDER(name, format, ...) {name, #format},
#include <wright/providers.def>
#undef PROVIDER
};

enum { PROVIDER_COUNT = sizeof providers / sizeof *providers };

static size_t provider_of(struct wc_resolver *r, const struct wc_clause *clause)
{
    const char *known[PROVIDER_COUNT];
    const char *first = clause->names.count > 0 ? clause->names.items[0].text : NULL;
    const char *second = clause->names.count > 1 ? clause->names.items[1].text : NULL;
    if (!first)
        return 0;
    const char *name = second ? wc_arena_printf(r->arena, "%s.%s", first, second) : first;
    for (size_t i = 0; i < PROVIDER_COUNT; i++) {
        known[i] = providers[i].name;
        if (strcmp(known[i], name) == 0)
            return i;
    }
    struct wc_span span = clause->names.items[0].span;
    if (second)
        span = wc_span_join(span, clause->names.items[1].span);
    struct wc_name written = {name, span};
    struct wc_diag *diag = wc_report(r->diags, WC_E0413, span, "there is no provider `%s`", name);
    wc_diag_label(r->diags, diag, "not a wire format that wright speaks");
    wc_suggest_near(r, diag, written, known, PROVIDER_COUNT);
    return 0;
}

static enum wr_structured structured_of(struct wc_resolver *r, const struct wc_clause *clause)
{
    static const char *const known[] = {"strict", "tool", "json", "prompt"};
    const char *name = clause->name.text;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(known[i], name) == 0)
            return (enum wr_structured)(WR_STRUCTURED_STRICT + i);
    struct wc_diag *diag = wc_report(r->diags, WC_E0413, clause->name.span,
                                     "a model is not held to its schema by `%s`", name);
    wc_diag_label(r->diags, diag, "not a way to hold a model to its schema");
    wc_diag_note(r->diags, diag,
                 "a server enforces it (`strict`), takes it as a tool's arguments "
                 "(`tool`), enforces JSON (`json`), or only reads it (`prompt`)");
    wc_suggest_near(r, diag, clause->name, known, 4);
    return WR_STRUCTURED_DEFAULT;
}

/* A cache that is written to costs a quarter more at Anthropic (5 minutes), and nothing elsewhere. */
static int64_t written_price(const struct wc_ai_model *model, size_t provider)
{
    bool more = strcmp(providers[provider].format, "anthropic_messages") == 0;
    return more ? model->input_price + (model->input_price + 3) / 4 : model->input_price;
}

/* Per million tokens as written, per token as kept: $0.25 is 0.25 * 10^12 / 10^6 picodollars. */
static int64_t per_token(struct wc_resolver *r, const struct wc_number *number)
{
    int64_t price = money(r, number);
    return price / 1000000 + (price % 1000000 != 0);
}

/* As JSON. Anthropic takes at most 1, the others 2. */
static const char *temperature_of(struct wc_resolver *r, const struct wc_clause *clause,
                                  const char *provider)
{
    const struct wc_number *number = &clause->numbers[0];
    double most = strncmp(provider, "anthropic.", 10) == 0 ? 1 : 2;
    if (number->kind != WC_MONEY && number->decimal >= 0 && number->decimal <= most)
        return wc_arena_printf(r->arena, "%.6g", number->decimal);
    struct wc_diag *diag = wc_report(r->diags, WC_E0506, number->span,
                                     "a temperature of %s is between 0 and %g", provider, most);
    wc_diag_label(r->diags, diag, "out of bounds");
    wc_diag_help(r->diags, diag, "write `temperature 0.2`");
    return NULL;
}

static void resolve_model(struct wc_resolver *r, const struct wc_ast_decl *decl,
                          struct wc_ai_model *model)
{
    struct wc_clauses all =
        clauses_of(r, decl, "model", decl->model->clauses.items, decl->model->clauses.count);
    resolve_endpoint(r, all, decl->name.span, &model->endpoint);
    wc_resolve_limits(r, all, &model->limits, &model->breaker);
    struct wc_clause *provider = wc_clause_one(r, all, WC_CLAUSE_PROVIDER);
    struct wc_clause *name = wc_clause_one(r, all, WC_CLAUSE_NAME);
    struct wc_clause *most = wc_clause_one(r, all, WC_CLAUSE_MAX);
    struct wc_clause *price = wc_clause_one(r, all, WC_CLAUSE_PRICE_TOKENS);
    struct wc_clause *structured = wc_clause_one(r, all, WC_CLAUSE_STRUCTURED);
    struct wc_clause *temperature = wc_clause_one(r, all, WC_CLAUSE_TEMPERATURE);
    size_t which = provider ? provider_of(r, provider) : 0;
    model->provider = providers[which].name;
    if (structured)
        model->structured = structured_of(r, structured);
    model->model = name ? name->text.bytes : "";
    if (!provider)
        missing_clause(r, decl->name.span, all.owner, "provider", "provider openai.chat");
    if (!name)
        missing_clause(r, decl->name.span, all.owner, "name", "name \"the provider's name of it\"");
    if (!most)
        missing_clause(r, decl->name.span, all.owner, "max",
                       "max input 96_000 tokens, output 1200 tokens");
    if (most) {
        model->max_input_tokens =
            wc_uint(r, &most->numbers[0], 1, 100000000, "`max input`, in tokens,");
        model->max_output_tokens =
            wc_uint(r, &most->numbers[1], 1, 10000000, "`max output`, in tokens,");
    }
    if (price) {
        model->input_price = per_token(r, &price->numbers[0]);
        model->cached_price =
            price->numbers[1].kind == WC_NO_NUMBER ? -1 : per_token(r, &price->numbers[1]);
        model->output_price = per_token(r, &price->numbers[2]);
        model->written_price = price->numbers[3].kind == WC_NO_NUMBER
                                   ? written_price(model, which)
                                   : per_token(r, &price->numbers[3]);
        model->priced = true;
    }
    if (!price || model->cached_price < 0)
        model->cached_price = model->input_price;
    if (temperature)
        model->temperature = temperature_of(r, temperature, model->provider);
}

void wc_resolve_models(struct wc_resolver *r)
{
    WC_EACH(i, &r->file->decls)
    {
        const struct wc_ast_decl *decl = r->file->decls.items[i];
        if (decl->kind != WC_DECL_MODEL)
            continue;
        struct wc_ai_model *model = wc_lookup(&r->models, decl->name.text);
        if (model && wc_is_at(model->span, decl->name.span))
            resolve_model(r, decl, model);
    }
}
