/* What the parts of the native reader share: the document being made, and how they report. */
#ifndef LT_FORMATS_NATIVE_READER_H
#define LT_FORMATS_NATIVE_READER_H

#include "core/formats/layer_files.h"
#include "core/formats/native_keys.h"
#include "core/model/assign.h"

struct lt_native_reader {
    const char *file;
    struct lt_document *document;
    struct lt_arena *arena; /* the document's */
    struct lt_arena scratch;
    struct lt_problems *problems;
    const struct lt_layer_files *layers; /* that the user describes; NULL: none */
};

/* An error at `tree`. */
void lt_native_error(struct lt_native_reader *r, const struct lt_tree *tree, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "there is no NAME here", with the nearest of `names`. */
void lt_native_unknown(struct lt_native_reader *r, const struct lt_tree *tree, const char *what, const char *name,
                       const char *const *names, int count);

/* The value of `tree` as text or a truth value; other types are errors. `tree` NULL gives NULL or `fallback`. */
const char *lt_native_text(struct lt_native_reader *r, const struct lt_tree *tree);
bool lt_native_bool(struct lt_native_reader *r, const struct lt_tree *tree, bool fallback);

/* Whether `tree` is a list or a map; if it is anything else, an error says so. False for NULL. */
bool lt_native_is(struct lt_native_reader *r, const struct lt_tree *tree, enum lt_tree_type type);

/* `model: {layers, inputs, outputs}` into `graph`; its layers get `parent`. */
void lt_native_read_graph(struct lt_native_reader *r, const struct lt_tree *map, uint32_t parent,
                          struct lt_graph *graph);

/* One entry of `layers` or `children`: all but its calls. LT_NO_LAYER where it is none. */
uint32_t lt_native_read_layer(struct lt_native_reader *r, const struct lt_tree *map, uint32_t parent);

/* A shape: a list with null for open axes, {shape, dtype}, or null for unknown. */
struct lt_shape lt_native_read_shape(struct lt_native_reader *r, const struct lt_tree *tree);

#endif
