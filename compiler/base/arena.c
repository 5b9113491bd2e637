/* Arenas: a list of blocks, each twice the size of the one before it. Knows nothing else. */
#include "compiler/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)16 * 1024)
#define LARGEST_BLOCK ((size_t)1024 * 1024)
#define EX_SOFTWARE 70

struct wc_arena_block {
    struct wc_arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void *wc_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);
    if (!memory) {
        fprintf(stderr, "wright: out of memory: %zu bytes could not be allocated\n", size);
        exit(EX_SOFTWARE);
    }
    return memory;
}

static struct wc_arena_block *add_block(struct wc_arena *arena, size_t need)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    struct wc_arena_block *block = wc_realloc(NULL, sizeof *block + size);
    block->next = arena->blocks;
    block->used = 0;
    block->size = size;
    arena->blocks = block;
    return block;
}

void *wc_arena_alloc(struct wc_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t need = (size + align - 1) & ~(align - 1);
    if (need < size)
        need = SIZE_MAX;
    struct wc_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < need)
        block = add_block(arena, need);
    void *memory = block->bytes + block->used;
    block->used += need;
    return memset(memory, 0, size);
}

char *wc_arena_copy(struct wc_arena *arena, const char *text, size_t len)
{
    char *copy = wc_arena_alloc(arena, len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *wc_arena_vprintf(struct wc_arena *arena, const char *format, va_list args)
{
    va_list again;
    char few[256]; /* most texts are short: written once, then copied */
    va_copy(again, args);
    int len = vsnprintf(few, sizeof few, format, again);
    va_end(again);
    if (len < (int)sizeof few)
        return wc_arena_copy(arena, few, len < 0 ? 0 : (size_t)len);
    char *text = wc_arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *wc_arena_printf(struct wc_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = wc_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void wc_arena_free(struct wc_arena *arena)
{
    while (arena->blocks) {
        struct wc_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
