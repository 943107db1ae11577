#include "core/model/document.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/custom.h"

/* A document and its arena are one allocation; the rest is in the arena. */
struct owned {
    struct lt_document document;
    struct lt_arena arena;
};

static struct lt_document *document_alloc(void)
{
    struct owned *owned = calloc(1, sizeof *owned);
    if (!owned)
        return NULL;
    owned->document.arena = &owned->arena;
    return &owned->document;
}

const char *lt_format_name(enum lt_format format)
{
    static const char *const names[LT_FORMAT_COUNT] = {
        [LT_FORMAT_NONE] = "none",
        [LT_FORMAT_NATIVE] = "layertop YAML",
        [LT_FORMAT_KERAS_ZIP] = "Keras archive",
        [LT_FORMAT_KERAS_JSON] = "Keras JSON",
        [LT_FORMAT_KERAS_H5] = "Keras HDF5",
        [LT_FORMAT_SAVED_MODEL] = "SavedModel",
        [LT_FORMAT_TFJS] = "TensorFlow.js",
    };
    return format < LT_FORMAT_COUNT ? names[format] : names[LT_FORMAT_NONE];
}

struct lt_document *lt_document_new(void)
{
    struct lt_document *document = document_alloc();
    if (!document)
        return NULL;
    lt_setup_init(&document->setup, document->arena);
    if (document->arena->failed) {
        lt_document_free(document);
        return NULL;
    }
    return document;
}

void lt_document_free(struct lt_document *document)
{
    if (!document)
        return;
    lt_arena_free(document->arena);
    free((struct owned *)(void *)document);
}

/* Copies. A failed request leaves NULL and the arena's mark; lt_document_clone looks at the mark once. */

static const struct lt_tree *copy_tree(struct lt_arena *arena, const struct lt_tree *tree)
{
    return tree ? lt_tree_copy(arena, tree, NULL, NULL) : NULL;
}

static void *copy_array(struct lt_arena *arena, const void *array, size_t count, size_t size)
{
    return array && count ? lt_grow(arena, array, count, count, size) : NULL;
}

static void copy_refs(struct lt_arena *arena, struct lt_ref **refs, uint16_t count)
{
    *refs = copy_array(arena, *refs, count, sizeof **refs);
    for (uint16_t i = 0; *refs && i < count; i++)
        (*refs)[i].role = lt_strdup(arena, (*refs)[i].role);
}

static struct lt_graph copy_graph(struct lt_arena *arena, const struct lt_graph *from)
{
    struct lt_graph graph = *from;
    graph.node = copy_array(arena, from->node, from->node_count, sizeof *from->node);
    for (uint32_t i = 0; graph.node && i < graph.node_count; i++) {
        struct lt_node *node = &graph.node[i];
        copy_refs(arena, &node->in, node->in_count);
        node->declared = copy_array(arena, node->declared, node->declared_count, sizeof *node->declared);
        node->arguments = copy_tree(arena, node->arguments);
    }
    copy_refs(arena, &graph.in, graph.in_count);
    copy_refs(arena, &graph.out, graph.out_count);
    return graph;
}

static void copy_values(struct lt_arena *arena, struct lt_value *value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        value[i] = lt_value_copy(arena, &value[i]);
}

static void copy_layer(struct lt_arena *arena, struct lt_layer *layer)
{
    layer->name = lt_strdup(arena, layer->name);
    layer->class_name = lt_strdup(arena, layer->class_name);
    layer->registered = lt_strdup(arena, layer->registered);
    layer->config = copy_array(arena, layer->config, layer->kind->config_count, sizeof *layer->config);
    if (layer->config)
        copy_values(arena, layer->config, layer->kind->config_count);
    layer->unread = copy_tree(arena, layer->unread);
    layer->source = copy_tree(arena, layer->source);
    if (layer->inner) {
        struct lt_graph *inner = lt_alloc(arena, sizeof *inner);
        if (inner)
            *inner = copy_graph(arena, layer->inner);
        layer->inner = inner;
    }
    layer->child = copy_array(arena, layer->child, layer->child_count, sizeof *layer->child);
    layer->build_shape = copy_array(arena, layer->build_shape, 1, sizeof *layer->build_shape);
}

static void copy_named(struct lt_arena *arena, struct lt_named **named, uint16_t count)
{
    *named = copy_array(arena, *named, count, sizeof **named);
    for (uint16_t i = 0; *named && i < count; i++) {
        (*named)[i].name = lt_strdup(arena, (*named)[i].name);
        (*named)[i].value = lt_value_copy(arena, &(*named)[i].value);
    }
}

static void copy_setup(struct lt_arena *arena, struct lt_setup *setup)
{
    copy_values(arena, setup->value, LT_SETUP_COUNT);
    copy_named(arena, &setup->option, setup->option_count);
    copy_named(arena, &setup->input, setup->input_count);
}

static void copy_origin(struct lt_arena *arena, struct lt_origin *origin)
{
    origin->file = lt_strdup(arena, origin->file);
    origin->writer = lt_strdup(arena, origin->writer);
    origin->backend = lt_strdup(arena, origin->backend);
    origin->title = lt_strdup(arena, origin->title);
    origin->notes = lt_strdup(arena, origin->notes);
    origin->compile = copy_tree(arena, origin->compile);
}

