#include "core/model/program.h"

#include "core/base/checked.h"
#include "core/model/activation.h"
#include "core/model/kind.h"

#include <string.h>

static bool make_room(struct lt_builder *b, void **array, uint32_t count, uint32_t *capacity, uint32_t more,
                      size_t size)
{
    if (b->status)
        return false;
    uint32_t wanted = *capacity ? *capacity * 2 : 256 + b->expected;
    while (wanted < count + more)
        wanted *= 2;
    void *grown = lt_alloc_raw(b->arena, wanted, size);
    if (!grown) {
        b->status = LT_NO_MEMORY;
        return false;
    }
    if (count)
        memcpy(grown, *array, count * size);
    *array = grown;
    *capacity = wanted;
    return true;
}

/* Room for `more` entries in one of the program's arrays; sets the builder's status where there is none. */
#define HAS_ROOM(b, name, more)                                                                                        \
    ((!(b)->status && (b)->program.name##_count + (more) <= (b)->name##_capacity) ||                                   \
     make_room(b, (void **)&(b)->program.name, (b)->program.name##_count, &(b)->name##_capacity, more,                 \
               sizeof *(b)->program.name))

lt_tensor lt_tensor_add(struct lt_builder *b, enum lt_role role, uint64_t elements, enum lt_dtype dtype)
{
    if (!HAS_ROOM(b, tensor, 1))
        return LT_NO_TENSOR;
    b->program.tensor[b->program.tensor_count] = (struct lt_tensor_info){
        .elements = elements,
        .bytes = lt_dtype_bytes(dtype, elements),
        .op = UINT32_MAX,
        .layer = b->call ? b->call->index : LT_NO_LAYER,
        .region = b->region,
        .dtype = (uint8_t)dtype,
        .role = (uint8_t)role,
    };
    return b->program.tensor_count++;
}

void lt_builder_init(struct lt_builder *b, struct lt_arena *arena)
{
    *b = (struct lt_builder){.arena = arena};
    if (HAS_ROOM(b, region, 1))
        b->program.region[b->program.region_count++] = (struct lt_region){.times = 1};
}

struct lt_op *lt_op_add(struct lt_builder *b, enum lt_op_kind kind, const lt_tensor *in, int in_count, int out_count)
{
    if (b->program.op_count >= LT_MAX_OPS && !b->status)
        b->status = LT_TOO_LARGE;
    for (int i = 0; i < in_count; i++)
        if (in[i] == LT_NO_TENSOR && !b->status)
            b->status = LT_INVALID;
    uint32_t operands = (uint32_t)(in_count + out_count);
    if (!HAS_ROOM(b, op, 1) || !HAS_ROOM(b, operand, operands))
        return NULL;
    struct lt_op *op = &b->program.op[b->program.op_count++];
    *op = (struct lt_op){
        .kind = (uint16_t)kind,
        .in_count = (uint16_t)in_count,
        .out_count = (uint16_t)out_count,
        .operand = b->program.operand_count,
        .layer = b->call ? b->call->index : LT_NO_LAYER,
        .call = b->calls,
        .region = b->region,
    };
    for (int i = 0; i < in_count; i++)
        b->program.operand[b->program.operand_count++] = in[i];
    b->program.operand_count += (uint32_t)out_count;
    return op;
}

struct lt_op *lt_op_copy(struct lt_builder *b, const struct lt_op *op, const lt_tensor *in)
{
    struct lt_op *copy = lt_op_add(b, (enum lt_op_kind)op->kind, in, op->in_count, op->out_count);
    if (!copy)
        return NULL;
    memcpy(copy->dim, op->dim, sizeof op->dim);
    copy->flops = op->flops;
    copy->flags = op->flags;
    return copy;
}

void lt_op_gives(struct lt_builder *b, int i, lt_tensor x)
{
    if (b->status)
        return;
    const struct lt_op *op = &b->program.op[b->program.op_count - 1];
    b->program.tensor[x].op = b->program.op_count - 1;
    b->program.operand[op->operand + op->in_count + (uint32_t)i] = x;
}

/* Makes the result i of the op that was added last. */
static lt_tensor result(struct lt_builder *b, int i, uint64_t elements, enum lt_dtype dtype)
{
    lt_tensor x = lt_tensor_add(b, LT_ROLE_ACTIVATION, elements, dtype);
    if (x != LT_NO_TENSOR)
        lt_op_gives(b, i, x);
    return x;
}

lt_tensor lt_emit(struct lt_builder *b, enum lt_op_kind kind, const lt_tensor *in, int in_count, uint64_t elements,
                  enum lt_dtype dtype)
{
    return lt_op_add(b, kind, in, in_count, 1) ? result(b, 0, elements, dtype) : LT_NO_TENSOR;
}

struct lt_op *lt_last_op(struct lt_builder *b)
{
    /* A failed builder gives a place to write that nobody reads. */
    if (b->status || !b->program.op_count)
        return &b->discarded;
    return &b->program.op[b->program.op_count - 1];
}

uint64_t lt_elements(const struct lt_builder *b, lt_tensor x)
{
    return x == LT_NO_TENSOR ? 0 : b->program.tensor[x].elements;
}

static enum lt_dtype dtype_of(const struct lt_builder *b, lt_tensor x)
{
    return x == LT_NO_TENSOR ? LT_FLOAT32 : (enum lt_dtype)b->program.tensor[x].dtype;
}

lt_tensor lt_input_raw(struct lt_builder *b, int i)
{
    return b->status ? LT_NO_TENSOR : b->in[i];
}

lt_tensor lt_input(struct lt_builder *b, int i)
{
    lt_tensor x = lt_input_raw(b, i);
    bool floating = lt_dtypes[dtype_of(b, x)].floating;
    return floating ? lt_cast(b, x, (enum lt_dtype)b->call->policy->compute) : x;
}

lt_tensor lt_weight_raw(struct lt_builder *b, int i)
{
    return b->status ? LT_NO_TENSOR : b->variable + (lt_tensor)i;
}

lt_tensor lt_weight(struct lt_builder *b, int i)
{
    lt_tensor x = lt_weight_raw(b, i);
    bool floating = lt_dtypes[dtype_of(b, x)].floating;
    return floating ? lt_cast(b, x, (enum lt_dtype)b->call->policy->compute) : x;
}

void lt_output(struct lt_builder *b, int i, lt_tensor x)
{
    if (!b->status)
        b->out[i] = x;
}

lt_tensor lt_map(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x)
{
    return lt_emit(b, kind, &x, 1, lt_elements(b, x), dtype_of(b, x));
}

lt_tensor lt_map_to(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, uint64_t elements)
{
    return lt_emit(b, kind, &x, 1, elements, dtype_of(b, x));
}

lt_tensor lt_combine(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, lt_tensor y, uint64_t elements)
{
    return lt_emit(b, kind, (lt_tensor[]){x, y}, 2, elements, dtype_of(b, x));
}

lt_tensor lt_cast(struct lt_builder *b, lt_tensor x, enum lt_dtype dtype)
{
    if (b->status || dtype_of(b, x) == dtype)
        return x;
    return lt_emit(b, LT_OP_CAST, &x, 1, lt_elements(b, x), dtype);
}

lt_tensor lt_alias(struct lt_builder *b, lt_tensor x)
{
    return lt_map(b, LT_OP_ALIAS, x);
}

lt_tensor lt_matmul(struct lt_builder *b, lt_tensor x, lt_tensor y, uint64_t batch, uint64_t m, uint64_t n, uint64_t k)
{
    uint64_t elements = lt_mul(batch, lt_mul(m, n));
    lt_tensor out = lt_combine(b, LT_OP_MATMUL, x, y, elements);
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = batch, op->dim[1] = m, op->dim[2] = n, op->dim[3] = k;
    op->flops = 2.0 * (double)elements * (double)k;
    return out;
}

lt_tensor lt_convolve(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, lt_tensor kernel,
                      const struct lt_conv *c)
{
    bool transposed = kind == LT_OP_CONV_TRANSPOSE;
    lt_tensor out = lt_combine(b, kind, x, kernel, lt_mul(c->batch, lt_mul(c->out_pixels, c->out_channels)));
    /* A transposed convolution is the input gradient of the convolution that leads back: seen from that one, its
     * own input has the pixels and channels of the output. */
    uint64_t near = transposed ? c->in_pixels : c->out_pixels, far = transposed ? c->out_pixels : c->in_pixels;
    uint64_t from = transposed ? c->out_channels : c->in_channels, to = transposed ? c->in_channels : c->out_channels;
    uint64_t depth = kind == LT_OP_DEPTHWISE_CONV ? 1 : from / c->groups;
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = c->groups;
    op->dim[1] = lt_mul(c->batch, near);
    op->dim[2] = kind == LT_OP_DEPTHWISE_CONV ? to : to / c->groups;
    op->dim[3] = lt_mul(depth, c->taps);
    op->dim[4] = c->taps;
    op->dim[5] = c->stride;
    op->dim[6] = lt_mul(c->batch, far);
    op->dim[7] = from;
    double groups = kind == LT_OP_DEPTHWISE_CONV ? 1 : (double)c->groups;
    op->flops = 2.0 * groups * (double)op->dim[1] * (double)op->dim[2] * (double)op->dim[3];
    return out;
}

lt_tensor lt_bias(struct lt_builder *b, lt_tensor x, lt_tensor bias)
{
    return bias == LT_NO_TENSOR ? x : lt_combine(b, LT_OP_BIAS_ADD, x, bias, lt_elements(b, x));
}

lt_tensor lt_activate(struct lt_builder *b, lt_tensor x, const struct lt_value *activation)
{
    enum lt_op_kind op = lt_activation_op(activation);
    if (op == LT_OP_ALIAS)
        return x;
    lt_tensor y = lt_map_to(b, op, x, op == LT_OP_GLU ? lt_elements(b, x) / 2 : lt_elements(b, x));
    lt_last_op(b)->flags |= LT_OP_ACTIVATION;
    return y;
}

lt_tensor lt_dropout(struct lt_builder *b, lt_tensor x, double rate, uint64_t mask_elements)
{
    if (rate <= 0 || !b->call->training)
        return x;
    lt_tensor out = lt_map(b, LT_OP_DROPOUT, x);
    lt_last_op(b)->dim[0] = mask_elements;
    return out;
}

lt_tensor lt_attention(struct lt_builder *b, lt_tensor q, lt_tensor k, lt_tensor v, const uint64_t dim[6],
                       unsigned flags, lt_tensor *scores)
{
    uint64_t score_elements = lt_mul(lt_mul(dim[0], dim[1]), lt_mul(dim[2], dim[3]));
    bool returned = scores && (flags & LT_OP_SCORES);
    struct lt_op *op = lt_op_add(b, LT_OP_ATTENTION, (lt_tensor[]){q, k, v}, 3, returned ? 2 : 1);
    if (!op)
        return LT_NO_TENSOR;
    memcpy(op->dim, dim, 6 * sizeof *dim);
    op->flags = (uint16_t)flags;
    op->flops = 2.0 * (double)score_elements * (double)(dim[4] + dim[5]);
    lt_tensor out = result(b, 0, lt_mul(lt_mul(dim[0], dim[1]), lt_mul(dim[2], dim[5])), dtype_of(b, q));
    if (returned)
        *scores = result(b, 1, score_elements, dtype_of(b, q));
    return out;
}

lt_tensor lt_recurrent(struct lt_builder *b, enum lt_op_kind kind, lt_tensor x, lt_tensor kernel, lt_tensor recurrent,
                       lt_tensor bias, const uint64_t dim[7], unsigned flags, lt_tensor states[2])
{
    uint64_t batch = dim[0], steps = dim[1], features = dim[2], units = dim[3], gates = dim[4];
    int state_count = !states ? 0 : kind == LT_OP_LSTM ? 2 : 1;
    struct lt_op *op =
        lt_op_add(b, kind, (lt_tensor[]){x, kernel, recurrent, bias}, bias == LT_NO_TENSOR ? 3 : 4, 1 + state_count);
    if (!op)
        return LT_NO_TENSOR;
    memcpy(op->dim, dim, 7 * sizeof *dim);
    op->flags = (uint16_t)flags;
    op->flops = 2.0 * (double)lt_mul(batch, steps) * (double)(gates * units) * (double)(features + units);
    uint64_t rows = flags & LT_OP_SEQUENCES ? lt_mul(batch, steps) : batch;
    lt_tensor out = result(b, 0, lt_mul(rows, units), dtype_of(b, x));
    for (int i = 0; i < state_count; i++)
        states[i] = result(b, 1 + i, lt_mul(batch, units), dtype_of(b, x));
    return out;
}

lt_tensor lt_state(struct lt_builder *b, uint64_t elements, enum lt_dtype dtype)
{
    lt_tensor x = lt_emit(b, LT_OP_STATE, NULL, 0, elements, dtype);
    lt_last_op(b)->dim[0] = LT_NO_TENSOR;
    return x;
}

void lt_state_next(struct lt_builder *b, lt_tensor state, lt_tensor next)
{
    if (!b->status)
        b->program.op[b->program.tensor[state].op].dim[0] = next;
}

void lt_repeat_begin(struct lt_builder *b, uint64_t times, bool unrolled)
{
    if (!HAS_ROOM(b, region, 1))
        return;
    uint64_t outer_times = b->program.region[b->region].times;
    b->program.region[b->program.region_count] =
        (struct lt_region){.times = lt_mul(times, outer_times), .outer = b->region, .unrolled = unrolled};
    b->region = b->program.region_count++;
}

void lt_repeat_end(struct lt_builder *b)
{
    if (!b->status)
        b->region = b->program.region[b->region].outer;
}
