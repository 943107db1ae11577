/* A document as Keras 3's JSON. Shapes are those that the walk computes, so that edits reach them; what the file said
 * of them is not repeated. */
#include "core/formats/keras_write.h"

#include <string.h>

#include "core/base/text.h"
#include "core/formats/keras.h"
#include "core/model/policy.h"

/* --- problems ----------------------------------------------------------------------------------------------------- */

void keras_write_problem(struct keras_writer *w, enum lt_severity severity, uint32_t layer, const char *hint,
                         const char *format, ...)
{
    struct lt_place place = {.file = w->document->origin.file};
    if (layer != LT_NO_LAYER)
        place.path = lt_layer_path(w->problems->arena, w->document, layer);
    va_list args;
    va_start(args, format);
    const char *message = lt_vformat(w->arena, format, args);
    va_end(args);
    lt_problem_add(w->problems, severity, place, hint, "%s", message ? message : lt_status_name(LT_NO_MEMORY));
}

static const char *safe(struct keras_writer *w, const char *text)
{
    const char *shown = lt_safe_text(w->arena, text ? text : "");
    return shown ? shown : "?";
}

/* --- objects ------------------------------------------------------------------------------------------------------ */

static void add_text(struct lt_arena *arena, struct lt_tree *parent, const char *key, const char *text)
{
    if (text)
        lt_tree_add_text(arena, parent, key, text);
    else
        lt_tree_new(arena, LT_TREE_NULL, parent, key);
}

struct lt_tree *keras_write_object(struct lt_arena *arena, struct lt_tree *parent, const char *key, const char *module,
                                   const char *class, const char *registered, struct lt_tree **config)
{
    struct lt_tree *object = lt_tree_new(arena, LT_TREE_MAP, parent, key);
    add_text(arena, object, "module", module);
    lt_tree_add_text(arena, object, "class_name", class);
    *config = lt_tree_new(arena, LT_TREE_MAP, object, "config");
    add_text(arena, object, "registered_name", registered);
    return object;
}

static void write_policy(struct lt_arena *arena, const struct lt_policy *policy, struct lt_tree *parent)
{
    static const char *const classes[] = {
        [LT_QUANTIZATION_NONE] = "DTypePolicy",
        [LT_QUANTIZATION_INT8] = "QuantizedDTypePolicy",
        [LT_QUANTIZATION_INT4] = "Int4DTypePolicy",
        [LT_QUANTIZATION_FLOAT8] = "QuantizedFloat8DTypePolicy",
    };
    const char *source = strstr(policy->name, "_from_"), *class = classes[policy->quantization];
    struct lt_tree *config;
    keras_write_object(arena, parent, "dtype", source ? "keras.dtype_policies" : "keras", class, NULL, &config);
    if (!source) { /* tf32 is how float32 is executed, not a policy of Keras */
        lt_tree_add_text(arena, config, "name", policy->tf32 ? "float32" : policy->name);
        return;
    }
    lt_tree_add_text(arena, config, "mode", lt_strndup(arena, policy->name, (size_t)(source - policy->name)));
    lt_tree_add_text(arena, config, "source_name", source + strlen("_from_"));
}

/* The layer's own number format where that is no policy (a lookup of text), else its policy, else that of the set-up.
 */
static void write_dtype(struct keras_writer *w, const struct lt_layer *layer, struct lt_tree *config)
{
    const struct lt_tree *own = lt_tree_get(layer->unread, "dtype");
    if (own)
        lt_tree_copy(w->arena, own, config, "dtype");
    else
        write_policy(w->arena, layer->policy < 0 ? lt_setup_policy(&w->document->setup) : &lt_policies[layer->policy],
                     config);
}

/* --- configuration ------------------------------------------------------------------------------------------------ */

