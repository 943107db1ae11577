/* Calls of layers inside layers. A nested model inside a wrapper is walked here, its layers' variables being the
 * wrapper's; models of the document's own graphs are walked by walk.c. */
#include "core/model/kinds/inner.h"

#include "core/base/checked.h"
#include "core/model/kinds/kinds.h"

/* ------------------------------------------------------------------------------------------- a nested model */

static const struct lt_graph *graph_of(const struct lt_layer *layer)
{
    return layer->kind->shape ? NULL : layer->inner;
}

static struct lt_call layer_call(const struct lt_call *outer, uint32_t index, const struct lt_shape *in, int in_count)
{
    const struct lt_layer *layer = &outer->layers[index];
    return (struct lt_call){
        .arena = outer->arena,
        .layers = outer->layers,
        .index = index,
        .layer = layer,
        .in = in,
        .in_count = (uint16_t)in_count,
        .masked = outer->masked,
        .training = outer->training,
        .keras_3 = outer->keras_3,
        .open_steps = outer->open_steps,
        .stretch = outer->stretch,
        .precision = outer->precision,
        .policy = layer->policy < 0 ? outer->precision : &lt_policies[layer->policy],
    };
}

/* The place of node `n` among the graph's inputs, -1: none of them. */
static int input_index(const struct lt_graph *graph, uint32_t n)
{
    for (int i = 0; i < graph->in_count; i++)
        if (graph->in[i].node == n)
            return i;
    return -1;
}

/* The shapes of the operands of a node from the calls before it, and their roles. */
static enum lt_status node_operands(const struct lt_node *node, const struct lt_call *done, struct lt_call *call)
{
    struct lt_shape *in = lt_alloc_array(call->arena, node->in_count + 1u, sizeof *in);
    const char **role = lt_alloc_array(call->arena, node->in_count + 1u, sizeof *role);
    if (!in || !role)
        return LT_NO_MEMORY;
    call->in = in;
    call->role = role;
    call->node = node;
    for (int i = 0; i < node->in_count; i++) {
        const struct lt_ref *ref = &node->in[i];
        if (ref->mask) {
            call->masked = true;
            continue;
        }
        if (ref->output >= done[ref->node].out_count)
            return LT_INVALID;
        role[call->in_count] = ref->role;
        in[call->in_count++] = done[ref->node].out[ref->output];
    }
    return LT_OK;
}

static enum lt_status call_layer(struct lt_call *call);

/* One call for each node of the model that `call` is, with their results; NULL: *status says why, call->problem too. */
static struct lt_call *model_calls(struct lt_call *call, enum lt_status *status)
{
    const struct lt_graph *graph = graph_of(call->layer);
    struct lt_call *done = lt_alloc_array(call->arena, graph->node_count + 1u, sizeof *done);
    *status = done ? LT_OK : LT_NO_MEMORY;
    for (uint32_t n = 0; *status == LT_OK && n < graph->node_count; n++) {
        int input = input_index(graph, n);
        done[n] = layer_call(call, graph->node[n].layer, NULL, 0);
        if (input >= call->in_count) {
            *status = lt_call_fail(call, "the inner model takes more than %d inputs", call->in_count);
        } else if (input >= 0) {
            *status = lt_call_out(&done[n], 1) ? LT_OK : LT_NO_MEMORY;
            if (*status == LT_OK)
                done[n].out[0] = call->in[input];
        } else {
            *status = node_operands(&graph->node[n], done, &done[n]);
            if (*status == LT_OK)
                *status = call_layer(&done[n]);
            call->problem = done[n].problem;
        }
    }
    return *status == LT_OK ? done : NULL;
}

static enum lt_status model_shape(struct lt_call *call)
{
    enum lt_status status;
    const struct lt_graph *graph = graph_of(call->layer);
    const struct lt_call *done = model_calls(call, &status);
    if (!done)
        return status;
    if (!lt_call_out(call, graph->out_count))
        return LT_NO_MEMORY;
    for (int i = 0; i < graph->out_count; i++)
        call->out[i] = done[graph->out[i].node].out[graph->out[i].output];
    return LT_OK;
}

