/* Models that a file describes by their hyper-parameters alone: KerasHub's backbones and the tasks on top of them. A
 * recipe lists the layers that such a class builds, in Keras's names; from it comes the Functional model as Keras would
 * have written it, which the reader of Keras files then reads like any other. It knows no layer kinds and no figures.
 */
#ifndef LT_FORMATS_HUB_H
#define LT_FORMATS_HUB_H

#include "core/data/tree.h"

/* One layer of a recipe, or, where `class` is NULL, another name for the tensor before it. */
struct lt_hub_layer {
    const char *name;  /* a second layer of the same name is another call of the first; %d counts a repeated one */
    const char *class; /* an operation begins with a dot: ".GetItem" */
    const char *in;    /* NULL: the tensor before. "a, b, mask=c, reverse=true, [:,0,:], 2": tensors of the layers and
                        * names before, $ for the tensor before, constants; "" for an input */
    const char
        *config; /* "units=hidden_dim rate=0.1 activation='relu": hyper-parameters, their a/b, a*b and constants */
    const char *times;    /* the hyper-parameter that says how often it stands one after the other; NULL: once */
    const char *distinct; /* the one that says how many of these have weights of their own; NULL: all */
    const char *when;     /* "a!=b" or the hyper-parameter that must be true; NULL: always */
};

struct lt_hub_recipe {
    const char *class;
    const char *inputs;               /* "token_ids, padding_mask": whole numbers per position */
    const char *defaults;             /* of hyper-parameters that files may leave out, as in lt_hub_layer.config */
    const char *outputs;              /* in Keras's order; NULL: the last tensor */
    const struct lt_hub_layer *layer; /* ended by an entry without a name */
};
extern const struct lt_hub_recipe lt_hub_recipes[]; /* ended by an entry without a class */

/* Whether there is a recipe for the class, which may be a task: GPT2CausalLM, BartSeq2SeqLM. */
bool lt_hub_knows(const char *class_name);

/* Whether the class has a hyper-parameter of that name which changes what it builds. */
bool lt_hub_takes(const char *class_name, const char *setting);

/* The Functional model that the class builds from `settings` (a map; of a task those of its backbone, or a map with the
 * backbone in it), in `arena`. NULL where memory ends, or where *problem says for a person what is missing. */
struct lt_tree *lt_hub_model(struct lt_arena *arena, const char *class_name, const char *name,
                             const struct lt_tree *settings, const char **problem);

#endif
