/* The keys of idempotency, dedupe and remembered values. What two keys have in common they have by
 * meaning only: each begins with what it is for, and every part carries its length. */
#include "runtime/base/str.h"
#include "runtime/engine/job.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void part(EVP_MD_CTX *hash, struct wr_str text)
{
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)text.len >> (8 * i));
    EVP_DigestUpdate(hash, length, sizeof length);
    EVP_DigestUpdate(hash, text.len ? text.ptr : "", text.len);
}

static struct wr_key hash_parts(const struct wr_str *parts, size_t count)
{
    struct wr_key key;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    if (!hash || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1) {
        fputs("no SHA-256 is to be had\n", stderr);
        exit(70);
    }
    for (size_t i = 0; i < count; i++)
        part(hash, parts[i]);
    EVP_DigestFinal_ex(hash, key.bytes, NULL);
    EVP_MD_CTX_free(hash);
    return key;
}

/* Not of the output's schema: a repeated request finds its job across an upgrade, too. */
struct wr_key wr_key_idempotency(const struct wr_workflow *workflow, struct wr_str caller,
                                 struct wr_str key)
{
    struct wr_str parts[] = {WR_STR("idempotency"), wr_str_of(workflow->name), caller, key};
    return hash_parts(parts, WR_COUNT(parts));
}

struct wr_key wr_key_body(struct wr_str canonical)
{
    struct wr_str parts[] = {WR_STR("body"), canonical};
    return hash_parts(parts, WR_COUNT(parts));
}

static struct wr_key key_of(struct wr_str purpose, const struct wr_workflow *workflow,
                            struct wr_str caller, bool shared, struct wr_str key)
{
    char version[8];
    snprintf(version, sizeof version, "%u", (unsigned)workflow->version);
    struct wr_str parts[] = {
        purpose,
        wr_str_of(workflow->name),
        wr_str_of(version),
        wr_str_of(workflow->output->hash),
        shared ? WR_STR("shared") : WR_STR("caller"),
        shared ? WR_STR("") : caller,
        key,
    };
    return hash_parts(parts, WR_COUNT(parts));
}

struct wr_key wr_key_dedupe(const struct wr_workflow *workflow, struct wr_str caller, bool shared,
                            struct wr_str key)
{
    return key_of(WR_STR("dedupe"), workflow, caller, shared, key);
}

struct wr_key wr_key_remember(const struct wr_workflow *workflow, struct wr_str caller, bool shared,
                              struct wr_str key)
{
    return key_of(WR_STR("remember"), workflow, caller, shared, key);
}

struct wr_key wr_key_split(const struct wr_workflow *workflow, struct wr_str model,
                           struct wr_str key)
{
    struct wr_str parts[] = {WR_STR("split"), wr_str_of(workflow->name), model, key};
    return hash_parts(parts, WR_COUNT(parts));
}

/* ---- keyed effects ----------------------------------------------------------------------------- */

/* How often this stage has ended well here. Until it has, going there again is going on with the
 * same effect, which may have happened; from then on it is another one. */
static uint64_t times_done(const struct wr_activity *activity)
{
    uint64_t count = 0;
    struct wr_str name = wr_str_of(activity->stage->name);
    for (const struct wr_passed *step = activity->job->state.steps; step; step = step->next)
        count += step->class == WR_OK && wr_str_equal(step->stage, name) &&
                 wr_str_equal(step->path, activity->path);
    return count;
}

/* RFC 9562, 5.8: a UUIDv8, its bits a hash of the job, the place, and how often it was done there
 * and above it. The job's id has 74 random bits: who does not know it cannot guess the key. */
void wr_key_effect(const struct wr_activity *activity, char text[WR_ID_TEXT])
{
    struct wr_arena arena = {0};
    struct wr_text place = {.arena = &arena};
    for (const struct wr_activity *at = activity; at; at = at->parent) {
        wr_text_quote(&place, at->path);
        wr_text_quote(&place, wr_str_of(at->stage->name));
        wr_text_int(&place, (int64_t)times_done(at));
        if (at->call) /* a model that is asked anew may call something else */
            wr_text_quote(&place, at->call->shown);
    }
    char job[WR_ID_TEXT];
    wr_id_text(&activity->job->state.job, job);
    struct wr_str parts[] = {WR_STR("effect"), wr_str_of(job), wr_text_done(&place)};
    struct wr_key key = hash_parts(parts, WR_COUNT(parts));
    struct wr_id id;
    memcpy(id.bytes, key.bytes, sizeof id.bytes);
    id.bytes[6] = (uint8_t)(0x80 | (id.bytes[6] & 0x0f));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    wr_id_text(&id, text);
    wr_arena_free(&arena);
}
