#include <stdlib.h>
#include <string.h>

#include "core/formats/keras_write.h"

/* One graph being written. */
struct graph {
    struct keras_writer *w;
    const struct lt_graph *graph;
    const struct lt_walked_node *node, *other; /* what each gives, and with every open size changed; NULL: not known */
    uint32_t *call;                            /* per node: its number among the calls of its layer */
    uint32_t *next;                            /* per node: the next call of its layer; 0: none */
};

/* --- tensors ------------------------------------------------------------------------------------------------------ */

static const struct lt_layer *layer_of(const struct graph *g, uint32_t node)
{
    return &g->w->document->layer[g->graph->node[node].layer];
}

static const struct lt_shape *shape_in(const struct lt_walked_node *nodes, struct lt_ref ref)
{
    const struct lt_walked_node *node = nodes ? &nodes[ref.node] : NULL;
    return node && node->shape && ref.output < node->count && node->shape[ref.output].rank >= 0
               ? &node->shape[ref.output]
               : NULL;
}

/* The shape that the file states for what could not be computed. */
static const struct lt_shape *declared(const struct graph *g, struct lt_ref ref)
{
    const struct lt_node *node = &g->graph->node[ref.node];
    return ref.output < node->declared_count && node->declared[ref.output].rank >= 0 ? &node->declared[ref.output]
                                                                                     : NULL;
}

/* An axis that follows an open size differs in the other walk; where that found no shape, only the batch is open. */
static bool is_open(const struct lt_shape *shape, const struct lt_shape *other, int axis)
{
    if (other && other->rank == shape->rank)
        return other->dim[axis] != shape->dim[axis];
    return axis == 0;
}

static void write_shape(struct graph *g, struct lt_ref ref, struct lt_tree *config)
{
    struct lt_arena *arena = g->w->arena;
    const struct lt_shape *shape = shape_in(g->node, ref), *other = shape_in(g->other, ref);
    bool stated = !shape && (shape = declared(g, ref)) != NULL;
    struct lt_tree *list = lt_tree_new(arena, shape ? LT_TREE_LIST : LT_TREE_NULL, config, "shape");
    for (int i = 0; shape && i < shape->rank; i++) {
        if (stated ? shape->dim[i] == LT_NO_DIM : is_open(shape, other, i))
            lt_tree_new(arena, LT_TREE_NULL, list, NULL);
        else
            lt_tree_add_int(arena, list, NULL, shape->dim[i]);
    }
    lt_tree_add_text(arena, config, "dtype", lt_dtypes[shape ? shape->dtype : LT_FLOAT32].name);
}

static void write_reference(struct graph *g, struct lt_ref ref, uint32_t first, struct lt_tree *parent, const char *key)
{
    const char *name = layer_of(g, ref.node)->name;
    struct lt_tree *list = lt_tree_new(g->w->arena, LT_TREE_LIST, parent, key);
    lt_tree_add_text(g->w->arena, list, NULL, name ? name : "layer");
    lt_tree_add_int(g->w->arena, list, NULL, (int64_t)g->call[ref.node] + first);
    lt_tree_add_int(g->w->arena, list, NULL, ref.output);
}

static void write_tensor(struct graph *g, struct lt_ref ref, struct lt_tree *parent, const char *key)
{
    struct lt_tree *tensor = lt_tree_new(g->w->arena, LT_TREE_MAP, parent, key);
    lt_tree_add_text(g->w->arena, tensor, "class_name", "__keras_tensor__");
    struct lt_tree *config = lt_tree_new(g->w->arena, LT_TREE_MAP, tensor, "config");
    write_shape(g, ref, config);
    write_reference(g, ref, 0, config, "keras_history");
}

/* --- calls with arguments besides tensors ------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const struct lt_tree *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

static bool is_tensor(const struct lt_tree *tree)
{
    return strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), "__keras_tensor__") == 0;
}

/* A copy whose tensors are those that the node takes now, one for one in the order in which the reader found them: maps
 * by their sorted keys, but keyword arguments as they stand. */
