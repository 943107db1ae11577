/* How Keras 3 composes attention and recurrent layers from TensorFlow's operations.
 * Sources: keras/src/backend/tensorflow/nn.py (dot_product_attention), layers/attention/multi_head_attention.py,
 * layers/rnn/{lstm,gru,simple_rnn}.py, backend/tensorflow/rnn.py. What these rules keep was measured:
 * tests/reference/kept_layers.json. */
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
    /* A causal mask alone is the same for all samples. */
    uint64_t mask_elements = lt_mul(op->flags & LT_OP_MASKED ? op->dim[0] : 1, lt_mul(op->dim[2], op->dim[3]));
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

void lt_expand_attention(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    if (op->flags & (LT_OP_DROPPED | LT_OP_SCORES))
        attention_explicit(b, op, in, out);
    else
        attention_fused(b, op, in, out);
}

/* --- recurrent layers as loops over the steps ------------------------------------------------------------------- */

enum { MOST_GATES = 4 };

/* One step of a recurrent layer. */
struct step {
    struct lt_builder *b;
    const struct lt_op *op;
    const struct lt_loop_style *style;
    uint64_t batch, features, units, gates, elements; /* elements of a state */
    enum lt_op_kind activation, recurrent_activation;
    lt_tensor x, h, kernel, recurrent, bias;
};

static lt_tensor map(struct step *s, enum lt_op_kind kind, lt_tensor x)
{
    return kind == LT_OP_ALIAS ? x : lt_map(s->b, kind, x);
}

static lt_tensor combine(struct step *s, enum lt_op_kind kind, lt_tensor x, lt_tensor y)
{
    return lt_combine(s->b, kind, x, y, lt_elements(s->b, x));
}

/* x under a mask that is drawn once for all steps. The loop's gradient also asks for the mask's, so x is kept as well.
 */
static lt_tensor dropped(struct step *s, lt_tensor x)
{
    uint32_t region = s->b->region;
    s->b->region = s->b->status ? region : s->b->program.region[region].outer;
    lt_tensor mask = lt_state(s->b, lt_elements(s->b, x), dtype_of(s->b, x));
    s->b->region = region;
    return combine(s, LT_OP_MULTIPLY, x, mask);
}

/* One gate's part of the product of all of them. */
static lt_tensor cut(struct step *s, lt_tensor all)
{
    return lt_map_to(s->b, s->style->gates_are_views ? LT_OP_ALIAS : LT_OP_COPY, all, s->elements);
}

/* All gates in one product, then cut apart. */
static void project_whole(struct step *s, lt_tensor x, lt_tensor kernel, lt_tensor bias, uint64_t depth,
                          lt_tensor *gate)
{
    lt_tensor all = lt_bias(s->b, lt_matmul(s->b, x, kernel, 1, s->batch, s->gates * s->units, depth), bias);
    for (uint64_t i = 0; i < s->gates; i++)
        gate[i] = s->gates == 1 ? all : cut(s, all);
}

/* A product for each gate on its own part of the kernel and, with recurrent dropout, its own mask (implementation 1).
 */
static void project_parts(struct step *s, lt_tensor x, lt_tensor kernel, uint64_t depth, bool drop, lt_tensor *gate)
{
    for (uint64_t i = 0; i < s->gates; i++) {
        lt_tensor part = lt_map_to(s->b, LT_OP_COPY, kernel, lt_mul(depth, s->units));
        gate[i] = lt_matmul(s->b, drop ? dropped(s, x) : x, part, 1, s->batch, s->units, depth);
    }
}

static void project(struct step *s, lt_tensor *x, lt_tensor *h)
{
    if (s->gates > 1 && (s->op->flags & LT_OP_RECURRENT_DROPPED)) {
        project_parts(s, s->x, s->kernel, s->features, false, x);
        project_parts(s, s->h, s->recurrent, s->units, true, h);
        return;
    }
    project_whole(s, s->x, s->kernel, s->bias, s->features, x);
    project_whole(s, s->h, s->recurrent, LT_NO_TENSOR, s->units, h);
}

