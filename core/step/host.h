/* Memory of the host: the process, the dataset in the ways it can be fed, and on a CPU all that would be on a device.
 */
#ifndef LT_STEP_HOST_H
#define LT_STEP_HOST_H

#include "core/step/timeline.h"

/* sample_bytes: one sample of all inputs and its label, as the model takes it. */
void lt_host_memory_make(const struct lt_step *step, const struct lt_timeline *timeline, uint64_t sample_bytes,
                         struct lt_estimate *out);

#endif
