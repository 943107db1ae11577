/* What the files of the operations share: arguments and operands of one call, dtype promotion, and the rules of shape
 * and work by which the table in operations.c describes each op. A rule whose result cannot be known from the call
 * leaves it at unknown rank; the shape that the file declares then stands. Operations have no policy: dtypes follow the
 * operands, as Keras 3's backend/common/dtypes.py has it. */
#ifndef LT_MODEL_KINDS_OPERATIONS_H
#define LT_MODEL_KINDS_OPERATIONS_H

#include "core/model/kind.h"

/* An argument of the op: of its configuration, or by keyword, or by position (-1: by name only). NULL: not given. */
struct lt_value lt_op_argument(const struct lt_call *call, const char *name, int position);
/* The same as a number; as a truth value; as text (NULL: none). */
int64_t lt_op_int(const struct lt_call *call, const char *name, int position, int64_t fallback);
bool lt_op_bool(const struct lt_call *call, const char *name, bool fallback);
const char *lt_op_text(const struct lt_call *call, const char *name, int position);
/* As a list of at most LT_MAX_RANK numbers, where one number is a list of one; LT_NO_DIM stands for null. The count, or
 * -1: not given, or no such list. */
int lt_op_ints(const struct lt_call *call, const char *name, int position, int64_t out[LT_MAX_RANK]);
/* The positional or keyword argument as it was written; NULL: none. */
const struct lt_tree *lt_op_tree(const struct lt_call *call, const char *name, int position);
bool lt_op_is_tensor(const struct lt_tree *tree);

/* Results. All take the number of results that follow from the rule; unknown ones stay at rank -1. */
enum lt_status lt_op_result(struct lt_call *call, const struct lt_shape *shape);
enum lt_status lt_op_results(struct lt_call *call, const struct lt_shape *shape, int count);
/* As many results as the file declares, at least one, all unknown. */
enum lt_status lt_op_unknown(struct lt_call *call);

/* The dtype of an op on both; on integers that must become floating; of a name, or `fallback` where there is none. */
enum lt_dtype lt_op_promote(enum lt_dtype a, enum lt_dtype b);
enum lt_dtype lt_op_floating(enum lt_dtype dtype);
enum lt_dtype lt_op_dtype(const struct lt_call *call, const char *name, enum lt_dtype fallback);

/* Operand i in the dtype of result 0; operand 0 with one op to result 0. */
lt_tensor lt_op_input(const struct lt_call *call, struct lt_builder *b, int i);
void lt_op_emit(const struct lt_call *call, struct lt_builder *b, enum lt_op_kind kind);

#define LT_RULE_SHAPE(name) enum lt_status lt_op_##name##_shape(struct lt_call *call)
#define LT_RULE_OPS(name)   void lt_op_##name##_ops(const struct lt_call *call, struct lt_builder *b)

/* Elementwise (operations_elementwise.c). kind->parameter: the op. */
LT_RULE_SHAPE(binary);   /* two operands or constants, broadcast */
LT_RULE_SHAPE(divide);   /* the same; integers become floating */
LT_RULE_SHAPE(compare);  /* the same; the result is bool */
LT_RULE_SHAPE(unary);    /* as the operand */
LT_RULE_SHAPE(function); /* as the operand; integers become floating */
LT_RULE_SHAPE(test);     /* as the operand, but bool */
LT_RULE_SHAPE(where);
LT_RULE_SHAPE(cast);
LT_RULE_SHAPE(like);
LT_RULE_SHAPE(sizes); /* of the axes: a vector of integers */
LT_RULE_OPS(binary);
LT_RULE_OPS(unary); /* maps each operand that the result needs */
LT_RULE_OPS(where);
LT_RULE_OPS(cast);
LT_RULE_OPS(relu);
LT_RULE_OPS(gelu);
LT_RULE_OPS(elu);
LT_RULE_OPS(constant); /* results that no gradient reaches: made from the operand's shape */

