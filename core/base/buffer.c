#include "core/base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_room(struct lt_buffer *buffer, size_t bytes)
{
    if (buffer->failed || bytes > SIZE_MAX / 2 - buffer->length)
        return false;
    size_t need = buffer->length + bytes + 1;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < need)
        capacity *= 2;
    char *text = realloc(buffer->text, capacity);
    if (!text)
        return false;
    buffer->text = text;
    buffer->capacity = capacity;
    return true;
}

void lt_buffer_add(struct lt_buffer *buffer, const char *text, size_t bytes)
{
    if (!has_room(buffer, bytes)) {
        buffer->failed = true;
        return;
    }
    memcpy(buffer->text + buffer->length, text, bytes);
    buffer->length += bytes;
    buffer->text[buffer->length] = '\0';
}

void lt_buffer_puts(struct lt_buffer *buffer, const char *text)
{
    lt_buffer_add(buffer, text, strlen(text));
}

void lt_buffer_printf(struct lt_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !has_room(buffer, (size_t)length)) {
        buffer->failed = true;
    } else {
        vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void lt_buffer_repeat(struct lt_buffer *buffer, char c, size_t times)
{
    while (times--)
        lt_buffer_add(buffer, &c, 1);
}

void lt_buffer_free(struct lt_buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct lt_buffer){0};
}
