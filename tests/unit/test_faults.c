/* What errors mean: every row of faults.def and stops.def in the shape of each dialect, and bodies as
 * providers have sent them. */
#include "runtime/model/provider.h"

#include "tests/unit/tap.h"

enum { ANY_STATUS = -1, STATUS_4XX = -4, STATUS_5XX = -5 };
enum { ANY = -1, OPENAI = WR_OPENAI, ANTHROPIC = WR_ANTHROPIC };

static const char *const class_names[] = {
    "ok",
#define CLASS(name, group, http, retryable) #name,
#include <wright/classes.def>
#undef CLASS
};

static enum wr_class of(int dialect, int status, const char *body)
{
    char code[64];
    struct wr_str text = {body, strlen(body)};
    return status ? wr_fault_of_body((enum wr_dialect)dialect, status, text, code, sizeof code)
                  : wr_fault_of_event((enum wr_dialect)dialect, text, code, sizeof code);
}

/* An error as the dialect writes it; within a stream only what stands in `error`. */
static const char *shape(int dialect, int status, const char *word, const char *phrase)
{
    static char text[512];
    char error[400];
    if (dialect == ANTHROPIC)
        snprintf(error, sizeof error, "{\"type\":\"%s\",\"message\":\"Well: %s, see the docs.\"}",
                 *word ? word : "invalid_request_error", phrase);
    else
        snprintf(error, sizeof error,
                 "{\"message\":\"Well: %s, see the docs.\",\"type\":\"some_error\",\"param\":null,"
                 "\"code\":%s%s%s}",
                 phrase, *word ? "\"" : "", *word ? word : "null", *word ? "\"" : "");
    if (status == 0)
        snprintf(text, sizeof text, "%s", error);
    else if (dialect == ANTHROPIC)
        snprintf(text, sizeof text, "{\"type\":\"error\",\"error\":%s,\"request_id\":\"req_1\"}",
                 error);
    else
        snprintf(text, sizeof text, "{\"error\":%s}", error);
    return text;
}

static void try_row(int dialect, int status, const char *word, const char *phrase,
                    enum wr_class class)
{
    static const int any[] = {400, 418, 422, 0}, of_5xx[] = {500, 502, 504, 520, 599},
                     of_4xx[] = {302, 400, 405, 415, 422};
    int one[] = {status};
    const int *list = status == ANY_STATUS   ? any
                      : status == STATUS_5XX ? of_5xx
                      : status == STATUS_4XX ? of_4xx
                                             : one;
    size_t count = status == ANY_STATUS ? 4 : status == STATUS_5XX || status == STATUS_4XX ? 5 : 1;
    bool last = status == ANY_STATUS && !*word && !*phrase; /* nothing is left for it */
    for (size_t i = 0; i < count && !last; i++) {
        enum wr_class got = of(dialect, list[i], shape(dialect, list[i], word, phrase));
        tap_ok(got == class, "%s %d %s %s: %s", dialect == ANTHROPIC ? "anthropic" : "openai",
               list[i], word, phrase, class_names[class]);
        if (got != class)
            printf("#   got %s\n", class_names[got]);
    }
}

