/* What each wire format makes of a conversation and of a model's settings. */
#include "runtime/model/provider.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* ---- what a provider is sent ------------------------------------------------------------------- */

static void test_wires(void)
{
    static const char *const names[] = {"openai.chat", "openai.responses", "anthropic.messages"};
    static const struct wr_message talk[] = {{.role = "user", .text = {"a", 1}},
                                             {.role = "assistant", .text = {"{}", 2}},
                                             {.role = "user", .text = {"b", 1}}};
    static const char turns[] =
        "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
        "\"content\":\"{}\"},{\"role\":\"user\",\"content\":\"b\"}]";
    for (size_t i = 0; i < 3; i++) {
        struct wr_model model = {.model = "m", .max_output_tokens = 7, .temperature = "0.2"};
        struct wr_asked asked = {.model = &model,
                                 .provider = wr_provider_find(names[i]),
                                 .messages = talk,
                                 .message_count = 3,
                                 .host = "localhost"};
        struct wr_bytes body = {0}, plain = {0};
        bool made = asked.provider->format->request(&body, &asked) && wr_bytes_add(&body, "", 1);
        model.temperature = NULL;
        made =
            made && asked.provider->format->request(&plain, &asked) && wr_bytes_add(&plain, "", 1);
        tap_ok(made && has(body.data, turns) && has(body.data, ",\"temperature\":0.2,") &&
                   !has(plain.data, "temperature"),
               "%s: turns of both sides, and the temperature where there is one", names[i]);
        wr_bytes_free(&body);
        wr_bytes_free(&plain);
    }
}

int main(void)
{
    test_wires();
    return tap_done();
}
