/* The rows of rows.csv: published measurements, each with the model, the settings and the figure. Reads text; knows
 * nothing of estimates. */
#ifndef TESTS_ACCURACY_ROW_H
#define TESTS_ACCURACY_ROW_H

#include "core/base/arena.h"

enum use { USE_BOTH_SIDES, USE_ONE_SIDED, USE_LEFT_OUT, USE_COUNT };
extern const char *const use_names[USE_COUNT];

enum measure {
    MEASURE_STEP,  /* step_seconds */
    MEASURE_PEAK,  /* peak_bytes: the allocator's peak in use */
    MEASURE_SHOWN, /* shown_bytes: what the driver's tool shows */
    MEASURE_FITS,  /* 1 or 0: it ran, it ran out of memory */
    MEASURE_HOST,  /* host_bytes: resident memory of the process */
    MEASURE_COUNT
};
extern const char *const measure_names[MEASURE_COUNT];

/* What rows can be grouped and filtered by. */
enum label {
    LABEL_SOURCE, /* owner/repo */
    LABEL_FRAMEWORK,
    LABEL_FAMILY,
    LABEL_DEVICE,
    LABEL_PRECISION,
    LABEL_COUNT
};
extern const char *const label_names[LABEL_COUNT];

struct row {
    const char *id, *reason; /* reason: why it is left out; empty where it is not */
    const char *model;       /* path from the top of the repository */
    const char *source;      /* owner/repo@commit:path */
    const char *label[LABEL_COUNT];
    char **setting; /* NAME=VALUE, NULL-terminated */
    double measured;
    enum use use;
    enum measure measure;
};

struct rows {
    struct row *item;
    int count;
};

/* Everything lives in the arena. False: not readable, or a line is not as it should be; the text says which. */
bool rows_read(const char *path, struct lt_arena *arena, struct rows *out, const char **error);

#endif