/* Where Keras takes one axis or size, a list of one is no list. */
static bool is_single(const struct lt_kind *kind, const struct lt_field *field, const struct lt_value *value)
{
    bool takes_one = strcmp(field->name, "axis") == 0 || strcmp(field->name, "size") == 0 ||
                     (strcmp(field->name, "axes") == 0 && kind->family == LT_FAMILY_MERGING);
    return takes_one && value->type == LT_VALUE_INTS && value->count == 1 && value->ints[0] != LT_NO_DIM;
}

void keras_write_field(struct lt_arena *arena, const struct lt_layer *layer, int field, struct lt_tree *config)
{
    if (is_single(layer->kind, &layer->kind->config[field], &layer->config[field])) {
        lt_tree_add_int(arena, config, layer->kind->config[field].name, layer->config[field].ints[0]);
        return;
    }
    lt_field_write(&layer->kind->config[field], &layer->config[field], arena, config);
}

static void write_fields(struct keras_writer *w, const struct lt_layer *layer, struct lt_tree *config)
{
    const struct lt_kind *kind = layer->kind;
    for (int i = 0; i < kind->config_count; i++) {
        const struct lt_value *value = &layer->config[i];
        if (value->given || (value->type != LT_VALUE_NULL && keras_argument_required(kind, kind->config[i].name)))
            keras_write_field(w->arena, layer, i, config);
    }
}

/* An initializer as Keras 2 wrote it also names the dtype, which Keras 3's take when they are called. */
static void write_argument(struct keras_writer *w, const struct lt_tree *value, struct lt_tree *config)
{
    const struct lt_tree *inner = lt_tree_get(value, "config");
    if (!inner || inner->type != LT_TREE_MAP || lt_tree_get(value, "module")) {
        lt_tree_copy(w->arena, value, config, value->key);
        return;
    }
    struct lt_tree *object = lt_tree_new(w->arena, LT_TREE_MAP, config, value->key);
    for (const struct lt_tree *child = value->child; child; child = child->next)
        if (child != inner)
            lt_tree_copy(w->arena, child, object, child->key);
    struct lt_tree *copy = lt_tree_new(w->arena, LT_TREE_MAP, object, "config");
    for (const struct lt_tree *child = inner->child; child; child = child->next)
        if (strcmp(child->key, "dtype") != 0)
            lt_tree_copy(w->arena, child, copy, child->key);
}

/* What no field describes: all of a class that is not known, else what Keras 3 takes; older generations had more. */
static void write_unread(struct keras_writer *w, uint32_t index, struct lt_tree *config)
{
    const struct lt_layer *layer = &w->document->layer[index];
    const char *initial;
    for (const struct lt_tree *child = layer->unread ? layer->unread->child : NULL; child; child = child->next) {
        if (strcmp(child->key, "dtype") == 0 && layer->kind->family != LT_FAMILY_OPERATION)
            continue; /* written with the policies */
        if (layer->kind->family == LT_FAMILY_UNKNOWN)
            lt_tree_copy(w->arena, child, config, child->key);
        else if (keras_argument_known(layer->kind, child->key, &initial))
            write_argument(w, child, config);
        else if (child->type != LT_TREE_NULL)
            keras_write_problem(w, LT_NOTE, index, NULL, "Keras 3's %s does not take %s: it is left out",
                                layer->kind->name, safe(w, child->key));
    }
}

static void write_children(struct keras_writer *w, const struct lt_layer *layer, struct lt_tree *config)
{
    struct lt_tree *list = NULL;
    for (uint16_t i = 0; i < layer->child_count; i++) {
        bool listed = false;
        const char *key = keras_child_key(layer->kind, i, &listed);
        if (key && listed && !list)
            list = lt_tree_new(w->arena, LT_TREE_LIST, config, key);
        if (key)
            keras_write_layer(w, layer->child[i], listed ? list : config, listed ? NULL : key);
    }
}

/* --- models ------------------------------------------------------------------------------------------------------- */

