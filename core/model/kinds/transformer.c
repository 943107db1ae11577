/* Whole blocks of a transformer as one layer, as KerasHub has them: attention and feed-forward with their norms and the
 * sums around them. What differs between the families of models stands in a table of styles: which weights a block has,
 * in Keras's order, and a few traits; a block without a gate or a bias just has no such weight. KerasHub 0.32's
 * layers/modeling/transformer_encoder.py, transformer_decoder.py, and models/ llama, mistral, qwen, qwen3, phi3, gemma,
 * gemma3, gpt_neo_x, bloom, falcon. */
#include "core/model/kinds/kinds.h"

/* --- weights ------------------------------------------------------------------------------------------------------ */

enum weight {
    END,
    QUERY,
    QUERY_BIAS,
    QUERY_NORM,
    KEY,
    KEY_BIAS,
    KEY_NORM,
    VALUE,
    VALUE_BIAS,
    ATTENDED,
    ATTENDED_BIAS,
    JOINT,
    JOINT_BIAS,
    CROSS_QUERY,
    CROSS_QUERY_BIAS,
    CROSS_KEY,
    CROSS_KEY_BIAS,
    CROSS_VALUE,
    CROSS_VALUE_BIAS,
    CROSS_ATTENDED,
    CROSS_ATTENDED_BIAS,
    UP,
    UP_BIAS,
    GATE,
    DOWN,
    DOWN_BIAS,
    FIRST_NORM,
    FIRST_BETA,
    CROSS_NORM,
    CROSS_BETA,
    SECOND_NORM,
    SECOND_BETA,
    AFTER_ATTENTION,
    AFTER_FORWARD,
    WEIGHT_COUNT
};

static const char *const weight_names[WEIGHT_COUNT] = {
    [QUERY] = "self_attention/query/kernel",
    [QUERY_BIAS] = "self_attention/query/bias",
    [QUERY_NORM] = "self_attention/query_norm/scale",
    [KEY] = "self_attention/key/kernel",
    [KEY_BIAS] = "self_attention/key/bias",
    [KEY_NORM] = "self_attention/key_norm/scale",
    [VALUE] = "self_attention/value/kernel",
    [VALUE_BIAS] = "self_attention/value/bias",
    [ATTENDED] = "self_attention/attention_output/kernel",
    [ATTENDED_BIAS] = "self_attention/attention_output/bias",
    [JOINT] = "self_attention/query_key_value/kernel",
    [JOINT_BIAS] = "self_attention/query_key_value/bias",
    [CROSS_QUERY] = "cross_attention/query/kernel",
    [CROSS_QUERY_BIAS] = "cross_attention/query/bias",
    [CROSS_KEY] = "cross_attention/key/kernel",
    [CROSS_KEY_BIAS] = "cross_attention/key/bias",
    [CROSS_VALUE] = "cross_attention/value/kernel",
    [CROSS_VALUE_BIAS] = "cross_attention/value/bias",
    [CROSS_ATTENDED] = "cross_attention/attention_output/kernel",
    [CROSS_ATTENDED_BIAS] = "cross_attention/attention_output/bias",
    [UP] = "feedforward_intermediate_dense/kernel",
    [UP_BIAS] = "feedforward_intermediate_dense/bias",
    [GATE] = "feedforward_gate_dense/kernel",
    [DOWN] = "feedforward_output_dense/kernel",
    [DOWN_BIAS] = "feedforward_output_dense/bias",
    [FIRST_NORM] = "self_attention_norm/scale",
    [FIRST_BETA] = "self_attention_norm/beta",
    [CROSS_NORM] = "cross_attention_norm/scale",
    [CROSS_BETA] = "cross_attention_norm/beta",
    [SECOND_NORM] = "feedforward_norm/scale",
    [SECOND_BETA] = "feedforward_norm/beta",
    [AFTER_ATTENTION] = "post_attention_norm/scale",
    [AFTER_FORWARD] = "post_feedforward_norm/scale",
};

