/* What the readers of files share while one is being opened. */
#ifndef LT_FORMATS_OPENING_H
#define LT_FORMATS_OPENING_H

#include "core/data/tree.h"
#include "core/formats/layer_files.h"

/* The arena holds the file's texts and trees, which go when the document is made. */
struct opening {
    const char *file; /* as given by the user */
    struct lt_arena arena;
    struct lt_problems *problems;
    const struct lt_layer_files *layers; /* that the user describes; NULL: none */
};

/* An error that ends the opening; always NULL. */
struct lt_document *opening_refuse(struct opening *o, const char *hint, const char *what);

/* --- h5.c --- */

/* The model in the HDF5 file at `path`, with the counts of its weights. */
struct lt_document *opening_h5(struct opening *o, const char *path);

/* Counts the weights of a .keras archive, or of the HDF5 file at `path` where `member` is NULL, for the document. A
 * failure is a warning: the model itself is there. */
void opening_count_weights(struct opening *o, struct lt_document *document, const char *path, const char *member);

/* --- savedmodel.c --- */

/* The model in keras_metadata.pb of a SavedModel. */
struct lt_document *opening_saved_model(struct opening *o, const char *metadata_path);

/* --- weights.c --- */

/* Elements of all weights that a TF.js weightsManifest lists; 0: there is none. */
uint64_t weights_of_manifest(const struct lt_tree *root);

/* Compares the counts in the document's origin with its layers; a difference is a warning. */
void weights_check(struct opening *o, const struct lt_document *document);

#endif
