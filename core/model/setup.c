#include "core/model/setup.h"

#include "core/model/dataset.h"
#include "core/model/loss.h"
#include "core/model/optimizer.h"
#include "core/model/policy.h"

#include <stdlib.h>
#include <string.h>

static const char *const modes[] = {"training", "inference", NULL};
static const char *const frameworks[] = {"tensorflow", "jax", "torch", NULL};
static const char *const generations[] = {"3", "2", "none", NULL};
static const char *const executions[] = {"auto", "graph", "compiled", "eager", NULL};
static const char *const recomputations[] = {"none",        "blocks",      "sqrt",           "full",
                                             "activations", "larger_than", "list_of_layers", NULL};
static const char *const feeds[] = {"numpy", "tf.data", "generator", "pydataset", "dataloader", NULL};
static const char *const worker_starts[] = {"thread", "fork", "spawn", NULL};
static const char *const feed_dtypes[] = {"uint8",   "int8",    "int16",    "int32",   "int64",
                                          "float16", "float32", "bfloat16", "float64", NULL};
static const char *const caches[] = {"none", "memory", "file", NULL};

/* Defaults are Keras's own: model.fit takes 32 samples a batch for one epoch, a PyDataset has one worker. */
const struct lt_field lt_setup_fields[LT_SETUP_COUNT] = {
    [LT_SET_MODE] = {.name = "mode",
                     .type = LT_FIELD_CHOICE,
                     .initial = "training",
                     .choices = modes,
                     .help = "What runs: training steps, or the forward pass alone"},
    [LT_SET_FRAMEWORK] = {.name = "framework",
                          .type = LT_FIELD_CHOICE,
                          .initial = "tensorflow",
                          .choices = frameworks,
                          .help = "The backend that Keras runs on"},
    [LT_SET_FRAMEWORK_VERSION] = {.name = "framework_version",
                                  .type = LT_FIELD_TEXT,
                                  .optional = true,
                                  .help = "The backend's version, as 2.9; none: the newest that is known"},
    [LT_SET_KERAS] = {.name = "keras",
                      .type = LT_FIELD_CHOICE,
                      .initial = "3",
                      .choices = generations,
                      .help = "The generation of Keras that trains the model; none: plain code of the framework, as "
                              "most published measurements"},
    [LT_SET_EXECUTION] = {.name = "execution",
                          .type = LT_FIELD_CHOICE,
                          .initial = "auto",
                          .choices = executions,
                          .help =
                              "How steps run; auto: as the framework itself would choose on the device; compiled: XLA"},
    [LT_SET_BATCH] = {.name = "batch",
                      .type = LT_FIELD_INT,
                      .initial = "32",
                      .low = 1,
                      .high = 1 << 24,
                      .help = "Samples in one step, per device"},
    [LT_SET_ACCUMULATE] =
        {.name = "accumulate",
         .type = LT_FIELD_INT,
         .initial = "1",
         .low = 1,
         .high = 1 << 20,
         .help = "Steps whose gradients are summed before the variables are updated; times are the mean over them"},
    [LT_SET_PRECISION] = {.name = "precision",
                          .type = LT_FIELD_CHOICE,
                          .initial = "float32",
                          .choices = lt_policy_names,
                          .help = "The dtype policy of layers that have none of their own"},
    [LT_SET_OPTIMIZER] = {.name = "optimizer",
                          .type = LT_FIELD_CHOICE,
                          .initial = "adam",
                          .choices = lt_optimizer_names,
                          .help = "What updates the variables; its options are optimizer.NAME"},
    [LT_SET_LOSS] = {.name = "loss",
                     .type = LT_FIELD_CHOICE,
                     .initial = "auto",
                     .choices = lt_loss_names,
                     .help = "The loss; auto: the crossentropy that suits the output layer"},
    [LT_SET_RECOMPUTE] =
        {.name = "recompute",
         .type = LT_FIELD_CHOICE,
         .initial = "none",
         .choices = recomputations,
         .help =
             "What the backward pass computes again instead of keeping it: blocks, groups of blocks (sqrt), or by a "
             "mode of Keras's RematScope"},
    [LT_SET_RECOMPUTE_ABOVE] = {.name = "recompute_above",
                                .type = LT_FIELD_INT,
                                .initial = "1024",
                                .low = 0,
                                .high = 1e18,
                                .help = "For larger_than: layers whose result has more elements than this, the batch "
                                        "included"},
    [LT_SET_RECOMPUTE_LAYERS] = {.name = "recompute_layers",
                                 .type = LT_FIELD_TEXT,
                                 .optional = true,
                                 .help = "For list_of_layers: the names of layers, joined by commas"},
    [LT_SET_EPOCHS] = {.name = "epochs",
                       .type = LT_FIELD_INT,
                       .initial = "1",
                       .low = 1,
                       .high = 1e9,
                       .help = "Passes over the dataset"},
    [LT_SET_DATASET] = {.name = "dataset",
                        .type = LT_FIELD_CHOICE,
                        .initial = "custom",
                        .choices = lt_dataset_names,
                        .help =
                            "A known dataset; custom: as many samples as samples says, each as large as the inputs"},
    [LT_SET_SAMPLES] = {.name = "samples",
                        .type = LT_FIELD_INT,
                        .initial = "10000",
                        .low = 1,
                        .high = 1e12,
                        .help = "Training samples of a custom dataset"},
    [LT_SET_FEED] = {.name = "feed",
                     .type = LT_FIELD_CHOICE,
                     .initial = "numpy",
                     .choices = feeds,
                     .help = "What model.fit reads from"},
    [LT_SET_FEED_DTYPE] = {.name = "feed_dtype",
                           .type = LT_FIELD_CHOICE,
                           .optional = true,
                           .choices = feed_dtypes,
                           .help =
                               "The format of the samples in host memory; none: as the dataset or the inputs have it"},
    [LT_SET_CACHE] = {.name = "cache",
                      .type = LT_FIELD_CHOICE,
                      .initial = "none",
                      .choices = caches,
                      .help = "Where a tf.data pipeline caches its elements"},
    [LT_SET_SHUFFLE] = {.name = "shuffle",
                        .type = LT_FIELD_INT,
                        .initial = "0",
                        .low = 0,
                        .high = 1e12,
                        .help = "Elements in the shuffle buffer of a tf.data pipeline; 0: no buffer"},
    [LT_SET_PREFETCH] = {.name = "prefetch",
                         .type = LT_FIELD_INT,
                         .initial = "2",
                         .low = 0,
                         .high = 65536,
                         .help = "Batches that the pipeline prepares ahead"},
    [LT_SET_WORKERS] = {.name = "workers",
                        .type = LT_FIELD_INT,
                        .initial = "1",
                        .low = 0,
                        .high = 4096,
                        .help = "Threads or processes that prepare batches; 0: the process that trains does it"},
    [LT_SET_WORKER_START] = {.name = "worker_start",
                             .type = LT_FIELD_CHOICE,
                             .optional = true,
                             .choices = worker_starts,
                             .help = "What a worker is: a thread, a forked process or a new one; none: as the feed "
                                     "has it, threads for a pydataset, forked processes for a dataloader"},
    [LT_SET_VALIDATION_SAMPLES] = {.name = "validation_samples",
                                   .type = LT_FIELD_INT,
                                   .initial = "0",
                                   .low = 0,
                                   .high = 1e12,
                                   .help = "Samples that model.fit validates on after each epoch"},
    [LT_SET_SEQ_LEN] = {.name = "seq_len",
                        .type = LT_FIELD_INT,
                        .optional = true,
                        .low = 1,
                        .high = 1 << 24,
                        .help = "The length of sequences where the model leaves it open"},
    [LT_SET_DEVICE] = {.name = "device",
                       .type = LT_FIELD_TEXT,
                       .initial = "this",
                       .help = "The device that trains: an id of the hardware database, or this machine"},
    [LT_SET_DEVICES] = {.name = "devices",
                        .type = LT_FIELD_INT,
                        .initial = "1",
                        .low = 1,
                        .high = 64,
                        .help =
                            "Devices of this kind in one machine, each with a batch of its own; their gradients are "
                            "summed"},
    [LT_SET_CPU] = {.name = "cpu",
                    .type = LT_FIELD_TEXT,
                    .optional = true,
                    .help =
                        "The processor beside the device: an id of the hardware database; none: that of the machine"},
    [LT_SET_RAM] = {.name = "ram",
                    .type = LT_FIELD_BYTES,
                    .optional = true,
                    .low = 1,
                    .high = 1e18,
                    .help = "Host memory; none: that of the machine"},
};

