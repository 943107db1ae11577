/* The vocabulary of logical operations that layers emit. Framework-neutral: what a framework makes of one, which
 * kernels, what it keeps for the backward pass, is the lowering's business (core/step/lowering/). */
#ifndef LT_MODEL_OP_H
#define LT_MODEL_OP_H

#include <stdint.h>

/* What kind of work an op is; the time model has one law for each. */
enum lt_op_class {
    LT_CLASS_NONE,      /* no work: inputs, aliases */
    LT_CLASS_GEMM,      /* dim: batch, m, n, k */
    LT_CLASS_CONV,      /* dim: groups, m, n, k (implicit GEMM), taps, stride, batch x input pixels, input channels */
    LT_CLASS_DEPTHWISE, /* dim as CONV */
    LT_CLASS_MAP,       /* elementwise */
    LT_CLASS_COPY,
    LT_CLASS_NORM, /* dim: rows, elements of one row's statistics, parameters */
    LT_CLASS_SOFTMAX,
    LT_CLASS_POOL, /* dim: taps */
    LT_CLASS_REDUCE,
    LT_CLASS_GATHER,    /* dim: rows of the table, elements of a row, number of look-ups */
    LT_CLASS_COMPOSITE, /* always expanded by the lowering */
    LT_CLASS_OPAQUE,    /* unknown work */
};