/* --- styles ------------------------------------------------------------------------------------------------------- */

enum trait {
    CAUSAL = 1,
    ROTARY = 2,       /* query and key are turned by their position */
    PARALLEL = 4,     /* attention and feed-forward start from the same tensor */
    NORM_BEFORE = 8,  /* the norms stand before their branch; otherwise as the configuration says */
    SHARED_KEYS = 16, /* heads of the query that share a key do so in the product, without copies of it */
    HEADS_FIRST = 32, /* kernels are (heads, features, size of a head) */
    FLAT = 64,        /* the kernel behind the attention is a plain matrix */
    HALVED = 128,     /* the feed-forward part has half of intermediate_dim */
    DROPS_SCORES = 256,
};

struct style {
    const uint8_t *weights; /* ended by END */
    unsigned traits;
    enum lt_op_kind activation; /* where the configuration does not say; LT_OP_ALIAS: it does */
};

enum style_id { ENCODER, DECODER, LLAMA, QWEN, QWEN3, PHI3, GEMMA, GEMMA3, NEOX, BLOOM, FALCON };

#define BIASED_ATTENTION QUERY, QUERY_BIAS, KEY, KEY_BIAS, VALUE, VALUE_BIAS, ATTENDED, ATTENDED_BIAS
#define BIASED_CROSS                                                                                                   \
    CROSS_QUERY, CROSS_QUERY_BIAS, CROSS_KEY, CROSS_KEY_BIAS, CROSS_VALUE, CROSS_VALUE_BIAS, CROSS_ATTENDED,           \
        CROSS_ATTENDED_BIAS
#define BIASED_FORWARD    UP, UP_BIAS, DOWN, DOWN_BIAS
#define FIRST_LAYER_NORM  FIRST_NORM, FIRST_BETA
#define SECOND_LAYER_NORM SECOND_NORM, SECOND_BETA
#define WEIGHTS(...)      ((const uint8_t[]){__VA_ARGS__, END})

static const struct style styles[] = {
    [ENCODER] = {WEIGHTS(BIASED_ATTENTION, FIRST_LAYER_NORM, SECOND_LAYER_NORM, BIASED_FORWARD), DROPS_SCORES,
                 LT_OP_ALIAS},
    [DECODER] = {WEIGHTS(BIASED_ATTENTION, FIRST_LAYER_NORM, BIASED_CROSS, CROSS_NORM, CROSS_BETA, BIASED_FORWARD,
                         SECOND_LAYER_NORM),
                 CAUSAL | DROPS_SCORES, LT_OP_ALIAS},
    [LLAMA] = {WEIGHTS(QUERY, KEY, VALUE, ATTENDED, FIRST_NORM, UP, GATE, DOWN, SECOND_NORM),
               CAUSAL | ROTARY | NORM_BEFORE, LT_OP_ALIAS},
    [QWEN] = {WEIGHTS(QUERY, QUERY_BIAS, KEY, KEY_BIAS, VALUE, VALUE_BIAS, ATTENDED, FIRST_NORM, UP, GATE, DOWN,
                      SECOND_NORM),
              CAUSAL | ROTARY | NORM_BEFORE, LT_OP_ALIAS},
    [QWEN3] = {WEIGHTS(QUERY, QUERY_NORM, KEY, KEY_NORM, VALUE, ATTENDED, FIRST_NORM, UP, GATE, DOWN, SECOND_NORM),
               CAUSAL | ROTARY | NORM_BEFORE, LT_OP_ALIAS},
    [PHI3] = {WEIGHTS(FIRST_NORM, QUERY, KEY, VALUE, ATTENDED, SECOND_NORM, UP, GATE, DOWN),
              CAUSAL | ROTARY | NORM_BEFORE, LT_OP_ALIAS},
    [GEMMA] = {WEIGHTS(FIRST_NORM, AFTER_ATTENTION, QUERY, KEY, VALUE, ATTENDED, SECOND_NORM, AFTER_FORWARD, GATE, UP,
                       DOWN),
               CAUSAL | ROTARY | NORM_BEFORE | SHARED_KEYS | HEADS_FIRST | HALVED | DROPS_SCORES, LT_OP_GELU_TANH},
    [GEMMA3] = {WEIGHTS(FIRST_NORM, AFTER_ATTENTION, QUERY, KEY, VALUE, QUERY_NORM, KEY_NORM, ATTENDED, SECOND_NORM,
                        AFTER_FORWARD, GATE, UP, DOWN),
                CAUSAL | ROTARY | NORM_BEFORE | SHARED_KEYS | HEADS_FIRST | DROPS_SCORES, LT_OP_GELU_TANH},
    [NEOX] = {WEIGHTS(JOINT, JOINT_BIAS, ATTENDED, ATTENDED_BIAS, FIRST_LAYER_NORM, BIASED_FORWARD, SECOND_LAYER_NORM),
              CAUSAL | ROTARY | PARALLEL | NORM_BEFORE | FLAT | DROPS_SCORES, LT_OP_ALIAS},
    [BLOOM] = {WEIGHTS(FIRST_LAYER_NORM, BIASED_ATTENTION, SECOND_LAYER_NORM, BIASED_FORWARD),
               CAUSAL | NORM_BEFORE | FLAT | DROPS_SCORES, LT_OP_GELU_TANH},
    [FALCON] = {WEIGHTS(FIRST_LAYER_NORM, BIASED_ATTENTION, SECOND_LAYER_NORM, BIASED_FORWARD),
                CAUSAL | NORM_BEFORE | FLAT | DROPS_SCORES, LT_OP_GELU},
};

