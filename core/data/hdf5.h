/* What an HDF5 file of Keras says of its model: a .h5, or the weights inside a .keras archive. It knows no meaning of
 * the text that it hands on. libhdf5 has a history of crashes on damaged files, so it runs in a forked child with
 * limits on time, memory and files; texts and counts come back through a pipe. Whatever happens in the child, here it
 * is an error. Weights are counted, never read. Links to other files are not followed. */
#ifndef LT_DATA_HDF5_H
#define LT_DATA_HDF5_H

#include "core/base/status.h"

/* Attributes of the file's root. */
enum lt_hdf5_text {
    LT_HDF5_MODEL_CONFIG,
    LT_HDF5_TRAINING_CONFIG,
    LT_HDF5_KERAS_VERSION,
    LT_HDF5_BACKEND,
    LT_HDF5_TEXT_COUNT
};

struct lt_hdf5 {
    const char *text[LT_HDF5_TEXT_COUNT]; /* NUL-terminated; NULL: the file has no such attribute */
    size_t bytes[LT_HDF5_TEXT_COUNT];
    uint64_t weight_elements;    /* of the model's variables; 0: none, or not counted */
    uint64_t optimizer_elements; /* of the optimizer's variables, its scalars included; 0: none, or not counted */
};

/* Reads the file at `path`; texts go into the arena. LT_OK also where only the texts could be read: then a warning says
 * so and the counts are 0. Else a problem says why: no HDF5, damaged, limits exceeded, the child died.
 * LT_UNSUPPORTED: this build has no HDF5. */
enum lt_status lt_hdf5_describe(struct lt_arena *arena, const char *path, struct lt_hdf5 *out,
                                struct lt_problems *problems);

/* The same of a member of the zip archive at `path`. A stored member of any size is read where it lies, a deflated one
 * up to 256 MiB. LT_NOT_FOUND without a problem: the archive has no such member. */
enum lt_status lt_hdf5_describe_member(struct lt_arena *arena, const char *path, const char *member,
                                       struct lt_hdf5 *out, struct lt_problems *problems);

#endif
