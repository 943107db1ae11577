#include "core/formats/keras_reader.h"

#include <string.h>

/* --- the shape of a model's input, from wherever the generations wrote it -------------------------------------- */

/* input_shape without the batch: [224, 224, 3] as [null, 224, 224, 3]. */
static bool with_batch(const struct lt_tree *tree, struct lt_shape *shape)
{
    if (!keras_shape(tree, shape) || shape->rank == LT_MAX_RANK)
        return false;
    memmove(shape->dim + 1, shape->dim, (size_t)shape->rank * sizeof *shape->dim);
    shape->dim[0] = LT_NO_DIM;
    shape->rank++;
    return true;
}

static int64_t size_or_open(const struct lt_tree *tree)
{
    int64_t size = lt_tree_int(tree, LT_NO_DIM);
    return size > 0 ? size : LT_NO_DIM;
}

/* input_dim and input_length: a vector, tokens, or a sequence of vectors. */
static bool from_dim(const char *class, const struct lt_tree *config, struct lt_shape *shape)
{
    const struct lt_tree *dim = lt_tree_get(config, "input_dim"), *length = lt_tree_get(config, "input_length");
    *shape = (struct lt_shape){.rank = 2, .dim = {LT_NO_DIM, size_or_open(length)}};
    if (strcmp(class, "Embedding") == 0)
        return true;
    if (lt_tree_int(dim, 0) <= 0)
        return false;
    if (length)
        shape->dim[shape->rank++ - 1] = size_or_open(length);
    shape->dim[shape->rank - 1] = lt_tree_int(dim, 0);
    return true;
}

static const struct lt_tree *first_layer(const struct lt_tree *model)
{
    const struct lt_tree *config = lt_tree_get(model, "config");
    const struct lt_tree *layers = config && config->type == LT_TREE_LIST ? config : lt_tree_get(config, "layers");
    return layers && layers->type == LT_TREE_LIST ? layers->child : NULL;
}

/* What the first layer of a chain says of its input; nested models are looked into. */
static bool input_of(int generation, const struct lt_tree *object, struct lt_shape *shape, const char **dtype)
{
    for (int depth = 0; object && depth < KERAS_MAX_DEPTH; depth++) {
        const struct lt_tree *config = lt_tree_get(object, "config");
        const char *class = lt_tree_text(lt_tree_get(object, "class_name"), "");
        *dtype = lt_tree_text(lt_tree_get(config, "input_dtype"), lt_tree_text(lt_tree_get(config, "dtype"), NULL));
        if (keras_shape(lt_tree_get(config, "batch_shape"), shape) ||
            keras_shape(lt_tree_get(config, "batch_input_shape"), shape) ||
            with_batch(lt_tree_get(config, "input_shape"), shape) || (generation < 3 && from_dim(class, config, shape)))
            return true;
        object = first_layer(object);
    }
    return false;
}

static bool built_shape(const struct lt_tree *object, struct lt_shape *shape)
{
    return keras_shape(lt_tree_get(lt_tree_get(object, "build_config"), "input_shape"), shape);
}

static bool input_shape(int generation, const struct lt_tree *model, const struct lt_tree *first,
                        struct lt_shape *shape, const char **dtype)
{
    return input_of(generation, first, shape, dtype) ||
           keras_shape(lt_tree_get(lt_tree_get(model, "config"), "build_input_shape"), shape) ||
           built_shape(model, shape) || built_shape(first, shape);
}

