/* A document as a Python program: a function that builds the model, one that compiles it and one that trains it. */
#include "core/formats/python_write.h"

#include <string.h>

#include "core/base/text.h"
#include "core/formats/keras.h"
#include "core/formats/keras_reader.h"
#include "core/model/activation.h"
#include "core/model/loss.h"
#include "core/model/policy.h"

/* --- names -------------------------------------------------------------------------------------------------------- */

static uint32_t *slot_of(const struct python_names *names, const char *name)
{
    uint32_t i = lt_hash_text(name) & names->slot_mask;
    while (names->slot[i] && strcmp(names->name[names->slot[i] - 1], name) != 0)
        i = (i + 1) & names->slot_mask;
    return &names->slot[i];
}

static bool grow(struct python *p, struct python_names *names)
{
    uint32_t capacity = names->capacity ? names->capacity * 2 : 32;
    names->name = lt_grow(p->arena, names->name, names->count, capacity, sizeof *names->name);
    names->uses = lt_grow(p->arena, names->uses, names->count, capacity, sizeof *names->uses);
    names->slot = lt_alloc_array(p->arena, capacity * 2u, sizeof *names->slot);
    if (!names->name || !names->uses || !names->slot)
        return false;
    names->capacity = capacity;
    names->slot_mask = capacity * 2 - 1;
    for (uint32_t i = 0; i < names->count; i++)
        *slot_of(names, names->name[i]) = i + 1;
    return true;
}

uint32_t python_uses(const struct python_names *names, const char *name)
{
    uint32_t slot = names->slot ? *slot_of(names, name) : 0;
    return slot ? names->uses[slot - 1] : 0;
}

uint32_t python_count(struct python *p, struct python_names *names, const char *name)
{
    if (!name || p->arena->failed || (names->count == names->capacity && !grow(p, names)))
        return 0;
    uint32_t *slot = slot_of(names, name);
    if (!*slot) {
        names->name[names->count] = name;
        *slot = ++names->count;
    }
    return names->uses[*slot - 1]++;
}

/* Python's own words, and functions that a program should not hide. */
static bool is_keyword(const char *name)
{
    static const char *const words[] = {
        "False",    "None",   "True",   "and",  "as",     "assert",   "async",   "await", "break", "class",
        "continue", "def",    "del",    "elif", "else",   "except",   "finally", "for",   "from",  "global",
        "if",       "import", "in",     "is",   "lambda", "nonlocal", "not",     "or",    "pass",  "raise",
        "return",   "try",    "while",  "with", "yield",  "abs",      "all",     "any",   "bool",  "dict",
        "filter",   "float",  "format", "hash", "id",     "input",    "int",     "iter",  "len",   "list",
        "map",      "max",    "min",    "next", "object", "open",     "pow",     "range", "repr",  "round",
        "set",      "slice",  "sorted", "str",  "sum",    "tuple",    "type",    "vars",  "zip"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *python_word(struct python *p, const char *name)
{
    char *word = lt_strdup(p->arena, *name ? name : "_");
    bool begins = true;
    for (char *c = word; c && *c; c++) {
        const bool dot = *c == '.' && !begins && is_letter(c[1]);
        if (!dot && !is_letter(*c) && (begins || !is_digit(*c)))
            *c = '_';
        begins = dot;
    }
    return word ? word : "_";
}

const char *python_identifier(struct python *p, struct python_names *names, const char *name)
{
    const bool digit = is_digit(*name);
    char *base = lt_format(p->arena, "%s%s", digit || !*name ? "layer_" : "", name);
    if (!base)
        return "x";
    for (char *c = base; *c; c++)
        if (!is_letter(*c) && !is_digit(*c))
            *c = '_';
    if (is_keyword(base))
        base = lt_format(p->arena, "%s_", base);
    const char *free_name = base;
    for (uint32_t i = 2; free_name && python_uses(names, free_name); i++)
        free_name = lt_format(p->arena, "%s_%u", base, i);
    python_count(p, names, free_name);
    return free_name ? free_name : "x";
}

/* --- statements --------------------------------------------------------------------------------------------------- */

void python_argument(struct python *p, struct python_arguments *arguments, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = lt_vformat(p->arena, format, args);
    va_end(args);
    if (arguments->count == arguments->capacity) {
        uint32_t capacity = arguments->capacity ? arguments->capacity * 2 : 8;
        const char **larger = lt_grow(p->arena, arguments->item, arguments->count, capacity, sizeof *larger);
        if (!larger)
            return;
        arguments->item = larger;
        arguments->capacity = capacity;
    }
    arguments->item[arguments->count++] = text ? text : "None";
}

static bool is_open(char c)
{
    return c == '(' || c == '[' || c == '{';
}

/* What stands before the first of `ends` outside of strings and inner brackets; its length. */
static size_t up_to(const char *text, const char *ends)
{
    int depth = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '"') {
            for (c++; *c && *c != '"'; c++)
                c += *c == '\\' && c[1];
            if (!*c)
                return (size_t)(c - text);
        } else if (depth == 0 && strchr(ends, *c)) {
            return (size_t)(c - text);
        } else if (is_open(*c)) {
            depth++;
        } else if (strchr(")]}", *c)) {
            depth--;
        }
    }
    return strlen(text);
}

