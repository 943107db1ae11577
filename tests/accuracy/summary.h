/* Statistics of predicted against measured, of one group of rows and one measure. */
#ifndef TESTS_ACCURACY_SUMMARY_H
#define TESTS_ACCURACY_SUMMARY_H

#include "tests/accuracy/outcome.h"

struct statistics {
    int rows;
    double mape;         /* mean of |predicted / measured - 1| */
    double median_error; /* median of the same */
    double worst;        /* the largest of the same */
    double ratio;        /* geometric mean of predicted / measured */
    double within_15;    /* share of rows within 15 % */
    double inside;       /* share of rows inside low..high */
    double width;        /* median of (high - low) / value */
};

/* Of facts about what fits. */
struct verdicts {
    int rows, ran;     /* all; those that were measured to run */
    int false_fits;    /* said to fit, ran out of memory */
    int false_misfits; /* said not to fit, ran */
    int undecided;     /* tight or unknown */
};

/* Over the outcomes that ran on both sides for this measure; an empty group has rows 0. All shares are 0..1. */
struct statistics statistics_of(const struct outcome *const *outcome, int count);
struct verdicts verdicts_of(const struct outcome *const *outcome, int count);

/* The summaries by every label, as text to standard output. */
void summary_print(const struct outcome *outcome, int count);

#endif
