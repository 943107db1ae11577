#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/name.h"
#include "core/model/change.h"

/* --- copies of the structure --------------------------------------------------------------------------------- */

static bool copy_refs(struct lt_arena *arena, struct lt_ref **refs, uint16_t count)
{
    struct lt_ref *copy = lt_grow(arena, *refs, count, count ? count : 1u, sizeof *copy);
    *refs = copy;
    return copy != NULL;
}

/* A graph whose nodes and references can be written; with room for `more` nodes. What hangs on the nodes is shared. */
static bool copy_graph(struct lt_arena *arena, struct lt_graph *graph, uint32_t more)
{
    graph->node = lt_grow(arena, graph->node, graph->node_count, graph->node_count + more + 1, sizeof *graph->node);
    bool good =
        graph->node && copy_refs(arena, &graph->in, graph->in_count) && copy_refs(arena, &graph->out, graph->out_count);
    for (uint32_t i = 0; good && i < graph->node_count; i++)
        good = copy_refs(arena, &graph->node[i].in, graph->node[i].in_count);
    return good;
}

/* Begins a change of structure: all layers and graphs as copies that can be written. */
static enum lt_status change_structure(struct lt_editor *e)
{
    const struct lt_document *document = e->document;
    struct lt_layer *layer =
        lt_grow(e->arena, document->layer, document->layer_count, document->layer_count + 1u, sizeof *layer);
    if (!layer)
        return LT_NO_MEMORY;
    e->change.parts |= LT_CHANGE_STRUCTURE;
    e->change.structure.layer = layer;
    e->change.structure.layer_count = document->layer_count;
    e->change.structure.layer_capacity = document->layer_count + 1;
    e->change.structure.graph = document->graph;
    if (!copy_graph(e->arena, &e->change.structure.graph, 1))
        return LT_NO_MEMORY;
    for (uint32_t i = 0; i < document->layer_count; i++) {
        if (layer[i].child_count) {
            layer[i].child =
                lt_grow(e->arena, layer[i].child, layer[i].child_count, layer[i].child_count, sizeof *layer[i].child);
            if (!layer[i].child)
                return LT_NO_MEMORY;
        }
        if (!layer[i].inner)
            continue;
        struct lt_graph *inner = lt_alloc(e->arena, sizeof *inner);
        if (!inner)
            return LT_NO_MEMORY;
        *inner = *layer[i].inner;
        layer[i].inner = inner;
        if (!copy_graph(e->arena, inner, 1))
            return LT_NO_MEMORY;
    }
    return LT_OK;
}

/* The graph that calls a layer, of the change; NULL: the layer is inside a wrapper. */
static struct lt_graph *graph_of(struct lt_editor *e, uint32_t parent)
{
    return parent == LT_NO_LAYER ? &e->change.structure.graph : e->change.structure.layer[parent].inner;
}

/* Begins a change of the graph that the layer is called in. */
static enum lt_status change_graph(struct lt_editor *e, uint32_t index, struct lt_graph **graph)
{
    uint32_t parent = e->document->layer[index].parent;
    if (parent != LT_NO_LAYER && !e->document->layer[parent].inner)
        return lt_edit_refuse(e, NULL, "a layer inside a wrapper has no place of its own in the graph");
    enum lt_status status = change_structure(e);
    *graph = status ? NULL : graph_of(e, parent);
    return status;
}

static uint32_t count_calls(const struct lt_graph *graph, uint32_t layer, uint32_t *last)
{
    uint32_t calls = 0;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        if (graph->node[i].layer != layer)
            continue;
        *last = i;
        calls++;
    }
    return calls;
}

/* --- remove ------------------------------------------------------------------------------------------------------ */

static const struct lt_ref *only_operand(const struct lt_node *node)
{
    const struct lt_ref *found = NULL;
    for (uint16_t i = 0; i < node->in_count; i++) {
        if (node->in[i].mask)
            continue;
        if (found)
            return NULL;
        found = &node->in[i];
    }
    return found;
}

/* Where a reference leads once the calls of `layer` are gone. */
static void bridge(const struct lt_graph *graph, uint32_t layer, struct lt_ref *ref)
{
    while (graph->node[ref->node].layer == layer) {
        const struct lt_ref *source = only_operand(&graph->node[ref->node]);
        ref->node = source->node;
        ref->output = source->output;
    }
}

