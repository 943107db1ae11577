#include "core/model/walk.h"

#include "core/base/checked.h"

#include <string.h>

/* Model nesting beyond this is refused: real models have two levels. */
enum { MAX_NESTING = 64 };

struct walker {
    const struct lt_document *document;
    const struct lt_binding *binding;
    struct lt_arena *arena;
    struct lt_builder *builder; /* NULL: shapes only */
    struct lt_walked *walked;
    int64_t open_steps; /* the length of a sequence that nothing says */
    bool keras_3;
    int depth;
};

static bool known(const struct lt_shape *shapes, int count)
{
    for (int i = 0; i < count; i++)
        if (shapes[i].rank < 0)
            return false;
    return true;
}

/* --- inputs --------------------------------------------------------------------------------------------------- */

static const struct lt_value *config_named(const struct lt_layer *layer, const char *name)
{
    int i = lt_field_find(layer->kind->config, layer->kind->config_count, name);
    return i < 0 ? NULL : &layer->config[i];
}

static const struct lt_value *bound_shape(const struct lt_setup *setup, const char *name)
{
    for (int i = 0; i < setup->input_count; i++)
        if (strcmp(setup->input[i].name, name) == 0)
            return &setup->input[i].value;
    return NULL;
}

/* Tokens, and vectors of them; with one axis more it is an image. */
enum { SEQUENCE_RANK = 3, SHORTEST_SEQUENCE = 10 };

/* The steps that another sequence among the model's inputs has in the file, and that all such have; 0: none. Tokens and
 * sequences of vectors count; a vector of numbers for each sample is no sequence, nor is
 * what is shorter than sequences are. */
static int64_t sibling_steps(const struct lt_document *document)
{
    const struct lt_graph *graph = &document->graph;
    int64_t steps = 0;
    for (uint16_t i = 0; i < graph->in_count; i++) {
        const struct lt_layer *input = &document->layer[graph->node[graph->in[i].node].layer];
        const struct lt_value *shape = config_named(input, "batch_shape"), *dtype = config_named(input, "dtype");
        if (!shape || shape->type != LT_VALUE_INTS || shape->count < 2 || shape->count > SEQUENCE_RANK ||
            shape->ints[1] < SHORTEST_SEQUENCE)
            continue;
        enum lt_dtype format = dtype && dtype->type == LT_VALUE_TEXT ? lt_dtype_find(dtype->text) : LT_FLOAT32;
        if (shape->count == 2 && (format == LT_DTYPE_COUNT || lt_dtypes[format].floating))
            continue;
        if (steps && steps != shape->ints[1])
            return 0;
        steps = shape->ints[1];
    }
    return steps;
}

/* Steps of a sequence that neither the file nor the user binds: seq_len, else as many as the other inputs have, else
 * 128. */
static int64_t guessed_steps(const struct lt_document *document)
{
    const struct lt_value *seq_len = &document->setup.value[LT_SET_SEQ_LEN];
    if (seq_len->type == LT_VALUE_INT)
        return seq_len->integer;
    int64_t steps = sibling_steps(document);
    return steps ? steps : 128;
}

/* A size for an axis that neither the file nor the user binds: images have 224 pixels. */
static int64_t guessed_size(const struct walker *w, int rank)
{
    return rank > SEQUENCE_RANK ? 224 : w->open_steps;
}

/* The shape of a model input: the file's, open axes bound by input.NAME, else by seq_len, else by a guess. */
static struct lt_shape input_shape(const struct walker *w, const struct lt_layer *layer, bool *guessed)
{
    const struct lt_value *given = config_named(layer, "batch_shape");
    const struct lt_value *dtype = config_named(layer, "dtype");
    const struct lt_value *bound = bound_shape(&w->document->setup, layer->name);
    bool stated = given && given->type == LT_VALUE_INTS && given->count <= LT_MAX_RANK;
    uint32_t rank = stated ? given->count : bound ? bound->count + 1 : 0;
    if (!stated && (!bound || rank > LT_MAX_RANK))
        return LT_SHAPE_UNKNOWN;
    struct lt_shape shape = {.rank = (int8_t)rank, .dtype = LT_FLOAT32};
    if (dtype && dtype->type == LT_VALUE_TEXT && lt_dtype_find(dtype->text) != LT_DTYPE_COUNT)
        shape.dtype = (uint8_t)lt_dtype_find(dtype->text);
    for (int i = 0; i < shape.rank; i++) {
        bool is_bound = bound && i > 0 && bound->count + 1 == rank;
        shape.dim[i] = stated ? given->ints[i] : LT_NO_DIM;
        if (i == 0 && shape.dim[0] == LT_NO_DIM)
            shape.dim[0] = (int64_t)w->binding->batch;
        if (shape.dim[i] != LT_NO_DIM)
            continue;
        shape.dim[i] = is_bound ? bound->ints[i - 1] : guessed_size(w, shape.rank);
        *guessed =
            *guessed || !(is_bound || (shape.rank <= SEQUENCE_RANK && w->document->setup.value[LT_SET_SEQ_LEN].given));
        if (!is_bound)
            shape.dim[i] *= w->binding->stretch;
    }
    return shape;
}

