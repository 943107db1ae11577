/* Detection of this machine, on file trees made to look like /proc and /sys. */
#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include "core/hardware/detect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct lt_arena arena;
    struct lt_problems problems;
    struct lt_database *db;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->problems.arena = &f->arena;
    f->db = lt_database_open(NULL, 0, &f->problems);
    assert_non_null(f->db);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    scratch_remove();
    lt_database_close(f->db);
    lt_arena_free(&f->arena);
    free(f);
    return 0;
}

/* A file of the fake tree: the path from its root. */
static void put(const char *path, const char *text)
{
    scratch_write(path + 1, text, strlen(text));
}

static void put_gpu(const char *slot, const char *vendor, const char *device, const char *class)
{
    char path[128];
    const char *const name[] = {"vendor", "device", "class"}, *const value[] = {vendor, device, class};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/%s", slot, name[i]);
        put(path, value[i]);
    }
}

static struct lt_detected detect(struct fixture *f)
{
    struct lt_detected out;
    assert_int_equal(lt_detect(&f->arena, f->db, scratch_path(""), &out, &f->problems), LT_OK);
    assert_int_equal(f->problems.count, 0);
    return out;
}

static const char xeon[] = "processor\t: 0\n"
                           "vendor_id\t: GenuineIntel\n"
                           "model name\t: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz\n"
                           "cpu MHz\t\t: 2100.000\n"
                           "siblings\t: 32\n"
                           "cpu cores\t: 16\n"
                           "flags\t\t: fpu sse2 avx fma avx2 avx512f\n"
                           "\n"
                           "processor\t: 1\n"
                           "model name\t: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz\n";

/* Two sockets of a CPU that the database knows: twice the cores, the peak, the bandwidth. */
static void two_sockets(void **state)
{
    struct fixture *f = *state;
    put("/proc/cpuinfo", xeon);
    put("/sys/devices/system/cpu/online", "0-63\n");
    put("/proc/meminfo", "MemFree: 1 kB\nMemTotal:       196608000 kB\n");
    struct lt_detected out = detect(f);
    assert_true(out.cpu_known);
    assert_string_equal(out.cpu.id, "intel-xeon-gold-6130");
    assert_int_equal(out.sockets, 2);
    assert_int_equal(out.cpu.units, 32);
    assert_int_equal(out.cpu.threads, 64);
    assert_true(fabs(out.cpu.peak_flops_per_s[LT_RATE_FP32] - 32 * 64 * 2.1e9) < 1);
    assert_true(fabs(out.cpu.bandwidth_bytes_per_s - 256e9) < 1);
    assert_int_equal(out.ram_bytes, (uint64_t)196608000 * 1024);
    assert_int_equal(out.cpu.memory_bytes, out.ram_bytes);
    assert_int_equal(out.gpu_count, 0);
}

