/* The table of providers, and how an answer has ended: what all formats share. */
#include "runtime/model/provider.h"

#include <stdio.h>

static const struct wr_provider providers[] = {
#define PROVIDER(name, format, path, structured, limit, key_header, strict, tool)                  \
    {name,  path,       &wr_##format,        WR_STRUCTURED_##structured,                           \
     limit, key_header, WR_PROFILE_##strict, WR_PROFILE_##tool},
#include <wright/providers.def>
#undef PROVIDER
};

const struct wr_provider *wr_provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strcmp(providers[i].name, name) == 0)
            return &providers[i];
    return NULL;
}

static const unsigned forms[] = {
#define PROFILE(name, version, nulls, closes, maps, any, ...)                                      \
    ((maps) ? 0 : WR_REWRITE_PAIRS) | ((any) ? 0 : WR_REWRITE_TEXTS),
#include <wright/profiles.def>
#undef PROFILE
};

unsigned wr_fit(struct wr_asked *request)
{
    const struct wr_provider *provider = request->provider;
    enum wr_structured mode = request->model->structured;
    mode = mode ? mode : provider->structured;
    enum wr_profile profile = mode == WR_STRUCTURED_STRICT ? provider->strict
                              : mode == WR_STRUCTURED_TOOL ? provider->tool
                                                           : WR_PROFILE_told;
    request->structured = mode;
    if (!request->as)
        return 0;
    request->wire = request->as->wires[profile];
    if (!request->wire && profile != WR_PROFILE_told) {
        profile = WR_PROFILE_told;
        request->wire = request->as->wires[profile];
        request->structured = WR_STRUCTURED_JSON;
    }
    return forms[profile];
}

const char *wr_fit_tool(const struct wr_provider *provider, const struct wr_stage *tool,
                        bool *strict, unsigned *rewritten)
{
    const char *wire = tool->takes ? tool->takes->wires[provider->tool]
                                   : "{\"type\":\"object\",\"properties\":{},\"required\":[],"
                                     "\"additionalProperties\":false}";
    enum wr_profile profile = wire ? provider->tool : WR_PROFILE_told;
    *strict = profile != WR_PROFILE_told;
    *rewritten = forms[profile];
    return wire ? wire : tool->takes->wires[WR_PROFILE_told];
}

static const struct {
    const struct wr_wire *format;
    const char *word;
    enum wr_class class;
} stops[] = {
#define WR_CLASS_ok WR_OK
#define STOP(format, word, class) {&wr_##format, word, WR_CLASS_##class},
#include "runtime/model/stops.def"
#undef STOP
#undef WR_CLASS_ok
};

static const char *sentence(enum wr_class class)
{
    switch (class) {
    case WR_CLASS_content_filter:
        return "stopped the answer with its content filter";
    case WR_CLASS_refusal:
        return "refused to answer";
    case WR_CLASS_output_truncated:
        return "reached its output limit before the answer was whole";
    case WR_CLASS_context_length:
        return "reached the end of its context before the answer was whole";
    default:
        return "gave the answer up";
    }
}

/* The class of a finish word; an unknown one is no proof of an answer that is whole. */
static enum wr_class class_of_finish(const struct wr_answer *answer, const struct wr_wire *format,
                                     char *why, size_t size)
{
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        if (stops[i].format != format || strcmp(stops[i].word, answer->finish) != 0)
            continue;
        if (stops[i].class != WR_OK)
            snprintf(why, size, "%s", sentence(stops[i].class));
        return stops[i].class;
    }
    snprintf(why, size, "ended its answer for a reason that is not known here");
    return WR_CLASS_stream_truncated;
}

enum wr_class wr_answer_end(const struct wr_answer *answer, const struct wr_wire *format, char *why,
                            size_t why_size)
{
    snprintf(why, why_size, "%s", "");
    if (answer->error != WR_OK) {
        snprintf(why, why_size, "reported an error within its stream");
        return answer->error;
    }
    enum wr_class class = answer->finished ? class_of_finish(answer, format, why, why_size) : WR_OK;
    if (class == WR_CLASS_content_filter)
        return class;
    if (answer->refused) {
        snprintf(why, why_size, "%s", sentence(WR_CLASS_refusal));
        return WR_CLASS_refusal;
    }
    if (!answer->finished && !answer->done) {
        snprintf(why, why_size, "closed the stream before its answer was whole");
        return WR_CLASS_stream_truncated;
    }
    return class;
}
