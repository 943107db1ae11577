/* What a plain YAML scalar means: the core schema of YAML 1.2 (section 10.3.2). It knows no parser and no writer.
 * Unlike YAML 1.1, yes, no, on and off are text, and so is 010 no octal number. */
#ifndef LT_DATA_SCALAR_H
#define LT_DATA_SCALAR_H

#include "core/data/tree.h"

/* Sets type and value of `node` from `text`, which a text node borrows. An integer beyond int64_t becomes a float.
 * False: a number beyond the range of a double. */
bool lt_scalar_read(struct lt_tree *node, const char *text);

#endif
