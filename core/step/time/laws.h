/* The laws of time, one for each kind of work. Seconds on the device, launches apart. Sources of the forms and
 * constants: fits over DeepBench, NeuSight and LLMCompass kernel times; errors in tests/accuracy. */
#ifndef LT_STEP_TIME_LAWS_H
#define LT_STEP_TIME_LAWS_H

#include "core/step/step.h"
#include "core/step/time/engine.h"

/* C[m x n] += A[m x k] B[k x n], `batch` times: the best of the usual tiles and splits of k, no faster than memory. */
double lt_gemm_seconds(const struct lt_engine *engine, enum lt_dtype dtype, double batch, double m, double n, double k);

/* A convolution or one of its two gradients, by dims of lt_op (class CONV). */
double lt_conv_seconds(const struct lt_engine *engine, enum lt_dtype dtype, const uint64_t dim[LT_OP_DIMS],
                       enum lt_path path, double bytes);

/* cuDNN's fused recurrent layer: dims of lt_recurrent. */
double lt_recurrent_seconds(const struct lt_engine *engine, enum lt_dtype dtype, const uint64_t dim[LT_OP_DIMS],
                            enum lt_path path);

/* Seconds and what bounds one op of a step (all its turns): fills op->seconds and op->bound. */
void lt_price(const struct lt_engine *engine, const struct lt_step *step, struct lt_step_op *op);

#endif
