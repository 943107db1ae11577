/* Arithmetic that a user wrote into a file: numbers, names and a few functions, as Python writes them. It is only ever
 * evaluated: no assignment, no call of anything but the functions below, no loop.
 *
 *   a + b - c * d / e // f % g, -a, (a)     / gives fractions, // and % round down
 *   a < b, <=, >, >=, ==, !=                1 or 0
 *   min(a, b, ...), max(a, b, ...), ceil(a), floor(a), where(condition, a, b)
 *   name, name[i], rank(name), elements(name)
 *
 * Numbers are doubles; a result that is not finite or above 2^62 is an error, so that it fits everywhere. */
#ifndef LT_MODEL_EXPRESSION_H
#define LT_MODEL_EXPRESSION_H

#include "core/base/status.h"
#include "core/model/shape.h"

enum { LT_EXPRESSION_BYTES = 4096, LT_EXPRESSION_DEPTH = 64 };

/* What a name means. `list` NULL: the single number `number`. */
struct lt_meaning {
    const int64_t *list;
    uint32_t count;
    double number;
};

struct lt_scope {
    /* LT_NOT_FOUND: there is no such name; LT_INVALID: it has no number. */
    enum lt_status (*find)(const void *context, const char *name, size_t length, struct lt_meaning *out);
    const void *context;
    bool names_only; /* check syntax and names: whatever the numbers give is right */
};

/* What is wrong, and at which byte of the text. */
struct lt_expression_error {
    size_t at;
    char message[96];
};

enum lt_status lt_expression_number(const char *text, const struct lt_scope *scope, double *out,
                                    struct lt_expression_error *error);

/* A shape: expressions joined by commas, each one axis, or name[a:b] for several of a list. Empty: no axis. Axes are
 * whole and 0 to 2^40. */
enum lt_status lt_expression_shape(const char *text, const struct lt_scope *scope, struct lt_shape *out,
                                   struct lt_expression_error *error);

#endif
