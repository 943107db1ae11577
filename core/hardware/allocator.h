/* How a framework takes the memory of a device: what it rounds to, in what pieces it asks the driver, what lies outside
 * its pool. Constants of hwdb/frameworks, in bytes. It knows no model. */
#ifndef LT_HARDWARE_ALLOCATOR_H
#define LT_HARDWARE_ALLOCATOR_H

#include "core/hardware/database.h"

struct lt_allocator {
    uint64_t round_bytes; /* every request is rounded up to a multiple */
    /* Pieces asked of the driver, by the size of the request: up to small_request_bytes one of small_segment_bytes,
     * below large_request_bytes one of large_segment_bytes, above the request rounded up to huge_round_bytes.
     * small_segment_bytes 0: one region that grows by what is missing. */
    uint64_t small_request_bytes, small_segment_bytes, large_request_bytes, large_segment_bytes, huge_round_bytes;
    /* A free piece may be handed out whole where the rest is smaller than this; 0: it is always split. */
    uint64_t split_waste_bytes;
    double preallocated_share; /* of what is free at the start, taken at once; 0: the pool grows with the need */
    uint64_t left_bytes;       /* of device memory the pool never takes */
    uint64_t context_bytes;    /* of the process outside its pool: driver, code of kernels, libraries */
    uint64_t trial_bytes;      /* what each trial of a convolution's algorithms may take; 0: nothing is tried */
};

/* Of a framework (tensorflow, torch, jax) on a device. A CPU has no pool: only round_bytes is set. LT_NOT_FOUND, and a
 * problem, where there is no such framework. */
enum lt_status lt_database_allocator(struct lt_database *database, const char *framework,
                                     const struct lt_device *device, struct lt_allocator *allocator,
                                     struct lt_problems *problems);

#endif