struct lt_document *lt_document_clone(const struct lt_document *document)
{
    struct lt_document *copy = document_alloc();
    if (!copy)
        return NULL;
    struct lt_arena *arena = copy->arena;
    arena->fail_in = document->arena->fail_in; /* a test that lets requests fail means those of the copy */
    *copy = *document;
    copy->arena = arena;
    copy->name = lt_strdup(arena, document->name);
    copy->layer_capacity = copy->layer_count;
    copy->layer = copy_array(arena, document->layer, document->layer_count, sizeof *document->layer);
    for (uint32_t i = 0; copy->layer && i < copy->layer_count; i++)
        copy_layer(arena, &copy->layer[i]);
    copy->graph = copy_graph(arena, &document->graph);
    copy_setup(arena, &copy->setup);
    copy_origin(arena, &copy->origin);
    lt_custom_copy(copy);
    if (arena->failed) {
        lt_document_free(copy);
        return NULL;
    }
    return copy;
}

static bool reserve_layer(struct lt_document *document)
{
    if (document->layer_count < document->layer_capacity)
        return true;
    uint32_t capacity = document->layer_capacity ? document->layer_capacity * 2 : 16;
    struct lt_layer *larger =
        lt_grow(document->arena, document->layer, document->layer_count, capacity, sizeof *document->layer);
    if (!larger)
        return false;
    document->layer = larger;
    document->layer_capacity = capacity;
    return true;
}

uint32_t lt_document_add_layer(struct lt_document *document, const struct lt_kind *kind, const char *class_name,
                               const char *name)
{
    struct lt_arena *arena = document->arena;
    struct lt_layer layer = {.kind = kind, .parent = LT_NO_LAYER, .policy = -1, .trainable = true};
    layer.name = lt_strdup(arena, name);
    layer.class_name = lt_strdup(arena, class_name ? class_name : kind->name);
    layer.config = kind->config_count ? lt_alloc_array(arena, kind->config_count, sizeof *layer.config) : NULL;
    if ((name && !layer.name) || !layer.class_name || (kind->config_count && !layer.config))
        return LT_NO_LAYER;
    for (int i = 0; i < kind->config_count; i++)
        layer.config[i] = lt_field_default(&kind->config[i], arena);
    if (arena->failed || !reserve_layer(document))
        return LT_NO_LAYER;
    document->layer[document->layer_count] = layer;
    return document->layer_count++;
}

/* A malformed parent chain could go round: no path is longer than there are layers. */
char *lt_layer_path(struct lt_arena *arena, const struct lt_document *document, uint32_t layer)
{
    char *path = NULL;
    for (uint32_t depth = 0; layer < document->layer_count && depth < document->layer_count; depth++) {
        const struct lt_layer *at = &document->layer[layer];
        const char *name = lt_safe_text(arena, at->name ? at->name : "");
        if (!name)
            return NULL;
        path = path ? lt_format(arena, "%s/%s", name, path) : lt_strdup(arena, name);
        if (!path)
            return NULL;
        layer = at->parent;
    }
    return path ? path : lt_strdup(arena, "");
}

/* Whether the first `length` bytes of `path` are this layer's path. Names may hold slashes themselves (op layers of old
 * files), so the path is matched from its end and never split. */
static bool path_is(struct lt_arena *scratch, const struct lt_document *document, uint32_t layer, const char *path,
                    size_t length)
{
    for (uint32_t depth = 0; depth < document->layer_count; depth++) {
        const struct lt_layer *at = &document->layer[layer];
        const char *name = lt_safe_text(scratch, at->name ? at->name : "");
        size_t own = name ? strlen(name) : 0;
        if (!name || own > length || memcmp(path + length - own, name, own) != 0)
            return false;
        length -= own;
        if (at->parent == LT_NO_LAYER)
            return length == 0;
        if (length == 0 || path[length - 1] != '/' || at->parent >= document->layer_count)
            return false;
        length--;
        layer = at->parent;
    }
    return false;
}

static bool name_is(struct lt_arena *scratch, const struct lt_layer *layer, const char *name)
{
    if (!layer->name)
        return false;
    if (strcmp(layer->name, name) == 0)
        return true;
    const char *safe = lt_safe_text(scratch, layer->name);
    return safe && strcmp(safe, name) == 0;
}

uint32_t lt_document_find_layer(const struct lt_document *document, const char *path)
{
    struct lt_arena scratch = LT_ARENA_INIT;
    size_t length = strlen(path);
    uint32_t found = LT_NO_LAYER, named = LT_NO_LAYER, same_name = 0;
    for (uint32_t i = 0; i < document->layer_count && found == LT_NO_LAYER; i++) {
        if (path_is(&scratch, document, i, path, length))
            found = i;
        if (name_is(&scratch, &document->layer[i], path)) {
            named = i;
            same_name++;
        }
    }
    lt_arena_free(&scratch);
    if (found != LT_NO_LAYER)
        return found;
    return same_name == 1 ? named : LT_NO_LAYER;
}
