#include "tests/core/test.h"

#include "core/base/buffer.h"
#include "core/hardware/builtin.h"
#include "core/hardware/framework.h"
#include "core/hardware/link.h"
#include "core/hardware/machine.h"
#include "core/hardware/store.h"

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

static void fixture_open(struct fixture *f)
{
    const char *path[2] = {f->directory[0], f->directory[1]};
    f->problems = (struct lt_problems){.arena = &f->arena};
    f->db = lt_database_open(path, f->directories, &f->problems);
    assert_non_null(f->db);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    for (int i = 0; i < 2; i++) {
        strcpy(f->directory[i], "/tmp/lt-hwdb-XXXXXX");
        assert_non_null(mkdtemp(f->directory[i]));
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
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
static void user_file(struct fixture *f, int layer, const char *name, const char *body)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->directory[layer], name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "schema: hwdb/1\n%s", body);
    fclose(file);
    f->directories = layer + 1;
}

static const struct lt_device *find(struct fixture *f, const char *id)
{
    const struct lt_device *device;
    const char *nearest[4];
    assert_int_equal(lt_database_find(f->db, id, &device, nearest, &f->problems), LT_OK);
    return device;
}

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > fabs(expected) * 1e-9)
        fail_msg("%.12g is not %.12g", value, expected);
}

/* The problem's text without the directory in front. */
static void assert_reported(struct fixture *f, const char *expected)
{
    assert_true(f->problems.count > 0);
    const char *text = lt_problem_text(&f->arena, &f->problems.item[0]);
    const size_t directory = strlen(f->directory[0]) + 1;
    assert_true(strlen(text) > directory);
    assert_string_equal(text + directory, expected);
}

static void counts(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    const struct lt_device_row *row;
    const struct lt_instance *instance;
    uint32_t rows, instances, accelerators = 0, cpus = 0;
    assert_int_equal(lt_database_list(f->db, &row, &rows, &f->problems), LT_OK);
    for (uint32_t i = 0; i < rows; i++) {
        cpus += row[i].kind == LT_DEVICE_CPU;
        accelerators += row[i].kind != LT_DEVICE_CPU;
        assert_true(*row[i].id && *row[i].name && *row[i].vendor && *row[i].arch);
    }
    assert_int_equal(accelerators, 224);
    assert_int_equal(cpus, 111);
    assert_int_equal(lt_database_instances(f->db, &instance, &instances, &f->problems), LT_OK);
    assert_int_equal(instances, 191);
    for (uint32_t i = 0; i < instances; i++)
        if (*instance[i].accelerator)
            assert_true(find(f, instance[i].accelerator)->memory_bytes > 0);
    assert_int_equal(f->problems.count, 0);
}

static void lint_is_clean(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    assert_int_equal(lt_database_lint(f->db, &f->problems), f->db->entry_count);
    for (uint32_t i = 0; i < f->problems.count; i++)
        print_error("%s\n", lt_problem_text(&f->arena, &f->problems.item[i]));
    assert_int_equal(f->problems.count, 0);
}

/* Names on one line cost nothing at start: what lint says of a name that the scan misses is tested below. */
static void names(void **state)
{
    static const struct {
        const char *name, *id;
    } row[] = {
        {"NVIDIA A100-SXM4-40GB", "nvidia-a100-sxm4-40gb"},
        {"NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb"},
        {"Tesla V100-SXM2-16GB", "nvidia-v100-sxm2-16gb"},
        {"NVIDIA GeForce RTX 3090", "nvidia-rtx-3090"},
        {"GeForce RTX 3090", "nvidia-rtx-3090"},
        {"a100", "nvidia-a100-sxm4-40gb"},
        {"A100-40GB", "nvidia-a100-sxm4-40gb"},
        {"a100-80gb", "nvidia-a100-sxm4-80gb"},
        {"h100", "nvidia-h100-sxm5-80gb"},
        {"v100", "nvidia-v100-sxm2-16gb"},
        {"t4", "nvidia-t4"},
        {"rtx3090", "nvidia-rtx-3090"},
        {"rtx4090", "nvidia-rtx-4090"},
        {"l4", "nvidia-l4"},
        {"l40s", "nvidia-l40s"},
        {"mi300x", "amd-mi300x"},
        {"m1-max", "apple-m1-max-gpu32"},
        {"tpu-v4", "google-tpu-v4"},
        {"10de:20b0", "nvidia-a100-sxm4-40gb"},
        {"apple-m1-max", "apple-m1-max"},
        {"i9-13900k", "intel-core-i9-13900k"},
        {"Intel Xeon Gold 6130", "intel-xeon-gold-6130"},
    };
    struct fixture *f = *state;
    fixture_open(f);
    for (size_t i = 0; i < COUNT(row); i++)
        assert_string_equal(find(f, row[i].name)->id, row[i].id);
}

