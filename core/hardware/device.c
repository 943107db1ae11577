#include "core/hardware/store.h"

#include "core/base/text.h"

#include <math.h>
#include <string.h>

static const char *const rate_names[LT_RATE_COUNT] = {
    [LT_RATE_FP64] = "fp64",
    [LT_RATE_FP64_TENSOR] = "fp64_tensor",
    [LT_RATE_FP32] = "fp32",
    [LT_RATE_TF32_TENSOR] = "tf32_tensor",
    [LT_RATE_FP16] = "fp16",
    [LT_RATE_FP16_TENSOR] = "fp16_tensor",
    [LT_RATE_FP16_TENSOR_ACC16] = "fp16_tensor_acc16",
    [LT_RATE_BF16_TENSOR] = "bf16_tensor",
    [LT_RATE_FP8_TENSOR] = "fp8_tensor",
    [LT_RATE_INT8_TENSOR] = "int8_tensor",
};

const char *lt_rate_name(enum lt_rate rate)
{
    return rate_names[rate];
}

static double number_at(const struct lt_tree *tree, const char *path)
{
    return lt_tree_number(lt_tree_find(tree, path), 0);
}

static uint64_t bytes_of(double value)
{
    return value > 0 && value < 1.8e19 ? (uint64_t)value : 0;
}

static uint32_t count_of(double value)
{
    return value > 0 && value < UINT32_MAX ? (uint32_t)value : 0;
}

static enum lt_device_kind kind_of(const struct lt_hw_entry *entry, const char *arch)
{
    if (entry->section == LT_SECTION_CPUS)
        return LT_DEVICE_CPU;
    if (strncmp(arch, "tpu", 3) == 0)
        return LT_DEVICE_TPU;
    if (strncmp(arch, "gaudi", 5) == 0 || strncmp(arch, "neuroncore", 10) == 0)
        return LT_DEVICE_OTHER;
    return LT_DEVICE_GPU;
}

/* Of FP32 and of whatever a training step runs on tensor cores; fp64 does not count. */
static bool matters(uint32_t derived)
{
    return derived & ~(1u << LT_RATE_FP64 | 1u << LT_RATE_FP64_TENSOR);
}

/* An entry that this one names by a field; NULL where it names none. A wrong name is a problem for lint. */
static enum lt_status named(struct lt_database *db, const struct lt_tree *tree, const char *path,
                            enum lt_section section, const struct lt_tree **other, struct lt_problems *problems)
{
    const char *id = lt_tree_text(lt_tree_find(tree, path), NULL);
    struct lt_hw_entry *entry = id ? lt_index_entry(db, id) : NULL;
    *other = NULL;
    if (!entry || entry->section != section)
        return LT_OK;
    enum lt_status status = lt_entry_resolve(db, entry, problems);
    if (status == LT_OK)
        *other = entry->resolved;
    return status;
}

double lt_rate_clock_hz(const struct lt_device *device, enum lt_rate rate)
{
    const bool tensor = strstr(rate_names[rate], "tensor") && rate != LT_RATE_FP64_TENSOR;
    return tensor && device->tensor_clock_hz > 0 ? device->tensor_clock_hz : device->clock_hz;
}

static enum lt_status read_accelerator_peaks(struct lt_database *db, const struct lt_tree *tree,
                                             struct lt_device *device, uint32_t *derived, struct lt_problems *problems)
{
    const struct lt_tree *rates, *peaks = lt_tree_get(tree, "peak_tflops");
    enum lt_status status = named(db, tree, "rates", LT_SECTION_RATES, &rates, problems);
    const struct lt_tree *per_clock = lt_tree_get(rates, "flops_per_clock");
    for (int r = 0; r < LT_RATE_COUNT; r++) {
        const double published = number_at(peaks, rate_names[r]) * 1e12;
        const double made =
            device->units * number_at(per_clock, rate_names[r]) * lt_rate_clock_hz(device, (enum lt_rate)r);
        device->peak_flops_per_s[r] = published > 0 ? published : made;
        if (published <= 0 && made > 0)
            *derived |= 1u << r;
    }
    if (device->stream <= 0)
        device->stream = number_at(rates, "achieved.stream");
    return status;
}

/* Cores x FLOP per clock x the clock that all cores hold under vector load: the all-core clock where known, else the
 * base clock. Of a hybrid CPU the two kinds of core add up; efficiency cores of unknown rate are left out. */
static void read_cpu_peaks(const struct lt_tree *tree, struct lt_device *device, uint32_t *derived)
{
    const double all_core = number_at(tree, "all_core_clock_mhz"), base = number_at(tree, "base_clock_mhz");
    const double clock_hz = (all_core > 0 ? all_core : base) * 1e6, slow_cores = number_at(tree, "efficiency_cores");
    const double per_cycle = (device->units - slow_cores) * number_at(tree, "fp32_flops_per_cycle") +
                             slow_cores * number_at(tree, "efficiency_flops_per_cycle");
    device->peak_flops_per_s[LT_RATE_FP32] = per_cycle * clock_hz;
    device->peak_flops_per_s[LT_RATE_FP64] = per_cycle * clock_hz / 2;
    if (per_cycle * clock_hz > 0)
        *derived |= 1u << LT_RATE_FP32 | 1u << LT_RATE_FP64;
}

