/* torch.autocast: the dtype of a tensor is no longer that of the policy but follows from the operation that makes it.
 * Matrix products, convolutions and attention take half operands and give half results; softmax, norms, logarithms and
 * losses take and give float32; the others give the widest dtype of their operands. An operand of another dtype is cast
 * for each operation anew (only casts of weights are kept for all). PyTorch, aten/src/ATen/autocast_mode.h, the lists
 * of CUDA. */
#include "core/model/kind.h"
#include "core/step/lowering/lowering.h"

#include <string.h>

enum casting { WIDEST, HALF, SINGLE, SINGLE_INSIDE }; /* the last: a half operand is widened by the kernel itself */

static enum casting casting_of(const struct lt_op *op)
{
    switch ((enum lt_op_class)lt_ops[op->kind].op_class) {
    case LT_CLASS_GEMM:
    case LT_CLASS_CONV:
    case LT_CLASS_DEPTHWISE:
        return HALF;
    case LT_CLASS_SOFTMAX:
        return SINGLE_INSIDE;
    default:
        break;
    }
    switch ((enum lt_op_kind)op->kind) {
    case LT_OP_ATTENTION:
    case LT_OP_LSTM:
    case LT_OP_GRU:
    case LT_OP_SIMPLE_RNN:
        return HALF;
    case LT_OP_LAYER_NORM:
    case LT_OP_GROUP_NORM:
    case LT_OP_RMS_NORM:
    case LT_OP_UNIT_NORM:
    case LT_OP_EXP:
    case LT_OP_LOG:
    case LT_OP_RSQRT:
    case LT_OP_POWER:
    case LT_OP_SOFTPLUS:
    case LT_OP_REDUCE_VARIANCE:
    case LT_OP_LOSS:
        return SINGLE;
    default:
        return WIDEST;
    }
}

static struct lt_tensor_info *info_of(struct lt_builder *b, lt_tensor x)
{
    return &b->program.tensor[x];
}

static bool is_floating(struct lt_builder *b, lt_tensor x)
{
    enum lt_dtype dtype = (enum lt_dtype)info_of(b, x)->dtype;
    return dtype == LT_FLOAT32 || lt_is_half(dtype);
}

/* Weights and their casts, which are made once and do not decide on a result. */
static bool is_weight(struct lt_builder *b, lt_tensor x)
{
    uint32_t op = info_of(b, x)->op;
    if (info_of(b, x)->role == LT_ROLE_VARIABLE)
        return true;
    return op < b->program.op_count && b->program.op[op].kind == LT_OP_CAST &&
           info_of(b, b->program.operand[b->program.op[op].operand])->role == LT_ROLE_VARIABLE;
}

static enum lt_dtype widest(struct lt_builder *b, const lt_tensor *in, int count, enum lt_dtype otherwise)
{
    enum lt_dtype found = LT_DTYPE_COUNT;
    for (int i = 0; i < count; i++)
        if (is_floating(b, in[i]) && !is_weight(b, in[i]) && found != LT_FLOAT32)
            found = (enum lt_dtype)info_of(b, in[i])->dtype;
    return found == LT_DTYPE_COUNT ? otherwise : found;
}

static void autocast_op(struct lt_builder *to, struct lt_op op, const lt_tensor *operand, enum lt_dtype half,
                        lt_tensor *in)
{
    const lt_tensor *out = operand + op.in_count;
    enum casting casting = casting_of(&op);
    memcpy(in, operand, op.in_count * sizeof *in);
    bool weight = op.in_count && is_weight(to, in[0]);
    if (op.kind == LT_OP_CAST && !weight && is_floating(to, in[0]) && is_floating(to, out[0]))
        op.kind = LT_OP_ALIAS; /* of the policy: where one is needed it stands below */
    enum lt_dtype wanted = casting == HALF ? half : LT_FLOAT32;
    for (int i = 0; i < op.in_count && (casting == HALF || casting == SINGLE); i++)
        if (is_floating(to, in[i]))
            in[i] = lt_cast(to, in[i], wanted);
    if (!lt_op_copy(to, &op, in))
        return;
    for (int i = 0; i < op.out_count; i++) {
        lt_op_gives(to, i, out[i]);
        if (!op.in_count || op.kind == LT_OP_CAST || !is_floating(to, out[i]))
            continue;
        struct lt_tensor_info *made_here = info_of(to, out[i]);
        enum lt_dtype dtype = casting == WIDEST ? widest(to, in, op.in_count, (enum lt_dtype)made_here->dtype) : wanted;
        made_here->dtype = (uint8_t)dtype;
        made_here->bytes = lt_dtype_bytes(dtype, made_here->elements);
    }
}

enum lt_status lt_autocast(struct lt_builder *lowered, enum lt_dtype half)
{
    const struct lt_program from = lowered->program;
    struct lt_call call = {0};
    lt_tensor *in = lt_alloc_raw(lowered->arena, from.operand_count + 1u, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    lowered->program.op = NULL;
    lowered->program.operand = NULL;
    lowered->program.op_count = lowered->program.operand_count = 0;
    lowered->op_capacity = lowered->operand_capacity = 0;
    lowered->call = &call;
    for (uint32_t i = 0; i < from.op_count && !lowered->status; i++) {
        call.index = from.op[i].layer;
        lowered->calls = from.op[i].call;
        lowered->region = from.op[i].region;
        autocast_op(lowered, from.op[i], from.operand + from.op[i].operand, half, in);
    }
    lowered->call = NULL;
    lowered->region = 0;
    return lowered->status;
}
