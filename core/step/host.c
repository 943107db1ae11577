#include "core/step/host.h"

#include "core/base/checked.h"
#include "core/step/device_memory.h"
#include "core/step/feed.h"
#include "core/step/verdict.h"

/* The most that the forward pass holds above what outlives the step. */
static uint64_t forward_peak(const struct lt_timeline *timeline)
{
    uint64_t most = timeline->resident_bytes;
    for (uint32_t i = 0; i < timeline->moment_count; i++)
        if (timeline->moment[i].phase == LT_PHASE_FORWARD)
            most = lt_max(most, timeline->moment[i].bytes);
    return most - timeline->resident_bytes;
}

/* On a CPU the tensors of the step are here, in the allocator of the C library or in a pool over it. Neither gives back
 * all that was freed: holes stay between the tensors of the forward pass. The batch is part of the pipeline. */
static void add_tensors(const struct lt_timeline *timeline, const struct lt_process *process, uint64_t *host)
{
    const uint64_t *device = timeline->classes;
    host[LT_HOST_WEIGHTS] = device[LT_MEMORY_WEIGHTS];
    host[LT_HOST_GRADIENTS] = device[LT_MEMORY_GRADIENTS];
    host[LT_HOST_OPTIMIZER] = device[LT_MEMORY_OPTIMIZER];
    uint64_t holes = (uint64_t)(process->hole_share * (double)forward_peak(timeline));
    host[LT_HOST_ACTIVATIONS] =
        lt_add(lt_add(device[LT_MEMORY_KEPT], device[LT_MEMORY_TRANSIENT]), lt_add(device[LT_MEMORY_WORKSPACE], holes));
}

/* Copies of the arrays that last only while the run begins, or begin when its first epoch ends, do not meet: the
 * larger one counts, and the first only as far as it is more than what later takes its place. */
static uint64_t copies(const struct lt_feed *feed, const uint64_t *host)
{
    uint64_t later = lt_add(lt_add(host[LT_HOST_GRADIENTS], host[LT_HOST_OPTIMIZER]),
                            lt_add(host[LT_HOST_ACTIVATIONS], host[LT_HOST_RUNTIME]));
    uint64_t first = feed->start_bytes > later ? feed->start_bytes - later : 0;
    return lt_add(feed->copy_bytes, lt_max(first, feed->end_bytes));
}

void lt_host_memory_make(const struct lt_step *step, const struct lt_timeline *timeline, uint64_t sample_bytes,
                         struct lt_estimate *out)
{
    struct lt_host_memory *memory = &out->host_memory;
    const struct lt_process *process = &out->machine->process;
    const struct lt_feed feed = lt_feed_of(out, sample_bytes);
    uint64_t *host = memory->classes;
    bool cpu = out->machine->device->kind == LT_DEVICE_CPU;
    uint64_t op_bytes = step->lowering->compiled ? process->compiled_op_bytes : process->op_bytes;
    host[LT_HOST_FRAMEWORK] = lt_add(process->import_bytes, process->device_bytes);
    host[LT_HOST_RUNTIME] = lt_add(process->start_bytes, lt_mul(out->kernel_count, op_bytes));
    host[LT_HOST_DATASET] = feed.dataset_bytes;
    host[LT_HOST_PIPELINE] = feed.pipeline_bytes;
    if (cpu)
        add_tensors(timeline, process, host);
    host[LT_HOST_COPIES] = copies(&feed, host);
    uint64_t sum = 0;
    for (int i = 0; i < LT_HOST_CLASS_COUNT; i++)
        sum = lt_add(sum, host[i]);
    /* Nine tenths of the rows of tests/reference/cpu_memory.json lie within; the part of a GPU is not measured. */
    double framework = (double)host[LT_HOST_FRAMEWORK], above = (double)sum - framework;
    memory->peak_bytes = (struct lt_figure){
        .value = (double)sum,
        .low = framework * (cpu ? 0.92 : 0.6) + above * 0.8,
        .high = framework * (cpu ? 1.08 : 1.6) + above * 1.22,
        .standing = cpu ? lt_estimate_standing(out) : LT_ASSUMED,
    };
    memory->capacity_bytes = out->machine->ram_bytes;
    memory->verdict = lt_verdict_of(&memory->peak_bytes, memory->capacity_bytes);
}
