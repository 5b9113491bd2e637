/* OpenAI's chat format: the request as bytes, and answers that no good server would give. */
#include "runtime/model/provider.h"

#include "tests/unit/tap.h"

static const struct wr_model model = {.model = "m\"1", .max_output_tokens = 7};

static bool says(const char *host, const struct wr_action *action, const char *want)
{
    struct wr_bytes body = {0};
    bool good = wr_openai_chat.request(&body, &model, action, host) && wr_bytes_add(&body, "", 1) &&
                strstr(body.data, want);
    if (!good)
        printf("#   %s\n", body.data ? body.data : "(nothing)");
    wr_bytes_free(&body);
    return good;
}

static void test_request(void)
{
    static const struct wr_message messages[] = {{"system", {"Be\nbrief.", 9}},
                                                 {"user", {"\x01\xff\"", 3}}};
    static const struct wr_action action = {.messages = messages, .message_count = 2};
    tap_ok(
        says(
            "localhost", &action,
            "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"},"
            "{\"role\":\"user\",\"content\":\"\\u0001\xEF\xBF\xBD\\\"\"}],\"max_tokens\":7,"),
        "messages are JSON whatever they hold");
    tap_ok(says("localhost", &action, "{\"include_usage\":true}}"), "no schema, no format");
    tap_ok(says("api.openai.com", &action, "\"max_completion_tokens\":7"), "OpenAI's own limit");
    tap_ok(says("x.openai.azure.com", &action, "\"max_completion_tokens\":7"), "and Azure's");
    tap_ok(says("notopenai.com", &action, "\"max_tokens\":7"), "not one that only ends so");
}

static struct wr_arena scratch;

/* Feeds one event; gives the class that the answer would end with, or -1 where it was no event. */
static int after(const char *data, struct wr_answer *answer)
{
    const char *why;
    *answer = (struct wr_answer){.max = 8};
    if (!wr_openai_chat.event(&scratch, answer, (struct wr_str){data, strlen(data)}))
        return -1;
    return (int)wr_openai_chat.end(answer, &why);
}

static void expect(const char *data, int class, const char *name)
{
    struct wr_answer answer;
    tap_number(after(data, &answer), class, name);
    wr_bytes_free(&answer.content);
}

#define CHOICE(text) "{\"choices\":[" text "]}"

static void test_events(void)
{
    struct wr_answer answer;
    const int cut = WR_CLASS_stream_truncated;
    expect("", cut, "an empty event");
    expect("null", -1, "null");
    expect("\"x\"", -1, "a string");
    expect("{\"choices\":7}", -1, "choices that are no list");
    expect("{\"choices\":null}", cut, "choices that are null");
    expect("{}", cut, "an object of nothing");
    expect(CHOICE("7,null,{}"), cut, "choices that are no objects");
    expect(CHOICE("{\"index\":0,\"delta\":null,\"finish_reason\":\"stop\"}"), WR_OK,
           "a null delta");
    expect(CHOICE("{\"index\":1,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}"), cut,
           "another choice is not ours");
    expect("{\"error\":null,\"choices\":[]}", cut, "an error that is null");
    expect("{\"error\":\"exceeds the context window\"}", WR_CLASS_context_length,
           "an error in words");
    expect("{\"error\":{\"code\":429}}", WR_CLASS_rate_limited,
           "an error with a status for a code");
    expect("{\"error\":{}}", WR_CLASS_server_error, "an error that says nothing");
    tap_number(after(CHOICE("{\"delta\":{\"content\":\"123456789\"}}"), &answer), cut, "too long");
    tap_ok(answer.overflow && answer.content.len == 0, "is told, and not kept");
    wr_bytes_free(&answer.content);
    after(CHOICE("{\"delta\":{\"content\":\"a\\u0000b\"},\"finish_reason\":\"stop\"}"), &answer);
    tap_ok(answer.content.len == 3, "a NUL is a character");
    wr_bytes_free(&answer.content);
    after(CHOICE("{\"delta\":{\"reasoning_content\":\"hm\"}}"), &answer);
    tap_ok(answer.token && answer.content.len == 0, "a thought is a sign of life, no answer");
    after("{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":\"x\"}}", &answer);
    tap_ok(answer.usage.known && answer.usage.input_tokens == 0 && answer.usage.output_tokens == 0,
           "counts that are none are 0");
    after(
        "{\"usage\":{\"prompt_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":3},"
        "\"completion_tokens\":1.0},\"model\":\"a\",\"id\":\"b\",\"created\":1}",
        &answer);
    tap_ok(answer.usage.known && answer.usage.input_tokens == 7 &&
               answer.usage.cached_tokens == 3 && answer.usage.output_tokens == 0 &&
               !strcmp(answer.version, "a") && !strcmp(answer.id, "b"),
           "counts, the model and the id");
    expect("{\"usage\":{\"prompt_tokens\":99999999999999999999}}", -1, "a count beyond 64 bits");
    after(CHOICE("{\"delta\":{\"content\":\"a\",\"content\":\"\\u00e9\"},\"index\":2,"
                 "\"index\":0},{\"message\":{\"content\":\"c\"}},{\"index\":1,"
                 "\"delta\":{\"content\":\"no\"}}"),
          &answer);
    tap_ok(answer.content.len == 3 && !memcmp(answer.content.data,
                                              "\xc3\xa9"
                                              "c",
                                              3),
           "what comes again counts, and choices of index 0 are one text");
    wr_bytes_free(&answer.content);
    expect("{\"x\":[1,]}", -1, "broken where nobody reads");
    expect("{} {}", -1, "two values");
    expect(
        "{\"id\":7,\"model\":[],\"usage\":\"\",\"x\":{\"y\":1,\"y\":2},\"choices\":[{"
        "\"index\":null,\"delta\":{\"content\":[{}],\"refusal\":null},\"finish_reason\":{}}]}",
        cut, "values of other types are passed over");
}

static void test_refusals(void)
{
    char code[16];
    const char *secret =
        "{\"error\":{\"code\":\"sk-abc defg\",\"type\":\"a_very_long_word_indeed\"}}";
    enum wr_class class =
        wr_openai_chat.refusal(418, (struct wr_str){secret, strlen(secret)}, code, sizeof code);
    tap_ok(class == WR_CLASS_bad_request && strcmp(code, "a_very_long_wor") == 0,
           "a code is one short word");
    class = wr_openai_chat.refusal(413, (struct wr_str){NULL, 0}, code, sizeof code);
    tap_ok(class == WR_CLASS_context_length && !*code, "413 without a body");
}

int main(void)
{
    test_request();
    test_events();
    test_refusals();
    wr_arena_free(&scratch);
    return tap_done();
}
