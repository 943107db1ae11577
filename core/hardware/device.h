/* One machine part that computes, as the estimate sees it: an accelerator or a CPU, fully resolved.
 * Plain numbers only; where they come from is the database's business. 0 means not known, unless said otherwise. */
#ifndef LT_HARDWARE_DEVICE_H
#define LT_HARDWARE_DEVICE_H

#include "core/base/figure.h"

#include <stdbool.h>
#include <stdint.h>

enum lt_device_kind { LT_DEVICE_CPU, LT_DEVICE_GPU, LT_DEVICE_TPU, LT_DEVICE_OTHER };

/* Dense peak rates by number format and unit; the tensor rates accumulate in float32 unless named otherwise. */
enum lt_rate {
    LT_RATE_FP64,
    LT_RATE_FP64_TENSOR,
    LT_RATE_FP32,
    LT_RATE_TF32_TENSOR,
    LT_RATE_FP16,
    LT_RATE_FP16_TENSOR,
    LT_RATE_FP16_TENSOR_ACC16,
    LT_RATE_BF16_TENSOR,
    LT_RATE_FP8_TENSOR,
    LT_RATE_INT8_TENSOR,
    LT_RATE_COUNT,
};

struct lt_device {
    const char *id, *name, *vendor;
    const char *arch;               /* microarchitecture as the database names it: ampere, hopper, zen4 … */
    const char *compute_capability; /* "8.0", "gfx90a"; "" where there is none */
    enum lt_device_kind kind;
    int year;
    uint64_t memory_bytes;        /* what a process can see; CPU: the RAM, 0 where it has to be told */
    bool memory_nominal;          /* the number on the box: what a process sees is a little less */
    bool unified_memory;          /* host and device share it */
    double bandwidth_bytes_per_s; /* of the memory, by specification */
    uint64_t cache_bytes;         /* L2 of an accelerator, L3 of a CPU */
    uint32_t units;               /* SM, CU, GPU core; CPU: physical cores */
    uint32_t threads;             /* CPU: hardware threads */
    double clock_hz;              /* boost; CPU: all-core where known, else boost, else base */
    double tensor_clock_hz;
    double peak_flops_per_s[LT_RATE_COUNT];
    bool peak_derived; /* units x rate x clock, not a published figure */
    /* The share of peak and of bandwidth that long runs reach; 0: no measurement, the rule of the time model applies.
     */
    double sustained_simt, sustained_tensor, stream;
    double tdp_w;
    double host_link_bytes_per_s; /* one direction */
    double peer_link_bytes_per_s; /* one direction, all links */
};

/* fp32, tf32_tensor …: the key under peak_tflops in the database. */
const char *lt_rate_name(enum lt_rate rate);

#endif
