/* YAML to and from a data tree, with limits: no aliases, no tags but the plain ones, no duplicate keys, one document.
 */
#ifndef LT_DATA_YAML_H
#define LT_DATA_YAML_H

#include "core/data/tree.h"

#define LT_YAML_SETTINGS ((struct lt_tree_limits){1 << 20, 64, LT_MODEL_VALUES}) /* settings and hardware files */
#define LT_YAML_MODEL    ((struct lt_tree_limits){LT_MODEL_BYTES, 64, LT_MODEL_VALUES})

/* Reads `bytes` bytes of `text`. On any failure NULL, and a problem with line and column says why. `file` is only a
 * name. Plain scalars follow the core schema of YAML 1.2; a file without a value is a null. The escape \0 becomes
 * U+FFFD. */
struct lt_tree *lt_yaml_read(struct lt_arena *arena, const char *file, const char *text, size_t bytes,
                             struct lt_tree_limits limits, struct lt_problems *problems);

/* Writes block style; short lists of scalars in flow style. What is written reads back equal. */
enum lt_status lt_yaml_write(struct lt_buffer *out, const struct lt_tree *tree);

#endif
