#include "core/formats/keras.h"

#include "core/base/text.h"
#include "core/formats/hub.h"
#include "core/formats/keras_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- problems ----------------------------------------------------------------------------------------------------- */

const char *keras_safe(struct keras_reader *reader, const char *text)
{
    const char *safe = lt_safe_text(reader->scratch, text);
    return safe ? safe : "?";
}

/* The path costs a walk over the siblings: only for problems that will be listed. */
void keras_problem(struct keras_reader *reader, enum lt_severity severity, const struct lt_tree *tree, const char *hint,
                   const char *format, ...)
{
    bool listed = reader->problems->total[severity] < LT_PROBLEM_LIMIT;
    struct lt_place place = {.file = reader->file};
    if (listed && tree)
        place = lt_tree_place(reader->scratch, reader->file, tree);
    va_list args;
    va_start(args, format);
    char *message = listed ? lt_vformat(reader->scratch, format, args) : NULL;
    va_end(args);
    lt_problem_add(reader->problems, severity, place, hint, "%s", message ? message : lt_status_name(LT_NO_MEMORY));
}

/* --- objects ------------------------------------------------------------------------------------------------------ */

bool keras_is_object(const struct lt_tree *tree)
{
    return lt_tree_text(lt_tree_get(tree, "class_name"), NULL) != NULL;
}

const char *keras_layer_name(const struct lt_tree *tree)
{
    const char *name = lt_tree_text(lt_tree_get(tree, "name"), NULL);
    const struct lt_tree *config = lt_tree_get(tree, "config");
    if (!name && config && config->type == LT_TREE_MAP)
        name = lt_tree_text(lt_tree_get(config, "name"), NULL);
    return name ? name : lt_tree_text(lt_tree_get(tree, "class_name"), "layer");
}

bool keras_shape(const struct lt_tree *tree, struct lt_shape *shape)
{
    if (tree && tree->type == LT_TREE_MAP) /* TensorShape, __tuple__ */
        tree = lt_tree_get(tree, "items");
    if (!tree || tree->type != LT_TREE_LIST || tree->count > LT_MAX_RANK)
        return false;
    *shape = (struct lt_shape){.rank = (int8_t)tree->count};
    int axis = 0;
    for (const struct lt_tree *dim = tree->child; dim; dim = dim->next) {
        int64_t size = lt_tree_int(dim, dim->type == LT_TREE_NULL ? -1 : -2);
        if (size < -1)
            return false;
        shape->dim[axis++] = size < 0 ? LT_NO_DIM : size;
    }
    return true;
}

/* build_config: {input_shape}, or {shapes_dict: {query_shape, ...}}; of several inputs the first. */
static const struct lt_shape *build_shape(struct keras_reader *reader, const struct lt_tree *object)
{
    const struct lt_tree *build = lt_tree_get(object, "build_config");
    const struct lt_tree *tree = lt_tree_get(build, "input_shape");
    const struct lt_tree *several = lt_tree_get(build, "shapes_dict");
    if (!tree && several && several->type == LT_TREE_MAP)
        tree = several->child;
    while (tree && tree->type == LT_TREE_LIST && tree->child && tree->child->type == LT_TREE_LIST)
        tree = tree->child;
    struct lt_shape shape, *copy;
    if (!keras_shape(tree, &shape) || !(copy = lt_alloc(reader->arena, sizeof *copy)))
        return NULL;
    *copy = shape;
    return copy;
}

enum form { FORM_LAYER, FORM_SEQUENTIAL, FORM_FUNCTIONAL };

static bool have_calls(const struct lt_tree *layers)
{
    for (const struct lt_tree *layer = layers->child; layer; layer = layer->next)
        if (layer->type == LT_TREE_MAP && lt_tree_get(layer, "inbound_nodes"))
            return true;
    return false;
}

/* A subclass of Model without a configuration of its own writes that of a Functional or Sequential model under its own
 * name: the content tells. */