static lt_tensor gate(struct step *s, enum lt_op_kind activation, lt_tensor x, lt_tensor h)
{
    return map(s, activation, combine(s, LT_OP_ADD, x, h));
}

static lt_tensor simple_step(struct step *s)
{
    lt_tensor x, h, before = s->h;
    if (s->op->flags & LT_OP_RECURRENT_DROPPED)
        s->h = dropped(s, s->h);
    project_whole(s, s->x, s->kernel, s->bias, s->features, &x);
    project_whole(s, s->h, s->recurrent, LT_NO_TENSOR, s->units, &h);
    s->h = before;
    return gate(s, s->activation, x, h);
}

/* i, f, o = sigmoid; c = f c' + i tanh(g); h = o tanh(c) */
static lt_tensor lstm_step(struct step *s, lt_tensor carry, lt_tensor *next_carry)
{
    lt_tensor x[MOST_GATES], h[MOST_GATES];
    project(s, x, h);
    lt_tensor i = gate(s, s->recurrent_activation, x[0], h[0]), f = gate(s, s->recurrent_activation, x[1], h[1]);
    lt_tensor g = gate(s, s->activation, x[2], h[2]), o = gate(s, s->recurrent_activation, x[3], h[3]);
    *next_carry = combine(s, LT_OP_ADD, combine(s, LT_OP_MULTIPLY, f, carry), combine(s, LT_OP_MULTIPLY, i, g));
    return combine(s, LT_OP_MULTIPLY, o, map(s, s->activation, *next_carry));
}

/* z, r = sigmoid; n = tanh(x + r (U h)), or tanh(x + U (r h)) where the reset stands before; h = z h' + (1 - z) n */
static lt_tensor gru_step(struct step *s)
{
    lt_tensor x[MOST_GATES], h[MOST_GATES], n;
    bool before = s->op->flags & LT_OP_RESET_BEFORE;
    if (before && !(s->op->flags & LT_OP_RECURRENT_DROPPED)) {
        project_whole(s, s->x, s->kernel, s->bias, s->features, x);
        lt_tensor both = lt_map_to(s->b, LT_OP_COPY, s->recurrent, lt_mul(s->units, 2 * s->units));
        both = lt_matmul(s->b, s->h, both, 1, s->batch, 2 * s->units, s->units);
        h[0] = lt_map_to(s->b, LT_OP_COPY, both, s->elements);
        h[1] = lt_map_to(s->b, LT_OP_COPY, both, s->elements);
    } else {
        project(s, x, h);
    }
    lt_tensor z = gate(s, s->recurrent_activation, x[0], h[0]), r = gate(s, s->recurrent_activation, x[1], h[1]);
    if (before) {
        lt_tensor part = lt_map_to(s->b, LT_OP_COPY, s->recurrent, lt_mul(s->units, s->units));
        n = lt_matmul(s->b, combine(s, LT_OP_MULTIPLY, r, s->h), part, 1, s->batch, s->units, s->units);
    } else {
        n = combine(s, LT_OP_MULTIPLY, r, h[2]);
    }
    n = gate(s, s->activation, x[2], n);
    return combine(s, LT_OP_ADD, combine(s, LT_OP_MULTIPLY, z, s->h),
                   combine(s, LT_OP_MULTIPLY, map(s, LT_OP_NEGATE, z), n));
}

/* A kernel as one step reads it. */
static lt_tensor kernel_of(struct step *s, lt_tensor stored, enum lt_dtype dtype)
{
    lt_tensor kernel = lt_cast(s->b, stored, dtype);
    return s->style->copies_kernels && kernel == stored ? lt_map(s->b, LT_OP_COPY, kernel) : kernel;
}

