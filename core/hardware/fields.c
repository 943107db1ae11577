#include "core/hardware/fields.h"

#include <string.h>

#define IN(section) (1u << LT_SECTION_##section)
#define ANY         ((1u << LT_SECTION_COUNT) - 1)
#define ACC         IN(ACCELERATORS)
#define CPU         IN(CPUS)
#define DEVICES     (ACC | CPU)
#define MACHINE     IN(MACHINES)
#define WIRES       (IN(LINKS) | IN(NETWORKS) | IN(MEASURED))
#define RUNS        (IN(MEASURED) | IN(COLLECTIVES))
#define STORE       IN(STORAGE)
#define FRAME       IN(FRAMEWORKS)

#define TEXT(path, sections)                                                                                           \
    {                                                                                                                  \
        path, LT_HW_TEXT, 0, 0, "", LT_SECTION_COUNT, sections                                                         \
    }
#define BOOL(path, sections)                                                                                           \
    {                                                                                                                  \
        path, LT_HW_BOOL, 0, 0, "", LT_SECTION_COUNT, sections                                                         \
    }
#define TEXTS(path, sections)                                                                                          \
    {                                                                                                                  \
        path, LT_HW_TEXTS, 0, 0, "", LT_SECTION_COUNT, sections                                                        \
    }
#define REF(path, to, sections)                                                                                        \
    {                                                                                                                  \
        path, LT_HW_REF, 0, 0, "", LT_SECTION_##to, sections                                                           \
    }
#define WHOLE(path, low, high, unit, sections)                                                                         \
    {                                                                                                                  \
        path, LT_HW_WHOLE, low, high, unit, LT_SECTION_COUNT, sections                                                 \
    }
#define NUMBER(path, low, high, unit, sections)                                                                        \
    {                                                                                                                  \
        path, LT_HW_NUMBER, low, high, unit, LT_SECTION_COUNT, sections                                                \
    }
#define PEAK(rate, unit) NUMBER("peak_tflops." rate, 0.001, 1e6, unit, ACC), TEXT("deviates." rate, ACC)
#define RATE(rate)       WHOLE("flops_per_clock." rate, 1, 1e6, "per clock", IN(RATES))

