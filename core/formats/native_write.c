#include "core/formats/native.h"

#include <string.h>

#include "core/formats/native_keys.h"
#include "core/model/custom.h"
#include "core/model/optimizer.h"
#include "core/model/policy.h"

const char *const lt_native_layer_keys[] = {
    "class",    "name",     "package",   "registered", "inputs",      "masks",    "call_arguments",
    "declared", "calls",    "trainable", "precision",  "build_shape", "children", "sequential",
    "model",    "original", "other",     "implied",    NULL,
};

struct writer {
    struct lt_arena *arena;
    const struct lt_document *document;
    uint32_t *calls; /* per layer: how many nodes call it, counted anew for each graph */
};

/* One graph being written, with the number of each node among the calls of its layer. */
struct names {
    const struct lt_graph *graph;
    uint32_t *call;
    uint32_t *order, order_count; /* the layers in the order of their first call, those never called last */
};

static void write_layer(struct writer *w, const struct names *names, uint32_t position, struct lt_tree *list);

static bool count_calls(struct writer *w, const struct lt_graph *graph, uint32_t parent, struct names *names)
{
    const struct lt_document *document = w->document;
    *names = (struct names){.graph = graph};
    names->call = lt_alloc_array(w->arena, graph->node_count, sizeof *names->call);
    names->order = lt_alloc_array(w->arena, document->layer_count, sizeof *names->order);
    if (w->arena->failed)
        return false;
    for (uint32_t i = 0; i < document->layer_count; i++)
        if (document->layer[i].parent == parent)
            w->calls[i] = 0;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        uint32_t layer = graph->node[i].layer;
        if (w->calls[layer] == 0)
            names->order[names->order_count++] = layer;
        names->call[i] = w->calls[layer]++;
    }
    for (uint32_t i = 0; i < document->layer_count; i++)
        if (document->layer[i].parent == parent && w->calls[i] == 0)
            names->order[names->order_count++] = i;
    return true;
}

/* name, name:output, name@call, name@call:output. A name that itself looks so is written in full. */
static const char *ref_text(struct writer *w, const struct names *names, struct lt_ref ref)
{
    const char *name = w->document->layer[names->graph->node[ref.node].layer].name;
    unsigned call = names->call[ref.node], output = ref.output;
    if (strpbrk(name, ":@") || (call && output))
        return lt_format(w->arena, "%s@%u:%u", name, call, output);
    if (call)
        return lt_format(w->arena, "%s@%u", name, call);
    return output ? lt_format(w->arena, "%s:%u", name, output) : name;
}

static void write_refs(struct writer *w, const struct names *names, const struct lt_ref *ref, uint16_t count, bool mask,
                       struct lt_tree *parent, const char *key)
{
    struct lt_tree *list = lt_tree_new(w->arena, LT_TREE_LIST, parent, key);
    for (uint16_t i = 0; i < count; i++) {
        if (ref[i].mask != mask)
            continue;
        const char *text = ref_text(w, names, ref[i]);
        if (ref[i].role)
            lt_tree_add_text(w->arena, lt_tree_new(w->arena, LT_TREE_MAP, list, NULL), ref[i].role, text);
        else
            lt_tree_add_text(w->arena, list, NULL, text);
    }
}

static void write_shape(struct writer *w, const struct lt_shape *shape, struct lt_tree *parent, const char *key)
{
    if (shape->rank < 0) {
        lt_tree_new(w->arena, LT_TREE_NULL, parent, key);
        return;
    }
    if (shape->dtype != LT_FLOAT32) {
        parent = lt_tree_new(w->arena, LT_TREE_MAP, parent, key);
        lt_tree_add_text(w->arena, parent, "dtype", lt_dtypes[shape->dtype].name);
        key = "shape";
    }
    struct lt_tree *list = lt_tree_new(w->arena, LT_TREE_LIST, parent, key);
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] == LT_NO_DIM)
            lt_tree_new(w->arena, LT_TREE_NULL, list, NULL);
        else
            lt_tree_add_int(w->arena, list, NULL, shape->dim[i]);
    }
}

static uint32_t count_refs(const struct lt_node *node, bool mask)
{
    uint32_t count = 0;
    for (uint16_t i = 0; i < node->in_count; i++)
        count += node->in[i].mask == mask;
    return count;
}

/* Whether the reader would give the node these inputs by itself: none to an input or the first layer, else the layer
 * before, where that is called once. */
static bool inputs_by_default(const struct writer *w, const struct names *names, uint32_t position,
                              const struct lt_node *node)
{
    uint32_t count = count_refs(node, false);
    if (position == 0 || w->document->layer[node->layer].kind == &lt_kind_input)
        return count == 0;
    uint32_t before = names->order[position - 1];
    const struct lt_ref *ref = node->in;
    return count == 1 && node->in_count > 0 && !ref->mask && !ref->role && ref->output == 0 && w->calls[before] == 1 &&
           names->graph->node[ref->node].layer == before;
}

