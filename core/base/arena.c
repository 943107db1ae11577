#include "core/base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lt_block {
    struct lt_block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 1024 * 1024 };

static struct lt_block *block_add(struct lt_arena *arena, size_t bytes)
{
    size_t size = arena->block ? arena->block->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP)
        size = LARGEST_STEP;
    if (size < bytes)
        size = bytes;
    if (size > SIZE_MAX - sizeof(struct lt_block))
        return NULL;
    struct lt_block *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->next = arena->block;
    block->size = size;
    block->used = 0;
    arena->block = block;
    return block;
}

static void *reserve(struct lt_arena *arena, size_t bytes)
{
    const size_t unit = _Alignof(max_align_t);
    if (arena->fail_in > 0 && --arena->fail_in == 0)
        goto fail;
    if (bytes > SIZE_MAX - unit)
        goto fail;
    bytes = (bytes + unit - 1) / unit * unit;
    struct lt_block *block = arena->block;
    if (!block || block->size - block->used < bytes)
        block = block_add(arena, bytes);
    if (!block)
        goto fail;
    void *result = block->bytes + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    return result;
fail:
    arena->failed = true;
    return NULL;
}

void *lt_alloc(struct lt_arena *arena, size_t bytes)
{
    void *result = reserve(arena, bytes ? bytes : 1);
    return result ? memset(result, 0, bytes) : NULL;
}

void *lt_alloc_raw(struct lt_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        arena->failed = true;
        return NULL;
    }
    size_t bytes = count * size;
    return reserve(arena, bytes > 0 ? bytes : 1);
}

void *lt_alloc_array(struct lt_arena *arena, size_t count, size_t size)
{
    void *result = lt_alloc_raw(arena, count, size);
    return result ? memset(result, 0, count * size) : NULL;
}

void *lt_grow(struct lt_arena *arena, const void *array, size_t count, size_t capacity, size_t size)
{
    void *result = lt_alloc_array(arena, capacity, size);
    if (result && count)
        memcpy(result, array, count * size);
    return result;
}

char *lt_strndup(struct lt_arena *arena, const char *text, size_t bytes)
{
    if (!text)
        return NULL;
    char *copy = reserve(arena, bytes + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return copy;
}

char *lt_strdup(struct lt_arena *arena, const char *text)
{
    return text ? lt_strndup(arena, text, strlen(text)) : NULL;
}

char *lt_vformat(struct lt_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length < 0 ? NULL : reserve(arena, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *lt_format(struct lt_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = lt_vformat(arena, format, args);
    va_end(args);
    return text;
}

static void blocks_free(struct lt_block *block)
{
    while (block) {
        struct lt_block *next = block->next;
        free(block);
        block = next;
    }
}

/* Blocks as large as what was used become one, so that the same use again asks the system for nothing. */
void lt_arena_clear(struct lt_arena *arena)
{
    size_t bytes = 0;
    for (struct lt_block *b = arena->block; b; b = b->next)
        bytes += b->size;
    if (arena->block && arena->block->next) {
        blocks_free(arena->block);
        arena->block = NULL;
        block_add(arena, bytes);
    }
    if (arena->block)
        arena->block->used = 0;
    arena->used_bytes = 0;
    arena->failed = false;
}

void lt_arena_free(struct lt_arena *arena)
{
    blocks_free(arena->block);
    *arena = LT_ARENA_INIT;
}