/* Reductions (operations_reduce.c). kind->parameter: the op. */
LT_RULE_SHAPE(sum);     /* small integers become int32 */
LT_RULE_SHAPE(mean);    /* integers become floating */
LT_RULE_SHAPE(extreme); /* the dtype stays */
LT_RULE_SHAPE(any);     /* bool */
LT_RULE_SHAPE(index);   /* int32 */
LT_RULE_SHAPE(moments);
LT_RULE_SHAPE(argsort);
LT_RULE_SHAPE(top_k);
LT_RULE_OPS(reduce);
LT_RULE_OPS(moments);

/* Products (operations_product.c). kind->variant: matmul, dot, tensordot, einsum, inner, outer. */
LT_RULE_SHAPE(product);
LT_RULE_OPS(product);

/* Shapes (operations_shape.c). kind->parameter: LT_OP_ALIAS or LT_OP_COPY. */
LT_RULE_SHAPE(reshape);
LT_RULE_SHAPE(transpose);
LT_RULE_SHAPE(expand_dims);
LT_RULE_SHAPE(squeeze);
LT_RULE_SHAPE(swapaxes);
LT_RULE_SHAPE(moveaxis);
LT_RULE_SHAPE(ravel);
LT_RULE_SHAPE(broadcast_to);
LT_RULE_SHAPE(tile);
LT_RULE_SHAPE(repeat);
LT_RULE_SHAPE(pad);
LT_RULE_SHAPE(slice);
LT_RULE_SHAPE(diagonal);
LT_RULE_SHAPE(trace);
LT_RULE_SHAPE(diff);
LT_RULE_OPS(move); /* one copy or alias for each result */

/* Joining, parting and picking (operations_index.c) */
LT_RULE_SHAPE(getitem);
LT_RULE_SHAPE(take);
LT_RULE_SHAPE(take_along);
LT_RULE_SHAPE(stack);
LT_RULE_SHAPE(concatenate);
LT_RULE_SHAPE(append);
LT_RULE_SHAPE(split);
LT_RULE_SHAPE(unstack);
LT_RULE_SHAPE(one_hot);
LT_RULE_SHAPE(multi_hot);
LT_RULE_SHAPE(update);
LT_RULE_SHAPE(scatter);
LT_RULE_SHAPE(segment);
LT_RULE_OPS(join);
LT_RULE_OPS(pick);

/* Neural (operations_nn.c) */
LT_RULE_SHAPE(glu);
LT_RULE_SHAPE(conv); /* kind->parameter: LT_OP_CONV, LT_OP_CONV_TRANSPOSE, LT_OP_DEPTHWISE_CONV */
LT_RULE_SHAPE(separable);
LT_RULE_SHAPE(pool);
LT_RULE_SHAPE(adaptive_pool);
LT_RULE_SHAPE(attention);
LT_RULE_SHAPE(loss);   /* the target's shape, or all of it but the last axis (kind->variant) */
LT_RULE_SHAPE(blocks); /* depth to space and back */
LT_RULE_SHAPE(unfold);
LT_RULE_OPS(conv);
LT_RULE_OPS(separable);
LT_RULE_OPS(pool);
LT_RULE_OPS(attention);
LT_RULE_OPS(norm);

/* Images, signals, linear algebra (operations_other.c) */
LT_RULE_SHAPE(resize);
LT_RULE_SHAPE(gray);
LT_RULE_SHAPE(patches);
LT_RULE_SHAPE(pad_images);
LT_RULE_SHAPE(crop_images);
LT_RULE_SHAPE(fft);
LT_RULE_SHAPE(rfft);
LT_RULE_SHAPE(irfft);
LT_RULE_SHAPE(stft);
LT_RULE_SHAPE(sequences);
LT_RULE_SHAPE(determinant);
LT_RULE_SHAPE(solve);
LT_RULE_SHAPE(svd);
LT_RULE_SHAPE(qr);
LT_RULE_SHAPE(eigen);
LT_RULE_SHAPE(unknown);
LT_RULE_OPS(opaque);
LT_RULE_OPS(resize);

#endif
