#include "core/formats/keras_reader.h"

#include "core/model/loss.h"
#include "core/model/optimizer.h"

#include <string.h>

bool keras_choose(struct keras_reader *reader, enum lt_setup_field field, const char *text)
{
    const char *const *choice = lt_setup_fields[field].choices;
    while (text && choice && *choice && strcmp(*choice, text) != 0)
        choice++;
    if (!text || !choice || !*choice)
        return false;
    reader->document->setup.value[field] = (struct lt_value){.type = LT_VALUE_TEXT, .given = true, .text = *choice};
    return true;
}

/* The optimizer inside those that Keras puts around others; *scaled (may be NULL): a LossScaleOptimizer is among them.
 */
const struct lt_tree *keras_unwrapped(const struct lt_tree *optimizer, bool *scaled)
{
    for (int turn = 0; turn < 8; turn++) {
        const char *class = lt_tree_text(lt_tree_get(optimizer, "class_name"), "");
        const struct lt_tree *config = lt_tree_get(optimizer, "config");
        const struct lt_tree *inner = lt_tree_get(config, "inner_optimizer");
        bool scaling = strstr(class, "LossScaleOptimizer") != NULL;
        if (scaled)
            *scaled = *scaled || scaling;
        if (!inner && scaling)
            inner = lt_tree_get(config, "optimizer");
        if (!inner)
            break;
        optimizer = inner;
    }
    return optimizer;
}

/* Older names of options; a decay by the inverse of the time changes neither the state nor the work. */
static const struct {
    const char *old, *option;
} OPTION_RENAMES[] = {{"lr", "learning_rate"}};

static const char *option_name(const char *key)
{
    for (size_t i = 0; i < sizeof OPTION_RENAMES / sizeof *OPTION_RENAMES; i++)
        if (strcmp(OPTION_RENAMES[i].old, key) == 0)
            return OPTION_RENAMES[i].option;
    return key;
}

/* Null is every option's own default, and a schedule is an object in place of the learning rate. */
static void read_option(struct keras_reader *reader, const struct lt_optimizer *optimizer, const struct lt_tree *tree)
{
    struct lt_setup *setup = &reader->document->setup;
    const char *name = option_name(tree->key);
    const struct lt_field *field = lt_optimizer_field(optimizer, name);
    struct lt_value value = {0};
    if (field && strcmp(name, "learning_rate") == 0 && tree->type == LT_TREE_MAP) {
        field = lt_optimizer_field(optimizer, "learning_rate_schedule");
        value = (struct lt_value){.type = LT_VALUE_BOOL, .given = true, .boolean = true};
    } else if (!field || tree->type == LT_TREE_NULL ||
               lt_field_read(field, reader->arena, tree, &value, reader->file, reader->problems) != LT_OK) {
        return;
    }
    if (field)
        setup->option[setup->option_count++] = (struct lt_named){field->name, value};
}

static void switch_on(struct lt_setup *setup, const struct lt_optimizer *optimizer, const char *option)
{
    setup->option[setup->option_count++] = (struct lt_named){lt_optimizer_field(optimizer, option)->name,
                                                             {.type = LT_VALUE_BOOL, .given = true, .boolean = true}};
}

/* Those of tf.keras 2.11 to 2.15 say whether they compile; older ones, and those that were kept as legacy, do not. */
static bool is_legacy(const struct keras_reader *reader, const struct lt_tree *config)
{
    return reader->generation < 3 && config && !lt_tree_get(config, "jit_compile");
}

static void read_optimizer(struct keras_reader *reader, const struct lt_tree *tree)
{
    struct lt_setup *setup = &reader->document->setup;
    bool scaled = false;
    if (!tree || tree->type == LT_TREE_NULL)
        return;
    tree = keras_unwrapped(tree, &scaled);
    const char *class = lt_tree_text(tree, lt_tree_text(lt_tree_get(tree, "class_name"), NULL));
    const struct lt_optimizer *optimizer = lt_optimizer_find(class);
    if (!optimizer || !keras_choose(reader, LT_SET_OPTIMIZER, optimizer->name)) {
        keras_problem(reader, LT_NOTE, tree, "set optimizer to the one nearest to it",
                      "the optimizer %s is not known and was not taken over",
                      keras_safe(reader, class ? class : "here"));
        return;
    }
    const struct lt_tree *config = lt_tree_get(tree, "config");
    const struct lt_tree *excluded = lt_tree_get(config, "exclude_layers");
    if (excluded && excluded->count)
        keras_problem(reader, LT_NOTE, excluded, NULL,
                      "exclude_layers was not taken over: its matrices count as updated by %s, without a velocity",
                      optimizer->class_name);
    if (!config || config->type != LT_TREE_MAP || !config->count)
        return;
    enum { MADE = 2 }; /* options that no key stands for */
    uint32_t room = config->count < UINT16_MAX - MADE ? config->count : UINT16_MAX - MADE;
    setup->option = lt_alloc_array(reader->arena, room + MADE, sizeof *setup->option);
    if (setup->option && scaled)
        switch_on(setup, optimizer, "loss_scaling");
    if (setup->option && is_legacy(reader, config))
        switch_on(setup, optimizer, "legacy");
    for (const struct lt_tree *option = config->child; setup->option && option && room--; option = option->next)
        read_option(reader, optimizer, option);
}

/* Of a name, an object, or a function; of several losses the first. */
const char *keras_loss_name(const struct lt_tree *tree, bool *several)
{
    while (tree && (tree->type == LT_TREE_LIST || (tree->type == LT_TREE_MAP && !lt_tree_get(tree, "class_name")))) {
        *several = *several || tree->count > 1;
        tree = tree->child;
    }
    const char *class = lt_tree_text(lt_tree_get(tree, "class_name"), NULL);
    if (class && (strcmp(class, "function") == 0 || strcmp(class, "__keras_function__") == 0))
        return lt_tree_text(lt_tree_get(tree, "config"), NULL);
    return class ? class : lt_tree_text(tree, NULL);
}

static void read_loss(struct keras_reader *reader, const struct lt_tree *tree)
{
    if (!tree || tree->type == LT_TREE_NULL)
        return;
    bool several = false;
    const char *name = keras_loss_name(tree, &several);
    const struct lt_loss *loss = name ? lt_loss_find(name) : NULL;
    if (!loss || !keras_choose(reader, LT_SET_LOSS, loss->name))
        keras_problem(reader, LT_NOTE, tree, "set loss to the one nearest to it",
                      "the loss %s is not known and was not taken over", keras_safe(reader, name ? name : "here"));
    else if (several)
        keras_problem(reader, LT_NOTE, tree, NULL, "the model has several losses: the first, %s, stands for all",
                      loss->name);
}

static const struct lt_tree *either(const struct lt_tree *tree, const char *key, const char *other)
{
    const struct lt_tree *found = lt_tree_get(tree, key);
    return found ? found : lt_tree_get(tree, other);
}

void keras_read_compile(struct keras_reader *reader, const struct lt_tree *compile)
{
    if (!compile || compile->type != LT_TREE_MAP || !compile->count)
        return;
    reader->document->origin.compile = lt_tree_copy(reader->arena, compile, NULL, NULL);
    read_optimizer(reader, either(compile, "optimizer_config", "optimizer"));
    read_loss(reader, lt_tree_get(compile, "loss"));
}
