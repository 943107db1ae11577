/* What real Keras said: the data of tests/reference, each file one document with a row per case. */
#ifndef LT_TESTS_CORE_REFERENCE_H
#define LT_TESTS_CORE_REFERENCE_H

#include "core/data/file.h"
#include "core/data/json.h"
#include "tests/core/test.h"

#include <string.h>

/* The rows of tests/reference/NAME.json; at least so many, lest rows go missing unseen. */
static inline const struct lt_tree *reference_rows(struct lt_arena *arena, const char *name, uint32_t at_least)
{
    struct lt_problems problems = {.arena = arena};
    const char *path = lt_format(arena, "tests/reference/%s.json", name), *text = NULL;
    size_t bytes = 0;
    const struct lt_tree *root = NULL;
    if (lt_file_read(arena, path, 64 << 20, &text, &bytes, &problems) == LT_OK)
        root = lt_json_read(arena, path, text, bytes, LT_JSON_MODEL, &problems);
    if (!root)
        fail_msg("%s: %s", path, problems.count ? problems.item[0].message : "not read");
    const struct lt_tree *rows = lt_tree_get(root, "rows");
    assert_true(rows && rows->count >= at_least);
    return rows;
}

/* A value of a row, which must have it. */
static inline const struct lt_tree *row_value(const struct lt_tree *row, const char *key)
{
    const struct lt_tree *value = lt_tree_get(row, key);
    if (!value)
        fail_msg("%s: no %s", lt_tree_text(lt_tree_get(row, "name"), "?"), key);
    return value;
}

static inline const char *row_text(const struct lt_tree *row, const char *key)
{
    return lt_tree_text(row_value(row, key), "");
}

static inline int64_t row_int(const struct lt_tree *row, const char *key)
{
    return lt_tree_int(row_value(row, key), -1);
}

static inline const char *row_name(const struct lt_tree *row)
{
    return row_text(row, "name");
}

/* The row of that name. */
static inline const struct lt_tree *row_named(const struct lt_tree *rows, const char *name)
{
    for (const struct lt_tree *row = rows->child; row; row = row->next)
        if (strcmp(row_name(row), name) == 0)
            return row;
    fail_msg("no row %s", name);
    return NULL;
}

#endif
