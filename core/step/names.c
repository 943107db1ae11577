#include "core/step/estimate.h"

const char *const lt_memory_class_names[LT_MEMORY_CLASS_COUNT] = {
    "weights", "gradients", "optimizer", "kept", "transient", "workspace", "inputs", "pool", "context"};
const char *const lt_host_class_names[LT_HOST_CLASS_COUNT] = {
    "framework", "weights", "gradients", "optimizer", "activations", "dataset", "pipeline", "copies", "runtime"};
const char *const lt_phase_names[LT_PHASE_COUNT] = {"forward", "backward", "update"};
const char *const lt_bound_names[LT_BOUND_COUNT] = {"none", "compute", "memory",       "launch",
                                                    "host", "input",   "communication"};
const char *const lt_verdict_names[LT_VERDICT_COUNT] = {"unknown", "fits", "tight", "does not fit"};
