/* OpenAI's Responses: requests as bytes, and streams as the provider and its likes send them. */
#include "tests/unit/wire_fixture.h"

#define OBJECT "{\"type\":\"object\"}"

static const struct wr_schema points = {
    .name = "Points", .wires = {[WR_PROFILE_told] = OBJECT, [WR_PROFILE_openai] = OBJECT}};

#define CREATED                                                                                    \
    "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"         \
    "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\","          \
    "\"error\":null,\"incomplete_details\":null,\"model\":\"gpt-5-mini-2025-08-07\","              \
    "\"output\":[],\"usage\":null}}\n\n"
#define ADDED(item)                                                                                \
    "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\","           \
    "\"output_index\":0,\"item\":" item "}\n\n"
#define MESSAGE                                                                                    \
    ADDED(                                                                                         \
        "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"in_progress\",\"content\":[],"        \
        "\"role\":\"assistant\"}")
#define SAY(text)                                                                                  \
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","           \
    "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"" text               \
    "\",\"obfuscation\":\"aX\"}\n\n"
#define USAGE                                                                                      \
    "\"usage\":{\"input_tokens\":36,\"input_tokens_details\":{\"cached_tokens\":20},"              \
    "\"output_tokens\":87,\"output_tokens_details\":{\"reasoning_tokens\":64},"                    \
    "\"total_tokens\":123}"
#define ENDS(how, more)                                                                            \
    "event: response." how "\ndata: {\"type\":\"response." how                                     \
    "\",\"response\":{\"id\":\"resp_1\",\"status\":\"" how                                         \
    "\",\"model\":\"gpt-5-mini-2025-08-07\"," more "," USAGE "}}\n\n"
#define WHOLE                                                                                      \
    "\"error\":null,\"output\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\","    \
    "\"content\":[{\"type\":\"output_text\",\"text\":\"{}\",\"annotations\":[]}]}]"

static void test_requests(void)
{
    wire_says("openai.responses", WR_STRUCTURED_DEFAULT, &points,
              "{\"model\":\"m\\\"1\",\"input\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"},"
              "{\"role\":\"user\",\"content\":\"Say \\\"hi\\\".\"}],\"max_output_tokens\":7,"
              "\"stream\":true,\"store\":false,\"text\":{\"format\":{\"type\":\"json_schema\","
              "\"name\":\"Points\",\"strict\":true,\"schema\":{\"type\":\"object\"}}}}",
              "strict");
    wire_says("openai.responses", WR_STRUCTURED_TOOL, &points,
              "{\"model\":\"m\\\"1\",\"input\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"},"
              "{\"role\":\"user\",\"content\":\"Say \\\"hi\\\".\"}],\"max_output_tokens\":7,"
              "\"stream\":true,\"store\":false,\"tools\":[{\"type\":\"function\",\"name\":"
              "\"Points\",\"description\":\"Takes the answer.\",\"strict\":true,\"parameters\":"
              "{\"type\":\"object\"}}],\"tool_choice\":{\"type\":\"function\",\"name\":\"Points\"},"
              "\"parallel_tool_calls\":false}",
              "a tool that it must call");
    wire_says("openai.responses", WR_STRUCTURED_JSON, &points,
              "{\"model\":\"m\\\"1\",\"input\":[{\"role\":\"system\",\"content\":\"Be\\nbrief.\"},"
              "{\"role\":\"system\",\"content\":\"Answer with one JSON object and nothing else. It "
              "must be valid by this JSON Schema: {\\\"type\\\":\\\"object\\\"}\"},{\"role\":"
              "\"user\",\"content\":\"Say \\\"hi\\\".\"}],\"max_output_tokens\":7,\"stream\":true,"
              "\"store\":false,\"text\":{\"format\":{\"type\":\"json_object\"}}}",
              "JSON, and the schema in words");
}