static bool takes_other_output(const struct lt_graph *graph, uint32_t layer, const struct lt_ref *ref, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++)
        if (graph->node[ref[i].node].layer == layer && ref[i].output > 0)
            return true;
    return false;
}

static enum lt_status check_removable(struct lt_editor *e, uint32_t layer)
{
    const struct lt_layer *at = &e->document->layer[layer];
    const struct lt_graph *graph =
        at->parent == LT_NO_LAYER ? &e->document->graph : e->document->layer[at->parent].inner;
    if (!graph)
        return lt_edit_refuse(e, NULL, "a layer inside a wrapper cannot be removed");
    if (at->kind == &lt_kind_input)
        return lt_edit_refuse(e, NULL, "an input cannot be removed");
    bool other = takes_other_output(graph, layer, graph->out, graph->out_count);
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct lt_node *node = &graph->node[i];
        if (node->layer == layer && !only_operand(node))
            return lt_edit_refuse(e, "rewire what takes from it first", "only a layer with one input can be removed");
        other = other || takes_other_output(graph, layer, node->in, node->in_count);
    }
    return other ? lt_edit_refuse(e, "rewire what takes them first", "more than its first output is in use") : LT_OK;
}

/* Operands go past the layer to its source; a mask that it made is gone with it. */
static void bridge_refs(const struct lt_graph *graph, uint32_t layer, struct lt_ref *ref, uint16_t *count)
{
    uint16_t kept = 0;
    for (uint16_t i = 0; i < *count; i++) {
        if (ref[i].mask && graph->node[ref[i].node].layer == layer)
            continue;
        bridge(graph, layer, &ref[i]);
        ref[kept++] = ref[i];
    }
    *count = kept;
}

static void renumber_nodes(struct lt_ref *ref, uint16_t count, const uint32_t *place)
{
    for (uint16_t i = 0; i < count; i++)
        ref[i].node = place[ref[i].node];
}

static enum lt_status drop_calls(struct lt_graph *graph, uint32_t layer)
{
    uint32_t *place = malloc((graph->node_count + 1u) * sizeof *place);
    if (!place)
        return LT_NO_MEMORY;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < graph->node_count; i++)
        if (graph->node[i].layer != layer)
            bridge_refs(graph, layer, graph->node[i].in, &graph->node[i].in_count);
    bridge_refs(graph, layer, graph->out, &graph->out_count);
    for (uint32_t i = 0; i < graph->node_count; i++) {
        place[i] = kept;
        if (graph->node[i].layer != layer)
            graph->node[kept++] = graph->node[i];
    }
    graph->node_count = kept;
    for (uint32_t i = 0; i < kept; i++)
        renumber_nodes(graph->node[i].in, graph->node[i].in_count, place);
    renumber_nodes(graph->in, graph->in_count, place);
    renumber_nodes(graph->out, graph->out_count, place);
    free(place);
    return LT_OK;
}

static bool is_inside(const struct lt_document *document, uint32_t layer, uint32_t outer)
{
    for (uint32_t depth = 0; layer < document->layer_count && depth <= document->layer_count; depth++) {
        if (layer == outer)
            return true;
        layer = document->layer[layer].parent;
    }
    return false;
}

static void renumber_graph(struct lt_graph *graph, const uint32_t *place)
{
    for (uint32_t i = 0; i < graph->node_count; i++)
        graph->node[i].layer = place[graph->node[i].layer];
}

/* Takes the layer, and all inside it, off the list. */
static enum lt_status drop_layers(struct lt_editor *e, uint32_t dropped)
{
    struct lt_layer *layer = e->change.structure.layer;
    uint32_t count = e->change.structure.layer_count, kept = 0;
    uint32_t *place = malloc((count + 1u) * sizeof *place);
    if (!place)
        return LT_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        place[i] = kept;
        if (!is_inside(e->document, i, dropped))
            layer[kept++] = layer[i];
    }
    e->change.structure.layer_count = kept;
    for (uint32_t i = 0; i < kept; i++) {
        if (layer[i].parent != LT_NO_LAYER)
            layer[i].parent = place[layer[i].parent];
        for (uint16_t c = 0; c < layer[i].child_count; c++)
            layer[i].child[c] = place[layer[i].child[c]];
        if (layer[i].inner)
            renumber_graph(layer[i].inner, place);
    }
    renumber_graph(&e->change.structure.graph, place);
    free(place);
    return LT_OK;
}