/* --- configuration ------------------------------------------------------------------------------------------------ */

/* The first fields stand at the same place in each table, the others where the table has them. */
enum { INNER, HEADS, DROPOUT, EPSILON, ACTIVATION, NORMALIZE_FIRST = ACTIVATION + 1 };
enum { KEY_HEADS = ACTIVATION + 1, HEAD_DIM };
enum { GEMMA_KEY_HEADS = EPSILON + 1, GEMMA_HEAD_DIM, GEMMA_AFTER_ATTENTION, GEMMA_AFTER_FORWARD, GEMMA_KEY_NORM };

#define FIELD_COUNT(field_name, text, ...)                                                                             \
    {                                                                                                                  \
        .name = field_name, .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = text, __VA_ARGS__            \
    }
#define FIELD_FLAG(field_name, default_value, text)                                                                    \
    {                                                                                                                  \
        .name = field_name, .type = LT_FIELD_BOOL, .initial = default_value, .help = text                              \
    }
#define FIELD_DROPOUT(field_name)                                                                                      \
    {                                                                                                                  \
        .name = field_name, .type = LT_FIELD_FLOAT, .initial = "0", .low = 0, .high = 1,                               \
        .help = "Share of the values dropped in training"                                                              \
    }
#define SHARED_FIELDS(heads_name, dropout_name)                                                                        \
    FIELD_COUNT("intermediate_dim", "Width of the feed-forward part"), FIELD_COUNT(heads_name, "Attention heads"),     \
        FIELD_DROPOUT(dropout_name),                                                                                   \
    {                                                                                                                  \
        .name = "layer_norm_epsilon", .type = LT_FIELD_FLOAT, .initial = "1e-05", .low = 0, .high = 1,                 \
        .help = "Added to the variance so that nothing is divided by zero"                                             \
    }
#define FIELD_KEY_HEADS                                                                                                \
    FIELD_COUNT("num_key_value_heads", "Heads of key and value, each shared by several of the query")
#define FIELD_HEAD_DIM                                                                                                 \
    FIELD_COUNT("head_dim", "Size of a head; none: the features divided by the heads", .optional = true)

