/* What the parts of the Keras 3 writer share. keras_write: models and layers. keras_write_graph: calls and tensors.
 * keras_write_compile: the optimizer and the loss. keras_arguments: what Keras's constructors take besides what the
 * catalogue's fields describe. */
#ifndef LT_FORMATS_KERAS_WRITE_H
#define LT_FORMATS_KERAS_WRITE_H

#include "core/model/walk.h"

struct keras_writer {
    struct lt_arena *arena; /* of the tree that is being made */
    const struct lt_document *document;
    struct lt_problems *problems;   /* what could not be written as it was */
    struct lt_walked walked, other; /* shapes, and shapes with every open size changed: an axis that differs is open */
    uint32_t *calls;                /* per layer: how many nodes call it, counted anew for each graph */
    const struct lt_tree **object;  /* per layer: what was written of it; NULL: nothing, or inside a wrapper */
};

/* A problem with the layer as its place. */
void keras_write_problem(struct keras_writer *w, enum lt_severity severity, uint32_t layer, const char *hint,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

/* --- keras_write.c --- */

/* The whole document; the writer may be all-zero but for arena, document and problems. */
enum lt_status keras_write_document(struct keras_writer *w, const struct lt_tree **out);

/* The layer as an object of Keras 3 below `parent`; its calls are not in it. */
struct lt_tree *keras_write_layer(struct keras_writer *w, uint32_t layer, struct lt_tree *parent, const char *key);

/* {module, class_name, config: {}, registered_name} below `parent`, as Keras 3 writes any object; *config receives the
 * empty map. Text may be NULL: null. */
struct lt_tree *keras_write_object(struct lt_arena *arena, struct lt_tree *parent, const char *key, const char *module,
                                   const char *class, const char *registered, struct lt_tree **config);

/* Whether the graph is one chain of single calls from its only input to its only output: what a Sequential can say.
 * `calls`, one per layer of the document, is overwritten. */
bool keras_write_is_chain(const struct lt_graph *graph, uint32_t *calls);

/* A value that a layer's field has, below `config`, as Keras takes it. */
void keras_write_field(struct lt_arena *arena, const struct lt_layer *layer, int field, struct lt_tree *config);

/* --- keras_write_graph.c --- */

/* layers, input_layers and output_layers of a Functional model. `layer`: LT_NO_LAYER for the document's own. */
void keras_write_functional(struct keras_writer *w, const struct lt_graph *graph, uint32_t layer,
                            struct lt_tree *config);

/* Whether a call takes its tensors as one list: merging layers, and models of several inputs. */
bool keras_write_takes_list(const struct lt_layer *layer);

/* --- keras_write_compile.c --- */

/* compile_config: what the file says of it, where the set-up still says the same, else the set-up's optimizer and loss.
 * NULL: neither the file nor the user named any. */
struct lt_tree *keras_write_compile(struct lt_arena *arena, const struct lt_document *document);

/* --- keras_arguments.c --- */

/* The module that Keras 3 finds a class of the catalogue in, and what it calls it there. */
const char *keras_write_module(const struct lt_kind *kind);
const char *keras_write_class(const struct lt_kind *kind);

/* Whether Keras 3's class of a kind takes an argument that none of its fields describes. *initial receives its default
 * (NULL: None). */
bool keras_argument_known(const struct lt_kind *kind, const char *key, const char **initial);

/* Whether a field of the kind is an argument that Keras 3 wants to be given. */
bool keras_argument_required(const struct lt_kind *kind, const char *key);

/* The key under which a wrapper's configuration holds its child `i`; NULL: it holds none there. *list: as an element of
 * a list under that key. */
const char *keras_child_key(const struct lt_kind *kind, int i, bool *list);

/* Whether Keras 3 has the class at all: some of the catalogue's are older. */
bool keras_write_has_class(const struct lt_kind *kind);

#endif
