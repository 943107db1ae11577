/* How Keras 3 composes attention and recurrent layers from TensorFlow's operations.
 * Sources: keras/src/backend/tensorflow/nn.py (dot_product_attention), layers/attention/multi_head_attention.py,
 * layers/rnn/{lstm,gru,simple_rnn}.py, backend/tensorflow/rnn.py. What these rules keep was measured:
 * tests/reference/kept_layers.csv. */
#include "core/step/lowering/lowering.h"

#include "core/base/checked.h"

static enum lt_dtype dtype_of(const struct lt_builder *b, lt_tensor x)
{
    return x == LT_NO_TENSOR ? LT_FLOAT32 : (enum lt_dtype)b->program.tensor[x].dtype;
}

static lt_tensor attend(struct lt_builder *b, lt_tensor probabilities, lt_tensor v, const struct lt_op *op)
{
    return lt_matmul(b, probabilities, v, lt_mul(op->dim[0], op->dim[1]), op->dim[2], op->dim[5], op->dim[3]);
}

static lt_tensor scores_of(struct lt_builder *b, lt_tensor q, lt_tensor k, const struct lt_op *op)
{
    return lt_matmul(b, q, k, lt_mul(op->dim[0], op->dim[1]), op->dim[2], op->dim[3], op->dim[4]);
}

/* A bool of `elements` made on the spot decides where x stands. */
static lt_tensor masked(struct lt_builder *b, lt_tensor x, uint64_t elements)
{
    lt_tensor mask = lt_emit(b, LT_OP_COMPARE, NULL, 0, elements, LT_BOOL);
    return lt_emit(b, LT_OP_WHERE, (lt_tensor[]){mask, x}, 2, lt_elements(b, x), dtype_of(b, x));
}

/* ops.dot_product_attention: logits and softmax in float32, a mask of every score. */
static void attention_fused(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    enum lt_dtype dtype = dtype_of(b, in[0]);
    lt_tensor logits = lt_cast(b, scores_of(b, in[0], in[1], op), LT_FLOAT32);
    logits = lt_map(b, LT_OP_SCALE, logits);
    if (op->flags & (LT_OP_CAUSAL | LT_OP_MASKED))
        logits = masked(b, logits, lt_elements(b, logits));
    lt_tensor probabilities = lt_cast(b, lt_map(b, LT_OP_SOFTMAX, logits), dtype);
    out[0] = attend(b, probabilities, in[2], op);
}

/* MultiHeadAttention with dropout on the scores, or that returns them: all in the compute dtype, a mask without heads.
 */
static void attention_explicit(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    uint64_t mask_elements = lt_mul(op->dim[0], lt_mul(op->dim[2], op->dim[3]));
    bool has_mask = op->flags & (LT_OP_CAUSAL | LT_OP_MASKED);
    lt_tensor q = lt_map(b, LT_OP_SCALE, in[0]);
    lt_tensor scores = scores_of(b, q, in[1], op);
    if (has_mask)
        scores = masked(b, scores, mask_elements);
    scores = lt_map(b, LT_OP_SOFTMAX, scores);
    out[1] = scores;
    if (op->flags & LT_OP_DROPPED) {
        scores = lt_map(b, LT_OP_DROPOUT, scores);
        lt_last_op(b)->dim[0] = lt_elements(b, scores);
    }
    out[0] = attend(b, scores, in[2], op);
}

static void attention(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    if (op->flags & (LT_OP_DROPPED | LT_OP_SCORES))
        attention_explicit(b, op, in, out);
    else
        attention_fused(b, op, in, out);
}

/* --- recurrent layers as loops over the steps ------------------------------------------------------------------- */

struct step {
    struct lt_builder *b;
    const struct lt_op *op;
    uint64_t batch, features, units;
    lt_tensor x, kernel, recurrent, bias; /* of one step */
};

/* What the step before left: a tensor of its own, held once per step where the gradient needs it. */
static lt_tensor state(struct step *s)
{
    return lt_emit(s->b, LT_OP_INPUT, NULL, 0, lt_mul(s->batch, s->units), dtype_of(s->b, s->x));
}

static lt_tensor project(struct step *s, lt_tensor x, lt_tensor kernel, uint64_t depth)
{
    return lt_matmul(s->b, x, kernel, 1, s->batch, s->op->dim[4] * s->units, depth);
}

/* One gate's share of the projection of all gates. */
static lt_tensor part(struct step *s, lt_tensor all)
{
    return lt_map_to(s->b, LT_OP_COPY, all, lt_mul(s->batch, s->units));
}

static lt_tensor map(struct step *s, enum lt_op_kind kind, lt_tensor x)
{
    return lt_map(s->b, kind, x);
}

static lt_tensor combine(struct step *s, enum lt_op_kind kind, lt_tensor x, lt_tensor y)
{
    return lt_combine(s->b, kind, x, y, lt_elements(s->b, x));
}