/* An expression with `more` columns to come behind it: on one line, or what is in its first brackets on lines of their
 * own. */
static void put_expression(struct lt_buffer *out, size_t indent, const char *text, size_t length, size_t more)
{
    size_t head = up_to(text, "([{"), inner = head + 1;
    if (indent + length + more <= PYTHON_WIDTH || inner >= length || strchr(")]}", text[inner])) {
        lt_buffer_add(out, text, length);
        return;
    }
    lt_buffer_add(out, text, inner);
    lt_buffer_puts(out, "\n");
    const size_t content = up_to(text + inner, ")]}");
    if (indent + 4 + content <= PYTHON_WIDTH) {
        lt_buffer_repeat(out, ' ', indent + 4);
        lt_buffer_add(out, text + inner, content);
        lt_buffer_puts(out, "\n");
    }
    for (size_t at = inner; indent + 4 + content > PYTHON_WIDTH && at < inner + content;) {
        size_t item = up_to(text + at, ",)]}");
        lt_buffer_repeat(out, ' ', indent + 4);
        put_expression(out, indent + 4, text + at, item, 1);
        lt_buffer_puts(out, ",\n");
        at += item;
        at += text[at] == ',' ? 1 : 0;
        at += text[at] == ' ' ? 1 : 0;
    }
    lt_buffer_repeat(out, ' ', indent);
    lt_buffer_add(out, text + inner + content, length - inner - content);
}

void python_statement(struct python *p, struct lt_buffer *out, int indent, const char *prefix,
                      const struct python_arguments *arguments, const char *suffix)
{
    struct lt_buffer line = {0};
    lt_buffer_printf(&line, "%s(", prefix ? prefix : "");
    for (uint32_t i = 0; i < arguments->count; i++)
        lt_buffer_printf(&line, "%s%s", i ? ", " : "", arguments->item[i]);
    lt_buffer_printf(&line, ")%s", suffix);
    lt_buffer_repeat(out, ' ', (size_t)indent);
    if (line.text)
        put_expression(out, (size_t)indent, line.text, line.length, 0);
    lt_buffer_puts(out, "\n");
    p->arena->failed = p->arena->failed || line.failed;
    lt_buffer_free(&line);
}

/* --- compiling ---------------------------------------------------------------------------------------------------- */

/* The loss that the set-up leaves to the output: what suits its activation. */
static const char *suited_loss(struct python *p, const struct lt_ref *output)
{
    const struct lt_document *document = p->keras->document;
    const struct lt_layer *layer = &document->layer[document->graph.node[output->node].layer];
    int field = lt_field_find(layer->kind->config, layer->kind->config_count, "activation");
    enum lt_op_kind op = LT_OP_ALIAS;
    if (field >= 0)
        op = lt_activation_op(&layer->config[field]);
    else if (strcmp(layer->kind->name, "Softmax") == 0 || strcmp(layer->kind->name, "Sigmoid") == 0)
        op = layer->kind->name[1] == 'o' ? LT_OP_SOFTMAX : LT_OP_SIGMOID;
    return python_text(p, lt_loss_suited(op)->name);
}