static void copy_argument(struct graph *g, const struct lt_tree *tree, const struct lt_node *node, uint16_t *next,
                          struct lt_tree *parent, const char *key)
{
    struct lt_arena *arena = g->w->arena;
    if (is_tensor(tree)) {
        if (*next < node->in_count)
            write_tensor(g, node->in[(*next)++], parent, key);
        return;
    }
    if (tree->type != LT_TREE_LIST && tree->type != LT_TREE_MAP) {
        lt_tree_copy(arena, tree, parent, key);
        return;
    }
    struct lt_tree *copy = lt_tree_new(arena, tree->type, parent, key);
    const struct lt_tree **child = lt_alloc_array(arena, tree->count + 1u, sizeof *child);
    uint32_t count = 0;
    for (const struct lt_tree *c = tree->child; child && c; c = c->next)
        child[count++] = c;
    if (tree->type == LT_TREE_MAP)
        qsort(child, count, sizeof *child, by_key);
    for (uint32_t i = 0; i < count; i++)
        copy_argument(g, child[i], node, next, copy, child[i]->key);
}

/* An older operation took its tensors one by one where Keras 3's takes them as a list. */
static bool lacks_list(const struct graph *g, const struct lt_node *node, const struct lt_tree *args)
{
    const struct lt_layer *layer = &g->w->document->layer[node->layer];
    return layer->kind->family == LT_FAMILY_OPERATION && keras_write_takes_list(layer) && args &&
           is_tensor(args->child);
}

static void copy_call(struct graph *g, const struct lt_node *node, struct lt_tree *args, struct lt_tree *kwargs)
{
    const struct lt_tree *given = lt_tree_get(node->arguments, "args"), *named = lt_tree_get(node->arguments, "kwargs");
    struct lt_tree *list = lacks_list(g, node, given) ? lt_tree_new(g->w->arena, LT_TREE_LIST, args, NULL) : args;
    uint16_t next = 0;
    for (const struct lt_tree *a = given ? given->child : NULL; a; a = a->next)
        copy_argument(g, a, node, &next, is_tensor(a) ? list : args, NULL);
    for (const struct lt_tree *a = named ? named->child : NULL; a; a = a->next)
        copy_argument(g, a, node, &next, kwargs, a->key);
}

/* --- calls of tensors alone --------------------------------------------------------------------------------------- */

bool keras_write_takes_list(const struct lt_layer *layer)
{
    static const char *const classes[] = {
        "Attention", "AdditiveAttention", "HashedCrossing", "Concatenate", "Stack", "Hstack", "Vstack",
        "Dstack",    "Meshgrid",          "Select"};
    if (layer->inner)
        return layer->inner->in_count > 1;
    if (layer->kind->family == LT_FAMILY_MERGING)
        return true;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(layer->kind->name, classes[i]) == 0)
            return true;
    return false;
}

/* How many tensors the node takes by this keyword (NULL: by position). */
static uint16_t count_role(const struct lt_node *node, const char *role)
{
    uint16_t count = 0;
    for (uint16_t i = 0; i < node->in_count; i++) {
        const char *own = node->in[i].role;
        if (role ? own && strcmp(own, role) == 0 : !own)
            count++;
    }
    return count;
}

static void write_role(struct graph *g, const struct lt_node *node, const char *role, struct lt_tree *kwargs)
{
    bool several = count_role(node, role) > 1;
    struct lt_tree *parent = several ? lt_tree_new(g->w->arena, LT_TREE_LIST, kwargs, role) : kwargs;
    for (uint16_t i = 0; i < node->in_count; i++)
        if (node->in[i].role && strcmp(node->in[i].role, role) == 0)
            write_tensor(g, node->in[i], parent, several ? NULL : role);
}

/* The tensors by position: one by one, as a list, or under the names of a model's inputs. */
static void write_positional(struct graph *g, const struct lt_node *node, struct lt_tree *args)
{
    const struct lt_layer *layer = &g->w->document->layer[node->layer];
    const struct lt_graph *inner = layer->inner;
    uint16_t count = count_role(node, NULL), next = 0;
    bool named = inner && count == inner->in_count && count > 0;
    for (uint16_t i = 0; named && i < count; i++)
        named = inner->in[i].role != NULL;
    if (named)
        args = lt_tree_new(g->w->arena, LT_TREE_MAP, args, NULL);
    else if (count && keras_write_takes_list(layer))
        args = lt_tree_new(g->w->arena, LT_TREE_LIST, args, NULL);
    for (uint16_t i = 0; i < node->in_count; i++)
        if (!node->in[i].role)
            write_tensor(g, node->in[i], args, named ? inner->in[next++].role : NULL);
}

