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
enum lt_extra_size { LT_OF_OUT, LT_OF_IN, LT_OF_DIM0, LT_OF_SEQUENCE /* of a recurrent op: batch x steps x units */ };

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

/* One framework under one generation of Keras and one way of execution. An op's row is the first case of its own that
 * holds, else that of its table, else what `base` says; the table of the last base is whole. */
struct lt_framework_lowering {
    const char *framework; /* as in the set-up */
    const char *execution;
    const struct lt_framework_lowering *base;
    const struct lt_lowering *row; /* by enum lt_op_kind; NULL: the base's */
    const struct lt_lowering_case *special;
    int special_count;
    lt_lowering_expand *expand;
    bool loss_sees_logits; /* crossentropy takes the operand of the softmax or sigmoid that made y_pred */
    bool fused_update;     /* one kernel updates a variable, without temporaries; else Keras composes the update */
};

/* The row of an op; never NULL. */
const struct lt_lowering *lt_lowering_row(const struct lt_framework_lowering *lowering, const struct lt_op *op);

extern const struct lt_framework_lowering lt_lowering_tensorflow;     /* Keras 3, graph, on a CPU */
extern const struct lt_framework_lowering lt_lowering_tensorflow_gpu; /* with cuDNN's recurrent kernels */
extern const struct lt_framework_lowering lt_lowering_tensorflow_2, lt_lowering_tensorflow_2_gpu; /* Keras 2, none */

lt_lowering_expand lt_tensorflow_expand, lt_tensorflow_expand_gpu;

/* The lowering that a set-up asks for. */
const struct lt_framework_lowering *lt_lowering_choose(const struct lt_setup *setup, bool gpu);

/* The simple ops of `from` for one framework, in from's arena; `from`'s tensors keep their indices. */
enum lt_status lt_lower(const struct lt_builder *from, const struct lt_framework_lowering *lowering,
                        struct lt_builder *to);

#endif
