#include "core/step/machine_choice.h"

#include "core/hardware/framework.h"

#include <string.h>

/* Between two ops of a step on a CPU. */
static const double CPU_GAP_SECONDS = 4e-6;

/* An id that does not exist is a problem already, with the nearest ones. */
static enum lt_status find(struct lt_database *database, const char *id, const struct lt_device **device,
                           struct lt_problems *problems)
{
    const char *nearest[4] = {NULL};
    return lt_database_find(database, id, device, nearest, problems);
}

/* `this` as a device is the accelerator that was found here, else this machine's CPU. */
static const char *device_id(const struct lt_this_machine *here, const char *wanted)
{
    if (!wanted || strcmp(wanted, "this") == 0)
        return here->device_id ? here->device_id : "this";
    return wanted;
}

enum lt_status lt_machine_resolve(struct lt_database *database, const struct lt_this_machine *here,
                                  const struct lt_setup *setup, struct lt_machine *out, struct lt_problems *problems)
{
    const char *framework = lt_setup_text(setup, LT_SET_FRAMEWORK), *cpu = lt_setup_text(setup, LT_SET_CPU);
    const char *device = device_id(here, lt_setup_text(setup, LT_SET_DEVICE));
    const struct lt_value *ram = &setup->value[LT_SET_RAM];
    struct lt_machine machine = {.ram_bytes = here->ram_bytes};
    enum lt_status status = find(database, device, &machine.device, problems);
    if (!status)
        status = find(database, cpu ? cpu : "this", &machine.cpu, problems);
    if (status)
        return status;
    if (ram->type == LT_VALUE_INT)
        machine.ram_bytes = (uint64_t)ram->integer;
    bool is_cpu = machine.device->kind == LT_DEVICE_CPU;
    if (is_cpu)
        machine.cpu = machine.device;
    status = lt_database_allocator(database, framework, machine.device, &machine.allocator, problems);
    if (!status)
        status = lt_parallel_resolve(database, setup, machine.device, &machine.parallel, problems);
    if (!status)
        status =
            lt_database_process(database, framework, lt_setup_text(setup, LT_SET_KERAS),
                                lt_setup_text(setup, LT_SET_EXECUTION), machine.device, &machine.process, problems);
    machine.allocator.context_bytes += machine.parallel.buffer_bytes;
    struct lt_constants constants = {database, framework, problems, status};
    double compiled = lt_constants_number(&constants, "kernel_gap.compiled_us", 18e-6);
    machine.compiled_gap_seconds = is_cpu ? CPU_GAP_SECONDS : compiled;
    machine.kernel_gap_seconds =
        is_cpu ? CPU_GAP_SECONDS : lt_constants_number(&constants, "kernel_gap.usual_us", compiled);
    status = constants.status;
    if (!status)
        *out = machine;
    return status;
}
