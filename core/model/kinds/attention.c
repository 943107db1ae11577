/* Attention layers. Multi-head layers project, attend in one logical op and project back; Attention and
 * AdditiveAttention are made of plain ops, which is how every backend runs them. Keras 3's layers/attention/. */
#include <string.h>

#include "core/base/checked.h"
#include "core/model/kinds/kinds.h"

/* Operands and options of one call */

struct operands {
    int query, value, key; /* indices in call->in; key is value's where none is given */
    bool masked, causal, scores;
};

static const struct lt_tree *argument(const struct lt_call *call, const char *name, uint32_t position)
{
    const struct lt_tree *arguments = call->node ? call->node->arguments : NULL;
    const struct lt_tree *named = lt_tree_get(lt_tree_get(arguments, "kwargs"), name);
    return named ? named : lt_tree_at(lt_tree_get(arguments, "args"), position);
}

static bool option(const struct lt_call *call, const char *name, uint32_t position)
{
    return lt_tree_bool(argument(call, name, position), lt_tree_bool(lt_tree_get(call->layer->unread, name), false));
}

static bool is_mask(const struct lt_call *call, int i)
{
    const char *role = call->role ? call->role[i] : NULL;
    return call->in[i].dtype == LT_BOOL || (role && strstr(role, "mask"));
}

/* By position: query, value, key; or by keyword. scores_at and causal_at are the places of these options among the
 * positional arguments of the layer's call(). */
static bool operands_find(const struct lt_call *call, uint32_t scores_at, uint32_t causal_at, struct operands *o)
{
    *o = (struct operands){.query = -1, .value = -1, .key = -1, .masked = call->masked};
    int *const place[] = {&o->query, &o->value, &o->key};
    static const char *const names[] = {"query", "value", "key"};
    for (int i = 0, next = 0; i < call->in_count; i++) {
        const char *role = call->role ? call->role[i] : NULL;
        if (is_mask(call, i)) {
            o->masked = true;
            continue;
        }
        for (int n = 0; role && n < 3; n++)
            if (strcmp(role, names[n]) == 0)
                *place[n] = i, role = "";
        if (role && !role[0])
            continue;
        if (next < 3)
            *place[next++] = i;
    }
    if (o->key < 0)
        o->key = o->value;
    o->scores = option(call, "return_attention_scores", scores_at);
    o->causal = option(call, "use_causal_mask", causal_at) || option(call, "causal", UINT32_MAX);
    return o->query >= 0 && o->value >= 0;
}

/* The operand cast to the compute dtype; one that is passed twice is cast once. */
static lt_tensor operand(struct lt_builder *b, int i, const int *done, const lt_tensor *tensor, int count)
{
    for (int j = 0; j < count; j++)
        if (lt_input_raw(b, done[j]) == lt_input_raw(b, i))
            return tensor[j];
    return lt_input(b, i);
}

/* Multi-head and grouped-query attention */

/* What differs between the two: where the fields stand. */
enum {
    HEADS,
    KEY_DIM,
    DROPOUT,
    USE_BIAS,
    USE_GATE,
    SLIDING_WINDOW,
    MULTI_SEED,
    VALUE_DIM,
    OUTPUT_SHAPE,
    ATTENTION_AXES
};
enum { KEY_VALUE_HEADS = VALUE_DIM };

#define RATE_FIELD                                                                                                     \
    {                                                                                                                  \
        .name = "dropout", .type = LT_FIELD_FLOAT, .initial = "0", .low = 0, .high = 1,                                \
        .help = "Share of the attention scores to drop"                                                                \
    }
#define SEED_FIELD                                                                                                     \
    {                                                                                                                  \
        .name = "seed", .type = LT_FIELD_INT, .help = "Seed of the dropout", .optional = true                          \
    }
#define SHARED_FIELDS                                                                                                  \
    RATE_FIELD,                                                                                                        \
        {.name = "use_bias", .type = LT_FIELD_BOOL, .initial = "true", .help = "Add a bias to each projection"},       \
        {.name = "use_gate",                                                                                           \
         .type = LT_FIELD_BOOL,                                                                                        \
         .initial = "false",                                                                                           \
         .help = "Gate the attention's output by a projection of the query"},                                          \
        {.name = "sliding_window",                                                                                     \
         .type = LT_FIELD_INT,                                                                                         \
         .low = 1,                                                                                                     \
         .high = 1 << 30,                                                                                              \
         .optional = true,                                                                                             \
         .help = "Keys that each query may look back on"},                                                             \
        SEED_FIELD

