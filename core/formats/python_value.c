#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/text.h"
#include "core/formats/python_write.h"
#include "core/model/name.h"

/* --- text and numbers --------------------------------------------------------------------------------------------- */

const char *python_text(struct python *p, const char *text)
{
    struct lt_buffer out = {0};
    lt_buffer_puts(&out, "\"");
    while (*text) {
        const char *start = text;
        int32_t code = lt_utf8_next(&text);
        if (code == '"' || code == '\\')
            lt_buffer_printf(&out, "\\%c", (int)code);
        else if (code == '\n')
            lt_buffer_puts(&out, "\\n");
        else if (code >= 0 && lt_is_visible(code))
            lt_buffer_add(&out, start, (size_t)(text - start));
        else
            lt_buffer_printf(&out, "\\U%08x", code < 0 ? 0xFFFDu : (unsigned)code);
    }
    lt_buffer_puts(&out, "\"");
    const char *result = out.failed ? NULL : lt_strndup(p->arena, out.text, out.length);
    p->arena->failed = p->arena->failed || out.failed;
    lt_buffer_free(&out);
    return result ? result : "\"\"";
}

static const char *number(struct python *p, double value)
{
    char text[LT_DECIMAL_TEXT];
    if (isnan(value))
        return "float(\"nan\")";
    if (isinf(value))
        return value < 0 ? "-float(\"inf\")" : "float(\"inf\")";
    const char *result = lt_strdup(p->arena, lt_decimal_shown(text, value));
    return result ? result : "0.0";
}

static const char *join(struct python *p, const char *open, const struct python_arguments *items, const char *close)
{
    struct lt_buffer out = {0};
    lt_buffer_puts(&out, open);
    for (uint32_t i = 0; i < items->count; i++)
        lt_buffer_printf(&out, "%s%s", i ? ", " : "", items->item[i]);
    lt_buffer_puts(&out, close);
    const char *result = out.failed ? NULL : lt_strndup(p->arena, out.text, out.length);
    p->arena->failed = p->arena->failed || out.failed;
    lt_buffer_free(&out);
    return result ? result : "";
}

/* Shapes and sizes are tuples, other lists are lists. */
static const char *list(struct python *p, const struct lt_tree *tree)
{
    struct python_arguments items = {0};
    bool sizes = tree->count > 0;
    for (const struct lt_tree *child = tree->child; child; child = child->next) {
        sizes = sizes && (child->type == LT_TREE_INT || child->type == LT_TREE_NULL ||
                          (child->type == LT_TREE_LIST && child->child && child->child->type == LT_TREE_INT));
        python_argument(p, &items, "%s", python_value(p, child));
    }
    return join(p, sizes ? "(" : "[", &items, !sizes ? "]" : tree->count == 1 ? ",)" : ")");
}

/* --- objects ------------------------------------------------------------------------------------------------------ */

/* Arguments of Keras's objects that are no layers, with their defaults (3.15.1); class NULL: of any. */
static const struct {
    const char *class, *key, *initial;
} DEFAULTS[] = {
    {"RandomUniform", "minval", "-0.05"},
    {"RandomUniform", "maxval", "0.05"},
    {"RandomNormal", "mean", "0.0"},
    {"RandomNormal", "stddev", "0.05"},
    {"TruncatedNormal", "mean", "0.0"},
    {"TruncatedNormal", "stddev", "0.05"},
    {"Orthogonal", "gain", "1.0"},
    {"Identity", "gain", "1.0"},
    {"L1L2", "l1", "0.0"},
    {"L1L2", "l2", "0.0"},
    {"RMSprop", "epsilon", "1e-07"},
    {"Adadelta", "rho", "0.95"},
    {"Lion", "beta_2", "0.99"},
    {NULL, "rho", "0.9"},
    {NULL, "beta_1", "0.9"},
    {NULL, "beta_2", "0.999"},
    {NULL, "epsilon", "1e-07"},
    {NULL, "amsgrad", "False"},
    {NULL, "momentum", "0.0"},
    {NULL, "nesterov", "False"},
    {NULL, "centered", "False"},
    {NULL, "use_ema", "False"},
    {NULL, "ema_momentum", "0.99"},
    {NULL, "from_logits", "False"},
    {NULL, "axis", "-1"},
    {NULL, "reduction", "\"sum_over_batch_size\""},
    {NULL, "staircase", "False"},
    {NULL, "alpha", "0.0"},
    {NULL, "warmup_steps", "0"},
};

