/* videos 1.0.0: its errors, services and models, and the program they make.
 * Written by `wright compile` from videos.flow: edit that. */
#include "videos.h"

static const struct wr_error errors[] = {
    {
        .name = "refused",
        .class = WR_CLASS_refusal,
        .message = "The model provider refused this script.",
        .status = 422,
    },
    {
        .name = "unavailable",
        .class = WR_CLASS_overloaded,
        .message = "No model could outline this script.",
        .status = 503,
        .retryable = true,
        .retry_after_ms = 60000,
    },
};

static const struct wr_service services[] = {
    {
        .name = "client",
        .version = "sha256:0e4d5d75ee56b106eab37f6d30e3d38a9e41ce6797a3474fb525943cb85a9bd4",
        .endpoint = {.url_env = "WEBHOOK_URL"},
        .sign_env = "WEBHOOK_SECRET",
    },
};

static const struct wr_model models[] = {
    {
        .name = "fast",
        .provider = "openai.chat",
        .model = "small-2026-08-07",
        .endpoint = {.url_env = "MODEL_URL", .auth = WR_AUTH_BEARER, .auth_env = "MODEL_KEY"},
        .max_input_tokens = 48000,
        .max_output_tokens = 3000,
        .input_price = 50000,
        .cached_price = 50000,
        .output_price = 400000,
    },
    {
        .name = "heavy",
        .provider = "anthropic.messages",
        .model = "heavy-2026-09",
        .endpoint =
            {
                .url_env = "ANTHROPIC_URL",
                .auth = WR_AUTH_BEARER,
                .auth_env = "ANTHROPIC_KEY",
            },
        .limits = {.concurrent = 16},
        .breaker = {.failures = 5, .in_ms = 30000, .open_ms = 10000},
        .max_input_tokens = 8000,
        .max_output_tokens = 1500,
        .input_price = 3000000,
        .cached_price = 300000,
        .output_price = 15000000,
        .written_price = 3750000,
    },
};

static const struct wr_workflow *const workflows[] = {
    &workflow_create_storyboard,
};

const struct wr_program wright_program = {
    .name = "videos",
    .version = "1.0.0",
    .summary = "Turns a script into a storyboard, scene by scene.",
    .toolchain = "wright 0.1.0 (" WR_CC ")",
    .auth = WR_AUTH_BEARER,
    .keys_env = "VIDEOS_KEYS",
    .workflows = workflows,
    .workflow_count = WR_COUNT(workflows),
    .services = services,
    .service_count = WR_COUNT(services),
    .models = models,
    .model_count = WR_COUNT(models),
    .errors = errors,
    .error_count = WR_COUNT(errors),
    .contract_hash = "sha256:157f069f46c8c3faa263e214b9b28a31b28c4ea6f38e3b428bc24e926d522074",
    .contract = embedded_contract,
    .contract_len = 14236,
    .openapi = embedded_openapi,
    .openapi_len = 80142,
    .known = &embedded_known,
};