static const struct lt_field multi_fields[] = {
    {.name = "num_heads", .type = LT_FIELD_INT, .initial = "8", .low = 1, .high = 1 << 20, .help = "Attention heads"},
    {.name = "key_dim",
     .type = LT_FIELD_INT,
     .initial = "64",
     .low = 1,
     .high = 1 << 24,
     .help = "Size of query and key in each head"},
    SHARED_FIELDS,
    {.name = "value_dim",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = 1 << 24,
     .optional = true,
     .help = "Size of the value in each head; none: key_dim"},
    {.name = "output_shape",
     .type = LT_FIELD_INTS,
     .low = 1,
     .high = 1 << 24,
     .optional = true,
     .help = "Last axes of the output; none: the query's last axis"},
    {.name = "attention_axes",
     .type = LT_FIELD_INTS,
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .optional = true,
     .help = "Axes to attend over; none: all between the batch and the features"},
};

static const struct lt_field grouped_fields[] = {
    {.name = "num_query_heads",
     .type = LT_FIELD_INT,
     .initial = "8",
     .low = 1,
     .high = 1 << 20,
     .help = "Heads of the query"},
    {.name = "head_dim", .type = LT_FIELD_INT, .initial = "64", .low = 1, .high = 1 << 24, .help = "Size of a head"},
    SHARED_FIELDS,
    {.name = "num_key_value_heads",
     .type = LT_FIELD_INT,
     .initial = "2",
     .low = 1,
     .high = 1 << 20,
     .help = "Heads of key and value, each shared by several of the query"},
};

struct heads {
    struct operands o;
    const struct lt_shape *query, *value, *key;
    int64_t heads, kv_heads, key_dim, value_dim;
    int output_rank;
    int64_t output[LT_MAX_RANK];
    bool attends[LT_MAX_RANK];
    uint64_t batch, queries, keys; /* batch: all axes that are not attended over */
};

static bool is_grouped(const struct lt_call *call)
{
    return call->layer->kind->config == grouped_fields;
}

static enum lt_status output_read(struct lt_call *call, struct heads *h)
{
    const struct lt_value *given = is_grouped(call) ? NULL : lt_config(call, OUTPUT_SHAPE);
    h->output_rank = 1;
    h->output[0] = h->query->dim[h->query->rank - 1];
    if (given && given->type == LT_VALUE_INT)
        h->output[0] = given->integer;
    if (given && given->type == LT_VALUE_INTS && given->count > 0) {
        if (h->query->rank - 1 + (int)given->count > LT_MAX_RANK)
            return lt_call_fail(call, "the output has more than %d axes", LT_MAX_RANK);
        h->output_rank = (int)given->count;
        for (uint32_t i = 0; i < given->count; i++)
            h->output[i] = given->ints[i];
    }
    return LT_OK;
}

/* Which axes are attended over, and the sizes that follow. */
static enum lt_status axes_read(struct lt_call *call, struct heads *h)
{
    const struct lt_value *given = is_grouped(call) ? NULL : lt_config(call, ATTENTION_AXES);
    bool listed = given && given->type == LT_VALUE_INTS && given->count > 0, one = given && given->type == LT_VALUE_INT;
    int last = h->query->rank - 1;
    for (uint32_t i = 0; listed && i < given->count; i++) {
        int64_t axis = given->ints[i] < 0 ? given->ints[i] + h->query->rank : given->ints[i];
        if (axis < 1 || axis >= last)
            return lt_call_fail(call, "attention_axes %lld is no axis between batch and features",
                                (long long)given->ints[i]);
        h->attends[axis] = true;
    }
    h->batch = h->queries = h->keys = 1;
    for (int i = 0; i < last; i++) {
        if (one)
            h->attends[i] = i == (given->integer < 0 ? given->integer + h->query->rank : given->integer);
        else if (!listed)
            h->attends[i] = i > 0;
        if (!h->attends[i] && h->query->dim[i] != h->value->dim[i])
            return lt_call_fail(call, "query and value differ on axis %d, which is not attended over", i);
        if (!h->attends[i]) {
            h->batch = lt_mul(h->batch, (uint64_t)h->query->dim[i]);
            continue;
        }
        h->queries = lt_mul(h->queries, (uint64_t)h->query->dim[i]);
        h->keys = lt_mul(h->keys, (uint64_t)h->value->dim[i]);
    }
    return LT_OK;
}

