/* `wright init`: a small specification with its prompt, fixtures and tests, to begin from. It passes its
 * own tests and takes every transition. */
#include "compiler/base/arena.h"
#include "compiler/base/buf.h"
#include "compiler/tool/tool.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_LEN 40

/* In these texts @ stands for the name and % for it in capitals. */
static const char specification[] =
    "// `wright dev @.flow` serves it with simulated models while you edit it, `wright test "
    "@.flow` runs\n"
    "// its tests in virtual time, and `wright build @.flow -o @` makes one static binary of it.\n"
    "api @ version \"0.1.0\" {\n"
    "  summary \"Answers a question about a text.\"\n"
    "  auth bearer keys env %_KEYS\n"
    "}\n"
    "\n"
    "/// A text, and what one wants to know of it.\n"
    "schema Question {\n"
    "  text: string(1..20_000 bytes)\n"
    "  question: string(1..500)\n"
    "}\n"
    "/// What the text says, in its own words.\n"
    "schema Answer {\n"
    "  answer: string(1..1000)\n"
    "  quote: string(1..400)\n"
    "}\n"
    "\n"
    "error ungrounded is check_failed \"The quote does not occur in the text.\"\n"
    "error refused is refusal \"The model provider refused this request.\" status 422\n"
    "error unavailable is overloaded \"No model could answer.\" status 503 retry after 30s\n"
    "\n"
    "model primary {\n"
    "  provider openai.chat\n"
    "  url env MODEL_URL\n"
    "  auth bearer env MODEL_KEY\n"
    "  name \"large\"\n"
    "  max input 32_000 tokens, output 800 tokens\n"
    "  price input $0.25, output $2.00 per million tokens\n"
    "}\n"
    "model small {\n"
    "  provider openai.chat\n"
    "  url env MODEL_URL\n"
    "  auth bearer env MODEL_KEY\n"
    "  name \"small\"\n"
    "  max input 32_000 tokens, output 800 tokens\n"
    "  price input $0.05, output $0.40 per million tokens\n"
    "}\n"
    "\n"
    "workflow answer version 1 {\n"
    "  route POST \"/answer\"\n"
    "  input Question\n"
    "  output Answer\n"
    "  latency waiting 8s\n"
    "  cost at most $0.05\n"
    "\n"
    "  stage draft {\n"
    "    ask primary prompt \"prompts/answer.md\" as Answer\n"
    "    check input.text contains it.quote else ungrounded\n"
    "    timeout 4s\n"
    "    first token 2s\n"
    "    on ok       -> done full\n"
    "    on rejected -> fail refused\n"
    "    on error    -> brief\n"
    "  }\n"
    "\n"
    "  stage brief {\n"
    "    ask small prompt \"prompts/answer.md\" as Answer\n"
    "    check input.text contains it.quote else ungrounded\n"
    "    timeout 3s\n"
    "    on ok       -> done fallback\n"
    "    on rejected -> fail refused\n"
    "    on error    -> fail unavailable\n"
    "  }\n"
    "}\n"
    "\n"
    "test \"the primary model answers\" {\n"
    "  given draft returns file \"fixtures/answer.json\"\n"
    "  send answer file \"fixtures/request.json\"\n"
    "  expect status completed, result full\n"
    "}\n"
    "\n"
    "test \"a silent primary falls back to the small model in time\" {\n"
    "  given draft silent\n"
    "  given brief returns file \"fixtures/answer.json\"\n"
    "  send answer file \"fixtures/request.json\"\n"
    "  expect status degraded, result fallback within 8s\n"
    "  expect path draft: timeout_ttft, brief: ok\n"
    "}\n"
    "\n"
    "test \"an invented quote is not served\" {\n"
    "  given draft returns { \"answer\": \"It shrank.\", \"quote\": \"nobody said so\" }\n"
    "  given brief fails overloaded\n"
    "  send answer file \"fixtures/request.json\"\n"
    "  expect status failed, error unavailable\n"
    "  expect path draft: ungrounded, brief: overloaded\n"
    "}\n"
    "\n"
    "test \"a refusal is the client's to know\" {\n"
    "  given draft fails refusal\n"
    "  send answer file \"fixtures/request.json\"\n"
    "  expect status failed, error refused\n"
    "}\n"
    "\n"
    "test \"the small model refuses, too\" {\n"
    "  given draft fails connect_failed\n"
    "  given brief fails content_filter\n"
    "  send answer file \"fixtures/request.json\"\n"
    "  expect status failed, error refused\n"
    "}\n";

static const char prompt[] =
    "Answer the question from the text, and from nothing else. Quote the sentence that says it, "
    "word for\n"
    "word.\n"
    "\n"
    "Question: ${input.question}\n"
    "\n"
    "Text:\n"
    "${input.text}\n";

