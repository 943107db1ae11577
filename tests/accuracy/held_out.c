#include "tests/accuracy/held_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The gaps that are tried, in shares of the database's. */
static const double GAP_SCALE[] = {0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3};
enum { SCALES = sizeof GAP_SCALE / sizeof *GAP_SCALE, SHOWN_SCALE = 3, MAX_GROUPS = 64, FEWEST_TO_FIT = 20 };

struct sample {
    const struct row *row;
    struct lt_figure shown;
    double device_seconds, gap_seconds; /* predicted: without gaps, and what the gaps add */
    int gap, spread;                    /* groups that share a constant */
};

struct samples {
    struct sample *item;
    int count, gaps, spreads;
    double *scratch;
};

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* Gaps belong to a framework's kernels, compiled or not. */
static bool same_gap(const struct sample *a, const struct sample *b)
{
    const char *x = a->row->label[LABEL_FRAMEWORK], *y = b->row->label[LABEL_FRAMEWORK];
    return strcspn(x, " ") == strcspn(y, " ") && strncmp(x, y, strcspn(x, " ")) == 0 &&
           !strstr(x, "compiled") == !strstr(y, "compiled");
}

/* Devices of one class have an interval of the same shape. */
static bool same_spread(const struct sample *a, const struct sample *b)
{
    return fabs(a->shown.high / a->shown.value - b->shown.high / b->shown.value) < 1e-6;
}

/* The sample's groups: those of an earlier one, or new ones. */
static void group(struct samples *s, int at)
{
    struct sample *x = &s->item[at];
    x->gap = x->spread = -1;
    for (int i = 0; i < at; i++) {
        if (same_gap(&s->item[i], x))
            x->gap = s->item[i].gap;
        if (same_spread(&s->item[i], x))
            x->spread = s->item[i].spread;
    }
    if (x->gap < 0)
        x->gap = s->gaps++;
    if (x->spread < 0)
        x->spread = s->spreads++;
}

static bool collect(const struct runner *runner, const struct outcome *outcome, int count, struct samples *out,
                    struct lt_arena *arena)
{
    *out = (struct samples){.item = lt_alloc_array(arena, (size_t)count + 1, sizeof *out->item),
                            .scratch = lt_alloc_array(arena, (size_t)count + 1, sizeof *out->scratch)};
    if (!out->item || !out->scratch)
        return false;
    struct runner gapless = *runner;
    gapless.gap_scale = 0;
    for (int i = 0; i < count; i++) {
        const struct outcome *o = &outcome[i];
        if (o->row->measure != MEASURE_STEP || o->row->use != USE_BOTH_SIDES || o->refused)
            continue;
        struct sample *s = &out->item[out->count];
        *s = (struct sample){.row = o->row, .shown = o->predicted};
        s->device_seconds = outcome_of(&gapless, o->row, arena).predicted.value;
        s->gap_seconds = o->predicted.value - s->device_seconds;
        group(out, out->count++);
    }
    return out->gaps <= MAX_GROUPS && out->spreads <= MAX_GROUPS;
}

/* Both ends stand this much further out than the rows' own 5 and 95 %: a device, source or family that was not seen
 * differs more than the rows among themselves. The intervals of core/step/step_time.c follow the same rule. */
static const double WIDENED = 1.1;

/* --- fitting ------------------------------------------------------------------------------------------------------ */

struct fit {
    int scale[MAX_GROUPS];                    /* of each group's gap */
    double low[MAX_GROUPS], high[MAX_GROUPS]; /* ends of measured over predicted; 0: too few rows, as shown */
};

static double predicted(const struct sample *s, int scale)
{
    return s->device_seconds + GAP_SCALE[scale] * s->gap_seconds;
}

static bool is_part(const struct sample *s, enum label label, const char *part)
{
    return part && strcmp(s->row->label[label], part) == 0;
}

