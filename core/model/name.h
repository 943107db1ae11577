/* Names as Keras looks them up: in any case, and behind what a registered class carries in front. */
#ifndef LT_MODEL_NAME_H
#define LT_MODEL_NAME_H

#include "core/base/arena.h"

/* Equal but for the case of ASCII letters, whatever the locale. */
bool lt_name_equal(const char *a, const char *b);

/* The class of a registered name: "Adam" of "Custom>Adam" and of "keras.optimizers.Adam"; points into `name`. */
const char *lt_name_class(const char *name);

/* `name` is `own` or in the NULL-terminated list `alias` (may be NULL), in any case. */
bool lt_name_matches(const char *name, const char *own, const char *const *alias);

/* Conv2D → conv2d, MaxPooling2D → max_pooling2d: the name that Keras gives to a layer of the class. NULL where memory
 * ends. Source: keras/src/utils/naming.py, to_snake_case. */
char *lt_name_snake(struct lt_arena *arena, const char *class_name);

#endif
