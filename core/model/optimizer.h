/* The optimizers as data: the state that each keeps per variable, its scalars, and the traffic of one update.
 * Source: Keras 3 optimizers, tf.keras 2 and standalone Keras where a row says so. */
#ifndef LT_MODEL_OPTIMIZER_H
#define LT_MODEL_OPTIMIZER_H

#include "core/model/kind.h"
#include "core/model/setup.h"

/* How large a slot is beside its variable. */
enum lt_slot_size {
    LT_SLOT_FULL,        /* as the variable */
    LT_SLOT_MATRIX_REST, /* as the variable, but none for those that Muon updates as matrices */
    LT_SLOT_ROWS,        /* factored: the shape without its last axis; rank 0 and 1: one element */
    LT_SLOT_COLUMNS,     /* factored: the shape without its last but one axis; rank 0 and 1: one element */
};

struct lt_slot {
    const char *name;
    const char *option; /* kept only where this option is true or not zero; NULL: always */
    uint8_t size;       /* enum lt_slot_size */
};

struct lt_optimizer {
    const char *name;       /* as Keras 3 names it, lower case in the set-up: adam */
    const char *class_name; /* Keras's class: Adam */
    const char *const *alias;
    const struct lt_field *option; /* those that change the state or the work */
    uint8_t option_count;
    uint8_t slot_count;
    uint8_t scalars;        /* besides iteration and learning rate */
    bool always_in_keras_2; /* tf.keras 2.11 to 2.15 keep every slot, whatever the options say */
    bool early;             /* TensorFlow's graph consumes each gradient as it appears (measured) */
    const struct lt_slot *slot;
    float flops, bytes; /* per parameter element of one fused update, float32, no option set */
    float temporaries;  /* full-size temporaries of an unfused update, in variables of the same size */
    bool adds_scaled;   /* an update only adds scaled tensors: none where the framework has that as one operation */
};

extern const struct lt_optimizer lt_optimizers[];
extern const int lt_optimizer_count;
extern const char *const lt_optimizer_names[]; /* NULL-terminated: the choices of `optimizer` */

/* Options of Keras's base class, which every optimizer has besides its own. */
extern const struct lt_field lt_optimizer_base_options[];
extern const int lt_optimizer_base_option_count;

/* The description of an option: the optimizer's own before that of the base class; NULL: no such option. */
const struct lt_field *lt_optimizer_field(const struct lt_optimizer *optimizer, const char *option);

/* By name, alias or class name in any case ("Custom>Adam" too); NULL: none. */
const struct lt_optimizer *lt_optimizer_find(const char *name);

/* An option of the set-up or its default; the option must exist. */
struct lt_value lt_optimizer_option(const struct lt_setup *setup, const struct lt_optimizer *optimizer,
                                    const char *option, struct lt_arena *arena);
bool lt_optimizer_option_on(const struct lt_setup *setup, const struct lt_optimizer *optimizer, const char *option);

/* Whether a LossScaleOptimizer stands around it: as `loss_scaling` says, else as compile() decides by the policy. */
bool lt_optimizer_scales_loss(const struct lt_setup *setup, const struct lt_optimizer *optimizer,
                              const struct lt_policy *policy);

/* Which state an optimizer keeps under the set-up's options, looked up once for all variables. */
enum { LT_MAX_SLOTS = 8 };
struct lt_optimizer_state {
    const struct lt_optimizer *optimizer;
    bool kept[LT_MAX_SLOTS]; /* parallel to optimizer->slot */
    uint8_t whole;           /* full-size slots of the base class: moving average, accumulated gradient */
    bool embeddings_apart;   /* Muon: an embedding is no matrix */
};
struct lt_optimizer_state lt_optimizer_state_of(const struct lt_setup *setup, const struct lt_optimizer *optimizer);

/* Elements of all slots of one trainable variable. LT_HUGE where that does not fit. */
uint64_t lt_optimizer_elements(const struct lt_optimizer_state *state, const struct lt_variable *variable);

/* Work per parameter element, one fused pass with float32 variables: FLOPs, and bytes read and written of variable,
 * gradient and slots. `passes` over the data are what options add where nothing is fused. */
struct lt_update_work {
    double flops, bytes;
    int passes;
};

/* Of one update under these options. Estimated from the formulas (a slot more is 8 bytes more). Muon's matrix products
 * are not in it. */
struct lt_update_work lt_optimizer_update_work(const struct lt_setup *setup, const struct lt_optimizer *optimizer);

/* Of what every step does to the gradients, whether it updates or not: they are checked and unscaled, and added up. */
struct lt_update_work lt_optimizer_step_work(const struct lt_setup *setup, bool loss_scaling);

/* Steps whose gradients are summed for one update; 1: every step updates. */
uint32_t lt_optimizer_accumulates(const struct lt_setup *setup);

/* Whether TensorFlow's graph consumes each gradient as it appears. Not where a step looks at all of them first (a
 * global norm, loss scaling, accumulation) nor with an optional slot. Measured for SGD, SGD with momentum, Adam, AdamW
 * and Adam with a global norm. */
bool lt_optimizer_early(const struct lt_setup *setup, const struct lt_optimizer *optimizer, bool loss_scaling);

/* Scalars of the whole optimizer: iteration, learning rate, its own, and those of a LossScaleOptimizer around it. Under
 * Keras 2 only those that it lists among the optimizer's variables: the iteration, and legacy Nadam's product. */
uint32_t lt_optimizer_scalars(const struct lt_setup *setup, const struct lt_optimizer *optimizer, bool loss_scaling);

#endif
