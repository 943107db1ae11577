/* The hardware database in a test: opened with up to two folders of the user's, whose files the test writes. */
#ifndef LT_TESTS_CORE_HWDB_CASE_H
#define LT_TESTS_CORE_HWDB_CASE_H

#include "core/hardware/store.h"
#include "tests/core/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One database, its problems, and a directory per user layer. */
struct fixture {
    struct lt_arena arena;
    struct lt_problems problems;
    struct lt_database *db;
    char directory[2][64];
    int directories;
};

static inline void fixture_open(struct fixture *f)
{
    const char *path[2] = {f->directory[0], f->directory[1]};
    f->problems = (struct lt_problems){.arena = &f->arena};
    f->db = lt_database_open(path, f->directories, &f->problems);
    assert_non_null(f->db);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    for (int i = 0; i < 2; i++) {
        strcpy(f->directory[i], "/tmp/lt-hwdb-XXXXXX");
        assert_non_null(mkdtemp(f->directory[i]));
    }
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    static const char *const file[] = {"a.yaml", "b.yaml"};
    char path[128];
    lt_database_close(f->db);
    lt_arena_free(&f->arena);
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < COUNT(file); k++) {
            snprintf(path, sizeof path, "%s/%s", f->directory[i], file[k]);
            unlink(path);
        }
        rmdir(f->directory[i]);
    }
    free(f);
    return 0;
}

/* A user file: the head, then `body`. */
static inline void user_file(struct fixture *f, int layer, const char *name, const char *body)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->directory[layer], name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "schema: hwdb/1\n%s", body);
    fclose(file);
    f->directories = layer + 1;
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
    const size_t directory = strlen(f->directory[0]) + 1;
    assert_true(strlen(text) > directory);
    assert_string_equal(text + directory, expected);
}

/* A test whose *state is a struct fixture. */
#define HWDB_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
