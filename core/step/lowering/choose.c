/* Which lowering a set-up asks for. */
#include "core/step/lowering/lowering.h"

#include <string.h>

enum device { ANY, ON_CPU, ON_GPU };

#define VERSION(major, minor) ((major)*1000 + (minor))

/* The first row that fits; NULL fits all. The last row of each framework is its usual way. */
static const struct choice {
    const char *framework, *keras, *execution;
    enum device device;
    const struct lt_framework_lowering *lowering;
    long before; /* versions up to here; 0: all */
} CHOICES[] = {
    {"tensorflow", NULL, "compiled", ANY, &lt_lowering_tensorflow_xla, 0},
    {"tensorflow", "3", NULL, ON_GPU, &lt_lowering_tensorflow_gpu, 0},
    {"tensorflow", "3", NULL, ANY, &lt_lowering_tensorflow, 0},
    {"tensorflow", NULL, NULL, ON_GPU, &lt_lowering_tensorflow_2_9_gpu, VERSION(2, 10)},
    {"tensorflow", NULL, NULL, ANY, &lt_lowering_tensorflow_2_9, VERSION(2, 10)},
    {"tensorflow", NULL, NULL, ON_GPU, &lt_lowering_tensorflow_2_gpu, 0},
    {"tensorflow", NULL, NULL, ANY, &lt_lowering_tensorflow_2, 0},
    {"jax", NULL, NULL, ON_GPU, &lt_lowering_jax_gpu, 0},
    {"jax", NULL, NULL, ANY, &lt_lowering_jax, 0},
    {"torch", "none", NULL, ON_GPU, &lt_lowering_torch_1_gpu, VERSION(2, 0)},
    {"torch", "none", NULL, ANY, &lt_lowering_torch_1, VERSION(2, 0)},
    {"torch", "none", NULL, ON_GPU, &lt_lowering_torch_plain_gpu, 0},
    {"torch", "none", NULL, ANY, &lt_lowering_torch_plain, 0},
    {"torch", NULL, NULL, ON_GPU, &lt_lowering_torch_gpu, 0},
    {"torch", NULL, NULL, ANY, &lt_lowering_torch, 0},
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
        bool then = !choice->before || lt_setup_before(setup, choice->before / 1000, choice->before % 1000);
        if (here && then && fits(choice->framework, framework) && fits(choice->keras, keras) &&
            fits(choice->execution, execution))
            return choice->lowering;
    }
    return gpu ? &lt_lowering_tensorflow_gpu : &lt_lowering_tensorflow;
}
