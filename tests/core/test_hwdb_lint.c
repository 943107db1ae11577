/* What `hwdb lint` finds, and what the scan of built-in files sees of an entry. */
#include "tests/core/hwdb_case.h"

static void lint_is_clean(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    assert_int_equal(lt_database_lint(f->db, &f->problems), f->db->entry_count);
    for (uint32_t i = 0; i < f->problems.count; i++)
        print_error("%s\n", lt_problem_text(&f->arena, &f->problems.item[i]));
    assert_int_equal(f->problems.count, 0);
}

/* Faults that only the whole database shows. */
static void lint_finds(void **state)
{
    static const struct {
        const char *body, *problem;
    } row[] = {
        {"accelerators:\n- id: x\n  inherits: nvidia-a100-sxm4-40gb\n  peak_tflops:\n    fp32: 25\n",
         "a.yaml:6:5: error: x: peak_tflops.fp32: 25, but units x rate x clock are 19.49; "
         "correct it, or say why under `deviates`"},
        {"accelerators:\n- id: x\n  inherits: nvidia-a100-sxm4-40gb\n  deviates:\n    fp32: \"no\"\n",
         "a.yaml:6:5: error: x: deviates.fp32: the peak does not; leave it out"},
        {"accelerators:\n- id: x\n  inherits: nvidia-l4\n  links:\n    host: pcie-9\n",
         "a.yaml:6:11: error: x: links.host: pcie-9 is not in links"},
        {"accelerators:\n- id: x\n  inherits: nvidia-l4\n  aliases: [a100]\n",
         "a.yaml:5:12: error: x: aliases: a100 is nvidia-a100-sxm4-40gb; "
         "a name belongs to one entry; the list stands on one line"},
        {"accelerators:\n- id: x\n  inherits: nvidia-l4\n  memory:\n    nominal_gb: 40\n",
         "a.yaml:3:3: error: x: memory.total_bytes is 0.60 of memory.nominal_gb"},
        {"accelerators:\n- id: x\n  inherits: nvidia-l4\n  src:\n    tdp_w: paper\n",
         "a.yaml:3:3: error: x: src.tdp_w: no such source; name it under `sources:` at the top"},
        {"machines:\n- id: x\n  accelerator: nvidia-l5\n  src:\n    default: y\nsources:\n  y: \"own\"\n",
         "a.yaml:4:16: error: x: accelerator: nvidia-l5 is not in accelerators"},
        {"accelerators:\n- id: x\n  vendor: me\n  arch: none\n  src:\n    default: y\nsources:\n  y: \"own\"\n",
         "a.yaml:3:3: error: x: name is missing"},
        {"machines:\n- id: x\n  vcpu: 2\n", "a.yaml:4:9: warning: x: vcpu has no source; src: default: KEY"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(row); i++) {
        user_file(f, 0, "a.yaml", row[i].body);
        fixture_open(f);
        assert_int_equal(f->problems.count, 0);
        lt_database_lint(f->db, &f->problems);
        assert_reported(f, row[i].problem);
        lt_database_close(f->db);
        f->db = NULL;
    }
}

/* The scan of built-in files sees only entries at an indent of two, and names on one line. */
static void scan(void **state)
{
    static const char text[] = "schema: hwdb/1\n"
                               "sources:\n"
                               "  s: \"somebody\"\n"
                               "\n"
                               "accelerators:\n"
                               "  - id: one\n"
                               "    name: \"The One, or Two\"\n"
                               "    aliases: [first, \"a, b\", last]\n"
                               "    tdp_w: 5\n"
                               "\n"
                               "  - id: parent\n"
                               "    abstract: true\n"
                               "\n"
                               "other:\n"
                               "  - id: ignored\n"
                               "cpus:\n"
                               "   - id: shifted\n"
                               "  - id: two\n"
                               "    tdp_w: [\n";
    struct fixture *f = *state;
    fixture_open(f);
    const uint32_t before = f->db->entry_count;
    assert_int_equal(lt_index_add_file(f->db, "t.yaml", text, strlen(text), 1), LT_OK);
    assert_int_equal(lt_index_scan(f->db, f->db->file_count - 1), LT_OK);
    assert_int_equal(f->db->entry_count, before + 3);
    assert_string_equal(lt_index_name(f->db, "FIRST")->id, "one");
    assert_string_equal(lt_index_name(f->db, "a, b")->id, "one");
    assert_string_equal(lt_index_name(f->db, "the one, or two")->id, "one");
    assert_null(lt_index_name(f->db, "parent"));
    assert_null(lt_index_name(f->db, "ignored"));
    assert_near(find(f, "one")->tdp_w, 5);
    assert_int_equal(f->db->entry[before]->raw->line, 6);
    assert_int_equal(f->db->entry[before + 2]->section, LT_SECTION_CPUS);
    /* An error in an entry has the line of the file. */
    const struct lt_device *device;
    const char *nearest[4];
    assert_int_not_equal(lt_database_find(f->db, "two", &device, nearest, &f->problems), LT_OK);
    assert_true(f->problems.item[0].place.line >= 18);
}

/* What the scan would miss in a built-in file, lint reports. */
static void lint_finds_what_the_scan_misses(void **state)
{
    static const struct {
        const char *text, *problem;
    } row[] = {
        {"accelerators:\n- id: x\n  inherits: nvidia-l4\n", "t.yaml:3:3: error: the index does not see this entry; "
                                                            "an entry starts with `  - id: NAME`, indented by two"},
        {"accelerators:\n  - name: \"y\"\n    id: x\n    inherits: nvidia-l4\n",
         "t.yaml:3:5: error: the index does not see this entry; "
         "an entry starts with `  - id: NAME`, indented by two"},
        {"accelerators:\n  - id: x\n    inherits: nvidia-l4\n    aliases:\n      - unseen\n",
         "t.yaml:6:7: error: x: aliases: unseen is not seen; "
         "a name belongs to one entry; the list stands on one line"},
        {"accelerators:\n  - id: nvidia-t4\n    inherits: nvidia-l4\n",
         "t.yaml:3:5: error: nvidia-t4: is already in accelerators/nvidia-datacenter.yaml"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(row); i++) {
        const char *text = NULL;
        fixture_open(f);
        text = lt_format(&f->arena, "schema: hwdb/1\n%s", row[i].text);
        assert_int_equal(lt_index_add_file(f->db, "t.yaml", text, strlen(text), 0), LT_OK);
        assert_int_equal(lt_index_scan(f->db, f->db->file_count - 1), LT_OK);
        lt_database_lint(f->db, &f->problems);
        assert_problem(&f->problems, row[i].problem);
        lt_database_close(f->db);
        f->db = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HWDB_TEST(lint_is_clean),
        HWDB_TEST(lint_finds),
        HWDB_TEST(scan),
        HWDB_TEST(lint_finds_what_the_scan_misses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
