/* The logical program of one forward pass, and the builder with which layers emit it.
 * Ops and tensors only: it knows no framework, no device and no time. Lives in the arena of one estimate.
 * The builder's status is sticky: emitting on a failed builder does nothing, the caller checks once. */
#ifndef LT_MODEL_PROGRAM_H
#define LT_MODEL_PROGRAM_H

#include "core/base/status.h"
#include "core/model/graph.h"
#include "core/model/op.h"
#include "core/model/policy.h"

enum lt_role {
    LT_ROLE_ACTIVATION,
    LT_ROLE_INPUT,
    LT_ROLE_VARIABLE,
    LT_ROLE_GRADIENT, /* of an activation */
    LT_ROLE_VARIABLE_GRADIENT,
};

/* Index of a tensor in the program. */
typedef uint32_t lt_tensor;
#define LT_NO_TENSOR UINT32_MAX

struct lt_tensor_info {
    uint64_t elements, bytes;
    uint32_t op;     /* that makes it; UINT32_MAX: none (variables) */
    uint32_t layer;  /* document index of the layer it is charged to */
    uint32_t region; /* it exists once per turn of this region; 0: once */
    uint8_t dtype, role;
    bool trainable; /* of a variable */
    bool result;    /* of a layer's call in the model's own graph, not in one inside it */
};

enum { LT_OP_DIMS = 8 };

struct lt_op {
    uint16_t kind; /* enum lt_op_kind */
    uint16_t in_count, out_count;
    uint16_t flags;   /* enum lt_op_flag */
    uint32_t operand; /* first of in_count inputs, then out_count outputs, in the program's operands */
    uint32_t layer;   /* document index */
    uint32_t call;    /* of a layer in the model's graphs that it belongs to, counted from 1; 0: none */
    uint32_t region;
    uint64_t dim[LT_OP_DIMS]; /* by class, see op.h */
    double flops;             /* 2 per multiply-add, of matmul and convolution only */
};

enum lt_op_flag {
    LT_OP_CAUSAL = 1, /* attention, recurrent: see lt_attention */
    LT_OP_MASKED = 2,
    LT_OP_SCORES = 4,     /* attention: the scores are an output */
    LT_OP_DROPPED = 8,    /* attention: dropout on the scores; recurrent: on inputs */
    LT_OP_UNROLLED = 16,  /* recurrent; set by the lowering: in a region without a loop */
    LT_OP_NOT_FUSED = 32, /* recurrent: an activation, bias or dropout that a fused kernel does not know */
    LT_OP_SEQUENCES = 64, /* recurrent: all steps are an output */
    LT_OP_RECURRENT_DROPPED = 128,
    LT_OP_SHAPE_ONLY = 1024,  /* the gradient needs only the operand's shape */
    LT_OP_WIDENED = 512,      /* set by the lowering: computed in float32 between half tensors */
    LT_OP_ACTIVATION = 2048,  /* the function that the layer's `activation` names */
    LT_OP_RESET_BEFORE = 256, /* GRU: the reset gate stands before the recurrent product (reset_after false) */
};

static inline bool lt_is_recurrent(const struct lt_op *op)
{
    return op->kind == LT_OP_LSTM || op->kind == LT_OP_GRU || op->kind == LT_OP_SIMPLE_RNN;
}

/* A part that runs several times: time steps, calls of an unrolled loop. Counted, never unrolled. Region 0 is the
 * whole. */
struct lt_region {
    uint64_t times; /* in total, the outer region's turns included */
    uint32_t outer;
    bool unrolled; /* separate ops in the graph rather than a loop's body */
};

struct lt_program {
    struct lt_op *op;
    struct lt_tensor_info *tensor;
    lt_tensor *operand;
    struct lt_region *region;
    uint32_t op_count, tensor_count, operand_count, region_count;
};

enum { LT_MAX_OPS = 65536 };

struct lt_call;

struct lt_builder {
    struct lt_arena *arena;
    struct lt_program program;
    uint32_t op_capacity, tensor_capacity, operand_capacity, region_capacity;
    uint32_t expected;          /* entries, roughly: room for so many is made at first; 0: not known */
    enum lt_status status;      /* LT_TOO_LARGE above LT_MAX_OPS */
    const struct lt_call *call; /* the call whose ops are emitted */
    const lt_tensor *in;        /* its operands */
    lt_tensor *out;             /* its results, filled by lt_output */
    lt_tensor variable;         /* its layer's first variable */
    uint32_t calls;             /* of layers so far */
    uint32_t region;
    struct lt_op discarded; /* what lt_last_op gives once the builder has failed */
};

/* An empty program in `arena`. */
void lt_builder_init(struct lt_builder *b, struct lt_arena *arena);

/* For the walk and the lowering; layers need neither. A tensor of its own, made by no op, charged to the current call;
 * and an op whose `out_count` results are still to be entered in the program's operands. NULL on a failed builder. */
lt_tensor lt_tensor_add(struct lt_builder *b, enum lt_role role, uint64_t elements, enum lt_dtype dtype);
struct lt_op *lt_op_add(struct lt_builder *b, enum lt_op_kind kind, const lt_tensor *in, int in_count, int out_count);

