/* Whether a need goes into a room. One rule for device memory and host RAM. */
#ifndef LT_STEP_VERDICT_H
#define LT_STEP_VERDICT_H

#include "core/step/estimate.h"

/* What the need stays below in 199 of 200 cases, where its interval holds 90 %: its upper part widened from 1.645 to
 * 2.576 standard deviations of a normal error of the logarithm. "Fits" stands on this. */
double lt_sure_bytes(const struct lt_figure *need);

/* Tight: the room lies between the low end of the need and what it surely stays below. Where a part of the need is
 * unknown, the rest may already be too much; that it fits is never said. room_bytes 0: not known. */
enum lt_verdict lt_verdict_of(const struct lt_figure *need, uint64_t room_bytes);

#endif