static const char *loss_of(struct python *p, const struct lt_tree *compile)
{
    const struct lt_graph *graph = &p->keras->document->graph;
    const struct lt_tree *loss = lt_tree_get(compile, "loss");
    const char *name = lt_setup_text(&p->keras->document->setup, LT_SET_LOSS);
    if (loss && loss->type != LT_TREE_NULL)
        return python_value(p, loss);
    if (name && strcmp(name, "auto") != 0)
        return python_text(p, name);
    const char *first = graph->out_count ? suited_loss(p, &graph->out[0]) : "None", *text = first;
    bool same = true;
    for (uint16_t i = 1; text && i < graph->out_count; i++) {
        const char *other = suited_loss(p, &graph->out[i]);
        same = same && strcmp(first, other) == 0;
        text = lt_format(p->arena, "%s, %s", text, other);
    }
    return same ? first : lt_format(p->arena, "[%s]", text ? text : "");
}

/* Keras itself puts the scaling of the loss around it where the policy asks for that. */
static const char *optimizer_of(struct python *p, const struct lt_tree *compile)
{
    const struct lt_tree *object = keras_unwrapped(lt_tree_get(compile, "optimizer"), NULL);
    if (!object)
        return python_text(p, lt_setup_text(&p->keras->document->setup, LT_SET_OPTIMIZER));
    const char *text = python_value(p, object);
    size_t length = strlen(text);
    const char *class = lt_tree_text(lt_tree_get(object, "class_name"), "Adam");
    if (length < 2 || strcmp(text + length - 2, "()") != 0)
        return text;
    const char *name = lt_setup_text(&p->keras->document->setup, LT_SET_OPTIMIZER);
    return python_text(p, name ? name : class);
}

static void write_compile(struct python *p, const struct lt_tree *compile, struct lt_buffer *out)
{
    struct python_arguments arguments = {0};
    static const char *const more[] = {"loss_weights", "metrics", "weighted_metrics"};
    python_argument(p, &arguments, "optimizer=%s", optimizer_of(p, compile));
    python_argument(p, &arguments, "loss=%s", loss_of(p, compile));
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        const struct lt_tree *tree = lt_tree_get(compile, more[i]);
        if (tree && tree->type != LT_TREE_NULL)
            python_argument(p, &arguments, "%s=%s", more[i], python_value(p, tree));
    }
    const char *execution = lt_setup_text(&p->keras->document->setup, LT_SET_EXECUTION);
    if (execution && strcmp(execution, "auto") != 0)
        python_argument(p, &arguments, "%s",
                        strcmp(execution, "eager") == 0      ? "run_eagerly=True"
                        : strcmp(execution, "compiled") == 0 ? "jit_compile=True"
                                                             : "jit_compile=False");
    const int64_t steps = lt_tree_int(lt_tree_get(compile, "steps_per_execution"), 1);
    if (steps > 1)
        python_argument(p, &arguments, "steps_per_execution=%lld", (long long)steps);
    lt_buffer_puts(out, "def compile_model(model):\n");
    python_statement(p, out, 4, "model.compile", &arguments, "");
    lt_buffer_puts(out, "\n\n");
}

/* --- running ------------------------------------------------------------------------------------------------------ */

/* What stands between the samples and the model where they are a tf.data.Dataset. */
static void write_pipeline(struct python *p, struct lt_buffer *out)
{
    const struct lt_setup *setup = &p->keras->document->setup;
    const char *cache = lt_setup_text(setup, LT_SET_CACHE);
    lt_buffer_puts(out, "def batches(samples):\n    \"\"\"From a tf.data.Dataset of single samples.\"\"\"\n");
    if (cache && strcmp(cache, "none") != 0)
        lt_buffer_printf(out, "    samples = samples.cache(%s)\n", strcmp(cache, "file") == 0 ? "\"cache\"" : "");
    if (lt_setup_int(setup, LT_SET_SHUFFLE) > 0)
        lt_buffer_printf(out, "    samples = samples.shuffle(%lld)\n", (long long)lt_setup_int(setup, LT_SET_SHUFFLE));
    lt_buffer_printf(out, "    return samples.batch(BATCH_SIZE).prefetch(%lld)\n\n\n",
                     (long long)lt_setup_int(setup, LT_SET_PREFETCH));
}

static void write_run(struct python *p, bool training, struct lt_buffer *out)
{
    const char *feed = lt_setup_text(&p->keras->document->setup, LT_SET_FEED);
    const bool arrays = !feed || strcmp(feed, "numpy") == 0, dataset = feed && strcmp(feed, "tf.data") == 0;
    if (dataset)
        write_pipeline(p, out);
    if (!training)
        lt_buffer_printf(out, "def predict(model, data):\n    return model.predict(data%s)\n\n\n",
                         arrays ? ", batch_size=BATCH_SIZE" : "");
    else if (arrays)
        lt_buffer_puts(out, "def train(model, x, y):\n    return model.fit(x, y, batch_size=BATCH_SIZE, epochs=EPOCHS)"
                            "\n\n\n");
    else
        lt_buffer_printf(out, "def train(model, data):\n%s    return model.fit(%s, epochs=EPOCHS)\n\n\n",
                         dataset ? "" : "    \"\"\"`data` yields batches of BATCH_SIZE samples.\"\"\"\n",
                         dataset ? "batches(data)" : "data");
}

