/* What would make it fit: changes of the set-up after which the device's verdict is "fits", each found with the
 * ordinary estimate and ranked by its price in time. */
#ifndef LT_WHATIF_ADVICE_H
#define LT_WHATIF_ADVICE_H

#include "core/step/machine_choice.h"

enum { LT_ADVICE_CHANGES = 5, LT_ADVICE_MOST = 8 };

struct lt_change {
    enum lt_setup_field field;
    struct lt_value value;
};

/* One way. Batches are halved with as many more steps for an update, so that an update sees as many samples. */
struct lt_advice {
    struct lt_change change[LT_ADVICE_CHANGES];
    int change_count;
    struct lt_figure needed_bytes; /* of device memory, on a CPU of host memory */
    uint64_t usable_bytes;
    double seconds_per_sample;
    double time_ratio; /* to what a sample takes as the document stands */
};

/* Of a document whose `estimate` on `machine` does not surely fit; nothing where it does, or where that is not known.
 * The fastest first, at most `LT_ADVICE_MOST` of them, in advice[]; returns how many. Other devices are looked for in
 * `database` (NULL: not) among those of the same maker with more memory. */
int lt_advise(const struct lt_document *document, const struct lt_estimate *estimate, struct lt_database *database,
              const struct lt_this_machine *here, struct lt_advice advice[LT_ADVICE_MOST]);

/* The changes as --set takes them: "batch=16 accumulate=2". NULL where memory ends. */
char *lt_advice_text(const struct lt_advice *advice, struct lt_arena *arena);

#endif
