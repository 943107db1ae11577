#include "core/formats/opening.h"

#include "core/base/checked.h"
#include "core/model/optimizer.h"
#include "core/model/walk.h"

#include <string.h>

/* --- what the file has -------------------------------------------------------------------------------------------- */

static uint64_t listed_elements(const struct lt_tree *weight)
{
    const struct lt_tree *shape = lt_tree_get(weight, "shape");
    uint64_t elements = shape ? 1 : 0;
    for (const struct lt_tree *dim = shape ? shape->child : NULL; dim; dim = dim->next)
        elements = lt_mul(elements, lt_tree_int(dim, 0) > 0 ? (uint64_t)lt_tree_int(dim, 0) : 0);
    return elements;
}

static uint64_t sum_listed(const struct lt_tree *weights)
{
    uint64_t sum = 0;
    for (const struct lt_tree *weight = weights ? weights->child : NULL; weight; weight = weight->next)
        if (strcmp(lt_tree_text(lt_tree_get(weight, "group"), "model"), "optimizer") != 0)
            sum = lt_add(sum, listed_elements(weight));
    return sum;
}

/* model.json lists the weights by the files they are in; a model in one file has a plain list. */
uint64_t weights_of_manifest(const struct lt_tree *root)
{
    const struct lt_tree *groups = lt_tree_get(root, "weightsManifest");
    uint64_t sum = sum_listed(lt_tree_get(root, "weightSpecs"));
    for (const struct lt_tree *group = groups ? groups->child : NULL; group; group = group->next)
        sum = lt_add(sum, sum_listed(lt_tree_get(group, "weights")));
    return sum;
}

/* --- what the layers make of it ----------------------------------------------------------------------------------- */

/* What the file should have. */
struct expected {
    uint64_t weights, optimizer, variables; /* optimizer: without scalars; variables: that it updates */
    bool complete;
};

/* A .keras archive holds the kernel with the adapters of LoRA merged in (Keras 3 dense.py, save_own_variables). */
static bool is_merged(const struct lt_document *document, const struct lt_variable *variable)
{
    const char *name = strrchr(variable->name, '/');
    return document->origin.format == LT_FORMAT_KERAS_ZIP && strncmp(name ? name + 1 : variable->name, "lora_", 5) == 0;
}

static struct expected sum_walked(const struct lt_document *document, const struct lt_walked *walked)
{
    const char *name = lt_setup_text(&document->setup, LT_SET_OPTIMIZER);
    const struct lt_optimizer *optimizer = name ? lt_optimizer_find(name) : NULL;
    struct lt_optimizer_state state = {0};
    struct expected sum = {.complete = walked->complete};
    if (optimizer)
        state = lt_optimizer_state_of(&document->setup, optimizer);
    for (uint32_t i = 0; i < document->layer_count; i++)
        for (uint32_t k = 0; k < walked->layer[i].variables.count; k++) {
            const struct lt_variable *variable = &walked->layer[i].variables.item[k];
            if (!variable->counted)
                continue;
            if (!is_merged(document, variable))
                sum.weights = lt_add(sum.weights, variable->elements);
            if (!optimizer || !variable->trainable)
                continue;
            sum.optimizer = lt_add(sum.optimizer, lt_optimizer_elements(&state, variable));
            sum.variables++;
        }
    return sum;
}

static enum lt_status expect(const struct lt_document *document, struct lt_arena *arena, struct expected *out)
{
    const struct lt_value *batch = &document->setup.value[LT_SET_BATCH];
    struct lt_binding binding = {
        .batch = batch->type == LT_VALUE_INT ? (uint64_t)batch->integer : 1,
        .precision = lt_setup_policy(&document->setup),
        .stretch = 1,
    };
    struct lt_walked walked;
    struct lt_builder builder;
    lt_builder_init(&builder, arena);
    enum lt_status status = lt_walk(document, &binding, arena, &builder, &walked);
    if (status == LT_OK)
        *out = sum_walked(document, &walked);
    return status;
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

/* Layers that Keras 3 stores otherwise than it counts them: SpectralNormalization's kernel twice, quantized kernels
 * packed. */
static bool is_stored_otherwise(const struct lt_document *document)
{
    for (uint32_t i = 0; i < document->layer_count; i++)
        if (strcmp(document->layer[i].kind->name, "SpectralNormalization") == 0)
            return true;
    return false;
}

static void compare_weights(struct opening *o, uint64_t weights, const struct expected *expected)
{
    struct lt_place place = {.file = o->file};
    if (!expected->complete && weights > expected->weights)
        lt_problem_add(o->problems, LT_NOTE, place, NULL,
                       "the file's weights have %llu elements more than the layers that are known here",
                       (unsigned long long)(weights - expected->weights));
    else if (weights != expected->weights)
        lt_problem_add(o->problems, LT_WARNING, place, NULL,
                       "the file's weights have %llu elements, its layers as they are understood here %llu",
                       (unsigned long long)weights, (unsigned long long)expected->weights);
}

/* Generations differ in which scalars they store: of the whole optimizer, and for each variable an empty vhat of one
 * element (Adam of standalone Keras 2) or neither of Adafactor's dummies, the row and the column of a vector. */
enum { SCALARS_LIMIT = 8, DUMMIES = 2 };

static void compare_optimizer(struct opening *o, const struct lt_document *document, const struct expected *expected)
{
    uint64_t state = document->origin.optimizer_elements, wanted = expected->optimizer;
    bool said = document->setup.value[LT_SET_OPTIMIZER].given, saved = state > SCALARS_LIMIT;
    bool near = state >= wanted ? state - wanted <= SCALARS_LIMIT + expected->variables
                                : wanted - state <= DUMMIES * expected->variables;
    if (!said || !saved || !expected->complete || near)
        return;
    lt_problem_add(o->problems, LT_WARNING, (struct lt_place){.file = o->file}, NULL,
                   "the optimizer's state in the file has %llu elements, that of %s as it is understood here %llu",
                   (unsigned long long)state, lt_setup_text(&document->setup, LT_SET_OPTIMIZER),
                   (unsigned long long)wanted);
}

void weights_check(struct opening *o, const struct lt_document *document)
{
    struct expected expected;
    if (!document->origin.weight_elements || is_stored_otherwise(document) ||
        expect(document, &o->arena, &expected) != LT_OK)
        return;
    compare_weights(o, document->origin.weight_elements, &expected);
    compare_optimizer(o, document, &expected);
}