static lt_tensor dropped(struct step *s, lt_tensor x, unsigned flag)
{
    if (!(s->op->flags & flag))
        return x;
    lt_tensor mask = lt_emit(s->b, LT_OP_INPUT, NULL, 0, lt_elements(s->b, x), dtype_of(s->b, x));
    return combine(s, LT_OP_MULTIPLY, x, mask);
}

static void simple_step(struct step *s, lt_tensor h, lt_tensor *next)
{
    lt_tensor z =
        combine(s, LT_OP_ADD, project(s, s->x, s->kernel, s->features), project(s, h, s->recurrent, s->units));
    next[0] = map(s, LT_OP_TANH, lt_bias(s->b, z, s->bias));
}

/* i, f, o = sigmoid; c = f c' + i tanh(g); h = o tanh(c) */
static void lstm_step(struct step *s, lt_tensor h, lt_tensor c, lt_tensor *next)
{
    lt_tensor z =
        combine(s, LT_OP_ADD, project(s, s->x, s->kernel, s->features), project(s, h, s->recurrent, s->units));
    z = lt_bias(s->b, z, s->bias);
    lt_tensor i = map(s, LT_OP_SIGMOID, part(s, z)), f = map(s, LT_OP_SIGMOID, part(s, z));
    lt_tensor g = map(s, LT_OP_TANH, part(s, z)), o = map(s, LT_OP_SIGMOID, part(s, z));
    next[1] = combine(s, LT_OP_ADD, combine(s, LT_OP_MULTIPLY, f, c), combine(s, LT_OP_MULTIPLY, i, g));
    next[0] = combine(s, LT_OP_MULTIPLY, o, map(s, LT_OP_TANH, next[1]));
}

/* z, r = sigmoid; n = tanh(x + r (U h)); h = z h' + (1 - z) n */
static void gru_step(struct step *s, lt_tensor h, lt_tensor *next)
{
    lt_tensor x = lt_bias(s->b, project(s, s->x, s->kernel, s->features), s->bias);
    lt_tensor u = lt_bias(s->b, project(s, h, s->recurrent, s->units), s->bias);
    lt_tensor z = map(s, LT_OP_SIGMOID, combine(s, LT_OP_ADD, part(s, x), part(s, u)));
    lt_tensor r = map(s, LT_OP_SIGMOID, combine(s, LT_OP_ADD, part(s, x), part(s, u)));
    lt_tensor n = map(s, LT_OP_TANH, combine(s, LT_OP_ADD, part(s, x), combine(s, LT_OP_MULTIPLY, r, part(s, u))));
    next[0] =
        combine(s, LT_OP_ADD, combine(s, LT_OP_MULTIPLY, z, h), combine(s, LT_OP_MULTIPLY, map(s, LT_OP_NEGATE, z), n));
}

static void recurrent(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    enum lt_dtype dtype = dtype_of(b, in[0]);
    struct step s = {.b = b, .op = op, .batch = op->dim[0], .features = op->dim[2], .units = op->dim[3]};
    lt_repeat_begin(b, op->dim[1], op->flags & LT_OP_UNROLLED);
    s.x = dropped(&s, lt_map_to(b, LT_OP_COPY, in[0], lt_mul(s.batch, s.features)), LT_OP_DROPPED);
    s.kernel = lt_cast(b, in[1], dtype);
    s.recurrent = lt_cast(b, in[2], dtype);
    s.bias = op->in_count > 3 ? lt_cast(b, in[3], dtype) : LT_NO_TENSOR;
    lt_tensor before = dropped(&s, state(&s), LT_OP_RECURRENT_DROPPED);
    lt_tensor next[2] = {LT_NO_TENSOR, LT_NO_TENSOR};
    if (op->kind == LT_OP_LSTM)
        lstm_step(&s, before, state(&s), next);
    else if (op->kind == LT_OP_GRU)
        gru_step(&s, before, next);
    else
        simple_step(&s, before, next);
    lt_repeat_end(b);
    uint64_t rows = op->flags & LT_OP_SEQUENCES ? lt_mul(op->dim[0], op->dim[1]) : op->dim[0];
    out[0] = lt_map_to(b, LT_OP_COPY, next[0], lt_mul(rows, s.units));
    for (int i = 1; i < op->out_count; i++)
        out[i] = lt_alias(b, next[i - 1]);
}

bool lt_tensorflow_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    if (op->kind == LT_OP_ATTENTION)
        attention(b, op, in, out);
    else if (op->kind == LT_OP_LSTM || op->kind == LT_OP_GRU || op->kind == LT_OP_SIMPLE_RNN)
        recurrent(b, op, in, out);
    else
        return false;
    return true;
}

/* cuDNN runs an LSTM or GRU as one kernel where its conditions hold (keras/src/backend/tensorflow/rnn.py); never
 * SimpleRNN. */
bool lt_tensorflow_expand_gpu(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    bool fusible = op->kind == LT_OP_LSTM || op->kind == LT_OP_GRU;
    if (fusible && !(op->flags & (LT_OP_NOT_FUSED | LT_OP_UNROLLED | LT_OP_RECURRENT_DROPPED)))
        return false;
    return lt_tensorflow_expand(b, op, in, out);
}