static void write_call(struct writer *w, const struct names *names, const struct lt_node *node, bool inputs,
                       struct lt_tree *map)
{
    if (inputs)
        write_refs(w, names, node->in, node->in_count, false, map, "inputs");
    if (count_refs(node, true))
        write_refs(w, names, node->in, node->in_count, true, map, "masks");
    if (node->arguments)
        lt_tree_copy(w->arena, node->arguments, map, "call_arguments");
    if (node->declared_count) {
        struct lt_tree *list = lt_tree_new(w->arena, LT_TREE_LIST, map, "declared");
        for (uint16_t i = 0; i < node->declared_count; i++)
            write_shape(w, &node->declared[i], list, NULL);
    }
}

static void write_calls(struct writer *w, const struct names *names, uint32_t position, struct lt_tree *map)
{
    const struct lt_graph *graph = names->graph;
    uint32_t layer = names->order[position], calls = w->calls[layer];
    struct lt_tree *list = calls == 1 ? NULL : lt_tree_new(w->arena, LT_TREE_LIST, map, "calls");
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct lt_node *node = &graph->node[i];
        if (node->layer != layer)
            continue;
        if (calls == 1) {
            write_call(w, names, node, !inputs_by_default(w, names, position, node), map);
            return;
        }
        if (count_refs(node, true) || node->arguments || node->declared_count)
            write_call(w, names, node, true, lt_tree_new(w->arena, LT_TREE_MAP, list, NULL));
        else
            write_refs(w, names, node->in, node->in_count, false, list, NULL);
    }
}

/* Whether `ref` lists every input layer once, in order. */
static bool all_inputs(const struct writer *w, const struct lt_graph *graph)
{
    uint16_t found = 0;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        if (w->document->layer[graph->node[i].layer].kind != &lt_kind_input)
            continue;
        if (found >= graph->in_count || graph->in[found].node != i || graph->in[found].output)
            return false;
        found++;
    }
    return found == graph->in_count;
}

static bool last_output(const struct writer *w, const struct names *names)
{
    const struct lt_graph *graph = names->graph;
    if (graph->out_count != 1 || graph->out[0].output != 0 || !names->order_count)
        return false;
    uint32_t last = names->order[names->order_count - 1], node = graph->out[0].node;
    return graph->node[node].layer == last && names->call[node] + 1 == w->calls[last];
}

/* The layers of a graph, and its inputs and outputs where they are not what the reader assumes. */
static void write_graph(struct writer *w, const struct lt_graph *graph, uint32_t parent, struct lt_tree *map)
{
    struct names names;
    if (!count_calls(w, graph, parent, &names))
        return;
    struct lt_tree *list = lt_tree_new(w->arena, LT_TREE_LIST, map, "layers");
    for (uint32_t i = 0; i < names.order_count; i++)
        write_layer(w, &names, i, list);
    if (!all_inputs(w, graph))
        write_refs(w, &names, graph->in, graph->in_count, false, map, "inputs");
    if (!last_output(w, &names))
        write_refs(w, &names, graph->out, graph->out_count, false, map, "outputs");
}

/* `shape` says all of a batch_shape whose batch is open, and reads better. */
static bool write_input_shape(struct writer *w, const struct lt_layer *layer, int field, struct lt_tree *map)
{
    const struct lt_value *value = &layer->config[field];
    if (layer->kind != &lt_kind_input || strcmp(layer->kind->config[field].name, "batch_shape") != 0 ||
        value->type != LT_VALUE_INTS || value->count < 1 || value->ints[0] != LT_NO_DIM)
        return false;
    struct lt_tree *list = lt_tree_new(w->arena, LT_TREE_LIST, map, "shape");
    for (uint32_t i = 1; i < value->count; i++) {
        if (value->ints[i] == LT_NO_DIM)
            lt_tree_new(w->arena, LT_TREE_NULL, list, NULL);
        else
            lt_tree_add_int(w->arena, list, NULL, value->ints[i]);
    }
    return true;
}

static void write_config(struct writer *w, const struct lt_layer *layer, struct lt_tree *map)
{
    for (int i = 0; i < layer->kind->config_count; i++)
        if (layer->config[i].given && !write_input_shape(w, layer, i, map))
            lt_field_write(&layer->kind->config[i], &layer->config[i], w->arena, map);
}

/* What a layer is: everything but its calls and what is inside it. */
static void write_identity(struct writer *w, const struct lt_layer *layer, struct lt_tree *map)
{
    const struct lt_kind *kind = layer->kind;
    bool unknown = kind->family == LT_FAMILY_UNKNOWN;
    bool renamed = !unknown && lt_kind_find(kind->module, layer->class_name) != kind;
    const char *class_name = renamed ? kind->name : layer->class_name;
    lt_tree_add_text(w->arena, map, "class", class_name);
    if (layer->name)
        lt_tree_add_text(w->arena, map, "name", layer->name);
    if (renamed)
        lt_tree_add_text(w->arena, map, "original", layer->class_name);
    const struct lt_kind *known = lt_kind_find(NULL, class_name);
    if (unknown ? known || kind == &lt_kind_unknown : known != kind)
        lt_tree_add_text(w->arena, map, "package", unknown ? LT_NATIVE_UNKNOWN : kind->module);
    if (layer->registered)
        lt_tree_add_text(w->arena, map, "registered", layer->registered);
    if (layer->sequential)
        lt_tree_add_bool(w->arena, map, "sequential", true);
    if (layer->implied)
        lt_tree_add_bool(w->arena, map, "implied", true);
}

