/* Lists of keys, who calls, new keys, and problem details. */
#include "runtime/http/auth.h"
#include "runtime/http/parser.h"
#include "runtime/http/problem.h"
#include "runtime/http/server.h"

#include "runtime/base/arena.h"
#include "tests/unit/tap.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

/* SHA-256 of "alpha", "beta" and "gamma" */
#define ALPHA "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"
#define BETA "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753"
#define GAMMA "BE9D587DF14B01AC1B4C8AC6F5F5B1D7F0E0C3B9E6E5D5A1C5E4B3F2A1908070"

static struct wr_head head;
static struct wr_request request;

static enum wr_auth_result check(const struct wr_keys *keys, const char *fields,
                                 struct wr_caller *caller)
{
    static char text[8192];
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
    wr_head_start(&head, sizeof text, 64);
    if (wr_head_parse(&head, text, strlen(text)) != WR_PARSE_DONE)
        abort();
    request.head = &head;
    request.base = text;
    return wr_keys_check(keys, &request, caller);
}

static void test_check(void)
{
    char error[256] = "";
    struct wr_caller caller = {0};
    struct wr_keys *keys = wr_keys_read("# the keys\n  one:" ALPHA ":briefs+jobs:read , two:" BETA
                                        "\r\n\nthree:" GAMMA ":a  b # spaces\n",
                                        error, sizeof error);
    tap_text(error, "", "a list is read");
    tap_number(keys ? (long long)wr_keys_count(keys) : -1, 3, "three keys");
    tap_number(check(keys, "Authorization: Bearer alpha\r\n", &caller), WR_AUTH_GOOD, "a key");
    tap_text(caller.name.ptr, "one", "its name");
    tap_text(caller.scopes.ptr, "briefs jobs:read", "its scopes");
    tap_ok(wr_caller_may(&caller, "jobs:read") && !wr_caller_may(&caller, "jobs") &&
               !wr_caller_may(&caller, ""),
           "what it may");
    tap_number(check(keys, "authorization:  bearer   beta \r\n", &caller), WR_AUTH_GOOD,
               "in any case, with spaces");
    tap_ok(wr_caller_may(&caller, "anything"), "without scopes it may all");
    static const struct {
        const char *fields;
        enum wr_auth_result want;
    } bad[] = {
        {"", WR_AUTH_MISSING},
        {"Authorization:\r\n", WR_AUTH_MALFORMED},
        {"Authorization: Basic YTpi\r\n", WR_AUTH_MALFORMED},
        {"Authorization: Bearer\r\n", WR_AUTH_MALFORMED},
        {"Authorization: Bearer a b\r\n", WR_AUTH_MALFORMED},
        {"Authorization: Bearer a,b\r\n", WR_AUTH_MALFORMED},
        {"Authorization: Bearer alpha\r\nAuthorization: Bearer alpha\r\n", WR_AUTH_MALFORMED},
        {"Authorization: Bearer Alpha\r\n", WR_AUTH_UNKNOWN},
        {"Authorization: Bearer alph\r\n", WR_AUTH_UNKNOWN},
        {"Authorization: Bearer " ALPHA "\r\n", WR_AUTH_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(check(keys, bad[i].fields, &caller) == bad[i].want, "refused: %zu", i);
    wr_keys_free(keys);
}

static void test_malformed(void)
{
    static const struct {
        const char *list, *want;
    } bad[] = {
        {"", "the list has no key"},
        {"a:" ALPHA ":s\nno colon here", "line 2: a key is written name:sha256:scopes"},
        {"# only:this\n", "the list has no key"},
        {"a b:" ALPHA, "line 1: a key's name is 1 to 64 letters, digits, '_', '.' or '-'"},
        {":" ALPHA, "line 1: a key's name is 1 to 64 letters, digits, '_', '.' or '-'"},
        {"x:" ALPHA "\ny:wrk_secret",
         "line 2: the key 'y' needs the SHA-256 of the key as 64 hex digits, not the key itself"},
        {"x:" ALPHA "0",
         "line 1: the key 'x' needs the SHA-256 of the key as 64 hex digits, not the key itself"},
        {"x:" ALPHA ":\"s\"",
         "line 1: the scopes of 'x' are words of letters, digits and _.-:/* "
         "that are separated by '+' or spaces"},
        {"x:" ALPHA "\n\ny:" ALPHA, "line 3: the key of 'y' is listed already, as 'x'"},
        {"/nowhere/keys", "/nowhere/keys: No such file or directory"},
        {"nowhere.keys",
         "nowhere.keys: No such file or directory; neither a file nor a list of "
         "name:sha256:scopes"},
        {"./", "./: cannot be read"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[512] = "";
        struct wr_keys *keys = wr_keys_read(bad[i].list, error, sizeof error);
        tap_ok(!keys, "refused: %zu", i);
        tap_text(error, bad[i].want, "and says why");
        wr_keys_free(keys);
    }
}

static void test_new(void)
{
    struct wr_new_key made;
    char error[512] = "", file[] = "/tmp/test_auth_XXXXXX";
    tap_ok(wr_keys_new(&made, "ci", "briefs jobs:read", error, sizeof error), "a new key");
    tap_ok(strlen(made.key) == 47 && strncmp(made.key, "wrk_", 4) == 0 &&
               strspn(made.key,
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == 47,
           "wrk_ and base64url");
    tap_ok(!strstr(made.line, made.key + 4), "its line does not have it");
    int fd = mkstemp(file);
    FILE *out = fdopen(fd, "w");
    fprintf(out, "# a file\n%s\n", made.line);
    fclose(out);
    struct wr_keys *keys = wr_keys_read(file, error, sizeof error);
    unlink(file);
    char field[128];
    struct wr_caller caller = {0};
    snprintf(field, sizeof field, "Authorization: Bearer %s\r\n", made.key);
    tap_ok(keys && check(keys, field, &caller) == WR_AUTH_GOOD, "its line, in a file, knows it");
    tap_text(caller.scopes.ptr, "briefs jobs:read", "with its scopes");
    wr_keys_free(keys);
    struct wr_new_key other;
    wr_keys_new(&other, "ci", NULL, error, sizeof error);
    tap_ok(strcmp(made.key, other.key) != 0, "another is another");
    tap_ok(!wr_keys_new(&other, "c i", "", error, sizeof error), "a bad name is refused");
    tap_ok(!wr_keys_new(&other, "ci", "a,b", error, sizeof error), "bad scopes are refused");
}

static void test_problem(void)
{
    struct wr_arena arena = {0};
    struct wr_problem_error errors[] = {
        {WR_STR("/a~1b"), WR_STR("required"), WR_STR("Say \"a\".")},
        {WR_STR(""), WR_STR("type"), WR_STR("bad \xff byte")},
    };
    struct wr_problem problem = {.status = 422,
                                 .code = "body_invalid",
                                 .detail = WR_STR("Two mistakes."),
                                 .instance = WR_STR("/jobs/1"),
                                 .errors = errors,
                                 .error_count = 2,
                                 .more_errors = 3};
    struct wr_str body = wr_problem_body(&arena, &problem);
    json_t *doc = json_loadb(body.ptr, body.len, 0, NULL);
    tap_ok(doc != NULL, "a problem is JSON");
    char *text = json_dumps(doc, JSON_COMPACT);
    tap_text(text,
             "{\"type\":\"urn:problem-type:wright:body_invalid\",\"title\":\"Unprocessable "
             "Content\",\"status\":422,\"code\":\"body_invalid\",\"detail\":\"Two mistakes.\","
             "\"instance\":\"/jobs/1\",\"errors\":[{\"pointer\":\"/a~1b\",\"rule\":\"required\","
             "\"message\":\"Say \\\"a\\\".\"},{\"pointer\":\"\",\"rule\":\"type\",\"message\":"
             "\"bad \xef\xbf\xbd byte\"}],\"more_errors\":3}",
             "with all that it is given");
    free(text);
    json_decref(doc);
    body = wr_problem_body(&arena, &(struct wr_problem){.status = 404, .code = "not_found"});
    doc = json_loadb(body.ptr, body.len, 0, NULL);
    tap_number((long long)json_object_size(doc), 4, "and nothing that it is not");
    json_decref(doc);
    wr_arena_free(&arena);
}

int main(void)
{
    test_check();
    test_malformed();
    test_new();
    test_problem();
    return tap_done();
}
