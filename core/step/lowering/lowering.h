/* What a framework makes of each logical op: which operands its gradient needs, what else it leaves behind, how many
 * kernels run and how often they pass over the data. One table per framework; no branch on a framework stands anywhere
 * else. Knows no device and no time. */
#ifndef LT_STEP_LOWERING_H
#define LT_STEP_LOWERING_H

#include "core/model/document.h"
#include "core/model/program.h"

/* Bits of `keep`: the tensors that the gradient with respect to one operand reads. */
enum { LT_IN0 = 1, LT_IN1 = 2, LT_IN2 = 4, LT_OUT = 8 };

/* What a tensor that an op makes for its own gradient is as large as. */
enum lt_extra_size {
    LT_OF_OUT,
    LT_OF_IN,
    LT_OF_IN1,
    LT_OF_DIM0,
    LT_OF_SEQUENCE, /* of a recurrent op: batch x steps x units */
    LT_OF_QUERIES,  /* of an attention: batch x heads x queries */
};

/* An op's own kept tensor: `count` times the elements of `of`, in `dtype`. count 0: none. */
struct lt_extra {
    float count;
    uint8_t of;    /* enum lt_extra_size */
    uint8_t dtype; /* enum lt_dtype, or LT_SAME */
};
enum { LT_SAME = 255 }; /* the op's own dtype */

enum lt_lowering_flag {
    LT_IN_FLOAT32 = 1,  /* computed in float32 whatever the policy: a half operand is cast, the result cast back */
    LT_IN_PLACE = 2,    /* writes its result over its first operand where nobody else needs that */
    LT_NO_GRADIENT = 4, /* nothing flows back through it */
    LT_RECOMPUTED = 8,  /* a compiler computes its result again in the backward pass rather than keep it */
};

struct lt_lowering {
    uint8_t flags;
    uint8_t keep[3]; /* for the gradient of operand 0, 1, 2 */
    uint8_t pass;    /* bit i: the gradient of operand i is that of the result, unchanged or summed */
    struct lt_extra extra[2];
    uint8_t kernels[2]; /* forward, backward */
    float passes[2];    /* reads and writes of the largest operand; 0: by the operands' own sizes */
    float scratch[2];   /* temporaries while it runs, in results of the forward op (float32 where computed so) */
};

/* A row for some of the ops of one kind. */
struct lt_lowering_case {
    uint16_t op;
    bool (*when)(const struct lt_op *op); /* NULL: all of them */
    struct lt_lowering row;
};

/* Replaces a composite op by simple ones through `b`: in[] are its operands, out[] receives what stands for its
 * results. False, and nothing done: the op stays as it is. */
typedef bool lt_lowering_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out);

/* Bytes that a crossentropy keeps per element of y_pred, where they differ from those of core/model/loss.h. */
struct lt_loss_kept {
    const char *loss;
    uint8_t logits, probabilities;
};

/* One framework under one generation of Keras and one way of execution. An op's row is the first case of its own that
 * holds, else that of its table, else what `base` says; the table of the last base is whole. */
struct lt_framework_lowering {
    const struct lt_framework_lowering *base;
    const struct lt_lowering *row; /* by enum lt_op_kind; NULL: the base's */
    const struct lt_lowering_case *special;
    int special_count;
    lt_lowering_expand *expand;
    const struct lt_loss_kept *loss; /* NULL: as TensorFlow's graph */
    int loss_count;
    bool loss_sees_logits; /* crossentropy takes the operand of the softmax or sigmoid that made y_pred */
    bool updates_late;     /* all gradients are there before the first update */
    /* Of one update, in variables of the same size; negative: as the optimizer's table says. */
    float update_temporaries;
    bool update_at_once;    /* of all variables together, and so are the temporaries */
    bool averages_at_once;  /* of a moving average: the products with it are made before any update */
    bool gradients_stay;    /* from step to step, and are added to, where several are summed for one update */
    bool update_in_place;   /* adding a scaled tensor needs no temporary */
    uint8_t update_kernels; /* for each variable */
    float overlap;          /* share of the backward pass that an all-reduce of gradients may run behind */
    bool gradient_buckets;  /* gradients are copied into buffers for that, which stay */
    bool results_stay;      /* what each layer's call gives, until the model's call ends: Python holds on to it */
    bool autocasts;         /* a mixed policy is torch.autocast: see lt_autocast */
    bool compiled;          /* one program for the whole step */
    bool merges_products;   /* a matrix product is not computed again: the compiler finds its first result */
    uint16_t fused_classes; /* bit i: ops of this enum lt_op_class join their consumer in one kernel */
};