enum lt_status lt_edit_remove(struct lt_editor *e, char *args)
{
    uint32_t index = lt_edit_find(e, args);
    if (index == LT_NO_LAYER)
        return LT_NOT_FOUND;
    struct lt_graph *graph = NULL;
    enum lt_status status = check_removable(e, index);
    if (status == LT_OK)
        status = change_graph(e, index, &graph);
    if (status == LT_OK)
        status = drop_calls(graph, index);
    return status ? status : drop_layers(e, index);
}

/* --- insert ------------------------------------------------------------------------------------------------------ */

static bool name_is_free(const struct lt_document *document, uint32_t parent, const char *name)
{
    for (uint32_t i = 0; i < document->layer_count; i++)
        if (document->layer[i].parent == parent && document->layer[i].name &&
            strcmp(document->layer[i].name, name) == 0)
            return false;
    return true;
}

static const char *free_name(struct lt_editor *e, uint32_t parent, const char *class_name)
{
    char *base = lt_name_snake(e->arena, class_name), *name = base;
    for (unsigned number = 1; name && !name_is_free(e->document, parent, name); number++)
        name = lt_format(e->arena, "%s_%u", base, number);
    return name;
}

static enum lt_status new_layer(struct lt_editor *e, const struct lt_kind *kind, uint32_t parent, char *keys)
{
    struct lt_layer layer = {.kind = kind, .class_name = kind->name, .parent = parent, .policy = -1, .trainable = true};
    layer.name = free_name(e, parent, kind->name);
    layer.config = kind->config_count ? lt_alloc_array(e->arena, kind->config_count, sizeof *layer.config) : NULL;
    if (!layer.name || (kind->config_count && !layer.config))
        return LT_NO_MEMORY;
    for (int i = 0; i < kind->config_count; i++)
        layer.config[i] = lt_field_default(&kind->config[i], e->arena);
    enum lt_status status = lt_edit_keys(e, LT_NO_LAYER, &layer, keys);
    if (status == LT_OK)
        e->change.structure.layer[e->change.structure.layer_count++] = layer;
    return status;
}

static void take_from(struct lt_ref *ref, uint16_t count, uint32_t from, uint32_t to)
{
    for (uint16_t i = 0; i < count; i++)
        if (ref[i].node == from && ref[i].output == 0 && !ref[i].mask)
            ref[i].node = to;
}

