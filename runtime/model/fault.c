/* What an error means, by the rows of faults.def. It knows the shapes that errors come in, and nothing of
 * connections. */
#include "runtime/model/provider.h"

#include <jansson.h>
#include <stdio.h>

enum { ANY_STATUS = -1, STATUS_4XX = -4, STATUS_5XX = -5 };

static const struct {
    int dialect; /* -1: any */
    int status;
    const char *word, *phrase;
    enum wr_class class;
} faults[] = {
#define ANY (-1)
#define OPENAI WR_OPENAI
#define ANTHROPIC WR_ANTHROPIC
#define FAULT(dialect, status, word, phrase, class)                                                \
    {dialect, status, word, phrase, WR_CLASS_##class},
#include "runtime/model/faults.def"
#undef FAULT
#undef ANY
#undef OPENAI
#undef ANTHROPIC
};

/* What an error says. Texts live in the JSON. */
struct said {
    enum wr_dialect dialect;
    int status;
    const char *words[3]; /* inner code, code, type */
    const char *message;
};

static bool status_fits(int row, int status)
{
    if (row == ANY_STATUS)
        return true;
    if (row == STATUS_5XX)
        return status >= 500;
    if (row == STATUS_4XX)
        return status >= 300 && status < 500;
    return row == status;
}

/* The word that fits the row, or NULL; "" fits a row without a word. */
static const char *word_that_fits(const char *row, const struct said *said)
{
    if (!*row)
        return "";
    for (size_t i = 0; i < 3; i++)
        if (said->words[i] && strcmp(said->words[i], row) == 0)
            return said->words[i];
    return NULL;
}

/* One word, cut to fit; nothing where it is not one, as sentences may repeat parts of a prompt or of a
 * key. */
static void copy_word(char *to, size_t size, const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    *to = '\0';
    if (text && text[strspn(text, letters)] == '\0')
        snprintf(to, size, "%s", text);
}

/* The code is the word that decided, else the most exact one that there is. */
static enum wr_class class_of(const struct said *said, char *code, size_t size)
{
    *code = '\0';
    for (size_t i = 0; i < 3 && !*code; i++)
        copy_word(code, size, said->words[i]);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *word = word_that_fits(faults[i].word, said);
        if (!word || !status_fits(faults[i].status, said->status) ||
            (faults[i].dialect >= 0 && faults[i].dialect != (int)said->dialect) ||
            (*faults[i].phrase && !(said->message && strcasestr(said->message, faults[i].phrase))))
            continue;
        if (*word)
            copy_word(code, size, word);
        return faults[i].class;
    }
    return WR_CLASS_bad_request; /* the last row fits everything */
}

static const char *text_at(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* {"code", "type", "message", "innererror"}, or the message alone. FastAPI's own refusals say `detail`. */
static enum wr_class class_of_error(struct said *said, json_t *error, char *code, size_t size)
{
    json_t *number = json_object_get(error, "code");
    said->words[0] = text_at(json_object_get(error, "innererror"), "code");
    said->words[1] = json_string_value(number);
    said->words[2] = text_at(error, "type");
    said->message = json_is_string(error) ? json_string_value(error) : text_at(error, "message");
    if (!said->message)
        said->message = text_at(error, "detail");
    if (said->status == 0 && json_is_integer(number)) {
        json_int_t status = json_integer_value(number);
        said->status = status >= 300 && status <= 599 ? (int)status : 0;
    }
    return class_of(said, code, size);
}

enum wr_class wr_fault_of_body(enum wr_dialect dialect, int status, struct wr_str body, char *code,
                               size_t code_size)
{
    struct said said = {.dialect = dialect, .status = status};
    json_t *root = json_loadb(body.ptr ? body.ptr : "", body.len, JSON_ALLOW_NUL, NULL);
    json_t *list = json_is_array(root) ? json_array_get(root, 0) : root;
    json_t *error = json_object_get(list, "error");
    enum wr_class class = class_of_error(&said, error ? error : list, code, code_size);
    json_decref(root);
    return class;
}

enum wr_class wr_fault_of_event(enum wr_dialect dialect, struct wr_str error, char *code,
                                size_t code_size)
{
    struct said said = {.dialect = dialect, .status = 0};
    json_t *root =
        json_loadb(error.ptr ? error.ptr : "", error.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
    enum wr_class class = class_of_error(&said, root, code, code_size);
    json_decref(root);
    return class;
}

enum wr_class wr_class_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return WR_CLASS_auth;
    case 402:
        return WR_CLASS_billing;
    case 404:
    case 410:
        return WR_CLASS_not_found;
    case 408:
        return WR_CLASS_server_error;
    case 409:
        return WR_CLASS_conflict;
    case 429:
        return WR_CLASS_rate_limited;
    case 503:
    case 529: /* "overloaded", as some model providers say it */
        return WR_CLASS_overloaded;
    default:
        return status >= 500 ? WR_CLASS_server_error : WR_CLASS_bad_request;
    }
}