static void write_call(struct graph *g, const struct lt_node *node, struct lt_tree *list)
{
    struct lt_tree *call = lt_tree_new(g->w->arena, LT_TREE_MAP, list, NULL);
    struct lt_tree *args = lt_tree_new(g->w->arena, LT_TREE_LIST, call, "args");
    struct lt_tree *kwargs = lt_tree_new(g->w->arena, LT_TREE_MAP, call, "kwargs");
    if (node->arguments) {
        copy_call(g, node, args, kwargs);
        return;
    }
    write_positional(g, node, args);
    for (uint16_t i = 0; i < node->in_count; i++)
        if (node->in[i].role && !lt_tree_get(kwargs, node->in[i].role))
            write_role(g, node, node->in[i].role, kwargs);
}

/* --- the graph ---------------------------------------------------------------------------------------------------- */

/* `node`: its first call. */
static void write_layer(struct graph *g, uint32_t node, struct lt_tree *layers)
{
    uint32_t layer = g->graph->node[node].layer;
    struct lt_tree *object = keras_write_layer(g->w, layer, layers, NULL);
    g->w->object[layer] = object;
    const char *name = g->w->document->layer[layer].name;
    lt_tree_add_text(g->w->arena, object, "name", name ? name : "layer");
    struct lt_tree *calls = lt_tree_new(g->w->arena, LT_TREE_LIST, object, "inbound_nodes");
    if (g->w->document->layer[layer].kind == &lt_kind_input)
        return;
    do {
        write_call(g, &g->graph->node[node], calls);
        node = g->next[node];
    } while (node);
}

/* A Functional model counts its making as its first call, and here alone that shows. */
static void write_ends(struct graph *g, const struct lt_ref *ref, uint16_t count, const char *key,
                       struct lt_tree *config)
{
    bool named = count > 0;
    for (uint16_t i = 0; i < count; i++)
        named = named && ref[i].role;
    struct lt_tree *parent = config;
    if (named || count != 1)
        parent = lt_tree_new(g->w->arena, named ? LT_TREE_MAP : LT_TREE_LIST, config, key);
    for (uint16_t i = 0; i < count; i++) {
        const struct lt_layer *layer = layer_of(g, ref[i].node);
        bool functional = layer->inner && !(layer->sequential && keras_write_is_chain(layer->inner, g->w->calls));
        write_reference(g, ref[i], functional ? 1 : 0, parent, parent == config ? key : named ? ref[i].role : NULL);
    }
}

/* Numbers the calls; *first receives the first call of each layer that is called, in order. Returns how many. */
static uint32_t number_calls(struct graph *g, uint32_t *first)
{
    const struct lt_graph *graph = g->graph;
    uint32_t *calls = g->w->calls, count = 0;
    uint32_t *last = lt_alloc_array(g->w->arena, g->w->document->layer_count + 1u, sizeof *last);
    for (uint32_t i = 0; i < graph->node_count; i++)
        calls[graph->node[i].layer] = 0;
    for (uint32_t i = 0; last && i < graph->node_count; i++) {
        uint32_t layer = graph->node[i].layer;
        if (calls[layer])
            g->next[last[layer]] = i;
        else
            first[count++] = i;
        g->call[i] = calls[layer]++;
        last[layer] = i;
    }
    return count;
}

void keras_write_functional(struct keras_writer *w, const struct lt_graph *graph, uint32_t layer,
                            struct lt_tree *config)
{
    bool top = layer == LT_NO_LAYER;
    struct graph g = {
        .w = w,
        .graph = graph,
        .node = top ? w->walked.node : w->walked.layer[layer].inner,
        .other = top ? w->other.node : w->other.layer[layer].inner,
        .call = lt_alloc_array(w->arena, graph->node_count + 1u, sizeof *g.call),
        .next = lt_alloc_array(w->arena, graph->node_count + 1u, sizeof *g.next),
    };
    uint32_t *first = lt_alloc_array(w->arena, graph->node_count + 1u, sizeof *first);
    if (!g.call || !g.next || !first)
        return;
    uint32_t count = number_calls(&g, first);
    struct lt_tree *layers = lt_tree_new(w->arena, LT_TREE_LIST, config, "layers");
    for (uint32_t i = 0; i < count; i++)
        write_layer(&g, first[i], layers);
    write_ends(&g, graph->in, graph->in_count, "input_layers", config);
    write_ends(&g, graph->out, graph->out_count, "output_layers", config);
}