/* Whitepapers and device logs, as hwdb/accelerators cites them. */
static void known_devices(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    const struct lt_device *a100 = find(f, "nvidia-a100-sxm4-40gb");
    assert_int_equal(a100->memory_bytes, 42331013120);
    assert_false(a100->memory_nominal);
    assert_int_equal(a100->units, 108);
    assert_int_equal(a100->cache_bytes, 41943040);
    assert_string_equal(a100->compute_capability, "8.0");
    assert_string_equal(a100->arch, "ampere");
    assert_near(a100->bandwidth_bytes_per_s, 1555.2e9);
    assert_near(a100->clock_hz, 1410e6);
    assert_near(a100->peak_flops_per_s[LT_RATE_FP32], 19.49e12);
    assert_near(a100->peak_flops_per_s[LT_RATE_TF32_TENSOR], 156e12);
    assert_near(a100->peak_flops_per_s[LT_RATE_FP16_TENSOR], 312e12);
    assert_near(a100->peak_flops_per_s[LT_RATE_FP8_TENSOR], 0);
    assert_near(a100->sustained_tensor, 0.84);
    assert_near(a100->stream, 0.89);
    assert_near(a100->host_link_bytes_per_s, 31.508e9);
    assert_near(a100->peer_link_bytes_per_s, 300e9);
    assert_near(a100->tdp_w, 400);
    assert_false(a100->peak_derived);

    const struct lt_device *h100 = find(f, "h100");
    assert_int_equal(h100->memory_bytes, 85027979264);
    assert_near(h100->tensor_clock_hz, 1830e6);
    assert_near(h100->bandwidth_bytes_per_s, 3352e9);
    assert_near(h100->peak_flops_per_s[LT_RATE_FP32], 66.91e12);
    assert_near(h100->peak_flops_per_s[LT_RATE_BF16_TENSOR], 989.4e12);
    assert_near(h100->peak_flops_per_s[LT_RATE_FP8_TENSOR], 1979e12);
    assert_near(h100->peer_link_bytes_per_s, 450e9);

    const struct lt_device *v100 = find(f, "v100");
    assert_int_equal(v100->memory_bytes, 16935682048);
    assert_int_equal(v100->units, 80);
    assert_near(v100->peak_flops_per_s[LT_RATE_FP32], 15.67e12);
    assert_near(v100->peak_flops_per_s[LT_RATE_FP16_TENSOR], 125e12);
    assert_near(v100->peak_flops_per_s[LT_RATE_BF16_TENSOR], 0);
    assert_near(v100->peak_flops_per_s[LT_RATE_TF32_TENSOR], 0);

    /* GeForce: half the rate where the tensor cores accumulate in float32. */
    const struct lt_device *rtx = find(f, "rtx3090");
    assert_int_equal(rtx->memory_bytes, 25437405184);
    assert_near(rtx->peak_flops_per_s[LT_RATE_FP32], 35.58e12);
    assert_near(rtx->peak_flops_per_s[LT_RATE_FP16_TENSOR], 71e12);
    assert_near(rtx->peak_flops_per_s[LT_RATE_FP16_TENSOR_ACC16], 142e12);
    assert_near(rtx->bandwidth_bytes_per_s, 936.2e9);

    const struct lt_device *mi = find(f, "mi300x");
    assert_near(mi->peak_flops_per_s[LT_RATE_BF16_TENSOR], 1307.4e12);
    assert_near(mi->sustained_tensor, 0.511);
    assert_int_equal(find(f, "tpu-v4")->kind, LT_DEVICE_TPU);
    assert_true(find(f, "m1-max")->unified_memory);
    assert_true(find(f, "m1-max")->memory_nominal);
}

