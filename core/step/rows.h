/* The layers' rows: what each layer holds and costs, and the sums of nested models. */
#ifndef LT_STEP_ROWS_H
#define LT_STEP_ROWS_H

#include "core/step/timeline.h"

/* Shapes, counts, variables: all that is known before the program is lowered. */
enum lt_status lt_rows_make(const struct lt_document *document, const struct lt_walked *walked, struct lt_arena *arena,
                            struct lt_estimate *out, struct lt_problems *problems);

/* The model's totals of what rows hold: parameters, weights, optimizer state. */
void lt_rows_total(const struct lt_walked *walked, struct lt_estimate *out);

/* FLOPs, seconds and kept bytes of the step's ops, to the layers that run them. */
enum lt_status lt_rows_charge(const struct lt_step *step, const struct lt_timeline *timeline, double gap_seconds,
                              struct lt_arena *arena, struct lt_estimate *out);

/* Rows of nested models become the sums of their layers'; the model's FLOPs are added up. */
void lt_rows_sum(const struct lt_document *document, struct lt_estimate *out);

#endif