/* The input that the first layer implies, under the name that Keras of its time would give it. */
static uint32_t add_input(struct keras_reader *reader, const struct lt_tree *model, const struct lt_tree *first,
                          uint32_t parent)
{
    const char *name = keras_layer_name(first);
    name = reader->generation < 3 ? lt_format(reader->scratch, "%s_input", name) : "input_layer";
    uint32_t layer = name ? keras_add_implied(reader, &lt_kind_input, name, parent) : LT_NO_LAYER;
    if (layer == LT_NO_LAYER)
        return LT_NO_LAYER;
    struct lt_shape shape;
    const char *dtype = NULL;
    bool found = input_shape(reader->generation, model, first, &shape, &dtype);
    keras_set_input(reader, layer, found ? &shape : NULL, dtype);
    if (!found && parent == LT_NO_LAYER) {
        const char *hint = lt_format(reader->scratch, "set input.%s to the shape of one sample", name);
        keras_problem(reader, LT_WARNING, model, hint, "the file does not say the shape of the model's input");
    }
    return layer;
}

/* --- the chain -----------------------------------------------------------------------------------------------------
 */

struct chain {
    struct keras_reader *reader;
    struct lt_graph *graph;
    struct lt_ref *ref; /* one for each node but the first, and two for the ends */
    uint32_t room;
};

/* The result of a layer is what the next one was built with. */
static void declare(struct chain *chain, struct lt_node *node, const struct lt_tree *next)
{
    struct lt_shape shape, *copy;
    if (!next || !built_shape(next, &shape) || !(copy = lt_alloc(chain->reader->arena, sizeof *copy)))
        return;
    *copy = shape;
    node->declared = copy;
    node->declared_count = 1;
}

static void add_link(struct chain *chain, uint32_t layer, const struct lt_tree *next)
{
    struct lt_graph *graph = chain->graph;
    struct lt_node *node = &graph->node[graph->node_count];
    *node = (struct lt_node){.layer = layer};
    if (graph->node_count) {
        struct lt_ref *ref = &chain->ref[graph->node_count - 1];
        ref->node = graph->node_count - 1;
        node->in = ref;
        node->in_count = 1;
        declare(chain, node, next);
    }
    graph->node_count++;
}

static bool is_input(const struct keras_reader *reader, uint32_t layer)
{
    return reader->document->layer[layer].kind == &lt_kind_input;
}

static void read_chain(struct chain *chain, const struct lt_tree *model, const struct lt_tree *first, uint32_t parent)
{
    struct keras_reader *reader = chain->reader;
    const char *class = lt_tree_text(lt_tree_get(first, "class_name"), "");
    if (strcmp(class, "InputLayer") != 0) {
        uint32_t input = add_input(reader, model, first, parent);
        if (input == LT_NO_LAYER)
            return;
        add_link(chain, input, NULL);
    }
    for (const struct lt_tree *tree = first; tree && chain->graph->node_count < chain->room; tree = tree->next) {
        uint32_t layer = keras_read_layer(reader, tree, parent);
        if (reader->arena->failed || reader->too_large)
            return;
        if (layer == LT_NO_LAYER)
            continue;
        if (chain->graph->node_count && is_input(reader, layer))
            keras_problem(reader, LT_ERROR, tree, "an InputLayer comes first", "an input stands among the layers");
        else
            add_link(chain, layer, tree->next);
    }
}

void keras_read_sequential(struct keras_reader *reader, const struct lt_tree *model, uint32_t parent,
                           struct lt_graph *graph)
{
    const struct lt_tree *first = first_layer(model);
    if (!first) {
        keras_problem(reader, LT_ERROR, model, "config: {layers: [...]}", "the model has no layers");
        return;
    }
    uint32_t count = first->parent->count;
    struct chain chain = {.reader = reader, .graph = graph};
    chain.room = (count < KERAS_MAX_LAYERS ? count : KERAS_MAX_LAYERS) + 1;
    chain.ref = lt_alloc_array(reader->arena, chain.room + 2u, sizeof *chain.ref);
    graph->node = lt_alloc_array(reader->arena, chain.room, sizeof *graph->node);
    if (!chain.ref || !graph->node)
        return;
    read_chain(&chain, model, first, parent);
    if (!graph->node_count)
        return;
    graph->in = &chain.ref[chain.room];
    graph->out = &chain.ref[chain.room + 1];
    graph->out->node = graph->node_count - 1;
    graph->in_count = graph->out_count = 1;
}