static int best_scale(const struct samples *s, int gap, enum label label, const char *part)
{
    int best = SHOWN_SCALE, used = 0;
    double least = INFINITY;
    for (int k = 0; k < SCALES; k++) {
        double sum = 0;
        used = 0;
        for (int i = 0; i < s->count; i++)
            if (s->item[i].gap == gap && !is_part(&s->item[i], label, part)) {
                sum += fabs(predicted(&s->item[i], k) / s->item[i].row->measured - 1);
                used++;
            }
        if (sum < least)
            least = sum, best = k;
    }
    return used < FEWEST_TO_FIT ? SHOWN_SCALE : best;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, int count, double share)
{
    double at = share * (count - 1);
    int below = (int)at;
    return below + 1 < count ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
}

static struct fit fit_without(const struct samples *s, enum label label, const char *part)
{
    struct fit fit = {.low = {0}};
    for (int g = 0; g < s->gaps; g++)
        fit.scale[g] = best_scale(s, g, label, part);
    for (int g = 0; g < s->spreads; g++) {
        int n = 0;
        for (int i = 0; i < s->count; i++)
            if (s->item[i].spread == g && !is_part(&s->item[i], label, part))
                s->scratch[n++] = s->item[i].row->measured / predicted(&s->item[i], fit.scale[s->item[i].gap]);
        if (n < FEWEST_TO_FIT)
            continue;
        qsort(s->scratch, (size_t)n, sizeof *s->scratch, ascending);
        fit.low[g] = quantile(s->scratch, n, 0.05) / WIDENED;
        fit.high[g] = quantile(s->scratch, n, 0.95) * WIDENED;
    }
    return fit;
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

struct score {
    int rows, inside, inside_shown;
    double error, error_shown;
};

static void judge(const struct samples *s, const struct fit *fit, enum label label, const char *part, struct score *out)
{
    for (int i = 0; i < s->count; i++) {
        const struct sample *x = &s->item[i];
        if (!is_part(x, label, part))
            continue;
        double ratio = x->row->measured / predicted(x, fit->scale[x->gap]);
        double low = fit->low[x->spread], high = fit->high[x->spread];
        if (!(low > 0))
            low = x->shown.low / x->shown.value, high = x->shown.high / x->shown.value;
        out->rows++;
        out->error += fabs(1 / ratio - 1);
        out->error_shown += fabs(x->shown.value / x->row->measured - 1);
        out->inside += ratio >= low && ratio <= high;
        out->inside_shown += x->row->measured >= x->shown.low && x->row->measured <= x->shown.high;
    }
}

static void print_score(const char *name, const struct score *score)
{
    double n = score->rows ? score->rows : 1;
    printf("  %-40.40s %5d %9.1f %8.1f %10.0f %8.0f\n", name, score->rows, 100 * score->error / n,
           100 * score->error_shown / n, 100 * score->inside / n, 100 * score->inside_shown / n);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool held_out_print(const struct runner *runner, const struct outcome *outcome, int count, enum label label,
                    struct lt_arena *arena)
{
    struct samples samples;
    const char **part = lt_alloc_array(arena, (size_t)count + 1, sizeof *part);
    if (!part || !collect(runner, outcome, count, &samples, arena))
        return false;
    for (int i = 0; i < samples.count; i++)
        part[i] = samples.item[i].row->label[label];
    qsort(part, (size_t)samples.count, sizeof *part, by_text);
    printf("\nstep_seconds with each %s left out of the fit\n  %-40s %5s %9s %8s %10s %8s\n", label_names[label], "",
           "rows", "MAPE %", "(shown)", "inside %", "(shown)");
    struct score all = {0};
    for (int i = 0; i < samples.count; i++) {
        if (i && strcmp(part[i], part[i - 1]) == 0)
            continue;
        struct fit fit = fit_without(&samples, label, part[i]);
        struct score score = {0};
        judge(&samples, &fit, label, part[i], &score);
        judge(&samples, &fit, label, part[i], &all);
        print_score(part[i], &score);
    }
    print_score("all", &all);
    struct fit fit = fit_without(&samples, label, NULL);
    printf("  fitted on all: gaps x");
    for (int g = 0; g < samples.gaps; g++)
        printf(" %g", GAP_SCALE[fit.scale[g]]);
    printf("; measured / predicted");
    for (int g = 0; g < samples.spreads; g++)
        printf(" %.2f to %.2f", fit.low[g], fit.high[g]);
    printf("\n");
    return true;
}
