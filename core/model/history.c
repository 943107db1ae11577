#include <stdlib.h>
#include <string.h>

#include "core/model/change.h"

struct edit {
    char *line;
    struct lt_change change; /* the state before the edit; after an undo the one behind it */
};

/* Edits before `position` are done, those from there on undone. */
struct lt_history {
    struct edit *edit;
    size_t count, capacity, position;
    size_t saved; /* the position that is as saved; SIZE_MAX: none any more */
};

struct lt_history *lt_history_new(void)
{
    return calloc(1, sizeof(struct lt_history));
}

static void forget_from(struct lt_history *history, size_t position)
{
    while (history->count > position)
        free(history->edit[--history->count].line);
}

void lt_history_free(struct lt_history *history)
{
    if (!history)
        return;
    forget_from(history, 0);
    free(history->edit);
    free(history);
}

bool lt_can_undo(const struct lt_history *history)
{
    return history->position > 0;
}

bool lt_can_redo(const struct lt_history *history)
{
    return history->position < history->count;
}

enum lt_status lt_history_add(struct lt_history *history, const char *line, const struct lt_change *change)
{
    char *copy = strdup(line);
    if (!copy)
        return LT_NO_MEMORY;
    if (history->position == history->capacity) {
        size_t capacity = history->capacity ? history->capacity * 2 : 16;
        struct edit *larger = realloc(history->edit, capacity * sizeof *larger);
        if (!larger) {
            free(copy);
            return LT_NO_MEMORY;
        }
        history->edit = larger;
        history->capacity = capacity;
    }
    forget_from(history, history->position);
    if (history->saved != SIZE_MAX && history->saved > history->position)
        history->saved = SIZE_MAX;
    history->edit[history->count++] = (struct edit){copy, *change};
    history->position = history->count;
    return LT_OK;
}

static struct edit *last_edit(struct lt_history *history)
{
    return &history->edit[history->position - 1];
}

enum lt_status lt_undo(struct lt_document *document, struct lt_history *history, const char **line)
{
    if (!lt_can_undo(history))
        return LT_NOT_FOUND;
    lt_change_swap(document, &last_edit(history)->change);
    history->position--;
    if (line)
        *line = "undo";
    return LT_OK;
}

enum lt_status lt_redo(struct lt_document *document, struct lt_history *history, const char **line)
{
    if (!lt_can_redo(history))
        return LT_NOT_FOUND;
    history->position++;
    lt_change_swap(document, &last_edit(history)->change);
    if (line)
        *line = last_edit(history)->line;
    return LT_OK;
}

void lt_mark_saved(struct lt_history *history)
{
    history->saved = history->position;
}

bool lt_is_saved(const struct lt_history *history)
{
    return history->saved == history->position;
}