static enum lt_status heads_read(struct lt_call *call, struct heads *h)
{
    *h = (struct heads){0};
    if (!operands_find(call, 7, 9, &h->o))
        return lt_call_fail(call, "expects a query and a value");
    h->query = &call->in[h->o.query], h->value = &call->in[h->o.value], h->key = &call->in[h->o.key];
    int rank = h->query->rank;
    if (rank < 3 || rank >= LT_MAX_RANK || h->value->rank != rank || h->key->rank != rank)
        return lt_call_fail(call, "query, value and key need the same number of axes, 3 or more");
    for (int i = 1; i < rank - 1; i++)
        if (h->value->dim[i] != h->key->dim[i])
            return lt_call_fail(call, "value and key differ on axis %d", i);
    h->heads = h->kv_heads = lt_config_int(call, HEADS);
    h->key_dim = h->value_dim = lt_config_int(call, KEY_DIM);
    if (is_grouped(call)) {
        h->kv_heads = lt_config_int(call, KEY_VALUE_HEADS);
        if (h->kv_heads < 1 || h->heads % h->kv_heads)
            return lt_call_fail(call, "num_query_heads must be divisible by num_key_value_heads");
    } else if (lt_config(call, VALUE_DIM)->type == LT_VALUE_INT) {
        h->value_dim = lt_config_int(call, VALUE_DIM);
    }
    h->o.masked |= lt_config(call, SLIDING_WINDOW)->type == LT_VALUE_INT;
    enum lt_status status = output_read(call, h);
    return status == LT_OK ? axes_read(call, h) : status;
}

/* Batch axes, heads, attended axes of the query, those of the key. */
static struct lt_shape scores_shape(const struct lt_call *call, const struct heads *h, const struct lt_shape *key)
{
    struct lt_shape s = {.dtype = call->policy->compute};
    int last = h->query->rank - 1;
    for (int pass = 0; pass < 3; pass++) {
        if (pass == 1)
            s.dim[s.rank++] = h->heads;
        for (int i = 0; i < last && s.rank < LT_MAX_RANK; i++)
            if (h->attends[i] == (pass > 0))
                s.dim[s.rank++] = pass == 2 ? key->dim[i] : h->query->dim[i];
    }
    return s;
}

/* Keras reports the lengths of the query in place of those of the key (multi_head_attention.py, compute_output_spec).
 */
static enum lt_status report_scores(struct lt_call *call, const struct heads *h)
{
    if (!lt_call_report(call))
        return LT_NO_MEMORY;
    call->reported[1] = scores_shape(call, h, h->query);
    return LT_OK;
}

static enum lt_status multi_shape(struct lt_call *call)
{
    struct heads h;
    enum lt_status status = heads_read(call, &h);
    if (status != LT_OK)
        return status;
    struct lt_shape *out = lt_call_out(call, h.o.scores ? 2 : 1);
    if (!out)
        return LT_NO_MEMORY;
    out[0] = *h.query;
    out[0].dtype = call->policy->compute;
    out[0].rank = (int8_t)(h.query->rank - 1 + h.output_rank);
    for (int i = 0; i < h.output_rank; i++)
        out[0].dim[h.query->rank - 1 + i] = h.output[i];
    if (h.o.scores)
        out[1] = scores_shape(call, &h, h.value);
    return h.o.scores && !is_grouped(call) ? report_scores(call, &h) : LT_OK;
}

static void projection(const struct lt_call *call, struct lt_variables *out, const char *kernel, const char *bias,
                       const struct lt_shape *x, int64_t heads, int64_t size)
{
    lt_variable_add(call, out, kernel, true, 3, (int64_t[]){x->dim[x->rank - 1], heads, size});
    if (lt_config_bool(call, USE_BIAS))
        lt_variable_add(call, out, bias, true, 2, (int64_t[]){heads, size});
}

