/* Keras's dtype policies as a table: in which format a layer computes and in which it stores its variables. */
#ifndef LT_MODEL_POLICY_H
#define LT_MODEL_POLICY_H

#include "core/base/dtype.h"

struct lt_policy {
    const char *name;
    uint8_t compute, variable; /* enum lt_dtype */
    bool loss_scaling;         /* compile() wraps the optimizer in a LossScaleOptimizer */
    bool tf32;                 /* float32 by name of an execution mode, not of Keras */
};

extern const struct lt_policy lt_policies[];
extern const int lt_policy_count;
extern const char *const lt_policy_names[]; /* NULL-terminated: the choices of `precision` */

int lt_policy_find(const char *name); /* -1: none */

#endif
