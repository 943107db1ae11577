#include "core/step/conv_trial.h"

#include "core/base/checked.h"

#include <math.h>

/* Largest side of an image that is transformed whole; larger ones go in tiles. */
enum { LARGEST_WHOLE = 256, TILE = 32 };

/* Of one image, one channel: complex numbers of 8 bytes, half of a square with a side that is a power of two. */
static double spectrum_bytes(double side)
{
    double n = exp2(ceil(log2(side)));
    return n * (n / 2 + 1) * 8;
}

static double trial_bytes(const struct lt_op *op, double batch)
{
    const uint64_t *dim = op->dim;
    double groups = (double)dim[0], filters = (double)dim[2], taps = (double)dim[4], stride = (double)dim[5];
    double pixels = (double)dim[6], channels = (double)dim[7];
    if (op->kind != LT_OP_CONV || groups > 1 || stride > 1 || taps <= 1 || batch <= 0)
        return 0;
    double border = sqrt(taps) - 1, side = sqrt(pixels / batch) + border;
    double whole = spectrum_bytes(side), tiles = 1;
    if (side > LARGEST_WHOLE) {
        whole = spectrum_bytes(TILE);
        tiles = pow(ceil(side / (TILE - border)), 2);
    }
    return 2 * whole * (channels * filters + batch * tiles * (channels + filters));
}

uint64_t lt_conv_trial_peak(const struct lt_step *step, const struct lt_timeline *timeline, uint64_t batch,
                            uint64_t limit_bytes)
{
    uint64_t peak = timeline->peak_bytes;
    if (!limit_bytes || step->lowering->compiled)
        return peak;
    for (uint32_t i = 0; i < step->op_count; i++) {
        const struct lt_step_op *op = &step->op[i];
        if (!op->op || op->dtype != LT_FLOAT32 || op->kind != LT_STEP_OP || op->path == LT_PATH_OTHER)
            continue;
        double trial = fmin(trial_bytes(op->op, (double)batch), (double)limit_bytes);
        peak = lt_max(peak, lt_add(timeline->moment[i].bytes, (uint64_t)trial));
    }
    return peak;
}
