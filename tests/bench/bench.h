/* What the measurements share: a clock, medians, and one line per figure beside its budget. Nothing here fails a build:
 * figures are compared by people, on machines of their own. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* One figure and its budget. */
static inline void show(const char *what, double value, double budget, const char *unit)
{
    printf("%-50s %10.1f %-8s budget %8.0f  %s\n", what, value, unit, budget, value <= budget ? "within" : "OVER");
}

static inline void must(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bench: %s failed\n", what);
        exit(1);
    }
}

#endif
