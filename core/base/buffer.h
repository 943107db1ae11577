/* Text that grows: what reports, writers and messages are built in. It knows no file and no terminal. */
#ifndef LT_BASE_BUFFER_H
#define LT_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* All-zero is an empty buffer. After `failed` further writes do nothing: the caller checks once. */
struct lt_buffer {
    char *text; /* NUL-terminated where not NULL */
    size_t length, capacity;
    bool failed;
};

void lt_buffer_add(struct lt_buffer *buffer, const char *text, size_t bytes);
void lt_buffer_puts(struct lt_buffer *buffer, const char *text);
void lt_buffer_printf(struct lt_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lt_buffer_repeat(struct lt_buffer *buffer, char c, size_t times);
void lt_buffer_free(struct lt_buffer *buffer);

#endif