/* --- one call of a layer --------------------------------------------------------------------------------------- */

static void variables_enter(struct walker *w, const struct lt_call *call, struct lt_walked_layer *layer)
{
    layer->variables = (struct lt_variables){.arena = w->arena};
    if (call->layer->kind->variables)
        call->layer->kind->variables(call, &layer->variables);
    struct lt_builder *b = w->builder;
    if (!b || b->status)
        return;
    layer->first_variable = b->program.tensor_count;
    uint32_t region = b->region;
    b->region = 0;
    b->call = call;
    for (uint32_t i = 0; i < layer->variables.count; i++) {
        const struct lt_variable *v = &layer->variables.item[i];
        lt_tensor x = lt_tensor_add(b, LT_ROLE_VARIABLE, v->elements, (enum lt_dtype)v->dtype);
        if (x != LT_NO_TENSOR)
            b->program.tensor[x].trainable = v->trainable;
    }
    b->region = region;
}

/* The file's word for the shapes of a node, open axes bound as those of its first operand. */
static bool declared_shapes(const struct walker *w, const struct lt_call *call, struct lt_walked_node *out)
{
    const struct lt_node *node = call->node;
    if (!node || !node->declared_count)
        return false;
    out->count = node->declared_count;
    out->shape = lt_alloc_array(w->arena, out->count, sizeof *out->shape);
    for (int i = 0; out->shape && i < out->count; i++) {
        struct lt_shape *shape = &out->shape[i];
        *shape = node->declared[i];
        for (int axis = 0; axis < shape->rank; axis++) {
            if (shape->dim[axis] != LT_NO_DIM)
                continue;
            if (axis == 0)
                shape->dim[axis] = (int64_t)w->binding->batch;
            else if (call->in_count && call->in[0].rank == shape->rank)
                shape->dim[axis] = call->in[0].dim[axis];
            else
                *shape = LT_SHAPE_UNKNOWN;
        }
    }
    return out->shape && known(out->shape, out->count);
}

static struct lt_walked_node nothing(struct walker *w, const struct lt_node *node)
{
    uint16_t count = node && node->declared_count ? node->declared_count : 1;
    struct lt_walked_node out = {.shape = lt_alloc_array(w->arena, count, sizeof *out.shape), .count = count};
    for (int i = 0; out.shape && i < count; i++)
        out.shape[i] = LT_SHAPE_UNKNOWN;
    return out;
}

/* Shapes of one call; where the kind has no rule or its rule fails, the file's. */
static struct lt_walked_node call_shapes(struct walker *w, struct lt_call *call, struct lt_walked_layer *layer)
{
    if (!known(call->in, call->in_count)) {
        struct lt_walked_node declared = {0};
        layer->blocked = !declared_shapes(w, call, &declared);
        layer->declared = !layer->blocked;
        w->walked->complete = false;
        return layer->blocked ? nothing(w, call->node) : declared;
    }
    enum lt_status status = call->layer->kind->shape ? call->layer->kind->shape(call) : LT_UNSUPPORTED;
    if (status == LT_OK && call->out && known(call->out, call->out_count))
        return (struct lt_walked_node){.shape = call->out, .count = call->out_count};
    struct lt_walked_node declared = {0};
    layer->problem = call->problem;
    layer->declared = !call->problem && declared_shapes(w, call, &declared);
    if (!layer->declared)
        w->walked->complete = false;
    if (!layer->declared && !layer->problem)
        layer->problem = "the shape of its result is not known";
    return layer->declared ? declared : nothing(w, call->node);
}

