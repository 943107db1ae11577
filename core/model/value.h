/* One value of a field: what a user typed or a file held, already of the right type. Text and lists live in the
 * arena of whoever holds the value. */
#ifndef LT_MODEL_VALUE_H
#define LT_MODEL_VALUE_H

#include "core/data/tree.h"

enum lt_value_type {
    LT_VALUE_NULL, /* Keras's None; also what all-zero memory is */
    LT_VALUE_BOOL,
    LT_VALUE_INT,
    LT_VALUE_FLOAT,
    LT_VALUE_TEXT,
    LT_VALUE_INTS, /* a list of integers; LT_NO_DIM stands for null in it */
    LT_VALUE_TREE, /* a structure that no field describes further: kept as it was read */
};

#define LT_NO_DIM INT64_MIN

struct lt_value {
    uint8_t type;
    bool given;     /* by the file or the user; false: the default */
    uint32_t count; /* of ints */
    union {
        bool boolean;
        int64_t integer;
        double number;
        const char *text;
        const int64_t *ints;
        const struct lt_tree *tree;
    };
};

bool lt_value_equal(const struct lt_value *a, const struct lt_value *b);

/* A copy whose text, list or tree lives in `arena`; null, and the arena's `failed` set, where memory ends. */
struct lt_value lt_value_copy(struct lt_arena *arena, const struct lt_value *value);

#endif
