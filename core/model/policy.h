/* Keras's dtype policies as a table: in which format a layer computes and in which it stores its variables. */
#ifndef LT_MODEL_POLICY_H
#define LT_MODEL_POLICY_H

#include "core/base/dtype.h"

enum lt_quantization { LT_QUANTIZATION_NONE, LT_QUANTIZATION_INT8, LT_QUANTIZATION_INT4, LT_QUANTIZATION_FLOAT8 };

struct lt_policy {
    const char *name;
    uint8_t compute, variable; /* enum lt_dtype; of a quantized layer: what is not quantized */
    bool loss_scaling;         /* compile() wraps the optimizer in a LossScaleOptimizer */
    bool tf32;                 /* float32 by name of an execution mode, not of Keras */
    uint8_t quantization;      /* enum lt_quantization: how dense and embedding layers store their kernels */
};

extern const struct lt_policy lt_policies[];
extern const int lt_policy_count;
extern const char *const lt_policy_names[]; /* NULL-terminated: the choices of `precision` */
extern const int lt_policy_name_count;

int lt_policy_find(const char *name); /* -1: none */

#endif