static void call_ops(struct walker *w, const struct lt_call *call, const struct lt_walked_layer *layer,
                     const lt_tensor *in, struct lt_walked_node *out)
{
    struct lt_builder *b = w->builder;
    out->tensor = lt_alloc_array(w->arena, out->count, sizeof *out->tensor);
    if (!out->tensor || b->status)
        return;
    for (int i = 0; i < out->count; i++)
        out->tensor[i] = LT_NO_TENSOR;
    b->call = call;
    b->in = in;
    b->out = out->tensor;
    b->variable = layer->first_variable;
    b->calls++;
    bool sized = known(out->shape, out->count) && known(call->in, call->in_count);
    if (sized && call->layer->kind->ops && !layer->declared)
        call->layer->kind->ops(call, b);
    /* A result that the layer before does not have is no operand. */
    lt_tensor *there = lt_alloc_raw(w->arena, call->in_count + 1u, sizeof *there);
    int count = 0;
    for (int i = 0; there && i < call->in_count; i++)
        if (in[i] != LT_NO_TENSOR)
            there[count++] = in[i];
    for (int i = 0; there && i < out->count; i++)
        if (out->tensor[i] == LT_NO_TENSOR) {
            uint64_t elements = out->shape[i].rank < 0 ? 0 : lt_shape_elements(&out->shape[i]);
            out->tensor[i] = lt_emit(b, LT_OP_OPAQUE, there, count, elements,
                                     (enum lt_dtype)(out->shape[i].rank < 0 ? LT_FLOAT32 : out->shape[i].dtype));
        }
}

/* --- graphs ---------------------------------------------------------------------------------------------------- */

static enum lt_status walk_graph(struct walker *w, const struct lt_graph *graph, const struct lt_walked_node *in,
                                 const struct lt_walked_node **nodes, struct lt_walked_node *out);

/* The operands of a call, masks apart: their shapes, the same as Keras reports them, their tensors and keywords. */
struct operands {
    struct lt_shape *shape, *reported;
    lt_tensor *tensor;
    const char **role;
    bool masked, otherwise; /* otherwise: Keras reports a shape that is not the one it makes */
};

static bool operands_alloc(struct operands *o, struct lt_arena *arena, size_t count)
{
    o->shape = lt_alloc_raw(arena, count + 1u, sizeof *o->shape);
    o->reported = lt_alloc_raw(arena, count + 1u, sizeof *o->reported);
    o->tensor = lt_alloc_raw(arena, count + 1u, sizeof *o->tensor);
    o->role = lt_alloc_raw(arena, count + 1u, sizeof *o->role);
    return o->shape && o->reported && o->tensor && o->role;
}

static uint16_t gather(const struct walker *w, const struct lt_node *node, const struct lt_walked_node *made,
                       struct operands *o)
{
    uint16_t count = 0;
    for (int i = 0; i < node->in_count; i++) {
        const struct lt_ref *ref = &node->in[i];
        const struct lt_walked_node *from = &made[ref->node];
        if (ref->mask) {
            o->masked = true;
            continue;
        }
        bool there = from->shape && ref->output < from->count, reported = there && from->reported;
        o->shape[count] = there ? from->shape[ref->output] : LT_SHAPE_UNKNOWN;
        o->reported[count] = reported ? from->reported[ref->output] : o->shape[count];
        o->otherwise = o->otherwise || reported;
        o->tensor[count] = there && w->builder && from->tensor ? from->tensor[ref->output] : LT_NO_TENSOR;
        o->role[count++] = ref->role;
    }
    return count;
}

static void remember(struct lt_walked_layer *layer, const struct lt_walked_node *made)
{
    if (layer->calls++ == 0) {
        layer->out = made->shape;
        layer->reported = made->reported ? made->reported : made->shape;
        layer->out_count = made->count;
    }
}

