#include <string.h>

#include "core/base/text.h"
#include "core/formats/native_reader.h"
#include "core/model/policy.h"

/* How many kinds the catalogue can hold; those beyond are merely never suggested. */
enum { MAX_SUGGESTED = 1024 };

static const char *nearest_class(struct lt_native_reader *r, const char *name)
{
    const char **names = lt_alloc_array(&r->scratch, MAX_SUGGESTED, sizeof *names);
    int count = 0;
    for (int family = 0; names && family < lt_kind_family_count; family++)
        for (const struct lt_kind *kind = lt_kind_families[family]; kind->name && count < MAX_SUGGESTED; kind++)
            names[count++] = kind->name;
    return lt_nearest_hint(&r->scratch, name, names, count);
}

/* An unknown class is a warning: the layer is kept, and what it needs is unknown. */
static const struct lt_kind *read_kind(struct lt_native_reader *r, const struct lt_tree *map, const char *class_name)
{
    const char *module = lt_tree_text(lt_tree_get(map, "package"), NULL);
    bool unknown = module && strcmp(module, LT_NATIVE_UNKNOWN) == 0;
    const struct lt_kind *kind = unknown ? NULL : lt_kind_find(module, class_name);
    if (!kind)
        kind = lt_layer_files_kind(r->document, r->layers, class_name,
                                   lt_tree_text(lt_tree_get(map, "registered"), NULL), r->problems);
    if (kind)
        return kind;
    if (!unknown) {
        const char *safe = lt_safe_text(&r->scratch, class_name);
        struct lt_place place = lt_tree_place(r->problems->arena, r->file, lt_tree_get(map, "class"));
        lt_problem_add(r->problems, LT_WARNING, place, nearest_class(r, class_name), "unknown class %s",
                       safe ? safe : "?");
    }
    return &lt_kind_unknown;
}

static bool is_layer_key(const char *key)
{
    for (const char *const *known = lt_native_layer_keys; *known; known++)
        if (strcmp(key, *known) == 0)
            return true;
    return false;
}

static void unknown_key(struct lt_native_reader *r, const struct lt_layer *layer, const struct lt_tree *child)
{
    const struct lt_kind *kind = layer->kind;
    const char **names = lt_alloc_array(&r->scratch, kind->config_count + 32u, sizeof *names);
    int count = 0;
    for (int i = 0; names && i < kind->config_count; i++)
        names[count++] = kind->config[i].name;
    for (int i = 0; names && lt_native_layer_keys[i] && i < 32; i++)
        names[count++] = lt_native_layer_keys[i];
    const char *what = lt_format(&r->scratch, "key of %s called", kind->name ? kind->name : "this layer");
    lt_native_unknown(r, child, what ? what : "key", child->key, names, count);
}

/* shape: [28, 28, 1] of an input is batch_shape: [null, 28, 28, 1]. */
static void read_input_shape(struct lt_native_reader *r, struct lt_layer *layer, const struct lt_tree *tree)
{
    const struct lt_kind *kind = layer->kind;
    int field = lt_field_find(kind->config, kind->config_count, "batch_shape");
    struct lt_shape shape = lt_native_read_shape(r, tree);
    if (field < 0 || shape.rank < 0 || shape.rank >= LT_MAX_RANK) {
        lt_native_error(r, tree, "a list of sizes without the batch, null for open ones", "this is no shape");
        return;
    }
    int64_t *ints = lt_alloc_array(r->arena, (size_t)shape.rank + 1, sizeof *ints);
    if (!ints)
        return;
    ints[0] = LT_NO_DIM;
    memcpy(ints + 1, shape.dim, (size_t)shape.rank * sizeof *ints);
    layer->config[field] =
        (struct lt_value){.type = LT_VALUE_INTS, .given = true, .count = (uint32_t)shape.rank + 1, .ints = ints};
}

static int read_policy(struct lt_native_reader *r, const struct lt_tree *tree)
{
    const char *name = lt_tree_text(tree, NULL);
    int policy = name ? lt_policy_find(name) : -1;
    if (policy < 0)
        lt_native_unknown(r, tree, "precision called", name ? name : "this", lt_policy_names, lt_policy_name_count);
    return policy;
}