static const struct lt_field classic_fields[] = {
    SHARED_FIELDS("num_heads", "dropout"),
    LT_FIELD_ACTIVATION_OF("relu"),
    FIELD_FLAG("normalize_first", "false", "Whether the norms stand before attention and feed-forward part"),
};
static const struct lt_field grouped_fields[] = {
    SHARED_FIELDS("num_query_heads", "dropout"),
    LT_FIELD_ACTIVATION_OF("silu"),
    FIELD_KEY_HEADS,
    FIELD_HEAD_DIM,
};
static const struct lt_field gemma_fields[] = {
    SHARED_FIELDS("num_query_heads", "dropout"),
    FIELD_KEY_HEADS,
    FIELD_HEAD_DIM,
    FIELD_FLAG("use_post_attention_norm", "false", "Whether a norm follows the attention"),
    FIELD_FLAG("use_post_ffw_norm", "false", "Whether a norm follows the feed-forward part"),
    FIELD_FLAG("use_query_key_norm", "true", "Whether query and key are normalized"),
};
static const struct lt_field bloom_fields[] = {SHARED_FIELDS("num_heads", "dropout")};
static const struct lt_field falcon_fields[] = {
    SHARED_FIELDS("num_attention_heads", "attention_dropout_rate"),
    FIELD_DROPOUT("feedforward_dropout_rate"),
};

struct block {
    const struct lt_call *call;
    const struct style *style;
    const struct lt_shape *x, *memory; /* memory: the encoder's sequence, NULL without */
    int x_index, memory_index;
    int64_t hidden, heads, key_heads, head, inner;
    double dropout, forward_dropout;
    bool norm_before;
    int place[WEIGHT_COUNT]; /* among the layer's variables; -1: the block has none */
};

static bool takes(const struct lt_field *fields, const struct lt_call *call)
{
    return call->layer->kind->config == fields;
}

static bool has_weight(const struct block *k, enum weight weight)
{
    const struct lt_call *call = k->call;
    bool gemma = takes(gemma_fields, call);
    if (weight >= CROSS_QUERY && weight <= CROSS_ATTENDED_BIAS)
        return k->memory != NULL;
    switch (weight) {
    case CROSS_NORM:
    case CROSS_BETA:
        return k->memory != NULL;
    case AFTER_ATTENTION:
        return lt_config_bool(call, GEMMA_AFTER_ATTENTION);
    case AFTER_FORWARD:
        return lt_config_bool(call, GEMMA_AFTER_FORWARD);
    case QUERY_NORM:
    case KEY_NORM:
        return !gemma || lt_config_bool(call, GEMMA_KEY_NORM);
    default:
        return true;
    }
}

/* The sequence is the first operand with three axes, the encoder's sequence the second. */
static void operands_find(const struct lt_call *call, struct block *k)
{
    for (int i = 0; i < call->in_count; i++) {
        if (call->in[i].rank != 3)
            continue;
        bool second = call->role && call->role[i] && strcmp(call->role[i], "encoder_sequence") == 0;
        if (!second && !k->x)
            k->x = &call->in[i], k->x_index = i;
        else
            k->memory = &call->in[i], k->memory_index = i;
    }
    if (k->style != &styles[DECODER])
        k->memory = NULL;
}

static void sizes_read(const struct lt_call *call, struct block *k)
{
    bool gemma = takes(gemma_fields, call), grouped = takes(grouped_fields, call);
    int key_heads = gemma ? GEMMA_KEY_HEADS : KEY_HEADS, head = gemma ? GEMMA_HEAD_DIM : HEAD_DIM;
    k->hidden = k->x->dim[2];
    k->heads = k->key_heads = lt_config_int(call, HEADS);
    k->inner = lt_config_int(call, INNER) / (k->style->traits & HALVED ? 2 : 1);
    if (gemma || grouped)
        k->key_heads = lt_config_int(call, key_heads);
    bool given = (gemma || grouped) && lt_config(call, head)->type == LT_VALUE_INT;
    k->head = given ? lt_config_int(call, head) : k->heads > 0 ? k->hidden / k->heads : 0;
    k->dropout = k->forward_dropout = lt_config_float(call, DROPOUT);
    if (takes(falcon_fields, call))
        k->forward_dropout = lt_config_float(call, EPSILON + 1);
    k->norm_before = k->style->traits & NORM_BEFORE || (takes(classic_fields, call) && k->style != &styles[NEOX] &&
                                                        lt_config_bool(call, NORMALIZE_FIRST));
}

