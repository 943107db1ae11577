/* Users' own hardware files: entries that inherit, patches, sources, and what is said where a file is wrong. */
#include "tests/core/hwdb_case.h"

#include "core/base/buffer.h"

static void inherit_and_unknown(void **state)
{
    struct fixture *f = *state;
    user_file(f, 0, "a.yaml",
              "accelerators:\n"
              "- id: my-a100-mig\n"
              "  inherits: nvidia-a100-sxm4-40gb\n"
              "  name: \"A100 MIG 3g.20gb\"\n"
              "  units: 54\n"
              "  scale_peak_by_units: true\n"
              "  memory:\n"
              "    total_bytes: unknown\n"
              "    bandwidth_gbps: 777.5\n");
    fixture_open(f);
    assert_int_equal(f->problems.count, 0);
    const struct lt_device *mig = find(f, "my-a100-mig");
    assert_int_equal(mig->memory_bytes, 0);
    assert_near(mig->bandwidth_bytes_per_s, 777.5e9);
    assert_near(mig->peak_flops_per_s[LT_RATE_BF16_TENSOR], 156e12);
    assert_int_equal(mig->cache_bytes, 41943040);
    assert_string_equal(mig->vendor, "nvidia");
    assert_string_equal(find(f, "a100")->id, "nvidia-a100-sxm4-40gb"); /* aliases are not inherited */
    assert_string_equal(find(f, "10de:20b0")->id, "nvidia-a100-sxm4-40gb");
}

/* A layer is resolved before the next one: the patch of a parent reaches children of later layers only. */
static void patches(void **state)
{
    struct fixture *f = *state;
    user_file(f, 0, "a.yaml",
              "accelerators:\n"
              "- id: mine\n"
              "  inherits: nvidia-a100-sxm4-80gb\n"
              "- id: nvidia-a100-sxm4-80gb\n"
              "  patch: true\n"
              "  tdp_w: 350\n"
              "- id: nvidia-t4\n"
              "  patch: true\n"
              "  tdp_w: 60\n");
    user_file(f, 1, "a.yaml",
              "accelerators:\n"
              "- id: later\n"
              "  inherits: nvidia-a100-sxm4-80gb\n"
              "- id: nvidia-t4\n"
              "  patch: true\n"
              "  tdp_w: unknown\n"
              "  memory:\n"
              "    bandwidth_gbps: 300\n");
    fixture_open(f);
    assert_int_equal(f->problems.count, 0);
    assert_near(find(f, "nvidia-a100-sxm4-80gb")->tdp_w, 350);
    assert_near(find(f, "mine")->tdp_w, 400);
    assert_near(find(f, "later")->tdp_w, 350);
    assert_near(find(f, "nvidia-t4")->tdp_w, 0);
    assert_near(find(f, "nvidia-t4")->bandwidth_bytes_per_s, 300e9);
    assert_int_equal(find(f, "nvidia-t4")->units, 40);
}

