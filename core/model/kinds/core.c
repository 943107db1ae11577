/* Core layers: inputs, dense and embedding layers, and those that pass their input on. */
#include "core/model/kinds/kernel.h"

/* ------------------------------------------------------------------------------------------------- input */

enum { INPUT_SHAPE, INPUT_DTYPE };

static const struct lt_field INPUT_FIELDS[] = {
    {.name = "batch_shape",
     .type = LT_FIELD_INTS,
     .low = 0,
     .high = LT_DIM_LIMIT,
     .optional = true,
     .help = "The shape with the batch; none where an axis is open"},
    {.name = "dtype", .type = LT_FIELD_TEXT, .initial = "float32", .help = "The number format of the input"},
    {.name = "sparse", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the input is a sparse tensor"},
    {.name = "ragged", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the input is a ragged tensor"},
    {.name = "optional", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the input may be left out"},
};

/* The input itself, bound by the walk, comes as operand 0; where none comes, the config must leave nothing open. */
static enum lt_status input_shape(struct lt_call *call)
{
    struct lt_shape *out = lt_call_out(call, 1);
    if (!out)
        return LT_NO_MEMORY;
    if (call->in_count) {
        *out = call->in[0];
        return LT_OK;
    }
    const struct lt_value *shape = lt_config(call, INPUT_SHAPE);
    if (shape->type != LT_VALUE_INTS || shape->count > LT_MAX_RANK)
        return lt_call_fail(call, "the input's batch_shape is not given or has more than %d axes", LT_MAX_RANK);
    for (uint32_t i = 0; i < shape->count; i++)
        if (shape->ints[i] < 0)
            return lt_call_fail(call, "axis %u of the input is open", i);
    const char *dtype = lt_config_text(call, INPUT_DTYPE);
    enum lt_dtype known = dtype ? lt_dtype_find(dtype) : LT_FLOAT32;
    *out =
        (struct lt_shape){.rank = (int8_t)shape->count, .dtype = known < LT_DTYPE_COUNT ? (uint8_t)known : LT_FLOAT32};
    for (uint32_t i = 0; i < shape->count; i++)
        out->dim[i] = shape->ints[i];
    return LT_OK;
}

static void input_ops(const struct lt_call *call, struct lt_builder *b)
{
    if (call->in_count)
        lt_output(b, 0, lt_input_raw(b, 0));
    else
        lt_output(b, 0,
                  lt_emit(b, LT_OP_INPUT, NULL, 0, lt_shape_elements(call->out), (enum lt_dtype)call->out->dtype));
}

const struct lt_kind lt_kind_input = {
    .name = "InputLayer",
    .alias = LT_ALIAS("Input"),
    .module = "keras.layers",
    .help = "An input of the model",
    .family = LT_FAMILY_CORE,
    LT_FIELDS(INPUT_FIELDS),
    .shape = input_shape,
    .ops = input_ops,
};

/* -------------------------------------------------------------------------------------------- embeddings */

enum { EMBED_VOCABULARY, EMBED_WIDTH, EMBED_MASK, EMBED_QUANTIZATION, EMBED_LORA_RANK, EMBED_LORA_ALPHA };
enum { REVERSIBLE_TIED = EMBED_LORA_RANK, REVERSIBLE_DTYPE, REVERSIBLE_CAP };

#define EMBEDDING_FIELDS                                                                                               \
    {.name = "input_dim",                                                                                              \
     .type = LT_FIELD_INT,                                                                                             \
     .low = 1,                                                                                                         \
     .high = LT_DIM_LIMIT,                                                                                             \
     .help = "Rows of the table: the size of the vocabulary"},                                                         \
        {.name = "output_dim",                                                                                         \
         .type = LT_FIELD_INT,                                                                                         \
         .low = 1,                                                                                                     \
         .high = LT_DIM_LIMIT,                                                                                         \
         .help = "Size of the vector that each index becomes"},                                                        \
        {.name = "mask_zero",                                                                                          \
         .type = LT_FIELD_BOOL,                                                                                        \
         .initial = "false",                                                                                           \
         .help = "Whether index 0 is padding that later layers skip"},                                                 \
        LT_FIELD_QUANTIZATION

static const struct lt_field EMBED_FIELDS[] = {EMBEDDING_FIELDS, LT_FIELD_LORA_RANK, LT_FIELD_LORA_ALPHA};

static const struct lt_field REVERSIBLE_FIELDS[] = {
    EMBEDDING_FIELDS,
    {.name = "tie_weights",
     .type = LT_FIELD_BOOL,
     .initial = "true",
     .help = "Whether the way back to the vocabulary uses the same table"},
    {.name = "reverse_dtype", .type = LT_FIELD_TEXT, .optional = true, .help = "The number format of the way back"},
    {.name = "logit_soft_cap", .type = LT_FIELD_FLOAT, .optional = true, .help = "Bound of the logits of the way back"},
};

static struct lt_kernel embed_kernel(const struct lt_call *call, int64_t lora_rank)
{
    int64_t rows = lt_config_int(call, EMBED_VOCABULARY), width = lt_config_int(call, EMBED_WIDTH);
    return (struct lt_kernel){
        .name = "embeddings",
        .rank = 2,
        .dim = {rows, width},
        .inputs = rows,
        .outputs = width,
        .lora_rank = lora_rank,
        .quantizable = true,
        .by_row = true,
    };
}

static enum lt_status embed_shape(struct lt_call *call)
{
    if (call->in_count < 1)
        return lt_call_fail(call, "%s needs indices as input", call->layer->kind->name);
    if (lt_config_int(call, EMBED_VOCABULARY) < 1 || lt_config_int(call, EMBED_WIDTH) < 1)
        return lt_call_fail(call, "input_dim or output_dim is not given");
    if (call->in[0].rank == LT_MAX_RANK)
        return lt_call_fail(call, "the input has too many axes");
    struct lt_shape out = call->in[0];
    out.dim[out.rank++] = lt_config_int(call, EMBED_WIDTH);
    return lt_call_shape(call, out.rank, out.dim);
}

static void embed_variables(const struct lt_call *call, struct lt_variables *out)
{
    const struct lt_kernel kernel = embed_kernel(call, lt_config_int(call, EMBED_LORA_RANK));
    lt_kernel_variables(call, &kernel, out);
    lt_kernel_adapters(call, &kernel, out);
}

/* Rows of a table by index; indices that come as floating point, as old models have them, are cast first. */
static lt_tensor look_up(const struct lt_call *call, struct lt_builder *b, lt_tensor table)
{
    lt_tensor indices = lt_input_raw(b, 0);
    if (lt_dtypes[call->in[0].dtype].floating)
        indices = lt_cast(b, indices, LT_INT32);
    uint64_t lookups = lt_shape_elements(&call->in[0]), width = (uint64_t)lt_config_int(call, EMBED_WIDTH);
    lt_tensor out = lt_emit(b, LT_OP_GATHER, (lt_tensor[]){table, indices}, 2, lt_mul(lookups, width),
                            (enum lt_dtype)call->policy->compute);
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = (uint64_t)lt_config_int(call, EMBED_VOCABULARY);
    op->dim[1] = width;
    op->dim[2] = lookups;
    return out;
}

/* Under a quantized policy the rows are gathered as they are stored, then scaled. */
static void embed_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_kernel kernel = embed_kernel(call, lt_config_int(call, EMBED_LORA_RANK));
    unsigned mode = lt_kernel_quantization(call, &kernel);
    if (mode == LT_QUANTIZATION_NONE) {
        lt_output(b, 0, look_up(call, b, lt_kernel_weight(call, b, &kernel, false)));
        return;
    }
    lt_tensor rows = look_up(call, b, lt_weight_raw(b, 0));
    lt_output(b, 0, lt_map(b, LT_OP_SCALE, rows));
}

/* Keras 3's layers/core/reversible_embedding.py: call(inputs, reverse=True) goes from vectors back to the vocabulary.
 */
static bool is_reverse(const struct lt_call *call)
{
    return lt_call_keyword(call, "reverse");
}

static enum lt_status reversible_shape(struct lt_call *call)
{
    if (!is_reverse(call))
        return embed_shape(call);
    if (call->in_count < 1 || call->in[0].rank < 2)
        return lt_call_fail(call, "the way back needs vectors as input");
    struct lt_shape out = call->in[0];
    out.dim[out.rank - 1] = lt_config_int(call, EMBED_VOCABULARY);
    return lt_call_shape(call, out.rank, out.dim);
}

static void reversible_variables(const struct lt_call *call, struct lt_variables *out)
{
    const struct lt_kernel kernel = embed_kernel(call, 0);
    lt_kernel_variables(call, &kernel, out);
    if (!lt_config_bool(call, REVERSIBLE_TIED))
        lt_kernel_reverse_variables(call, &kernel, out);
}

static void reversible_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_kernel kernel = embed_kernel(call, 0);
    if (!is_reverse(call)) {
        lt_output(b, 0, look_up(call, b, lt_kernel_weight(call, b, &kernel, false)));
        return;
    }
    bool tied = lt_config_bool(call, REVERSIBLE_TIED);
    uint64_t vocabulary = (uint64_t)kernel.inputs, width = (uint64_t)kernel.outputs;
    uint64_t rows = lt_shape_elements(&call->out[0]) / vocabulary;
    lt_tensor table = tied ? lt_kernel_weight(call, b, &kernel, false) : lt_kernel_reverse_weight(call, b, &kernel);
    lt_tensor logits = lt_matmul(b, lt_input(b, 0), table, 1, rows, vocabulary, width);
    if (lt_config(call, REVERSIBLE_CAP)->type != LT_VALUE_NULL)
        logits = lt_map(b, LT_OP_SCALE, lt_map(b, LT_OP_TANH, lt_map(b, LT_OP_SCALE, logits)));
    lt_output(b, 0, logits);
}

/* --------------------------------------------------------------------------------- Identity, Lambda, Masking */

static void identity_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_alias(b, lt_input(b, 0)));
}