/* The same op on other operands, its results still to be entered: dims, FLOPs and flags. NULL on a failed builder. */
struct lt_op *lt_op_copy(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in);
/* Makes `x`, a tensor that is there already, result i of the op that was added last. */
void lt_op_gives(struct lt_builder *b, int i, lt_tensor x);

/* The call's operand i as it comes, and cast to the call's compute dtype where it is floating and differs (autocast).
 */
lt_tensor lt_input_raw(struct lt_builder *b, int i);
lt_tensor lt_input(struct lt_builder *b, int i);

/* The layer's variable i in the order of its variables(): as stored, and cast to the compute dtype on access. */
lt_tensor lt_weight_raw(struct lt_builder *b, int i);
lt_tensor lt_weight(struct lt_builder *b, int i);

/* Result i of the call. Every result must be set exactly once. */
void lt_output(struct lt_builder *b, int i, lt_tensor x);

uint64_t lt_elements(const struct lt_builder *b, lt_tensor x);

/* Any op with one result of `elements` in `dtype`. */
lt_tensor lt_emit(struct lt_builder *b, enum lt_op_kind kind, const lt_tensor *in, int in_count, uint64_t elements,
                  enum lt_dtype dtype);

/* The op that was emitted last, to set its dim, flops and flags; never NULL. */
struct lt_op *lt_last_op(struct lt_builder *b);

/* One operand, result of the same size and dtype. */
lt_tensor lt_map(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x);
/* One operand, result of another size: copies, pooling, reductions. */
lt_tensor lt_map_to(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, uint64_t elements);
/* Two operands, broadcast to `elements`. */
lt_tensor lt_combine(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, lt_tensor y, uint64_t elements);
/* A cast; x itself where it has the dtype already. */
lt_tensor lt_cast(struct lt_builder *b, lt_tensor x, enum lt_dtype dtype);
/* Another view of the same storage. */
lt_tensor lt_alias(struct lt_builder *b, lt_tensor x);
/* batch x (m x k) times (k x n). With a kernel, which has no batch of its own, batch is 1 and m counts all rows. */
lt_tensor lt_matmul(struct lt_builder *b, lt_tensor x, lt_tensor y, uint64_t batch, uint64_t m, uint64_t n, uint64_t k);

/* A convolution over any number of spatial axes; all counts are products over them. */
struct lt_conv {
    uint64_t batch, in_channels, out_channels, groups;
    uint64_t in_pixels, out_pixels; /* of one sample */
    uint64_t taps;                  /* kernel positions */
    uint64_t stride;                /* product of the strides */
};
/* kind: LT_OP_CONV, LT_OP_CONV_TRANSPOSE, LT_OP_DEPTHWISE_CONV. MACs: batch * out_pixels * taps * in/groups * out, for
 * a transposed convolution with in_pixels, for a depthwise one batch * out_pixels * taps * out. */
lt_tensor lt_convolve(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, lt_tensor kernel,
                      const struct lt_conv *conv);

/* x + bias where the layer has one: LT_NO_TENSOR for `bias` gives x. */
lt_tensor lt_bias(struct lt_builder *b, lt_tensor x, lt_tensor bias);

/* The activation that a config value names (see activation.h); linear gives x. */
lt_tensor lt_activate(struct lt_builder *b, lt_tensor x, const struct lt_value *activation);

/* Dropout of `rate` with a mask of mask_elements; x itself at rate 0 and in inference. */
lt_tensor lt_dropout(struct lt_builder *b, lt_tensor x, double rate, uint64_t mask_elements);

/* softmax(q k^T) v over `heads`; q: batch x queries x heads x key_dim, k: batch x keys x heads x key_dim, v: …
 * value_dim. Emits LT_OP_ATTENTION with dim: batch, heads, queries, keys, key_dim, value_dim. `flags` of enum
 * lt_op_flag. scores (may be NULL) receives the probabilities where LT_OP_SCORES is set. */
lt_tensor lt_attention(struct lt_builder *b, lt_tensor q, lt_tensor k, lt_tensor v, const uint64_t dim[6],
                       unsigned flags, lt_tensor *scores);

/* A recurrent layer over `steps`: emits LT_OP_SIMPLE_RNN, LSTM or GRU with dim: batch, steps, features, units, gates,
 * and the ops (enum lt_op_kind) of the activation and the recurrent activation. kernel, recurrent and bias come as
 * stored (lt_weight_raw): a loop casts them in every step. bias LT_NO_TENSOR: none. x has the compute dtype. Result 0
 * is the sequence (LT_OP_SEQUENCES) or the last output; states[0..1] (may be NULL) receive the final states: 2 for an
 * LSTM, else 1. */
lt_tensor lt_recurrent(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, lt_tensor kernel, lt_tensor recurrent,
                       lt_tensor bias, const uint64_t dim[7], unsigned flags, lt_tensor states[2]);

/* Inside a repeat: a tensor that the turn before left. lt_state_next says which tensor of this turn becomes it. */
lt_tensor lt_state(struct lt_builder *b, uint64_t elements, enum lt_dtype dtype);
void lt_state_next(struct lt_builder *b, lt_tensor state, lt_tensor next);

/* What follows runs `times` times, until lt_repeat_end; sizes are those of one turn. */
void lt_repeat_begin(struct lt_builder *b, uint64_t times, bool unrolled);
void lt_repeat_end(struct lt_builder *b);

#endif
