/* Names as Keras looks them up: in any case, and behind what a registered class carries in front. */
#ifndef LT_MODEL_NAME_H
#define LT_MODEL_NAME_H

#include <stdbool.h>

/* Equal but for the case of ASCII letters, whatever the locale. */
bool lt_name_equal(const char *a, const char *b);

/* The class of a registered name: "Adam" of "Custom>Adam" and of "keras.optimizers.Adam"; points into `name`. */
const char *lt_name_class(const char *name);

/* `name` is `own` or in the NULL-terminated list `alias` (may be NULL), in any case. */
bool lt_name_matches(const char *name, const char *own, const char *const *alias);

#endif