/* A call of the newest layer behind `source`: what took the source's output takes the new one's. */
static enum lt_status splice(struct lt_editor *e, struct lt_graph *graph, uint32_t source)
{
    struct lt_ref *in = lt_alloc(e->arena, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    uint32_t node = graph->node_count;
    for (uint32_t i = 0; i < graph->node_count; i++)
        take_from(graph->node[i].in, graph->node[i].in_count, source, node);
    take_from(graph->out, graph->out_count, source, node);
    in->node = source;
    graph->node[graph->node_count++] =
        (struct lt_node){.layer = e->change.structure.layer_count - 1, .in = in, .in_count = 1};
    return lt_graph_sort(e->arena, graph, NULL);
}

/* Cuts the words that set keys off the end of `args` and returns them. */
static char *cut_keys(char *args)
{
    char *equals = strchr(args, '=');
    if (!equals)
        return args + strlen(args);
    char *word = equals;
    while (word > args && word[-1] != ' ' && word[-1] != '\t')
        word--;
    if (word > args)
        word[-1] = '\0';
    return word;
}

static void cut_blanks(char *text)
{
    for (size_t length = strlen(text); length && strchr(" \t", text[length - 1]); length--)
        text[length - 1] = '\0';
}

/* CLASS after PATH [KEY=VALUE …] */
enum lt_status lt_edit_insert(struct lt_editor *e, char *args)
{
    static const char usage[] = "insert CLASS after PATH [KEY=VALUE ...]";
    char *after = strstr(args, " after ");
    if (!after)
        return lt_edit_refuse(e, usage, "this inserts nothing");
    *after = '\0';
    cut_blanks(args);
    char *path = after + strlen(" after ");
    path += strspn(path, " \t");
    char *keys = cut_keys(path);
    cut_blanks(path);
    const struct lt_kind *kind = lt_edit_kind(e, args);
    uint32_t index = kind ? lt_edit_find(e, path) : LT_NO_LAYER;
    if (index == LT_NO_LAYER)
        return LT_NOT_FOUND;
    struct lt_graph *graph = NULL;
    enum lt_status status = change_graph(e, index, &graph);
    if (status)
        return status;
    uint32_t source = 0;
    if (count_calls(graph, index, &source) != 1)
        return lt_edit_refuse(e, NULL, "the place behind a layer that is not called exactly once is not clear");
    status = new_layer(e, kind, e->document->layer[index].parent, keys);
    return status ? status : splice(e, graph, source);
}

/* --- rewire ------------------------------------------------------------------------------------------------------ */

/* NAME or NAME:OUTPUT of the same graph, called once. */
static enum lt_status find_source(struct lt_editor *e, const struct lt_graph *graph, uint32_t parent, char *text,
                                  struct lt_ref *ref)
{
    uint32_t found = LT_NO_LAYER;
    for (int stripped = 0; stripped < 2 && found == LT_NO_LAYER; stripped++) {
        char *colon = strrchr(text, ':');
        if (stripped && colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
            ref->output = (uint16_t)strtoul(colon + 1, NULL, 10);
            *colon = '\0';
        }
        for (uint32_t i = 0; i < e->change.structure.layer_count; i++) {
            const struct lt_layer *layer = &e->change.structure.layer[i];
            if (layer->parent == parent && layer->name && strcmp(layer->name, text) == 0)
                found = i;
        }
    }
    const char *safe = lt_safe_text(e->problems->arena, text);
    if (found == LT_NO_LAYER)
        return lt_edit_refuse(e, "a layer of the same model", "there is no layer %s to take from", safe ? safe : "?");
    if (count_calls(graph, found, &ref->node) != 1)
        return lt_edit_refuse(e, NULL, "layer %s is not called exactly once", safe ? safe : "?");
    return LT_OK;
}

static enum lt_status read_sources(struct lt_editor *e, const struct lt_graph *graph, uint32_t parent, char *list,
                                   struct lt_node *node)
{
    size_t most = node->in_count + 1u;
    for (const char *c = list; *c; c++)
        most += *c == ',';
    struct lt_ref *in = lt_alloc_array(e->arena, most, sizeof *in);
    if (!in)
        return LT_NO_MEMORY;
    uint16_t count = 0;
    char *rest = list, *word;
    while ((word = strtok_r(rest, ",", &rest)) && count < UINT16_MAX) {
        word += strspn(word, " \t");
        cut_blanks(word);
        enum lt_status status = find_source(e, graph, parent, word, &in[count++]);
        if (status)
            return status;
    }
    if (node->arguments && count != node->in_count)
        return lt_edit_refuse(e, NULL, "the call has arguments that belong to its %u inputs", node->in_count);
    for (uint16_t i = 0; i < node->in_count; i++)
        if (node->in[i].mask)
            in[count++] = node->in[i];
    node->in = in;
    node->in_count = count;
    return LT_OK;
}

/* PATH from A, B:1 */
enum lt_status lt_edit_rewire(struct lt_editor *e, char *args)
{
    char *from = strstr(args, " from ");
    if (!from)
        return lt_edit_refuse(e, "rewire layers.PATH from NAME, NAME:OUTPUT ...", "this rewires nothing");
    *from = '\0';
    cut_blanks(args);
    uint32_t index = lt_edit_find(e, args);
    if (index == LT_NO_LAYER)
        return LT_NOT_FOUND;
    const struct lt_layer *layer = &e->document->layer[index];
    if (layer->kind == &lt_kind_input)
        return lt_edit_refuse(e, NULL, "an input takes from nothing");
    struct lt_graph *graph = NULL;
    enum lt_status status = change_graph(e, index, &graph);
    if (status)
        return status;
    uint32_t node = 0;
    if (count_calls(graph, index, &node) != 1)
        return lt_edit_refuse(e, NULL, "which call of a layer that is not called exactly once is not clear");
    status = read_sources(e, graph, layer->parent, from + strlen(" from "), &graph->node[node]);
    if (status)
        return status;
    status = lt_graph_sort(e->arena, graph, NULL);
    return status == LT_INVALID ? lt_edit_refuse(e, "take from layers before it", "the layer would feed itself")
                                : status;
}
