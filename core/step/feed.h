/* What the data of a training run take on the host: the arrays, the copies that the framework makes of them, the
 * batches in flight and the workers that prepare them. It knows how data are fed, and no model but the size of a
 * sample. */
#ifndef LT_STEP_FEED_H
#define LT_STEP_FEED_H

#include "core/step/estimate.h"

struct lt_feed {
    uint64_t dataset_bytes;  /* the user's arrays, or a cache of all samples */
    uint64_t pipeline_bytes; /* batches in flight, shuffle buffers, worker processes */
    uint64_t copy_bytes;     /* of the arrays, during the whole run */
    uint64_t start_bytes;    /* more of them while the run begins, before the first step */
    uint64_t end_bytes;      /* more of them after the first epoch: validation data are copied then */
};

/* sample_bytes: one sample of all inputs and its label, as the model takes it. */
struct lt_feed lt_feed_of(const struct lt_estimate *estimate, uint64_t sample_bytes);

/* How many samples an epoch has: the dataset's, or what the set-up says. *standing is worsened where that is a guess.
 */
uint64_t lt_samples_of(const struct lt_setup *setup, enum lt_standing *standing);

/* One sample in the dtype in which it lies in host memory or on the disk. */
uint64_t lt_fed_bytes(const struct lt_setup *setup, uint64_t sample_bytes);

#endif
