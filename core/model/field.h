/* What can be set, said once: reading, writing, checking, the form, --set, JSON keys, error texts and the manual page
 * all follow this description. Used for the training set-up and for the configuration of every layer kind. */
#ifndef LT_MODEL_FIELD_H
#define LT_MODEL_FIELD_H

#include "core/model/value.h"

enum lt_field_type {
    LT_FIELD_BOOL,
    LT_FIELD_INT,
    LT_FIELD_FLOAT,
    LT_FIELD_BYTES,  /* an integer, written with a unit: 80GiB */
    LT_FIELD_CHOICE, /* one of `choices` */
    LT_FIELD_TEXT,
    LT_FIELD_INTS,       /* a list of integers, or one integer; elements may be null where `optional` */
    LT_FIELD_ACTIVATION, /* a name of the activation table, or an object that holds one; null is linear */
    LT_FIELD_TREE,       /* kept as it is; not edited on the screen */
    LT_FIELD_PAIRS,      /* before and after, per axis: 1, or 1,2, or 1,2,3,4 for (1,2),(3,4); a value of integers */
};

struct lt_field {
    const char *name;
    enum lt_field_type type;
    const char
        *initial; /* the default, as a user would type it; NULL: null, and where that is no value it must be given */
    double low, high;           /* of numbers and list elements; both 0: no limit */
    const char *const *choices; /* NULL-terminated */
    const char *help;           /* one sentence without a period */
    bool optional;              /* null is a value */
};

/* The default of a field. Defaults of lists live in the arena. */
struct lt_value lt_field_default(const struct lt_field *field, struct lt_arena *arena);

/* Reads what a user typed. On failure the value is untouched and the problem says the range or the choices. */
enum lt_status lt_field_parse(const struct lt_field *field, struct lt_arena *arena, const char *text,
                              struct lt_value *value, struct lt_place place, struct lt_problems *problems);

/* Reads from a file; `given` is set. Values out of range are problems with the place of `tree`. */
enum lt_status lt_field_read(const struct lt_field *field, struct lt_arena *arena, const struct lt_tree *tree,
                             struct lt_value *value, const char *file, struct lt_problems *problems);

/* Adds the value under `parent` as Keras and our YAML write it. */
void lt_field_write(const struct lt_field *field, const struct lt_value *value, struct lt_arena *arena,
                    struct lt_tree *parent);

/* As a user would type it: "3,3", "relu", "80GiB", "none" for null. NULL where memory ends. */
char *lt_field_text(const struct lt_field *field, const struct lt_value *value, struct lt_arena *arena);

/* The range or the choices as a hint: "1 to 65536", "one of valid, same". NULL where anything goes. */
char *lt_field_range(const struct lt_field *field, struct lt_arena *arena);

/* The next (step 1) or previous (step -1) sensible value: doubling and halving of whole numbers, the next choice, the
 * other truth value. False where the field has no such step or its range ends. */
bool lt_field_step(const struct lt_field *field, struct lt_arena *arena, const struct lt_value *value, int step,
                   struct lt_value *next);

/* The index of `name` in `count` fields, -1: none. */
int lt_field_find(const struct lt_field *fields, int count, const char *name);

#endif
