#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/formats/native_reader.h"

/* One layer of the graph being read: its entry, and where its nodes start. */
struct entry {
    const struct lt_tree *tree;
    const char *name;
    uint32_t layer, first_node, calls;
};

struct reading {
    struct lt_native_reader *r;
    struct lt_graph *graph;
    struct entry *entry;    /* in the order of the file */
    struct entry **by_name; /* sorted */
    uint32_t count;
};

/* --- shapes ------------------------------------------------------------------------------------------------------ */

struct lt_shape lt_native_read_shape(struct lt_native_reader *r, const struct lt_tree *tree)
{
    struct lt_shape shape = LT_SHAPE_UNKNOWN;
    if (!tree || tree->type == LT_TREE_NULL)
        return shape;
    if (tree->type == LT_TREE_MAP) {
        enum lt_dtype dtype = lt_dtype_find(lt_tree_text(lt_tree_get(tree, "dtype"), ""));
        const struct lt_tree *list = lt_tree_get(tree, "shape");
        if (dtype == LT_DTYPE_COUNT || !list || list->type != LT_TREE_LIST) {
            lt_native_error(r, tree, "{dtype: int32, shape: [null, 128]}", "this is no shape");
            return shape;
        }
        shape = lt_native_read_shape(r, list);
        shape.dtype = (uint8_t)dtype;
        return shape;
    }
    if (!lt_native_is(r, tree, LT_TREE_LIST))
        return shape;
    if (tree->count > LT_MAX_RANK) {
        lt_native_error(r, tree, "at most 8", "a shape of %" PRIu32 " axes is too much", tree->count);
        return shape;
    }
    shape.rank = 0;
    for (const struct lt_tree *axis = tree->child; axis; axis = axis->next) {
        bool open = axis->type == LT_TREE_NULL || strcmp(lt_tree_text(axis, ""), "none") == 0;
        if (!open && (axis->type != LT_TREE_INT || axis->integer < 0))
            lt_native_error(r, axis, "a whole number, or null for an open axis", "this is no size of an axis");
        shape.dim[shape.rank++] = open ? LT_NO_DIM : lt_tree_int(axis, LT_NO_DIM);
    }
    return shape;
}

/* --- references -------------------------------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    return strcmp(x->name, y->name);
}

static const struct entry *find_entry(const struct reading *g, const char *name)
{
    uint32_t low = 0, high = g->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(name, g->by_name[middle]->name);
        if (order == 0)
            return g->by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Takes `mark` and the digits behind it off the end of `text`; -1 where it does not end so. */
static int64_t take_suffix(char *text, char mark)
{
    char *at = strrchr(text, mark);
    if (!at || at == text || !at[1] || strlen(at + 1) > 6 || strspn(at + 1, "0123456789") != strlen(at + 1))
        return -1;
    int64_t number = strtol(at + 1, NULL, 10);
    *at = '\0';
    return number;
}

/* name, name:output, name@call, name@call:output. Where that finds no layer, all of it may be a name. */
static bool read_ref(struct reading *g, const struct lt_tree *tree, struct lt_ref *ref)
{
    struct lt_native_reader *r = g->r;
    if (tree->type != LT_TREE_TEXT) {
        lt_native_error(r, tree, "a number stands in quotes to be a name", "this must be the name of a layer");
        return false;
    }
    char *name = lt_strdup(&r->scratch, tree->text);
    if (!name)
        return false;
    int64_t output = take_suffix(name, ':'), call = take_suffix(name, '@');
    const struct entry *entry = find_entry(g, name);
    if (!entry) {
        entry = find_entry(g, tree->text);
        output = call = -1;
    }
    if (!entry) {
        const char **names = lt_alloc_array(&r->scratch, g->count, sizeof *names);
        for (uint32_t i = 0; names && i < g->count; i++)
            names[i] = g->entry[i].name;
        lt_native_unknown(r, tree, "layer called", name, names, names ? (int)g->count : 0);
        return false;
    }
    if ((call > 0 ? call : 0) >= entry->calls || output > UINT16_MAX) {
        lt_native_error(r, tree, NULL, "the layer is called %" PRIu32 " times", entry->calls);
        return false;
    }
    ref->node = entry->first_node + (uint32_t)(call > 0 ? call : 0);
    ref->output = (uint16_t)(output > 0 ? output : 0);
    return true;
}