/* RTX 3060: nobody published its tensor rates. 28 SM x 1777 MHz x 512 = 25.48 TFLOP/s. */
static void derived_peaks(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    const struct lt_device *device = find(f, "nvidia-rtx-3060-12gb");
    assert_true(device->peak_derived);
    assert_near(device->peak_flops_per_s[LT_RATE_FP16_TENSOR], 28 * 1777e6 * 512);
    assert_near(device->peak_flops_per_s[LT_RATE_FP32], 12.74e12);
    /* 28 cores x 64 x 2.7 GHz; the clock of the device is the boost clock. */
    const struct lt_device *cpu = find(f, "intel-xeon-platinum-8280");
    assert_near(cpu->peak_flops_per_s[LT_RATE_FP32], 28 * 64 * 2.7e9);
    assert_near(cpu->clock_hz, 4e9);
    assert_int_equal(cpu->threads, 56);
    /* Hybrid: 8 performance cores at 32, 16 efficiency cores at 16 a clock, 3.0 GHz. */
    assert_near(find(f, "i9-13900k")->peak_flops_per_s[LT_RATE_FP32], (8 * 32 + 16 * 16) * 3e9);
}

static void nearest_names(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    const struct lt_device *device;
    const char *nearest[4];
    assert_int_equal(lt_database_find(f->db, "rtx309", &device, nearest, &f->problems), LT_NOT_FOUND);
    assert_null(device);
    assert_non_null(nearest[0]);
    assert_string_equal(nearest[0], "nvidia-rtx-3090");
    assert_null(nearest[3]);
    assert_non_null(strstr(lt_problem_text(&f->arena, &f->problems.item[0]),
                           "no such device: rtx309; did you mean nvidia-rtx-3090, "));
    assert_int_equal(lt_database_find(f->db, "quite-something-else", &device, nearest, &f->problems), LT_NOT_FOUND);
    assert_null(nearest[0]);
    /* An abstract parent is no device. */
    assert_int_equal(lt_database_find(f->db, "nvidia-a100", &device, nearest, &f->problems), LT_NOT_FOUND);
}

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

static void embedded(void **state)
{
    (void)state;
    assert_true(lt_builtin_hwdb_count >= 30);
    for (size_t i = 0; i < lt_builtin_hwdb_count; i++) {
        assert_int_equal(lt_builtin_hwdb[i].bytes[lt_builtin_hwdb[i].length], '\0');
        assert_int_equal(strlen(lt_builtin_hwdb[i].bytes), lt_builtin_hwdb[i].length);
        assert_int_equal(lt_builtin_hwdb[i].bytes[lt_builtin_hwdb[i].length - 1], '\n');
    }
}

static void machines(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    struct lt_instance p4d;
    assert_int_equal(lt_database_instance(f->db, "aws-p4d-24xlarge", &p4d, &f->problems), LT_OK);
    assert_string_equal(p4d.name, "p4d.24xlarge");
    assert_string_equal(p4d.accelerator, "nvidia-a100-sxm4-40gb");
    assert_int_equal(p4d.accelerator_count, 8);
    assert_int_equal(p4d.vcpus, 96);
    assert_int_equal(p4d.ram_bytes, (uint64_t)1152 << 30);
    assert_near(p4d.usd_per_hour, 21.95764);
    assert_string_equal(p4d.price_date, "2026-07-20");
    assert_near(p4d.peer_link_bytes_per_s, 300e9);
    assert_near(p4d.network_bytes_per_s, 50e9);
    assert_int_equal(lt_database_instance(f->db, "nvidia-t4", &p4d, &f->problems), LT_NOT_FOUND);
}

/* stas00/ml-engineering: 8 A100 reach 1.3 GB/s at 32 KiB and 235 GB/s at 16 GiB. */
static void links(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    struct lt_link link;
    struct lt_curve curve;
    assert_int_equal(lt_database_link(f->db, "nvlink4", &link, &f->problems), LT_OK);
    assert_near(link.one_way_bytes_per_s, 450e9);
    assert_int_equal(lt_database_link(f->db, "ici-v5e", &link, &f->problems), LT_OK);
    assert_near(link.one_way_bytes_per_s, 200e9);
    assert_int_equal(lt_database_link(f->db, "node-dgx-h100-ndr", &link, &f->problems), LT_OK);
    assert_near(link.one_way_bytes_per_s, 400e9);
    assert_int_equal(lt_database_link(f->db, "ib-edr-4x", &link, &f->problems), LT_OK);
    assert_near(link.latency_s, 0.5e-6);
    assert_int_equal(lt_database_link(f->db, "token-ring", &link, &f->problems), LT_NOT_FOUND);

    assert_int_equal(lt_database_curve(f->db, "nvidia-a100-sxm4-80gb", 8, &curve, &f->problems), LT_OK);
    assert_int_equal(curve.count, 20);
    assert_true(fabs(lt_curve_at(&curve, 17179869184.0) - 235e9) < 1e9);
    assert_true(fabs(lt_curve_at(&curve, 32768) - 1.3e9) < 0.05e9);
    assert_near(lt_curve_at(&curve, 1), lt_curve_at(&curve, 32768));
    assert_near(lt_curve_at(&curve, 1e15), lt_curve_at(&curve, 17179869184.0));
    const double middle = lt_curve_at(&curve, sqrt(curve.point[3].bytes * curve.point[4].bytes));
    assert_near(middle, (curve.point[3].bus_bytes_per_s + curve.point[4].bus_bytes_per_s) / 2);
    assert_int_equal(lt_database_curve(f->db, "nvidia-b200-sxm", 24, &curve, &f->problems), LT_OK);
    assert_int_equal(curve.devices, 32);
    assert_int_equal(lt_database_curve(f->db, "nvidia-t4", 8, &curve, &f->problems), LT_NOT_FOUND);
}

