/* Constants of the frameworks, as data: allocators, contexts, workspaces, host memory, dispatch. It knows no model. */
#ifndef LT_HARDWARE_FRAMEWORK_H
#define LT_HARDWARE_FRAMEWORK_H

#include "core/hardware/database.h"

/* One constant in base units: bytes for names that end in _bytes, seconds for _us and _seconds, else a plain number. */
struct lt_constant {
    double value;       /* NaN where it is not known */
    const char *source; /* "" where none is named */
};

/* By framework (tensorflow, torch, jax, nccl) and dotted name: allocator.round_bytes, kernel_gap.usual_us. LT_OK also
 * where the value is not known. LT_NOT_FOUND, and a problem, where there is no such framework. */
enum lt_status lt_database_constant(struct lt_database *database, const char *framework, const char *name,
                                    struct lt_constant *constant, struct lt_problems *problems);

/* Several constants of one framework, read one after the other; the status is sticky. */
struct lt_constants {
    struct lt_database *database;
    const char *framework;
    struct lt_problems *problems;
    enum lt_status status;
};

/* `otherwise` where it is not known, or after a failure. */
double lt_constants_number(struct lt_constants *constants, const char *name, double otherwise);

/* What TensorFlow leaves outside its pool of device memory for the context and the libraries, in bytes: gpu_device.cc,
 * MinSystemMemory, by compute capability and memory; 0 where the device needs none (a CPU). */
enum lt_status lt_database_reserved_bytes(struct lt_database *database, const struct lt_device *device, uint64_t *bytes,
                                          struct lt_problems *problems);

#endif
