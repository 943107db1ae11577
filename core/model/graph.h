/* Layers, and the graph of their calls.
 * A layer is configuration and variables; a node is one call of it. A shared layer has one layer and several nodes:
 * parameters count per layer, shapes and operations per node. Everything lives in the document's arena. */
#ifndef LT_MODEL_GRAPH_H
#define LT_MODEL_GRAPH_H

#include "core/model/shape.h"
#include "core/model/value.h"

struct lt_kind;

#define LT_NO_LAYER UINT32_MAX

/* One tensor that a node takes: the output of another node of the same graph. */
struct lt_ref {
    uint32_t node; /* index in the graph's nodes */
    uint16_t output;
    bool mask;        /* an edge for memory, not an operand of the shape rule */
    const char *role; /* the keyword it was passed by: "key", "initial_state"; NULL: by position */
};

struct lt_node {
    uint32_t layer; /* index in the document's layers */
    struct lt_ref *in;
    uint16_t in_count;
    uint16_t declared_count;
    const struct lt_shape
        *declared; /* output shapes that the file states; rank -1 where it does not. LT_NO_DIM: null */
    const struct lt_tree *arguments; /* {args: [...], kwargs: {...}} as Keras 3 writes a call; NULL: only the tensors */
};

/* Nodes in an order in which every node stands after those it takes tensors from. The first nodes are the inputs. */
struct lt_graph {
    struct lt_node *node;
    uint32_t node_count;
    struct lt_ref *in, *out; /* in: the input nodes in the order of the call */
    uint16_t in_count, out_count;
};

struct lt_layer {
    const struct lt_kind *kind;   /* never NULL: lt_kind_unknown for a class that is not in the catalogue */
    const char *name;             /* as in the file: not safe to print */
    const char *class_name;       /* as in the file */
    const char *registered;       /* "Custom>Name" or the user's module; NULL for Keras's own */
    struct lt_value *config;      /* parallel to kind->config */
    const struct lt_tree *unread; /* a map of the keys that no field describes, kept for writing; NULL: none */
    const struct lt_tree *source; /* the object of the file it was read from; NULL: made here */
    struct lt_graph *inner;       /* a nested model's graph; NULL: none */
    uint32_t *child;              /* layers inside a wrapper (Bidirectional, TimeDistributed, RNN), document indices */
    uint16_t child_count;
    uint32_t parent; /* the layer whose inner graph or children this one belongs to; LT_NO_LAYER: top */
    int16_t policy;  /* index in lt_policies; -1: the set-up's `precision` */
    bool trainable;
    bool implied;    /* the file does not list it: an input that a first layer's shape implies, or the
                      * stand-in for what is missing. Not a layer of the model for a person */
    bool sequential; /* a nested Sequential model: written back as such */
    const struct lt_shape *build_shape; /* input shape that the file's build_config states; NULL: none */
};

#endif