/* Each file is skipped, reported where it is wrong, and the rest of the database works. */
static void broken_user_files(void **state)
{
    static const struct {
        const char *body, *problem;
    } row[] = {
        {"accelerators:\n- id: nvidia-t4\n  tdp_w: 3\n",
         "a.yaml:3:3: error: nvidia-t4 is already in accelerators/nvidia-datacenter.yaml; "
         "patch: true changes it; another id adds one"},
        {"accelerators:\n- id: nothing\n  patch: true\n",
         "a.yaml:3:3: error: nothing: nothing to patch; the id of an entry of the same section"},
        {"accelerators:\n- id: x\n  inherits: y\n- id: y\n  inherits: x\n",
         "a.yaml:6:13: error: y: inherits in a circle from x; one of them must stand alone"},
        {"accelerators:\n- id: x\n  inherits: apple-m1\n",
         "a.yaml:4:13: error: x: no such parent: apple-m1; the id of another entry of the same section"},
        {"accelerators:\n- id: x\n  untis: 3\n", "a.yaml:4:10: error: x: no such field: untis; did you mean units?"},
        {"accelerators:\n- id: x\n  units: many\n", "a.yaml:4:10: error: x: units must be a number"},
        {"accelerators:\n- id: x\n  units: 1.5\n", "a.yaml:4:10: error: x: units must be a whole number"},
        {"accelerators:\n- id: x\n  tdp_w: -4\n", "a.yaml:4:10: error: x: tdp_w is out of range; 1 to 10000"},
        {"accelerators:\n- id: x\n  compute_capability: 8.0\n",
         "a.yaml:4:23: error: x: compute_capability must be a text; a text; quote what looks like a number"},
        {"accelerators:\n- id: X Y\n",
         "a.yaml:3:3: error: X Y: the id is missing or not plain; lower-case letters, digits, dots and dashes"},
        {"gpus:\n- id: x\n", "a.yaml:3:1: error: no such section: gpus; accelerators, cpus, machines, links …"},
        {"accelerators:\n  x: 1\n",
         "a.yaml:3:3: error: accelerators must be a list of entries; - id: NAME, one entry after the other"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(row); i++) {
        user_file(f, 0, "a.yaml", row[i].body);
        user_file(f, 0, "b.yaml", "accelerators:\n- id: good\n  inherits: nvidia-l4\n");
        fixture_open(f);
        assert_reported(f, row[i].problem);
        assert_int_equal(f->problems.total[LT_ERROR], 1);
        assert_near(find(f, "good")->tdp_w, 72);
        assert_near(find(f, "nvidia-t4")->tdp_w, 70);
        lt_database_close(f->db);
        f->db = NULL;
    }
}

static void user_syntax_error(void **state)
{
    struct fixture *f = *state;
    user_file(f, 0, "a.yaml", "accelerators:\n- id: x\n  name: [a, b\n");
    fixture_open(f);
    assert_int_equal(f->problems.total[LT_ERROR], 1);
    assert_true(f->problems.item[0].place.line >= 4);
    assert_true(f->problems.item[0].place.column > 0);
    find(f, "nvidia-t4");
}

static void depth_limit(void **state)
{
    struct fixture *f = *state;
    struct lt_buffer body = {0};
    lt_buffer_puts(&body, "accelerators:\n- id: d0\n  name: \"d0\"\n");
    for (int i = 1; i <= 9; i++)
        lt_buffer_printf(&body, "- id: d%d\n  inherits: d%d\n", i, i - 1);
    user_file(f, 0, "a.yaml", body.text);
    fixture_open(f);
    assert_int_equal(f->problems.total[LT_ERROR], 0); /* d1, d2 … were resolved in turn, each one step further */
    lt_database_close(f->db);
    lt_buffer_free(&body);
    lt_buffer_puts(&body, "accelerators:\n");
    for (int i = 9; i >= 1; i--)
        lt_buffer_printf(&body, "- id: d%d\n  inherits: d%d\n", i, i - 1);
    lt_buffer_puts(&body, "- id: d0\n  name: \"d0\"\n");
    user_file(f, 0, "a.yaml", body.text);
    fixture_open(f);
    assert_reported(f, "a.yaml:20:13: error: d1: inherits too deep, from d0; at most 8 steps");
    lt_buffer_free(&body);
}

/* An inherited value keeps the source of who wrote it; a patch has its own. */
static void provenance(void **state)
{
    struct fixture *f = *state;
    user_file(f, 0, "a.yaml",
              "sources:\n  own: \"measured here\"\n"
              "accelerators:\n"
              "- id: x\n  inherits: nvidia-l4\n  tdp_w: 60\n  src:\n    default: own\n"
              "- id: nvidia-t4\n  patch: true\n  memory:\n    bandwidth_gbps: 300\n  src:\n    memory: own in May\n");
    fixture_open(f);
    find(f, "x");
    find(f, "t4");
    const struct lt_hw_entry *x = lt_index_entry(f->db, "x"), *t4 = lt_index_entry(f->db, "nvidia-t4");
    assert_string_equal(lt_entry_source(f->db, x, "tdp_w"), "measured here");
    assert_string_equal(lt_entry_source(f->db, x, "units"),
                        "TechPowerUp GPU database, www.techpowerup.com/gpu-specs/l4.c4091");
    assert_string_equal(lt_entry_source(f->db, x, "peak_tflops.fp32"), "NVIDIA product datasheet");
    assert_string_equal(lt_entry_source(f->db, t4, "memory.bandwidth_gbps"), "measured here in May");
    assert_non_null(strstr(lt_entry_source(f->db, t4, "memory.type"), "TechPowerUp"));
    assert_null(lt_entry_source(f->db, x, "no.such"));
}

/* A foreign name cannot reach the terminal raw. */
static void foreign_text(void **state)
{
    struct fixture *f = *state;
    struct lt_buffer out = {0};
    user_file(f, 0, "a.yaml", "accelerators:\n- id: x\n  inherits: nvidia-l4\n  name: \"\\e[31mred\"\n");
    fixture_open(f);
    assert_int_equal(lt_database_show(f->db, "x", &out, &f->problems), LT_OK);
    assert_null(strchr(out.text, '\033'));
    assert_string_equal(find(f, "x")->name, "\\x1B[31mred");
    lt_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HWDB_TEST(inherit_and_unknown), HWDB_TEST(patches),     HWDB_TEST(broken_user_files),
        HWDB_TEST(user_syntax_error),   HWDB_TEST(depth_limit), HWDB_TEST(provenance),
        HWDB_TEST(foreign_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
