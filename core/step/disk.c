#include "core/step/disk.h"

#include "core/base/checked.h"
#include "core/model/dataset.h"
#include "core/step/feed.h"

/* In a .keras file each variable is a dataset of HDF5 and each layer two groups, about 700 bytes apiece (626 to 1,066
 * in ten files of Keras 3.15); PyTorch's zip takes no less. */
enum { OBJECT_BYTES = 700, OBJECT_LOW_BYTES = 600, OBJECT_HIGH_BYTES = 1100 };

/* As it is downloaded, where that is known; else every sample as it is fed. */
static struct lt_figure dataset_bytes(const struct lt_setup *setup, uint64_t sample_bytes)
{
    const char *name = lt_setup_text(setup, LT_SET_DATASET);
    const struct lt_dataset *dataset = name ? lt_dataset_find(name) : NULL;
    enum lt_standing standing = LT_MODEL;
    if (dataset && dataset->download_bytes) {
        double bytes = (double)dataset->download_bytes;
        return (struct lt_figure){bytes, bytes, bytes, dataset->standing};
    }
    uint64_t samples = lt_samples_of(setup, &standing);
    if (dataset)
        samples = lt_add(samples, dataset->validation_samples);
    else if (setup->value[LT_SET_VALIDATION_SAMPLES].type == LT_VALUE_INT)
        samples = lt_add(samples, (uint64_t)lt_setup_int(setup, LT_SET_VALIDATION_SAMPLES));
    double bytes = (double)lt_mul(samples, lt_fed_bytes(setup, sample_bytes));
    return (struct lt_figure){bytes, bytes, bytes, standing};
}

static struct lt_figure checkpoint_bytes(const struct lt_walked *walked, const struct lt_estimate *out)
{
    double tensors = (double)lt_add(out->weight_bytes, out->optimizer_bytes), objects = out->optimizer_scalars;
    double slots = out->parameters ? (double)out->optimizer_elements / (double)out->parameters : 0;
    for (uint32_t i = 0; i < out->row_count; i++)
        objects += walked->layer[i].variables.count * (1 + slots) + 2;
    return (struct lt_figure){tensors + objects * OBJECT_BYTES, tensors + objects * OBJECT_LOW_BYTES,
                              tensors + objects * OBJECT_HIGH_BYTES, out->complete ? LT_MODEL : LT_UNKNOWN};
}

void lt_disk_make(const struct lt_walked *walked, uint64_t sample_bytes, struct lt_estimate *out)
{
    out->disk.dataset_bytes = dataset_bytes(&out->document->setup, sample_bytes);
    out->disk.checkpoint_bytes = checkpoint_bytes(walked, out);
}
