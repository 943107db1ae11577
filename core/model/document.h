/* The document: a model, its training set-up and its machine choice: what the user opens, edits and saves.
 * It owns one arena. Layers are found by index; indices stay valid until a structural edit. */
#ifndef LT_MODEL_DOCUMENT_H
#define LT_MODEL_DOCUMENT_H

#include "core/model/kind.h"
#include "core/model/setup.h"

enum lt_format {
    LT_FORMAT_NONE,       /* made here */
    LT_FORMAT_NATIVE,     /* our YAML */
    LT_FORMAT_KERAS_ZIP,  /* .keras archive */
    LT_FORMAT_KERAS_JSON, /* to_json() */
    LT_FORMAT_KERAS_H5,
    LT_FORMAT_SAVED_MODEL, /* a directory with keras_metadata.pb */
    LT_FORMAT_TFJS,        /* model.json of TensorFlow.js */
    LT_FORMAT_COUNT
};

/* Where the document came from, and what it said about itself. Not safe to print. */
struct lt_origin {
    enum lt_format format;
    const char *file;              /* as given by the user; NULL: none */
    const char *writer;            /* "3.15.1"; NULL: not said */
    const char *backend;           /* "tensorflow"; NULL: not said */
    const char *title, *notes;     /* of native YAML */
    const struct lt_tree *compile; /* compile_config or training_config as read; NULL: none */
    uint64_t weight_elements;      /* of the weights in the file; 0: none there, or not counted */
    uint64_t optimizer_elements;   /* of its optimizer's variables, scalars included; 0: as above */
};

struct lt_custom;

struct lt_document {
    struct lt_arena *arena;
    const char *name;
    struct lt_layer *layer;
    uint32_t layer_count, layer_capacity;
    struct lt_graph graph;
    bool sequential; /* the model is a Sequential */
    struct lt_setup setup;
    struct lt_origin origin;
    const struct lt_custom **custom; /* classes that the file or the user describes */
    uint32_t custom_count;
};

const char *lt_format_name(enum lt_format format);

/* An empty document in its own new arena; NULL where memory ends. */
struct lt_document *lt_document_new(void);
void lt_document_free(struct lt_document *document);

/* A deep copy in a new arena, without garbage; NULL where memory ends. */
struct lt_document *lt_document_clone(const struct lt_document *document);

/* A new layer at the end of the list, config at its defaults, name and class copied; its index, or LT_NO_LAYER. */
uint32_t lt_document_add_layer(struct lt_document *document, const struct lt_kind *kind, const char *class_name,
                               const char *name);

/* outer/inner: the names from the top down, made safe. NULL where memory ends. */
char *lt_layer_path(struct lt_arena *arena, const struct lt_document *document, uint32_t layer);

/* The layer by path or, where only one has it, by name; LT_NO_LAYER: none or several. */
uint32_t lt_document_find_layer(const struct lt_document *document, const char *path);

/* Puts the nodes into an order in which each stands after its sources and the inputs come first; otherwise the old
 * order is kept. References are renumbered in place. LT_INVALID: a cycle, or a reference to no node; *bad (may be NULL)
 * is then a node on it, and nothing has changed. */
enum lt_status lt_graph_sort(struct lt_arena *arena, struct lt_graph *graph, uint32_t *bad);

#endif