static void read_accelerator(const struct lt_tree *tree, struct lt_device *device)
{
    device->units = count_of(number_at(tree, "units"));
    device->clock_hz = number_at(tree, "boost_clock_mhz") * 1e6;
    device->tensor_clock_hz = number_at(tree, "tensor_clock_mhz") * 1e6;
    device->cache_bytes = bytes_of(number_at(tree, "l2_bytes"));
    const char *basis = lt_tree_text(lt_tree_find(tree, "memory.total_basis"), "");
    device->memory_nominal = device->memory_bytes && (strcmp(basis, "nominal") == 0 || strcmp(basis, "largest") == 0);
}

static void read_cpu(const struct lt_tree *tree, struct lt_device *device)
{
    const char *const clock[] = {"all_core_clock_mhz", "boost_clock_mhz", "base_clock_mhz"};
    device->units = count_of(number_at(tree, "cores"));
    device->threads = count_of(number_at(tree, "threads"));
    for (int i = 0; i < 3 && device->clock_hz <= 0; i++)
        device->clock_hz = number_at(tree, clock[i]) * 1e6;
    device->cache_bytes = bytes_of(number_at(tree, "l3_bytes"));
}

/* A link names its speed one way, or both ways together. */
static double one_way_bytes_per_s(const struct lt_tree *link)
{
    const double one_way = number_at(link, "one_way_gbps");
    return (one_way > 0 ? one_way : number_at(link, "both_ways_gbps") / 2) * 1e9;
}

static enum lt_status read_links(struct lt_database *db, const struct lt_tree *tree, struct lt_device *device,
                                 struct lt_problems *problems)
{
    const struct lt_tree *host, *peer;
    enum lt_status status = named(db, tree, "links.host", LT_SECTION_LINKS, &host, problems);
    if (status == LT_OK)
        status = named(db, tree, "links.peer", LT_SECTION_LINKS, &peer, problems);
    if (status != LT_OK)
        return status;
    device->host_link_bytes_per_s = one_way_bytes_per_s(host);
    device->peer_link_bytes_per_s = one_way_bytes_per_s(peer);
    if (device->peer_link_bytes_per_s <= 0)
        device->peer_link_bytes_per_s = number_at(tree, "links.peer_total_gbps") / 2 * 1e9;
    return LT_OK;
}

static void read_common(struct lt_database *db, const struct lt_hw_entry *entry, struct lt_device *device)
{
    const struct lt_tree *tree = entry->resolved;
    const char *arch = lt_entry_text(db, tree, "arch", "");
    const double sustained = number_at(tree, "achieved.sustained_tensor");
    *device = (struct lt_device){
        .id = entry->id,
        .name = lt_entry_text(db, tree, "name", entry->id),
        .vendor = lt_entry_text(db, tree, "vendor", ""),
        .arch = arch,
        .compute_capability = lt_entry_text(db, tree, "compute_capability", ""),
        .kind = kind_of(entry, arch),
        .year = (int)number_at(tree, "year"),
        .memory_bytes = bytes_of(number_at(tree, "memory.total_bytes")),
        .unified_memory = lt_tree_bool(lt_tree_get(tree, "unified_memory"), false),
        .bandwidth_bytes_per_s = number_at(tree, "memory.bandwidth_gbps") * 1e9,
        .sustained_simt = number_at(tree, "achieved.sustained_simt"),
        .sustained_tensor = sustained > 0 ? sustained : number_at(tree, "achieved.gemm_bf16"),
        .stream = number_at(tree, "achieved.stream"),
        .tdp_w = number_at(tree, "tdp_w"),
    };
}

enum lt_status lt_device_read(struct lt_database *db, const struct lt_hw_entry *entry, struct lt_device *device,
                              uint32_t *derived, struct lt_problems *problems)
{
    const struct lt_tree *tree = entry->resolved;
    *derived = 0;
    read_common(db, entry, device);
    if (device->kind == LT_DEVICE_CPU) {
        read_cpu(tree, device);
        read_cpu_peaks(tree, device, derived);
        device->peak_derived = matters(*derived);
        return db->arena.failed ? LT_NO_MEMORY : LT_OK;
    }
    read_accelerator(tree, device);
    enum lt_status status = read_accelerator_peaks(db, tree, device, derived, problems);
    device->peak_derived = matters(*derived);
    if (status == LT_OK)
        status = read_links(db, tree, device, problems);
    return db->arena.failed ? LT_NO_MEMORY : status;
}

enum lt_status lt_entry_device(struct lt_database *db, struct lt_hw_entry *entry, const struct lt_device **device,
                               struct lt_problems *problems)
{
    enum lt_status status = entry->device ? LT_OK : lt_entry_resolve(db, entry, problems);
    if (status == LT_OK && !entry->device) {
        uint32_t derived;
        struct lt_device *made = lt_alloc(&db->arena, sizeof *made);
        status = made ? lt_device_read(db, entry, made, &derived, problems) : LT_NO_MEMORY;
        if (status == LT_OK)
            entry->device = made;
    }
    *device = entry->device;
    return status;
}
