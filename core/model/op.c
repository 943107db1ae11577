#include "core/model/op.h"

const struct lt_op_info lt_ops[LT_OP_COUNT] = {
#define LT_OP(id, name, class) [LT_OP_##id] = {name, LT_CLASS_##class},
    LT_OPS(LT_OP)
#undef LT_OP
};
