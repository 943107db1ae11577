/* The activation functions: Keras's names and aliases, and the op each is. */
#ifndef LT_MODEL_ACTIVATION_H
#define LT_MODEL_ACTIVATION_H

#include "core/model/op.h"
#include "core/model/value.h"

#include <math.h>

struct lt_activation {
    const char *name;
    uint16_t op; /* enum lt_op_kind; LT_OP_ALIAS: linear */
};

extern const struct lt_activation lt_activations[];
extern const int lt_activation_count;
extern const char *const lt_activation_names[]; /* NULL-terminated, for pickers: one name per function */

/* The op of a config value: a name, null, or an object ({class_name: "function", config: "relu"}, {module:
 * keras.layers, class_name: "ReLU", config: {...}}, with its options looked at: max_value, alpha, approximate).
 * LT_OP_OPAQUE: unknown. */
enum lt_op_kind lt_activation_op(const struct lt_value *value);

/* The op of a rectifier with options; max_value INFINITY: none. */
enum lt_op_kind lt_activation_relu(double negative_slope, double max_value, double threshold);

/* Its name for a person and for the form; borrowed from the value or the table. */
const char *lt_activation_name(const struct lt_value *value);

#endif