static enum form form_of(const struct lt_tree *object)
{
    const char *class = lt_tree_text(lt_tree_get(object, "class_name"), "");
    const struct lt_tree *config = lt_tree_get(object, "config");
    const struct lt_tree *layers = config && config->type == LT_TREE_LIST ? config : lt_tree_get(config, "layers");
    if (!layers || layers->type != LT_TREE_LIST)
        return FORM_LAYER;
    if (strcmp(class, "Sequential") == 0)
        return FORM_SEQUENTIAL;
    if (config == layers)
        return FORM_LAYER;
    if (strcmp(class, "Functional") == 0 || strcmp(class, "Model") == 0 || lt_tree_get(config, "input_layers"))
        return FORM_FUNCTIONAL;
    if (lt_tree_get(config, "build_input_shape"))
        return FORM_SEQUENTIAL;
    return have_calls(layers) ? FORM_FUNCTIONAL : FORM_LAYER;
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whether the class is KerasHub's, which was KerasNLP. */
static bool is_hub(const struct lt_tree *object)
{
    const char *module = lt_tree_text(lt_tree_get(object, "module"), "");
    const char *registered = lt_tree_text(lt_tree_get(object, "registered_name"), module);
    return begins_with(registered, "keras_hub") || begins_with(registered, "keras_nlp");
}

/* Whether Keras itself or KerasHub registered the class: not Custom>Name, not a module of the user's. */
static bool is_own(const struct lt_tree *object)
{
    const char *module = lt_tree_text(lt_tree_get(object, "module"), NULL);
    const char *registered = lt_tree_text(lt_tree_get(object, "registered_name"), "");
    if (is_hub(object))
        return true;
    if (strchr(registered, '>'))
        return begins_with(registered, "keras>");
    return !module || strcmp(module, "keras") == 0 || begins_with(module, "keras.") ||
           begins_with(module, "tf_keras") || begins_with(module, "tensorflow.") || strcmp(module, "builtins") == 0;
}

/* Whether only hyper-parameters stand for the layers of a model. */
static bool is_recipe(const struct lt_tree *object)
{
    return keras_is_object(object) && is_hub(object) && form_of(object) == FORM_LAYER &&
           lt_hub_knows(lt_tree_text(lt_tree_get(object, "class_name"), ""));
}

/* The layers that such a model builds; any other object as it is. */
static const struct lt_tree *with_layers(struct keras_reader *reader, const struct lt_tree *object)
{
    const char *problem = NULL;
    if (!is_recipe(object))
        return object;
    const struct lt_tree *model = lt_hub_model(reader->scratch, lt_tree_text(lt_tree_get(object, "class_name"), ""),
                                               keras_layer_name(object), lt_tree_get(object, "config"), &problem);
    if (problem)
        keras_problem(reader, LT_ERROR, object, NULL, "%s", keras_safe(reader, problem));
    return model ? model : object;
}

/* Package>Name of a class that was registered, else the module that it is found in. */
static const char *registered_name(const struct lt_tree *object)
{
    const char *registered = lt_tree_text(lt_tree_get(object, "registered_name"), NULL);
    const char *module = lt_tree_text(lt_tree_get(object, "module"), NULL);
    return registered && (strchr(registered, '>') || !module) ? registered : module;
}

static const struct lt_kind *kind_of(const struct lt_tree *object, int generation)
{
    if (form_of(object) != FORM_LAYER)
        return &lt_kind_model;
    if (!is_own(object))
        return &lt_kind_unknown;
    struct keras_class class = keras_modern_class(object, generation);
    const struct lt_kind *kind = lt_kind_find(class.module, class.name);
    return kind && kind != &lt_kind_model ? kind : &lt_kind_unknown;
}

/* As the user describes the class, if at all. */
static const struct lt_kind *described(struct keras_reader *reader, const struct lt_tree *object)
{
    const struct lt_kind *kind =
        lt_layer_files_kind(reader->document, reader->layers, lt_tree_text(lt_tree_get(object, "class_name"), ""),
                            registered_name(object), reader->problems);
    return kind ? kind : &lt_kind_unknown;
}

static bool within_limits(struct keras_reader *reader, const struct lt_tree *tree)
{
    if (reader->too_large)
        return false;
    if (reader->document->layer_count >= KERAS_MAX_LAYERS)
        keras_problem(reader, LT_ERROR, tree, NULL, "the model has more than 65,536 layers");
    else if (reader->depth >= KERAS_MAX_DEPTH)
        keras_problem(reader, LT_ERROR, tree, NULL, "layers are nested more than 64 deep");
    else
        return true;
    reader->too_large = true;
    return false;
}

static void read_model(struct keras_reader *reader, uint32_t layer, const struct lt_tree *object)
{
    struct lt_graph *inner = lt_alloc(reader->arena, sizeof *inner);
    if (!inner)
        return;
    bool sequential = form_of(object) == FORM_SEQUENTIAL;
    reader->document->layer[layer].sequential = sequential;
    if (sequential)
        keras_read_sequential(reader, object, layer, inner);
    else
        keras_read_functional(reader, lt_tree_get(object, "config"), layer, inner);
    reader->document->layer[layer].inner = inner;
}

uint32_t keras_read_layer(struct keras_reader *reader, const struct lt_tree *tree, uint32_t parent)
{
    if (!keras_is_object(tree)) {
        keras_problem(reader, LT_ERROR, tree, "a layer is {class_name, config}", "this is no layer");
        return LT_NO_LAYER;
    }
    if (!within_limits(reader, tree))
        return LT_NO_LAYER;
    const char *class = lt_tree_text(lt_tree_get(tree, "class_name"), "");
    tree = with_layers(reader, tree);
    const struct lt_kind *kind = kind_of(tree, reader->generation);
    if (kind == &lt_kind_unknown)
        kind = described(reader, tree);
    uint32_t index = lt_document_add_layer(reader->document, kind, class, keras_layer_name(tree));
    if (index == LT_NO_LAYER)
        return LT_NO_LAYER;
    struct lt_layer *layer = &reader->document->layer[index];
    layer->parent = parent;
    layer->build_shape = build_shape(reader, tree);
    if (!is_own(tree) || kind->family == LT_FAMILY_UNKNOWN)
        layer->registered = lt_strdup(reader->arena, registered_name(tree));
    if (kind == &lt_kind_unknown)
        keras_problem(reader, LT_WARNING, tree, "its shapes are taken from the file where it states them",
                      "the layer class %s is not known: its parameters and its work are not counted",
                      keras_safe(reader, class));
    reader->depth++;
    keras_read_config(reader, index, tree);
    if (kind == &lt_kind_model)
        read_model(reader, index, tree);
    reader->depth--;
    return index;
}

uint32_t keras_add_implied(struct keras_reader *reader, const struct lt_kind *kind, const char *name, uint32_t parent)
{
    uint32_t index = lt_document_add_layer(reader->document, kind, NULL, name);
    if (index == LT_NO_LAYER)
        return LT_NO_LAYER;
    reader->document->layer[index].parent = parent;
    reader->document->layer[index].implied = true;
    return index;
}

void keras_set_input(struct keras_reader *reader, uint32_t layer, const struct lt_shape *shape, const char *dtype)
{
    const struct lt_layer *input = &reader->document->layer[layer];
    int field = lt_field_find(input->kind->config, input->kind->config_count, "batch_shape");
    int format = lt_field_find(input->kind->config, input->kind->config_count, "dtype");
    int64_t *dim = shape ? lt_alloc_array(reader->arena, LT_MAX_RANK, sizeof *dim) : NULL;
    if (dim && field >= 0) {
        memcpy(dim, shape->dim, sizeof shape->dim);
        input->config[field] =
            (struct lt_value){.type = LT_VALUE_INTS, .given = true, .count = (uint32_t)shape->rank, .ints = dim};
    }
    if (dtype && format >= 0 && lt_dtype_find(dtype) != LT_DTYPE_COUNT)
        input->config[format] =
            (struct lt_value){.type = LT_VALUE_TEXT, .given = true, .text = lt_dtypes[lt_dtype_find(dtype)].name};
}

/* --- which Keras wrote it --------------------------------------------------------------------------------------- */

/* The first figure of 2.4.0, 2.2.4-tf, keras v2.4.0; TF.js writes its own version over Keras 2's form. 0: not said. */
static int generation_said(const char *version)
{
    if (!version || begins_with(version, "tfjs"))
        return version ? 2 : 0;
    while (*version && !isdigit((unsigned char)*version))
        version++;
    int said = atoi(version);
    return said > 3 ? 3 : said;
}

/* By the form of the calls, else by what only one generation writes. */
static int generation_seen(const struct lt_tree *model)
{
    const struct lt_tree *config = lt_tree_get(model, "config");
    const struct lt_tree *layers = config && config->type == LT_TREE_LIST ? config : lt_tree_get(config, "layers");
    bool old_input = false;
    for (const struct lt_tree *layer = layers ? layers->child : NULL; layer; layer = layer->next) {
        const struct lt_tree *call = lt_tree_at(lt_tree_get(layer, "inbound_nodes"), 0);
        if (lt_tree_get(call, "args"))
            return 3;
        if (lt_tree_at(call, 0))
            return lt_tree_at(lt_tree_at(call, 0), 3) || lt_tree_get(layer, "module") ? 2 : 1;
        old_input = old_input || lt_tree_get(lt_tree_get(layer, "config"), "batch_input_shape");
    }
    if (lt_tree_get(model, "module"))
        return old_input ? 2 : 3;
    return 1; /* the oldest reads the newer ones too */
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

bool lt_keras_is(const struct lt_tree *tree)
{
    return keras_is_object(tree) || lt_tree_get(tree, "modelTopology") || lt_tree_get(tree, "model_config") ||
           lt_tree_get(tree, "weightsManifest");
}

/* The largest model among the values of a custom class's configuration; *others counts the rest. */
static const struct lt_tree *model_within(const struct lt_tree *tree, uint32_t *others)
{
    if (form_of(tree) != FORM_LAYER || is_recipe(tree))
        return tree;
    const struct lt_tree *best = NULL;
    for (const struct lt_tree *child = tree->child; child; child = child->next) {
        const struct lt_tree *found = model_within(child, others);
        const struct lt_tree *layers = lt_tree_get(lt_tree_get(found, "config"), "layers");
        const struct lt_tree *most = lt_tree_get(lt_tree_get(best, "config"), "layers");
        *others += found && best;
        if (found && (!best || (layers && most && layers->count > most->count)))
            best = found;
    }
    return best;
}

/* The object of the model in what the file holds, or NULL and a problem. */
static const struct lt_tree *find_model(struct keras_reader *reader, const struct lt_tree *object)
{
    if (!keras_is_object(object)) {
        bool weights = object && (lt_tree_get(object->parent ? object->parent : object, "weightsManifest") ||
                                  lt_tree_get(object, "weightsManifest"));
        keras_problem(reader, LT_ERROR, object,
                      "the output of model.to_json(), the config.json of a .keras file, or TF.js's model.json",
                      weights ? "this holds weights but no layers" : "this is no description of a Keras model");
        return NULL;
    }
    object = with_layers(reader, object);
    if (form_of(object) != FORM_LAYER)
        return object;
    uint32_t others = 0;
    const char *class = keras_safe(reader, lt_tree_text(lt_tree_get(object, "class_name"), ""));
    const struct lt_tree *model =
        lt_tree_get(object, "config") ? model_within(lt_tree_get(object, "config"), &others) : NULL;
    if (model)
        keras_problem(reader, LT_WARNING, object, NULL,
                      "%s is a class of its own, whose code is not in the file: what is shown is the model %s in it%s",
                      class, keras_safe(reader, keras_layer_name(model)), others ? ", the largest of several" : "");
    else
        keras_problem(reader, LT_ERROR, object,
                      "save it as a Functional or Sequential model, whose layers are in the file",
                      "%s is described by its own settings alone: the file does not hold its layers", class);
    return model ? with_layers(reader, model) : NULL;
}

/* A fixed batch in the first input is the batch the model runs with. */
static void take_batch(struct keras_reader *reader)
{
    const struct lt_document *document = reader->document;
    const struct lt_field *field = &lt_setup_fields[LT_SET_BATCH];
    if (!document->graph.in_count)
        return;
    const struct lt_layer *input = &document->layer[document->graph.node[document->graph.in[0].node].layer];
    int shape = lt_field_find(input->kind->config, input->kind->config_count, "batch_shape");
    const struct lt_value *value = shape < 0 ? NULL : &input->config[shape];
    if (!value || value->type != LT_VALUE_INTS || !value->count || value->ints[0] == LT_NO_DIM ||
        (double)value->ints[0] < field->low || (double)value->ints[0] > field->high)
        return;
    reader->document->setup.value[LT_SET_BATCH] =
        (struct lt_value){.type = LT_VALUE_INT, .given = true, .integer = value->ints[0]};
}

/* compile_config and training_config have a key of their own; Keras 1.0 wrote its few keys at the root. */
static void take_compile(struct keras_reader *reader, const struct lt_tree *root, const struct lt_tree *object)
{
    static const char *const KEYS[] = {"optimizer", "loss", "loss_weights", "metrics", "sample_weight_mode"};
    const struct lt_tree *compile = lt_tree_get(object, "compile_config");
    const struct lt_tree *topology = lt_tree_get(root, "modelTopology");
    if (!compile)
        compile = lt_tree_get(topology ? topology : root, "training_config");
    if (!compile && lt_tree_get(object, "optimizer")) {
        struct lt_tree *map = lt_tree_new(reader->scratch, LT_TREE_MAP, NULL, NULL);
        for (size_t i = 0; map && i < sizeof KEYS / sizeof *KEYS; i++)
            if (lt_tree_get(object, KEYS[i]))
                lt_tree_copy(reader->scratch, lt_tree_get(object, KEYS[i]), map, KEYS[i]);
        compile = map;
    }
    keras_read_compile(reader, compile);
}

static void take_origin(struct keras_reader *reader, const char *version, const char *backend)
{
    struct lt_document *document = reader->document;
    document->origin.file = lt_strdup(reader->arena, reader->file);
    document->origin.format = LT_FORMAT_KERAS_JSON;
    document->origin.writer = lt_strdup(reader->arena, version);
    document->origin.backend = lt_strdup(reader->arena, backend);
    keras_choose(reader, LT_SET_KERAS, reader->generation < 3 ? "2" : "3");
    bool other = backend && (strcmp(backend, "jax") == 0 || strcmp(backend, "torch") == 0);
    if (!keras_choose(reader, LT_SET_FRAMEWORK, backend) && other)
        keras_problem(reader, LT_NOTE, NULL, NULL, "the model was written on %s; the figures are those of %s", backend,
                      lt_setup_text(&document->setup, LT_SET_FRAMEWORK));
}

static const struct lt_tree *said(const struct lt_tree *root, const struct lt_tree *topology, const char *key)
{
    const struct lt_tree *found = lt_tree_get(root, key);
    return found ? found : lt_tree_get(topology, key);
}

enum lt_status keras_fill(struct keras_reader *reader, const struct lt_tree *root, const char *version)
{
    struct lt_document *document = reader->document;
    const struct lt_tree *topology = lt_tree_get(root, "modelTopology");
    const struct lt_tree *object = topology ? topology : root;
    if (lt_tree_get(object, "model_config"))
        object = lt_tree_get(object, "model_config");
    const struct lt_tree *model = find_model(reader, object);
    if (!model)
        return reader->scratch->failed ? LT_NO_MEMORY : LT_UNSUPPORTED;
    if (!version)
        version = lt_tree_text(said(root, topology, "keras_version"), NULL);
    int generation = generation_said(version ? version : lt_tree_text(lt_tree_get(root, "generatedBy"), NULL));
    reader->generation = generation ? generation : generation_seen(model);
    take_origin(reader, version, lt_tree_text(said(root, topology, "backend"), NULL));
    document->name = lt_strdup(reader->arena, keras_layer_name(model));
    document->sequential = form_of(model) == FORM_SEQUENTIAL;
    if (document->sequential)
        keras_read_sequential(reader, model, LT_NO_LAYER, &document->graph);
    else
        keras_read_functional(reader, lt_tree_get(model, "config"), LT_NO_LAYER, &document->graph);
    if (reader->arena->failed || reader->scratch->failed)
        return LT_NO_MEMORY;
    if (reader->too_large)
        return LT_TOO_LARGE;
    if (!document->graph.node_count) {
        keras_problem(reader, LT_ERROR, model, NULL, "the model has no layers that could be read");
        return LT_INVALID;
    }
    take_batch(reader);
    keras_settle_precision(reader);
    take_compile(reader, root, object);
    return reader->arena->failed || reader->scratch->failed ? LT_NO_MEMORY : LT_OK;
}

struct lt_document *lt_keras_read_archive(const char *file, const struct lt_tree *tree, const struct lt_tree *metadata,
                                          const struct lt_layer_files *layers, struct lt_problems *problems)
{
    struct lt_arena scratch = LT_ARENA_INIT;
    struct lt_document *document = lt_document_new();
    enum lt_status status = LT_NO_MEMORY;
    if (document) {
        struct keras_reader reader = {
            .file = file,
            .problems = problems,
            .document = document,
            .arena = document->arena,
            .scratch = &scratch,
            .layers = layers,
        };
        status = keras_fill(&reader, tree, lt_tree_text(lt_tree_get(metadata, "keras_version"), NULL));
    }
    if (status == LT_NO_MEMORY)
        lt_problem_add(problems, LT_ERROR, (struct lt_place){.file = file}, NULL, "%s", lt_status_name(status));
    if (status != LT_OK) {
        lt_document_free(document);
        document = NULL;
    }
    lt_arena_free(&scratch);
    return document;
}

struct lt_document *lt_keras_read(const char *file, const struct lt_tree *tree, struct lt_problems *problems)
{
    return lt_keras_read_archive(file, tree, NULL, NULL, problems);
}
