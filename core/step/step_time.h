/* The time of a step: its ops priced by the laws, the gaps between kernels, the host, the input. */
#ifndef LT_STEP_STEP_TIME_H
#define LT_STEP_STEP_TIME_H

#include "core/step/step.h"

/* Fills priced_as of the step's ops. LT_NO_MEMORY. */
enum lt_status lt_step_find_equal(struct lt_step *step);

/* Fills the seconds and bounds of the step's ops, and out->time. input_bytes: of one batch, to be sent to the device.
 * The equal ones must have been found. */
void lt_step_time_make(struct lt_step *step, uint64_t input_bytes, struct lt_estimate *out);

#endif