static enum lt_status block_read(struct lt_call *call, struct block *k)
{
    *k = (struct block){.call = call, .style = &styles[call->layer->kind->parameter]};
    operands_find(call, k);
    if (!k->x)
        return lt_call_fail(call, "%s needs a sequence of vectors", call->layer->kind->name);
    sizes_read(call, k);
    if (k->heads < 1 || k->inner < 1 || k->key_heads < 1)
        return lt_call_fail(call, "the number of heads or intermediate_dim is not given");
    if (k->head < 1)
        return lt_call_fail(call, "%lld heads are more than the %lld features", (long long)k->heads,
                            (long long)k->hidden);
    if (k->heads % k->key_heads)
        return lt_call_fail(call, "num_query_heads must be divisible by num_key_value_heads");
    for (int i = 0; i < WEIGHT_COUNT; i++)
        k->place[i] = -1;
    int count = 0;
    for (const uint8_t *weight = k->style->weights; *weight != END; weight++)
        if (has_weight(k, (enum weight) * weight))
            k->place[*weight] = count++;
    return LT_OK;
}

static enum lt_status block_shape(struct lt_call *call)
{
    struct block k;
    enum lt_status status = block_read(call, &k);
    return status ? status : lt_call_shape(call, 3, k.x->dim);
}

/* --- variables ---------------------------------------------------------------------------------------------------- */

static int kernel_dims(const struct block *k, int64_t from, int64_t heads, int64_t *dim)
{
    bool first = k->style->traits & HEADS_FIRST;
    dim[0] = first ? heads : from;
    dim[1] = first ? from : heads;
    dim[2] = k->head;
    return 3;
}

static int list_dims(int64_t *dim, int rank, int64_t first, int64_t second)
{
    dim[0] = first;
    dim[1] = second;
    return rank;
}

/* The axes of a weight; their number. */
static int weight_dims(const struct block *k, enum weight weight, int64_t *dim)
{
    switch (weight) {
    case QUERY:
    case CROSS_QUERY:
        return kernel_dims(k, k->hidden, k->heads, dim);
    case KEY:
    case VALUE:
        return kernel_dims(k, k->hidden, k->key_heads, dim);
    case CROSS_KEY:
    case CROSS_VALUE:
        return kernel_dims(k, k->memory->dim[2], k->key_heads, dim);
    case JOINT:
        dim[2] = 3 * k->head;
        return list_dims(dim, 3, k->hidden, k->heads);
    case JOINT_BIAS:
        return list_dims(dim, 2, k->heads, 3 * k->head);
    case QUERY_BIAS:
    case CROSS_QUERY_BIAS:
        return list_dims(dim, 2, k->heads, k->head);
    case KEY_BIAS:
    case VALUE_BIAS:
    case CROSS_KEY_BIAS:
    case CROSS_VALUE_BIAS:
        return list_dims(dim, 2, k->key_heads, k->head);
    case QUERY_NORM:
    case KEY_NORM:
        return list_dims(dim, 1, k->head, 0);
    case ATTENDED:
    case CROSS_ATTENDED:
        if (k->style->traits & FLAT)
            return list_dims(dim, 2, k->heads * k->head, k->hidden);
        dim[2] = k->hidden;
        return list_dims(dim, 3, k->heads, k->head);
    case UP:
    case GATE:
        return list_dims(dim, 2, k->hidden, k->inner);
    case UP_BIAS:
        return list_dims(dim, 1, k->inner, 0);
    case DOWN:
        return list_dims(dim, 2, k->inner, k->hidden);
    default: /* the norms, and the biases of what ends in the features */
        return list_dims(dim, 1, k->hidden, 0);
    }
}

