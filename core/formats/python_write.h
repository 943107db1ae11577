/* What the parts of the writer of Python programs share. It turns what the Keras writer made of the document into text,
 * so that both say the same. python_write: the program. python_model: models and calls. python_value: values. */
#ifndef LT_FORMATS_PYTHON_WRITE_H
#define LT_FORMATS_PYTHON_WRITE_H

#include "core/formats/keras_write.h"

enum { PYTHON_WIDTH = 88 }; /* columns of a line, as the usual formatters have it */

/* Names with how often each was used, in the order of their first use. All-zero is empty. */
struct python_names {
    const char **name;
    uint32_t *uses, count, capacity;
    uint32_t *slot, slot_mask; /* names by their hash, plus one */
};

struct python {
    struct keras_writer *keras;
    struct lt_arena *arena;
    struct lt_buffer functions;    /* those that are finished, in the order in which they must stand */
    struct python_names imports;   /* lines that import what is not of keras, layers or ops */
    struct python_names automatic; /* names that Keras has given to layers so far, by class */
    struct python_names globals;   /* taken at the top of the program */
    const char *policy;            /* the program's dtype policy */
    bool uses_layers, uses_ops;
};

/* The arguments of a call as they stand in the text. */
struct python_arguments {
    const char **item;
    uint32_t count, capacity;
};

/* How often `name` was counted; python_count counts it once more and gives what it was before. */
uint32_t python_uses(const struct python_names *names, const char *name);
uint32_t python_count(struct python *p, struct python_names *names, const char *name);

/* `name` as an identifier that is not in `names` yet, and enters them. */
const char *python_identifier(struct python *p, struct python_names *names, const char *name);

/* What a file calls a class, a module or an argument, as a name or names joined by dots: what cannot stand in one
 * becomes _. No text of a file stands as code in another way. */
const char *python_word(struct python *p, const char *name);

void python_argument(struct python *p, struct python_arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* PREFIX + "(" + arguments + ")" + suffix below `indent` blanks, on as many lines as it needs. */
void python_statement(struct python *p, struct lt_buffer *out, int indent, const char *prefix,
                      const struct python_arguments *arguments, const char *suffix);

/* --- python_value.c --- */

/* The expression for any value of a configuration: "relu", (2, 3), keras.regularizers.L2(l2=0.0001). */
const char *python_value(struct python *p, const struct lt_tree *tree);

/* "text" with all that is not plain escaped. */
const char *python_text(struct python *p, const char *text);

/* The configuration of a layer or an operation as arguments: only what is not the default. `name` false: without the
 * layer's name. */
void python_configuration(struct python *p, const struct lt_tree *object, bool name,
                          struct python_arguments *arguments);

/* name="stem", unless Keras gives that name to the next layer of the class by itself. */
void python_name(struct python *p, const char *class, const char *name, struct python_arguments *arguments);

/* layers.Dense(8, activation="relu") */
const char *python_layer(struct python *p, const struct lt_tree *object, bool name);

/* What constructs the class: layers.Dense, keras.Input, or an imported name. */
const char *python_class(struct python *p, const struct lt_tree *object);

/* --- python_model.c --- */

/* A function that builds the model, into p->functions; `layer`: LT_NO_LAYER for the document's own. Its name. */
const char *python_model(struct python *p, const struct lt_tree *object, uint32_t layer, const char *name);

#endif
