/* The hardware database as it is built in: its entries, names, machines, links and framework constants. */
#include "tests/core/hwdb_case.h"

#include "core/base/buffer.h"
#include "core/hardware/builtin.h"
#include "core/hardware/framework.h"
#include "core/hardware/link.h"
#include "core/hardware/machine.h"

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
    assert_int_equal(lt_database_constant(f->db, "pytorch", "kernel_gap.usual_us", &constant, &f->problems), LT_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        HWDB_TEST(counts),        HWDB_TEST(names),         HWDB_TEST(known_devices),
        HWDB_TEST(derived_peaks), HWDB_TEST(nearest_names), cmocka_unit_test(embedded),
        HWDB_TEST(machines),      HWDB_TEST(links),         HWDB_TEST(frameworks),
        HWDB_TEST(show),          HWDB_TEST(show_all),      HWDB_TEST(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
