/* Anthropic's Messages: requests as bytes, and streams as the provider and its likes send them. */
#include "tests/unit/wire_fixture.h"

#define OBJECT "{\"type\":\"object\"}"

static const struct wr_schema points = {
    .name = "Points", .wires = {[WR_PROFILE_told] = OBJECT, [WR_PROFILE_anthropic] = OBJECT}};

#define START                                                                                      \
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_01X\","     \
    "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\","        \
    "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":25,"   \
    "\"cache_creation_input_tokens\":100,\"cache_read_input_tokens\":2000,"                        \
    "\"output_tokens\":1}}}\n\n"
#define PING "event: ping\ndata: {\"type\": \"ping\"}\n\n"
#define BLOCK(index, block)                                                                        \
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":" index         \
    ",\"content_block\":" block "}\n\n"
#define TEXT_BLOCK BLOCK("0", "{\"type\":\"text\",\"text\":\"\"}")
#define DELTA(index, delta)                                                                        \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":" index         \
    ",\"delta\":" delta "}\n\n"
#define SAY(text) DELTA("0", "{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define CLOSE(index)                                                                               \
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":" index "}\n\n"
#define ENDS(why)                                                                                  \
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" why    \
    "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":15}}\n\n"
#define STOP "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"

static void test_requests(void)
{
    wire_says("anthropic.messages", WR_STRUCTURED_DEFAULT, NULL,
              "{\"model\":\"m\\\"1\",\"max_tokens\":7,\"stream\":true,\"system\":\"Be\\nbrief.\","
              "\"messages\":[{\"role\":\"user\",\"content\":\"Say \\\"hi\\\".\"}]}",
              "the system text is a field, messages have the other roles");
    wire_says("anthropic.messages", WR_STRUCTURED_DEFAULT, &points,
              "{\"model\":\"m\\\"1\",\"max_tokens\":7,\"stream\":true,\"system\":\"Be\\nbrief.\","
              "\"messages\":[{\"role\":\"user\",\"content\":\"Say \\\"hi\\\".\"}],"
              "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":"
              "\"object\"}}}}",
              "strict");
    wire_says("anthropic.messages", WR_STRUCTURED_TOOL, &points,
              "{\"model\":\"m\\\"1\",\"max_tokens\":7,\"stream\":true,\"system\":\"Be\\nbrief.\","
              "\"messages\":[{\"role\":\"user\",\"content\":\"Say \\\"hi\\\".\"}],"
              "\"tools\":[{\"name\":\"Points\",\"description\":\"Takes the answer.\","
              "\"input_schema\":{\"type\":\"object\"}}],\"tool_choice\":{\"type\":\"tool\","
              "\"name\":\"Points\",\"disable_parallel_tool_use\":true}}",
              "a tool that it must call");
    wire_says(
        "anthropic.messages", WR_STRUCTURED_JSON, &points,
        "{\"model\":\"m\\\"1\",\"max_tokens\":7,\"stream\":true,\"system\":\"Be\\nbrief.\\n\\n"
        "Answer with one JSON object and nothing else. It must be valid by this JSON Schema: "
        "{\\\"type\\\":\\\"object\\\"}\",\"messages\":[{\"role\":\"user\",\"content\":"
        "\"Say \\\"hi\\\".\"}]}",
        "no mode for JSON: it is told");
    tap_text(wr_provider_find("anthropic.messages")->format->headers[0],
             "anthropic-version: 2023-06-01", "the version that the format is of");
    tap_text(wr_provider_find("anthropic.messages")->key_header, "x-api-key", "where the key goes");
}

