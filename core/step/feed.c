#include "core/step/feed.h"

#include "core/base/checked.h"
#include "core/model/dataset.h"

#include <string.h>

#define MIB ((uint64_t)1 << 20)

/* --- samples ------------------------------------------------------------------------------------------------------ */

static const struct lt_dataset *dataset_of(const struct lt_setup *setup)
{
    const char *name = lt_setup_text(setup, LT_SET_DATASET);
    return name ? lt_dataset_find(name) : NULL;
}

static uint64_t count(const struct lt_setup *setup, enum lt_setup_field field, uint64_t otherwise)
{
    return setup->value[field].type == LT_VALUE_INT ? (uint64_t)lt_setup_int(setup, field) : otherwise;
}

uint64_t lt_samples_of(const struct lt_setup *setup, enum lt_standing *standing)
{
    const struct lt_value *samples = &setup->value[LT_SET_SAMPLES];
    const struct lt_dataset *dataset = dataset_of(setup);
    if (samples->given && samples->type == LT_VALUE_INT)
        return (uint64_t)samples->integer;
    if (dataset && dataset->samples) {
        *standing = lt_worse(*standing, dataset->standing);
        return dataset->samples;
    }
    *standing = lt_worse(*standing, LT_ASSUMED);
    return count(setup, LT_SET_SAMPLES, 0);
}

uint64_t lt_fed_bytes(const struct lt_setup *setup, uint64_t sample_bytes)
{
    const char *name = lt_setup_text(setup, LT_SET_FEED_DTYPE);
    enum lt_dtype dtype = name ? lt_dtype_find(name) : LT_FLOAT32;
    return dtype == LT_DTYPE_COUNT ? sample_bytes : lt_mul(sample_bytes, lt_dtypes[dtype].bits) / 32;
}

/* --- arrays ------------------------------------------------------------------------------------------------------- */

/* Copies that Keras makes of the arrays given to fit, in arrays of the dtype that the framework gets (float32 for
 * float64): during the run, and more at its start. */
static const struct copying {
    const char *framework;
    uint8_t kept, at_start;           /* of arrays in a dtype that the framework takes */
    uint8_t cast_kept, cast_at_start; /* of float64 arrays */
} COPYING[] = {
    {"tensorflow", 1, 1, 1, 2}, /* ArrayDataAdapter makes a constant of the dataset */
    {"jax", 0, 0, 2, 0},        /* batches are slices; each iterator over float64 casts all of it, two are alive */
    {"torch", 0, 0, 1, 0},      /* tensors share the memory of the arrays */
};

static struct copying copying_of(const struct lt_setup *setup)
{
    const char *framework = lt_setup_text(setup, LT_SET_FRAMEWORK), *keras = lt_setup_text(setup, LT_SET_KERAS);
    for (size_t i = 0; keras && strcmp(keras, "none") != 0 && i < sizeof COPYING / sizeof *COPYING; i++)
        if (framework && strcmp(framework, COPYING[i].framework) == 0)
            return COPYING[i];
    return (struct copying){.framework = framework};
}

static void feed_arrays(const struct lt_setup *setup, uint64_t samples, uint64_t validation, uint64_t fed_bytes,
                        uint64_t batch_bytes, struct lt_feed *out)
{
    const char *dtype = lt_setup_text(setup, LT_SET_FEED_DTYPE);
    bool cast = dtype && strcmp(dtype, "float64") == 0;
    const struct copying copying = copying_of(setup);
    uint64_t taken = cast ? fed_bytes / 2 : fed_bytes; /* of a sample, by the framework */
    uint64_t kept = cast ? copying.cast_kept : copying.kept;
    uint64_t passing = cast ? copying.cast_at_start : copying.at_start;
    out->dataset_bytes = lt_mul(lt_add(samples, validation), fed_bytes);
    out->copy_bytes = lt_mul(lt_mul(samples, taken), kept);
    out->start_bytes = lt_mul(lt_mul(samples, taken), passing);
    out->end_bytes = lt_mul(lt_mul(validation, taken), kept + passing);
    /* The order of an epoch is an int64 per sample, of this epoch and the next; one batch runs, one is ready. */
    out->pipeline_bytes = lt_add(lt_mul(samples, 16), lt_mul(batch_bytes, 2));
}

/* --- pipelines ---------------------------------------------------------------------------------------------------- */

/* What a worker process has for itself: the pages that a forked one writes to, a whole process where it is new. */
static uint64_t worker_bytes(const struct lt_estimate *e, const char *start)
{
    return start && strcmp(start, "spawn") == 0 ? e->machine->process.import_bytes : 12 * MIB;
}

static void feed_pipeline(const struct lt_estimate *e, const char *how, uint64_t samples, uint64_t fed_bytes,
                          uint64_t batch_bytes, struct lt_feed *out)
{
    const struct lt_setup *setup = &e->document->setup;
    const char *cache = lt_setup_text(setup, LT_SET_CACHE), *start = lt_setup_text(setup, LT_SET_WORKER_START);
    const uint64_t workers = count(setup, LT_SET_WORKERS, 1), ahead = count(setup, LT_SET_PREFETCH, 2);
    uint64_t batches = 3, bytes = 0;
    bool processes = start && strcmp(start, "thread") != 0;
    if (strcmp(how, "tf.data") == 0) {
        if (cache && strcmp(cache, "memory") == 0)
            out->dataset_bytes = lt_mul(samples, fed_bytes);
        bytes = lt_mul(lt_min(count(setup, LT_SET_SHUFFLE, 0), samples), fed_bytes);
        bytes = lt_add(bytes, lt_mul(workers, fed_bytes));
        batches = lt_add(ahead, 2); /* one is filled, one is used */
    } else if (strcmp(how, "pydataset") == 0 && (workers > 1 || processes)) {
        batches = lt_add(workers, 10); /* max_queue_size of PyDataset */
    } else if (strcmp(how, "dataloader") == 0) {
        processes = workers > 0 && (!start || strcmp(start, "thread") != 0);
        batches = lt_add(lt_mul(workers, 2), 1); /* prefetch_factor of DataLoader */
        out->dataset_bytes = lt_mul(samples, fed_bytes);
    }
    if (processes)
        bytes = lt_add(bytes, lt_mul(workers, worker_bytes(e, start)));
    out->pipeline_bytes = lt_add(bytes, lt_mul(batches, batch_bytes));
}

struct lt_feed lt_feed_of(const struct lt_estimate *e, uint64_t sample_bytes)
{
    const struct lt_setup *setup = &e->document->setup;
    const char *how = lt_setup_text(setup, LT_SET_FEED);
    enum lt_standing standing = LT_EXACT;
    struct lt_feed feed = {0};
    uint64_t fed = lt_fed_bytes(setup, sample_bytes), batch_bytes = lt_mul(e->batch, sample_bytes);
    uint64_t samples = lt_samples_of(setup, &standing), validation = count(setup, LT_SET_VALIDATION_SAMPLES, 0);
    /* Nobody said what the data are: then only what any pipeline holds is counted. */
    bool known = setup->value[LT_SET_SAMPLES].given || setup->value[LT_SET_DATASET].given;
    if (known && (!how || strcmp(how, "numpy") == 0))
        feed_arrays(setup, samples, validation, fed, batch_bytes, &feed);
    else
        feed_pipeline(e, known ? how : "", samples, fed, batch_bytes, &feed);
    return feed;
}
