#include "core/formats/keras_reader.h"

#include <string.h>

/* A configuration being read into the fields of its kind. What no field describes goes to `unread`. */
struct reading {
    struct keras_reader *reader;
    uint32_t layer;
    const struct lt_kind *kind;
    const char *class; /* the modern name */
    struct lt_tree *unread;
};

static struct lt_layer *layer_of(const struct reading *r)
{
    return &r->reader->document->layer[r->layer];
}

static int find_field(const struct reading *r, const char *key)
{
    return lt_field_find(r->kind->config, r->kind->config_count, key);
}

/* The value of a numpy scalar or array, which Keras wraps in an object: {class_name: __numpy__, config: {value}}. */
static const struct lt_tree *unwrapped(const struct lt_tree *tree)
{
    const struct lt_tree *value = lt_tree_get(lt_tree_get(tree, "config"), "value");
    return value && strcmp(lt_tree_text(lt_tree_get(tree, "class_name"), ""), "__numpy__") == 0 ? value : tree;
}

static void read_field(const struct reading *r, int field, const struct lt_tree *tree)
{
    tree = unwrapped(tree);
    lt_field_read(&r->kind->config[field], r->reader->arena, tree, &layer_of(r)->config[field], r->reader->file,
                  r->reader->problems);
}

static void keep(struct reading *r, const char *key, const struct lt_tree *tree)
{
    if (!r->unread)
        r->unread = lt_tree_new(r->reader->arena, LT_TREE_MAP, NULL, NULL);
    if (r->unread)
        lt_tree_copy(r->reader->arena, tree, r->unread, key);
}

/* --- what older generations wrote ----------------------------------------------------------------------------- */

/* Made values stand where the file's stood, so that problems name that place. */
static struct lt_tree *in_place_of(const struct reading *r, enum lt_tree_type type, const struct lt_tree *tree)
{
    struct lt_tree *made = lt_tree_new(r->reader->scratch, type, NULL, NULL);
    if (made) {
        made->parent = tree->parent;
        made->key = tree->key;
    }
    return made;
}

static const struct lt_tree *data_format(const struct reading *r, const struct lt_tree *tree)
{
    const char *ordering = lt_tree_text(tree, "");
    bool first = strcmp(ordering, "th") == 0;
    struct lt_tree *made = first || strcmp(ordering, "tf") == 0 ? in_place_of(r, LT_TREE_TEXT, tree) : NULL;
    if (!made)
        return tree;
    made->text = first ? "channels_first" : "channels_last";
    return made;
}

static const struct lt_tree *flat(const struct reading *r, const struct lt_tree *tree)
{
    if (tree->type != LT_TREE_LIST || !tree->child)
        return tree;
    if (tree->count == 1)
        return tree->child;
    struct lt_tree *made = in_place_of(r, LT_TREE_LIST, tree);
    for (const struct lt_tree *child = tree->child; made && child; child = child->next)
        lt_tree_copy(r->reader->scratch, child->type == LT_TREE_LIST && child->count == 1 ? child->child : child, made,
                     NULL);
    return made ? made : tree;
}

static const struct lt_tree *is_cos(const struct reading *r, const struct lt_tree *tree)
{
    struct lt_tree *made = in_place_of(r, LT_TREE_BOOL, tree);
    if (made)
        made->boolean = strcmp(lt_tree_text(tree, ""), "cos") == 0;
    return made ? made : tree;
}

static void read_renamed(const struct reading *r, const struct keras_rename *rename, const struct lt_tree *tree)
{
    int field = rename->key ? find_field(r, rename->key) : -1;
    if (field < 0)
        return;
    switch (rename->conversion) {
    case KERAS_DROP:
    case KERAS_JOIN:
        return;
    case KERAS_DATA_FORMAT:
        tree = data_format(r, tree);
        break;
    case KERAS_FLAT:
        tree = flat(r, tree);
        break;
    case KERAS_IS_COS:
        tree = is_cos(r, tree);
        break;
    case KERAS_AS_IS:
        break;
    }
    read_field(r, field, tree);
}