/* A key that is not one of the format: a field of the kind, else one of the few that read well (dtype, shape). */
static void read_config_key(struct lt_native_reader *r, struct lt_layer *layer, const struct lt_tree *child,
                            struct lt_tree **unread)
{
    const struct lt_kind *kind = layer->kind;
    int field = lt_field_find(kind->config, kind->config_count, child->key);
    if (field >= 0) {
        struct lt_source source = {.tree = child, .place = lt_tree_place(r->problems->arena, r->file, child)};
        lt_source_read(&source, &kind->config[field], r->arena, &layer->config[field], r->problems);
    } else if (kind == &lt_kind_input && strcmp(child->key, "shape") == 0) {
        read_input_shape(r, layer, child);
    } else if (strcmp(child->key, "dtype") == 0) {
        layer->policy = (int16_t)read_policy(r, child);
    } else if (kind == &lt_kind_unknown) {
        if (!*unread)
            *unread = lt_tree_new(r->arena, LT_TREE_MAP, NULL, NULL);
        lt_tree_copy(r->arena, child, *unread, child->key);
    } else {
        unknown_key(r, layer, child);
    }
}

static void read_config(struct lt_native_reader *r, struct lt_layer *layer, const struct lt_tree *map)
{
    const struct lt_tree *other = lt_tree_get(map, "other");
    struct lt_tree *unread = lt_native_is(r, other, LT_TREE_MAP) ? lt_tree_copy(r->arena, other, NULL, NULL) : NULL;
    for (const struct lt_tree *child = map->child; child; child = child->next)
        if (!is_layer_key(child->key))
            read_config_key(r, layer, child, &unread);
    layer->unread = unread;
}

static void read_state(struct lt_native_reader *r, struct lt_layer *layer, const struct lt_tree *map)
{
    layer->registered = lt_native_text(r, lt_tree_get(map, "registered"));
    layer->trainable = lt_native_bool(r, lt_tree_get(map, "trainable"), true);
    layer->sequential = lt_native_bool(r, lt_tree_get(map, "sequential"), false);
    layer->implied = lt_native_bool(r, lt_tree_get(map, "implied"), false);
    const struct lt_tree *precision = lt_tree_get(map, "precision");
    if (precision)
        layer->policy = (int16_t)read_policy(r, precision);
    const struct lt_tree *build_shape = lt_tree_get(map, "build_shape");
    struct lt_shape *shape = build_shape ? lt_alloc(r->arena, sizeof *shape) : NULL;
    if (shape) {
        *shape = lt_native_read_shape(r, build_shape);
        layer->build_shape = shape;
    }
}

/* Layers inside a wrapper. Reading them may move the document's layers: the wrapper is found again by its index. */
static void read_children(struct lt_native_reader *r, uint32_t index, const struct lt_tree *list)
{
    if (!lt_native_is(r, list, LT_TREE_LIST))
        return;
    uint32_t *child = lt_alloc_array(r->arena, list->count, sizeof *child);
    uint16_t count = 0;
    for (const struct lt_tree *map = list->child; child && map && count < UINT16_MAX; map = map->next) {
        child[count] = lt_native_read_layer(r, map, index);
        if (child[count] != LT_NO_LAYER)
            count++;
    }
    r->document->layer[index].child = child;
    r->document->layer[index].child_count = count;
}

static void read_inner(struct lt_native_reader *r, uint32_t index, const struct lt_tree *map)
{
    struct lt_graph *inner = lt_alloc(r->arena, sizeof *inner);
    if (!inner || !lt_native_is(r, map, LT_TREE_MAP))
        return;
    r->document->layer[index].inner = inner;
    lt_native_read_graph(r, map, index, inner);
}

uint32_t lt_native_read_layer(struct lt_native_reader *r, const struct lt_tree *map, uint32_t parent)
{
    if (!lt_native_is(r, map, LT_TREE_MAP))
        return LT_NO_LAYER;
    const struct lt_tree *class_tree = lt_tree_get(map, "class");
    if (!class_tree || class_tree->type != LT_TREE_TEXT) {
        lt_native_error(r, class_tree ? class_tree : map, "class: Dense", "the layer does not say its class");
        return LT_NO_LAYER;
    }
    const char *name = lt_native_text(r, lt_tree_get(map, "name"));
    if (!name || !*name) {
        lt_native_error(r, map, "name: dense", "the layer has no name");
        return LT_NO_LAYER;
    }
    const struct lt_kind *kind = read_kind(r, map, class_tree->text);
    const char *original = lt_native_text(r, lt_tree_get(map, "original"));
    uint32_t index = lt_document_add_layer(r->document, kind, original ? original : class_tree->text, name);
    if (index == LT_NO_LAYER)
        return index;
    struct lt_layer *layer = &r->document->layer[index];
    layer->parent = parent;
    read_config(r, layer, map);
    read_state(r, layer, map);
    if (lt_tree_get(map, "children"))
        read_children(r, index, lt_tree_get(map, "children"));
    if (lt_tree_get(map, "model"))
        read_inner(r, index, lt_tree_get(map, "model"));
    return index;
}