static bool is_object_default(const char *class, const struct lt_tree *argument, const char *text)
{
    if (argument->type == LT_TREE_NULL || strcmp(argument->key, "name") == 0)
        return true;
    for (size_t i = 0; i < sizeof DEFAULTS / sizeof *DEFAULTS; i++)
        if ((!DEFAULTS[i].class || strcmp(DEFAULTS[i].class, class) == 0) &&
            strcmp(DEFAULTS[i].key, argument->key) == 0)
            return strcmp(DEFAULTS[i].initial, text) == 0;
    return false;
}

static const char *text_of(const struct lt_tree *tree, const char *key)
{
    return lt_tree_text(lt_tree_get(tree, key), NULL);
}

/* What Python has its own words for. NULL: it is nothing of the kind. */
static const char *builtin(struct python *p, const char *class, const struct lt_tree *config)
{
    if (strcmp(class, "__tuple__") == 0) {
        const struct lt_tree *items = lt_tree_get(config, "items");
        return items ? list(p, items) : "()";
    }
    if (strcmp(class, "__ellipsis__") == 0)
        return "...";
    if (strcmp(class, "__slice__") == 0) {
        const struct lt_tree *start = lt_tree_get(config, "start"), *stop = lt_tree_get(config, "stop"),
                             *step = lt_tree_get(config, "step");
        const bool has_step = step && step->type != LT_TREE_NULL;
        return lt_format(p->arena, "%s:%s%s%s", start && start->type != LT_TREE_NULL ? python_value(p, start) : "",
                         stop && stop->type != LT_TREE_NULL ? python_value(p, stop) : "", has_step ? ":" : "",
                         has_step ? python_value(p, step) : "");
    }
    if (strcmp(class, "__tensor__") == 0 || strcmp(class, "__numpy__") == 0) {
        p->uses_ops = true;
        const struct lt_tree *value = lt_tree_get(config, "value");
        const char *dtype = text_of(config, "dtype");
        return lt_format(p->arena, "ops.array(%s, dtype=%s)", value ? python_value(p, value) : "0",
                         python_text(p, dtype ? dtype : "float32"));
    }
    return NULL;
}

