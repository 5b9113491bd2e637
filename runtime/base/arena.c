/* Arenas: a list of blocks, each twice the size of the one before it, up to a bound. Knows nothing
 * else. */
#include "runtime/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)2 * 1024)
#define LARGEST_BLOCK ((size_t)256 * 1024)
#define EX_SOFTWARE 70

struct wr_arena_block {
    struct wr_arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

/* ---- blocks that were freed, kept for the next arena of this thread ----------------------------- */

/* Most arenas live for one request or one attempt. Not under a sanitizer, which would not see that a block
 * is used after it was freed. */
#if defined(__SANITIZE_ADDRESS__)
#define KEPT_SIZES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEPT_SIZES 0
#endif
#endif
#ifndef KEPT_SIZES
#define KEPT_SIZES 5 /* the first block's, twice that, and so on */
#endif
#define KEPT_BYTES ((size_t)128 * 1024) /* of each size at most */

#if KEPT_SIZES > 0
static _Thread_local struct {
    struct wr_arena_block *first;
    size_t bytes;
} kept_blocks[KEPT_SIZES];

/* KEPT_SIZES: it is none of those that are kept. */
static size_t kept_at(size_t size)
{
    size_t at = 0;
    while (at < KEPT_SIZES && FIRST_BLOCK << at != size)
        at++;
    return at;
}

static struct wr_arena_block *take_kept(size_t size)
{
    size_t at = kept_at(size);
    struct wr_arena_block *block = at < KEPT_SIZES ? kept_blocks[at].first : NULL;
    if (block) {
        kept_blocks[at].first = block->next;
        kept_blocks[at].bytes -= size;
    }
    return block;
}

static bool keep(struct wr_arena_block *block)
{
    size_t at = kept_at(block->size);
    if (at == KEPT_SIZES || kept_blocks[at].bytes + block->size > KEPT_BYTES)
        return false;
    block->next = kept_blocks[at].first;
    kept_blocks[at].first = block;
    kept_blocks[at].bytes += block->size;
    return true;
}
#else
static struct wr_arena_block *take_kept(size_t size)
{
    (void)size;
    return NULL;
}

static bool keep(struct wr_arena_block *block)
{
    (void)block;
    return false;
}
#endif

/* ---- one arena ---------------------------------------------------------------------------------- */

static struct wr_arena_block *add_block(struct wr_arena *arena, size_t need)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    struct wr_arena_block *block = take_kept(size);
    if (!block && size <= SIZE_MAX - sizeof *block)
        block = malloc(sizeof *block + size);
    if (!block) {
        fprintf(stderr, "out of memory: %zu bytes could not be allocated\n", size);
        exit(EX_SOFTWARE);
    }
    block->next = arena->blocks;
    block->used = 0;
    block->size = size;
    arena->blocks = block;
    return block;
}

static size_t padded(size_t size)
{
    const size_t align = alignof(max_align_t);
    return size > SIZE_MAX - align ? SIZE_MAX : (size + align - 1) & ~(align - 1);
}

/* Not zeroed. NULL where the limit would be passed. */
static void *take(struct wr_arena *arena, size_t size)
{
    size_t need = padded(size);
    if (arena->limit && (arena->used > arena->limit || need > arena->limit - arena->used)) {
        arena->refused = true;
        return NULL;
    }
    struct wr_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < need)
        block = add_block(arena, need);
    void *memory = block->bytes + block->used;
    block->used += need;
    arena->used += need;
    return memory;
}

void *wr_arena_alloc(struct wr_arena *arena, size_t size)
{
    void *memory = take(arena, size);
    return memory ? memset(memory, 0, size) : NULL;
}

/* Lengthens the newest allocation of the newest block, if that is what `old` is. */
static bool lengthen(struct wr_arena *arena, char *old, size_t old_size, size_t new_size)
{
    struct wr_arena_block *block = arena->blocks;
    size_t had = padded(old_size), need = padded(new_size);
    if (!block || !old || old + had != block->bytes + block->used || need < had)
        return false;
    if (need - had > block->size - block->used)
        return false;
    if (arena->limit && (arena->used > arena->limit || need - had > arena->limit - arena->used))
        return false;
    block->used += need - had;
    arena->used += need - had;
    return true;
}

void *wr_arena_grow(struct wr_arena *arena, void *old, size_t old_size, size_t new_size)
{
    if (new_size <= old_size && old)
        return old;
    if (!lengthen(arena, old, old_size, new_size)) {
        void *longer = take(arena, new_size);
        if (!longer)
            return NULL;
        if (old && old_size)
            memcpy(longer, old, old_size);
        old = longer;
    }
    memset((char *)old + old_size, 0, new_size - old_size);
    return old;
}

char *wr_arena_copy(struct wr_arena *arena, const char *text, size_t len)
{
    char *copy = take(arena, len + 1);
    if (!copy)
        return NULL;
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

struct wr_str wr_arena_str(struct wr_arena *arena, struct wr_str text)
{
    char *copy = wr_arena_copy(arena, text.ptr, text.len);
    return copy ? (struct wr_str){copy, text.len} : WR_STR("");
}

char *wr_arena_vprintf(struct wr_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        return wr_arena_copy(arena, "", 0);
    char *text = take(arena, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *wr_arena_printf(struct wr_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = wr_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void wr_arena_reset(struct wr_arena *arena)
{
    struct wr_arena_block *kept = arena->blocks;
    if (!kept)
        return;
    arena->blocks = kept->next;
    wr_arena_free(arena);
    kept->next = NULL;
    kept->used = 0;
    arena->blocks = kept;
}

void wr_arena_free(struct wr_arena *arena)
{
    while (arena->blocks) {
        struct wr_arena_block *next = arena->blocks->next;
        if (!keep(arena->blocks))
            free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
    arena->refused = false;
}