bool keras_write_is_chain(const struct lt_graph *graph, uint32_t *calls)
{
    if (graph->in_count != 1 || graph->out_count != 1 || graph->out[0].output || !graph->node_count ||
        graph->out[0].node + 1 != graph->node_count || graph->in[0].node != 0)
        return false;
    for (uint32_t i = 0; i < graph->node_count; i++)
        calls[graph->node[i].layer] = 0;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct lt_node *node = &graph->node[i];
        if (calls[node->layer]++ || node->in_count != (i ? 1 : 0) || node->arguments)
            return false;
        if (i && (node->in->node != i - 1 || node->in->output || node->in->mask || node->in->role))
            return false;
    }
    return true;
}

static bool has_shape(const struct lt_layer *input)
{
    int field = lt_field_find(input->kind->config, input->kind->config_count, "batch_shape");
    return field >= 0 && input->config[field].type == LT_VALUE_INTS;
}

/* An input whose shape nobody knows is left out: the Sequential is built when it is first called. */
static void write_sequential(struct keras_writer *w, const struct lt_graph *graph, struct lt_tree *config)
{
    struct lt_tree *list = lt_tree_new(w->arena, LT_TREE_LIST, config, "layers");
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct lt_layer *layer = &w->document->layer[graph->node[i].layer];
        if (layer->kind != &lt_kind_input || has_shape(layer))
            w->object[graph->node[i].layer] = keras_write_layer(w, graph->node[i].layer, list, NULL);
    }
}