const char *lt_setup_group(enum lt_setup_field field)
{
    if (field < LT_SET_DATASET)
        return "training";
    return field < LT_SET_DEVICE ? "input" : "machine";
}

void lt_setup_init(struct lt_setup *setup, struct lt_arena *arena)
{
    *setup = (struct lt_setup){0};
    for (int i = 0; i < LT_SETUP_COUNT; i++)
        setup->value[i] = lt_field_default(&lt_setup_fields[i], arena);
}

bool lt_setup_before(const struct lt_setup *setup, long major, long minor)
{
    const char *version = lt_setup_text(setup, LT_SET_FRAMEWORK_VERSION);
    if (!version || version[0] < '0' || version[0] > '9')
        return false;
    char *rest;
    long first = strtol(version, &rest, 10), second = *rest == '.' ? strtol(rest + 1, NULL, 10) : 0;
    return first < major || (first == major && second < minor);
}

bool lt_setup_keras_3(const struct lt_setup *setup)
{
    const char *keras = lt_setup_text(setup, LT_SET_KERAS);
    return keras && strcmp(keras, "3") == 0;
}

const struct lt_policy *lt_setup_policy(const struct lt_setup *setup)
{
    int policy = lt_policy_find(lt_setup_text(setup, LT_SET_PRECISION));
    return &lt_policies[policy < 0 ? 0 : policy];
}
