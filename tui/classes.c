#include "tui/classes.h"

const struct memory_class device_classes[LT_MEMORY_CLASS_COUNT] = {
    [LT_MEMORY_WEIGHTS] = {'w', ROLE_BAR_WEIGHTS, "the variables of all layers"},
    [LT_MEMORY_GRADIENTS] = {'g', ROLE_BAR_GRADIENTS, "gradients alive at the peak"},
    [LT_MEMORY_OPTIMIZER] = {'o', ROLE_BAR_OPTIMIZER, "the optimizer's state"},
    [LT_MEMORY_KEPT] = {'k', ROLE_BAR_KEPT, "what the forward pass leaves for the backward pass"},
    [LT_MEMORY_TRANSIENT] = {'t', ROLE_BAR_TRANSIENT, "other tensors alive at the peak"},
    [LT_MEMORY_WORKSPACE] = {'x', ROLE_BAR_WORKSPACE, "scratch of the kernel that runs at the peak"},
    [LT_MEMORY_INPUTS] = {'i', ROLE_BAR_INPUTS, "the batch and its labels"},
    [LT_MEMORY_POOL] = {'p', ROLE_BAR_POOL, "taken by the framework's allocator and not in use at the peak; not drawn"},
    [LT_MEMORY_CONTEXT] = {'c', ROLE_BAR_CONTEXT,
                           "outside the allocator: driver context and libraries; right of the "
                           "mark"},
};

const struct memory_class host_classes[LT_HOST_CLASS_COUNT] = {
    [LT_HOST_FRAMEWORK] = {'f', ROLE_BAR_CONTEXT, "the process after its imports"},
    [LT_HOST_WEIGHTS] = {'w', ROLE_BAR_WEIGHTS, "variables, where the device is the CPU"},
    [LT_HOST_GRADIENTS] = {'g', ROLE_BAR_GRADIENTS, "gradients, where the device is the CPU"},
    [LT_HOST_OPTIMIZER] = {'o', ROLE_BAR_OPTIMIZER, "the optimizer's state, where the device is the CPU"},
    [LT_HOST_ACTIVATIONS] = {'a', ROLE_BAR_KEPT, "activations, where the device is the CPU"},
    [LT_HOST_DATASET] = {'d', ROLE_BAR_INPUTS, "the dataset, where it lies in memory"},
    [LT_HOST_PIPELINE] = {'p', ROLE_BAR_TRANSIENT, "the input pipeline and its workers"},
    [LT_HOST_COPIES] = {'c', ROLE_BAR_POOL, "copies that the framework makes of the data"},
    [LT_HOST_RUNTIME] = {'r', ROLE_BAR_WORKSPACE, "tracing, compiling, caches of libraries"},
};