/* --- the program -------------------------------------------------------------------------------------------------- */

static void write_head(struct python *p, bool training, struct lt_buffer *out)
{
    const struct lt_document *document = p->keras->document;
    const struct lt_setup *setup = &document->setup;
    const char *framework = lt_setup_text(setup, LT_SET_FRAMEWORK);
    const char *title = document->origin.title;
    const char *name = document->name && *document->name ? document->name : "model";
    if (!title || !*title)
        title = lt_format(p->arena, "Builds, compiles and trains %s.", name);
    lt_buffer_printf(out, "\"\"%s\"\"\n\n", python_text(p, title ? title : ""));
    bool backend = framework && strcmp(framework, "tensorflow") != 0;
    if (backend)
        lt_buffer_printf(out, "import os\n\nos.environ.setdefault(\"KERAS_BACKEND\", \"%s\")\n\n", framework);
    lt_buffer_puts(out, "import keras\n");
    if (p->uses_layers || p->uses_ops)
        lt_buffer_printf(out, "from keras import %s%s%s\n", p->uses_layers ? "layers" : "",
                         p->uses_layers && p->uses_ops ? ", " : "", p->uses_ops ? "ops" : "");
    for (uint32_t i = 0; i < p->imports.count; i++)
        lt_buffer_printf(out, "%s\n", p->imports.name[i]);
    lt_buffer_printf(out, "\nBATCH_SIZE = %lld\n", (long long)lt_setup_int(setup, LT_SET_BATCH));
    if (training)
        lt_buffer_printf(out, "EPOCHS = %lld\n", (long long)lt_setup_int(setup, LT_SET_EPOCHS));
    if (strcmp(p->policy, "float32") != 0)
        lt_buffer_printf(out, "\nkeras.config.set_dtype_policy(\"%s\")\n", p->policy);
    lt_buffer_puts(out, "\n\n");
}

static void write_program(struct python *p, const struct lt_tree *root, struct lt_buffer *out)
{
    static const char *const taken[] = {"keras",         "layers", "ops",     "os",      "keras_hub",
                                        "compile_model", "train",  "predict", "batches", "model"};
    const char *mode = lt_setup_text(&p->keras->document->setup, LT_SET_MODE);
    const bool training = !mode || strcmp(mode, "inference") != 0;
    const struct lt_tree *compile = lt_tree_get(root, "compile_config");
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        python_count(p, &p->globals, taken[i]);
    struct lt_buffer end = {0};
    python_model(p, root, LT_NO_LAYER, "model");
    if (training)
        write_compile(p, compile, &end);
    write_run(p, training, &end);
    write_head(p, training, out);
    lt_buffer_add(out, p->functions.text ? p->functions.text : "", p->functions.length);
    lt_buffer_add(out, end.text ? end.text : "", end.length);
    lt_buffer_printf(out, "if __name__ == \"__main__\":\n    model = build_model()\n%s    model.summary()\n",
                     training ? "    compile_model(model)\n" : "");
    out->failed = out->failed || end.failed || p->functions.failed;
    lt_buffer_free(&end);
    lt_buffer_free(&p->functions);
}

enum lt_status lt_keras_python(const struct lt_document *document, struct lt_buffer *out, struct lt_problems *problems)
{
    struct lt_arena arena = LT_ARENA_INIT;
    struct keras_writer keras = {.arena = &arena, .document = document, .problems = problems};
    const struct lt_policy *policy = lt_setup_policy(&document->setup);
    struct python p = {.keras = &keras, .arena = &arena, .policy = policy->tf32 ? "float32" : policy->name};
    const struct lt_tree *root = NULL;
    enum lt_status status = keras_write_document(&keras, &root);
    if (status == LT_OK)
        write_program(&p, root, out);
    if (status == LT_OK && (arena.failed || out->failed))
        status = LT_NO_MEMORY;
    lt_arena_free(&arena);
    return status;
}
