/* Keras's own description of a model, any generation: a data tree to a document. */
#ifndef LT_FORMATS_KERAS_H
#define LT_FORMATS_KERAS_H

#include "core/model/document.h"

/* `tree` is the root of config.json, of to_json() or of model_config. What the file says of optimizer, loss and precision
 * goes into the set-up. NULL: no model in it. */
struct lt_document *lt_keras_read(const char *file, const struct lt_tree *tree, struct lt_problems *problems);

#endif