/* `layer`: LT_NO_LAYER for the document's own model. */
static struct lt_tree *write_model(struct keras_writer *w, const struct lt_graph *graph, uint32_t layer,
                                   bool sequential, struct lt_tree *parent, const char *key)
{
    struct lt_tree *config, *object;
    const struct lt_layer *nested = layer == LT_NO_LAYER ? NULL : &w->document->layer[layer];
    const char *name = nested ? nested->name : w->document->name;
    sequential = sequential && keras_write_is_chain(graph, w->calls);
    if (sequential)
        object = keras_write_object(w->arena, parent, key, "keras", "Sequential", NULL, &config);
    else
        object = keras_write_object(w->arena, parent, key, "keras.src.models.functional", "Functional", "Functional",
                                    &config);
    lt_tree_add_text(w->arena, config, "name", name && *name ? name : "model");
    lt_tree_add_bool(w->arena, config, "trainable", !nested || nested->trainable);
    if (sequential)
        write_sequential(w, graph, config);
    else
        keras_write_functional(w, graph, layer, config);
    return object;
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

/* A class of the user's own: by the name that it was registered under, or by its module. */
static struct lt_tree *write_custom(struct keras_writer *w, uint32_t index, struct lt_tree *parent, const char *key,
                                    struct lt_tree **config)
{
    const struct lt_layer *layer = &w->document->layer[index];
    const char *registered = layer->registered;
    const char *class = layer->class_name ? layer->class_name : "Layer";
    bool package = registered && strchr(registered, '>');
    if (!registered || strncmp(registered, "keras.", 6) != 0)
        keras_write_problem(w, LT_WARNING, index, "give it to custom_objects", "Keras has no class %s", safe(w, class));
    return keras_write_object(w->arena, parent, key, package ? NULL : registered, class,
                              package || !registered ? registered : class, config);
}

static struct lt_tree *write_known(struct keras_writer *w, uint32_t index, struct lt_tree *parent, const char *key,
                                   struct lt_tree **config)
{
    const struct lt_kind *kind = w->document->layer[index].kind;
    bool own = kind->family == LT_FAMILY_OPERATION || strcmp(keras_write_module(kind), kind->module) != 0;
    if (!keras_write_has_class(kind))
        keras_write_problem(w, LT_WARNING, index, "give it to custom_objects, or replace the layer",
                            "Keras 3 has no class %s", kind->name);
    const char *class = keras_write_class(kind);
    return keras_write_object(w->arena, parent, key, keras_write_module(kind), class, own ? class : NULL, config);
}

struct lt_tree *keras_write_layer(struct keras_writer *w, uint32_t index, struct lt_tree *parent, const char *key)
{
    const struct lt_layer *layer = &w->document->layer[index];
    const struct lt_kind *kind = layer->kind;
    struct lt_tree *config;
    if (layer->inner)
        return write_model(w, layer->inner, index, layer->sequential, parent, key);
    if (kind == &lt_kind_unknown && layer->implied)
        keras_write_problem(w, LT_ERROR, index, "rewire what takes from it", "a layer is missing in the model");
    struct lt_tree *object = kind->family == LT_FAMILY_UNKNOWN ? write_custom(w, index, parent, key, &config)
                                                               : write_known(w, index, parent, key, &config);
    lt_tree_add_text(w->arena, config, "name", layer->name ? layer->name : "layer");
    if (kind->family != LT_FAMILY_OPERATION && kind != &lt_kind_input) {
        if (!layer->trainable) /* some classes take no such argument */
            lt_tree_add_bool(w->arena, config, "trainable", false);
        write_dtype(w, layer, config);
    }
    write_fields(w, layer, config);
    write_unread(w, index, config);
    write_children(w, layer, config);
    return object;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

/* The document without what the user bound for the estimate: the model itself leaves those sizes open. Inputs of which
 * nothing else is known keep it. */
static struct lt_document unbound(const struct lt_document *document, struct lt_arena *arena)
{
    struct lt_document bare = *document;
    struct lt_setup *setup = &bare.setup;
    setup->value[LT_SET_SEQ_LEN] = (struct lt_value){0};
    setup->input = lt_alloc_array(arena, document->setup.input_count, sizeof *setup->input);
    setup->input_count = 0;
    for (uint16_t i = 0; setup->input && i < document->setup.input_count; i++) {
        uint32_t layer = lt_document_find_layer(document, document->setup.input[i].name);
        if (layer != LT_NO_LAYER && document->layer[layer].kind == &lt_kind_input &&
            !has_shape(&document->layer[layer]))
            setup->input[setup->input_count++] = document->setup.input[i];
    }
    return bare;
}

static enum lt_status walk_twice(struct keras_writer *w)
{
    struct lt_document bare = unbound(w->document, w->arena);
    struct lt_binding binding = {.batch = 2, .precision = lt_setup_policy(&bare.setup), .stretch = 1};
    struct lt_binding other = {.batch = 3, .precision = binding.precision, .stretch = 2};
    enum lt_status status = lt_walk(&bare, &binding, w->arena, NULL, &w->walked);
    return status ? status : lt_walk(&bare, &other, w->arena, NULL, &w->other);
}

enum lt_status keras_write_document(struct keras_writer *w, const struct lt_tree **out)
{
    const struct lt_document *document = w->document;
    w->calls = lt_alloc_array(w->arena, document->layer_count + 1u, sizeof *w->calls);
    w->object = lt_alloc_array(w->arena, document->layer_count + 1u, sizeof *w->object);
    enum lt_status status = w->calls && w->object ? walk_twice(w) : LT_NO_MEMORY;
    if (status)
        return status;
    struct lt_tree *root = write_model(w, &document->graph, LT_NO_LAYER, document->sequential, NULL, NULL);
    struct lt_tree *compile = root ? keras_write_compile(w->arena, document) : NULL;
    if (compile)
        lt_tree_attach(root, "compile_config", compile);
    *out = root;
    return w->arena->failed ? LT_NO_MEMORY : LT_OK;
}

enum lt_status lt_keras_tree(struct lt_arena *arena, const struct lt_document *document, struct lt_problems *problems,
                             const struct lt_tree **out)
{
    struct keras_writer w = {.arena = arena, .document = document, .problems = problems};
    return keras_write_document(&w, out);
}
