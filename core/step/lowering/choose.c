/* Which lowering a set-up asks for. */
#include "core/step/lowering/lowering.h"

#include <string.h>

enum device { ANY, ON_CPU, ON_GPU };

/* The first row that fits; NULL fits all. The last row of each framework is its usual way. */
static const struct choice {
    const char *framework, *keras, *execution;
    enum device device;
    const struct lt_framework_lowering *lowering;
} CHOICES[] = {
    {"tensorflow", NULL, "compiled", ANY, &lt_lowering_tensorflow_xla},
    {"tensorflow", "3", NULL, ON_GPU, &lt_lowering_tensorflow_gpu},
    {"tensorflow", "3", NULL, ANY, &lt_lowering_tensorflow},
    {"tensorflow", NULL, NULL, ON_GPU, &lt_lowering_tensorflow_2_gpu},
    {"tensorflow", NULL, NULL, ANY, &lt_lowering_tensorflow_2},
    {"jax", NULL, NULL, ON_GPU, &lt_lowering_jax_gpu},
    {"jax", NULL, NULL, ANY, &lt_lowering_jax},
    {"torch", "none", NULL, ON_GPU, &lt_lowering_torch_plain_gpu},
    {"torch", "none", NULL, ANY, &lt_lowering_torch_plain},
    {"torch", NULL, NULL, ON_GPU, &lt_lowering_torch_gpu},
    {"torch", NULL, NULL, ANY, &lt_lowering_torch},
};

/* Preprocessing with supports_jit false: one of them turns XLA off for the whole model (keras/src/trainers/trainer.py).
 */
static const char *const NO_JIT[] = {
    "StringLookup",      "IntegerLookup", "TextVectorization", "Hashing",        "HashedCrossing", "RandomZoom",
    "RandomPerspective", "RandomCrop",    "RandomTranslation", "RandomRotation", "RandomShear",    NULL,
};

static bool supports_jit(const struct lt_document *document, const struct lt_program *logical)
{
    for (uint32_t i = 0; i < document->layer_count; i++) {
        const struct lt_kind *kind = document->layer[i].kind;
        for (int k = 0; kind->family == LT_FAMILY_PREPROCESSING && NO_JIT[k]; k++)
            if (strcmp(kind->name, NO_JIT[k]) == 0)
                return false;
    }
    for (uint32_t i = 0; i < logical->op_count; i++)
        if (lt_is_cudnn(&logical->op[i]))
            return false;
    return true;
}

static bool fits(const char *wanted, const char *given)
{
    return !wanted || (given && strcmp(wanted, given) == 0);
}

const struct lt_framework_lowering *lt_lowering_choose(const struct lt_setup *setup, const struct lt_document *document,
                                                       const struct lt_program *logical, bool gpu)
{
    const char *framework = lt_setup_text(setup, LT_SET_FRAMEWORK), *keras = lt_setup_text(setup, LT_SET_KERAS);
    const char *execution = lt_setup_text(setup, LT_SET_EXECUTION);
    bool automatic = !execution || strcmp(execution, "auto") == 0;
    if (automatic && gpu && fits("3", keras) && fits("tensorflow", framework) && supports_jit(document, logical))
        execution = "compiled"; /* Keras 3: jit_compile="auto" */
    for (size_t i = 0; i < sizeof CHOICES / sizeof *CHOICES; i++) {
        const struct choice *choice = &CHOICES[i];
        bool here = choice->device == ANY || (choice->device == ON_GPU) == gpu;
        if (here && fits(choice->framework, framework) && fits(choice->keras, keras) &&
            fits(choice->execution, execution))
            return choice->lowering;
    }
    return gpu ? &lt_lowering_tensorflow_gpu : &lt_lowering_tensorflow;
}