/* tensorflow/core/common_runtime/gpu/gpu_device.cc, MinSystemMemory. */
static void frameworks(void **state)
{
    static const struct {
        const char *device;
        uint64_t mib;
    } row[] = {{"nvidia-p100-pcie-16gb", 500},
               {"v100", 1050},
               {"t4", 1050},
               {"a100", 1536},
               {"rtx4090", 1536},
               {"h100", 1800},
               {"b200", 1800},
               {"i9-13900k", 0}};
    struct fixture *f = *state;
    fixture_open(f);
    uint64_t bytes;
    for (size_t i = 0; i < COUNT(row); i++) {
        assert_int_equal(lt_database_reserved_bytes(f->db, find(f, row[i].device), &bytes, &f->problems), LT_OK);
        assert_int_equal(bytes, row[i].mib << 20);
    }
    struct lt_device small = *find(f, "nvidia-gtx-1050-ti");
    small.memory_bytes = (uint64_t)1 << 30;
    assert_int_equal(lt_database_reserved_bytes(f->db, &small, &bytes, &f->problems), LT_OK);
    assert_int_equal(bytes, (uint64_t)225 << 20);
    /* Metal: 6 % of the memory, at least 300 MiB. */
    struct lt_device apple = *find(f, "m1-max");
    apple.memory_bytes = (uint64_t)32 << 30;
    assert_int_equal(lt_database_reserved_bytes(f->db, &apple, &bytes, &f->problems), LT_OK);
    assert_int_equal(bytes, (uint64_t)(0.06 * 34359738368.0));

    struct lt_constant constant;
    assert_int_equal(lt_database_constant(f->db, "tensorflow", "allocator.round_bytes", &constant, &f->problems),
                     LT_OK);
    assert_near(constant.value, 256);
    assert_non_null(strstr(constant.source, "bfc_allocator"));
    assert_int_equal(lt_database_constant(f->db, "pytorch", "kernel_gap.eager_us", &constant, &f->problems), LT_OK);
    assert_near(constant.value, 10e-6);
    assert_int_equal(lt_database_constant(f->db, "torch", "no.such_bytes", &constant, &f->problems), LT_OK);
    assert_true(isnan(constant.value));
    assert_int_equal(lt_database_constant(f->db, "caffe", "x", &constant, &f->problems), LT_NOT_FOUND);
}

