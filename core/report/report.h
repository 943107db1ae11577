/* An estimate for readers without a screen. The JSON is public: names and meanings only grow (schema 1). */
#ifndef LT_REPORT_REPORT_H
#define LT_REPORT_REPORT_H

#include "core/base/buffer.h"
#include "core/data/tree.h"
#include "core/step/estimate.h"
#include "core/whatif/advice.h"

/* largest_batch: 0: not known. */
struct lt_report {
    const struct lt_estimate *estimate;
    const struct lt_problems *problems;
    uint64_t largest_batch;
    const struct lt_advice *advice; /* what would make it fit, the fastest first */
    int advice_count;
};

/* The report as the tree that the JSON writes out. NULL where memory ends. */
const struct lt_tree *lt_report_tree(const struct lt_report *report, struct lt_arena *arena);

enum lt_status lt_report_json(const struct lt_report *report, struct lt_buffer *out);

/* For people, at most 80 columns wide; names from files are made safe. */
enum lt_status lt_report_text(const struct lt_report *report, struct lt_buffer *out);

#endif
