/* What the catalogue cannot compute: classes that are not in it, and nested models, whose inner graph the walk follows.
 */
#include "core/model/kinds/kinds.h"

/* The shapes stay unknown, so that those that the file states are taken. */
static enum lt_status unknown_shape(struct lt_call *call)
{
    return lt_call_out(call, 1) ? LT_OK : LT_NO_MEMORY;
}

static void unknown_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_opaque(call, b);
}

const struct lt_kind lt_kind_unknown = {
    .name = "Unknown",
    .module = "keras.layers",
    .help = "A layer class that is not in the catalogue: its shapes are the file's, its work is not known",
    .family = LT_FAMILY_UNKNOWN,
    .shape = unknown_shape,
    .ops = unknown_ops,
};

const struct lt_kind lt_kind_model = {
    .name = "Functional",
    .alias = LT_ALIAS("Model", "Sequential"),
    .module = "keras",
    .help = "A model used as a layer",
    .family = LT_FAMILY_MODEL,
};