enum { LAMBDA_OUTPUT_SHAPE };

static const struct lt_field LAMBDA_FIELDS[] = {
    {.name = "output_shape", .type = LT_FIELD_TREE, .optional = true, .help = "The result's shape without the batch"},
    {.name = "function", .type = LT_FIELD_TREE, .optional = true, .help = "The function: never run"},
    {.name = "function_type", .type = LT_FIELD_TEXT, .optional = true, .help = "How the function is written"},
    {.name = "module", .type = LT_FIELD_TEXT, .optional = true, .help = "Where the function comes from"},
    {.name = "output_shape_type", .type = LT_FIELD_TEXT, .optional = true, .help = "How the shape is written"},
    {.name = "output_shape_module", .type = LT_FIELD_TEXT, .optional = true, .help = "Where the shape comes from"},
};

/* What the config states; else what the file says of the call; else, as Keras assumes, the shape of the input. */
static enum lt_status lambda_shape(struct lt_call *call)
{
    const struct lt_value *stated = lt_config(call, LAMBDA_OUTPUT_SHAPE);
    const struct lt_tree *list = stated->type == LT_VALUE_TREE ? stated->tree : NULL;
    if (list && list->type == LT_TREE_LIST && list->count < LT_MAX_RANK && call->in_count && call->in[0].rank > 0) {
        int64_t dim[LT_MAX_RANK] = {call->in[0].dim[0]};
        int rank = 1;
        bool open = false;
        for (const struct lt_tree *child = list->child; child; child = child->next) {
            dim[rank] = lt_tree_int(child, -1);
            open = open || dim[rank++] < 0;
        }
        if (!open)
            return lt_call_shape(call, rank, dim);
    }
    if (list || (call->node && call->node->declared_count))
        return lt_call_out(call, 1) ? LT_OK : LT_NO_MEMORY;
    return lt_call_same(call);
}

