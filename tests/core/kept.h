/* Kept bytes as a line over the batch: what each sample adds, and what stands whatever the batch. */
#ifndef LT_TESTS_CORE_KEPT_H
#define LT_TESTS_CORE_KEPT_H

#include "tests/core/estimating.h"

struct kept {
    double sample_bytes, constant_bytes;
};

static inline double kept_at(struct estimating *t, const char *const *setup, int batch)
{
    char size[32];
    snprintf(size, sizeof size, "batch=%d", batch);
    assert_int_equal(lt_set(t->document, size, &t->problems), LT_OK);
    assert_int_equal(estimating_run(t, setup), LT_OK);
    return (double)t->estimate.device_memory.kept_bytes;
}

/* With the set-up's assignments, through batch 2 and 6. */
static inline struct kept kept_of(struct estimating *t, const char *const *setup)
{
    double low = kept_at(t, setup, 2), sample = (kept_at(t, setup, 6) - low) / 4;
    return (struct kept){sample, low - 2 * sample};
}

/* What a mean squared error keeps of a sample: one float32 per element of the result. Cases of a single layer were
 * measured without a loss. */
static inline double kept_by_loss(const struct estimating *t)
{
    double elements = 0;
    for (uint32_t i = 0; i < t->estimate.row_count; i++)
        if (t->estimate.row[i].calls && t->estimate.row[i].out)
            elements = (double)lt_shape_elements(&t->estimate.row[i].out[0]);
    return 4 * elements / (double)t->estimate.batch;
}

#endif