static void test_streams(void)
{
    const struct wr_wire *wire = &wr_openai_responses;
    struct wire_heard heard = wire_stream(
        wire, CREATED MESSAGE SAY("{") SAY("}") ENDS("completed", WHOLE), WR_OK, "{}", "a stream");
    tap_ok(wire_usage(&heard, 36, 20, 0, 87, 64), "its usage, cached and reasoning within");
    tap_text(heard.answer.version, "gpt-5-mini-2025-08-07", "its model");
    tap_number(heard.answer.signs, 2, "an event about the response is no sign of the answer");
    wire_stream(wire, CREATED ENDS("completed", WHOLE), WR_OK, "{}",
                "a text that comes with the end only");
    wire_stream(wire, CREATED MESSAGE SAY("{") SAY("}"), WR_CLASS_stream_truncated, "{}",
                "without its terminal event it is not whole");
    wire_stream(wire, CREATED MESSAGE SAY("{}") "data: [DONE]\n\n", WR_CLASS_stream_truncated, "{}",
                "[DONE] is no word of this format");
    wire_stream(wire,
                CREATED MESSAGE SAY("{")
                    ENDS("incomplete", "\"incomplete_details\":{\"reason\":\"max_output_tokens\"}"),
                WR_CLASS_output_truncated, "{", "the output's limit");
    wire_stream(wire,
                CREATED MESSAGE SAY("{")
                    ENDS("incomplete", "\"incomplete_details\":{\"reason\":\"content_filter\"}"),
                WR_CLASS_content_filter, "{", "the content filter");
    wire_stream(wire,
                CREATED MESSAGE SAY("{") "data: {\"type\":\"response.completed\",\"response\":{"
                                         "\"status\":\"incomplete\"}}\n\n",
                WR_CLASS_output_truncated, "{", "the response's own status comes before the event's");
    wire_stream(wire,
                CREATED MESSAGE SAY("{}") "data: {\"type\":\"response.completed\",\"response\":{}}"
                                          "\n\n",
                WR_OK, "{}", "without one the event's name says it");
    wire_stream(wire, CREATED MESSAGE SAY("{") ENDS("incomplete", "\"incomplete_details\":null"),
                WR_CLASS_output_truncated, "{", "incomplete, without a reason");
    wire_stream(wire,
                CREATED MESSAGE
                "data: {\"type\":\"response.refusal.delta\",\"delta\":\"No.\"}\n\n" ENDS(
                    "completed", "\"output\":[]"),
                WR_CLASS_refusal, "", "a refusal");
    wire_stream(wire,
                CREATED ENDS("completed",
                             "\"output\":[{\"type\":\"message\",\"content\":[{\"type\":"
                             "\"refusal\",\"refusal\":\"No.\"}]}]"),
                WR_CLASS_refusal, "", "a refusal with the end only");
    wire_stream(wire, CREATED MESSAGE SAY("I look.") MESSAGE SAY("{}") ENDS("completed", WHOLE),
                WR_OK, "{}", "the last message is the answer");
    wire_stream(wire,
                CREATED ADDED("{\"type\":\"function_call\",\"name\":\"Points\",\"arguments\":\"\"}")
                "data: {\"type\":\"response.function_call_arguments.delta\",\"delta\":\"{\\\"a\\\"\"}\n\n"
                "data: {\"type\":\"response.function_call_arguments.delta\",\"delta\":\":1}\"}\n\n"
                ENDS("completed", "\"output\":[{\"type\":\"function_call\",\"arguments\":\"{}\"}]"),
                WR_OK, "{\"a\":1}", "a tool's arguments");
    heard = wire_stream(wire,
                        CREATED
                        "data: {\"type\":\"response.reasoning_summary_text.delta\",\"delta\":"
                        "\"Hm.\"}\n\n" MESSAGE SAY("{}") ENDS("completed", WHOLE),
                        WR_OK, "{}", "thoughts are not part of the answer");
    tap_number(heard.answer.signs, 2, "but a sign of life");
}

static void test_errors(void)
{
    const struct wr_wire *wire = &wr_openai_responses;
    wire_stream(wire,
                CREATED ENDS("failed",
                             "\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":"
                             "\"Slow down.\"}"),
                WR_CLASS_rate_limited, "", "failed: too fast");
    wire_stream(wire, CREATED ENDS("failed", "\"error\":{\"code\":\"server_error\"}"),
                WR_CLASS_server_error, "", "failed: its own trouble");
    wire_stream(wire, CREATED ENDS("failed", "\"error\":null"), WR_CLASS_server_error, "",
                "failed, without a word");
    wire_stream(wire, CREATED ENDS("cancelled", "\"error\":null"), WR_CLASS_server_error, "",
                "cancelled by the other side");
    wire_stream(wire,
                CREATED
                "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":"
                "\"x\",\"param\":null,\"sequence_number\":3}\n\n",
                WR_CLASS_server_error, "", "an error, flat");
    wire_stream(wire,
                CREATED
                "data: {\"type\":\"error\",\"error\":{\"type\":\"insufficient_quota\",\"code\":"
                "\"insufficient_quota\",\"message\":\"You exceeded your current quota\"},"
                "\"sequence_number\":2}\n\n",
                WR_CLASS_quota_exhausted, "", "an error, nested");
    wire_stream(wire,
                CREATED
                "data: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
                "\"code\":\"context_length_exceeded\",\"message\":\"\"}}\n\n",
                WR_CLASS_context_length, "", "an error about the context");
    wire_stream(wire, CREATED "data: {\"type\":\n\n", WR_CLASS_stream_malformed, "", "broken");
    wire_stream(
        wire,
        "data: {\"id\":\"resp_2\",\"object\":\"response\",\"status\":\"completed\",\"model\":"
        "\"m\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\","
        "\"text\":\"{\"},{\"type\":\"output_text\",\"text\":\"}\"}]}]," USAGE "}\n\n",
        WR_OK, "{}", "an answer that was not streamed");
    wire_stream(wire, "data: {\"error\":{\"code\":502,\"message\":\"Bad gateway\"}}\n\n",
                WR_CLASS_server_error, "", "a proxy's error");
    wire_stream(wire,
                "data: {\"object\":\"response\",\"status\":\"in_progress\",\"output\":[]}\n\n",
                WR_CLASS_stream_truncated, "", "an answer under way is none");
}

int main(void)
{
    test_requests();
    test_streams();
    test_errors();
    return tap_done();
}