/* LT_OP(NAME, "name", class): operands in the comment. All outputs have the dtype the builder is told. */
#define LT_OPS(LT_OP)                                                                                                  \
    LT_OP(INPUT, "input", NONE)   /* -> x */                                                                           \
    LT_OP(ALIAS, "reshape", NONE) /* x -> the same storage */                                                          \
    LT_OP(CAST, "cast", MAP)                                                                                           \
    LT_OP(STATE, "state", NONE)                 /* -> what the turn of a repeat before this one left */                \
    LT_OP(STOP_GRADIENT, "stop_gradient", NONE) /* an alias that no gradient passes */                                 \
    /* with weights */                                                                                                 \
    LT_OP(MATMUL, "matmul", GEMM)                      /* a, b */                                                      \
    LT_OP(CONV, "conv", CONV)                          /* x, kernel */                                                 \
    LT_OP(CONV_TRANSPOSE, "conv_transpose", CONV)      /* x, kernel; dims of the convolution whose gradient it is */   \
    LT_OP(DEPTHWISE_CONV, "depthwise_conv", DEPTHWISE) /* x, kernel */                                                 \
    LT_OP(BIAS_ADD, "bias_add", MAP)                   /* x, bias */                                                   \
    LT_OP(GATHER, "gather", GATHER)                    /* table, indices */                                            \
    /* elementwise, one operand */                                                                                     \
    LT_OP(RELU, "relu", MAP)                                                                                           \
    LT_OP(RELU6, "relu6", MAP)                                                                                         \
    LT_OP(RELU_MAX, "relu_max", MAP) /* max_value other than 6 */                                                      \
    LT_OP(RELU_THRESHOLD, "relu_threshold", MAP)                                                                       \
    LT_OP(LEAKY_RELU, "leaky_relu", MAP)                                                                               \
    LT_OP(PRELU, "prelu", MAP) /* x, alpha */                                                                          \
    LT_OP(ELU, "elu", MAP)                                                                                             \
    LT_OP(ELU_ALPHA, "elu_alpha", MAP) /* alpha other than 1 */                                                        \
    LT_OP(SELU, "selu", MAP)                                                                                           \
    LT_OP(CELU, "celu", MAP)                                                                                           \
    LT_OP(SIGMOID, "sigmoid", MAP)                                                                                     \
    LT_OP(LOG_SIGMOID, "log_sigmoid", MAP)                                                                             \
    LT_OP(HARD_SIGMOID, "hard_sigmoid", MAP)                                                                           \
    LT_OP(HARD_SILU, "hard_silu", MAP)                                                                                 \
    LT_OP(TANH, "tanh", MAP)                                                                                           \
    LT_OP(TANH_SHRINK, "tanh_shrink", MAP)                                                                             \
    LT_OP(HARD_TANH, "hard_tanh", MAP)                                                                                 \
    LT_OP(SILU, "silu", MAP)                                                                                           \
    LT_OP(GELU, "gelu", MAP)           /* exact, by erf */                                                             \
    LT_OP(GELU_TANH, "gelu_tanh", MAP) /* approximate */                                                               \
    LT_OP(GLU, "glu", MAP)             /* halves an axis */                                                            \
    LT_OP(MISH, "mish", MAP)                                                                                           \
    LT_OP(SOFTPLUS, "softplus", MAP)                                                                                   \
    LT_OP(SOFTSIGN, "softsign", MAP)                                                                                   \
    LT_OP(SQUAREPLUS, "squareplus", MAP)                                                                               \
    LT_OP(SOFT_SHRINK, "soft_shrink", MAP)                                                                             \
    LT_OP(HARD_SHRINK, "hard_shrink", MAP)                                                                             \
    LT_OP(THRESHOLD, "threshold", MAP)                                                                                 \
    LT_OP(SPARSE_PLUS, "sparse_plus", MAP)                                                                             \
    LT_OP(SPARSE_SIGMOID, "sparse_sigmoid", MAP)                                                                       \
    LT_OP(SPARSEMAX, "sparsemax", SOFTMAX)                                                                             \
    LT_OP(EXP, "exp", MAP)                                                                                             \
    LT_OP(LOG, "log", MAP)                                                                                             \
    LT_OP(SQRT, "sqrt", MAP)                                                                                           \
    LT_OP(RSQRT, "rsqrt", MAP)                                                                                         \
    LT_OP(SQUARE, "square", MAP)                                                                                       \
    LT_OP(ABS, "abs", MAP)                                                                                             \
    LT_OP(NEGATE, "negate", MAP)                                                                                       \
    LT_OP(SIN, "sin", MAP) /* and other functions whose gradient needs the operand */                                  \
    LT_OP(CLIP, "clip", MAP)                                                                                           \
    LT_OP(SCALE, "scale", MAP)     /* by constants: x * a + b */                                                       \
    LT_OP(COMPARE, "compare", MAP) /* to bool or an integer; no gradient */                                            \
    LT_OP(SOFTMAX, "softmax", SOFTMAX)                                                                                 \
    LT_OP(LOG_SOFTMAX, "log_softmax", SOFTMAX)                                                                         \
    LT_OP(DROPOUT, "dropout", MAP) /* dim: elements of the mask */                                                     \
    LT_OP(ALPHA_DROPOUT, "alpha_dropout", MAP)                                                                         \
    LT_OP(GAUSSIAN_DROPOUT, "gaussian_dropout", MAP)                                                                   \
    LT_OP(GAUSSIAN_NOISE, "gaussian_noise", MAP)                                                                       \
    LT_OP(ACTIVITY_PENALTY, "activity_penalty", REDUCE) /* adds to the loss; x passes */                               \
    /* elementwise, two operands, with broadcasting */                                                                 \
    LT_OP(ADD, "add", MAP)                                                                                             \
    LT_OP(SUBTRACT, "subtract", MAP)                                                                                   \
    LT_OP(MULTIPLY, "multiply", MAP)                                                                                   \
    LT_OP(DIVIDE, "divide", MAP)                                                                                       \
    LT_OP(POWER, "power", MAP)                                                                                         \
    LT_OP(MAXIMUM, "maximum", MAP) /* and minimum */                                                                   \
    LT_OP(WHERE, "where", MAP)     /* condition, a, b */                                                               \
    /* normalisation: x and what of gamma, beta, statistics there is */                                                \
    LT_OP(BATCH_NORM, "batch_norm", NORM)                                                                              \
    LT_OP(BATCH_NORM_FROZEN, "batch_norm_frozen", NORM) /* inference: a scale and an offset per channel */             \
    LT_OP(LAYER_NORM, "layer_norm", NORM)                                                                              \
    LT_OP(GROUP_NORM, "group_norm", NORM)                                                                              \
    LT_OP(RMS_NORM, "rms_norm", NORM)                                                                                  \
    LT_OP(UNIT_NORM, "unit_norm", NORM)                                                                                \
    /* windows and reductions */                                                                                       \
    LT_OP(MAX_POOL, "max_pool", POOL)                                                                                  \
    LT_OP(AVERAGE_POOL, "average_pool", POOL)                                                                          \
    LT_OP(ADAPTIVE_AVERAGE_POOL, "adaptive_average_pool", POOL)                                                        \
    LT_OP(ADAPTIVE_MAX_POOL, "adaptive_max_pool", POOL)                                                                \
    LT_OP(REDUCE_MEAN, "mean", REDUCE)         /* and sum */                                                           \
    LT_OP(REDUCE_MAX, "reduce_max", REDUCE)    /* and min */                                                           \
    LT_OP(REDUCE_VARIANCE, "variance", REDUCE) /* and std, norm, product: the gradient needs the operand */            \
    LT_OP(RESIZE_NEAREST, "resize_nearest", COPY)                                                                      \
    LT_OP(RESIZE, "resize", MAP) /* bilinear, bicubic, lanczos */                                                      \
    /* copies */                                                                                                       \
    LT_OP(COPY, "copy", COPY)     /* transpose, pad, slice, tile, repeat, reverse */                                   \
    LT_OP(CONCAT, "concat", COPY) /* any number of operands */                                                         \
    /* composites */                                                                                                   \
    LT_OP(ATTENTION, "attention", COMPOSITE)   /* query, key, value projections -> mixed values */                     \
    LT_OP(SIMPLE_RNN, "simple_rnn", COMPOSITE) /* x, kernel, recurrent kernel[, bias] -> sequence, state */            \
    LT_OP(LSTM, "lstm", COMPOSITE)                                                                                     \
    LT_OP(GRU, "gru", COMPOSITE)                                                                                       \
    LT_OP(LOSS, "loss", COMPOSITE)           /* y_pred */                                                              \
    LT_OP(OPTIMIZER, "optimizer", COMPOSITE) /* variable, gradient, slots */                                           \
    LT_OP(PREPROCESS, "preprocess", MAP)     /* image and text preparation: no gradient */                             \
    LT_OP(OPAQUE, "unknown", OPAQUE)

enum lt_op_kind {
#define LT_OP(id, name, class) LT_OP_##id,
    LT_OPS(LT_OP)
#undef LT_OP
        LT_OP_COUNT
};

struct lt_op_info {
    const char *name;
    uint8_t op_class; /* enum lt_op_class */
};

extern const struct lt_op_info lt_ops[LT_OP_COUNT];

#endif
