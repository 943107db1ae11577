/* What a process of a framework holds in host memory besides its tensors and its data: the imported libraries, the
 * driver's part, thread pools and kernel libraries, and what each op of a step leaves behind once it is traced or
 * compiled. Constants of hwdb/frameworks, in bytes. It knows no model. */
#ifndef LT_HARDWARE_PROCESS_H
#define LT_HARDWARE_PROCESS_H

#include "core/hardware/database.h"

struct lt_process {
    uint64_t import_bytes;      /* after the imports of the framework and of Keras on it */
    uint64_t device_bytes;      /* more where a GPU is used: driver and the libraries for it */
    uint64_t start_bytes;       /* more after the first step, whatever the model */
    uint64_t op_bytes;          /* more per kernel of the step: its node in a graph, its code, its scratch */
    uint64_t compiled_op_bytes; /* the same where a compiler makes the step one program */
    double hole_share;          /* on a CPU: what stays unused between the tensors, as a share of the forward pass's */
};

/* Of a framework (tensorflow, torch, jax) under a generation of Keras (3, 2, none) on a device; op_bytes is that of
 * `execution` (eager), else of the framework's usual way. LT_NOT_FOUND, and a problem, where there is no such
 * framework. */
enum lt_status lt_database_process(struct lt_database *database, const char *framework, const char *keras,
                                   const char *execution, const struct lt_device *device, struct lt_process *process,
                                   struct lt_problems *problems);

#endif
