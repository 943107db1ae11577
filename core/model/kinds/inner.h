/* What layers that hold other layers share: the inner layers' variables.
 */
#ifndef LT_MODEL_KINDS_INNER_H
#define LT_MODEL_KINDS_INNER_H

#include "core/model/kind.h"

/* Adds the variables of `child` behind its name. Where the outer layer does not train, neither do they: Keras counts
 * the weights of a layer by the layer's own flag first. */
void lt_inner_variables(const struct lt_call *call, const struct lt_call *child, struct lt_variables *out);

/* The call of child i with all its results known. LT_UNSUPPORTED: it has no rules (a nested model, a class that is not
 * in the catalogue), and the wrapper's results are as the file declares them. */
enum lt_status lt_inner_call(const struct lt_call *call, int i, const struct lt_shape *in, int in_count,
                             struct lt_call *child);

/* Variables of `child`, to find those of the next one. */
int lt_inner_variable_count(const struct lt_call *call, const struct lt_call *child, struct lt_arena *arena);

/* Emits the child's ops on `in`, its variables from the wrapper's variable `first` on. Results that a failed builder
 * left out are LT_NO_TENSOR. */
void lt_inner_ops(const struct lt_call *child, struct lt_builder *b, int first, const lt_tensor *in, lt_tensor *out);

#endif
