/* OpenAI's chat format: the request as bytes, and answers that no good server would give. */
#include "runtime/model/provider.h"

#include "runtime/base/str.h"
#include "tests/unit/wire_fixture.h"

#define OBJECT "{\"type\":\"object\"}"

static const struct wr_model model = {.model = "m\"1", .max_output_tokens = 7};
static const struct wr_schema points = {
    .name = "Points",
    .wires = {
        [WR_PROFILE_told] = OBJECT, [WR_PROFILE_openai] = OBJECT, [WR_PROFILE_grammar] = OBJECT}};

static bool says(const char *host, const struct wr_message *messages, const char *want)
{
    struct wr_bytes body = {0};
    const struct wr_asked request = {.model = &model,
                                     .provider = wr_provider_find("openai.chat"),
                                     .messages = messages,
                                     .message_count = 2,
                                     .host = host};
    bool good = wr_openai_chat.request(&body, &request) && wr_bytes_add(&body, "", 1) &&
                strstr(body.data, want);
    if (!good)
        printf("#   %s\n", body.data ? body.data : "(nothing)");
    wr_bytes_free(&body);
    return good;
}

static void test_request(void)
{
    static const struct wr_message messages[] = {{.role = "system", .text = {"Be\nbrief.", 9}},
                                                 {.role = "user", .text = {"\x01\xff\"", 3}}};
    tap_ok(
        says(
            "localhost", messages,
            "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"},"
            "{\"role\":\"user\",\"content\":\"\\u0001\xEF\xBF\xBD\\\"\"}],\"max_tokens\":7,"),
        "messages are JSON whatever they hold");
    tap_ok(says("localhost", messages, "{\"include_usage\":true}}"), "no schema, no format");
    tap_ok(says("api.openai.com", messages, "\"max_completion_tokens\":7"), "OpenAI's own limit");
    tap_ok(says("x.openai.azure.com", messages, "\"max_completion_tokens\":7"), "and Azure's");
    tap_ok(says("notopenai.com", messages, "\"max_tokens\":7"), "not one that only ends so");
#define BEGIN                                                                                      \
    "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"},"       \
    "{\"role\":\"user\",\"content\":\"Say \\\"hi\\\".\"}],"
#define STREAM "\"stream\":true,\"stream_options\":{\"include_usage\":true},"
    wire_says("vllm.chat", WR_STRUCTURED_DEFAULT, &points,
              BEGIN "\"max_completion_tokens\":7," STREAM
                    "\"response_format\":{\"type\":"
                    "\"json_schema\",\"json_schema\":{\"name\":\"Points\",\"strict\":true,"
                    "\"schema\":{\"type\":\"object\"}}}}",
              "vLLM: its limit, and the schema");
    wire_says("ollama.chat", WR_STRUCTURED_TOOL, &points,
              BEGIN "\"max_tokens\":7," STREAM
                    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"Points\","
                    "\"description\":\"Takes the answer.\",\"strict\":true,\"parameters\":"
                    "{\"type\":\"object\"}}}],\"tool_choice\":{\"type\":\"function\",\"function\":"
                    "{\"name\":\"Points\"}},\"parallel_tool_calls\":false}",
              "a tool that it must call");
    wire_says(
        "llamacpp.chat", WR_STRUCTURED_PROMPT, &points,
        "{\"model\":\"m\\\"1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"}"
        ",{\"role\":\"system\",\"content\":\"Answer with one JSON object and nothing else. It "
        "must be valid by this JSON Schema: {\\\"type\\\":\\\"object\\\"}\"},{\"role\":"
        "\"user\",\"content\":\"Say \\\"hi\\\".\"}],\"max_tokens\":7,\"stream\":true,"
        "\"stream_options\":{\"include_usage\":true}}",
        "a server that takes no schema is told it");
}

static struct wr_arena scratch;

/* Feeds one event; gives the class that the answer would end with, or -1 where it was no event. */
static int after(const char *data, struct wr_answer *answer)
{
    char why[96];
    *answer = (struct wr_answer){.max = 8};
    if (!wr_openai_chat.event(&scratch, answer, wr_str_of(data)))
        return -1;
    return (int)wr_answer_end(answer, &wr_openai_chat, why, sizeof why);
}