static enum lt_status walk_model(struct walker *w, const struct lt_graph *inner, const struct operands *o,
                                 uint16_t count, const struct lt_walked_node **nodes, struct lt_walked_node *out)
{
    if (++w->depth > MAX_NESTING)
        return LT_TOO_LARGE;
    struct lt_walked_node *in = lt_alloc_array(w->arena, count ? count : 1, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    for (int i = 0; i < count; i++)
        in[i] = (struct lt_walked_node){.shape = &o->shape[i],
                                        .reported = o->otherwise ? &o->reported[i] : NULL,
                                        .tensor = w->builder ? &o->tensor[i] : NULL,
                                        .count = 1};
    enum lt_status status = count == inner->in_count ? walk_graph(w, inner, in, nodes, out) : LT_INVALID;
    w->depth--;
    return status;
}

static bool shape_fails(const struct lt_call *call)
{
    struct lt_call trial = *call;
    return call->layer->kind->shape && call->layer->kind->shape(&trial) == LT_INVALID;
}

/* The shapes that Keras reports for a call, whose operands become those that it reports: it builds the layer's
 * variables for them. NULL: the true ones. */
static const struct lt_shape *reported_shapes(struct lt_call *call, const struct operands *o)
{
    if (!call->keras_3) /* older generations trace the layers and report what they make */
        return NULL;
    if (!o->otherwise || !call->layer->kind->shape)
        return call->reported;
    call->in = o->reported;
    call->out = call->reported = NULL;
    if (call->layer->kind->shape(call) != LT_OK)
        return NULL;
    return call->reported ? call->reported : call->out;
}

static enum lt_status walk_call(struct walker *w, const struct lt_node *node, const struct lt_walked_node *made,
                                struct lt_walked_node *out)
{
    const struct lt_document *document = w->document;
    struct lt_walked_layer *layer = &w->walked->layer[node->layer];
    struct operands o = {0};
    struct lt_call *call = lt_alloc_raw(w->arena, 1, sizeof *call);
    if (!call || !operands_alloc(&o, w->arena, node->in_count))
        return LT_NO_MEMORY;
    uint16_t in_count = gather(w, node, made, &o);
    *call = (struct lt_call){
        .arena = w->arena,
        .layers = document->layer,
        .index = node->layer,
        .layer = &document->layer[node->layer],
        .node = node,
        .in = o.shape,
        .in_count = in_count,
        .role = o.role,
        .masked = o.masked,
        .training = w->binding->training,
        .keras_3 = w->keras_3,
        .precision = w->binding->precision,
        .open_steps = w->open_steps * w->binding->stretch,
        .stretch = w->binding->stretch,
    };
    int16_t policy = call->layer->policy;
    call->policy = policy < 0 ? w->binding->precision : &lt_policies[policy];

    if (call->layer->inner) {
        enum lt_status status = walk_model(w, call->layer->inner, &o, call->in_count, &layer->inner, out);
        if (status == LT_INVALID) {
            layer->problem = "it is called with another number of tensors than it has inputs";
            w->walked->complete = false;
            *out = nothing(w, node);
            status = LT_OK;
        }
        remember(layer, out);
        return status;
    }
    if (o.otherwise && shape_fails(call)) /* Keras builds the model all the same, and fails when it runs */
        call->in = o.shape = o.reported;
    *out = call_shapes(w, call, layer);
    if (!out->shape)
        return LT_NO_MEMORY;
    layer->guessed = layer->guessed || call->guessed;
    struct lt_call as_keras = *call;
    out->reported = reported_shapes(&as_keras, &o);
    if (layer->calls == 0 && known(o.shape, call->in_count))
        variables_enter(w, &as_keras, layer);
    if (call->layer->kind == &lt_kind_unknown)
        w->walked->complete = false;
    if (w->builder)
        call_ops(w, call, layer, o.tensor, out);
    remember(layer, out);
    return w->arena->failed ? LT_NO_MEMORY : w->builder ? w->builder->status : LT_OK;
}

/* A model input: what the outer graph hands in, or a new tensor of the bound shape. */
static enum lt_status walk_input(struct walker *w, const struct lt_node *node, const struct lt_walked_node *given,
                                 struct lt_walked_node *out)
{
    struct lt_walked_layer *layer = &w->walked->layer[node->layer];
    if (given) {
        *out = *given;
    } else {
        out->count = 1;
        out->shape = lt_alloc(w->arena, sizeof *out->shape);
        out->tensor = lt_alloc(w->arena, sizeof *out->tensor);
        if (!out->shape || !out->tensor)
            return LT_NO_MEMORY;
        *out->shape = input_shape(w, &w->document->layer[node->layer], &layer->guessed);
        if (out->shape->rank < 0) {
            layer->problem = "the file does not say its shape; set input.NAME";
            w->walked->complete = false;
        }
        if (w->builder) {
            struct lt_call call = {.index = node->layer, .layer = &w->document->layer[node->layer]};
            w->builder->call = &call;
            *out->tensor =
                lt_tensor_add(w->builder, LT_ROLE_INPUT, out->shape->rank < 0 ? 0 : lt_shape_elements(out->shape),
                              (enum lt_dtype)out->shape->dtype);
            w->builder->call = NULL;
        }
    }
    remember(layer, out);
    return LT_OK;
}

static enum lt_status walk_graph(struct walker *w, const struct lt_graph *graph, const struct lt_walked_node *in,
                                 const struct lt_walked_node **nodes, struct lt_walked_node *out)
{
    struct lt_walked_node *made = lt_alloc_array(w->arena, graph->node_count + 1u, sizeof *made);
    if (!made)
        return LT_NO_MEMORY;
    if (!*nodes)
        *nodes = made;
    for (uint32_t i = 0; i < graph->in_count; i++) {
        enum lt_status status =
            walk_input(w, &graph->node[graph->in[i].node], in ? &in[i] : NULL, &made[graph->in[i].node]);
        if (status)
            return status;
    }
    for (uint32_t i = 0; i < graph->node_count; i++) {
        if (made[i].count)
            continue; /* an input */
        enum lt_status status = walk_call(w, &graph->node[i], made, &made[i]);
        if (status)
            return status;
    }
    out->count = graph->out_count;
    out->shape = lt_alloc_array(w->arena, out->count + 1u, sizeof *out->shape);
    out->tensor = lt_alloc_array(w->arena, out->count + 1u, sizeof *out->tensor);
    struct lt_shape *reported = lt_alloc_array(w->arena, out->count + 1u, sizeof *reported);
    if (!out->shape || !out->tensor || !reported)
        return LT_NO_MEMORY;
    for (int i = 0; i < out->count; i++) {
        const struct lt_walked_node *from = &made[graph->out[i].node];
        bool there = from->shape && graph->out[i].output < from->count;
        out->shape[i] = there ? from->shape[graph->out[i].output] : LT_SHAPE_UNKNOWN;
        out->tensor[i] = there && w->builder && from->tensor ? from->tensor[graph->out[i].output] : LT_NO_TENSOR;
        reported[i] = there && from->reported ? from->reported[graph->out[i].output] : out->shape[i];
        if (there && from->reported)
            out->reported = reported;
    }
    return LT_OK;
}

/* Assumed sizes reach every layer: one guessed input makes the whole model's figures assumed. */
static void spread_assumed(struct lt_walked *walked, uint32_t count)
{
    bool any = false;
    for (uint32_t i = 0; i < count; i++)
        any = any || walked->layer[i].guessed;
    for (uint32_t i = 0; i < count; i++)
        walked->layer[i].assumed = any;
}

enum lt_status lt_walk(const struct lt_document *document, const struct lt_binding *binding, struct lt_arena *arena,
                       struct lt_builder *builder, struct lt_walked *out)
{
    *out = (struct lt_walked){.complete = true, .batch = binding->batch};
    out->layer = lt_alloc_array(arena, document->layer_count + 1u, sizeof *out->layer);
    struct lt_shape *in = lt_alloc_array(arena, document->graph.in_count + 1u, sizeof *in);
    if (!out->layer || !in)
        return LT_NO_MEMORY;
    struct walker w = {
        .document = document,
        .binding = binding,
        .arena = arena,
        .builder = builder,
        .walked = out,
        .open_steps = guessed_steps(document),
        .keras_3 = lt_setup_keras_3(&document->setup),
    };
    if (builder)
        builder->expected = 8 * document->layer_count;
    struct lt_walked_node results = {0};
    enum lt_status status = walk_graph(&w, &document->graph, NULL, &out->node, &results);
    if (status)
        return status;
    spread_assumed(out, document->layer_count);
    for (int i = 0; i < document->graph.in_count; i++) {
        uint32_t layer = document->graph.node[document->graph.in[i].node].layer;
        in[i] = out->layer[layer].out ? out->layer[layer].out[0] : LT_SHAPE_UNKNOWN;
        if (i == 0 && in[i].rank > 0 && in[i].dim[0] > 0)
            out->batch = (uint64_t)in[i].dim[0];
        out->in_count++;
    }
    out->in = in;
    out->out = results.shape;
    out->out_tensor = results.tensor;
    out->out_count = results.count;
    return LT_OK;
}