static void multi_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct heads h;
    struct lt_call copy = *call;
    if (heads_read(&copy, &h) != LT_OK)
        return;
    projection(call, out, "query/kernel", "query/bias", h.query, h.heads, h.key_dim);
    projection(call, out, "key/kernel", "key/bias", h.key, h.kv_heads, h.key_dim);
    if (lt_config_bool(call, USE_GATE))
        projection(call, out, "gate/kernel", "gate/bias", h.query, h.heads, h.value_dim);
    projection(call, out, "value/kernel", "value/bias", h.value, h.kv_heads, h.value_dim);
    int64_t dim[2 + LT_MAX_RANK] = {h.heads, h.value_dim};
    memcpy(dim + 2, h.output, sizeof h.output);
    if (2 + h.output_rank <= LT_MAX_RANK)
        lt_variable_add(call, out, "attention_output/kernel", true, 2 + h.output_rank, dim);
    if (lt_config_bool(call, USE_BIAS))
        lt_variable_add(call, out, "attention_output/bias", true, h.output_rank, h.output);
    if (lt_config_float(call, DROPOUT) > 0)
        lt_variable_seed(call, out);
}

/* rows x depth times the kernel *next, which is moved on past the projection's variables. */
static lt_tensor project(const struct lt_call *call, struct lt_builder *b, lt_tensor x, int *next, int64_t width,
                         int64_t depth)
{
    bool biased = lt_config_bool(call, USE_BIAS);
    uint64_t rows = depth > 0 ? lt_elements(b, x) / (uint64_t)depth : 0;
    lt_tensor y = lt_matmul(b, x, lt_weight(b, *next), 1, rows, (uint64_t)width, (uint64_t)depth);
    y = lt_bias(b, y, biased ? lt_weight(b, *next + 1) : LT_NO_TENSOR);
    *next += biased ? 2 : 1;
    return y;
}

static int64_t last_dim(const struct lt_shape *x)
{
    return x->dim[x->rank - 1];
}

static lt_tensor attend(const struct lt_call *call, struct lt_builder *b, const struct heads *h, lt_tensor q,
                        lt_tensor k, lt_tensor v)
{
    uint64_t dim[] = {h->batch, (uint64_t)h->heads, h->queries, h->keys, (uint64_t)h->key_dim, (uint64_t)h->value_dim};
    unsigned flags = h->o.masked ? LT_OP_MASKED : 0;
    flags |= h->o.causal ? LT_OP_CAUSAL : 0;
    flags |= h->o.scores ? LT_OP_SCORES : 0;
    flags |= call->training && lt_config_float(call, DROPOUT) > 0 ? LT_OP_DROPPED : 0;
    lt_tensor scores = LT_NO_TENSOR;
    if (h->kv_heads != h->heads) { /* one of key and value for each head of the query */
        k = lt_map_to(b, LT_OP_COPY, k, lt_mul(lt_elements(b, k), (uint64_t)(h->heads / h->kv_heads)));
        v = lt_map_to(b, LT_OP_COPY, v, lt_mul(lt_elements(b, v), (uint64_t)(h->heads / h->kv_heads)));
    }
    lt_tensor mixed = lt_attention(b, q, k, v, dim, flags, &scores);
    if (h->o.scores)
        lt_output(b, 1, scores);
    return mixed;
}

static void multi_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct heads h;
    struct lt_call copy = *call;
    if (heads_read(&copy, &h) != LT_OK)
        return;
    int done[] = {h.o.query, h.o.key}, next = 0;
    lt_tensor in[2] = {lt_input(b, h.o.query)}, gate = LT_NO_TENSOR;
    in[1] = operand(b, h.o.key, done, in, 1);
    lt_tensor value = operand(b, h.o.value, done, in, 2);
    lt_tensor q = project(call, b, in[0], &next, h.heads * h.key_dim, last_dim(h.query));
    lt_tensor k = project(call, b, in[1], &next, h.kv_heads * h.key_dim, last_dim(h.key));
    if (lt_config_bool(call, USE_GATE))
        gate = lt_map(b, LT_OP_SIGMOID, project(call, b, in[0], &next, h.heads * h.value_dim, last_dim(h.query)));
    lt_tensor v = project(call, b, value, &next, h.kv_heads * h.value_dim, last_dim(h.value));
    lt_tensor mixed = attend(call, b, &h, q, k, v);
    if (gate != LT_NO_TENSOR)
        mixed = lt_combine(b, LT_OP_MULTIPLY, mixed, gate, lt_elements(b, mixed));
    int64_t width = 1;
    for (int i = 0; i < h.output_rank; i++)
        width *= h.output[i];
    lt_output(b, 0, project(call, b, mixed, &next, width, h.heads * h.value_dim));
}

