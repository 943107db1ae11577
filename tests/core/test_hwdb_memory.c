/* The hardware database where memory ends. */
#include "tests/core/hwdb_case.h"

#include "core/base/buffer.h"
#include "core/hardware/machine.h"

/* Each request for memory fails in turn: a status, never a crash, and the same call works afterwards. */
static void failures_at_open(void **state)
{
    struct fixture *f = *state;
    user_file(f, 0, "a.yaml", "accelerators:\n- id: x\n  inherits: nvidia-l4\n- id: nvidia-t4\n  patch: true\n");
    const char *path[] = {scratch_path(user_folders[0])};
    for (int64_t n = 1;; n += n < 200 ? 1 : 37) {
        struct lt_arena arena = LT_ARENA_INIT;
        arena.fail_in = n;
        f->problems = (struct lt_problems){.arena = &f->arena};
        struct lt_database *db = lt_database_open_with(arena, path, 1, &f->problems);
        const bool done = db && db->arena.fail_in > 0;
        assert_true(done || !db);
        lt_database_close(db);
        if (done)
            break;
    }
}

static void failures_in_use(void **state)
{
    struct fixture *f = *state;
    const struct lt_device *device;
    const char *nearest[4];
    for (int64_t n = 1;; n += n < 300 ? 1 : 11) {
        struct lt_buffer out = {0};
        fixture_open(f);
        f->db->arena.fail_in = n;
        enum lt_status found = lt_database_find(f->db, "a100", &device, nearest, &f->problems);
        enum lt_status shown = lt_database_show(f->db, "a100", &out, &f->problems);
        assert_true(found == LT_OK || found == LT_NO_MEMORY);
        assert_true(shown == LT_OK || shown == LT_NO_MEMORY);
        const bool done = f->db->arena.fail_in > 0;
        f->db->arena.fail_in = 0;
        assert_near(find(f, "a100")->tdp_w, 400);
        lt_buffer_free(&out);
        lt_database_close(f->db);
        f->db = NULL;
        if (done)
            break;
    }
}

static void failures_in_lists(void **state)
{
    struct fixture *f = *state;
    for (int64_t n = 1; n < 30000; n += 1499) {
        const struct lt_device_row *row;
        const struct lt_instance *instance;
        uint32_t rows, instances;
        fixture_open(f);
        f->db->arena.fail_in = n;
        enum lt_status listed = lt_database_list(f->db, &row, &rows, &f->problems);
        enum lt_status rented = lt_database_instances(f->db, &instance, &instances, &f->problems);
        assert_true(listed == LT_OK || listed == LT_NO_MEMORY);
        assert_true(rented == LT_OK || rented == LT_NO_MEMORY);
        f->db->arena.fail_in = 0;
        assert_int_equal(lt_database_list(f->db, &row, &rows, &f->problems), LT_OK);
        assert_int_equal(rows, 335);
        lt_database_close(f->db);
        f->db = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HWDB_TEST(failures_at_open),
        HWDB_TEST(failures_in_use),
        HWDB_TEST(failures_in_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
