#include "core/whatif/advice.h"

#include <stdlib.h>
#include <string.h>

/* Turns of the set-up that take less memory; which of them are tried together stands in WAYS. */
enum lever { HALF, BLOCKS, SQRT, LAYERS, LION, SGD, LEVER_COUNT };
static const struct {
    enum lt_setup_field field;
    const char *value;
    bool training; /* of no use to inference */
} LEVERS[LEVER_COUNT] = {
    [HALF] = {LT_SET_PRECISION, NULL, false}, /* the half format that the device multiplies in */
    [BLOCKS] = {LT_SET_RECOMPUTE, "blocks", true}, [SQRT] = {LT_SET_RECOMPUTE, "sqrt", true},
    [LAYERS] = {LT_SET_RECOMPUTE, "full", true},   [LION] = {LT_SET_OPTIMIZER, "lion", true},
    [SGD] = {LT_SET_OPTIMIZER, "sgd", true},
};

#define ONLY(lever) (1u << (lever))
/* Each alone, then together; where that does not suffice the batch is halved until it does. */
static const struct {
    unsigned levers;
    bool halves; /* worth halving the batch for */
} WAYS[] = {
    {0, true},
    {ONLY(HALF), true},
    {ONLY(BLOCKS), true},
    {ONLY(SQRT), false},
    {ONLY(LAYERS), false},
    {ONLY(LION), false},
    {ONLY(SGD), false},
    {ONLY(HALF) | ONLY(BLOCKS), true},
    {ONLY(HALF) | ONLY(BLOCKS) | ONLY(LION), false},
    {ONLY(HALF) | ONLY(BLOCKS) | ONLY(SGD), true},
};

struct advising {
    struct lt_document document; /* shallow: only its set-up differs */
    const struct lt_document *original;
    struct lt_machine machine;
    struct lt_arena arena; /* of one estimate */
    double seconds_per_sample;
    struct lt_advice *advice;
    int count;
};

static struct lt_value text_value(const char *text)
{
    return (struct lt_value){.type = LT_VALUE_TEXT, .given = true, .text = text};
}

static struct lt_value int_value(int64_t integer)
{
    return (struct lt_value){.type = LT_VALUE_INT, .given = true, .integer = integer};
}

static void change(struct advising *a, struct lt_advice *way, enum lt_setup_field field, struct lt_value value)
{
    a->document.setup.value[field] = value;
    for (int i = 0; i < way->change_count; i++)
        if (way->change[i].field == field) {
            way->change[i].value = value;
            return;
        }
    way->change[way->change_count++] = (struct lt_change){field, value};
}

/* Whether it fits so, and what it needs and takes. */
static bool fits(struct advising *a, struct lt_advice *way)
{
    struct lt_problems ignored = {.arena = &a->arena};
    struct lt_estimate e;
    lt_arena_clear(&a->arena);
    if (lt_estimate(&a->document, &a->machine, &a->arena, &e, &ignored))
        return false;
    bool cpu = a->machine.device->kind == LT_DEVICE_CPU;
    way->needed_bytes = cpu ? e.host_memory.peak_bytes : e.device_memory.needed_bytes;
    way->usable_bytes = cpu ? e.host_memory.capacity_bytes : e.device_memory.usable_bytes;
    way->seconds_per_sample = e.time.samples_per_s > 0 ? 1 / e.time.samples_per_s : 0;
    way->time_ratio = way->seconds_per_sample / a->seconds_per_sample;
    return e.device_memory.verdict == LT_FITS;
}

static bool changes(const struct lt_advice *way, const struct lt_change *wanted)
{
    for (int i = 0; i < way->change_count; i++)
        if (way->change[i].field == wanted->field && lt_value_equal(&way->change[i].value, &wanted->value))
            return true;
    return false;
}

/* Whether a way that is kept already does with a part of these changes. */
static bool is_needless(const struct advising *a, const struct lt_advice *way)
{
    for (int i = 0; i < a->count; i++) {
        int common = 0;
        for (int k = 0; k < a->advice[i].change_count; k++)
            common += changes(way, &a->advice[i].change[k]);
        if (common == a->advice[i].change_count)
            return true;
    }
    return false;
}

/* In the order of time; what is slower than all that are kept already falls off the end. */
static void keep(struct advising *a, const struct lt_advice *way)
{
    if (is_needless(a, way))
        return;
    int at = a->count < LT_ADVICE_MOST ? a->count++ : LT_ADVICE_MOST;
    for (; at > 0 && a->advice[at - 1].seconds_per_sample > way->seconds_per_sample; at--)
        if (at < LT_ADVICE_MOST)
            a->advice[at] = a->advice[at - 1];
    if (at < LT_ADVICE_MOST)
        a->advice[at] = *way;
}

static const char *half_format(const struct lt_device *device)
{
    const double *peak = device->peak_flops_per_s;
    return peak[LT_RATE_BF16_TENSOR] > 0 ? "mixed_bfloat16" : peak[LT_RATE_FP16_TENSOR] > 0 ? "mixed_float16" : NULL;
}