/* nb_row and nb_col make kernel_size, in the order of the table and not of the file. */
static void read_joined(const struct reading *r, const struct lt_tree *config)
{
    struct lt_tree *list = NULL;
    const char *key = NULL;
    for (const struct keras_rename *rename = keras_renames; rename->old; rename++) {
        const struct lt_tree *part =
            rename->conversion == KERAS_JOIN && keras_rename_applies(rename, r->reader->generation, r->class)
                ? lt_tree_get(config, rename->old)
                : NULL;
        if (part && !list)
            list = in_place_of(r, LT_TREE_LIST, part);
        if (part && list) {
            lt_tree_copy(r->reader->scratch, part, list, NULL);
            key = rename->key;
        }
    }
    int field = key ? find_field(r, key) : -1;
    if (field >= 0)
        read_field(r, field, list);
}

static void fill_absent(const struct reading *r)
{
    for (const struct keras_absent *absent = keras_absent; absent->class; absent++) {
        int field = r->reader->generation <= absent->generation && strcmp(absent->class, r->class) == 0
                        ? find_field(r, absent->key)
                        : -1;
        if (field >= 0 && !layer_of(r)->config[field].given)
            lt_field_parse(&r->kind->config[field], r->reader->arena, absent->value, &layer_of(r)->config[field],
                           (struct lt_place){.file = r->reader->file}, r->reader->problems);
    }
}

/* --- layers inside ------------------------------------------------------------------------------------------------ */

/* Where wrappers keep their layers, in the order of the children. */
static const char *const CHILD_KEYS[] = {"layer", "forward_layer", "backward_layer", "cell", "cells", "layers"};
enum { CHILD_KEY_COUNT = sizeof CHILD_KEYS / sizeof *CHILD_KEYS };

static bool holds_layers(const struct lt_tree *tree)
{
    return keras_is_object(tree) || (tree && tree->type == LT_TREE_LIST && keras_is_object(tree->child));
}

static bool is_child_key(const struct lt_tree *tree)
{
    for (int i = 0; i < CHILD_KEY_COUNT; i++)
        if (strcmp(CHILD_KEYS[i], tree->key) == 0)
            return holds_layers(tree);
    return false;
}

static void add_child(const struct reading *r, const struct lt_tree *tree)
{
    uint32_t child = keras_read_layer(r->reader, tree, r->layer);
    if (child == LT_NO_LAYER)
        return;
    struct lt_layer *layer = layer_of(r);
    if (layer->child_count == UINT16_MAX)
        return;
    /* Powers of two: a wrapper of many cells grows its list a few times only. */
    if ((layer->child_count & (layer->child_count - 1)) == 0) {
        uint32_t *larger = lt_grow(r->reader->arena, layer->child, layer->child_count,
                                   layer->child_count ? layer->child_count * 2u : 1, sizeof *layer->child);
        if (!larger)
            return;
        layer->child = larger;
    }
    layer->child[layer->child_count++] = child;
}

static void read_children(const struct reading *r, const struct lt_tree *config)
{
    for (int i = 0; i < CHILD_KEY_COUNT; i++) {
        const struct lt_tree *tree = lt_tree_get(config, CHILD_KEYS[i]);
        if (keras_is_object(tree))
            add_child(r, tree);
        else if (holds_layers(tree))
            for (const struct lt_tree *child = tree->child; child; child = child->next)
                add_child(r, child);
    }
}

/* --- TensorFlow operations as layers ---------------------------------------------------------------------------- */

/* Operations look up what no field describes among the unread keys. */
static void set_key(struct reading *r, const char *key, const struct lt_tree *tree)
{
    int field = find_field(r, key);
    if (field >= 0)
        read_field(r, field, tree);
    else
        keep(r, key, tree);
}

/* TFOpLambda: the keyword arguments of its call. Those that are tensors or go by position belong to the call. */
static void read_keywords(struct reading *r, const struct keras_function *function, const struct lt_tree *call)
{
    while (call && call->type == LT_TREE_LIST && call->child && call->child->type == LT_TREE_LIST)
        call = call->child;
    const struct lt_tree *keywords = lt_tree_at(call, 3);
    for (const struct lt_tree *k = keywords && keywords->type == LT_TREE_MAP ? keywords->child : NULL; k; k = k->next) {
        bool by_name = function->argument && strcmp(function->argument, k->key) == 0;
        if (by_name && function->key && k->type != LT_TREE_NULL)
            set_key(r, function->key, k);
        else if (!by_name && strcmp(k->key, "name") != 0 && find_field(r, k->key) >= 0 && k->type != LT_TREE_NULL)
            read_field(r, find_field(r, k->key), k);
    }
}

