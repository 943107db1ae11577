/* An estimate for readers without a screen. The JSON is public: names and meanings only grow (schema 1). */
#ifndef LT_REPORT_REPORT_H
#define LT_REPORT_REPORT_H

#include "core/base/buffer.h"
#include "core/step/estimate.h"

/* largest_batch: 0: not known. */
struct lt_report {
    const struct lt_estimate *estimate;
    const struct lt_problems *problems;
    uint64_t largest_batch;
};

enum lt_status lt_report_json(const struct lt_report *report, struct lt_buffer *out);

#endif
