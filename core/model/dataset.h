/* Known datasets as data: how many samples, how large one is. */
#ifndef LT_MODEL_DATASET_H
#define LT_MODEL_DATASET_H

#include "core/base/figure.h"
#include "core/base/dtype.h"

struct lt_dataset {
    const char *name;
    uint64_t samples, validation_samples;
    uint64_t sample_elements;  /* as stored; 0: varies */
    uint8_t dtype;             /* enum lt_dtype, as stored */
    uint64_t download_bytes;   /* all of it, compressed as it is published; 0: not known */
    enum lt_standing standing; /* LT_EXACT: read in a source; LT_ASSUMED: general knowledge */
    const char *source;
};

extern const struct lt_dataset lt_datasets[];
extern const int lt_dataset_count;
extern const char *const lt_dataset_names[]; /* NULL-terminated: the choices of `dataset`, "custom" first */
const struct lt_dataset *lt_dataset_find(const char *name);

#endif