static const struct lt_field MASKING_FIELDS[] = {
    {.name = "mask_value", .type = LT_FIELD_FLOAT, .initial = "0.0", .help = "Steps that hold only this are padding"},
};

/* where(any(x != value), x, 0) over the last axis. */
static void masking_ops(const struct lt_call *call, struct lt_builder *b)
{
    const struct lt_shape *in = &call->in[0];
    lt_tensor x = lt_input(b, 0);
    uint64_t elements = lt_elements(b, x), features = in->rank > 0 ? (uint64_t)in->dim[in->rank - 1] : 1;
    lt_tensor differs = lt_emit(b, LT_OP_COMPARE, &x, 1, elements, LT_BOOL);
    lt_tensor kept = lt_map_to(b, LT_OP_REDUCE_MAX, differs, features ? elements / features : 0);
    lt_output(b, 0, lt_emit(b, LT_OP_WHERE, (lt_tensor[]){kept, x}, 2, elements, (enum lt_dtype)call->policy->compute));
}

/* ---------------------------------------------------- layers of keras.applications.convnext and of its Keras 2 form */

enum { LAYER_SCALE_INIT, LAYER_SCALE_DIM };

static const struct lt_field LAYER_SCALE_FIELDS[] = {
    {.name = "init_values", .type = LT_FIELD_FLOAT, .initial = "1e-6", .help = "What every factor starts with"},
    {.name = "projection_dim", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "How many channels"},
};

