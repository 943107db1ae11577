/* One line of a table: what was measured, beside its budget. Times are medians. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Processor time of this thread: what else the machine does has no part in it. */
static inline double bench_cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double bench_median(double *value, int count)
{
    qsort(value, (size_t)count, sizeof *value, bench_compare);
    return value[count / 2];
}

static inline void bench_row(const char *what, double value, double budget, const char *unit)
{
    printf("%-58s %10.4g %-12s budget %g%s\n", what, value, unit, budget, value > budget ? "  above it" : "");
}

#endif