static void block_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct block k;
    struct lt_call copy = *call;
    if (block_read(&copy, &k) != LT_OK)
        return;
    for (const uint8_t *weight = k.style->weights; *weight != END; weight++) {
        int64_t dim[LT_MAX_RANK] = {0};
        if (k.place[*weight] >= 0)
            lt_variable_add(call, out, weight_names[*weight], true, weight_dims(&k, (enum weight) * weight, dim), dim);
    }
}

/* --- operations --------------------------------------------------------------------------------------------------- */

static lt_tensor weight_of(const struct block *k, struct lt_builder *b, enum weight weight)
{
    return k->place[weight] < 0 ? LT_NO_TENSOR : lt_weight(b, k->place[weight]);
}

/* Over vectors of `length`: a layer norm where there is a beta, else by the root mean square; x where there is none. */
static lt_tensor norm(const struct block *k, struct lt_builder *b, lt_tensor x, enum weight scale, enum weight beta,
                      int64_t length)
{
    if (k->place[scale] < 0)
        return x;
    bool layer_norm = beta != END && k->place[beta] >= 0;
    lt_tensor in[] = {x, lt_weight_raw(b, k->place[scale]), layer_norm ? lt_weight_raw(b, k->place[beta]) : x};
    uint64_t elements = lt_elements(b, x), row = (uint64_t)length;
    lt_tensor y = lt_emit(b, layer_norm ? LT_OP_LAYER_NORM : LT_OP_RMS_NORM, in, layer_norm ? 3 : 2, elements,
                          (enum lt_dtype)k->call->policy->compute);
    struct lt_op *op = lt_last_op(b);
    op->dim[0] = elements / row;
    op->dim[1] = row;
    op->dim[2] = layer_norm ? 2 * row : row;
    return y;
}

/* Vectors of `from` elements times a kernel, plus the bias where the block has it. */
static lt_tensor dense(const struct block *k, struct lt_builder *b, lt_tensor x, enum weight kernel, enum weight bias,
                       int64_t from, int64_t to)
{
    uint64_t rows = lt_elements(b, x) / (uint64_t)from;
    lt_tensor y = lt_matmul(b, x, weight_of(k, b, kernel), 1, rows, (uint64_t)to, (uint64_t)from);
    return lt_bias(b, y, bias == END ? LT_NO_TENSOR : weight_of(k, b, bias));
}

/* x * cos + (its halves swapped) * sin. */
static lt_tensor rotate(const struct block *k, struct lt_builder *b, lt_tensor x)
{
    if (!(k->style->traits & ROTARY))
        return x;
    lt_tensor turned = lt_map(b, LT_OP_SCALE, lt_map(b, LT_OP_COPY, x));
    return lt_combine(b, LT_OP_ADD, lt_map(b, LT_OP_SCALE, x), turned, lt_elements(b, x));
}

/* A key or value for each head of the query. */
static lt_tensor spread(const struct block *k, struct lt_builder *b, lt_tensor x)
{
    if (k->key_heads == k->heads || k->style->traits & SHARED_KEYS)
        return x;
    return lt_map_to(b, LT_OP_COPY, x, lt_mul(lt_elements(b, x), (uint64_t)(k->heads / k->key_heads)));
}

static lt_tensor mix(const struct block *k, struct lt_builder *b, lt_tensor query, lt_tensor key, lt_tensor value,
                     const struct lt_shape *keys, bool causal)
{
    bool drops = k->call->training && k->dropout > 0 && k->style->traits & DROPS_SCORES;
    unsigned flags =
        (k->call->masked || causal ? LT_OP_MASKED : 0u) | (causal ? LT_OP_CAUSAL : 0u) | (drops ? LT_OP_DROPPED : 0u);
    uint64_t dim[] = {(uint64_t)k->x->dim[0], (uint64_t)k->heads, (uint64_t)k->x->dim[1],
                      (uint64_t)keys->dim[1], (uint64_t)k->head,  (uint64_t)k->head};
    return lt_attention(b, query, spread(k, b, key), spread(k, b, value), dim, flags, NULL);
}

