/* Keras's own description of a model, any generation: a data tree to a document. */
#ifndef LT_FORMATS_KERAS_H
#define LT_FORMATS_KERAS_H

#include "core/formats/layer_files.h"

/* `tree` is the root of config.json, of to_json(), of model_config or of TF.js's model.json; it is borrowed for the
 * call only. What the file says of optimizer, loss and precision goes into the set-up. NULL: no model in it. */
struct lt_document *lt_keras_read(const char *file, const struct lt_tree *tree, struct lt_problems *problems);

/* The same with an archive's metadata.json, which says which Keras wrote it, and the user's descriptions of classes;
 * each NULL: none. */
struct lt_document *lt_keras_read_archive(const char *file, const struct lt_tree *tree, const struct lt_tree *metadata,
                                          const struct lt_layer_files *layers, struct lt_problems *problems);

/* The document as Keras 3 writes it into to_json(), in `arena`. What Keras 3 cannot say, or not without classes of the
 * user's, is a problem; an error where the result is not the model. LT_NO_MEMORY, LT_TOO_LARGE otherwise. */
enum lt_status lt_keras_tree(struct lt_arena *arena, const struct lt_document *document, struct lt_problems *problems,
                             const struct lt_tree **out);

/* The document as a Python program for Keras 3 that builds, compiles and trains it; problems and status as above. */
enum lt_status lt_keras_python(const struct lt_document *document, struct lt_buffer *out, struct lt_problems *problems);

/* Whether `tree` looks like a Keras description of anything, a model or not. */
bool lt_keras_is(const struct lt_tree *tree);

#endif
