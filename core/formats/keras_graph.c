#include "core/formats/keras_reader.h"

#include <string.h>

#include "core/base/text.h"

/* A graph is made in three steps: the layers are read and named; their calls are collected with the tensors they take,
 * as they are written; the references are resolved. Resolution is per call, not per layer: a shared layer's second call
 * may depend on what depends on its first. */

struct entry {
    const char *name;
    const struct lt_tree *tree;
    uint32_t layer, first_node, calls;
    int64_t last_call; /* the highest call that any tensor refers to; -1: none */
    bool model, functional;
};

struct builder {
    struct keras_reader *reader;
    struct lt_graph *graph;
    uint32_t parent;
    struct entry *entry;
    uint32_t entry_count;
    uint32_t *slot, slot_mask; /* entries by the hash of their name, plus one */
    struct keras_operands operands;
    uint32_t *first_operand; /* per node, and one more */
    uint32_t node_capacity;
    uint32_t stand_in; /* the layer that stands for all that is missing; LT_NO_LAYER: none yet */
    uint64_t declared; /* shapes stated so far */
};

/* --- names -------------------------------------------------------------------------------------------------------- */

static uint32_t *slot_of(const struct builder *b, const char *name)
{
    uint32_t i = lt_hash_text(name) & b->slot_mask;
    while (b->slot[i] && strcmp(b->entry[b->slot[i] - 1].name, name) != 0)
        i = (i + 1) & b->slot_mask;
    return &b->slot[i];
}

static struct entry *find_entry(const struct builder *b, const char *name)
{
    uint32_t slot = *slot_of(b, name);
    return slot ? &b->entry[slot - 1] : NULL;
}

static void add_entry(struct builder *b, const struct lt_tree *tree, uint32_t layer)
{
    struct entry *entry = &b->entry[b->entry_count];
    const struct lt_layer *read = &b->reader->document->layer[layer];
    *entry = (struct entry){
        .name = read->name,
        .tree = tree,
        .layer = layer,
        .last_call = -1,
        .model = read->inner != NULL,
        .functional = read->inner && !read->sequential,
    };
    uint32_t *slot = slot_of(b, entry->name);
    if (*slot)
        keras_problem(b->reader, LT_ERROR, tree, "names must differ within a model",
                      "another layer is called %s too; references mean the first", keras_safe(b->reader, entry->name));
    else
        *slot = b->entry_count + 1;
    b->entry_count++;
}

