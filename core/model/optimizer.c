#include "core/model/optimizer.h"

#include <math.h>
#include <string.h>

#include "core/base/checked.h"
#include "core/model/name.h"

/* Keras 3 optimizers/base_optimizer.py. */
const struct lt_field lt_optimizer_base_options[] = {
    {.name = "learning_rate",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .low = 0,
     .high = 1e9,
     .help = "The learning rate; none: the optimizer's own default"},
    {.name = "learning_rate_schedule",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "The learning rate follows a schedule, which keeps no variable for it"},
    {.name = "weight_decay",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .low = 0,
     .high = 1e9,
     .help = "Decay of the variables, a separate pass over them"},
    {.name = "clipnorm",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .low = 0,
     .high = 1e9,
     .help = "Largest norm of each variable's gradient"},
    {.name = "clipvalue",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .low = 0,
     .high = 1e9,
     .help = "Largest absolute value of a gradient's elements"},
    {.name = "global_clipnorm",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .low = 0,
     .high = 1e9,
     .help = "Largest norm of all gradients together, which must all be alive for it"},
    {.name = "use_ema",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Keep an exponential moving average of every variable"},
    {.name = "loss_scale_factor",
     .type = LT_FIELD_FLOAT,
     .optional = true,
     .low = 0,
     .high = 1e30,
     .help = "A constant factor on the loss, divided out of the gradients"},
    {.name = "loss_scaling",
     .type = LT_FIELD_BOOL,
     .optional = true,
     .help = "Scale the loss against underflow (LossScaleOptimizer); none: where the precision is mixed_float16"},
    {.name = "legacy",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Under Keras 2: the optimizers of before 2.11, which tf.keras.optimizers.legacy kept"},
    {.name = "gradient_accumulation_steps",
     .type = LT_FIELD_INT,
     .optional = true,
     .low = 1,
     .high = 1 << 20,
     .help = "Steps whose gradients are summed before an update; adds one slot"},
};
#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))
const int lt_optimizer_base_option_count = COUNT(lt_optimizer_base_options);

#define MOMENTUM                                                                                                       \
    {                                                                                                                  \
        .name = "momentum", .type = LT_FIELD_FLOAT, .initial = "0", .low = 0, .high = 1,                               \
        .help = "Share of the last update that is carried on; above 0 it adds one slot"                                \
    }
#define AMSGRAD                                                                                                        \
    {                                                                                                                  \
        .name = "amsgrad", .type = LT_FIELD_BOOL, .initial = "false",                                                  \
        .help = "Keep the largest second moment so far, one slot more"                                                 \
    }
#define DECAY(value)                                                                                                   \
    {                                                                                                                  \
        .name = "weight_decay", .type = LT_FIELD_FLOAT, .initial = value, .optional = true, .low = 0, .high = 1e9,     \
        .help = "Decay of the variables, a separate pass over them"                                                    \
    }

static const struct lt_field sgd_options[] = {
    MOMENTUM,
    {.name = "nesterov", .type = LT_FIELD_BOOL, .initial = "false", .help = "Look one update of the momentum ahead"},
};
static const struct lt_field rmsprop_options[] = {
    MOMENTUM,
    {.name = "centered",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Normalize by the variance of the gradient, one slot more"},
};
static const struct lt_field adam_options[] = {AMSGRAD};
static const struct lt_field adamw_options[] = {AMSGRAD, DECAY("0.004")};
static const struct lt_field muon_options[] = {
    {.name = "exclude_embeddings",
     .type = LT_FIELD_BOOL,
     .initial = "true",
     .help = "Update embeddings as AdamW does, not as matrices"},
    DECAY("0.1"),
};

static const struct lt_slot momentum_if_set[] = {{"momentum", "momentum", LT_SLOT_FULL}};
static const struct lt_slot rmsprop_slots[] = {{"velocity", NULL, LT_SLOT_FULL},
                                               {"momentum", "momentum", LT_SLOT_FULL},
                                               {"average_gradient", "centered", LT_SLOT_FULL}};
static const struct lt_slot adam_slots[] = {
    {"momentum", NULL, LT_SLOT_FULL}, {"velocity", NULL, LT_SLOT_FULL}, {"velocity_hat", "amsgrad", LT_SLOT_FULL}};
static const struct lt_slot moments[] = {{"momentum", NULL, LT_SLOT_FULL}, {"velocity", NULL, LT_SLOT_FULL}};
static const struct lt_slot adadelta_slots[] = {{"accumulated_grad", NULL, LT_SLOT_FULL},
                                                {"accumulated_delta_var", NULL, LT_SLOT_FULL}};
static const struct lt_slot adagrad_slots[] = {{"accumulator", NULL, LT_SLOT_FULL}};
static const struct lt_slot adamax_slots[] = {{"momentum", NULL, LT_SLOT_FULL}, {"norm", NULL, LT_SLOT_FULL}};
static const struct lt_slot ftrl_slots[] = {{"accumulator", NULL, LT_SLOT_FULL}, {"linear", NULL, LT_SLOT_FULL}};
static const struct lt_slot lion_slots[] = {{"momentum", NULL, LT_SLOT_FULL}};
/* The factored vectors come on top of a velocity of full size: Keras's Adafactor saves no memory. */
static const struct lt_slot adafactor_slots[] = {
    {"velocity", NULL, LT_SLOT_FULL}, {"row", NULL, LT_SLOT_ROWS}, {"column", NULL, LT_SLOT_COLUMNS}};
static const struct lt_slot muon_slots[] = {{"momentum", NULL, LT_SLOT_FULL}, {"velocity", NULL, LT_SLOT_MATRIX_REST}};

static const char *const schedule_free_alias[] = {"schedule_free_adamw", NULL};

#define SLOTS(s)   .slot = (s), .slot_count = COUNT(s)
#define OPTIONS(o) .option = (o), .option_count = COUNT(o)

/* Slots and scalars: Keras 3.15.1, each optimizer built on a real model. FLOPs, bytes and temporaries: counted in the
 * formulas of keras/src/optimizers. `early`: measured on TensorFlow 2.21; false where it was not. */
const struct lt_optimizer lt_optimizers[] = {
    {.name = "sgd",
     .class_name = "SGD",
     OPTIONS(sgd_options),
     SLOTS(momentum_if_set),
     .always_in_keras_2 = true,
     .early = true,
     .flops = 2,
     .bytes = 12,
     .temporaries = 1,
     .adds_scaled = true},
    {.name = "rmsprop",
     .class_name = "RMSprop",
     OPTIONS(rmsprop_options),
     SLOTS(rmsprop_slots),
     .flops = 9,
     .bytes = 20,
     .temporaries = 3},
    {.name = "adam",
     .class_name = "Adam",
     OPTIONS(adam_options),
     SLOTS(adam_slots),
     .early = true,
     .flops = 12,
     .bytes = 28,
     .temporaries = 3},
    {.name = "adamw",
     .class_name = "AdamW",
     OPTIONS(adamw_options),
     SLOTS(adam_slots),
     .flops = 13,
     .bytes = 28,
     .temporaries = 3},
    {.name = "adadelta", .class_name = "Adadelta", SLOTS(adadelta_slots), .flops = 17, .bytes = 28, .temporaries = 3},
    {.name = "adagrad", .class_name = "Adagrad", SLOTS(adagrad_slots), .flops = 7, .bytes = 20, .temporaries = 3},
    {.name = "adamax", .class_name = "Adamax", SLOTS(adamax_slots), .flops = 11, .bytes = 28, .temporaries = 3},
    {.name = "nadam", .class_name = "Nadam", SLOTS(moments), .scalars = 1, .flops = 18, .bytes = 28, .temporaries = 3},
    {.name = "ftrl", .class_name = "Ftrl", SLOTS(ftrl_slots), .flops = 20, .bytes = 28, .temporaries = 3},
    {.name = "lamb", .class_name = "Lamb", SLOTS(moments), .flops = 19, .bytes = 28, .temporaries = 3},
    {.name = "lion", .class_name = "Lion", SLOTS(lion_slots), .flops = 9, .bytes = 20, .temporaries = 3},
    {.name = "adafactor",
     .class_name = "Adafactor",
     SLOTS(adafactor_slots),
     .flops = 15,
     .bytes = 28,
     .temporaries = 3},
    {.name = "muon",
     .class_name = "Muon",
     OPTIONS(muon_options),
     SLOTS(muon_slots),
     .flops = 8,
     .bytes = 20,
     .temporaries = 3},
    {.name = "schedulefreeadamw",
     .class_name = "ScheduleFreeAdamW",
     .alias = schedule_free_alias,
     SLOTS(moments),
     .flops = 18,
     .bytes = 28,
     .temporaries = 3},
};
const int lt_optimizer_count = COUNT(lt_optimizers);

const char *const lt_optimizer_names[] = {
    "sgd",  "rmsprop", "adam", "adamw",     "adadelta", "adagrad",           "adamax", "nadam",
    "ftrl", "lamb",    "lion", "adafactor", "muon",     "schedulefreeadamw", NULL};

const struct lt_optimizer *lt_optimizer_find(const char *name)
{
    if (!name)
        return NULL;
    name = lt_name_class(name);
    for (int i = 0; i < lt_optimizer_count; i++)
        if (lt_name_matches(name, lt_optimizers[i].name, lt_optimizers[i].alias))
            return &lt_optimizers[i];
    return NULL;
}

const struct lt_field *lt_optimizer_field(const struct lt_optimizer *optimizer, const char *option)
{
    int own = lt_field_find(optimizer->option, optimizer->option_count, option);
    if (own >= 0)
        return &optimizer->option[own];
    int base = lt_field_find(lt_optimizer_base_options, lt_optimizer_base_option_count, option);
    return base >= 0 ? &lt_optimizer_base_options[base] : NULL;
}

static const struct lt_value *given_option(const struct lt_setup *setup, const char *option)
{
    for (int i = 0; i < setup->option_count; i++)
        if (strcmp(setup->option[i].name, option) == 0)
            return &setup->option[i].value;
    return NULL;
}

struct lt_value lt_optimizer_option(const struct lt_setup *setup, const struct lt_optimizer *optimizer,
                                    const char *option, struct lt_arena *arena)
{
    const struct lt_value *given = given_option(setup, option);
    return given ? *given : lt_field_default(lt_optimizer_field(optimizer, option), arena);
}

/* True, not zero, or a structure. */
static bool is_on(const struct lt_value *value)
{
    switch (value->type) {
    case LT_VALUE_NULL:
        return false;
    case LT_VALUE_BOOL:
        return value->boolean;
    case LT_VALUE_INT:
        return value->integer != 0;
    case LT_VALUE_FLOAT:
        return fabs(value->number) > 0;
    default:
        return true;
    }
}

bool lt_optimizer_option_on(const struct lt_setup *setup, const struct lt_optimizer *optimizer, const char *option)
{
    const struct lt_field *field = lt_optimizer_field(optimizer, option);
    if (!field)
        return false;
    /* Options are numbers and truth values, whose defaults need no memory. */
    struct lt_arena none = LT_ARENA_INIT;
    struct lt_value value = lt_optimizer_option(setup, optimizer, option, &none);
    bool on = is_on(&value);
    lt_arena_free(&none);
    return on;
}

bool lt_optimizer_scales_loss(const struct lt_setup *setup, const struct lt_optimizer *optimizer,
                              const struct lt_policy *policy)
{
    const struct lt_value *given = given_option(setup, "loss_scaling");
    return optimizer && given && given->type == LT_VALUE_BOOL ? given->boolean : policy->loss_scaling;
}

/* The set-up's own field and Keras's option say the same thing. */
uint32_t lt_optimizer_accumulates(const struct lt_setup *setup)
{
    const struct lt_value *option = given_option(setup, "gradient_accumulation_steps");
    int64_t steps = lt_setup_int(setup, LT_SET_ACCUMULATE);
    return (uint32_t)(steps == 1 && option && option->type == LT_VALUE_INT ? option->integer : steps);
}

/* Plain PyTorch adds each gradient to the one that is there: it needs no slot. */
static bool has_accumulator(const struct lt_setup *setup)
{
    const char *framework = lt_setup_text(setup, LT_SET_FRAMEWORK), *keras = lt_setup_text(setup, LT_SET_KERAS);
    bool in_place = framework && keras && strcmp(framework, "torch") == 0 && strcmp(keras, "none") == 0;
    return lt_optimizer_accumulates(setup) > 1 && !in_place;
}

/* The optimizers of tf.keras 2.11 to 2.15, which Keras 3 took over. */
static bool is_keras_2(const struct lt_setup *setup, const struct lt_optimizer *optimizer)
{
    const char *keras = lt_setup_text(setup, LT_SET_KERAS);
    return keras && strcmp(keras, "2") == 0 && !lt_setup_before(setup, 2, 11) &&
           !lt_optimizer_option_on(setup, optimizer, "legacy");
}

static bool slot_kept(const struct lt_setup *setup, const struct lt_optimizer *optimizer, const struct lt_slot *slot)
{
    return !slot->option || lt_optimizer_option_on(setup, optimizer, slot->option) ||
           (optimizer->always_in_keras_2 && is_keras_2(setup, optimizer));
}

struct lt_optimizer_state lt_optimizer_state_of(const struct lt_setup *setup, const struct lt_optimizer *optimizer)
{
    struct lt_optimizer_state state = {.optimizer = optimizer};
    for (int i = 0; i < optimizer->slot_count; i++)
        state.kept[i] = slot_kept(setup, optimizer, &optimizer->slot[i]);
    state.whole = (uint8_t)(lt_optimizer_option_on(setup, optimizer, "use_ema") + has_accumulator(setup));
    state.embeddings_apart = lt_optimizer_option_on(setup, optimizer, "exclude_embeddings");
    return state;
}

/* muon.py, _should_use_adamw: all but matrices, and embeddings by their name. */
static bool muon_matrix(const struct lt_optimizer_state *state, const struct lt_variable *variable)
{
    return variable->rank == 2 && !(state->embeddings_apart && strstr(variable->name, "embedding"));
}

/* Elements without one axis, counted from the end; one element where there is nothing to factor. */
static uint64_t without_axis(const struct lt_variable *variable, int from_end)
{
    if (variable->rank < 2)
        return 1;
    uint64_t elements = 1;
    for (int axis = 0; axis < variable->rank; axis++)
        if (axis != variable->rank - from_end)
            elements = lt_mul(elements, (uint64_t)variable->dim[axis]);
    return elements;
}

static uint64_t slot_elements(const struct lt_optimizer_state *state, const struct lt_slot *slot,
                              const struct lt_variable *variable)
{
    switch ((enum lt_slot_size)slot->size) {
    case LT_SLOT_FULL:
        break;
    case LT_SLOT_MATRIX_REST:
        if (muon_matrix(state, variable))
            return 0;
        break;
    case LT_SLOT_ROWS:
        return without_axis(variable, 1);
    case LT_SLOT_COLUMNS:
        return without_axis(variable, 2);
    }
    return variable->elements;
}

uint64_t lt_optimizer_elements(const struct lt_optimizer_state *state, const struct lt_variable *variable)
{
    if (variable->overwritten)
        return 0;
    uint64_t elements = lt_mul(variable->elements, state->whole);
    for (int i = 0; i < state->optimizer->slot_count; i++)
        if (state->kept[i])
            elements = lt_add(elements, slot_elements(state, &state->optimizer->slot[i], variable));
    return elements;
}

/* What an option adds to one update. */
static const struct {
    const char *option;
    struct lt_update_work work;
} option_work[] = {
    {"momentum", {2, 8, 0}},          {"nesterov", {3, 0, 0}},     {"centered", {5, 8, 0}},
    {"amsgrad", {1, 8, 0}},           {"weight_decay", {2, 8, 2}}, {"use_ema", {3, 12, 4}},
    {"clipvalue", {1, 8, 2}},         {"clipnorm", {3, 12, 5}},    {"global_clipnorm", {3, 12, 3}},
    {"loss_scale_factor", {1, 0, 1}},
};

/* loss_scale_optimizer.py: each gradient is looked at for numbers that are not finite, then divided; base_optimizer.py:
 * added to its accumulator. */
static const struct lt_update_work UNSCALE = {2, 12, 3}, ACCUMULATE = {1, 12, 1};

static struct lt_update_work more(struct lt_update_work a, struct lt_update_work b)
{
    return (struct lt_update_work){a.flops + b.flops, a.bytes + b.bytes, a.passes + b.passes};
}

struct lt_update_work lt_optimizer_update_work(const struct lt_setup *setup, const struct lt_optimizer *optimizer)
{
    struct lt_update_work sum = {(double)optimizer->flops, (double)optimizer->bytes, 0};
    for (int i = 0; i < COUNT(option_work); i++)
        if (lt_optimizer_option_on(setup, optimizer, option_work[i].option))
            sum = more(sum, option_work[i].work);
    return sum;
}

struct lt_update_work lt_optimizer_step_work(const struct lt_setup *setup, bool loss_scaling)
{
    struct lt_update_work sum = {0, 0, 0};
    if (loss_scaling)
        sum = more(sum, UNSCALE);
    if (lt_optimizer_accumulates(setup) > 1)
        sum = more(sum, ACCUMULATE);
    return sum;
}

bool lt_optimizer_early(const struct lt_setup *setup, const struct lt_optimizer *optimizer, bool loss_scaling)
{
    if (!optimizer->early || loss_scaling || lt_optimizer_accumulates(setup) > 1 ||
        lt_optimizer_option_on(setup, optimizer, "global_clipnorm") ||
        lt_optimizer_option_on(setup, optimizer, "weight_decay"))
        return false;
    for (int i = 0; i < optimizer->slot_count; i++)
        if (optimizer->slot[i].option && slot_kept(setup, optimizer, &optimizer->slot[i]))
            return false;
    return true;
}

/* loss_scale_optimizer.py: its own iteration and learning rate, the step counter and the scale. */
enum { LOSS_SCALE_SCALARS = 4 };

uint32_t lt_optimizer_scalars(const struct lt_setup *setup, const struct lt_optimizer *optimizer, bool loss_scaling)
{
    const char *keras = lt_setup_text(setup, LT_SET_KERAS);
    if (keras && strcmp(keras, "2") == 0)
        return 1 + (lt_optimizer_option_on(setup, optimizer, "legacy") ? optimizer->scalars : 0);
    uint32_t learning_rate = lt_optimizer_option_on(setup, optimizer, "learning_rate_schedule") ? 0 : 1;
    return 1 + learning_rate + optimizer->scalars + (loss_scaling ? LOSS_SCALE_SCALARS : 0);
}
