/* Layers that tell a model where in a sequence something stands. KerasHub 0.32's layers/modeling. */
#include "core/model/kinds/kinds.h"

static enum lt_status sequence_shape(struct lt_call *call)
{
    enum lt_status status = lt_expect_rank(call, 3);
    return status ? status : lt_call_shape(call, 3, call->in[0].dim);
}

/* Fails where the sequence is longer than the table of positions. */
static enum lt_status fits(struct lt_call *call, int64_t steps, int64_t positions)
{
    if (steps <= positions)
        return LT_OK;
    return lt_call_fail(call, "a sequence of %lld steps has only %lld positions", (long long)steps,
                        (long long)positions);
}

/* The first rows of a table, the same for each sample. */
static lt_tensor positions_of(struct lt_builder *b, lt_tensor table, const struct lt_shape *out)
{
    lt_tensor rows = lt_map_to(b, LT_OP_COPY, table, lt_mul((uint64_t)out->dim[1], (uint64_t)out->dim[2]));
    return lt_map_to(b, LT_OP_COPY, rows, lt_shape_elements(out));
}

/* --- PositionEmbedding -------------------------------------------------------------------------------------------- */

enum { POSITIONS };

static const struct lt_field POSITION_FIELDS[] = {
    {.name = "sequence_length",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Positions in the table: the longest sequence"},
};

static enum lt_status position_shape(struct lt_call *call)
{
    enum lt_status status = sequence_shape(call);
    return status ? status : fits(call, call->in[0].dim[1], lt_config_int(call, POSITIONS));
}

static void position_variables(const struct lt_call *call, struct lt_variables *out)
{
    lt_variable_add(call, out, "embeddings", true, 2,
                    (int64_t[]){lt_config_int(call, POSITIONS), call->in[0].dim[call->in[0].rank - 1]});
}

static void position_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, positions_of(b, lt_weight(b, 0), &call->out[0]));
}

/* --- TokenAndPositionEmbedding ------------------------------------------------------------------------------------ */

enum { TOKEN_VOCABULARY, TOKEN_POSITIONS, TOKEN_WIDTH, TOKEN_TIED, TOKEN_MASK };

