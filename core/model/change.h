/* What an edit changes, as the other state of it: performing a change swaps it with the document's own, so undo and
 * redo are the same step. Structure is copied before it is changed, never written into; so both states share what they
 * have in common and each can be put back by its pointers. Internal to the edits. */
#ifndef LT_MODEL_CHANGE_H
#define LT_MODEL_CHANGE_H

#include "core/model/assign.h"
#include "core/model/edit.h"

enum lt_change_part { LT_CHANGE_SETUP = 1, LT_CHANGE_LAYER = 2, LT_CHANGE_STRUCTURE = 4 };

struct lt_change {
    unsigned parts; /* of enum lt_change_part */
    struct lt_setup setup;
    uint32_t index; /* of the layer */
    struct lt_layer layer;
    struct {
        struct lt_layer *layer;
        uint32_t layer_count, layer_capacity;
        struct lt_graph graph;
    } structure;
};

void lt_change_swap(struct lt_document *document, struct lt_change *change);

/* Records a performed change with the line that made it; what was undone before is forgotten. LT_NO_MEMORY: nothing is
 * recorded. */
enum lt_status lt_history_add(struct lt_history *history, const char *line, const struct lt_change *change);

/* One edit being worked out: nothing of it is in the document yet. */
struct lt_editor {
    struct lt_document *document;
    struct lt_arena *arena; /* the document's */
    struct lt_problems *problems;
    struct lt_change change;
};

/* Adds an error and returns LT_INVALID, or LT_NO_MEMORY where memory ended. */
enum lt_status lt_edit_refuse(struct lt_editor *e, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The layer at a path, with or without `layers.` before it; LT_NO_LAYER and an error that offers the nearest. */
uint32_t lt_edit_find(struct lt_editor *e, const char *path);

/* Sets one key of `layer`, a copy of layer `index` or a new one: a configuration field, name, trainable or precision.
 */
enum lt_status lt_edit_key(struct lt_editor *e, uint32_t index, struct lt_layer *layer, const char *key,
                           const char *value);

/* The layer again, as a copy whose configuration can be written. */
enum lt_status lt_edit_copy_layer(struct lt_editor *e, const struct lt_layer *from, struct lt_layer *copy);

/* A class that can stand as one layer of its own; NULL and an error where there is none. */
const struct lt_kind *lt_edit_kind(struct lt_editor *e, const char *class_name);

/* KEY=VALUE … separated by blanks. `text` is cut up. */
enum lt_status lt_edit_keys(struct lt_editor *e, uint32_t index, struct lt_layer *layer, char *text);

/* The commands on the graph; `args` is what stands behind the command's word, and is cut up. */
enum lt_status lt_edit_remove(struct lt_editor *e, char *args);
enum lt_status lt_edit_insert(struct lt_editor *e, char *args);
enum lt_status lt_edit_rewire(struct lt_editor *e, char *args);

#endif