static void expect(const char *data, int class, const char *name)
{
    struct wr_answer answer;
    tap_number(after(data, &answer), class, name);
    wr_answer_free(&answer);
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
    wr_answer_free(&answer);
    after(CHOICE("{\"delta\":{\"content\":\"a\\u0000b\"},\"finish_reason\":\"stop\"}"), &answer);
    tap_ok(answer.content.len == 3, "a NUL is a character");
    wr_answer_free(&answer);
    after(CHOICE("{\"delta\":{\"reasoning_content\":\"hm\"}}"), &answer);
    tap_ok(answer.signs > 0 && answer.content.len == 0, "a thought is a sign of life, no answer");
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
    wr_answer_free(&answer);
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
    enum wr_class class = wr_fault_of_body(WR_OPENAI, 418, wr_str_of(secret), code, sizeof code);
    tap_ok(class == WR_CLASS_bad_request && strcmp(code, "a_very_long_wor") == 0,
           "a code is one short word");
    class = wr_fault_of_body(WR_OPENAI, 413, (struct wr_str){NULL, 0}, code, sizeof code);
    tap_ok(class == WR_CLASS_context_length && !*code, "413 without a body");
}

#define CHUNK(choice)                                                                              \
    "data: {\"id\":\"chatcmpl-A\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":"   \
    "\"gpt-4o-2024-08-06\",\"system_fingerprint\":\"fp_1\",\"choices\":[" choice "]}\n\n"
#define SAY(text) CHUNK("{\"index\":0,\"delta\":{\"content\":\"" text "\"},\"finish_reason\":null}")
#define ENDS(why) CHUNK("{\"index\":0,\"delta\":{},\"finish_reason\":\"" why "\"}")
#define COUNTS                                                                                     \
    "data: {\"id\":\"chatcmpl-A\",\"choices\":[],\"usage\":{\"prompt_tokens\":90,"                 \
    "\"completion_tokens\":70,\"prompt_tokens_details\":{\"cached_tokens\":64,"                    \
    "\"cache_write_tokens\":8},\"completion_tokens_details\":{\"reasoning_tokens\":60}}}\n\n"
#define CALL(index, arguments)                                                                     \
    CHUNK("{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":" index                              \
          ",\"function\":{\"arguments\":\"" arguments "\"}}]},\"finish_reason\":null}")

static void test_streams(void)
{
    const struct wr_wire *wire = &wr_openai_chat;
    struct wire_heard heard =
        wire_stream(wire,
                    CHUNK("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}")
                        SAY("{") SAY("}") ENDS("stop") COUNTS "data: [DONE]\n\n",
                    WR_OK, "{}", "a stream");
    tap_ok(wire_usage(&heard, 90, 64, 8, 70, 60), "its usage, cached and reasoning within");
    tap_number(heard.answer.signs, 2, "a role is no sign of the answer");
    wire_stream(wire, SAY("{}") ENDS("stop"), WR_OK, "{}", "no [DONE], but a finish: whole");
    wire_stream(wire, SAY("{}"), WR_CLASS_stream_truncated, "{}", "cut");
    wire_stream(wire, SAY("{") ENDS("length"), WR_CLASS_output_truncated, "{", "the limit");
    wire_stream(wire, SAY("{") ENDS("model_length"), WR_CLASS_context_length, "{", "the context");
    wire_stream(wire, SAY("{") ENDS("content_filter"), WR_CLASS_content_filter, "{", "filtered");
    wire_stream(wire, SAY("{}") ENDS("bored"), WR_CLASS_stream_truncated, "{}",
                "a reason that nobody knows is no proof");
    wire_stream(wire,
                SAY("So.") CALL("0", "{\\\"a\\\"") CALL("0", ":1}") CALL("1", "no")
                    ENDS("tool_calls"),
                WR_OK, "{\"a\":1}", "the first call's arguments are the answer");
    wire_stream(wire,
                SAY("{") "data: {\"error\":{\"message\":\"x\",\"type\":\"server_error\"}}\n\n",
                WR_CLASS_server_error, "{", "an error within the stream");
    wire_stream(wire, SAY("{") "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"bro\n\n",
                WR_CLASS_stream_malformed, "{", "a broken event");
}

int main(void)
{
    test_request();
    test_streams();
    test_events();
    test_refusals();
    wr_arena_free(&scratch);
    return tap_done();
}
