/* The walk over a document's calls: the shape of every tensor, the variables of every layer, and, with a builder, the
 * logical program of one forward pass. A pure function of the document and the binding of what the file leaves open. */
#ifndef LT_MODEL_WALK_H
#define LT_MODEL_WALK_H

#include "core/model/document.h"

/* What the open axes are bound to. */
struct lt_binding {
    uint64_t batch;
    bool training;
    const struct lt_policy *precision;
    /* All axes that the file leaves open, but the batch, are multiplied by this (1: as they are bound). A second walk
     * with another batch and 2 here tells which axes of which shapes are open. */
    int64_t stretch;
};

/* What one node of a graph gives. */
struct lt_walked_node {
    struct lt_shape *shape;          /* rank -1 where unknown */
    const struct lt_shape *reported; /* as Keras reports them; NULL: as they are */
    lt_tensor *tensor;               /* only with a builder */
    uint16_t count;
};

struct lt_walked_layer {
    const struct lt_shape *out;      /* of the first call; ranks of -1 where unknown; NULL: never called */
    const struct lt_shape *reported; /* the same as Keras reports them, which is not always what it makes */
    uint16_t out_count;
    uint32_t calls;
    struct lt_variables variables;      /* once per layer, whatever the calls */
    lt_tensor first_variable;           /* in the builder's program; only with a builder */
    const struct lt_walked_node *inner; /* of a model: its nodes in its first call, parallel to inner->node */
    const char *problem;                /* why its shapes do not fit, for a person; NULL: they do */
    bool blocked;                       /* a layer before it has no shape, so this one has none either */
    bool declared;                      /* its shapes are the file's word, not computed */
    bool guessed; /* some of its sizes are guesses: of an input, of a result that it leaves open */
    bool assumed; /* rests on a guessed size */
};

struct lt_walked {
    struct lt_walked_layer *layer;     /* parallel to document->layer */
    const struct lt_walked_node *node; /* parallel to document->graph.node */
    const struct lt_shape *in;         /* the model's inputs */
    const lt_tensor *out_tensor;       /* parallel to out; only with a builder */
    const struct lt_shape *out;        /* the model's outputs; rank -1 where unknown */
    uint16_t in_count, out_count;
    uint64_t batch; /* of the first input: a file that fixes its batch runs that one, whatever is asked for */
    bool complete;  /* every layer is known, with its shapes */
};

/* `builder` NULL: shapes and variables only. LT_OK even where layers have problems (they are in their entries);
 * LT_NO_MEMORY, LT_TOO_LARGE otherwise. */
enum lt_status lt_walk(const struct lt_document *document, const struct lt_binding *binding, struct lt_arena *arena,
                       struct lt_builder *builder, struct lt_walked *out);

#endif
