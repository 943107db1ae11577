#include "tests/accuracy/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *value, int count)
{
    if (!count)
        return 0;
    qsort(value, (size_t)count, sizeof *value, ascending);
    return count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
}

struct statistics statistics_of(const struct outcome *const *outcome, int count)
{
    struct statistics s = {.rows = count};
    double *error = calloc((size_t)count + 1, sizeof *error), *width = calloc((size_t)count + 1, sizeof *width);
    double logs = 0;
    for (int i = 0; error && width && i < count; i++) {
        const struct lt_figure *p = &outcome[i]->predicted;
        double measured = outcome[i]->row->measured;
        error[i] = fabs(p->value / measured - 1);
        width[i] = (p->high - p->low) / p->value;
        s.mape += error[i] / count;
        s.worst = fmax(s.worst, error[i]);
        logs += log(p->value / measured) / count;
        s.within_15 += (error[i] <= 0.15) / (double)count;
        s.inside += (measured >= p->low && measured <= p->high) / (double)count;
    }
    s.ratio = count ? exp(logs) : 0;
    if (error && width) {
        s.median_error = median(error, count);
        s.width = median(width, count);
    }
    free(error);
    free(width);
    return s;
}

struct verdicts verdicts_of(const struct outcome *const *outcome, int count)
{
    struct verdicts v = {.rows = count};
    for (int i = 0; i < count; i++) {
        bool ran = outcome[i]->row->measured > 0;
        enum lt_verdict said = outcome[i]->verdict;
        v.ran += ran;
        v.false_fits += said == LT_FITS && !ran;
        v.false_misfits += said == LT_DOES_NOT_FIT && ran;
        v.undecided += said == LT_TIGHT || said == LT_VERDICT_UNKNOWN;
    }
    return v;
}

static bool counts(const struct outcome *o, enum measure measure)
{
    return o->row->measure == measure && o->row->use == USE_BOTH_SIDES && !o->refused;
}

/* Those of one measure whose label is `value`; NULL: all. */
static int choose(const struct outcome *outcome, int count, enum measure measure, int label, const char *value,
                  const struct outcome **chosen)
{
    int n = 0;
    for (int i = 0; i < count; i++)
        if (counts(&outcome[i], measure) && (!value || strcmp(outcome[i].row->label[label], value) == 0))
            chosen[n++] = &outcome[i];
    return n;
}

static void print_line(const char *name, enum measure measure, const struct outcome *const *chosen, int count)
{
    if (measure == MEASURE_FITS) {
        struct verdicts v = verdicts_of(chosen, count);
        printf("  %-40.40s %5d ran %4d  false fits %d  false misfits %d (%.0f %%)  undecided %d (%.0f %%)\n", name,
               v.rows, v.ran, v.false_fits, v.false_misfits, 100.0 * v.false_misfits / v.rows, v.undecided,
               100.0 * v.undecided / v.rows);
        return;
    }
    struct statistics s = statistics_of(chosen, count);
    printf("  %-40.40s %5d %7.1f %7.1f %7.1f %7.2f %7.0f %7.0f %7.0f\n", name, s.rows, 100 * s.mape,
           100 * s.median_error, 100 * s.worst, s.ratio, 100 * s.within_15, 100 * s.inside, 100 * s.width);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_label(const struct outcome *outcome, int count, enum measure measure, int label,
                        const struct outcome **chosen)
{
    const char **value = calloc((size_t)count + 1, sizeof *value);
    int n = 0;
    for (int i = 0; value && i < count; i++)
        if (counts(&outcome[i], measure))
            value[n++] = outcome[i].row->label[label];
    if (n)
        qsort(value, (size_t)n, sizeof *value, by_text);
    printf(" by %s\n", label_names[label]);
    for (int i = 0; i < n; i++)
        if (i == 0 || strcmp(value[i], value[i - 1]) != 0)
            print_line(value[i], measure, chosen, choose(outcome, count, measure, label, value[i], chosen));
    free(value);
}

void summary_print(const struct outcome *outcome, int count)
{
    const struct outcome **chosen = calloc((size_t)count + 1, sizeof *chosen);
    for (int m = 0; chosen && m < MEASURE_COUNT; m++) {
        int n = choose(outcome, count, (enum measure)m, 0, NULL, chosen);
        if (!n)
            continue;
        printf("\n%s\n", measure_names[m]);
        if (m != MEASURE_FITS)
            printf("  %-40s %5s %7s %7s %7s %7s %7s %7s %7s\n", "", "rows", "MAPE %", "median", "worst", "ratio",
                   "in 15 %", "inside", "width %");
        print_line("all", (enum measure)m, chosen, n);
        for (int label = 0; label < LABEL_COUNT; label++)
            print_label(outcome, count, (enum measure)m, label, chosen);
    }
    free(chosen);
}
