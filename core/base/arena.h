/* A bump allocator. A document owns one arena, an estimate lives in another; both are freed whole.
 * There is no free of a single object. It knows nothing of what is stored in it. */
#ifndef LT_BASE_ARENA_H
#define LT_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lt_arena {
    struct lt_block *block; /* newest first */
    size_t used_bytes;      /* handed out since the start or the last clear */
    int64_t fail_in;        /* tests: requests left until one fails; 0: never */
    bool failed;            /* sticky: some request failed since the last clear */
};

/* All-zero is a valid empty arena; this says so in words. */
#define LT_ARENA_INIT ((struct lt_arena){0})

/* Zeroed memory, aligned for any type. NULL, and `failed` set, where the system has no more. */
void *lt_alloc(struct lt_arena *arena, size_t bytes);

/* As lt_alloc for `count` objects of `size` bytes; NULL as well where the product overflows. */
void *lt_alloc_array(struct lt_arena *arena, size_t count, size_t size);

/* As lt_alloc_array, but not zeroed: for large arrays that are written at once. */
void *lt_alloc_raw(struct lt_arena *arena, size_t count, size_t size);

/* A larger copy of an array of `count` objects, at least `capacity` long; the old one stays as garbage. */
void *lt_grow(struct lt_arena *arena, const void *array, size_t count, size_t capacity, size_t size);

/* Copies of text; NULL where memory ends. `text` may be NULL: then the result is NULL too. */
char *lt_strdup(struct lt_arena *arena, const char *text);
char *lt_strndup(struct lt_arena *arena, const char *text, size_t bytes);
char *lt_format(struct lt_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *lt_vformat(struct lt_arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Forget everything but keep the memory, in one block, for the next use. */
void lt_arena_clear(struct lt_arena *arena);
void lt_arena_free(struct lt_arena *arena);

#endif
