/* What the parts of the Keras reader share: the reader's state, and the functions that each part offers the others.
 * keras_read: models and layers. keras_graph: calls and references. keras_call: one call as written. keras_config:
 * configurations. keras_legacy: what older generations called things. keras_policy, keras_compile: the set-up. */
#ifndef LT_FORMATS_KERAS_READER_H
#define LT_FORMATS_KERAS_READER_H

#include "core/formats/layer_files.h"

enum { KERAS_MAX_LAYERS = 65536, KERAS_MAX_DEPTH = 64, KERAS_MAX_OUTPUTS = 1024, KERAS_MAX_CALLS = 1 << 24 };

struct keras_reader {
    const char *file;
    struct lt_problems *problems;
    struct lt_document *document;        /* being filled */
    struct lt_arena *arena;              /* the document's */
    struct lt_arena *scratch;            /* lives as long as the reader */
    const struct lt_layer_files *layers; /* that the user describes; NULL: none */
    int generation;                      /* of Keras that wrote the file: 1, 2 (tf.keras too) or 3 */
    int depth;                           /* of models and wrappers around the layer being read */
    bool too_large;                      /* a limit was hit, and said so */
};

/* A problem at `tree`. Text from the file goes through keras_safe first. */
void keras_problem(struct keras_reader *reader, enum lt_severity severity, const struct lt_tree *tree, const char *hint,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
const char *keras_safe(struct keras_reader *reader, const char *text);

/* --- keras_read.c --- */

/* Reads the layer object `tree`, all that is inside it included, as a layer of `parent` (LT_NO_LAYER: top). Its
 * document index; LT_NO_LAYER where it is no layer object, a limit is hit or memory ends. */
uint32_t keras_read_layer(struct keras_reader *reader, const struct lt_tree *tree, uint32_t parent);

/* A layer that the file does not list: an input that a shape implies, the stand-in for a missing layer. */
uint32_t keras_add_implied(struct keras_reader *reader, const struct lt_kind *kind, const char *name, uint32_t parent);

/* Gives an input layer its shape (with the batch; NULL: not known) and dtype (NULL: the default). */
void keras_set_input(struct keras_reader *reader, uint32_t layer, const struct lt_shape *shape, const char *dtype);

/* [null, 224, 224, 3], also in the objects that older files wrap it in. False where `tree` is no such list. */
bool keras_shape(const struct lt_tree *tree, struct lt_shape *shape);

/* A layer object: a map with a class_name. */
bool keras_is_object(const struct lt_tree *tree);

/* The name that references use. */
const char *keras_layer_name(const struct lt_tree *tree);

/* --- keras_call.c --- */

/* A tensor that a call takes, as it is written. */
struct keras_operand {
    const char *layer; /* NULL: a tensor is missing here */
    int64_t call, output;
    const struct lt_tree *at;            /* for problems */
    const struct lt_tree *shape, *dtype; /* as stated with it; NULL: not stated */
    const char *role;                    /* lives in the file's tree */
    bool mask;
};

struct keras_operands {
    struct keras_operand *item;
    uint32_t count, capacity;
};

/* Adds the tensors of one element of inbound_nodes, of any generation. *arguments receives the call in Keras 3's form
 * where it holds more than tensors, else NULL. */
void keras_read_call(struct keras_reader *reader, const struct lt_tree *call, const struct lt_tree *layer,
                     struct keras_operands *operands, const struct lt_tree **arguments);

/* Adds the tensors of input_layers or output_layers: one reference, or lists and maps of them. Maps go by sorted keys,
 * as Keras flattens them; a key is then the role. */
void keras_read_references(struct keras_reader *reader, const struct lt_tree *tree, struct keras_operands *operands);

/* --- keras_graph.c --- */

/* The graph of a Functional model's config, its layers read on the way. */
void keras_read_functional(struct keras_reader *reader, const struct lt_tree *config, uint32_t parent,
                           struct lt_graph *graph);

/* The chain of a Sequential model: `layers` its list, `model` its object (for the shapes it was built with). */
void keras_read_sequential(struct keras_reader *reader, const struct lt_tree *model, uint32_t parent,
                           struct lt_graph *graph);

/* --- keras_config.c --- */

/* A layer's configuration, its trainable flag, its policy, its inner layers. */
void keras_read_config(struct keras_reader *reader, uint32_t layer, const struct lt_tree *object);

/* --- keras_legacy.c --- */

/* Keras 3's class and the kind's module for a class of any generation; both may be what was given. */
struct keras_class {
    const char *name, *module;
};
struct keras_class keras_modern_class(const struct lt_tree *object, int generation);

enum keras_conversion {
    KERAS_AS_IS,
    KERAS_DROP,        /* says nothing any more */
    KERAS_DATA_FORMAT, /* th, tf */
    KERAS_JOIN,        /* one element of a list that several keys make up, in the order of the table */
    KERAS_FLAT,        /* a list of one for a number, lists of one for the elements of a list */
    KERAS_IS_COS,      /* true for the mode cos */
};

/* What an older generation called a key of the modern class. */
struct keras_rename {
    int generation;    /* the last that wrote it */
    const char *class; /* the modern class, or its beginning before a *; NULL: any */
    const char *old, *key;
    enum keras_conversion conversion;
};
extern const struct keras_rename keras_renames[]; /* ended by an entry without old */

/* The first entry for a key; NULL: it is called so still. */
const struct keras_rename *keras_rename_find(int generation, const char *class, const char *key);
bool keras_rename_applies(const struct keras_rename *rename, int generation, const char *class);

/* What a class without a key did, where today's default does otherwise. */
struct keras_absent {
    int generation; /* the last that wrote files without it */
    const char *class, *key, *value;
};
extern const struct keras_absent keras_absent[]; /* ended by an entry without class */

/* TensorFlow functions and graph ops as Keras operations. */
struct keras_function {
    const char *function, *node_op; /* of TFOpLambda and TensorFlowOpLayer; NULL: none */
    const char *class;              /* of keras.ops */
    const char *argument, *key; /* this argument (of a graph op: its last constant) is that key of the configuration */
};
const struct keras_function *keras_function_find(const char *function, const char *node_op);

/* --- keras_policy.c --- */

/* The policy that a dtype value names, an index in lt_policies; -1: none said or none that exists. */
int16_t keras_policy(struct keras_reader *reader, const struct lt_tree *dtype);

/* The most common policy of the layers becomes the set-up's; those layers follow it from then on. */
void keras_settle_precision(struct keras_reader *reader);

/* --- keras_compile.c --- */

/* compile_config, training_config, or the root of a Keras 1.0 file. NULL: not compiled. */
void keras_read_compile(struct keras_reader *reader, const struct lt_tree *compile);

/* The optimizer inside those that Keras puts around others, *scaled (may be NULL) set where a LossScaleOptimizer is
 * among them; the name of a loss, of several losses the first. */
const struct lt_tree *keras_unwrapped(const struct lt_tree *optimizer, bool *scaled);
const char *keras_loss_name(const struct lt_tree *tree, bool *several);

/* Gives a choice of the set-up if it has that choice. */
bool keras_choose(struct keras_reader *reader, enum lt_setup_field field, const char *text);

/* Fills an empty document. `version`: what else says which Keras wrote it; NULL: nothing. LT_OK: there is a model in
 * it. */
enum lt_status keras_fill(struct keras_reader *reader, const struct lt_tree *tree, const char *version);

#endif