static bool read_entries(struct builder *b, const struct lt_tree *layers)
{
    uint32_t capacity = 8;
    while (capacity < 2 * (uint64_t)layers->count && capacity <= KERAS_MAX_LAYERS)
        capacity *= 2;
    b->slot_mask = capacity - 1;
    b->slot = lt_alloc_array(b->reader->scratch, capacity, sizeof *b->slot);
    uint32_t room = layers->count < KERAS_MAX_LAYERS ? layers->count : KERAS_MAX_LAYERS;
    b->entry = lt_alloc_array(b->reader->scratch, room + 1u, sizeof *b->entry);
    if (!b->slot || !b->entry)
        return false;
    for (const struct lt_tree *tree = layers->child; tree && b->entry_count < room; tree = tree->next) {
        uint32_t layer = keras_read_layer(b->reader, tree, b->parent);
        if (layer != LT_NO_LAYER)
            add_entry(b, tree, layer);
    }
    return true;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static uint32_t add_node(struct builder *b, uint32_t layer)
{
    struct lt_graph *graph = b->graph;
    if (graph->node_count == b->node_capacity) {
        uint32_t capacity = b->node_capacity ? b->node_capacity * 2 : 32;
        struct lt_node *larger =
            lt_grow(b->reader->arena, graph->node, graph->node_count, capacity, sizeof *graph->node);
        uint32_t *first =
            lt_grow(b->reader->scratch, b->first_operand, graph->node_count, capacity, sizeof *b->first_operand);
        if (!larger || !first)
            return UINT32_MAX;
        graph->node = larger;
        b->first_operand = first;
        b->node_capacity = capacity;
    }
    graph->node[graph->node_count] = (struct lt_node){.layer = layer};
    b->first_operand[graph->node_count] = b->operands.count;
    return graph->node_count++;
}

/* What is missing becomes the result of a layer of unknown kind: so what follows from it is blocked, not wrong. */
static uint32_t add_stand_in(struct builder *b)
{
    if (b->stand_in == LT_NO_LAYER)
        b->stand_in = keras_add_implied(b->reader, &lt_kind_unknown, "missing", b->parent);
    return b->stand_in == LT_NO_LAYER ? UINT32_MAX : add_node(b, b->stand_in);
}

static bool is_input(const struct builder *b, const struct entry *entry)
{
    return b->reader->document->layer[entry->layer].kind == &lt_kind_input;
}

/* One call of a layer: its tensors go to the list, at least one of them an operand. */
static void add_call(struct builder *b, struct entry *entry, const struct lt_tree *call)
{
    struct keras_reader *reader = b->reader;
    uint32_t node = add_node(b, entry->layer), first = b->operands.count;
    if (node == UINT32_MAX)
        return;
    entry->calls++;
    const struct lt_tree *arguments = NULL;
    keras_read_call(reader, call, entry->tree, &b->operands, &arguments);
    b->graph->node[node].arguments = arguments;
    bool taken = false;
    for (uint32_t i = first; i < b->operands.count; i++)
        taken = taken || !b->operands.item[i].mask;
    uint32_t count = b->operands.count - first;
    if (count > UINT16_MAX - 1) {
        keras_problem(reader, LT_ERROR, call, "at most 65,534 tensors", "a call takes %u tensors", count);
        b->operands.count = first + UINT16_MAX - 1;
    }
    if (taken || arguments || reader->document->layer[entry->layer].kind == &lt_kind_unknown)
        return;
    keras_problem(reader, LT_ERROR, call, NULL, "%s is called without a tensor", keras_safe(reader, entry->name));
    keras_read_call(reader, &(struct lt_tree){.type = LT_TREE_NULL}, entry->tree, &b->operands, &arguments);
}

/* Inputs first, then the calls in the order of the file. */
static void add_nodes(struct builder *b)
{
    for (uint32_t i = 0; i < b->entry_count; i++) {
        if (!is_input(b, &b->entry[i]))
            continue;
        b->entry[i].first_node = add_node(b, b->entry[i].layer);
        b->entry[i].calls = 1;
    }
    for (uint32_t i = 0; i < b->entry_count; i++) {
        struct entry *entry = &b->entry[i];
        const struct lt_tree *calls = lt_tree_get(entry->tree, "inbound_nodes");
        if (is_input(b, entry))
            continue;
        entry->first_node = b->graph->node_count;
        if (!calls || calls->type != LT_TREE_LIST) {
            keras_problem(b->reader, LT_ERROR, calls ? calls : entry->tree, "inbound_nodes: a list of calls",
                          "the file does not say how %s is called", keras_safe(b->reader, entry->name));
            continue;
        }
        for (const struct lt_tree *call = calls->child; call; call = call->next) {
            if (b->graph->node_count >= KERAS_MAX_LAYERS) {
                keras_problem(b->reader, LT_ERROR, call, NULL, "the model has more than 65,536 calls of layers");
                b->reader->too_large = true;
                return;
            }
            add_call(b, entry, call);
        }
    }
}

/* --- references --------------------------------------------------------------------------------------------------- */

static void note_last_call(struct builder *b)
{
    for (uint32_t i = 0; i < b->operands.count; i++) {
        const struct keras_operand *operand = &b->operands.item[i];
        struct entry *entry = operand->layer ? find_entry(b, operand->layer) : NULL;
        if (entry && operand->call > entry->last_call && operand->call <= KERAS_MAX_CALLS)
            entry->last_call = operand->call;
    }
}

/* Which of the layer's calls a reference means. Up to Keras 2 a nested model counts one call more, that of its making;
 * in Keras 3 a Functional one does so among the outputs, but not in tensors. Beyond that the numbers may count calls
 * outside this model (Keras 3.0 does not renumber them; tf.keras shares layers between models): such a gap is closed.
 */
static int64_t call_of(const struct builder *b, const struct entry *entry, const struct keras_operand *operand,
                       bool boundary)
{
    int64_t first = 0;
    if (b->reader->generation < 3 ? entry->model : boundary && entry->functional)
        first = 1;
    if (operand->call < first)
        return operand->call;
    int64_t call = operand->call - first, last = entry->last_call - (b->reader->generation < 3 ? first : 0);
    int64_t gap = boundary && b->reader->generation >= 3 ? 0 : last + 1 - (int64_t)entry->calls;
    if (gap > 0 && call - gap >= 0)
        return call - gap;
    return entry->calls == 1 && call > 0 ? 0 : call; /* the only one there is */
}

static struct lt_ref stand_in(struct builder *b, const struct keras_operand *operand)
{
    uint32_t node = add_stand_in(b);
    return (struct lt_ref){.node = node, .mask = operand->mask, .role = lt_strdup(b->reader->arena, operand->role)};
}

/* `boundary`: from input_layers or output_layers. */
static struct lt_ref resolve(struct builder *b, const struct keras_operand *operand, bool boundary)
{
    struct keras_reader *reader = b->reader;
    if (!operand->layer) /* said already */
        return stand_in(b, operand);
    const struct entry *entry = find_entry(b, operand->layer);
    int64_t call = entry ? call_of(b, entry, operand, boundary) : -1;
    if (entry && call >= 0 && call < entry->calls && operand->output >= 0 && operand->output < KERAS_MAX_OUTPUTS)
        return (struct lt_ref){
            .node = entry->first_node + (uint32_t)call,
            .output = (uint16_t)operand->output,
            .mask = operand->mask,
            .role = lt_strdup(reader->arena, operand->role),
        };
    const char *name = keras_safe(reader, operand->layer);
    if (!entry)
        keras_problem(reader, LT_ERROR, operand->at, NULL, "there is no layer %s in this model", name);
    else if (call < 0 || call >= entry->calls)
        keras_problem(reader, LT_ERROR, operand->at, NULL, "%s has no call %lld: the file lists %u", name,
                      (long long)operand->call, entry->calls);
    else
        keras_problem(reader, LT_ERROR, operand->at, "outputs count from 0, up to 1023", "%s has no output %lld", name,
                      (long long)operand->output);
    return stand_in(b, operand);
}

/* The operands of the node that come in, one for one. */
static void resolve_nodes(struct builder *b)
{
    struct lt_graph *graph = b->graph;
    uint32_t count = graph->node_count, total = b->operands.count;
    struct lt_ref *ref = lt_alloc_array(b->reader->arena, total + 1u, sizeof *ref);
    if (!ref)
        return;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = b->first_operand[i], end = i + 1 < count ? b->first_operand[i + 1] : total;
        for (uint32_t k = first; k < end; k++)
            ref[k] = resolve(b, &b->operands.item[k], false);
        graph->node[i].in = ref + first;
        graph->node[i].in_count = (uint16_t)(end - first);
    }
}