/* Shapes by the layer's rule or, of a nested model, by its graph; all of them known. */
static enum lt_status call_layer(struct lt_call *call)
{
    if (!call->layer->kind->ops && !graph_of(call->layer))
        return LT_UNSUPPORTED;
    enum lt_status status = graph_of(call->layer) ? model_shape(call) : call->layer->kind->shape(call);
    for (int i = 0; status == LT_OK && i < call->out_count; i++)
        if (call->out[i].rank < 0)
            return LT_UNSUPPORTED;
    return status;
}

/* Whether node n is the first call of its layer. */
static bool is_first_call(const struct lt_graph *graph, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (graph->node[i].layer == graph->node[n].layer)
            return false;
    return true;
}

static void model_variables(const struct lt_call *call, const char *prefix, struct lt_variables *out)
{
    enum lt_status status;
    struct lt_call copy = *call;
    const struct lt_graph *graph = graph_of(call->layer);
    const struct lt_call *done = model_calls(&copy, &status);
    for (uint32_t n = 0; done && n < graph->node_count; n++) {
        const char *path = lt_format(out->arena, "%s/%s", prefix, done[n].layer->name);
        if (!path || input_index(graph, n) >= 0 || !is_first_call(graph, n))
            continue;
        if (graph_of(done[n].layer))
            model_variables(&done[n], path, out);
        else
            lt_child_variables(&done[n], path, out);
    }
}

/* Emits the nodes in order; variables of a layer stand where its first call put them. */
static void model_ops(const struct lt_call *call, struct lt_builder *b, int first, const lt_tensor *in, lt_tensor *out)
{
    enum lt_status status;
    struct lt_call copy = *call;
    const struct lt_graph *graph = graph_of(call->layer);
    const struct lt_call *done = model_calls(&copy, &status);
    lt_tensor **made = lt_alloc_array(b->arena, graph->node_count + 1u, sizeof *made);
    int *start = lt_alloc_array(b->arena, graph->node_count + 1u, sizeof *start);
    if (!done || !made || !start)
        return;
    for (uint32_t n = 0, next = (uint32_t)first; n < graph->node_count; n++) {
        const struct lt_node *node = &graph->node[n];
        lt_tensor *given = lt_alloc_array(b->arena, done[n].in_count + 1u, sizeof *given);
        made[n] = lt_alloc_array(b->arena, done[n].out_count + 1u, sizeof **made);
        if (!given || !made[n])
            return;
        int input = input_index(graph, n), count = 0;
        if (input >= 0) {
            made[n][0] = in[input];
            continue;
        }
        for (int i = 0; i < node->in_count; i++)
            if (!node->in[i].mask)
                given[count++] = made[node->in[i].node][node->in[i].output];
        start[n] = (int)next;
        for (uint32_t i = 0; i < n; i++)
            if (graph->node[i].layer == node->layer)
                start[n] = start[i];
        if (is_first_call(graph, n))
            next += (uint32_t)lt_inner_variable_count(call, &done[n], b->arena);
        lt_inner_ops(&done[n], b, start[n], given, made[n]);
    }
    for (int i = 0; i < graph->out_count; i++)
        out[i] = made[graph->out[i].node][graph->out[i].output];
}

/* ------------------------------------------------------------------------------------------- any inner layer */

enum lt_status lt_inner_call(const struct lt_call *call, int i, const struct lt_shape *in, int in_count,
                             struct lt_call *child)
{
    *child = layer_call(call, call->layer->child[i], in, in_count);
    return call_layer(child);
}

void lt_inner_variables(const struct lt_call *call, const struct lt_call *child, struct lt_variables *out)
{
    uint32_t first = out->count;
    if (graph_of(child->layer))
        model_variables(child, child->layer->name, out);
    else
        lt_child_variables(child, child->layer->name, out);
    if (!call->layer->trainable && !call->keras_3)
        for (uint32_t i = first; i < out->count; i++)
            out->item[i].trainable = false;
}

int lt_inner_variable_count(const struct lt_call *call, const struct lt_call *child, struct lt_arena *arena)
{
    struct lt_variables list = {.arena = arena};
    lt_inner_variables(call, child, &list);
    return (int)list.count;
}

void lt_inner_ops(const struct lt_call *child, struct lt_builder *b, int first, const lt_tensor *in, lt_tensor *out)
{
    for (int i = 0; i < child->out_count; i++)
        out[i] = LT_NO_TENSOR;
    if (graph_of(child->layer))
        model_ops(child, b, first, in, out);
    else
        lt_child_ops(child, b, first, in, out);
}