static void test_streams(void)
{
    const struct wr_wire *wire = &wr_anthropic_messages;
    struct wire_heard heard = wire_stream(wire,
                                          START PING TEXT_BLOCK SAY("{\\\"a\\\":") PING SAY("1}")
                                              CLOSE("0") ENDS("end_turn") STOP,
                                          WR_OK, "{\"a\":1}", "a stream");
    tap_ok(wire_usage(&heard, 2125, 2000, 100, 15, 0),
           "its input is fresh, cached and written tokens together");
    tap_text(heard.answer.id, "msg_01X", "its id");
    tap_text(heard.answer.version, "claude-sonnet-4-5-20250929", "its model");
    tap_number(heard.answer.signs, 2, "a ping is no sign of the answer");
    wire_stream(wire, START TEXT_BLOCK SAY("{}") ENDS("end_turn"), WR_OK, "{}",
                "no message_stop, but a stop_reason: whole");
    wire_stream(wire, START TEXT_BLOCK SAY("{}") CLOSE("0"), WR_CLASS_stream_truncated, "{}",
                "cut");
    wire_stream(wire, START, WR_CLASS_stream_truncated, "", "cut before a word");
    wire_stream(wire, START TEXT_BLOCK SAY("{") ENDS("max_tokens") STOP, WR_CLASS_output_truncated,
                "{", "the output's limit");
    wire_stream(wire, START TEXT_BLOCK SAY("{") ENDS("model_context_window_exceeded") STOP,
                WR_CLASS_context_length, "{", "the context's end");
    wire_stream(wire, START ENDS("refusal") STOP, WR_CLASS_refusal, "", "a refusal");
    wire_stream(wire, START TEXT_BLOCK SAY("x") ENDS("pause_turn") STOP, WR_CLASS_stream_truncated,
                "x", "a pause is no end");
    wire_stream(wire, START TEXT_BLOCK SAY("x") ENDS("tired") STOP, WR_CLASS_stream_truncated, "x",
                "a reason that nobody knows is no proof");
    wire_stream(
        wire,
        START TEXT_BLOCK SAY("Let me see.") CLOSE("0") BLOCK(
            "1", "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"Points\",\"input\":{}}")
            DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\"\"}")
                DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\"\"}")
                    DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\":1}\"}")
                        CLOSE("1") BLOCK("2",
                                         "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":"
                                         "\"Points\",\"input\":{}}")
                            DELTA("2", "{\"type\":\"input_json_delta\",\"partial_json\":\"no\"}")
                                ENDS("tool_use") STOP,
        WR_OK, "{\"a\":1}", "the first call is the answer, not what was said before it");
    heard = wire_stream(wire,
                        START BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"\"}")
                            DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"Hm.\"}")
                                DELTA("0", "{\"type\":\"signature_delta\",\"signature\":\"Eq==\"}")
                                    BLOCK("1", "{\"type\":\"text\",\"text\":\"{\"}")
                                        DELTA("1", "{\"type\":\"text_delta\",\"text\":\"}\"}")
                                            ENDS("end_turn") STOP,
                        WR_OK, "{}", "thoughts are not part of the answer");
    tap_ok(heard.answer.signs >= 3, "but a sign of life");
}

static void test_errors(void)
{
    const struct wr_wire *wire = &wr_anthropic_messages;
    wire_stream(wire,
                START TEXT_BLOCK SAY("{")
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                "\"message\":\"Overloaded\"}}\n\n",
                WR_CLASS_overloaded, "{", "an error within the stream");
    wire_stream(wire, START "event: error\ndata: {\"type\":\"error\"}\n\n", WR_CLASS_server_error,
                "", "an error that says nothing");
    wire_stream(wire, START "event: x\ndata: {\"type\":\"message_start\n\n",
                WR_CLASS_stream_malformed, "", "a broken event");
    wire_stream(wire, START "event: x\ndata: [1]\n\n", WR_CLASS_stream_malformed, "", "a list");
    wire_stream(wire,
                START
                "event: new\ndata: {\"type\":\"of_tomorrow\",\"delta\":7}\n\n" TEXT_BLOCK SAY("{}")
                    ENDS("end_turn") STOP,
                WR_OK, "{}", "an event that is not known is passed over");
    wire_stream(
        wire,
        "data: {\"id\":\"msg_2\",\"type\":\"message\",\"model\":\"m\",\"content\":[{\"type\":"
        "\"text\",\"text\":\"Here.\"},{\"type\":\"tool_use\",\"input\":{\"a\":[1]}}],"
        "\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4,"
        "\"cache_read_input_tokens\":null}}\n\n",
        WR_OK, "{\"a\":[1]}", "an answer that was not streamed");
    wire_stream(
        wire,
        "data: {\"type\":\"message_delta\",\"usage\":{\"input_tokens\":99999999999999999999}}"
        "\n\n",
        WR_CLASS_stream_malformed, "", "a count beyond 64 bits");
    struct wire_heard heard = wire_stream(
        wire,
        START
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
        "{\"input_tokens\":30,\"cache_creation_input_tokens\":0,\"output_tokens\":2}}\n\n",
        WR_OK, "", "counts at the end");
    tap_ok(wire_usage(&heard, 2030, 2000, 0, 2, 0), "replace those at the start, each by itself");
}

int main(void)
{
    test_requests();
    test_streams();
    test_errors();
    return tap_done();
}