static void layer_scale_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t channels = lt_config_int(call, LAYER_SCALE_DIM);
    lt_variable_add(call, out, "gamma", true, 1, &channels);
}

static void layer_scale_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_combine(b, LT_OP_MULTIPLY, lt_input(b, 0), lt_weight(b, 0), lt_shape_elements(&call->in[0])));
}

static const struct lt_field STOCHASTIC_DEPTH_FIELDS[] = {
    {.name = "drop_path_rate", .type = LT_FIELD_FLOAT, .low = 0, .high = 1, .help = "Share of the samples dropped"},
};

static void stochastic_depth_ops(const struct lt_call *call, struct lt_builder *b)
{
    uint64_t samples = call->in[0].rank > 0 ? (uint64_t)call->in[0].dim[0] : 1;
    lt_output(b, 0, lt_dropout(b, lt_input(b, 0), lt_config_float(call, 0), samples));
}

/* ------------------------------------------------------------------------------------------------- table */

#define CORE(class_name, text) .name = class_name, .module = "keras.layers", .family = LT_FAMILY_CORE, .help = text

const struct lt_kind kinds_core[] = {
    {CORE("Embedding", "A table of vectors, looked up by index"), LT_FIELDS(EMBED_FIELDS), .shape = embed_shape,
     .variables = embed_variables, .ops = embed_ops},
    {CORE("ReversibleEmbedding", "A table of vectors that also leads from vectors back to the vocabulary"),
     LT_FIELDS(REVERSIBLE_FIELDS), .shape = reversible_shape, .variables = reversible_variables, .ops = reversible_ops},
    {CORE("Identity", "Passes its input on"), .shape = lt_shape_same, .ops = identity_ops},
    {CORE("Lambda", "A function of the user: its work is not known"), LT_FIELDS(LAMBDA_FIELDS), .shape = lambda_shape,
     .ops = lt_opaque},
    {CORE("Masking", "Marks the steps that hold only one value as padding"), LT_FIELDS(MASKING_FIELDS),
     .shape = lt_shape_same, .ops = masking_ops},
    {CORE("LayerScale", "A trained factor for each channel"), LT_FIELDS(LAYER_SCALE_FIELDS), .shape = lt_shape_same,
     .variables = layer_scale_variables, .ops = layer_scale_ops},
    {CORE("StochasticDepth", "Drops whole samples of a branch in training"), LT_FIELDS(STOCHASTIC_DEPTH_FIELDS),
     .shape = lt_shape_same, .ops = stochastic_depth_ops},
    {.name = NULL},
};
