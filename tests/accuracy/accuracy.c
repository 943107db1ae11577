/* Predicted against measured for every published row of rows.csv: `make accuracy`, `make accuracy ARGS=--help`. */
#include "tests/accuracy/held_out.h"
#include "tests/accuracy/summary.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ROWS[] = "tests/accuracy/rows.csv";
static const char HELP[] =
    "accuracy [OPTION...]   run from the top of the repository\n"
    "  --LABEL=TEXT         rows whose source, framework, family, device or precision holds TEXT\n"
    "  --measure=NAME       step_seconds, peak_bytes, shown_bytes, fits or host_bytes\n"
    "  --id=TEXT            rows whose id begins so\n"
    "  --drop=NAME          a setting not to make (repeat)\n"
    "  --set=NAME=VALUE     a setting made on every row (repeat)\n"
    "  --summary            no line per row\n"
    "  --leave-out=LABEL    step times of each device, source, ... judged by a fit without it\n"
    "  --gate=FILE          lines MEASURE STATISTIC LIMIT; exit 1 where a limit is not met\n";

enum { MAX_SETTINGS = 32 };

struct options {
    const char *label[LABEL_COUNT], *measure, *id, *gate, *leave_out;
    const char *drop[MAX_SETTINGS + 1], *set[MAX_SETTINGS + 1];
    int drops, sets;
    bool summary;
};

static const char *value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, "--", 2) == 0 && strncmp(argument + 2, name, length) == 0 && argument[length + 2] == '='
               ? argument + length + 3
               : NULL;
}

static int label_find(const char *name)
{
    for (int i = 0; i < LABEL_COUNT; i++)
        if (strcmp(label_names[i], name) == 0)
            return i;
    return -1;
}

static bool option_read(struct options *o, const char *argument)
{
    const char *value;
    for (int i = 0; i < LABEL_COUNT; i++)
        if ((value = value_of(argument, label_names[i])))
            return o->label[i] = value, true;
    if ((value = value_of(argument, "measure")))
        o->measure = value;
    else if ((value = value_of(argument, "id")))
        o->id = value;
    else if ((value = value_of(argument, "gate")))
        o->gate = value;
    else if ((value = value_of(argument, "leave-out")) && label_find(value) >= 0)
        o->leave_out = value;
    else if ((value = value_of(argument, "drop")) && o->drops < MAX_SETTINGS)
        o->drop[o->drops++] = value;
    else if ((value = value_of(argument, "set")) && o->sets < MAX_SETTINGS)
        o->set[o->sets++] = value;
    else if (strcmp(argument, "--summary") == 0)
        o->summary = true;
    else
        return false;
    return true;
}

static bool wanted(const struct options *o, const struct row *row)
{
    for (int i = 0; i < LABEL_COUNT; i++)
        if (o->label[i] && !strstr(row->label[i], o->label[i]))
            return false;
    return (!o->measure || strcmp(o->measure, measure_names[row->measure]) == 0) &&
           (!o->id || strncmp(row->id, o->id, strlen(o->id)) == 0);
}

/* --- one row ------------------------------------------------------------------------------------------------------ */

static void print_figure(enum measure measure, double value)
{
    if (measure == MEASURE_STEP)
        printf(" %10.2f ms", value * 1e3);
    else
        printf(" %9.3f GiB", value / (1 << 30));
}

static void print_row(const struct outcome *o)
{
    const struct row *row = o->row;
    printf("%-12s %-34.34s %-24.24s ", row->id,
           row->model + (strrchr(row->model, '/') ? strrchr(row->model, '/') - row->model + 1 : 0),
           row->label[LABEL_DEVICE]);
    if (o->refused) {
        printf(" not run: %s\n", o->refused);
        return;
    }
    print_figure(row->measure, o->predicted.value);
    if (row->measure == MEASURE_FITS) {
        printf("  %-12s measured: %s\n", lt_verdict_names[o->verdict], row->measured > 0 ? "ran" : "out of memory");
        return;
    }
    print_figure(row->measure, row->measured);
    bool inside = row->measured >= o->predicted.low && row->measured <= o->predicted.high;
    if (row->use == USE_ONE_SIDED)
        printf("  at most %s\n", o->predicted.value <= row->measured ? "" : "EXCEEDED");
    else
        printf(" %+7.1f %%%s\n", 100 * (o->predicted.value / row->measured - 1), inside ? "" : "  outside");
}

/* --- shares ------------------------------------------------------------------------------------------------------- */

static void print_counted(const char *title, const char *const *text, int count)
{
    printf("\n%s\n", title);
    for (int i = 0; i < count; i++) {
        int same = 0;
        bool first = true;
        for (int j = 0; j < count; j++) {
            same += strcmp(text[i], text[j]) == 0;
            first = first && (j >= i || strcmp(text[i], text[j]) != 0);
        }
        if (first)
            printf("  %5d  %s\n", same, text[i]);
    }
}