/* Attention and AdditiveAttention: one head, no projections. kind->variant: "dot" (or concat, by score_mode),
 * "additive". */

enum { PLAIN_USE_SCALE, PLAIN_DROPOUT, PLAIN_SEED, SCORE_MODE };

static const char *const score_modes[] = {"dot", "concat", NULL};

#define PLAIN_FIELDS(scale)                                                                                            \
    {.name = "use_scale", .type = LT_FIELD_BOOL, .initial = scale, .help = "Scale the scores by a variable"},          \
        RATE_FIELD, SEED_FIELD

static const struct lt_field attention_fields[] = {
    PLAIN_FIELDS("false"),
    {.name = "score_mode",
     .type = LT_FIELD_CHOICE,
     .initial = "dot",
     .choices = score_modes,
     .help = "Product of query and key, or the sum of tanh(query + key)"},
};
static const struct lt_field additive_fields[] = {PLAIN_FIELDS("true")};

struct plain {
    struct operands o;
    const struct lt_shape *query, *value, *key;
    uint64_t batch, queries, keys, depth, width;
    bool additive, concat, scaled;
};

static enum lt_status plain_read(struct lt_call *call, struct plain *p)
{
    *p = (struct plain){0};
    bool found = operands_find(call, 2, 4, &p->o);
    if (!found)
        return lt_call_fail(call, "expects a query and a value");
    p->query = &call->in[p->o.query], p->value = &call->in[p->o.value], p->key = &call->in[p->o.key];
    int rank = p->query->rank;
    if (rank < 2 || p->value->rank != rank || p->key->rank != rank)
        return lt_call_fail(call, "query, value and key need the same number of axes");
    if (last_dim(p->query) != last_dim(p->key))
        return lt_call_fail(call, "the last axes of query and key differ: %lld and %lld", (long long)last_dim(p->query),
                            (long long)last_dim(p->key));
    if (p->key->dim[rank - 2] != p->value->dim[rank - 2])
        return lt_call_fail(call, "key and value differ in length");
    p->batch = 1;
    for (int i = 0; i < rank - 2; i++)
        p->batch = lt_mul(p->batch, (uint64_t)p->query->dim[i]);
    p->queries = (uint64_t)p->query->dim[rank - 2];
    p->keys = (uint64_t)p->value->dim[rank - 2];
    p->depth = (uint64_t)last_dim(p->query);
    p->width = (uint64_t)last_dim(p->value);
    p->additive = call->layer->kind->config == additive_fields;
    p->concat =
        !p->additive && lt_config_text(call, SCORE_MODE) && strcmp(lt_config_text(call, SCORE_MODE), "concat") == 0;
    p->scaled = lt_config_bool(call, PLAIN_USE_SCALE);
    return LT_OK;
}

static enum lt_status plain_shape(struct lt_call *call)
{
    struct plain p;
    enum lt_status status = plain_read(call, &p);
    if (status != LT_OK)
        return status;
    struct lt_shape *out = lt_call_out(call, p.o.scores ? 2 : 1);
    if (!out)
        return LT_NO_MEMORY;
    for (int i = 0; i < call->out_count; i++) {
        out[i] = *p.query;
        out[i].dtype = call->policy->compute;
        out[i].dim[out[i].rank - 1] = (int64_t)(i == 0 ? p.width : p.keys);
    }
    return LT_OK;
}

static void plain_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct plain p;
    struct lt_call copy = *call;
    if (plain_read(&copy, &p) != LT_OK)
        return;
    if (p.scaled && p.additive)
        lt_variable_add(call, out, "scale", true, 1, (int64_t[]){(int64_t)p.depth});
    else if (p.scaled)
        lt_variable_add(call, out, "scale", true, 0, NULL);
    if (p.concat)
        lt_variable_add(call, out, "concat_score_weight", true, 0, NULL);
    if (lt_config_float(call, PLAIN_DROPOUT) > 0)
        lt_variable_seed(call, out);
}