/* A list of references, a single one, or {keyword: reference} in it, behind those that are in `out` already. */
static void read_refs(struct reading *g, const struct lt_tree *tree, bool mask, struct lt_ref **out, uint16_t *count)
{
    struct lt_native_reader *r = g->r;
    bool list = tree->type == LT_TREE_LIST;
    uint32_t more = list ? tree->count : 1;
    if (more + *count > UINT16_MAX) {
        lt_native_error(r, tree, NULL, "these are too many");
        return;
    }
    struct lt_ref *refs = lt_grow(r->arena, *out, *count, (size_t)*count + more, sizeof *refs);
    if (!refs)
        return;
    *out = refs;
    for (const struct lt_tree *item = list ? tree->child : tree; item; item = list ? item->next : NULL) {
        struct lt_ref ref = {.mask = mask};
        const struct lt_tree *target = item;
        if (item->type == LT_TREE_MAP && item->count == 1) {
            target = item->child;
            ref.role = lt_strdup(r->arena, target->key);
        }
        if (read_ref(g, target, &ref))
            refs[(*count)++] = ref;
    }
}

/* --- calls ------------------------------------------------------------------------------------------------------- */

static void default_input(struct reading *g, uint32_t position, struct lt_node *node)
{
    if (position == 0 || g->r->document->layer[node->layer].kind == &lt_kind_input)
        return;
    const struct entry *before = &g->entry[position - 1];
    if (before->calls == 0)
        return;
    struct lt_ref *ref = lt_alloc(g->r->arena, sizeof *ref);
    if (!ref)
        return;
    ref->node = before->first_node + before->calls - 1;
    node->in = ref;
    node->in_count = 1;
}

/* `map`: the layer's entry, or one of its calls written as a map. */
static void read_call(struct reading *g, uint32_t position, const struct lt_tree *map, struct lt_node *node)
{
    struct lt_native_reader *r = g->r;
    const struct lt_tree *inputs = lt_tree_get(map, "inputs"), *masks = lt_tree_get(map, "masks");
    const struct lt_tree *arguments = lt_tree_get(map, "call_arguments"), *declared = lt_tree_get(map, "declared");
    if (inputs)
        read_refs(g, inputs, false, &node->in, &node->in_count);
    else
        default_input(g, position, node);
    if (masks)
        read_refs(g, masks, true, &node->in, &node->in_count);
    if (arguments)
        node->arguments = lt_tree_copy(r->arena, arguments, NULL, NULL);
    if (!lt_native_is(r, declared, LT_TREE_LIST))
        return;
    struct lt_shape *shapes = lt_alloc_array(r->arena, declared->count, sizeof *shapes);
    for (const struct lt_tree *shape = declared->child; shapes && shape && node->declared_count < UINT16_MAX;
         shape = shape->next)
        shapes[node->declared_count++] = lt_native_read_shape(r, shape);
    node->declared = shapes;
}

static void read_calls(struct reading *g, uint32_t position)
{
    const struct entry *entry = &g->entry[position];
    const struct lt_tree *calls = lt_tree_get(entry->tree, "calls");
    if (!calls) {
        read_call(g, position, entry->tree, &g->graph->node[entry->first_node]);
        return;
    }
    uint32_t node = entry->first_node;
    for (const struct lt_tree *call = calls->child; call && node < entry->first_node + entry->calls;
         call = call->next) {
        struct lt_node *at = &g->graph->node[node++];
        if (call->type == LT_TREE_MAP)
            read_call(g, position, call, at);
        else
            read_refs(g, call, false, &at->in, &at->in_count);
    }
}

/* --- the graph --------------------------------------------------------------------------------------------------- */

static void enter(struct reading *g, const struct lt_tree *map, uint32_t layer)
{
    struct entry *entry = &g->entry[g->count++];
    const struct lt_tree *calls = lt_tree_get(map, "calls");
    *entry = (struct entry){map, g->r->document->layer[layer].name, layer, g->graph->node_count, 1};
    if (calls)
        entry->calls = lt_native_is(g->r, calls, LT_TREE_LIST) ? calls->count : 0;
    g->graph->node_count += entry->calls;
}

