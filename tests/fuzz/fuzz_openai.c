/* Fuzzes the reading of a model's events, a line each: no bytes break it, what it takes is a JSON
 * object, and its texts are whole. Built with clang -fsanitize=fuzzer,address,undefined; without a fuzzer
 * (-DFUZZ_FILES) it runs the files it is given. */
#include "runtime/model/provider.h"
#include "tests/fuzz/files.h"

#include <jansson.h>

static struct wr_arena scratch;

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* jansson refuses numbers that its types do not hold and names with a NUL, and takes a NUL byte for the
 * end. */
static void compare(struct wr_str data, bool taken)
{
    json_error_t error;
    if (data.len == 0 || wr_str_equal(data, WR_STR("[DONE]"))) {
        must(taken, "an end that is not taken");
        return;
    }
    json_t *json = json_loadb(data.ptr, data.len, JSON_ALLOW_NUL, &error);
    enum json_error_code code = json ? json_error_unknown : json_error_code(&error);
    if (!json && code != json_error_numeric_overflow && code != json_error_null_byte_in_key)
        must(!taken, "it takes what is not JSON");
    if (json && !json_is_object(json))
        must(!taken, "it takes what is no object");
    /* Its own bound of depth is another. */
    if (json && json_is_object(json) && data.len < 64 && !memchr(data.ptr, 0, data.len)) {
        json_t *choices = json_object_get(json, "choices"), *said = json_object_get(json, "error");
        bool list = !choices || json_is_null(choices) || json_is_array(choices);
        must(taken == (list || (said && !json_is_null(said))), "it refuses an object");
    }
    json_decref(json);
}

static void check(const struct wr_answer *answer)
{
    char why[96] = {'x'};
    must(memchr(answer->finish, 0, sizeof answer->finish) &&
             memchr(answer->version, 0, sizeof answer->version) &&
             memchr(answer->id, 0, sizeof answer->id) &&
             memchr(answer->code, 0, sizeof answer->code),
         "a text without an end");
    must(answer->content.len <= answer->max, "more than the most");
    must(answer->signs > 0 || answer->content.len == 0, "a text without a sign of life");
    must(answer->finished == (*answer->finish != 0), "an end without its word");
    must(answer->usage.input_tokens >= 0 && answer->usage.output_tokens >= 0 &&
             answer->usage.cached_tokens >= 0,
         "a count below 0");
    enum wr_class class = wr_answer_end(answer, &wr_openai_chat, why, sizeof why);
    must((class == WR_OK) == !*why, "no word for the end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wr_answer answer = {.max = 64};
    size_t start = 0;
    for (size_t i = 0; i <= size; i++) {
        if (i < size && data[i] != '\n')
            continue;
        struct wr_str line = {(const char *)data + start, i - start};
        compare(line, wr_openai_chat.event(&scratch, &answer, line));
        check(&answer);
        start = i + 1;
    }
    wr_answer_free(&answer);
    wr_arena_free(&scratch);
    return 0;
}