static const char request[] =
    "{\n"
    "  \"text\": \"Sales rose by four per cent in the third quarter.\",\n"
    "  \"question\": \"How did sales do?\"\n"
    "}\n";

static const char answer[] =
    "{\n"
    "  \"answer\": \"They grew by four per cent.\",\n"
    "  \"quote\": \"Sales rose by four per cent\"\n"
    "}\n";

static const char ignored[] = "/@\n*.db*\n";

static const struct {
    const char *name; /* @ as above */
    const char *text;
    bool named; /* the text has @ and % in it */
} files[] = {
    {"@.flow", specification, true},
    {"prompts/answer.md", prompt, false},
    {"fixtures/request.json", request, false},
    {"fixtures/answer.json", answer, false},
    {".gitignore", ignored, true},
};

enum { FILE_COUNT = sizeof files / sizeof files[0] };

static const char *filled(struct wc_arena *arena, const char *text, const char *name)
{
    struct wc_buf out = {0};
    for (; *text; text++)
        if (*text == '@')
            wc_buf_text(&out, name);
        else if (*text == '%')
            for (const char *c = name; *c; c++)
                wc_buf_char(&out, (char)toupper((unsigned char)*c));
        else
            wc_buf_char(&out, *text);
    const char *made = wc_arena_copy(arena, out.data, out.len);
    wc_buf_free(&out);
    return made;
}

static bool is_reserved(const char *name)
{
    static const char *const words[] = {
#define KEYWORD(token, text)
#define RESERVED(token, text) text,
#define PUNCT(token, text)
#define KIND(token, text)
#include "compiler/syntax/tokens.def"
#undef KEYWORD
#undef RESERVED
#undef PUNCT
#undef KIND
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return false;
}

static bool good_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[len] == '\0' && len > 0 && len <= NAME_MAX_LEN && islower((unsigned char)name[0]) &&
           !is_reserved(name);
}

/* Never over a file that is there. */
static enum wc_exit write_new(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return wc_trouble("init", "cannot write %s: %s", path, strerror(errno));
    FILE *out = fdopen(fd, "w");
    bool good = out && fputs(text, out) >= 0;
    int why = errno;
    if (out && fclose(out) != 0) {
        good = false;
        why = errno;
    }
    return good ? WC_EXIT_OK : wc_trouble("init", "cannot write %s: %s", path, strerror(why));
}

static enum wc_exit make_folder(struct wc_arena *arena, const char *name, const char *inner)
{
    const char *path = wc_arena_printf(arena, "%s%s", name, inner);
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return WC_EXIT_OK;
    return wc_trouble("init", "cannot make the folder %s: %s", path, strerror(errno));
}

static enum wc_exit init(struct wc_arena *arena, const char *name)
{
    static const char *const inner[] = {"", "/prompts", "/fixtures"};
    const char *paths[FILE_COUNT];
    for (size_t i = 0; i < FILE_COUNT; i++) {
        paths[i] = wc_arena_printf(arena, "%s/%s", name, filled(arena, files[i].name, name));
        if (access(paths[i], F_OK) == 0)
            return wc_trouble("init", "%s is there already; nothing was written", paths[i]);
    }
    enum wc_exit exit = WC_EXIT_OK;
    for (size_t i = 0; i < sizeof inner / sizeof inner[0] && exit == WC_EXIT_OK; i++)
        exit = make_folder(arena, name, inner[i]);
    for (size_t i = 0; i < FILE_COUNT && exit == WC_EXIT_OK; i++)
        exit = write_new(paths[i],
                         files[i].named ? filled(arena, files[i].text, name) : files[i].text);
    if (exit == WC_EXIT_OK)
        printf(
            "wrote %s, its prompt, fixtures and tests\n\n"
            "  cd %s\n  wright test %s.flow\n  wright dev %s.flow\n",
            paths[0], name, name, name);
    return exit;
}

int wc_cmd_init(int argc, char **argv)
{
    struct wc_arena arena = {0};
    int rest = 0;
    const struct wc_flag flags[] = {{NULL, 0, NULL, NULL}};
    enum wc_exit exit = wc_flags(argc, argv, flags, &rest);
    if (exit != WC_EXIT_OK)
        return (int)exit;
    if (rest != 1)
        return (int)wc_trouble("init", "give one name");
    if (!good_name(argv[1]))
        return (int)wc_trouble("init",
                               "'%s' cannot be the name of an api: a small letter, then at most %d "
                               "small letters, digits and _; and no word operator",
                               argv[1], NAME_MAX_LEN - 1);
    exit = init(&arena, argv[1]);
    wc_arena_free(&arena);
    return (int)exit;
}
