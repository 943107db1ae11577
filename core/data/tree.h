/* One data tree, whether it came from YAML or from JSON: what every reader of a format walks.
 * It knows no library and no meaning of a key. All of it lives in the arena it was read into. */
#ifndef LT_DATA_TREE_H
#define LT_DATA_TREE_H

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/status.h"

enum lt_tree_type { LT_TREE_NULL, LT_TREE_BOOL, LT_TREE_INT, LT_TREE_FLOAT, LT_TREE_TEXT, LT_TREE_LIST, LT_TREE_MAP };

struct lt_tree {
    enum lt_tree_type type;
    uint32_t line, column;        /* from 1; 0: not known (JSON values after parsing) */
    uint32_t count : 31;          /* children */
    bool quoted : 1;              /* YAML text that stood in quotes: never a number or a truth value */
    const struct lt_tree *parent; /* NULL for the root */
    const char *key;              /* in a map, else NULL */
    struct lt_tree *next;         /* the following child of the same parent */
    struct lt_tree *child, *last; /* list and map */
    union {
        bool boolean;
        int64_t integer;
        double number;
        const char *text; /* valid UTF-8, as in the file: not safe to print */
    };
};

/* What a reader takes from a file. Together they bound its memory: a value is one lt_tree, its text no longer than its
 * source. */
struct lt_tree_limits {
    size_t bytes;
    uint32_t depth, values;
};

/* Of the description of a model: 20,000 layers in full as Keras 3 writes them, 100,000 of a class and a size. */
enum { LT_MODEL_BYTES = 16 << 20, LT_MODEL_VALUES = 1 << 19 };

/* The child of a map by key, the child of a list by index; NULL where there is none or `tree` is NULL or no such thing.
 */
const struct lt_tree *lt_tree_get(const struct lt_tree *tree, const char *key);
const struct lt_tree *lt_tree_at(const struct lt_tree *tree, uint32_t index);

/* Values with a fallback for NULL trees and other types. An integer reads as a number too, and a number with no
 * fraction (1.0, as old Keras files have them) as an integer. */
const char *lt_tree_text(const struct lt_tree *tree, const char *fallback);
int64_t lt_tree_int(const struct lt_tree *tree, int64_t fallback);
double lt_tree_number(const struct lt_tree *tree, double fallback);
bool lt_tree_bool(const struct lt_tree *tree, bool fallback);

/* The path from the root: config.layers[12].config.units; NULL where memory ends. Keys are made safe. */
char *lt_tree_path(struct lt_arena *arena, const struct lt_tree *tree);

/* Where `tree` stands, for a problem: file, line, column, and the path where lines are not known. */
struct lt_place lt_tree_place(struct lt_arena *arena, const char *file, const struct lt_tree *tree);

/* Building, for writers and tests. `parent` NULL makes a root. `key` and `text` are copied. NULL where memory ends, and
 * harmless with a NULL parent of a failed call as long as the caller checks arena->failed once. */
struct lt_tree *lt_tree_new(struct lt_arena *arena, enum lt_tree_type type, struct lt_tree *parent, const char *key);
/* As lt_tree_new for a null, but the key is borrowed: for readers, who then fill the node in. */
struct lt_tree *lt_tree_append(struct lt_arena *arena, struct lt_tree *parent, const char *key);

struct lt_tree *lt_tree_add_text(struct lt_arena *arena, struct lt_tree *parent, const char *key, const char *text);
struct lt_tree *lt_tree_add_int(struct lt_arena *arena, struct lt_tree *parent, const char *key, int64_t value);
struct lt_tree *lt_tree_add_number(struct lt_arena *arena, struct lt_tree *parent, const char *key, double value);
struct lt_tree *lt_tree_add_bool(struct lt_arena *arena, struct lt_tree *parent, const char *key, bool value);

/* A deep copy under `parent`. */
struct lt_tree *lt_tree_copy(struct lt_arena *arena, const struct lt_tree *tree, struct lt_tree *parent,
                             const char *key);

/* Makes `tree`, a root, the last child of the map `parent`. The key is borrowed; both live in the same arena. */
void lt_tree_attach(struct lt_tree *parent, const char *key, struct lt_tree *tree);

/* Same values in the same order; places do not count. */
bool lt_tree_equal(const struct lt_tree *a, const struct lt_tree *b);

#endif