/* sum(tanh(query + key)) over the features: the scale stands inside the tanh of Attention, outside that of
 * AdditiveAttention. */
static lt_tensor summed_scores(struct lt_builder *b, const struct plain *p, lt_tensor q, lt_tensor k)
{
    uint64_t scores = lt_mul(p->batch, lt_mul(p->queries, p->keys)), all = lt_mul(scores, p->depth);
    lt_tensor x = lt_combine(b, LT_OP_ADD, q, k, all);
    if (p->scaled && !p->additive)
        x = lt_combine(b, LT_OP_MULTIPLY, x, lt_weight(b, 0), all);
    x = lt_map(b, LT_OP_TANH, x);
    if (p->scaled && p->additive)
        x = lt_combine(b, LT_OP_MULTIPLY, x, lt_weight(b, 0), all);
    x = lt_map_to(b, LT_OP_REDUCE_MEAN, x, scores);
    return p->concat ? lt_combine(b, LT_OP_MULTIPLY, x, lt_weight(b, p->scaled ? 1 : 0), scores) : x;
}

static lt_tensor dot_scores(struct lt_builder *b, const struct plain *p, lt_tensor q, lt_tensor k)
{
    lt_tensor turned = lt_map(b, LT_OP_COPY, k);
    lt_tensor x = lt_matmul(b, q, turned, p->batch, p->queries, p->keys, p->depth);
    return p->scaled ? lt_combine(b, LT_OP_MULTIPLY, x, lt_weight(b, 0), lt_elements(b, x)) : x;
}

static void plain_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct plain p;
    struct lt_call copy = *call;
    if (plain_read(&copy, &p) != LT_OK)
        return;
    int done[] = {p.o.query, p.o.key};
    lt_tensor in[2] = {lt_input(b, p.o.query)};
    in[1] = operand(b, p.o.key, done, in, 1);
    lt_tensor value = operand(b, p.o.value, done, in, 2);
    lt_tensor scores = p.additive || p.concat ? summed_scores(b, &p, in[0], in[1]) : dot_scores(b, &p, in[0], in[1]);
    if (p.o.masked || p.o.causal)
        scores = lt_map(b, LT_OP_SCALE, scores); /* minus a large number where the mask is off */
    lt_tensor weights = lt_map(b, LT_OP_SOFTMAX, scores);
    weights = lt_dropout(b, weights, lt_config_float(call, PLAIN_DROPOUT), lt_elements(b, weights));
    lt_output(b, 0, lt_matmul(b, weights, value, p.batch, p.queries, p.width, p.keys));
    if (p.o.scores)
        lt_output(b, 1, weights);
}

#define COUNT(array) ((uint8_t)(sizeof(array) / sizeof *(array)))
#define ATTENTION(class, other, sentence, table, stem)                                                                 \
    {                                                                                                                  \
        .name = class, .alias = other, .module = "keras.layers", .help = sentence, .family = LT_FAMILY_ATTENTION,      \
        .config = table, .config_count = COUNT(table), .shape = stem##_shape, .variables = stem##_variables,           \
        .ops = stem##_ops, .composite = stem##_composite                                                               \
    }

/* KerasHub: the same, with keys and values of earlier steps kept while it generates. */
static const char *const cached_names[] = {"CachedMultiHeadAttention", NULL};
static const char *const grouped_names[] = {"GroupQueryAttention", NULL};

enum { multi_composite = true, plain_composite = false };

const struct lt_kind kinds_attention[] = {
    ATTENTION("MultiHeadAttention", cached_names, "Attention in several heads with projections around it", multi_fields,
              multi),
    ATTENTION("GroupedQueryAttention", grouped_names, "Multi-head attention whose heads share keys and values",
              grouped_fields, multi),
    ATTENTION("Attention", NULL, "Dot-product attention of a query over values", attention_fields, plain),
    ATTENTION("AdditiveAttention", NULL, "Attention by the tanh of query plus key", additive_fields, plain),
    {0},
};