/* A lowering with the bases that it falls back on looked through once. */
struct lt_lowering_rows {
    const struct lt_framework_lowering *lowering;
    const struct lt_lowering *row[LT_OP_COUNT]; /* by enum lt_op_kind; NULL: it depends on the op */
};
struct lt_lowering_rows lt_lowering_rows_of(const struct lt_framework_lowering *lowering);

/* The row of an op; never NULL. */
const struct lt_lowering *lt_lowering_row(const struct lt_lowering_rows *rows, const struct lt_op *op);

extern const struct lt_framework_lowering lt_lowering_tensorflow;     /* Keras 3, graph, on a CPU */
extern const struct lt_framework_lowering lt_lowering_tensorflow_gpu; /* with cuDNN's recurrent kernels */
extern const struct lt_framework_lowering lt_lowering_tensorflow_2, lt_lowering_tensorflow_2_gpu; /* Keras 2, none */
extern const struct lt_framework_lowering lt_lowering_tensorflow_2_9, lt_lowering_tensorflow_2_9_gpu; /* up to 2.9 */
extern const struct lt_framework_lowering lt_lowering_tensorflow_xla, lt_lowering_jax, lt_lowering_jax_gpu;
extern const struct lt_framework_lowering lt_lowering_torch, lt_lowering_torch_gpu;             /* under Keras 3 */
extern const struct lt_framework_lowering lt_lowering_torch_plain, lt_lowering_torch_plain_gpu; /* without Keras */
extern const struct lt_framework_lowering lt_lowering_torch_1, lt_lowering_torch_1_gpu; /* the same before 2.0 */

/* How a framework writes a recurrent layer as a loop over its steps. */
struct lt_loop_style {
    bool casts_outside;   /* kernels are cast to the compute dtype once, not in every step */
    bool copies_kernels;  /* each step keeps its kernels by value */
    bool gates_are_views; /* of the product of all of them */
    bool states_apart;    /* the state that a step hands on is not the tensor that it kept */
};
void lt_expand_recurrent(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out,
                         const struct lt_loop_style *style);
/* Attention as matrix products with a softmax between them; scores in float32 or as the policy has them. */
void lt_expand_attention(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out);

/* Whether cuDNN has this recurrent layer as one kernel. */
bool lt_is_cudnn(const struct lt_op *op);

lt_lowering_expand lt_tensorflow_expand, lt_tensorflow_expand_gpu, lt_tensorflow_expand_xla, lt_jax_expand,
    lt_jax_expand_gpu;

/* The lowering that a set-up asks for: framework, generation of Keras and execution, and what `auto` means for this
 * program on a GPU or a CPU. Never NULL: an execution that a framework does not have is its usual one. */
const struct lt_framework_lowering *lt_lowering_choose(const struct lt_setup *setup, const struct lt_document *document,
                                                       const struct lt_program *logical, bool gpu);

/* The simple ops of `from` for one framework, in from's arena; `from`'s tensors keep their indices. */
enum lt_status lt_lower(const struct lt_builder *from, const struct lt_lowering_rows *rows, struct lt_builder *to);

/* Gives each tensor of a lowered program the dtype that torch.autocast gives it, with the casts between. half: the
 * dtype of autocast. LT_NO_MEMORY, LT_TOO_LARGE. */
enum lt_status lt_autocast(struct lt_builder *lowered, enum lt_dtype half);

#endif
