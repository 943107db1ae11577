/* The losses as data: what each keeps for the backward pass per element of y_pred, beyond y_pred itself.
 * Measured on TensorFlow, Keras 3.15.1. */
#ifndef LT_MODEL_LOSS_H
#define LT_MODEL_LOSS_H

#include "core/model/op.h"

#include <stdbool.h>
#include <stdint.h>

struct lt_loss {
    const char *name;           /* mse is an alias of mean_squared_error … */
    const char *const *alias;   /* NULL-terminated, or NULL; class names too */
    bool crossentropy;          /* takes the logits of a softmax or sigmoid that made y_pred (TensorFlow) */
    bool sparse;                /* y_true holds class numbers */
    uint8_t kept_logits;        /* bytes kept per element from logits, or at all where there is one way only */
    uint8_t kept_probabilities; /* from probabilities */
};

extern const struct lt_loss lt_losses[];
extern const int lt_loss_count;
extern const char *const lt_loss_names[]; /* NULL-terminated: the choices of `loss` */

/* By name, alias or class name in any case; NULL: none. */
const struct lt_loss *lt_loss_find(const char *name);

/* The loss that `auto` stands for: what fits the activation of an output. */
const struct lt_loss *lt_loss_suited(enum lt_op_kind activation);

#endif