static void test_rows(void)
{
#define FAULT(dialect, status, word, phrase, class)                                                \
    if ((dialect) != ANTHROPIC)                                                                    \
        try_row(OPENAI, status, word, phrase, WR_CLASS_##class);                                   \
    /* an error of Anthropic's has a type: a row without one is tried with what it would be */     \
    if ((dialect) != OPENAI && !((status) == 0 && !*(word) && !*(phrase)))                         \
        try_row(ANTHROPIC, status, word, phrase, WR_CLASS_##class);
#include "runtime/model/faults.def"
#undef FAULT
    tap_ok(of(ANTHROPIC, 0, "{\"type\":\"api_error\",\"message\":\"Internal server error\"}") ==
               WR_CLASS_server_error,
           "anthropic 0 api_error: server_error");
}

static void test_stops(void)
{
#define WR_CLASS_ok WR_OK
#define STOP(format, word, wanted)                                                                 \
    {                                                                                              \
        struct wr_answer answer = {.finished = true, .finish = word};                              \
        char why[96];                                                                              \
        tap_ok(wr_answer_end(&answer, &wr_##format, why, sizeof why) == WR_CLASS_##wanted &&       \
                   (WR_CLASS_##wanted == WR_OK) == !*why,                                          \
               "%s %s: %s", #format, word, #wanted);                                               \
    }
#include "runtime/model/stops.def"
#undef STOP
}

/* As they were sent, ids and names changed. */
static const struct {
    const char *name;
    int dialect, status;
    enum wr_class class;
    const char *body;
} recorded[] = {
    {"OpenAI, too long", OPENAI, 400, WR_CLASS_context_length,
     "{\"error\":{\"message\":\"This model's maximum context length is 128000 tokens. However, "
     "your "
     "messages resulted in 150012 tokens. Please reduce the length of the messages.\",\"type\":"
     "\"invalid_request_error\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"},
    {"OpenAI, wrong key", OPENAI, 401, WR_CLASS_auth,
     "{\"error\":{\"message\":\"Incorrect API key provided: sk-abc***xyz.\",\"type\":"
     "\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}"},
    {"OpenAI, no quota", OPENAI, 429, WR_CLASS_quota_exhausted,
     "{\"error\":{\"message\":\"You exceeded your current quota, please check your plan and "
     "billing "
     "details.\",\"type\":\"insufficient_quota\",\"param\":null,\"code\":\"insufficient_quota\"}}"},
    {"OpenAI, too many tokens a minute", OPENAI, 429, WR_CLASS_rate_limited,
     "{\"error\":{\"message\":\"Rate limit reached for gpt-4o in organization org-x on tokens per "
     "min (TPM): Limit 30000, Used 29000, Requested 2000.\",\"type\":\"tokens\",\"param\":null,"
     "\"code\":\"rate_limit_exceeded\"}}"},
    {"OpenAI, a hard limit", OPENAI, 400, WR_CLASS_billing,
     "{\"error\":{\"message\":\"Billing hard limit has been reached\",\"type\":"
     "\"invalid_request_error\",\"param\":null,\"code\":\"billing_hard_limit_reached\"}}"},
    {"OpenAI, no such model", OPENAI, 404, WR_CLASS_not_found,
     "{\"error\":{\"message\":\"The model `gpt-9` does not exist or you do not have access to "
     "it.\","
     "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"model_not_found\"}}"},
    {"OpenAI, a schema it refuses", OPENAI, 400, WR_CLASS_bad_request,
     "{\"error\":{\"message\":\"Invalid schema for response_format 'Points'\",\"type\":"
     "\"invalid_request_error\",\"param\":\"response_format\",\"code\":null}}"},
    {"OpenAI, its own trouble", OPENAI, 500, WR_CLASS_server_error,
     "{\"error\":{\"message\":\"The server had an error while processing your request. Sorry about "
     "that!\",\"type\":\"server_error\",\"param\":null,\"code\":null}}"},
    {"OpenAI, slow down", OPENAI, 503, WR_CLASS_overloaded,
     "{\"error\":{\"message\":\"Slow Down\",\"type\":\"server_error\",\"param\":null,\"code\":"
     "\"slow_down\"}}"},
    {"Azure, filtered", OPENAI, 400, WR_CLASS_content_filter,
     "{\"error\":{\"message\":\"The response was filtered due to the prompt triggering Azure "
     "OpenAI's content management policy.\",\"type\":null,\"param\":\"prompt\",\"code\":"
     "\"content_filter\",\"status\":400,\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}"
     "}"},
    {"llama.cpp, too long", OPENAI, 400, WR_CLASS_context_length,
     "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size, try "
     "increasing "
     "it\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9001,\"n_ctx\":4096}}"},
    {"llama.cpp, loading", OPENAI, 503, WR_CLASS_overloaded,
     "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"},
    {"vLLM, too long", OPENAI, 400, WR_CLASS_context_length,
     "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 tokens.\","
     "\"type\":\"BadRequestError\",\"param\":null,\"code\":400}"},
    {"vLLM, no such model", OPENAI, 404, WR_CLASS_not_found,
     "{\"error\":{\"message\":\"The model `x` does not "
     "exist.\",\"type\":\"NotFoundError\",\"param\":"
     "null,\"code\":404}}"},
    {"Ollama, no such model", OPENAI, 404, WR_CLASS_not_found,
     "{\"error\":{\"message\":\"model \\\"x\\\" not found, try pulling it "
     "first\",\"type\":\"api_error\","
     "\"param\":null,\"code\":null}}"},
    {"Anthropic, too long", ANTHROPIC, 400, WR_CLASS_context_length,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is "
     "too "
     "long: 205000 tokens > 200000 maximum\"},\"request_id\":\"req_011\"}"},
    {"Anthropic, input and output too long", ANTHROPIC, 400, WR_CLASS_context_length,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"input length "
     "and "
     "`max_tokens` exceed context limit: 190000 + 20000 > 200000\"}}"},
    {"Anthropic, too large", ANTHROPIC, 413, WR_CLASS_context_length,
     "{\"type\":\"error\",\"error\":{\"type\":\"request_too_large\",\"message\":\"Request exceeds "
     "the "
     "maximum size\"}}"},
    {"Anthropic, wrong key", ANTHROPIC, 401, WR_CLASS_auth,
     "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid "
     "x-api-key\"}}"},
    {"Anthropic, not allowed", ANTHROPIC, 403, WR_CLASS_auth,
     "{\"type\":\"error\",\"error\":{\"type\":\"permission_error\",\"message\":\"no\"}}"},
    {"Anthropic, no credit", ANTHROPIC, 400, WR_CLASS_billing,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit "
     "balance is too low to access the Anthropic API. Please go to Plans & Billing.\"}}"},
    {"Anthropic, the spend limit", ANTHROPIC, 400, WR_CLASS_quota_exhausted,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"You have "
     "reached "
     "your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.\"}}"},
    {"Anthropic, billing", ANTHROPIC, 402, WR_CLASS_billing,
     "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"x\"}}"},
    {"Anthropic, filtered", ANTHROPIC, 400, WR_CLASS_content_filter,
     "{\"type\":\"error\",\"error\":{\"details\":null,\"type\":\"invalid_request_error\","
     "\"message\":"
     "\"Output blocked by content filtering policy\"},\"request_id\":\"req_011\"}"},
    {"Anthropic, too fast", ANTHROPIC, 429, WR_CLASS_rate_limited,
     "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"This request "
     "would "
     "exceed your account's rate limit. Please try again later.\"}}"},
    {"Anthropic, overloaded", ANTHROPIC, 529, WR_CLASS_overloaded,
     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"},
    {"Anthropic, its own trouble", ANTHROPIC, 500, WR_CLASS_server_error,
     "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal server "
     "error\"}}"},
    {"Anthropic, too slow", ANTHROPIC, 504, WR_CLASS_server_error,
     "{\"type\":\"error\",\"error\":{\"type\":\"timeout_error\",\"message\":\"Request timed "
     "out\"}}"},
    {"a proxy's page", OPENAI, 502, WR_CLASS_server_error, "<html><h1>502 Bad Gateway</h1></html>"},
    {"Cloudflare's own", ANTHROPIC, 522, WR_CLASS_server_error, ""},
    {"Openai 401, no body", OPENAI, 401, WR_CLASS_auth, ""},
    {"Openai 402, no body", OPENAI, 402, WR_CLASS_billing, ""},
    {"Openai 403, no body", OPENAI, 403, WR_CLASS_auth, ""},
    {"Openai 404, no body", OPENAI, 404, WR_CLASS_not_found, ""},
    {"Openai 408, no body", OPENAI, 408, WR_CLASS_server_error, ""},
    {"Openai 409, no body", OPENAI, 409, WR_CLASS_server_error, ""},
    {"Openai 413, no body", OPENAI, 413, WR_CLASS_context_length, ""},
    {"Openai 422, no body", OPENAI, 422, WR_CLASS_bad_request, ""},
    {"Openai 429, no body", OPENAI, 429, WR_CLASS_rate_limited, ""},
    {"Openai 500, no body", OPENAI, 500, WR_CLASS_server_error, ""},
    {"Openai 503, no body", OPENAI, 503, WR_CLASS_overloaded, ""},
    {"Openai 529, no body", OPENAI, 529, WR_CLASS_overloaded, ""},
    {"Anthropic 401, no body", ANTHROPIC, 401, WR_CLASS_auth, ""},
    {"Anthropic 402, no body", ANTHROPIC, 402, WR_CLASS_billing, ""},
    {"Anthropic 403, no body", ANTHROPIC, 403, WR_CLASS_auth, ""},
    {"Anthropic 404, no body", ANTHROPIC, 404, WR_CLASS_not_found, ""},
    {"Anthropic 408, no body", ANTHROPIC, 408, WR_CLASS_server_error, ""},
    {"Anthropic 409, no body", ANTHROPIC, 409, WR_CLASS_server_error, ""},
    {"Anthropic 413, no body", ANTHROPIC, 413, WR_CLASS_context_length, ""},
    {"Anthropic 422, no body", ANTHROPIC, 422, WR_CLASS_bad_request, ""},
    {"Anthropic 429, no body", ANTHROPIC, 429, WR_CLASS_rate_limited, ""},
    {"Anthropic 500, no body", ANTHROPIC, 500, WR_CLASS_server_error, ""},
    {"Anthropic 503, no body", ANTHROPIC, 503, WR_CLASS_overloaded, ""},
    {"Anthropic 529, no body", ANTHROPIC, 529, WR_CLASS_overloaded, ""},
    {"Gemini's list", OPENAI, 429, WR_CLASS_rate_limited,
     "[{\"error\":{\"code\":429,\"message\":\"Resource has been exhausted\",\"status\":"
     "\"RESOURCE_EXHAUSTED\"}}]"},
};

int main(void)
{
    test_rows();
    test_stops();
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
        enum wr_class class = of(recorded[i].dialect, recorded[i].status, recorded[i].body);
        tap_ok(class == recorded[i].class, "%s: %s", recorded[i].name,
               class_names[recorded[i].class]);
        if (class != recorded[i].class)
            printf("#   got %s\n", class_names[class]);
    }
    return tap_done();
}
