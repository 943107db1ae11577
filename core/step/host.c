#include "core/step/host.h"

#include "core/base/checked.h"
#include "core/model/dataset.h"
#include "core/step/device_memory.h"
#include "core/step/verdict.h"

#include <string.h>

#define MIB ((uint64_t)1 << 20)

/* Resident memory of the process after its imports and a first small fit: Keras 3.15.1 on TensorFlow 2.21 (CPU)
 * measured; with the CUDA libraries loaded 2 to 4 GB are reported, which is an assumption until measured. */
static const uint64_t PROCESS_BYTES = 516 * MIB, PROCESS_GPU_BYTES = 2600 * MIB;
/* What tracing and the caches of the libraries' kernels add per kernel of the graph: 50 MB for 40 kernels, 1.1 GB for
 * 4,600 (tests/reference/cpu_training.json; Keras 3.15.1, TensorFlow 2.21). */
static const uint64_t RUNTIME_BYTES = 30 * MIB, RUNTIME_BYTES_PER_KERNEL = 230 * 1000;

uint64_t lt_samples_of(const struct lt_setup *setup, enum lt_standing *standing)
{
    const struct lt_value *samples = &setup->value[LT_SET_SAMPLES];
    const char *name = lt_setup_text(setup, LT_SET_DATASET);
    const struct lt_dataset *dataset = name ? lt_dataset_find(name) : NULL;
    if (samples->given && samples->type == LT_VALUE_INT)
        return (uint64_t)samples->integer;
    if (dataset && dataset->samples) {
        *standing = lt_worse(*standing, dataset->standing);
        return dataset->samples;
    }
    *standing = lt_worse(*standing, LT_ASSUMED);
    return samples->type == LT_VALUE_INT ? (uint64_t)samples->integer : 0;
}

/* Bytes of a sample in the dtype it is fed in, for one that the model takes as float32. */
static uint64_t fed_bytes(const struct lt_setup *setup, uint64_t sample_bytes)
{
    const char *name = lt_setup_text(setup, LT_SET_FEED_DTYPE);
    enum lt_dtype dtype = name ? lt_dtype_find(name) : LT_FLOAT32;
    return dtype == LT_DTYPE_COUNT ? sample_bytes : lt_mul(sample_bytes, lt_dtypes[dtype].bits) / 32;
}

/* Keras's ArrayDataAdapter on TensorFlow: the user's array stays, one more whole copy becomes a constant, and while
 * that is made there are two; float64 is cast first, which is a third (measured). The order of an epoch is an int64 per
 * sample, twice. */
static void feed_numpy(const struct lt_setup *setup, uint64_t samples, uint64_t sample_bytes, uint64_t *host)
{
    const char *dtype = lt_setup_text(setup, LT_SET_FEED_DTYPE);
    uint64_t array = lt_mul(samples, fed_bytes(setup, sample_bytes));
    bool wide = dtype && strcmp(dtype, "float64") == 0;
    uint64_t constant = wide ? array / 2 : array;
    host[LT_HOST_DATASET] = array;
    host[LT_HOST_COPIES] = lt_mul(constant, wide ? 3 : 2);
    host[LT_HOST_PIPELINE] = lt_mul(samples, 16);
}

static void feed_pipeline(const struct lt_setup *setup, uint64_t samples, uint64_t sample_bytes, uint64_t batch,
                          uint64_t *host)
{
    const char *cache = lt_setup_text(setup, LT_SET_CACHE);
    uint64_t sample = fed_bytes(setup, sample_bytes);
    uint64_t shuffled = setup->value[LT_SET_SHUFFLE].type == LT_VALUE_INT
                            ? lt_min((uint64_t)lt_setup_int(setup, LT_SET_SHUFFLE), samples)
                            : 0;
    uint64_t ahead =
        setup->value[LT_SET_PREFETCH].type == LT_VALUE_INT ? (uint64_t)lt_setup_int(setup, LT_SET_PREFETCH) : 4;
    uint64_t workers =
        setup->value[LT_SET_WORKERS].type == LT_VALUE_INT ? (uint64_t)lt_setup_int(setup, LT_SET_WORKERS) : 1;
    if (cache && strcmp(cache, "memory") == 0)
        host[LT_HOST_DATASET] = lt_mul(samples, sample);
    host[LT_HOST_PIPELINE] =
        lt_add(lt_mul(shuffled, sample), lt_mul(lt_add(lt_add(ahead, workers), 1), lt_mul(batch, sample)));
}

static void feed(const struct lt_estimate *e, uint64_t sample_bytes, uint64_t *host)
{
    const struct lt_setup *setup = &e->document->setup;
    enum lt_standing standing = LT_EXACT;
    const char *how = lt_setup_text(setup, LT_SET_FEED);
    uint64_t samples = lt_samples_of(setup, &standing);
    if (setup->value[LT_SET_VALIDATION_SAMPLES].type == LT_VALUE_INT)
        samples = lt_add(samples, (uint64_t)lt_setup_int(setup, LT_SET_VALIDATION_SAMPLES));
    /* Nobody said what the data are: then only what any pipeline holds is counted. */
    bool known = setup->value[LT_SET_SAMPLES].given || setup->value[LT_SET_DATASET].given;
    if (known && (!how || strcmp(how, "numpy") == 0))
        feed_numpy(setup, samples, sample_bytes, host);
    else
        feed_pipeline(setup, samples, sample_bytes, e->batch, host);
}

void lt_host_memory_make(const struct lt_timeline *timeline, uint64_t sample_bytes, struct lt_estimate *out)
{
    struct lt_host_memory *memory = &out->host_memory;
    uint64_t *host = memory->classes;
    bool cpu = out->machine->device->kind == LT_DEVICE_CPU;
    host[LT_HOST_FRAMEWORK] = cpu ? PROCESS_BYTES : PROCESS_GPU_BYTES;
    host[LT_HOST_RUNTIME] = lt_add(RUNTIME_BYTES, lt_mul(out->kernel_count, RUNTIME_BYTES_PER_KERNEL));
    feed(out, sample_bytes, host);
    if (cpu) {
        const uint64_t *device = timeline->classes;
        host[LT_HOST_WEIGHTS] = device[LT_MEMORY_WEIGHTS];
        host[LT_HOST_GRADIENTS] = device[LT_MEMORY_GRADIENTS];
        host[LT_HOST_OPTIMIZER] = device[LT_MEMORY_OPTIMIZER];
        host[LT_HOST_ACTIVATIONS] = lt_add(lt_add(device[LT_MEMORY_KEPT], device[LT_MEMORY_TRANSIENT]),
                                           lt_add(device[LT_MEMORY_WORKSPACE], device[LT_MEMORY_INPUTS]));
    }
    uint64_t sum = 0;
    for (int i = 0; i < LT_HOST_CLASS_COUNT; i++)
        sum = lt_add(sum, host[i]);
    double above = (double)(sum - host[LT_HOST_FRAMEWORK]);
    memory->peak_bytes = (struct lt_figure){
        .value = (double)sum,
        .low = (double)host[LT_HOST_FRAMEWORK] * 0.9 + above * 0.7,
        .high = (double)host[LT_HOST_FRAMEWORK] * (cpu ? 1.1 : 1.6) + above * 1.35,
        .standing = cpu ? lt_estimate_standing(out) : LT_ASSUMED,
    };
    memory->capacity_bytes = out->machine->ram_bytes;
    memory->verdict = lt_verdict_of(&memory->peak_bytes, memory->capacity_bytes);
}
