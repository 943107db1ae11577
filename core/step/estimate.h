/* The one function of the program: what a training step (or an inference step) of a document needs on a machine.
 * Pure: the same document and machine give the same estimate, bit for bit. Nothing in it survives the arena. */
#ifndef LT_STEP_ESTIMATE_H
#define LT_STEP_ESTIMATE_H

#include "core/base/figure.h"
#include "core/hardware/allocator.h"
#include "core/hardware/device.h"
#include "core/step/parallel.h"
#include "core/hardware/process.h"

#include "core/model/optimizer.h"
#include "core/model/document.h"

/* The machine and what the framework takes of it, resolved by lt_machine_resolve (machine_choice.h). Plain numbers. */
struct lt_machine {
    const struct lt_device *device; /* never NULL */
    const struct lt_device *cpu;    /* of the host; NULL: not known */
    uint64_t ram_bytes;             /* of the host; 0: not known */
    struct lt_allocator allocator;  /* of the framework, on the device */
    struct lt_parallel parallel;    /* devices that train together */
    struct lt_process process;      /* of the framework, on the host */
    double kernel_gap_seconds;      /* between two kernels of one step */
    double compiled_gap_seconds;    /* the same where a compiler made the step one program */
};

/* What device memory is used for; the classes of `lt_device_memory` sum to shown_bytes. */
enum lt_memory_class {
    LT_MEMORY_WEIGHTS,
    LT_MEMORY_GRADIENTS,
    LT_MEMORY_OPTIMIZER,
    LT_MEMORY_KEPT,      /* what the forward pass leaves for the backward pass */
    LT_MEMORY_TRANSIENT, /* other tensors alive at the peak */
    LT_MEMORY_WORKSPACE, /* scratch of the kernel that runs at the peak */
    LT_MEMORY_INPUTS,    /* the batch */
    LT_MEMORY_POOL,      /* taken by the allocator and not in use at the peak */
    LT_MEMORY_CONTEXT,   /* outside the allocator: driver context, libraries */
    LT_MEMORY_CLASS_COUNT
};
extern const char *const lt_memory_class_names[LT_MEMORY_CLASS_COUNT];

enum lt_host_class {
    LT_HOST_FRAMEWORK, /* the process after its imports */
    LT_HOST_WEIGHTS,
    LT_HOST_GRADIENTS,
    LT_HOST_OPTIMIZER,
    LT_HOST_ACTIVATIONS, /* where the device is the CPU */
    LT_HOST_DATASET,
    LT_HOST_PIPELINE,
    LT_HOST_COPIES,
    LT_HOST_RUNTIME, /* tracing, compiling, library caches */
    LT_HOST_CLASS_COUNT
};
extern const char *const lt_host_class_names[LT_HOST_CLASS_COUNT];

enum lt_phase { LT_PHASE_FORWARD, LT_PHASE_BACKWARD, LT_PHASE_UPDATE, LT_PHASE_COUNT };
extern const char *const lt_phase_names[LT_PHASE_COUNT];

/* What limits an op, a layer or the step. */
enum lt_bound {
    LT_BOUND_NONE,
    LT_BOUND_COMPUTE,
    LT_BOUND_MEMORY, /* bandwidth */
    LT_BOUND_LAUNCH, /* starting kernels */
    LT_BOUND_HOST,   /* the host issues work more slowly than the device does it */
    LT_BOUND_INPUT,  /* data arrive more slowly */
    LT_BOUND_COMMUNICATION,
    LT_BOUND_COUNT
};
extern const char *const lt_bound_names[LT_BOUND_COUNT];

enum lt_verdict { LT_VERDICT_UNKNOWN, LT_FITS, LT_TIGHT, LT_DOES_NOT_FIT, LT_VERDICT_COUNT };
extern const char *const lt_verdict_names[LT_VERDICT_COUNT];

/* One layer, all its calls and the whole batch together. Rows of nested models are the sums of their layers'.
 * Layers inside wrappers are part of the wrapper's row. */
struct lt_layer_row {
    const struct lt_shape *out; /* of the first call, as Keras reports them, batch included; NULL: never called */
    const uint8_t *open;        /* parallel to out: bit i set: axis i is open in the file (batch, null) */
    uint16_t out_count;
    uint8_t bound, standing; /* enum lt_bound, lt_standing */
    uint32_t calls;
    bool listed; /* false: part of a wrapper's row */
    bool nested;
    bool blocked;        /* a layer before it has a problem */
    const char *problem; /* NULL: none */
    uint64_t parameters, trainable_parameters, non_trainable_parameters;
    uint64_t weight_bytes, gradient_bytes, optimizer_bytes, kept_bytes;
    uint64_t peak_bytes; /* what it made that is alive at the peak, its weights and state apart */
    double forward_flops, backward_flops;
    double seconds, forward_seconds, backward_seconds, update_seconds;
};