/* Changes the set-up; false where that would change nothing, or is of no use. */
static bool pull(struct advising *a, enum lever lever, bool training, struct lt_advice *way)
{
    const struct lt_setup *setup = &a->original->setup;
    const char *value = lever == HALF ? half_format(a->machine.device) : LEVERS[lever].value;
    const char *now = lt_setup_text(setup, LEVERS[lever].field);
    bool narrow =
        lever == HALF && lt_setup_policy(setup)->compute != LT_FLOAT32 && lt_setup_policy(setup)->compute != LT_FLOAT64;
    if (!value || narrow || (LEVERS[lever].training && !training) || (now && strcmp(now, value) == 0))
        return false;
    change(a, way, LEVERS[lever].field, text_value(value));
    return true;
}

static void halve(struct advising *a, bool training, struct lt_advice *way)
{
    int64_t batch = lt_setup_int(&a->document.setup, LT_SET_BATCH),
            accumulate = lt_setup_int(&a->document.setup, LT_SET_ACCUMULATE);
    change(a, way, LT_SET_BATCH, int_value(batch / 2));
    if (training)
        change(a, way, LT_SET_ACCUMULATE, int_value(accumulate * 2));
}

static void try_way(struct advising *a, unsigned levers, bool halves, bool training)
{
    struct lt_advice way = {0};
    a->document.setup = a->original->setup;
    for (int i = 0; i < LEVER_COUNT; i++)
        if ((levers & 1u << i) && !pull(a, (enum lever)i, training, &way))
            return;
    bool ok = fits(a, &way);
    while (!ok && halves && lt_setup_int(&a->document.setup, LT_SET_BATCH) % 2 == 0) {
        halve(a, training, &way);
        ok = fits(a, &way);
    }
    if (ok)
        keep(a, &way);
}

static int by_memory(const void *a, const void *b)
{
    const struct lt_device_row *const *x = a, *const *y = b;
    return (*x)->memory_bytes != (*y)->memory_bytes ? ((*x)->memory_bytes > (*y)->memory_bytes ? 1 : -1)
                                                    : (*y)->year - (*x)->year;
}

/* The smallest device of the same kind and maker on which it fits as it is, the newest of equals. */
static void try_devices(struct advising *a, struct lt_database *database, const struct lt_this_machine *here)
{
    const struct lt_device_row *row, **larger;
    const struct lt_device *device = a->machine.device;
    uint32_t rows, count = 0;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems ignored = {.arena = &arena};
    if (!database || device->kind == LT_DEVICE_CPU || lt_database_list(database, &row, &rows, &ignored))
        return;
    larger = lt_alloc_array(&arena, rows + 1u, sizeof *larger);
    for (uint32_t i = 0; larger && i < rows; i++)
        if (row[i].kind == device->kind && strcmp(row[i].vendor, device->vendor) == 0 &&
            row[i].memory_bytes > device->memory_bytes && row[i].year >= device->year)
            larger[count++] = &row[i];
    if (larger)
        qsort(larger, count, sizeof *larger, by_memory);
    bool found = false;
    for (uint32_t i = 0; larger && i < count && !found; i++) {
        struct lt_advice way = {0};
        if (i > 0 && larger[i]->memory_bytes == larger[i - 1]->memory_bytes)
            continue; /* a newer one of that size did not suffice */
        a->document.setup = a->original->setup;
        change(a, &way, LT_SET_DEVICE, text_value(larger[i]->id));
        if (lt_machine_resolve(database, here, &a->document.setup, &a->machine, &ignored) == LT_OK && fits(a, &way)) {
            keep(a, &way);
            found = true;
        }
    }
    lt_arena_free(&arena);
}

int lt_advise(const struct lt_document *document, const struct lt_estimate *estimate, struct lt_database *database,
              const struct lt_this_machine *here, struct lt_advice advice[LT_ADVICE_MOST])
{
    enum lt_verdict verdict = estimate->device_memory.verdict;
    struct advising a = {
        .document = *document,
        .original = document,
        .machine = *estimate->machine,
        .seconds_per_sample = estimate->time.samples_per_s > 0 ? 1 / estimate->time.samples_per_s : 1,
        .advice = advice,
    };
    if (verdict != LT_TIGHT && verdict != LT_DOES_NOT_FIT)
        return 0;
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++)
        try_way(&a, WAYS[i].levers, WAYS[i].halves, estimate->training);
    try_devices(&a, database, here);
    lt_arena_free(&a.arena);
    return a.count;
}

char *lt_advice_text(const struct lt_advice *advice, struct lt_arena *arena)
{
    char *text = lt_format(arena, "%s", "");
    for (int i = 0; i < advice->change_count && text; i++) {
        const struct lt_field *field = &lt_setup_fields[advice->change[i].field];
        const char *value = lt_field_text(field, &advice->change[i].value, arena);
        text = value ? lt_format(arena, "%s%s%s=%s", text, i ? " " : "", field->name, value) : NULL;
    }
    return text;
}
