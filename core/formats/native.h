/* The native YAML format of a model and its set-up; described in layertop-model(5). */
#ifndef LT_FORMATS_NATIVE_H
#define LT_FORMATS_NATIVE_H

#include "core/formats/layer_files.h"

/* `layers`: classes that the user describes; NULL: none. */
struct lt_document *lt_native_read(const char *file, const struct lt_tree *tree, const struct lt_layer_files *layers,
                                   struct lt_problems *problems);

/* The document as a tree, to be written by lt_yaml_write. NULL where memory ends. */
struct lt_tree *lt_native_tree(struct lt_arena *arena, const struct lt_document *document);

#endif
