/* What the program prints: reports to standard output or a file, problems to standard error. */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include "core/base/buffer.h"
#include "core/base/status.h"

/* The exit statuses, which scripts rely on. */
enum { EXIT_OK, EXIT_CHECK, EXIT_USAGE, EXIT_DATA, EXIT_INTERNAL };

/* Writes all of `out` to `path` (NULL: standard output). EXIT_DATA, said on standard error, where that fails. */
int output_write(const struct lt_buffer *out, const char *path);

/* One line for each problem of at least this severity, on standard error. */
void output_problems(const struct lt_problems *problems, enum lt_severity least);

/* The exit status for a failed call. */
int output_exit(enum lt_status status);

/* Opens the null device in place of a standard stream that was closed, so that no file takes its number. */
void output_guard(void);

#endif