static void check_names(struct reading *g)
{
    for (uint32_t i = 0; i < g->count; i++)
        g->by_name[i] = &g->entry[i];
    qsort(g->by_name, g->count, sizeof *g->by_name, compare_entries);
    for (uint32_t i = 1; i < g->count; i++) {
        if (strcmp(g->by_name[i - 1]->name, g->by_name[i]->name) != 0)
            continue;
        const char *safe = lt_safe_text(&g->r->scratch, g->by_name[i]->name);
        lt_native_error(g->r, g->by_name[i]->tree, "names are unique within a model", "a second layer is called %s",
                        safe ? safe : "?");
    }
}

static void add_ref(struct lt_ref *refs, uint16_t *count, uint32_t node)
{
    if (*count < UINT16_MAX)
        refs[(*count)++].node = node;
}

/* Inputs: those named, else all input layers. Outputs: those named, else that of the last layer. */
static void read_ends(struct reading *g, const struct lt_tree *map)
{
    struct lt_graph *graph = g->graph;
    const struct lt_tree *inputs = lt_tree_get(map, "inputs"), *outputs = lt_tree_get(map, "outputs");
    if (inputs) {
        read_refs(g, inputs, false, &graph->in, &graph->in_count);
    } else {
        graph->in = lt_alloc_array(g->r->arena, graph->node_count, sizeof *graph->in);
        for (uint32_t i = 0; graph->in && i < g->count; i++)
            if (g->entry[i].calls && g->r->document->layer[g->entry[i].layer].kind == &lt_kind_input)
                add_ref(graph->in, &graph->in_count, g->entry[i].first_node);
    }
    if (outputs) {
        read_refs(g, outputs, false, &graph->out, &graph->out_count);
    } else if (g->count && g->entry[g->count - 1].calls) {
        graph->out = lt_alloc(g->r->arena, sizeof *graph->out);
        if (graph->out)
            add_ref(graph->out, &graph->out_count, graph->node_count - 1);
    }
}

static void sort(struct reading *g)
{
    uint32_t bad = 0;
    if (lt_graph_sort(g->r->arena, g->graph, &bad) != LT_INVALID)
        return;
    uint32_t position = 0;
    while (position + 1 < g->count && g->entry[position + 1].first_node <= bad)
        position++;
    lt_native_error(g->r, g->entry[position].tree, "a layer stands behind the layers it takes from",
                    "the inputs of this layer depend on its own output");
}

void lt_native_read_graph(struct lt_native_reader *r, const struct lt_tree *map, uint32_t parent,
                          struct lt_graph *graph)
{
    const struct lt_tree *layers = lt_tree_get(map, "layers");
    if (!layers)
        lt_native_error(r, map, "layers: [{class: InputLayer, name: in, shape: [784]}]", "the model has no layers");
    if (!lt_native_is(r, layers, LT_TREE_LIST))
        return;
    struct reading g = {.r = r, .graph = graph};
    g.entry = lt_alloc_array(&r->scratch, layers->count, sizeof *g.entry);
    g.by_name = lt_alloc_array(&r->scratch, layers->count, sizeof *g.by_name);
    for (const struct lt_tree *layer = layers->child; g.entry && g.by_name && layer; layer = layer->next) {
        uint32_t index = lt_native_read_layer(r, layer, parent);
        if (index != LT_NO_LAYER)
            enter(&g, layer, index);
    }
    graph->node = lt_alloc_array(r->arena, graph->node_count, sizeof *graph->node);
    if (r->scratch.failed || r->arena->failed)
        return;
    check_names(&g);
    for (uint32_t i = 0; i < g.count; i++) {
        for (uint32_t call = 0; call < g.entry[i].calls; call++)
            graph->node[g.entry[i].first_node + call].layer = g.entry[i].layer;
        read_calls(&g, i);
    }
    read_ends(&g, map);
    if (!r->scratch.failed && !r->arena->failed && !lt_has_errors(r->problems))
        sort(&g);
}
