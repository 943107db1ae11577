#include <string.h>

#include "core/formats/keras_reader.h"
#include "core/formats/keras_write.h"
#include "core/model/loss.h"
#include "core/model/optimizer.h"

/* --- what the file says ------------------------------------------------------------------------------------------- */

/* Whether every object in it is one of Keras 3's, which name their module. */
static bool is_modern(const struct lt_tree *tree)
{
    if (tree->type != LT_TREE_LIST && tree->type != LT_TREE_MAP)
        return true;
    if (lt_tree_get(tree, "class_name") && !lt_tree_get(tree, "module"))
        return false;
    for (const struct lt_tree *child = tree->child; child; child = child->next)
        if (!is_modern(child))
            return false;
    return true;
}

static const struct lt_tree *modern(const struct lt_tree *tree)
{
    return tree && is_modern(tree) ? tree : NULL;
}

static const struct lt_tree *file_optimizer(const struct lt_document *document)
{
    const struct lt_tree *compile = document->origin.compile, *optimizer = lt_tree_get(compile, "optimizer_config");
    return modern(optimizer ? optimizer : lt_tree_get(compile, "optimizer"));
}

/* The file's configuration of the optimizer that the set-up names; NULL: it names another one. */
static const struct lt_tree *file_options(const struct lt_document *document, const struct lt_optimizer *optimizer)
{
    const struct lt_tree *object = keras_unwrapped(file_optimizer(document), NULL);
    const char *class = lt_tree_text(lt_tree_get(object, "class_name"), NULL);
    return class && lt_optimizer_find(class) == optimizer ? lt_tree_get(object, "config") : NULL;
}

/* --- optimizer ---------------------------------------------------------------------------------------------------- */

static const struct lt_value *option_of(const struct lt_setup *setup, const char *name)
{
    for (uint16_t i = 0; i < setup->option_count; i++)
        if (strcmp(setup->option[i].name, name) == 0)
            return &setup->option[i].value;
    return NULL;
}

/* A schedule stands in the file as an object in place of the rate; of one that the user asks for only the fact is
 * known. */
static bool keeps_schedule(const struct lt_setup *setup, const struct lt_tree *option)
{
    const struct lt_value *schedule = option_of(setup, "learning_rate_schedule");
    return strcmp(option->key, "learning_rate") == 0 && option->type == LT_TREE_MAP && schedule && schedule->boolean &&
           !option_of(setup, "learning_rate");
}

/* What the set-up says of an optimizer that Keras says elsewhere: by a schedule object, by the class around it. */
static bool is_argument(const char *option)
{
    return strcmp(option, "learning_rate_schedule") != 0 && strcmp(option, "loss_scaling") != 0 &&
           strcmp(option, "legacy") != 0;
}

/* The file's options with the set-up's in their place, then those that only the set-up has. */
static void write_options(struct lt_arena *arena, const struct lt_document *document,
                          const struct lt_optimizer *optimizer, struct lt_tree *config)
{
    const struct lt_setup *setup = &document->setup;
    const struct lt_tree *file = file_options(document, optimizer);
    for (const struct lt_tree *option = file ? file->child : NULL; option; option = option->next) {
        const struct lt_value *value = option_of(setup, option->key);
        if (value && lt_optimizer_field(optimizer, option->key))
            lt_field_write(lt_optimizer_field(optimizer, option->key), value, arena, config);
        else if (option->type != LT_TREE_MAP || keeps_schedule(setup, option))
            lt_tree_copy(arena, option, config, option->key);
    }
    for (uint16_t i = 0; i < setup->option_count; i++) {
        const struct lt_field *field = lt_optimizer_field(optimizer, setup->option[i].name);
        if (field && is_argument(field->name) && !lt_tree_get(config, field->name))
            lt_field_write(field, &setup->option[i].value, arena, config);
    }
    const int64_t steps = lt_setup_int(setup, LT_SET_ACCUMULATE);
    if (steps > 1 && !option_of(setup, "gradient_accumulation_steps"))
        lt_tree_add_int(arena, config, "gradient_accumulation_steps", steps);
}

