/* Data parallel training: each of n equal devices has the whole model and a batch of its own; before an update the
 * gradients are summed over all of them by an all-reduce. What that takes of time and memory. It knows the link between
 * the devices, no layer. */
#ifndef LT_STEP_PARALLEL_H
#define LT_STEP_PARALLEL_H

#include "core/base/figure.h"
#include "core/hardware/link.h"
#include "core/model/setup.h"

struct lt_parallel {
    uint32_t devices;      /* 1: nothing is summed */
    struct lt_curve curve; /* measured bus bandwidth on such devices; count 0: none */
    double bytes_per_s;    /* bus bandwidth by the link, where there is no curve; 0: not known */
    double latency_s;      /* of one hop */
    uint64_t buffer_bytes; /* that the library of collectives takes on each device, outside the framework's pool */
    enum lt_standing standing;
};

/* What the set-up's `devices` of this kind share. A link that is not known is a note in `problems`. */
enum lt_status lt_parallel_resolve(struct lt_database *database, const struct lt_setup *setup,
                                   const struct lt_device *device, struct lt_parallel *out,
                                   struct lt_problems *problems);

/* An all-reduce of so many bytes, by a ring: 2 (n - 1) hops, 2 (n - 1) / n x bytes at the bus bandwidth (NCCL's
 * PERFORMANCE.md). NaN: not known. 0 on one device. */
double lt_all_reduce_seconds(const struct lt_parallel *parallel, double bytes);

/* What of it a step waits for: all but what runs behind a share of the backward pass. Gradients go in buckets, the last
 * of which waits for the end (torch.nn.parallel.DistributedDataParallel: 25 MiB). */
double lt_exposed_seconds(const struct lt_parallel *parallel, double bytes, double share, double backward_seconds);

#endif