static void print_shares(const struct rows *rows, const struct options *o, const struct outcome *outcome, int run)
{
    const char **text = calloc((size_t)rows->count + 1, sizeof *text);
    int uses[USE_COUNT] = {0}, n = 0, all = 0, exceeded = 0;
    for (int i = 0; text && i < rows->count; i++) {
        const struct row *row = &rows->item[i];
        if (!wanted(o, row))
            continue;
        all++;
        uses[row->use]++;
        if (row->use == USE_LEFT_OUT)
            text[n++] = row->reason;
    }
    printf("\n%d rows:", all);
    for (int i = 0; i < USE_COUNT; i++)
        printf(" %d %s (%.0f %%)", uses[i], use_names[i], all ? 100.0 * uses[i] / all : 0);
    printf("\n");
    print_counted("left out:", text, n);
    n = 0;
    for (int i = 0; text && i < run; i++) {
        if (outcome[i].refused)
            text[n++] = outcome[i].refused;
        else if (outcome[i].row->use == USE_ONE_SIDED)
            exceeded += outcome[i].predicted.value > outcome[i].row->measured;
    }
    print_counted("used or one-sided, but the program does not run them:", text, n);
    printf("\none-sided rows that the prediction exceeds: %d of %d\n", exceeded, uses[USE_ONE_SIDED]);
    free(text);
}

/* --- gate --------------------------------------------------------------------------------------------------------- */

/* The value of a statistic by name; NAN, which meets no limit: there is none of that name, or no row for it. */
static double statistic(const struct outcome *outcome, int count, enum measure measure, const char *name)
{
    const struct outcome **chosen = calloc((size_t)count + 1, sizeof *chosen);
    int n = 0, missing = 0, exceeded = 0;
    for (int i = 0; chosen && i < count; i++) {
        const struct outcome *o = &outcome[i];
        if (o->row->measure != measure)
            continue;
        missing += o->refused != NULL;
        exceeded += o->row->use == USE_ONE_SIDED && !o->refused && o->predicted.value > o->row->measured;
        if (o->row->use == USE_BOTH_SIDES && !o->refused)
            chosen[n++] = o;
    }
    struct statistics s = statistics_of(chosen, n);
    struct verdicts v = verdicts_of(chosen, n);
    free(chosen);
    const struct {
        const char *name;
        double value;
    } known[] = {{"mape", s.mape},
                 {"median_error", s.median_error},
                 {"worst", s.worst},
                 {"outside", 1 - s.inside},
                 {"width", s.width},
                 {"false_fits", v.false_fits},
                 {"false_misfits", v.false_misfits / (double)n},
                 {"undecided", v.undecided / (double)n},
                 {"missing", missing},
                 {"exceeded", exceeded}};
    for (size_t i = 0; n && i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].value;
    return NAN;
}

static bool gate_met(const char *path, const struct outcome *outcome, int count)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    char line[256];
    bool met = true;
    while (fgets(line, sizeof line, file)) {
        char measure[32] = "?", name[32] = "?";
        double limit = NAN, value = NAN;
        int m = -1;
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (sscanf(line, "%31s %31s %lf", measure, name, &limit) == 3)
            for (int i = 0; i < MEASURE_COUNT; i++)
                if (strcmp(measure_names[i], measure) == 0)
                    m = i;
        if (m >= 0)
            value = statistic(outcome, count, (enum measure)m, name);
        bool good = value <= limit;
        if (!good)
            printf("gate not met: %s %s is %g, limit %g\n", measure, name, value, limit);
        met = met && good;
    }
    fclose(file);
    return met;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static int run(const struct options *o, const struct rows *rows, struct lt_arena *arena)
{
    struct lt_problems problems = {.arena = arena};
    struct runner runner = {lt_database_open(NULL, 0, &problems), o->drop, o->set, 1};
    struct outcome *outcome = lt_alloc_array(arena, (size_t)rows->count + 1, sizeof *outcome);
    if (!runner.database || !outcome)
        return 4;
    int count = 0;
    for (int i = 0; i < rows->count; i++) {
        const struct row *row = &rows->item[i];
        if (row->use == USE_LEFT_OUT || !wanted(o, row))
            continue;
        outcome[count] = outcome_of(&runner, row, arena);
        if (!o->summary)
            print_row(&outcome[count]);
        count++;
    }
    summary_print(outcome, count);
    print_shares(rows, o, outcome, count);
    if (o->leave_out && !held_out_print(&runner, outcome, count, (enum label)label_find(o->leave_out), arena))
        return 4;
    lt_database_close(runner.database);
    return o->gate && !gate_met(o->gate, outcome, count);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct lt_arena arena = LT_ARENA_INIT;
    struct rows rows;
    const char *error;
    for (int i = 1; i < argc; i++)
        if (!option_read(&options, argv[i])) {
            fputs(HELP, strcmp(argv[i], "--help") == 0 ? stdout : stderr);
            return strcmp(argv[i], "--help") == 0 ? 0 : 2;
        }
    if (!rows_read(ROWS, &arena, &rows, &error)) {
        fprintf(stderr, "%s: %s\n", ROWS, error);
        return 3;
    }
    int status = run(&options, &rows, &arena);
    lt_arena_free(&arena);
    return status;
}