/* TensorFlowOpLayer: the constants are the operands after the tensors; the last says how. */
static void read_constants(struct reading *r, const struct keras_function *function, const struct lt_tree *config)
{
    const struct lt_tree *constants = lt_tree_get(config, "constants");
    const struct lt_tree *attributes = lt_tree_get(lt_tree_get(config, "node_def"), "attr");
    const struct lt_tree *keep_dims = lt_tree_get(lt_tree_get(attributes, "keep_dims"), "b");
    if (function->key && constants && constants->type == LT_TREE_MAP && constants->last)
        set_key(r, function->key, constants->last);
    if (keep_dims)
        set_key(r, "keepdims", keep_dims);
}

static void read_function(struct reading *r, const struct lt_tree *object)
{
    const struct lt_tree *config = lt_tree_get(object, "config");
    const char *op = lt_tree_text(lt_tree_get(lt_tree_get(config, "node_def"), "op"), NULL);
    const char *name = lt_tree_text(lt_tree_get(config, "function"), NULL);
    const struct keras_function *function = keras_function_find(name, op);
    if (function && op)
        read_constants(r, function, config);
    else if (function)
        read_keywords(r, function, lt_tree_at(lt_tree_get(object, "inbound_nodes"), 0));
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

/* A format that is no policy, as that of a lookup of text, is kept as it is. */
static void read_dtype(struct reading *r, const struct lt_tree *tree)
{
    int16_t policy = keras_policy(r->reader, tree);
    layer_of(r)->policy = policy;
    if (policy < 0 && tree->type != LT_TREE_NULL)
        keep(r, "dtype", tree);
}

static void read_key(struct reading *r, const struct lt_tree *tree)
{
    const struct keras_rename *rename = keras_rename_find(r->reader->generation, r->class, tree->key);
    if (rename) {
        read_renamed(r, rename, tree);
        return;
    }
    int field = find_field(r, tree->key);
    bool child = r->kind->family != LT_FAMILY_UNKNOWN && is_child_key(tree);
    if (field >= 0 && !child)
        read_field(r, field, tree);
    else if (strcmp(tree->key, "trainable") == 0)
        layer_of(r)->trainable = lt_tree_bool(tree, true);
    else if (strcmp(tree->key, "dtype") == 0)
        read_dtype(r, tree);
    else if (!child && strcmp(tree->key, "name") != 0)
        keep(r, tree->key, tree);
}

/* A field without a default must be there: without it the layer says nothing. */
static void check_required(const struct reading *r, const struct lt_tree *config)
{
    for (int i = 0; i < r->kind->config_count; i++) {
        const struct lt_field *field = &r->kind->config[i];
        if (field->initial || field->optional || layer_of(r)->config[i].given || lt_tree_get(config, field->name))
            continue;
        char *range = lt_field_range(field, r->reader->scratch);
        keras_problem(r->reader, LT_ERROR, config, range, "%s needs %s", r->kind->name, field->name);
    }
}

void keras_read_config(struct keras_reader *reader, uint32_t layer, const struct lt_tree *object)
{
    const struct lt_tree *config = lt_tree_get(object, "config");
    struct reading r = {.reader = reader, .layer = layer, .kind = reader->document->layer[layer].kind};
    r.class = keras_modern_class(object, reader->generation).name;
    if (r.kind == &lt_kind_model) {
        if (config && config->type == LT_TREE_MAP)
            layer_of(&r)->trainable = lt_tree_bool(lt_tree_get(config, "trainable"), true);
        return;
    }
    if (!config || config->type != LT_TREE_MAP) {
        keras_problem(reader, LT_ERROR, config ? config : object, "config: {...}", "the layer has no configuration");
        return;
    }
    for (const struct lt_tree *tree = config->child; tree; tree = tree->next)
        read_key(&r, tree);
    if (reader->generation == 1)
        read_joined(&r, config);
    if (reader->generation < 3) {
        fill_absent(&r);
        read_function(&r, object);
    }
    layer_of(&r)->unread = r.unread;
    if (r.kind->family != LT_FAMILY_UNKNOWN) /* what a class of the user's makes of layers in it is not known */
        read_children(&r, config);
    check_required(&r, config);
}
