/* From the timeline of a step to what a device must have: needed, shown by the driver's tool, and whether it fits. */
#ifndef LT_STEP_DEVICE_MEMORY_H
#define LT_STEP_DEVICE_MEMORY_H

#include "core/step/pool.h"

/* Fills out->device_memory; on a CPU the verdict is that of out->host_memory, which must be there already. */
void lt_device_memory_make(const struct lt_timeline *timeline, const struct lt_pool *pool, struct lt_estimate *out);

/* The standing of a figure that all layers have a part in: unknown where one is not known. */
enum lt_standing lt_estimate_standing(const struct lt_estimate *estimate);

#endif
