#include "core/step/parallel.h"

#include "core/hardware/framework.h"

#include <math.h>
#include <string.h>

/* Share of a link's one-way bandwidth that an all-reduce reaches: A100 over NVLink 3 and a switch 235 of 300 GB/s
 * (nccl-tests). Through the host 7 to 8 of 15.8 GB/s for cards that reach each other (RTX 2080 Ti), 3.7 to 8 of 31.5
 * for those that may not (RTX 3070, 3080, 3090; tf_cnn_benchmarks of Lambda): a quarter, as an assumption. */
static const double PEER_SHARE = 0.78, HOST_SHARE = 0.25;
static const double HOST_LATENCY_SECONDS = 10e-6;
static const double BUCKET_BYTES = 25.0 * 1024 * 1024;

static void say_unknown(const struct lt_parallel *parallel, const struct lt_device *device,
                        struct lt_problems *problems)
{
    struct lt_place place = {.path = "devices"};
    lt_problem_add(problems, LT_NOTE, place, NULL,
                   "the link between %u devices %s is not known: the time of their all-reduce is left out",
                   parallel->devices, device->name);
}

enum lt_status lt_parallel_resolve(struct lt_database *database, const struct lt_setup *setup,
                                   const struct lt_device *device, struct lt_parallel *out,
                                   struct lt_problems *problems)
{
    *out = (struct lt_parallel){.devices = (uint32_t)lt_setup_int(setup, LT_SET_DEVICES), .standing = LT_MODEL};
    if (out->devices < 2)
        return LT_OK;
    bool peers = device->peer_link_bytes_per_s > 0;
    enum lt_status status = lt_database_curve(database, device->id, out->devices, &out->curve, problems);
    if (status && status != LT_NOT_FOUND)
        return status;
    out->bytes_per_s = peers ? PEER_SHARE * device->peer_link_bytes_per_s : HOST_SHARE * device->host_link_bytes_per_s;
    struct lt_constants nccl = {database, "nccl", problems, LT_OK};
    double ring = lt_constants_number(&nccl, "latency.simple_nvlink_ring_us", 0);
    out->latency_s = peers ? ring : HOST_LATENCY_SECONDS;
    out->standing = out->curve.count ? LT_MODEL : LT_ASSUMED;
    if (device->kind == LT_DEVICE_GPU && strcmp(device->vendor, "nvidia") == 0)
        out->buffer_bytes = (uint64_t)lt_constants_number(
            &nccl, out->devices == 2 ? "memory.group_of_2_bytes" : "memory.group_of_more_bytes", 0);
    if (!out->curve.count && out->bytes_per_s <= 0)
        say_unknown(out, device, problems);
    return nccl.status;
}

double lt_all_reduce_seconds(const struct lt_parallel *parallel, double bytes)
{
    double n = parallel->devices, hops = 2 * (n - 1);
    if (parallel->devices < 2)
        return 0;
    if (parallel->curve.count) /* as measured, hops included */
        return hops / n * bytes / lt_curve_at(&parallel->curve, bytes);
    if (parallel->bytes_per_s <= 0)
        return NAN;
    return hops * parallel->latency_s + hops / n * bytes / parallel->bytes_per_s;
}

double lt_exposed_seconds(const struct lt_parallel *parallel, double bytes, double share, double backward_seconds)
{
    double last = share > 0 ? fmin(bytes, BUCKET_BYTES) : bytes;
    double behind = lt_all_reduce_seconds(parallel, bytes) - share * backward_seconds;
    return isnan(behind) ? NAN : fmax(behind, lt_all_reduce_seconds(parallel, last));
}
