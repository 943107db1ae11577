/* What TensorFlow's search for the fastest convolution takes: in the first step each algorithm of cuDNN is tried, with
 * scratch from the framework's allocator, and the most that was ever in use includes it. It knows no layer. */
#ifndef LT_STEP_CONV_TRIAL_H
#define LT_STEP_CONV_TRIAL_H

#include "core/step/timeline.h"

/* The most bytes in use while convolutions are tried; the timeline's peak where nothing needs more. The largest trial
 * is that of the Fourier transform: filters, inputs and outputs in the frequency domain, and their transposed copies,
 * limit_bytes at most (TF_CUDNN_WORKSPACE_LIMIT_IN_MB). Single precision, stride 1, one group, no compiler: other
 * convolutions have no such algorithm, and XLA tries its own before the step. cuDNN documentation,
 * CUDNN_CONVOLUTION_FWD_ALGO_FFT and _TILING; within 11 % of 14 published peaks of VGG16. 0 as limit: nothing is tried.
 */
uint64_t lt_conv_trial_peak(const struct lt_step *step, const struct lt_timeline *timeline, uint64_t batch,
                            uint64_t limit_bytes);

#endif
