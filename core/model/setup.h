/* The training set-up and the machine choice as one table of fields: the same names in the YAML document, in --set, in
 * the form, and under `setup` in JSON. What the names mean is public and does not change. */
#ifndef LT_MODEL_SETUP_H
#define LT_MODEL_SETUP_H

#include "core/model/field.h"
#include "core/model/policy.h"

/* Indices of lt_setup_fields. */
enum lt_setup_field {
    /* training */
    LT_SET_MODE,
    LT_SET_FRAMEWORK,
    LT_SET_FRAMEWORK_VERSION,
    LT_SET_KERAS,
    LT_SET_EXECUTION,
    LT_SET_BATCH,
    LT_SET_ACCUMULATE,
    LT_SET_PRECISION,
    LT_SET_OPTIMIZER,
    LT_SET_LOSS,
    LT_SET_RECOMPUTE,
    LT_SET_RECOMPUTE_ABOVE,
    LT_SET_RECOMPUTE_LAYERS,
    LT_SET_EPOCHS,
    /* input */
    LT_SET_DATASET,
    LT_SET_SAMPLES,
    LT_SET_FEED,
    LT_SET_FEED_DTYPE,
    LT_SET_CACHE,
    LT_SET_SHUFFLE,
    LT_SET_PREFETCH,
    LT_SET_WORKERS,
    LT_SET_WORKER_START,
    LT_SET_VALIDATION_SAMPLES,
    LT_SET_SEQ_LEN,
    /* machine */
    LT_SET_DEVICE,
    LT_SET_DEVICES,
    LT_SET_CPU,
    LT_SET_RAM,
    LT_SETUP_COUNT
};

extern const struct lt_field lt_setup_fields[LT_SETUP_COUNT];

/* training, input, machine: the group of a field, for the form and the manual page. */
const char *lt_setup_group(enum lt_setup_field field);

/* A value of a field whose name is made of two parts: optimizer.momentum, input.tokens. */
struct lt_named {
    const char *name; /* the second part */
    struct lt_value value;
};

struct lt_setup {
    struct lt_value value[LT_SETUP_COUNT];
    struct lt_named *option; /* of the optimizer; only what was given */
    struct lt_named *input;  /* shapes of inputs without the batch: LT_VALUE_INTS; only what was given */
    uint16_t option_count, input_count;
};

/* All fields at their defaults. */
void lt_setup_init(struct lt_setup *setup, struct lt_arena *arena);

static inline int64_t lt_setup_int(const struct lt_setup *setup, enum lt_setup_field field)
{
    return setup->value[field].integer;
}
/* NULL for null. */
static inline const char *lt_setup_text(const struct lt_setup *setup, enum lt_setup_field field)
{
    const struct lt_value *value = &setup->value[field];
    return value->type == LT_VALUE_TEXT ? value->text : NULL;
}
/* Whether the framework is of a version before major.minor; not where the set-up names none: then it is the newest. */
bool lt_setup_before(const struct lt_setup *setup, long major, long minor);

/* Whether the generation of Keras is the third. */
bool lt_setup_keras_3(const struct lt_setup *setup);
/* Of the precision; float32 where that is none of Keras's. */
const struct lt_policy *lt_setup_policy(const struct lt_setup *setup);

#endif
