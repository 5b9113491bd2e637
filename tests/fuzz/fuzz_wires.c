/* Fuzzes the reading of whole streams in each wire format: the first byte picks it, the second where the
 * bytes are cut in two. No bytes break it, a cut changes nothing, its counts and texts are whole, and what
 * is taken out of an answer is JSON. Built as fuzz_openai.c is. */
#include "runtime/json/reader.h"
#include "runtime/model/extract.h"
#include "runtime/model/provider.h"
#include "runtime/model/sse.h"
#include "tests/fuzz/files.h"

struct heard {
    const struct wr_wire *wire;
    struct wr_answer answer;
    bool malformed;
};

static struct wr_arena scratch, made;

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void check(const struct heard *heard)
{
    const struct wr_answer *answer = &heard->answer;
    const struct wr_usage *usage = &answer->usage;
    char why[96] = {'x'};
    must(memchr(answer->finish, 0, sizeof answer->finish) &&
             memchr(answer->version, 0, sizeof answer->version) &&
             memchr(answer->id, 0, sizeof answer->id) &&
             memchr(answer->code, 0, sizeof answer->code),
         "a text without an end");
    must(answer->content.len <= answer->max, "more than the most");
    must(answer->signs > 0 || answer->content.len == 0, "a text without a sign of life");
    must(answer->finished == (*answer->finish != 0), "an end without its word");
    must(usage->input_tokens >= 0 && usage->output_tokens >= 0 && usage->cached_tokens >= 0 &&
             usage->written_tokens >= 0 && usage->reasoning_tokens >= 0,
         "a count below 0");
    enum wr_class class = wr_answer_end(answer, heard->wire, why, sizeof why);
    must((class == WR_OK) == !*why, "no word for the end");
    must(class != WR_OK || answer->finished || answer->done,
         "an answer that is whole without an end");
}

static void on_event(void *arg, struct wr_str type, struct wr_str data)
{
    struct heard *heard = arg;
    (void)type;
    if (!heard->malformed && !heard->answer.done &&
        !heard->wire->event(&scratch, &heard->answer, data))
        heard->malformed = true;
    check(heard);
}

static struct heard hear(const struct wr_wire *wire, const char *text, size_t len, size_t split)
{
    struct heard heard = {.wire = wire, .answer = {.max = 256}};
    struct wr_sse sse;
    wr_sse_init(&sse, 4096, on_event, &heard);
    if (!wr_sse_feed(&sse, text, split) || !wr_sse_feed(&sse, text + split, len - split) ||
        !wr_sse_end(&sse))
        heard.malformed = true;
    wr_sse_free(&sse);
    return heard;
}

static void extract(struct wr_str text)
{
    struct wr_str json;
    struct wr_reader in;
    const char *how;
    wr_extract(&made, &scratch, text, &json, &how);
    if (*how) {
        wr_reader_init(&in, &scratch, json);
        must(wr_json_check(&in), "what was taken out is not JSON");
    } else {
        must(json.ptr == text.ptr && json.len == text.len, "changed without a word");
    }
    wr_arena_free(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wr_wire *const wires[] = {&wr_openai_chat, &wr_openai_responses,
                                                  &wr_anthropic_messages};
    if (size < 2)
        return 0;
    const struct wr_wire *wire = wires[data[0] % 3];
    const char *text = (const char *)data + 2;
    size_t len = size - 2;
    struct heard whole = hear(wire, text, len, 0), cut = hear(wire, text, len, len * data[1] / 256);
    must(whole.malformed == cut.malformed && whole.answer.signs == cut.answer.signs &&
             whole.answer.content.len == cut.answer.content.len &&
             strcmp(whole.answer.finish, cut.answer.finish) == 0,
         "a cut changes the answer");
    if (whole.answer.content.len > 0)
        extract((struct wr_str){whole.answer.content.data, whole.answer.content.len});
    extract((struct wr_str){text, len < 2000 ? len : 2000});
    wr_answer_free(&whole.answer);
    wr_answer_free(&cut.answer);
    wr_arena_free(&scratch);
    return 0;
}