static void write_state(struct writer *w, const struct lt_layer *layer, struct lt_tree *map)
{
    if (!layer->trainable)
        lt_tree_add_bool(w->arena, map, "trainable", false);
    if (layer->policy >= 0)
        lt_tree_add_text(w->arena, map, "precision", lt_policies[layer->policy].name);
    if (layer->build_shape)
        write_shape(w, layer->build_shape, map, "build_shape");
    if (layer->unread && layer->unread->count)
        lt_tree_copy(w->arena, layer->unread, map, "other");
}

/* `names` NULL: a layer inside a wrapper, which has no calls of its own. */
static void write_one(struct writer *w, const struct names *names, uint32_t position, uint32_t index,
                      struct lt_tree *list)
{
    const struct lt_layer *layer = &w->document->layer[index];
    struct lt_tree *map = lt_tree_new(w->arena, LT_TREE_MAP, list, NULL);
    write_identity(w, layer, map);
    if (names)
        write_calls(w, names, position, map);
    write_config(w, layer, map);
    write_state(w, layer, map);
    if (layer->child_count) {
        struct lt_tree *children = lt_tree_new(w->arena, LT_TREE_LIST, map, "children");
        for (uint16_t i = 0; i < layer->child_count; i++)
            write_one(w, NULL, 0, layer->child[i], children);
    }
    if (layer->inner)
        write_graph(w, layer->inner, index, lt_tree_new(w->arena, LT_TREE_MAP, map, "model"));
}

static void write_layer(struct writer *w, const struct names *names, uint32_t position, struct lt_tree *list)
{
    write_one(w, names, position, names->order[position], list);
}

static void write_named(struct writer *w, const char *group, const struct lt_named *named, uint16_t count,
                        struct lt_tree *map)
{
    static const struct lt_field shape = {.type = LT_FIELD_INTS};
    const struct lt_optimizer *optimizer = lt_optimizer_find(lt_setup_text(&w->document->setup, LT_SET_OPTIMIZER));
    for (uint16_t i = 0; i < count; i++) {
        const struct lt_field *known = optimizer ? lt_optimizer_field(optimizer, named[i].name) : NULL;
        struct lt_field field = strcmp(group, "optimizer") == 0 && known ? *known : shape;
        field.name = lt_format(w->arena, "%s.%s", group, named[i].name);
        if (field.name)
            lt_field_write(&field, &named[i].value, w->arena, map);
    }
}

static void write_setup(struct writer *w, struct lt_tree *root)
{
    const struct lt_setup *setup = &w->document->setup;
    struct lt_tree *map = lt_tree_new(w->arena, LT_TREE_MAP, root, "setup");
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        if (setup->value[i].given)
            lt_field_write(&lt_setup_fields[i], &setup->value[i], w->arena, map);
        if (i == LT_SET_OPTIMIZER)
            write_named(w, "optimizer", setup->option, setup->option_count, map);
    }
    write_named(w, "input", setup->input, setup->input_count, map);
}

static void write_text(struct writer *w, struct lt_tree *map, const char *key, const char *text)
{
    if (text)
        lt_tree_add_text(w->arena, map, key, text);
}

static void write_origin(struct writer *w, struct lt_tree *root)
{
    const struct lt_origin *origin = &w->document->origin;
    if (!origin->writer && !origin->backend && !origin->compile)
        return;
    struct lt_tree *map = lt_tree_new(w->arena, LT_TREE_MAP, root, "origin");
    write_text(w, map, "writer", origin->writer);
    write_text(w, map, "backend", origin->backend);
    if (origin->compile)
        lt_tree_copy(w->arena, origin->compile, map, "compile");
}

struct lt_tree *lt_native_tree(struct lt_arena *arena, const struct lt_document *document)
{
    struct writer w = {.arena = arena, .document = document};
    w.calls = lt_alloc_array(arena, document->layer_count, sizeof *w.calls);
    struct lt_tree *root = lt_tree_new(arena, LT_TREE_MAP, NULL, NULL);
    if (!w.calls || !root)
        return NULL;
    lt_tree_add_int(arena, root, "layertop", LT_NATIVE_VERSION);
    write_text(&w, root, "title", document->origin.title);
    write_text(&w, root, "notes", document->origin.notes);
    write_origin(&w, root);
    struct lt_tree *custom = document->custom_count ? lt_tree_new(arena, LT_TREE_LIST, root, "custom") : NULL;
    for (uint32_t i = 0; i < document->custom_count; i++)
        lt_tree_copy(arena, document->custom[i]->description, custom, NULL);
    struct lt_tree *model = lt_tree_new(arena, LT_TREE_MAP, root, "model");
    write_text(&w, model, "name", document->name);
    if (document->sequential)
        lt_tree_add_bool(arena, model, "sequential", true);
    write_graph(&w, &document->graph, LT_NO_LAYER, model);
    write_setup(&w, root);
    return arena->failed ? NULL : root;
}