/* --- what the file states of the results -------------------------------------------------------------------------- */

/* The shapes that tensors state are those of the node they come from. */
static void declare_shapes(struct builder *b, const struct lt_ref *ref)
{
    struct lt_graph *graph = b->graph;
    uint32_t count = b->operands.count;
    for (uint32_t i = 0; i < count; i++)
        if (b->operands.item[i].shape && graph->node[ref[i].node].declared_count <= ref[i].output)
            graph->node[ref[i].node].declared_count = (uint16_t)(ref[i].output + 1);
    for (uint32_t i = 0; i < graph->node_count; i++) {
        struct lt_node *node = &graph->node[i];
        b->declared += node->declared_count;
        struct lt_shape *shape = b->declared <= 16 * KERAS_MAX_LAYERS && node->declared_count
                                     ? lt_alloc_array(b->reader->arena, node->declared_count, sizeof *shape)
                                     : NULL;
        if (!shape)
            node->declared_count = 0;
        for (int k = 0; k < node->declared_count; k++)
            shape[k] = LT_SHAPE_UNKNOWN;
        node->declared = shape;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct keras_operand *operand = &b->operands.item[i];
        const struct lt_node *node = &graph->node[ref[i].node];
        struct lt_shape shape;
        if (!operand->shape || ref[i].output >= node->declared_count || !keras_shape(operand->shape, &shape))
            continue;
        const char *dtype = lt_tree_text(operand->dtype, "float32");
        shape.dtype = (uint8_t)(lt_dtype_find(dtype) == LT_DTYPE_COUNT ? LT_FLOAT32 : lt_dtype_find(dtype));
        ((struct lt_shape *)node->declared)[ref[i].output] = shape;
    }
}

/* --- inputs, outputs, order --------------------------------------------------------------------------------------- */

/* input_layers or output_layers as references; *count is 0 where there are none. */
static struct lt_ref *boundary(struct builder *b, const struct lt_tree *tree, uint16_t *count)
{
    struct keras_operands found = {0};
    if (tree)
        keras_read_references(b->reader, tree, &found);
    if (found.count > UINT16_MAX)
        found.count = UINT16_MAX;
    struct lt_ref *ref = lt_alloc_array(b->reader->arena, found.count + 1u, sizeof *ref);
    *count = 0;
    for (uint32_t i = 0; ref && i < found.count; i++)
        ref[(*count)++] = resolve(b, &found.item[i], true);
    return ref;
}

static bool contains(const struct lt_ref *ref, uint16_t count, uint32_t node)
{
    for (uint16_t i = 0; i < count; i++)
        if (ref[i].node == node)
            return true;
    return false;
}

