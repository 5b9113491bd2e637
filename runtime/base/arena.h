/* Arenas: memory that is freed all at once. The runtime has one a job and one a request; an arena is
 * the explicit first argument of whatever allocates from it. One thread at a time. */
#ifndef WR_BASE_ARENA_H
#define WR_BASE_ARENA_H

#include <wright/generated.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct wr_arena_block;

/* Zero-initialise to start with: `struct wr_arena arena = {0};`. */
struct wr_arena {
    struct wr_arena_block *blocks;
    size_t limit; /* bytes that may be given out before NULL is; 0: no limit */
    size_t used;  /* bytes given out, padding included */
    bool refused; /* the limit turned an allocation away; stays set until reset or freed */
};

/* Zeroed memory, aligned for any type. NULL only where `limit` is set and would be passed: without
 * one, callers need not look. Out of memory ends the program with exit code 70 and a message; what
 * was acknowledged is in the journal. */
void *wr_arena_alloc(struct wr_arena *arena, size_t size);
/* Makes `old`, `old_size` bytes of this arena, `new_size` bytes long: in place if it was the newest
 * and its block has room, else a copy. What is new is zero. `old` may be NULL. */
void *wr_arena_grow(struct wr_arena *arena, void *old, size_t old_size, size_t new_size);
/* A NUL-terminated copy of the first `len` bytes of `text`. */
char *wr_arena_copy(struct wr_arena *arena, const char *text, size_t len);
/* The same of a string; `ptr` is NUL-terminated too. Empty where the limit is passed. */
struct wr_str wr_arena_str(struct wr_arena *arena, struct wr_str text);
char *wr_arena_printf(struct wr_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *wr_arena_vprintf(struct wr_arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Forgets all that was given out and keeps one block, for the next use; `limit` stays. */
void wr_arena_reset(struct wr_arena *arena);
/* Frees every block; the arena may be used again. `limit` stays. */
void wr_arena_free(struct wr_arena *arena);

#define WR_NEW(arena, type) ((type *)wr_arena_alloc((arena), sizeof(type)))

#endif
