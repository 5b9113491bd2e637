/* sales 1.0.0: its errors, services and models, and the program they make.
 * Written by `wright compile` from sales.flow: edit that. */
#include "sales.h"

static const struct wr_error errors[] = {
    {
        .name = "unknown_account",
        .class = WR_CLASS_not_found,
        .message = "The CRM has no account with this id.",
        .status = 404,
    },
    {
        .name = "crm_down",
        .class = WR_CLASS_overloaded,
        .message = "The CRM is down and no recent brief is kept.",
        .status = 503,
        .retryable = true,
        .retry_after_ms = 60000,
    },
    {
        .name = "refused",
        .class = WR_CLASS_refusal,
        .message = "The model provider refused this request.",
        .status = 422,
    },
    {
        .name = "uncited",
        .class = WR_CLASS_check_failed,
        .message = "A signal links to an article that was not found.",
        .status = 502,
        .retryable = true,
    },
};

static const struct wr_service services[] = {
    {
        .name = "crm",
        .version = "sha256:026f8d503f00b4af9be0bf28d2fcbac55e40b585ff424acc71a20253f314788b",
        .endpoint = {.url_env = "CRM_URL", .auth = WR_AUTH_BEARER, .auth_env = "CRM_TOKEN"},
        .limits = {.concurrent = 40},
        .breaker = {.failures = 5, .in_ms = 30000, .open_ms = 10000},
        .idempotency_header = "Idempotency-Key",
    },
    {
        .name = "companies",
        .version = "sha256:2217cf89e8ddb0f8294e71f7de0d30357478a311da255d34d654286aadaf4754",
        .endpoint = {.url_env = "COMPANY_URL", .auth = WR_AUTH_BEARER, .auth_env = "COMPANY_TOKEN"},
        .limits = {.calls = 300, .calls_per_ms = 60000},
        .price_per_call = 10000000000,
    },
    {
        .name = "news",
        .version = "sha256:0aec91924b9073b9edf14e7247f86f0465b28d654c2c461a3c5626aac413bd82",
        .endpoint = {.url_env = "NEWS_URL", .auth = WR_AUTH_BEARER, .auth_env = "NEWS_TOKEN"},
    },
};

static const struct wr_model models[] = {
    {
        .name = "primary",
        .provider = "openai.chat",
        .model = "large-2026-08-07",
        .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
        .limits =
            {
                .concurrent = 64,
                .calls = 600,
                .calls_per_ms = 60000,
                .tokens = 400000,
                .tokens_per_ms = 60000,
            },
        .breaker = {.failures = 5, .in_ms = 30000, .open_ms = 10000},
        .max_input_tokens = 12000,
        .max_output_tokens = 1200,
        .input_price = 250000,
        .cached_price = 30000,
        .output_price = 2000000,
    },
    {
        .name = "small",
        .provider = "openai.chat",
        .model = "small-2026-08-07",
        .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
        .max_input_tokens = 12000,
        .max_output_tokens = 800,
        .input_price = 50000,
        .cached_price = 50000,
        .output_price = 400000,
    },
};

static const struct wr_workflow *const workflows[] = {
    &workflow_research_account,
};

const struct wr_program wright_program = {
    .name = "sales",
    .version = "1.0.0",
    .summary = "Researches an account before a call and files the brief in the CRM.",
    .toolchain = "wright 0.1.0 (" WR_CC ")",
    .auth = WR_AUTH_BEARER,
    .keys_env = "SALES_KEYS",
    .workflows = workflows,
    .workflow_count = WR_COUNT(workflows),
    .services = services,
    .service_count = WR_COUNT(services),
    .models = models,
    .model_count = WR_COUNT(models),
    .errors = errors,
    .error_count = WR_COUNT(errors),
    .contract_hash = "sha256:08dd223750232a290a65419f502ede20749082f85954611c98e8b3bb2d9753f9",
    .contract = embedded_contract,
    .contract_len = 28919,
    .openapi = embedded_openapi,
    .openapi_len = 73254,
    .known = &embedded_known,
};