/* Keras scales the loss of a mixed_float16 model by an optimizer around the optimizer. */
static struct lt_tree *write_scaling(struct lt_arena *arena, const struct lt_document *document,
                                     struct lt_tree *compile)
{
    const struct lt_tree *file = file_optimizer(document), *inner = keras_unwrapped(file, NULL);
    struct lt_tree *config;
    keras_write_object(arena, compile, "optimizer", "keras.optimizers", "LossScaleOptimizer", NULL, &config);
    const struct lt_tree *options = file && file != inner ? lt_tree_get(file, "config") : NULL;
    for (const struct lt_tree *option = options ? options->child : NULL; option; option = option->next)
        if (strcmp(option->key, "inner_optimizer") != 0)
            lt_tree_copy(arena, option, config, option->key);
    return config;
}

static void write_optimizer(struct lt_arena *arena, const struct lt_document *document, struct lt_tree *compile)
{
    const struct lt_optimizer *optimizer = lt_optimizer_find(lt_setup_text(&document->setup, LT_SET_OPTIMIZER));
    struct lt_tree *config, *parent = compile;
    if (!optimizer)
        return;
    bool scaling = lt_optimizer_scales_loss(&document->setup, optimizer, lt_setup_policy(&document->setup));
    if (scaling)
        parent = write_scaling(arena, document, compile);
    keras_write_object(arena, parent, scaling ? "inner_optimizer" : "optimizer", "keras.optimizers",
                       optimizer->class_name, NULL, &config);
    write_options(arena, document, optimizer, config);
}

/* --- loss and the rest -------------------------------------------------------------------------------------------- */

/* The file's losses, if they are still those that the set-up names. */
static const struct lt_tree *file_loss(const struct lt_document *document)
{
    const struct lt_value *loss = &document->setup.value[LT_SET_LOSS];
    const struct lt_tree *tree = modern(lt_tree_get(document->origin.compile, "loss"));
    bool several = false;
    const char *name = tree ? keras_loss_name(tree, &several) : NULL;
    const struct lt_loss *known = name ? lt_loss_find(name) : NULL;
    return !loss->given || (known && loss->type == LT_VALUE_TEXT && strcmp(known->name, loss->text) == 0) ? tree : NULL;
}

static void write_loss(struct lt_arena *arena, const struct lt_document *document, struct lt_tree *compile)
{
    const struct lt_tree *file = file_loss(document);
    const char *name = lt_setup_text(&document->setup, LT_SET_LOSS);
    if (file)
        lt_tree_copy(arena, file, compile, "loss");
    else if (name && strcmp(name, "auto") != 0)
        lt_tree_add_text(arena, compile, "loss", name);
    else
        lt_tree_new(arena, LT_TREE_NULL, compile, "loss");
    const struct lt_tree *weights = file ? modern(lt_tree_get(document->origin.compile, "loss_weights")) : NULL;
    if (weights)
        lt_tree_copy(arena, weights, compile, "loss_weights");
}

/* How steps run, where the set-up asks for one way. */
static void write_execution(struct lt_arena *arena, const struct lt_document *document, struct lt_tree *compile)
{
    const struct lt_value *execution = &document->setup.value[LT_SET_EXECUTION];
    if (!execution->given || execution->type != LT_VALUE_TEXT || strcmp(execution->text, "auto") == 0)
        return;
    lt_tree_add_bool(arena, compile, "run_eagerly", strcmp(execution->text, "eager") == 0);
    lt_tree_add_bool(arena, compile, "jit_compile", strcmp(execution->text, "compiled") == 0);
}

struct lt_tree *keras_write_compile(struct lt_arena *arena, const struct lt_document *document)
{
    static const char *const kept[] = {"metrics", "weighted_metrics", "run_eagerly", "steps_per_execution",
                                       "jit_compile"};
    const struct lt_setup *setup = &document->setup;
    if (!document->origin.compile && !setup->value[LT_SET_OPTIMIZER].given && !setup->value[LT_SET_LOSS].given)
        return NULL;
    struct lt_tree *compile = lt_tree_new(arena, LT_TREE_MAP, NULL, NULL);
    write_optimizer(arena, document, compile);
    write_loss(arena, document, compile);
    write_execution(arena, document, compile);
    for (size_t i = 0; compile && i < sizeof kept / sizeof *kept; i++) {
        const struct lt_tree *tree = modern(lt_tree_get(document->origin.compile, kept[i]));
        if (tree && !lt_tree_get(compile, kept[i]))
            lt_tree_copy(arena, tree, compile, kept[i]);
    }
    return compile;
}