void lt_expand_recurrent(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out,
                         const struct lt_loop_style *style)
{
    enum lt_dtype dtype = dtype_of(b, in[0]);
    struct step s = {.b = b,
                     .op = op,
                     .style = style,
                     .batch = op->dim[0],
                     .features = op->dim[2],
                     .units = op->dim[3],
                     .gates = op->dim[4],
                     .elements = lt_mul(op->dim[0], op->dim[3]),
                     .activation = (enum lt_op_kind)op->dim[5],
                     .recurrent_activation = (enum lt_op_kind)op->dim[6]};
    lt_tensor next[2] = {LT_NO_TENSOR, LT_NO_TENSOR};
    lt_tensor stored[3] = {in[1], in[2], op->in_count > 3 ? in[3] : LT_NO_TENSOR};
    for (int i = 0; i < 3 && style->casts_outside; i++)
        stored[i] = stored[i] == LT_NO_TENSOR ? LT_NO_TENSOR : lt_cast(b, stored[i], dtype);
    lt_repeat_begin(b, op->dim[1], op->flags & LT_OP_UNROLLED);
    s.x = lt_map_to(b, LT_OP_COPY, in[0], lt_mul(s.batch, s.features));
    if (op->flags & LT_OP_DROPPED)
        s.x = dropped(&s, s.x);
    s.kernel = kernel_of(&s, stored[0], dtype);
    s.recurrent = kernel_of(&s, stored[1], dtype);
    s.bias = stored[2] == LT_NO_TENSOR ? LT_NO_TENSOR : lt_cast(b, stored[2], dtype);
    s.h = lt_state(b, s.elements, dtype);
    if (op->kind == LT_OP_LSTM) {
        lt_tensor carry = lt_state(b, s.elements, dtype);
        next[0] = lstm_step(&s, carry, &next[1]);
        lt_state_next(b, carry, next[1]);
    } else {
        next[0] = op->kind == LT_OP_GRU ? gru_step(&s) : simple_step(&s);
    }
    lt_state_next(b, s.h, style->states_apart ? lt_map(b, LT_OP_COPY, next[0]) : next[0]);
    lt_repeat_end(b);
    uint64_t rows = op->flags & LT_OP_SEQUENCES ? lt_mul(op->dim[0], op->dim[1]) : op->dim[0];
    out[0] = lt_map_to(b, LT_OP_COPY, next[0], lt_mul(rows, s.units));
    for (int i = 1; i < op->out_count; i++)
        out[i] = lt_map(b, LT_OP_COPY, next[i - 1]);
}

static bool is_recurrent(const struct lt_op *op)
{
    return op->kind == LT_OP_LSTM || op->kind == LT_OP_GRU || op->kind == LT_OP_SIMPLE_RNN;
}

static bool expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out,
                   const struct lt_loop_style *style)
{
    if (op->kind == LT_OP_ATTENTION)
        lt_expand_attention(b, op, in, out);
    else if (is_recurrent(op))
        lt_expand_recurrent(b, op, in, out, style);
    else
        return false;
    return true;
}

/* cuDNN runs an LSTM or GRU as one kernel where its conditions hold (keras/src/backend/tensorflow/rnn.py); never
 * SimpleRNN. */
bool lt_is_cudnn(const struct lt_op *op)
{
    bool fusible = op->kind == LT_OP_LSTM || op->kind == LT_OP_GRU;
    return fusible && !(op->flags & (LT_OP_NOT_FUSED | LT_OP_UNROLLED | LT_OP_RECURRENT_DROPPED));
}

static const struct lt_loop_style GRAPH_LOOP = {0};
/* XLA stacks the kernels of each step by value (measured: 4 bytes per parameter and step in float32, 6 in half). */
static const struct lt_loop_style XLA_LOOP = {.copies_kernels = true};
/* lax.scan takes the kernels as constants, cast once. */
static const struct lt_loop_style SCAN_LOOP = {.casts_outside = true, .states_apart = true};

bool lt_tensorflow_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, &GRAPH_LOOP);
}

bool lt_tensorflow_expand_gpu(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return !lt_is_cudnn(op) && expand(b, op, in, out, &GRAPH_LOOP);
}

bool lt_tensorflow_expand_xla(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, &XLA_LOOP);
}

bool lt_jax_expand(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return expand(b, op, in, out, &SCAN_LOOP);
}

bool lt_jax_expand_gpu(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in, lt_tensor *out)
{
    return !lt_is_cudnn(op) && expand(b, op, in, out, &SCAN_LOOP);
}
