/* Arenas: memory that is freed all at once. The compiler has one arena a lifetime;
 * an arena is the explicit first argument of whatever allocates from it. */
#ifndef WC_BASE_ARENA_H
#define WC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct wc_arena_block;

/* Zero-initialise to start with: `struct wc_arena arena = {0};`. */
struct wc_arena {
    struct wc_arena_block *blocks;
};

/* Zeroed memory, aligned for any type. Never returns NULL: out of memory ends the program
 * with exit code 70 and a message. */
void *wc_arena_alloc(struct wc_arena *arena, size_t size);
/* A NUL-terminated copy of the first `len` bytes of `text`. */
char *wc_arena_copy(struct wc_arena *arena, const char *text, size_t len);
char *wc_arena_printf(struct wc_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *wc_arena_vprintf(struct wc_arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Frees every block; the arena may be used again. */
void wc_arena_free(struct wc_arena *arena);

/* malloc and realloc that cannot fail, for the few things that outlive every arena. */
void *wc_realloc(void *old, size_t size);

#define WC_NEW(arena, type) ((type *)wc_arena_alloc((arena), sizeof(type)))
#define WC_NEW_ARRAY(arena, type, count) ((type *)wc_arena_alloc((arena), sizeof(type) * (count)))

#endif
