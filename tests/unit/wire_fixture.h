/* A stream of server-sent events, fed to one wire format whole and cut in two at every byte: what comes
 * of it must be the same. And requests as text. */
#ifndef TESTS_UNIT_WIRE_FIXTURE_H
#define TESTS_UNIT_WIRE_FIXTURE_H

#include "runtime/model/provider.h"
#include "runtime/model/sse.h"

#include "tests/unit/tap.h"

struct wire_heard {
    const struct wr_wire *wire;
    struct wr_arena scratch;
    struct wr_answer answer;
    bool malformed;
    enum wr_class class;
    char why[96], content[512];
};

static inline void wire_on_event(void *arg, struct wr_str type, struct wr_str data)
{
    struct wire_heard *heard = arg;
    (void)type;
    if (!heard->malformed && !heard->answer.done &&
        !heard->wire->event(&heard->scratch, &heard->answer, data))
        heard->malformed = true;
}

/* Feeds `text`, cut at `split`. */
static inline struct wire_heard wire_hear(const struct wr_wire *wire, const char *text,
                                          size_t split)
{
    struct wire_heard heard = {.wire = wire, .answer = {.max = 400}};
    struct wr_sse sse;
    wr_sse_init(&sse, 1 << 16, wire_on_event, &heard);
    if (!wr_sse_feed(&sse, text, split) || !wr_sse_feed(&sse, text + split, strlen(text) - split) ||
        !wr_sse_end(&sse))
        heard.malformed = true;
    heard.class = heard.malformed ? WR_CLASS_stream_malformed
                                  : wr_answer_end(&heard.answer, wire, heard.why, sizeof heard.why);
    snprintf(heard.content, sizeof heard.content, "%.*s", (int)heard.answer.content.len,
             heard.answer.content.len ? heard.answer.content.data : "");
    wr_answer_free(&heard.answer);
    wr_sse_free(&sse);
    wr_arena_free(&heard.scratch);
    return heard;
}

/* Whole, and at every split the same. */
static inline struct wire_heard wire_stream(const struct wr_wire *wire, const char *text,
                                            enum wr_class class, const char *content,
                                            const char *name)
{
    struct wire_heard whole = wire_hear(wire, text, 0);
    bool same = true;
    for (size_t split = 1; split < strlen(text) && same; split++) {
        struct wire_heard other = wire_hear(wire, text, split);
        same = other.class == whole.class && strcmp(other.content, whole.content) == 0 &&
               memcmp(&other.answer.usage, &whole.answer.usage, sizeof whole.answer.usage) == 0 &&
               strcmp(other.answer.id, whole.answer.id) == 0 &&
               other.answer.signs == whole.answer.signs;
        if (!same)
            printf("#   differs when cut at %zu: class %d, \"%s\"\n", split, (int)other.class,
                   other.content);
    }
    bool good = same && whole.class == class && strcmp(whole.content, content) == 0;
    tap_ok(good, "%s", name);
    if (!good)
        printf("#   class %d instead of %d, \"%s\", %s\n", (int)whole.class, (int)class,
               whole.content, whole.why);
    return whole;
}

static inline bool wire_usage(const struct wire_heard *heard, int64_t input, int64_t cached,
                              int64_t written, int64_t output, int64_t reasoning)
{
    const struct wr_usage *usage = &heard->answer.usage;
    bool good = usage->known && usage->input_tokens == input && usage->cached_tokens == cached &&
                usage->written_tokens == written && usage->output_tokens == output &&
                usage->reasoning_tokens == reasoning;
    if (!good)
        printf("#   usage %d %lld %lld %lld %lld %lld\n", usage->known,
               (long long)usage->input_tokens, (long long)usage->cached_tokens,
               (long long)usage->written_tokens, (long long)usage->output_tokens,
               (long long)usage->reasoning_tokens);
    return good;
}

static inline void wire_says(const char *provider, enum wr_structured structured,
                             const struct wr_schema *as, const char *want, const char *name)
{
    const struct wr_model model = {
        .model = "m\"1", .max_output_tokens = 7, .structured = structured};
    static const struct wr_message messages[] = {{.role = "system", .text = {"Be\nbrief.", 9}},
                                                 {.role = "user", .text = {"Say \"hi\".", 9}}};
    const struct wr_provider *it = wr_provider_find(provider);
    struct wr_bytes body = {0};
    struct wr_asked request = {.model = &model,
                               .provider = it,
                               .messages = messages,
                               .message_count = 2,
                               .as = as,
                               .host = "localhost"};
    wr_fit(&request);
    bool made = it->format->request(&body, &request) && wr_bytes_add(&body, "", 1);
    tap_text(made ? body.data : "", want, name);
    wr_bytes_free(&body);
}

#endif
