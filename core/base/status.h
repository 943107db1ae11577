/* How functions fail, and the list in which every problem of a file is gathered.
 * A status says that something went wrong; the problem list says where, what, and what would be right. */
#ifndef LT_BASE_STATUS_H
#define LT_BASE_STATUS_H

#include "core/base/arena.h"

enum lt_status {
    LT_OK,
    LT_NO_MEMORY,
    LT_INVALID,     /* the data contradict themselves or a rule */
    LT_UNSUPPORTED, /* understood, but not something this program can use */
    LT_NOT_FOUND,
    LT_TOO_LARGE, /* above a stated limit */
    LT_IO,        /* the system refused; the problem holds its reason */
    LT_STATUS_COUNT,
};

/* One word for a status, never NULL. */
const char *lt_status_name(enum lt_status status);

enum lt_severity { LT_NOTE, LT_WARNING, LT_ERROR };
const char *lt_severity_name(enum lt_severity severity);

/* Where a problem is. line and column count from 1; 0 and NULL mean not known. All text is borrowed. */
struct lt_place {
    const char *file;
    uint32_t line, column;
    const char *path; /* within the data, such as config.layers[12].config.units */
};

struct lt_problem {
    struct lt_place place;
    enum lt_severity severity;
    const char *message; /* what is wrong */
    const char *hint;    /* what would be right; NULL: nothing to add */
};

enum { LT_PROBLEM_LIMIT = 20 };

/* Up to LT_PROBLEM_LIMIT problems of each severity in the order they were found, and a count of all of them. */
struct lt_problems {
    struct lt_arena *arena; /* owns all text of the list */
    struct lt_problem *item;
    uint32_t count, capacity;
    uint32_t total[LT_ERROR + 1]; /* found, whether listed or not */
};

/* Adds a problem; text is copied, of very long text the beginning. Foreign text in the message must already be safe
 * (lt_safe_text). */
void lt_problem_add(struct lt_problems *problems, enum lt_severity severity, struct lt_place place, const char *hint,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* `file:line:column: error: message; hint`, one line without its end; NULL where memory ends. */
char *lt_problem_text(struct lt_arena *arena, const struct lt_problem *problem);

static inline bool lt_has_errors(const struct lt_problems *problems)
{
    return problems->total[LT_ERROR] > 0;
}

#endif
