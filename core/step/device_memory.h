/* From the timeline of a step to what a device must have: needed, shown by the driver's tool, and whether it fits. */
#ifndef LT_STEP_DEVICE_MEMORY_H
#define LT_STEP_DEVICE_MEMORY_H

#include "core/step/timeline.h"

/* Fills out->device_memory; on a CPU the verdict is that of out->host_memory, which must be there already.
 * resident_bytes: of the timeline, alive during the whole step. LT_NO_MEMORY. */
enum lt_status lt_device_memory_make(const struct lt_step *step, const struct lt_timeline *timeline,
                                     uint64_t resident_bytes, struct lt_estimate *out);

/* The standing of a figure that all layers have a part in: unknown where one is not known. */
enum lt_standing lt_estimate_standing(const struct lt_estimate *estimate);

#endif
