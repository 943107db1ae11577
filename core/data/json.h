/* JSON to and from a data tree. Accepts what real Keras writes: bare NaN, Infinity, -Infinity and \u0000.
 * Values have no line after parsing: their place is their path. Syntax errors have line and column. */
#ifndef LT_DATA_JSON_H
#define LT_DATA_JSON_H

#include "core/data/tree.h"

#define LT_JSON_MODEL ((struct lt_tree_limits){LT_MODEL_BYTES, 256, LT_MODEL_VALUES})

/* On any failure NULL, and a problem says where and why. \u0000 and half a surrogate pair become U+FFFD, integers
 * beyond int64_t become floats, of equal keys the last one counts (a warning tells it). `text` need not end in NUL. */
struct lt_tree *lt_json_read(struct lt_arena *arena, const char *file, const char *text, size_t bytes,
                             struct lt_tree_limits limits, struct lt_problems *problems);

/* Controls and invisible or direction-changing characters are escaped. Indented by two spaces; numbers in their
 * shortest form that reads back equal; NaN and infinities become null. */
enum lt_status lt_json_write(struct lt_buffer *out, const struct lt_tree *tree);

#endif
