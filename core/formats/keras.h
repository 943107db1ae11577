/* Keras's own description of a model, any generation: a data tree to a document. */
#ifndef LT_FORMATS_KERAS_H
#define LT_FORMATS_KERAS_H

#include "core/model/document.h"

/* `tree` is the root of config.json, of to_json(), of model_config or of TF.js's model.json; it is borrowed for the
 * call only. What the file says of optimizer, loss and precision goes into the set-up. NULL: no model in it. */
struct lt_document *lt_keras_read(const char *file, const struct lt_tree *tree, struct lt_problems *problems);

/* The same with an archive's metadata.json, which says which Keras wrote it; NULL: none. */
struct lt_document *lt_keras_read_archive(const char *file, const struct lt_tree *tree, const struct lt_tree *metadata,
                                          struct lt_problems *problems);

/* Whether `tree` looks like a Keras description of anything, a model or not. */
bool lt_keras_is(const struct lt_tree *tree);

#endif