/* Live bytes of the allocator after each op in the order of execution. */
struct lt_moment {
    uint64_t bytes;
    uint32_t layer; /* LT_NO_LAYER: none (loss, update of several) */
    uint8_t phase;
};

struct lt_device_memory {
    uint64_t kept_bytes;         /* all that the forward pass leaves for the backward pass; the layers' sum */
    struct lt_figure peak_bytes; /* the most that the framework's allocator holds in use at once */
    uint32_t peak_layer;         /* LT_NO_LAYER: outside the layers */
    uint8_t peak_phase;
    uint32_t peak_moment; /* index in moment */
    uint64_t classes[LT_MEMORY_CLASS_COUNT];
    struct lt_figure needed_bytes;         /* the smallest limit it runs in */
    uint64_t shown_bytes;                  /* what the driver's tool will show */
    uint64_t capacity_bytes, usable_bytes; /* 0: not known */
    enum lt_verdict verdict;
    const struct lt_moment *moment;
    uint32_t moment_count;
};

struct lt_host_memory {
    struct lt_figure peak_bytes; /* resident memory of the training process and its workers */
    uint64_t classes[LT_HOST_CLASS_COUNT];
    uint64_t capacity_bytes;
    enum lt_verdict verdict;
};

struct lt_disk {
    struct lt_figure dataset_bytes;    /* as downloaded, or every sample as it is fed */
    struct lt_figure checkpoint_bytes; /* one: weights and the optimizer's state */
};

struct lt_step_time {
    struct lt_figure step_seconds;
    double phase_seconds[LT_PHASE_COUNT];
    double input_seconds, host_seconds;
    double communication_seconds; /* that a step waits for; NaN: not known */
    enum lt_bound bound;
    double samples_per_s;
    uint64_t steps_per_epoch;
    double epoch_seconds, run_seconds;
    enum lt_standing epoch_standing; /* of both: assumed where nobody said how many samples there are */
};

struct lt_estimate {
    const struct lt_document *document;
    const struct lt_machine *machine;
    uint64_t batch;
    bool training;
    bool complete;                        /* false: the totals are lower bounds */
    const struct lt_optimizer *optimizer; /* NULL: inference */
    const char *optimizer_name;
    struct lt_optimizer_state optimizer_state;
    bool loss_scaling;

    struct lt_layer_row *row; /* parallel to document->layer */
    uint32_t row_count;
    uint32_t layers; /* that Keras lists: the top level's */
    uint64_t parameters, trainable_parameters, non_trainable_parameters, weight_bytes;
    double forward_flops; /* of one sample: 2 per multiply-add of matmul and convolution */
    uint64_t optimizer_elements, optimizer_bytes;
    uint32_t optimizer_scalars;
    uint32_t op_count;     /* ops of the lowered step */
    uint32_t kernel_count; /* that they start, each op of a loop once */

    struct lt_device_memory device_memory;
    struct lt_host_memory host_memory;
    struct lt_disk disk;
    struct lt_step_time time;
};

/* `problems` receives what is wrong with the document (shapes that do not fit, guesses made). LT_OK also where it has
 * errors: then rows are marked and totals are lower bounds. LT_NO_MEMORY, LT_TOO_LARGE otherwise. */
enum lt_status lt_estimate(const struct lt_document *document, const struct lt_machine *machine, struct lt_arena *arena,
                           struct lt_estimate *out, struct lt_problems *problems);

/* The same in two parts, for one document on many machines: what they have in common, and each of them. `machine` says
 * only whether it is a CPU and what kind of allocator it has. The document and `arena` outlive what was prepared. */
struct lt_prepared;
enum lt_status lt_prepare(const struct lt_document *document, const struct lt_machine *machine, struct lt_arena *arena,
                          struct lt_prepared **out, struct lt_problems *problems);

/* Whether what was prepared for another machine serves this one too. */
bool lt_is_prepared(const struct lt_prepared *prepared, const struct lt_machine *machine);

/* The estimate on a machine that it is prepared for. Rows live in `arena`, the rest with what was prepared.
 * LT_NO_MEMORY. */
enum lt_status lt_estimate_on(struct lt_prepared *prepared, const struct lt_machine *machine, struct lt_arena *arena,
                              struct lt_estimate *out);

/* Fills row->open: which axes of the shapes are open in the file (the batch, and those written as null). Found by
 * walking once more with other sizes, so a search or a screen that does not show it need not pay for it. */
enum lt_status lt_estimate_open_axes(struct lt_estimate *estimate, struct lt_arena *arena);

#endif