static lt_tensor self_attention(const struct block *k, struct lt_builder *b, lt_tensor x)
{
    int64_t wide = k->heads * k->head, narrow = k->key_heads * k->head;
    lt_tensor query, key, value;
    if (k->place[JOINT] >= 0) {
        lt_tensor joint = dense(k, b, x, JOINT, JOINT_BIAS, k->hidden, 3 * wide);
        query = lt_map_to(b, LT_OP_COPY, joint, lt_elements(b, joint) / 3);
        key = lt_map_to(b, LT_OP_COPY, joint, lt_elements(b, joint) / 3);
        value = lt_map_to(b, LT_OP_COPY, joint, lt_elements(b, joint) / 3);
    } else {
        query = dense(k, b, x, QUERY, QUERY_BIAS, k->hidden, wide);
        key = dense(k, b, x, KEY, KEY_BIAS, k->hidden, narrow);
        value = dense(k, b, x, VALUE, VALUE_BIAS, k->hidden, narrow);
    }
    query = rotate(k, b, norm(k, b, query, QUERY_NORM, END, k->head));
    key = rotate(k, b, norm(k, b, key, KEY_NORM, END, k->head));
    lt_tensor mixed = mix(k, b, query, key, value, k->x, k->style->traits & CAUSAL);
    if (!(k->style->traits & DROPS_SCORES))
        mixed = lt_dropout(b, mixed, k->dropout, lt_elements(b, mixed));
    return dense(k, b, mixed, ATTENDED, ATTENDED_BIAS, wide, k->hidden);
}

static lt_tensor cross_attention(const struct block *k, struct lt_builder *b, lt_tensor x)
{
    int64_t wide = k->heads * k->head, from = k->memory->dim[2];
    lt_tensor memory = lt_input(b, k->memory_index);
    lt_tensor query = dense(k, b, x, CROSS_QUERY, CROSS_QUERY_BIAS, k->hidden, wide);
    lt_tensor key = dense(k, b, memory, CROSS_KEY, CROSS_KEY_BIAS, from, wide);
    lt_tensor value = dense(k, b, memory, CROSS_VALUE, CROSS_VALUE_BIAS, from, wide);
    lt_tensor mixed = mix(k, b, query, key, value, k->memory, false);
    return dense(k, b, mixed, CROSS_ATTENDED, CROSS_ATTENDED_BIAS, wide, k->hidden);
}

static lt_tensor feed_forward(const struct block *k, struct lt_builder *b, lt_tensor x)
{
    bool gated = k->place[GATE] >= 0;
    lt_tensor gate = gated ? dense(k, b, x, GATE, END, k->hidden, k->inner) : LT_NO_TENSOR;
    lt_tensor y = dense(k, b, x, UP, UP_BIAS, k->hidden, k->inner), active = gated ? gate : y;
    if (k->style->activation == LT_OP_ALIAS)
        active = lt_activate(b, active, lt_config(k->call, ACTIVATION));
    else
        active = lt_map(b, k->style->activation, active);
    y = gated ? lt_combine(b, LT_OP_MULTIPLY, active, y, lt_elements(b, y)) : active;
    return dense(k, b, y, DOWN, DOWN_BIAS, k->inner, k->hidden);
}

typedef lt_tensor branch(const struct block *, struct lt_builder *, lt_tensor);

/* x plus what the branch makes of it, with the norm before the branch or after the sum. */
static lt_tensor residual(const struct block *k, struct lt_builder *b, lt_tensor x, branch *run, enum weight scale,
                          enum weight beta, enum weight after, double dropout)
{
    lt_tensor y = run(k, b, k->norm_before ? norm(k, b, x, scale, beta, k->hidden) : x);
    if (after != END)
        y = norm(k, b, y, after, END, k->hidden);
    y = lt_dropout(b, y, dropout, lt_elements(b, y));
    y = lt_combine(b, LT_OP_ADD, y, x, lt_elements(b, x));
    return k->norm_before ? y : norm(k, b, y, scale, beta, k->hidden);
}