/* The file's input_layers. Inputs of the top model that it does not name are inputs all the same. */
static void set_inputs(struct builder *b, const struct lt_tree *config)
{
    struct lt_graph *graph = b->graph;
    const struct lt_tree *tree = lt_tree_get(config, "input_layers");
    graph->in = boundary(b, tree, &graph->in_count);
    if (!graph->in || (b->parent != LT_NO_LAYER && graph->in_count))
        return;
    uint32_t inputs = 0;
    while (inputs < graph->node_count && b->reader->document->layer[graph->node[inputs].layer].kind == &lt_kind_input)
        inputs++;
    if (inputs == graph->in_count || inputs + graph->in_count > UINT16_MAX)
        return;
    graph->in = lt_grow(b->reader->arena, graph->in, graph->in_count, inputs + graph->in_count + 1u, sizeof *graph->in);
    uint16_t named = graph->in_count;
    for (uint32_t i = 0; graph->in && i < inputs; i++)
        if (!contains(graph->in, named, i))
            graph->in[graph->in_count++] = (struct lt_ref){.node = i};
}

/* The file's output_layers; where it has none, what no other call takes. */
static void set_outputs(struct builder *b, const struct lt_tree *config)
{
    struct lt_graph *graph = b->graph;
    const struct lt_tree *tree = lt_tree_get(config, "output_layers");
    graph->out = boundary(b, tree, &graph->out_count);
    if (!graph->out || graph->out_count)
        return;
    keras_problem(b->reader, LT_WARNING, tree ? tree : config, "output_layers: [[layer, call, output], ...]",
                  "the model does not name its outputs: they are the results that no layer takes");
    bool *taken = lt_alloc_array(b->reader->scratch, graph->node_count + 1u, sizeof *taken);
    graph->out = lt_alloc_array(b->reader->arena, graph->node_count + 1u, sizeof *graph->out);
    if (!taken || !graph->out)
        return;
    for (uint32_t i = 0; i < graph->node_count; i++)
        for (int k = 0; k < graph->node[i].in_count; k++)
            taken[graph->node[i].in[k].node] = true;
    for (uint32_t i = 0; i < graph->node_count && graph->out_count < UINT16_MAX; i++)
        if (!taken[i])
            graph->out[graph->out_count++] = (struct lt_ref){.node = i};
}

/* A cycle is cut at one of its calls, which then takes what is missing. */
static void sort_nodes(struct builder *b)
{
    struct keras_reader *reader = b->reader;
    uint32_t bad = 0;
    for (int cuts = 0; cuts <= LT_PROBLEM_LIMIT; cuts++) {
        enum lt_status status = lt_graph_sort(reader->arena, b->graph, &bad);
        if (status != LT_INVALID)
            return;
        const struct lt_layer *layer = &reader->document->layer[b->graph->node[bad].layer];
        const char *name = keras_safe(reader, layer->name ? layer->name : "");
        const struct entry *entry = layer->name ? find_entry(b, layer->name) : NULL;
        keras_problem(reader, LT_ERROR, entry ? entry->tree : NULL, NULL, "%s depends on its own result", name);
        uint32_t missing = add_stand_in(b);
        if (missing == UINT32_MAX)
            return;
        struct lt_node *node = &b->graph->node[bad];
        for (int i = 0; i < node->in_count; i++) {
            node->in[i].node = missing;
            node->in[i].output = 0;
        }
    }
    keras_problem(reader, LT_ERROR, NULL, NULL, "the model has too many cycles to be read");
    reader->too_large = true;
}

void keras_read_functional(struct keras_reader *reader, const struct lt_tree *config, uint32_t parent,
                           struct lt_graph *graph)
{
    struct builder b = {.reader = reader, .graph = graph, .parent = parent, .stand_in = LT_NO_LAYER};
    const struct lt_tree *layers = lt_tree_get(config, "layers");
    if (!layers || layers->type != LT_TREE_LIST || !read_entries(&b, layers) || reader->too_large)
        return;
    add_nodes(&b);
    if (reader->arena->failed || reader->scratch->failed || reader->too_large)
        return;
    note_last_call(&b);
    resolve_nodes(&b);
    if (reader->arena->failed || reader->scratch->failed)
        return;
    struct lt_ref none = {0}, *ref = graph->node_count ? graph->node[0].in : &none;
    set_inputs(&b, config);
    set_outputs(&b, config);
    if (reader->arena->failed || reader->scratch->failed)
        return;
    declare_shapes(&b, ref);
    sort_nodes(&b);
}