const struct lt_hw_field lt_hw_fields[] = {
    TEXT("id", ANY),
    TEXT("inherits", ANY),
    BOOL("abstract", ANY),
    BOOL("patch", ANY),
    TEXT("name", ANY),
    TEXTS("aliases", DEVICES | FRAME),
    TEXTS("pci", ACC),
    TEXT("vendor", DEVICES),
    TEXT("provider", MACHINE),
    WHOLE("year", 1990, 2100, "", DEVICES),
    TEXT("segment", DEVICES),
    TEXT("form", ACC),
    TEXT("arch", DEVICES),
    TEXT("chip", ACC),
    TEXT("compute_capability", ACC),
    REF("rates", RATES, ACC),
    WHOLE("units", 1, 100000, "", ACC),
    WHOLE("cores", 1, 10000, "", CPU),
    WHOLE("performance_cores", 0, 10000, "", CPU),
    WHOLE("efficiency_cores", 0, 10000, "", CPU),
    WHOLE("threads", 1, 10000, "", CPU),
    NUMBER("base_clock_mhz", 100, 10000, "MHz", CPU),
    NUMBER("boost_clock_mhz", 100, 10000, "MHz", DEVICES),
    NUMBER("all_core_clock_mhz", 100, 10000, "MHz", CPU),
    NUMBER("tensor_clock_mhz", 100, 10000, "MHz", ACC),
    TEXT("simd", CPU),
    WHOLE("fp32_flops_per_cycle", 1, 4096, "FLOP per core and clock", CPU),
    WHOLE("efficiency_flops_per_cycle", 1, 4096, "FLOP per core and clock", CPU),
    WHOLE("l2_bytes", 1024, 8.0 * 1073741824, "bytes", ACC),
    WHOLE("l3_bytes", 1024, 8.0 * 1073741824, "bytes", CPU),
    BOOL("unified_memory", DEVICES),
    TEXT("memory.type", DEVICES),
    WHOLE("memory.bus_bits", 16, 65536, "bits", ACC),
    WHOLE("memory.channels", 1, 64, "", CPU),
    WHOLE("memory.mtps", 100, 100000, "MT/s", CPU),
    NUMBER("memory.bandwidth_gbps", 1, 100000, "GB/s", DEVICES),
    NUMBER("memory.nominal_gb", 0.25, 10000, "GB", ACC),
    WHOLE("memory.total_bytes", 134217728, 1e13, "bytes", DEVICES),
    TEXT("memory.total_basis", DEVICES),
    WHOLE("memory.smi_mib", 128, 1e7, "MiB", ACC),
    NUMBER("memory.max_gib", 1, 100000, "GiB", CPU),
    TEXT("peak_basis", ACC),
    BOOL("scale_peak_by_units", ACC),
    PEAK("fp64", "TFLOP/s"),
    PEAK("fp64_tensor", "TFLOP/s"),
    PEAK("fp32", "TFLOP/s"),
    PEAK("tf32_tensor", "TFLOP/s"),
    PEAK("fp16", "TFLOP/s"),
    PEAK("fp16_tensor", "TFLOP/s"),
    PEAK("fp16_tensor_acc16", "TFLOP/s"),
    PEAK("bf16_tensor", "TFLOP/s"),
    PEAK("fp8_tensor", "TFLOP/s"),
    PEAK("int8_tensor", "TOP/s"),
    PEAK("fp4_tensor", "TFLOP/s"),
    NUMBER("achieved.sustained_simt", 0.01, 1.5, "of peak", DEVICES),
    NUMBER("achieved.sustained_tensor", 0.01, 1.5, "of peak", ACC),
    NUMBER("achieved.stream", 0.01, 1.5, "of bandwidth", DEVICES | IN(RATES)),
    NUMBER("achieved.gemm_bf16", 0.01, 1, "of peak", ACC),
    NUMBER("achieved.gemm_fp8", 0.01, 1, "of peak", ACC),
    TEXT("unit", IN(RATES)),
    RATE("fp64"),
    RATE("fp64_tensor"),
    RATE("fp32"),
    RATE("tf32_tensor"),
    RATE("fp16"),
    RATE("fp16_tensor"),
    RATE("fp16_tensor_acc16"),
    RATE("bf16_tensor"),
    RATE("fp8_tensor"),
    RATE("int8_tensor"),
    WHOLE("vcpu", 1, 10000, "", MACHINE),
    NUMBER("ram_gib", 0.25, 100000, "GiB", MACHINE),
    TEXT("operation", IN(COLLECTIVES) | STORE),
    TEXT("machine", RUNS),
    REF("accelerator", ACCELERATORS, MACHINE | RUNS),
    WHOLE("accelerator_count", 1, 4096, "", MACHINE),
    WHOLE("devices", 1, 100000, "", IN(COLLECTIVES)),
    WHOLE("nodes", 1, 100000, "", IN(COLLECTIVES)),
    TEXT("algorithm", IN(COLLECTIVES)),
    REF("links.host", LINKS, ACC),
    REF("links.peer", LINKS, ACC | MACHINE),
    NUMBER("links.peer_total_gbps", 0.1, 100000, "GB/s, both directions", ACC),
    NUMBER("tdp_w", 1, 10000, "W", DEVICES),
    TEXT("pcie", CPU),
    TEXT("interconnect", MACHINE),
    NUMBER("network_gbit", 0.1, 100000, "Gbit/s", MACHINE),
    TEXT("rdma", MACHINE),
    NUMBER("local_disk_gb", 1, 1e7, "GB", MACHINE),
    NUMBER("block_storage_gbit", 0.01, 10000, "Gbit/s", MACHINE),
    TEXT("host_cpu", MACHINE | IN(DECODERS)),
    NUMBER("price.usd_per_hour", 0, 10000, "USD/h", MACHINE | DEVICES),
    NUMBER("price.spot_usd_per_hour", 0, 10000, "USD/h", MACHINE | DEVICES),
    TEXT("price.spot_region", MACHINE | DEVICES),
    TEXT("price.region", MACHINE | DEVICES),
    TEXT("price.date", MACHINE | DEVICES),
    TEXT("price.note", MACHINE | DEVICES),
    NUMBER("one_way_gbps", 0.01, 100000, "GB/s", WIRES),
    NUMBER("both_ways_gbps", 0.01, 100000, "GB/s", WIRES),
    NUMBER("share_of_link", 0.01, 1.5, "of the link", IN(MEASURED)),
    NUMBER("payload_bytes", 1, 1e15, "bytes", IN(COLLECTIVES)),
    NUMBER("bus_gbps", 0.01, 100000, "GB/s", IN(COLLECTIVES)),
    {"points", LT_HW_POINTS, 0, 1e15, "[bytes, GB/s]", LT_SECTION_COUNT, IN(COLLECTIVES)},
    TEXT("library", IN(DECODERS)),
    NUMBER("mib_per_s", 0.1, 1e6, "MiB/s", STORE),
    NUMBER("mb_per_s", 0.1, 1e6, "MB/s", STORE),
    NUMBER("gb_per_s", 0.01, 1e4, "GB/s", STORE),
    NUMBER("iops", 1, 1e9, "operations/s", STORE),
    {"mb_per_s_per_tib", LT_HW_NUMBERS, 1, 1e6, "MB/s per TiB", LT_SECTION_COUNT, STORE},
    NUMBER("latency_us", 0.01, 1e7, "us", STORE | WIRES),
    WHOLE("calls", 1, 1e7, "", STORE),
    NUMBER("seconds", 0.001, 1e6, "s", STORE),
    TEXT("conditions", STORE),
    TEXT("basis", STORE),
    NUMBER("images_per_s_per_core", 0.1, 1e6, "images/s per core", IN(DECODERS)),
    NUMBER("images_per_s", 0.1, 1e6, "images/s", IN(DECODERS)),
    TEXT("allocator.name", FRAME),
    NUMBER("allocator.*", 0, 1e12, "", FRAME),
    NUMBER("reserved.*", 0, 1e12, "", FRAME),
    NUMBER("pluggable.*", 0, 1e12, "", FRAME),
    NUMBER("workspace.*", 0, 1e12, "", FRAME),
    NUMBER("context.*", 0, 1e12, "", FRAME),
    NUMBER("host.*", 0, 1e12, "", FRAME),
    NUMBER("dispatch.*", 0, 1e9, "", FRAME),
    NUMBER("kernel_gap.*", 0, 1e9, "", FRAME),
    NUMBER("buffers.*", 0, 1e12, "", FRAME),
    NUMBER("memory.*", 0, 1e12, "", FRAME),
    NUMBER("latency.*", 0, 1e9, "", FRAME),
    TEXTS("notes", ANY),
    TEXT("src.*", ANY),
};

const int lt_hw_field_count = sizeof lt_hw_fields / sizeof *lt_hw_fields;

static bool matches(const char *pattern, const char *path)
{
    const size_t length = strlen(pattern);
    if (length > 2 && strcmp(pattern + length - 2, ".*") == 0)
        return strncmp(pattern, path, length - 1) == 0;
    return strcmp(pattern, path) == 0;
}

const struct lt_hw_field *lt_hw_field_find(enum lt_section section, const char *path)
{
    for (int i = 0; i < lt_hw_field_count; i++)
        if ((lt_hw_fields[i].sections >> section & 1) && matches(lt_hw_fields[i].path, path))
            return &lt_hw_fields[i];
    return NULL;
}
