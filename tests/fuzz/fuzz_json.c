/* Fuzzes the JSON reader: what is JSON is what jansson takes; every generated decoder takes any bytes;
 * what one takes is written and taken again, to the same text. Built with clang
 * -fsanitize=fuzzer,address,undefined; without a fuzzer (-DFUZZ_FILES) it runs the files it is given. */
#include "generated/briefs/schemas.c"

#include "runtime/json/reader.h"
#include "runtime/json/writer.h"
#include "tests/fuzz/files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* Every fault is whole and in its place. */
static void check_faults(const struct wr_reader *in)
{
    size_t len = (size_t)(in->end - in->start), before = 0;
    must((in->state == WR_READ_OK) == (in->fault_total == 0), "a state without its faults");
    must(in->fault_count <= WR_FAULTS_MAX && in->fault_count <= in->fault_total, "too many faults");
    for (size_t i = 0; i < in->fault_count; i++) {
        const struct wr_fault *fault = &in->faults[i];
        must(fault->offset >= before && fault->offset <= len, "a fault out of order");
        must(fault->rule && fault->message.len > 0, "a fault that says nothing");
        must(fault->pointer.len == 0 || fault->pointer.ptr[0] == '/', "a pointer that is none");
        before = fault->offset;
    }
}

/* jansson bounds depth elsewhere, refuses numbers that its types do not hold and names with a NUL, and
 * takes a NUL byte for the end. */
static void compare(struct wr_arena *arena, struct wr_str text)
{
    struct wr_reader in;
    json_error_t error;
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    wr_reader_init(&in, arena, text);
    bool ours = wr_json_check(&in);
    check_faults(&in);
    json_t *json = json_loadb(text.ptr, text.len, flags, &error);
    bool deep = in.fault_count && strstr(in.faults[0].message.ptr, "in one another");
    enum json_error_code code = json ? json_error_unknown : json_error_code(&error);
    if (!json && code != json_error_numeric_overflow && code != json_error_null_byte_in_key)
        must(!ours, "we take what jansson refuses");
    if (json && !deep && !memchr(text.ptr, 0, text.len))
        must(ours, "we refuse what jansson takes");
    json_decref(json);
}

static void decode(struct wr_arena *arena, struct wr_str text, const struct wr_schema *schema)
{
    struct wr_reader in;
    wr_reader_init(&in, arena, text);
    in.null_is_absent = text.len % 2;
    const void *value = wr_decode(&in, schema);
    check_faults(&in);
    must((value != NULL) == (in.state == WR_READ_OK), "a value without being fine");
    if (!value)
        return;
    struct wr_str once = wr_encode(arena, schema, value);
    wr_reader_init(&in, arena, once);
    value = wr_decode(&in, schema);
    must(value != NULL, "what was written is not taken");
    must(wr_str_equal(wr_encode(arena, schema, value), once), "a text that changes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wr_schema *const schemas[] = {&schema_Brief, &schema_KeyPoints,
                                                      &schema_Glossary};
    struct wr_arena arena = {0};
    struct wr_str text = {size ? (const char *)data : "", size};
    compare(&arena, text);
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        decode(&arena, text, schemas[i]);
    wr_arena_free(&arena);
    return 0;
}