/* A dtype policy by its name; one of quantization is named after its mode and its source. */
static const char *policy(struct python *p, const struct lt_tree *config)
{
    const char *name = text_of(config, "name"), *mode = text_of(config, "mode"),
               *source = text_of(config, "source_name");
    if (mode && source)
        name = lt_format(p->arena, "%s_from_%s", mode, source);
    return python_text(p, name ? name : "float32");
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Code as bytecode, or of a function of the user's: it cannot be written. */
static const char *function(struct python *p, const char *class)
{
    const char *name = python_identifier(p, &p->globals, "unknown_function");
    keras_write_problem(p->keras, LT_WARNING, LT_NO_LAYER, "write it where the program raises NotImplementedError",
                        "the model holds a function (%s) that is no text", python_word(p, class));
    lt_buffer_printf(&p->functions,
                     "def %s(*args):\n    raise NotImplementedError(\"the model file holds this function as bytecode\")"
                     "\n\n\n",
                     name);
    return name;
}

static const char *object(struct python *p, const struct lt_tree *tree, const char *class)
{
    const struct lt_tree *config = lt_tree_get(tree, "config");
    const char *module = text_of(tree, "module"), *word = builtin(p, class, config);
    if (word)
        return word;
    if (ends_with(class, "DTypePolicy"))
        return policy(p, config);
    if (config && config->type == LT_TREE_TEXT && (!module || strncmp(module, "builtins", 8) == 0))
        return python_text(p, config->text); /* a function of Keras, by its name */
    if (!config || config->type != LT_TREE_MAP || strcmp(class, "__lambda__") == 0)
        return function(p, class);
    if (module && (strcmp(module, "keras.layers") == 0 || strncmp(module, "keras_hub", 9) == 0))
        return python_layer(p, tree, true);
    struct python_arguments arguments = {0};
    for (const struct lt_tree *child = config->child; child; child = child->next) {
        const char *text = python_value(p, child);
        if (!is_object_default(class, child, text))
            python_argument(p, &arguments, "%s=%s", python_word(p, child->key), text);
    }
    bool initializer = !module || strcmp(module, "keras.initializers") == 0;
    if (initializer && !arguments.count)
        return python_text(p, lt_name_snake(p->arena, class));
    const char *word_of_class = python_word(p, class);
    if (module && strncmp(module, "keras.src", 9) != 0 && strncmp(module, "keras.", 6) == 0)
        return join(p, lt_format(p->arena, "%s.%s(", python_word(p, module), word_of_class), &arguments, ")");
    return join(p, lt_format(p->arena, "keras.%s.%s(", initializer ? "initializers" : "utils", word_of_class),
                &arguments, ")");
}

const char *python_value(struct python *p, const struct lt_tree *tree)
{
    struct python_arguments items = {0};
    const char *class;
    switch (tree->type) {
    case LT_TREE_NULL:
        return "None";
    case LT_TREE_BOOL:
        return tree->boolean ? "True" : "False";
    case LT_TREE_INT:
        class = lt_format(p->arena, "%lld", (long long)tree->integer);
        return class ? class : "0";
    case LT_TREE_FLOAT:
        return number(p, tree->number);
    case LT_TREE_TEXT:
        return python_text(p, tree->text);
    case LT_TREE_LIST:
        return list(p, tree);
    case LT_TREE_MAP:
        break;
    }
    class = text_of(tree, "class_name");
    if (class)
        return object(p, tree, class);
    for (const struct lt_tree *child = tree->child; child; child = child->next)
        python_argument(p, &items, "%s: %s", python_text(p, child->key), python_value(p, child));
    return join(p, "{", &items, "}");
}

/* --- defaults of layers ------------------------------------------------------------------------------------------- */

/* The one number that a list is made of, however deep; else the list. */
static const struct lt_tree *collapsed(const struct lt_tree *tree)
{
    if (tree->type != LT_TREE_LIST || !tree->child)
        return tree;
    const struct lt_tree *first = collapsed(tree->child);
    for (const struct lt_tree *child = tree->child; child; child = child->next)
        if (first->type != LT_TREE_INT || !lt_tree_equal(collapsed(child), first))
            return tree;
    return first;
}

/* Where one number stands for all axes. */
static bool takes_one_number(const char *key)
{
    static const char *const keys[] = {"kernel_size",   "strides", "pool_size", "padding",
                                       "dilation_rate", "size",    "cropping",  "output_size"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static bool is_number(const struct lt_tree *tree)
{
    return tree->type == LT_TREE_INT || tree->type == LT_TREE_FLOAT;
}

static bool is_equal(const struct lt_tree *a, const struct lt_tree *b)
{
    a = collapsed(a);
    b = collapsed(b);
    if (is_number(a) && is_number(b)) {
        double difference = lt_tree_number(a, 0) - lt_tree_number(b, 0);
        return !(difference < 0) && !(difference > 0);
    }
    return lt_tree_equal(a, b);
}

static const struct lt_kind *kind_of(const struct lt_tree *object)
{
    const char *class = text_of(object, "class_name"), *module = text_of(object, "module");
    return module && strncmp(module, "keras", 5) == 0 ? lt_kind_find(module, class) : NULL;
}

static bool is_default(struct python *p, const struct lt_kind *kind, const struct lt_tree *argument)
{
    int field = kind ? lt_field_find(kind->config, kind->config_count, argument->key) : -1;
    const char *initial = NULL;
    if (field >= 0) {
        if (keras_argument_required(kind, argument->key))
            return false;
        struct lt_value value = lt_field_default(&kind->config[field], p->arena);
        struct lt_tree *map = lt_tree_new(p->arena, LT_TREE_MAP, NULL, NULL);
        lt_field_write(&kind->config[field], &value, p->arena, map);
        return map && map->child && is_equal(argument, map->child);
    }
    if (argument->type == LT_TREE_NULL)
        return true;
    if (!kind || kind->family == LT_FAMILY_OPERATION || !keras_argument_known(kind, argument->key, &initial) ||
        !initial)
        return false;
    const char *text = python_value(p, argument);
    return strcmp(text, initial) == 0 || strcmp(text, python_text(p, initial)) == 0;
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

/* Arguments that are known by their place: the first of their class. */
static bool is_positional(const struct lt_kind *kind, const char *key)
{
    static const char *const keys[] = {"units",      "filters",   "kernel_size", "rate",         "input_dim",
                                       "output_dim", "pool_size", "num_heads",   "target_shape", "dims",
                                       "stddev",     "key_dim",   "layer",       "cell",         "cells"};
    if (!kind || kind->family == LT_FAMILY_OPERATION)
        return false;
    if (strcmp(kind->name, "Activation") == 0)
        return strcmp(key, "activation") == 0;
    if (strncmp(kind->name, "ZeroPadding", 11) == 0)
        return strcmp(key, "padding") == 0;
    if (strcmp(key, "kernel_size") == 0 && !strstr(kind->name, "Conv"))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return strncmp(kind->module, "keras.layers", 12) == 0;
    return false;
}

/* By place, by keyword, and what every layer takes. */
static int rank_of(const struct lt_kind *kind, const char *key)
{
    if (is_positional(kind, key))
        return 0;
    return strcmp(key, "trainable") == 0 || strcmp(key, "dtype") == 0 ? 2 : 1;
}

/* Keras names a layer after its class, and counts; true where that gives `name`. */
static bool is_automatic(struct python *p, const char *class, const char *name)
{
    const char *base = lt_name_snake(p->arena, class);
    uint32_t before = base ? python_uses(&p->automatic, base) : 0;
    const char *given = before ? lt_format(p->arena, "%s_%u", base, before) : base;
    if (!given || strcmp(given, name) != 0)
        return false;
    python_count(p, &p->automatic, base);
    return true;
}

void python_name(struct python *p, const char *class, const char *name, struct python_arguments *arguments)
{
    if (name && !is_automatic(p, class, name))
        python_argument(p, arguments, "name=%s", python_text(p, name));
}

/* The same but for the numbers by which Keras finds shared objects. */
static bool is_alike(const struct lt_tree *a, const struct lt_tree *b)
{
    if (a->type != LT_TREE_MAP || b->type != LT_TREE_MAP)
        return lt_tree_equal(a, b);
    if (a->count != b->count)
        return false;
    for (const struct lt_tree *child = a->child; child; child = child->next) {
        const struct lt_tree *other = lt_tree_get(b, child->key);
        if (!other || (strcmp(child->key, "shared_object_id") != 0 && !is_alike(child, other)))
            return false;
    }
    return true;
}

/* Bidirectional makes the backward layer itself where it is the forward one turned round. */
static bool is_mirrored(const struct lt_tree *forward, const struct lt_tree *backward)
{
    const struct lt_tree *a = lt_tree_get(forward, "config"), *b = lt_tree_get(backward, "config");
    if (!a || !b || a->count != b->count ||
        strcmp(lt_tree_text(lt_tree_get(forward, "class_name"), ""),
               lt_tree_text(lt_tree_get(backward, "class_name"), "-")) != 0)
        return false;
    for (const struct lt_tree *child = a->child; child; child = child->next) {
        const struct lt_tree *other = lt_tree_get(b, child->key);
        bool differs = strcmp(child->key, "name") == 0 || strcmp(child->key, "go_backwards") == 0;
        if (!other || (!differs && !is_alike(child, other)))
            return false;
    }
    return true;
}

static bool is_written(struct python *p, const struct lt_kind *kind, const struct lt_tree *config,
                       const struct lt_tree *argument)
{
    if (strcmp(argument->key, "name") == 0)
        return false;
    if (strcmp(argument->key, "dtype") == 0 && (!kind || kind->family != LT_FAMILY_OPERATION))
        return strcmp(python_value(p, argument), python_text(p, p->policy)) != 0;
    const struct lt_tree *pool = strcmp(argument->key, "strides") == 0 ? lt_tree_get(config, "pool_size") : NULL;
    if (pool && is_equal(pool, argument)) /* what null stands for */
        return false;
    if (strcmp(argument->key, "zero_output_for_mask") == 0) /* set by the wrapper, and no argument of the layers */
        return false;
    if (strcmp(argument->key, "backward_layer") == 0)
        return !is_mirrored(lt_tree_get(config, "layer"), argument);
    return !is_default(p, kind, argument);
}

void python_configuration(struct python *p, const struct lt_tree *object, bool name, struct python_arguments *arguments)
{
    const struct lt_kind *kind = kind_of(object);
    const struct lt_tree *config = lt_tree_get(object, "config");
    const char *class = text_of(object, "class_name"), *own = text_of(config, "name");
    const bool bidirectional = strcmp(class, "Bidirectional") == 0;
    for (int rank = 0; rank < 3; rank++)
        for (const struct lt_tree *child = config ? config->child : NULL; child; child = child->next) {
            if (rank_of(kind, child->key) != rank || (rank > 0 && !is_written(p, kind, config, child)))
                continue;
            const struct lt_tree *shown = takes_one_number(child->key) ? collapsed(child) : child;
            const char *text = bidirectional && child->type == LT_TREE_MAP && lt_tree_get(child, "class_name")
                                   ? python_layer(p, child, false)
                                   : python_value(p, shown);
            if (rank == 0)
                python_argument(p, arguments, "%s", text);
            else
                python_argument(p, arguments, "%s=%s", python_word(p, child->key), text);
        }
    if (name)
        python_name(p, class, own, arguments);
}

const char *python_class(struct python *p, const struct lt_tree *object)
{
    const char *named = text_of(object, "class_name"), *module = text_of(object, "module");
    const char *class = python_word(p, named), *identifier = python_word(p, lt_name_class(named));
    module = module ? python_word(p, module) : NULL;
    if (module && strcmp(module, "keras.layers") == 0) {
        p->uses_layers = true;
        return lt_format(p->arena, "layers.%s", class);
    }
    if (module && strncmp(module, "keras_hub", 9) == 0) {
        python_count(p, &p->imports, "import keras_hub");
        return lt_format(p->arena, "%s.%s", module, class);
    }
    python_count(p, &p->imports,
                 module ? lt_format(p->arena, "from %s import %s", module, identifier)
                        : lt_format(p->arena, "# %s is a class of your own: import it here", identifier));
    return identifier;
}

const char *python_layer(struct python *p, const struct lt_tree *object, bool name)
{
    struct python_arguments arguments = {0};
    const char *class = python_class(p, object);
    python_configuration(p, object, name, &arguments);
    return join(p, lt_format(p->arena, "%s(", class ? class : "layers.Layer"), &arguments, ")");
}
