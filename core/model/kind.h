/* The catalogue of layer kinds. A kind says three things: its output shapes, its variables, and the operations it runs.
 * Everything else is derived. One entry per class, grouped by family in core/model/kinds/. Kinds know neither a
 * framework nor a device. */
#ifndef LT_MODEL_KIND_H
#define LT_MODEL_KIND_H

#include "core/model/field.h"
#include "core/model/program.h"

/* One call of a layer, as the functions of its kind see it. */
struct lt_call {
    struct lt_arena *arena;        /* for results; lives as long as one estimate */
    const struct lt_layer *layers; /* the document's, for children */
    uint32_t index;                /* of this layer in them */
    const struct lt_layer *layer;
    const struct lt_node *node; /* NULL for a child of a wrapper */
    const struct lt_shape *in;  /* the operands without masks; only known shapes get here */
    const char *const *role;    /* parallel to in: the keyword or NULL; NULL: all by position */
    uint16_t in_count;
    bool masked; /* a mask arrives with the operands */
    bool training;
    bool keras_3; /* the third generation: what a composite is made of does not learn that it is frozen */
    const struct lt_policy *precision; /* the set-up's, for children without a policy of their own */
    const struct lt_policy *policy;    /* of this layer */

    /* For sizes that a layer leaves open. */
    int64_t open_steps; /* the length of a sequence that nothing says: a guess, or seq_len */
    int64_t stretch;    /* what any other open size is multiplied by (struct lt_binding) */

    struct lt_shape *out; /* results of the shape function */
    uint16_t out_count;
    struct lt_shape *reported; /* parallel to out, where Keras reports other shapes than it makes; else NULL */
    bool guessed;              /* a size of the results is a guess */
    const char *problem;       /* why the shapes do not fit, for a person; NULL: nothing wrong */
};

struct lt_variable {
    const char *name; /* "kernel"; inside wrappers "forward_lstm/kernel" */
    int8_t rank;
    uint8_t dtype;
    bool trainable;   /* for the model and its optimizer: a frozen layer may hold variables that are */
    bool counted;     /* in count_params(); seed states are not */
    bool overwritten; /* its gradient is its new value: the optimizer keeps nothing for it */
    int64_t dim[LT_MAX_RANK];
    uint64_t elements; /* the product of dim; LT_HUGE where it does not fit */
};

struct lt_variables {
    struct lt_arena *arena;
    struct lt_variable *item;
    uint32_t count, capacity;
};

enum lt_family {
    LT_FAMILY_CORE,
    LT_FAMILY_ACTIVATION,
    LT_FAMILY_CONVOLUTION,
    LT_FAMILY_POOLING,
    LT_FAMILY_RECURRENT,
    LT_FAMILY_NORMALIZATION,
    LT_FAMILY_REGULARIZATION,
    LT_FAMILY_RESHAPING,
    LT_FAMILY_MERGING,
    LT_FAMILY_ATTENTION,
    LT_FAMILY_PREPROCESSING,
    LT_FAMILY_OPERATION,
    LT_FAMILY_MODEL,
    LT_FAMILY_UNKNOWN,
    LT_FAMILY_COUNT
};
extern const char *const lt_family_names[LT_FAMILY_COUNT];

struct lt_kind {
    const char *name;         /* Keras's class */
    const char *const *alias; /* NULL-terminated, or NULL */
    const char *module;       /* "keras.layers"; "keras.ops" for operations, whose names collide */
    const char *help;         /* one sentence */
    uint8_t family;
    uint8_t config_count;
    const struct lt_field *config;
    bool composite;      /* made of layers that in Keras 3 do not learn that it is frozen */
    const char *variant; /* for functions that serve several kinds: their own word for this one */
    int parameter;       /* the same as a number: spatial rank, gates … */

    /* Sets call->out and out_count from call->in, or call->problem and LT_INVALID. */
    enum lt_status (*shape)(struct lt_call *call);
    /* Adds the layer's variables in Keras's order; NULL: none. */
    void (*variables)(const struct lt_call *call, struct lt_variables *out);
    /* Emits the ops of one forward call, whose shapes are known (call->out is set); sets every output. */
    void (*ops)(const struct lt_call *call, struct lt_builder *b);
};

extern const struct lt_kind lt_kind_unknown; /* a class that is not in the catalogue */
extern const struct lt_kind lt_kind_input;   /* InputLayer */
extern const struct lt_kind lt_kind_model;   /* a nested Model, Functional or Sequential; has inner, no functions */

/* The families' tables, each ended by an entry without a name. */
extern const struct lt_kind *const lt_kind_families[];
extern const int lt_kind_family_count;

/* The kind of a class. `module` tells layers from operations of the same name; NULL or unknown: a layer.
 * NULL where the catalogue has none. */
const struct lt_kind *lt_kind_find(const char *module, const char *class_name);

/* A layer's configuration by index in kind->config. */
int64_t lt_config_int(const struct lt_call *call, int index);
double lt_config_float(const struct lt_call *call, int index);
bool lt_config_bool(const struct lt_call *call, int index);
const char *lt_config_text(const struct lt_call *call, int index); /* NULL for null */
const struct lt_value *lt_config(const struct lt_call *call, int index);
/* A list of `count` numbers: one number stands for all of them; null gives `fallback`. LT_INVALID: wrong length. */
enum lt_status lt_config_ints(struct lt_call *call, int index, int count, int64_t fallback, int64_t *out);

/* Results: `count` shapes of unknown rank to fill; NULL where memory ends. */
struct lt_shape *lt_call_out(struct lt_call *call, int count);
/* One result of the given dimensions, with the compute dtype. Returns LT_OK or LT_NO_MEMORY. */
enum lt_status lt_call_shape(struct lt_call *call, int rank, const int64_t *dim);
/* The activation of config field `index` on axis `axis` of result 0: glu halves it, the others keep it. Keras itself
 * reports the whole axis for glu, but makes the half. */
enum lt_status lt_call_activated(struct lt_call *call, int index, int axis);
/* A copy of the results to change into what Keras reports; NULL where memory ends. */
struct lt_shape *lt_call_report(struct lt_call *call);
/* Result = operand 0, with the compute dtype where it is floating. */
enum lt_status lt_call_same(struct lt_call *call);
/* Sets call->problem and returns LT_INVALID. */
enum lt_status lt_call_fail(struct lt_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a variable of the call's variable dtype; trainable is combined with the layer's flag, as the kind passes it on.
 */
struct lt_variable *lt_variable_add(const struct lt_call *call, struct lt_variables *out, const char *name,
                                    bool trainable, int rank, const int64_t *dim);

/* The call of child `i` of a wrapper on these operands: shapes computed, `child->out` set. */
enum lt_status lt_child_call(const struct lt_call *call, int i, const struct lt_shape *in, int in_count,
                             struct lt_call *child);
/* The child's variables, their names behind `prefix` and a slash. */
void lt_child_variables(const struct lt_call *child, const char *prefix, struct lt_variables *out);
/* Emits the child's ops on `in`, its variables starting at the wrapper's variable `first`; results in out[]. */
void lt_child_ops(const struct lt_call *child, struct lt_builder *b, int first, const lt_tensor *in, lt_tensor *out);

#endif