/* How kernels write model names, and the entry each of them is. */
static void model_names(void **state)
{
    static const struct {
        const char *model, *id;
    } row[] = {
        {"13th Gen Intel(R) Core(TM) i9-13900K", "intel-core-i9-13900k"},
        {"12th Gen Intel(R) Core(TM) i7-12700H", "intel-core-i7-12700h"},
        {"Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", "intel-core-i7-8700k"},
        {"Intel(R) Xeon(R) CPU E5-2698 v4 @ 2.20GHz", "intel-xeon-e5-2698-v4"},
        {"Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "intel-xeon-8175m"},
        {"Intel(R) Xeon(R) Platinum 8480+", "intel-xeon-platinum-8480"},
        {"AMD EPYC 7742 64-Core Processor", "amd-epyc-7742"},
        {"AMD Ryzen 9 5950X 16-Core Processor", "amd-ryzen-9-5950x"},
        {"AMD Ryzen Threadripper PRO 5995WX 64-Cores", "amd-threadripper-pro-5995wx"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(row); i++) {
        char text[256];
        snprintf(text, sizeof text, "processor : 0\nmodel name : %s\n", row[i].model);
        put("/proc/cpuinfo", text);
        struct lt_detected out = detect(f);
        assert_string_equal(out.cpu.id, row[i].id);
    }
}

static void unknown_cpu(void **state)
{
    struct fixture *f = *state;
    put("/proc/cpuinfo", "processor : 0\nvendor_id : AuthenticAMD\nmodel name : AMD \033[1mNew 8-Core Processor\n"
                         "siblings : 4\ncpu cores : 2\nflags : sse2 avx fma avx2\ncpu MHz : 1500.5\n");
    put("/sys/devices/system/cpu/online", "0-2,5\n");
    put("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "4000000\n");
    put("/sys/devices/system/cpu/cpu0/cache/index3/size", "32768K\n");
    struct lt_detected out = detect(f);
    assert_false(out.cpu_known);
    assert_string_equal(out.cpu.vendor, "amd");
    assert_null(strchr(out.cpu.name, '\033'));
    assert_int_equal(out.cpu.units, 2);
    assert_int_equal(out.cpu.threads, 4);
    assert_int_equal(out.cpu.cache_bytes, 32 << 20);
    assert_true(out.cpu.peak_derived);
    assert_true(fabs(out.cpu.peak_flops_per_s[LT_RATE_FP32] - 2 * 32 * 4e9) < 1);
    assert_true(out.cpu.clock_hz == 4e9);
}

/* The rate follows the widest vectors; a flag is a whole word. */
static void vector_flags(void **state)
{
    static const struct {
        const char *flags;
        double flops;
    } row[] = {{"sse2 avx fma avx512f", 64}, {"fma4 avx", 16}, {"xfma sse2", 8}, {"asimd", 16}, {"none", 2}};
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(row); i++) {
        char text[256];
        snprintf(text, sizeof text, "processor : 0\nmodel name : New\nflags : %s\ncpu MHz : 1000\n", row[i].flags);
        put("/proc/cpuinfo", text);
        struct lt_detected out = detect(f);
        assert_true(fabs(out.cpu.peak_flops_per_s[LT_RATE_FP32] - row[i].flops * 1e9) < 1);
    }
}

static void control_groups(void **state)
{
    struct fixture *f = *state;
    put("/proc/meminfo", "MemTotal: 1048576 kB\n");
    put("/proc/self/cgroup", "0::/user/job\n");
    put("/sys/fs/cgroup/user/job/memory.max", "max\n");
    assert_int_equal(detect(f).ram_bytes, 1 << 30);
    put("/sys/fs/cgroup/user/memory.max", "536870912\n"); /* a parent's limit binds too */
    assert_int_equal(detect(f).ram_bytes, 512 << 20);
    put("/sys/fs/cgroup/user/job/memory.max", "268435456\n");
    assert_int_equal(detect(f).ram_bytes, 256 << 20);
    assert_int_equal(detect(f).physical_bytes, 1 << 30);
    put("/proc/self/cgroup", "0::/elsewhere\n");
    put("/sys/fs/cgroup/memory.max", "134217728\n"); /* a container sees its own group at the top */
    assert_int_equal(detect(f).ram_bytes, 128 << 20);
}

static void control_groups_version_1(void **state)
{
    struct fixture *f = *state;
    put("/proc/meminfo", "MemTotal: 1048576 kB\n");
    put("/proc/self/cgroup", "3:cpu:/\n2:memory:/box\n");
    put("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "9223372036854771712\n"); /* no limit */
    assert_int_equal(detect(f).ram_bytes, 1 << 30);
    put("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "67108864\n");
    assert_int_equal(detect(f).ram_bytes, 64 << 20);
}

static void gpus(void **state)
{
    struct fixture *f = *state;
    put_gpu("0000:b1:00.0", "0x10de\n", "0x20b0\n", "0x030200\n");
    put_gpu("0000:18:00.0", "0x10de\n", "0x2204\n", "0x030000\n");
    put_gpu("0000:18:00.1", "0x10de\n", "0x1aef\n", "0x040300\n"); /* its sound device */
    put_gpu("0000:20:00.0", "0x1002\n", "0x74a1\n", "0x120000\n"); /* Instinct: a processing accelerator */
    put_gpu("0000:21:00.0", "0x10de\n", "0xffff\n", "0x030000\n"); /* too new */
    put_gpu("0000:00:02.0", "0x8086\n", "0x4680\n", "0x030000\n");
    struct lt_detected out = detect(f);
    assert_int_equal(out.gpu_count, 4);
    assert_string_equal(out.gpu[0].device->id, "nvidia-rtx-3090");
    assert_string_equal(out.gpu[1].device->id, "amd-mi300x");
    assert_null(out.gpu[2].device);
    assert_string_equal(out.gpu[2].pci, "10de:ffff");
    assert_string_equal(out.gpu[3].device->id, "nvidia-a100-sxm4-40gb");
    assert_string_equal(out.gpu[3].pci, "10de:20b0");
}

static void many_gpus(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++) {
        char slot[32];
        snprintf(slot, sizeof slot, "0000:%02x:00.0", i);
        put_gpu(slot, "0x10de\n", "0x1eb8\n", "0x030200\n");
    }
    assert_int_equal(detect(f).gpu_count, LT_DETECT_GPUS);
}

static void nothing_to_see(void **state)
{
    struct fixture *f = *state;
    struct lt_detected out = detect(f);
    assert_int_equal(out.ram_bytes, 0);
    assert_int_equal(out.gpu_count, 0);
    assert_int_equal(out.cpu.kind, LT_DEVICE_CPU);
    assert_int_equal(out.cpu.threads, 1);
    assert_true(*out.cpu.name);
}

static void this_machine_is_seen(void **state)
{
    struct fixture *f = *state;
    struct lt_detected out;
    assert_int_equal(lt_detect(&f->arena, f->db, "", &out, &f->problems), LT_OK);
    assert_true(out.ram_bytes > 0);
    assert_true(out.cpu.units >= 1 && out.cpu.threads >= out.cpu.units);
    assert_true(out.cpu.peak_flops_per_s[LT_RATE_FP32] > 1e9);
    assert_int_equal(lt_database_set_this(f->db, &out.cpu), LT_OK);
}

static void smi(void **state)
{
    (void)state;
    static const char text[] = "NVIDIA A100-SXM4-40GB, 40960, 1027\n"
                               "NVIDIA-SMI has failed because it couldn't communicate with the driver, quite, alone.\n"
                               "\n"
                               "NVIDIA GeForce RTX 3090, 24576, [N/A]\r\n"
                               "Tesla T4, 15360, 0";
    struct lt_smi_gpu gpu[4];
    assert_int_equal(lt_smi_parse(text, gpu, 4), 3);
    assert_string_equal(gpu[0].name, "NVIDIA A100-SXM4-40GB");
    assert_int_equal(gpu[0].total_bytes, (uint64_t)40960 << 20);
    assert_int_equal(gpu[0].used_bytes, (uint64_t)1027 << 20);
    assert_string_equal(gpu[1].name, "NVIDIA GeForce RTX 3090");
    assert_int_equal(gpu[1].used_bytes, 0);
    assert_string_equal(gpu[2].name, "Tesla T4");
    assert_int_equal(lt_smi_parse(text, gpu, 1), 1);
    assert_int_equal(lt_smi_parse("", gpu, 4), 0);
    assert_int_equal(lt_smi_parse("a,-5,1\nb,nan,1\nc,1e300,1\n,,\n", gpu, 4), 0);
}

static void smi_devices(void **state)
{
    static const struct {
        const char *name;
        uint64_t mib;
        const char *id;
    } row[] = {
        {"NVIDIA GeForce RTX 4060 Ti", 8188, "nvidia-rtx-4060-ti-8gb"},
        {"NVIDIA GeForce RTX 4060 Ti", 16380, "nvidia-rtx-4060-ti-16gb"},
        {"NVIDIA GeForce RTX 3080", 10240, "nvidia-rtx-3080-10gb"},
        {"NVIDIA GeForce RTX 3080", 12288, "nvidia-rtx-3080-12gb"},
        {"NVIDIA A100 80GB PCIe", 81920, "nvidia-a100-pcie-80gb"},
        {"Tesla T4", 15360, "nvidia-t4"},
    };
    struct fixture *f = *state;
    const struct lt_device *device;
    struct lt_smi_gpu gpu = {.total_bytes = 1};
    for (size_t i = 0; i < COUNT(row); i++) {
        snprintf(gpu.name, sizeof gpu.name, "%s", row[i].name);
        gpu.total_bytes = row[i].mib << 20;
        assert_int_equal(lt_smi_device(f->db, &gpu, &device, &f->problems), LT_OK);
        assert_string_equal(device->id, row[i].id);
    }
    snprintf(gpu.name, sizeof gpu.name, "NVIDIA Something New");
    assert_int_equal(lt_smi_device(f->db, &gpu, &device, &f->problems), LT_NOT_FOUND);
    assert_int_equal(f->problems.count, 0);
}

static void allocation_failures(void **state)
{
    struct fixture *f = *state;
    struct lt_detected out;
    put("/proc/cpuinfo", "processor : 0\nmodel name : New \033 one\n");
    for (int64_t n = 1;; n++) {
        struct lt_arena arena = LT_ARENA_INIT;
        arena.fail_in = n;
        enum lt_status status = lt_detect(&arena, f->db, scratch_path(""), &out, &f->problems);
        const bool done = arena.fail_in > 0;
        assert_int_equal(status, done ? LT_OK : LT_NO_MEMORY);
        lt_arena_free(&arena);
        if (done)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_sockets, setup, teardown),
        cmocka_unit_test_setup_teardown(model_names, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_cpu, setup, teardown),
        cmocka_unit_test_setup_teardown(vector_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(control_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(control_groups_version_1, setup, teardown),
        cmocka_unit_test_setup_teardown(gpus, setup, teardown),
        cmocka_unit_test_setup_teardown(many_gpus, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_to_see, setup, teardown),
        cmocka_unit_test_setup_teardown(this_machine_is_seen, setup, teardown),
        cmocka_unit_test(smi),
        cmocka_unit_test_setup_teardown(smi_devices, setup, teardown),
        cmocka_unit_test_setup_teardown(allocation_failures, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
