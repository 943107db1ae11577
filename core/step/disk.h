/* What a training run takes of the disk: its dataset and a checkpoint. It knows the document, not the machine. */
#ifndef LT_STEP_DISK_H
#define LT_STEP_DISK_H

#include "core/model/walk.h"
#include "core/step/estimate.h"

/* Fills out->disk. The totals of weights and optimizer must be there; sample_bytes: one sample of all inputs and its
 * label, as the model takes it. */
void lt_disk_make(const struct lt_walked *walked, uint64_t sample_bytes, struct lt_estimate *out);

#endif