static lt_tensor parallel(const struct block *k, struct lt_builder *b, lt_tensor x)
{
    lt_tensor attended = self_attention(k, b, norm(k, b, x, FIRST_NORM, FIRST_BETA, k->hidden));
    attended = lt_dropout(b, attended, k->dropout, lt_elements(b, attended));
    lt_tensor forward = feed_forward(k, b, norm(k, b, x, SECOND_NORM, SECOND_BETA, k->hidden));
    lt_tensor sum = lt_combine(b, LT_OP_ADD, forward, attended, lt_elements(b, x));
    return lt_combine(b, LT_OP_ADD, sum, x, lt_elements(b, x));
}

static void block_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct block k;
    struct lt_call copy = *call;
    if (block_read(&copy, &k) != LT_OK)
        return;
    k.call = call;
    lt_tensor x = lt_input(b, k.x_index);
    if (k.style->traits & PARALLEL) {
        lt_output(b, 0, parallel(&k, b, x));
        return;
    }
    x = residual(&k, b, x, self_attention, FIRST_NORM, FIRST_BETA, AFTER_ATTENTION, k.dropout);
    if (k.memory)
        x = residual(&k, b, x, cross_attention, CROSS_NORM, CROSS_BETA, END, k.dropout);
    lt_output(b, 0, residual(&k, b, x, feed_forward, SECOND_NORM, SECOND_BETA, AFTER_FORWARD, k.forward_dropout));
}

/* --- table -------------------------------------------------------------------------------------------------------- */

#define BLOCK(class_name, style, fields, text)                                                                         \
    {                                                                                                                  \
        .name = class_name, .module = "keras_hub.layers", .help = text, .family = LT_FAMILY_ATTENTION,                 \
        LT_FIELDS(fields), .parameter = style, .shape = block_shape, .variables = block_variables, .ops = block_ops,   \
        .composite = true                                                                                              \
    }

const struct lt_kind kinds_transformer[] = {
    BLOCK("TransformerEncoder", ENCODER, classic_fields, "A block of an encoder: every position sees all others"),
    BLOCK("TransformerDecoder", DECODER, classic_fields,
          "A block of a decoder: a position sees those before it and, where given, an encoder's sequence"),
    BLOCK("LlamaTransformerDecoder", LLAMA, grouped_fields, "A block of Llama: rotary positions, gated feed-forward"),
    BLOCK("MistralTransformerDecoder", LLAMA, grouped_fields, "A block of Mistral: Llama's with a sliding window"),
    BLOCK("QwenTransformerDecoder", QWEN, grouped_fields, "A block of Qwen: Llama's with biases in the attention"),
    BLOCK("Qwen3TransformerDecoder", QWEN3, grouped_fields, "A block of Qwen 3: Llama's with normalized query and key"),
    BLOCK("Phi3Decoder", PHI3, grouped_fields, "A block of Phi-3: as Llama's"),
    BLOCK("GemmaDecoderBlock", GEMMA, gemma_fields, "A block of Gemma: rotary positions, gated feed-forward"),
    BLOCK("Gemma3DecoderBlock", GEMMA3, gemma_fields, "A block of Gemma 3: Gemma's with normalized query and key"),
    BLOCK("GPTNeoXDecoder", NEOX, classic_fields, "A block of GPT-NeoX: attention and feed-forward side by side"),
    BLOCK("BloomDecoder", BLOOM, bloom_fields, "A block of BLOOM: distances instead of positions"),
    BLOCK("FalconTransformerDecoder", FALCON, falcon_fields, "A block of Falcon: distances instead of positions"),
    {.name = NULL},
};
