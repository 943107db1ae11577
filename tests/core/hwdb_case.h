/* The hardware database in a test: opened with up to two folders of the user's, whose files the test writes. */
#ifndef LT_TESTS_CORE_HWDB_CASE_H
#define LT_TESTS_CORE_HWDB_CASE_H

#include "core/hardware/store.h"
#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One database, its problems, and how many folders of the user's it looks into. */
struct fixture {
    struct lt_arena arena;
    struct lt_problems problems;
    struct lt_database *db;
    int folders;
};

static const char *const user_folders[2] = {"user", "later"};

static inline void fixture_open(struct fixture *f)
{
    const char *path[2] = {scratch_path(user_folders[0]), scratch_path(user_folders[1])};
    f->problems = (struct lt_problems){.arena = &f->arena};
    f->db = lt_database_open(path, f->folders, &f->problems);
    assert_non_null(f->db);
}

static inline int fixture_setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    lt_database_close(f->db);
    lt_arena_free(&f->arena);
    free(f);
    scratch_remove();
    return 0;
}

/* A user file: the head, then `body`. */
static inline void user_file(struct fixture *f, int layer, const char *name, const char *body)
{
    const char *text = lt_format(&f->arena, "schema: hwdb/1\n%s", body);
    scratch_write(lt_format(&f->arena, "%s/%s", user_folders[layer], name), text, strlen(text));
    f->folders = layer + 1;
}

static inline const struct lt_device *find(struct fixture *f, const char *id)
{
    const struct lt_device *device;
    const char *nearest[4];
    assert_int_equal(lt_database_find(f->db, id, &device, nearest, &f->problems), LT_OK);
    return device;
}

static inline void assert_near(double value, double expected)
{
    if (fabs(value - expected) > fabs(expected) * 1e-9)
        fail_msg("%.12g is not %.12g", value, expected);
}

/* The problem's text without the directory in front. */
static inline void assert_reported(struct fixture *f, const char *expected)
{
    assert_true(f->problems.count > 0);
    const char *text = lt_problem_text(&f->arena, &f->problems.item[0]);
    const size_t folder = strlen(scratch_path(user_folders[0])) + 1;
    assert_true(strlen(text) > folder);
    assert_string_equal(text + folder, expected);
}

/* A test whose *state is a struct fixture. */
#define HWDB_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