static const struct lt_field TOKEN_FIELDS[] = {
    {.name = "vocabulary_size",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Rows of the tokens' table"},
    {.name = "sequence_length",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Rows of the positions' table: the longest sequence"},
    {.name = "embedding_dim", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "Size of the vectors"},
    {.name = "tie_weights",
     .type = LT_FIELD_BOOL,
     .initial = "true",
     .help = "Whether the way back to the vocabulary uses the same table"},
    {.name = "mask_zero",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Whether index 0 is padding that later layers skip"},
};

/* A task on top of the model calls the tokens' table alone, from vectors back to the vocabulary. */
static bool is_reverse(const struct lt_call *call)
{
    return lt_call_keyword(call, "reverse");
}

static enum lt_status reverse_shape(struct lt_call *call)
{
    enum lt_status status = lt_expect_rank(call, 3);
    const int64_t *in = call->in[0].dim;
    return status ? status : lt_call_shape(call, 3, (int64_t[]){in[0], in[1], lt_config_int(call, TOKEN_VOCABULARY)});
}

static enum lt_status token_shape(struct lt_call *call)
{
    if (is_reverse(call))
        return reverse_shape(call);
    enum lt_status status = lt_expect_rank(call, 2);
    if (!status)
        status = fits(call, call->in[0].dim[1], lt_config_int(call, TOKEN_POSITIONS));
    int64_t width = lt_config_int(call, TOKEN_WIDTH);
    return status ? status : lt_call_shape(call, 3, (int64_t[]){call->in[0].dim[0], call->in[0].dim[1], width});
}

static void token_variables(const struct lt_call *call, struct lt_variables *out)
{
    int64_t vocabulary = lt_config_int(call, TOKEN_VOCABULARY), width = lt_config_int(call, TOKEN_WIDTH);
    lt_variable_add(call, out, "token_embedding/embeddings", true, 2, (int64_t[]){vocabulary, width});
    if (!lt_config_bool(call, TOKEN_TIED))
        lt_variable_add(call, out, "token_embedding/reverse_embeddings", true, 2, (int64_t[]){width, vocabulary});
    lt_variable_add(call, out, "position_embedding/embeddings", true, 2,
                    (int64_t[]){lt_config_int(call, TOKEN_POSITIONS), width});
}

static void reverse_ops(const struct lt_call *call, struct lt_builder *b)
{
    uint64_t vocabulary = (uint64_t)lt_config_int(call, TOKEN_VOCABULARY);
    uint64_t rows = lt_shape_elements(&call->out[0]) / vocabulary, width = (uint64_t)lt_config_int(call, TOKEN_WIDTH);
    lt_tensor table = lt_weight(b, lt_config_bool(call, TOKEN_TIED) ? 0 : 1);
    lt_output(b, 0, lt_matmul(b, lt_input(b, 0), table, 1, rows, vocabulary, width));
}

static void token_ops(const struct lt_call *call, struct lt_builder *b)
{
    if (is_reverse(call)) {
        reverse_ops(call, b);
        return;
    }
    uint64_t elements = lt_shape_elements(&call->out[0]);
    lt_tensor indices = lt_input_raw(b, 0);
    if (lt_dtypes[call->in[0].dtype].floating)
        indices = lt_cast(b, indices, LT_INT32);
    lt_tensor tokens = lt_emit(b, LT_OP_GATHER, (lt_tensor[]){lt_weight(b, 0), indices}, 2, elements,
                               (enum lt_dtype)call->policy->compute);
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = (uint64_t)lt_config_int(call, TOKEN_VOCABULARY);
    op->dim[1] = (uint64_t)lt_config_int(call, TOKEN_WIDTH);
    op->dim[2] = lt_shape_elements(&call->in[0]);
    lt_tensor table = lt_weight(b, lt_config_bool(call, TOKEN_TIED) ? 1 : 2);
    lt_output(b, 0, lt_combine(b, LT_OP_ADD, tokens, positions_of(b, table, &call->out[0]), elements));
}

/* --- without variables -------------------------------------------------------------------------------------------- */

/* x * cos + (its halves swapped) * sin. */
static void rotary_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_tensor x = lt_input(b, 0), turned = lt_map(b, LT_OP_SCALE, lt_map(b, LT_OP_COPY, x));
    lt_output(b, 0, lt_combine(b, LT_OP_ADD, lt_map(b, LT_OP_SCALE, x), turned, lt_elements(b, x)));
}

/* Only the shape of the input has a say. */
static void sine_ops(const struct lt_call *call, struct lt_builder *b)
{
    (void)call;
    lt_output(b, 0, lt_map(b, LT_OP_COPY, lt_map(b, LT_OP_STOP_GRADIENT, lt_input(b, 0))));
}

#define POSITION(class_name, text)                                                                                     \
    .name = class_name, .module = "keras_hub.layers", .family = LT_FAMILY_ATTENTION, .help = text

const struct lt_kind kinds_positions[] = {
    {POSITION("PositionEmbedding", "A table with a vector for each position"), LT_FIELDS(POSITION_FIELDS),
     .shape = position_shape, .variables = position_variables, .ops = position_ops},
    {POSITION("TokenAndPositionEmbedding", "The sum of a token's and its position's vector"), LT_FIELDS(TOKEN_FIELDS),
     .shape = token_shape, .variables = token_variables, .ops = token_ops},
    {POSITION("RotaryEmbedding", "Turns vectors by their position"), .shape = lt_shape_same, .ops = rotary_ops},
    {POSITION("SinePositionEncoding", "Sines and cosines of the position"), .shape = lt_shape_same, .ops = sine_ops},
    {.name = NULL},
};