static void show(void **state)
{
    static const char *const part[] = {
        "A100 SXM4 80GB\n",
        "nvidia-a100-sxm4-80gb\n",
        "NVIDIA A100-SXM4-80GB, A100-SXM4-80GB, a100-80gb\n",
        "79.3 GiB (85,100,068,864 bytes)",
        "2039 GB/s",
        "312 TFLOP/s",
        "0.94 of peak",
        "~0.89 of bandwidth",
        "www.techpowerup.com/gpu-specs/a100-sxm4-80-gb.c3746\n",
        "NVIDIA A100 Tensor Core GPU Architecture whitepaper\n",
    };
    struct fixture *f = *state;
    struct lt_buffer out = {0};
    fixture_open(f);
    assert_int_equal(lt_database_show(f->db, "a100-80gb", &out, &f->problems), LT_OK);
    for (size_t i = 0; i < COUNT(part); i++)
        if (!strstr(out.text, part[i]))
            fail_msg("%s is not in\n%s", part[i], out.text);
    lt_buffer_free(&out);
    assert_int_equal(lt_database_show(f->db, "nvidia-rtx-3060-12gb", &out, &f->problems), LT_OK);
    assert_non_null(strstr(out.text, "~25.48 TFLOP/s"));
    lt_buffer_free(&out);
    assert_int_equal(lt_database_show(f->db, "b200", &out, &f->problems), LT_OK);
    assert_non_null(strstr(out.text, "(the vendor prints 80, 148 SM at 1965 MHz give 74.4)"));
    lt_buffer_free(&out);
    assert_int_equal(lt_database_show(f->db, "none", &out, &f->problems), LT_NOT_FOUND);
    lt_buffer_free(&out);
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

/* Every entry can be shown, and each line of it ends. */
static void show_all(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    for (uint32_t i = 0; i < f->db->entry_count; i++) {
        struct lt_buffer out = {0};
        if (f->db->entry[i]->abstract)
            continue;
        assert_int_equal(lt_database_show(f->db, f->db->entry[i]->id, &out, &f->problems), LT_OK);
        assert_true(out.length > 40 && out.text[out.length - 1] == '\n');
        assert_non_null(strstr(out.text, "\nSources\n  [1] "));
        lt_buffer_free(&out);
    }
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

static void this_machine(void **state)
{
    struct fixture *f = *state;
    struct lt_buffer out = {0};
    const struct lt_device *device;
    const char *nearest[4];
    fixture_open(f);
    assert_int_equal(lt_database_find(f->db, "this", &device, nearest, &f->problems), LT_NOT_FOUND);
    struct lt_device own = *find(f, "t4");
    own.memory_bytes = 123456789;
    assert_int_equal(lt_database_set_this(f->db, &own), LT_OK);
    assert_string_equal(find(f, "this")->id, "this");
    assert_string_equal(find(f, "this")->name, "Tesla T4");
    assert_int_equal(find(f, "this")->memory_bytes, 123456789);
    assert_int_equal(lt_database_show(f->db, "this", &out, &f->problems), LT_OK);
    assert_non_null(strstr(out.text, "Tesla T4"));
    lt_buffer_free(&out);
}

/* Each request for memory fails in turn: a status, never a crash, and the same call works afterwards. */
static void allocation_failures_at_open(void **state)
{
    struct fixture *f = *state;
    user_file(f, 0, "a.yaml", "accelerators:\n- id: x\n  inherits: nvidia-l4\n- id: nvidia-t4\n  patch: true\n");
    const char *path[] = {f->directory[0]};
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

static void allocation_failures_in_use(void **state)
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

static void allocation_failures_in_lists(void **state)
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
        cmocka_unit_test_setup_teardown(counts, setup, teardown),
        cmocka_unit_test_setup_teardown(lint_is_clean, setup, teardown),
        cmocka_unit_test_setup_teardown(names, setup, teardown),
        cmocka_unit_test_setup_teardown(known_devices, setup, teardown),
        cmocka_unit_test_setup_teardown(derived_peaks, setup, teardown),
        cmocka_unit_test_setup_teardown(nearest_names, setup, teardown),
        cmocka_unit_test_setup_teardown(inherit_and_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(patches, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_user_files, setup, teardown),
        cmocka_unit_test_setup_teardown(user_syntax_error, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(lint_finds, setup, teardown),
        cmocka_unit_test_setup_teardown(scan, setup, teardown),
        cmocka_unit_test_setup_teardown(lint_finds_what_the_scan_misses, setup, teardown),
        cmocka_unit_test(embedded),
        cmocka_unit_test_setup_teardown(machines, setup, teardown),
        cmocka_unit_test_setup_teardown(links, setup, teardown),
        cmocka_unit_test_setup_teardown(frameworks, setup, teardown),
        cmocka_unit_test_setup_teardown(show, setup, teardown),
        cmocka_unit_test_setup_teardown(provenance, setup, teardown),
        cmocka_unit_test_setup_teardown(show_all, setup, teardown),
        cmocka_unit_test_setup_teardown(foreign_text, setup, teardown),
        cmocka_unit_test_setup_teardown(this_machine, setup, teardown),
        cmocka_unit_test_setup_teardown(allocation_failures_at_open, setup, teardown),
        cmocka_unit_test_setup_teardown(allocation_failures_in_use, setup, teardown),
        cmocka_unit_test_setup_teardown(allocation_failures_in_lists, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
