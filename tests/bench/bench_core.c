/* The core's budgets: an estimate, opening a large file, a search. */
#include "tests/bench/bench.h"

#include "core/formats/formats.h"
#include "core/hardware/database.h"
#include "core/model/edit.h"
#include "core/step/machine_choice.h"
#include "core/whatif/search.h"

#include <string.h>

enum { RUNS = 301 };

static struct lt_arena text;
static struct lt_problems problems = {.arena = &text};
static struct lt_database *database;

static struct lt_machine machine_of(struct lt_document *document, const char *device)
{
    const struct lt_this_machine here = {device, (uint64_t)256 << 30};
    struct lt_machine machine = {0};
    lt_set(document, "cpu=amd-epyc-7742", &problems);
    if (lt_machine_resolve(database, &here, &document->setup, &machine, &problems))
        exit(1);
    return machine;
}

static double estimate_seconds(struct lt_document *document, int runs)
{
    struct lt_machine machine = machine_of(document, "nvidia-a100-sxm4-80gb");
    struct lt_arena arena = LT_ARENA_INIT;
    double *seconds = calloc((size_t)runs, sizeof *seconds);
    for (int i = 0; seconds && i < runs; i++) {
        struct lt_problems ignored = {.arena = &arena};
        struct lt_estimate estimate;
        double start = bench_cpu();
        lt_arena_clear(&arena);
        if (lt_estimate(document, &machine, &arena, &estimate, &ignored))
            exit(1);
        seconds[i] = bench_cpu() - start;
    }
    double median = seconds ? bench_median(seconds, runs) : 0;
    free(seconds);
    lt_arena_free(&arena);
    return median;
}

/* 96 blocks of attention and two dense layers on 2,048 tokens of 12,288. */
static struct lt_document *gpt3(void)
{
    struct lt_buffer out = {0};
    lt_buffer_puts(&out, "layertop: 1\nmodel:\n  name: gpt3\n  layers:\n"
                         "    - {class: InputLayer, name: tokens, shape: [2048], dtype: int32}\n"
                         "    - {class: Embedding, name: x0, input_dim: 50257, output_dim: 12288, inputs: [tokens]}\n");
    for (int i = 0; i < 96; i++) {
        lt_buffer_printf(&out, "    - {class: LayerNormalization, name: n%d, inputs: [x%d]}\n", i, i);
        lt_buffer_printf(
            &out, "    - {class: MultiHeadAttention, name: a%d, num_heads: 96, key_dim: 128, inputs: [n%d, n%d]}\n", i,
            i, i);
        lt_buffer_printf(&out, "    - {class: Add, name: s%d, inputs: [x%d, a%d]}\n", i, i, i);
        lt_buffer_printf(&out, "    - {class: LayerNormalization, name: m%d, inputs: [s%d]}\n", i, i);
        lt_buffer_printf(&out, "    - {class: Dense, name: u%d, units: 49152, activation: gelu, inputs: [m%d]}\n", i,
                         i);
        lt_buffer_printf(&out, "    - {class: Dense, name: d%d, units: 12288, inputs: [u%d]}\n", i, i);
        lt_buffer_printf(&out, "    - {class: Add, name: x%d, inputs: [s%d, d%d]}\n", i + 1, i, i);
    }
    lt_buffer_puts(&out, "setup: {batch: 1, precision: mixed_bfloat16, optimizer: adamw}\n");
    struct lt_document *document = lt_open_text("gpt3.yaml", out.text, out.length, &problems);
    lt_buffer_free(&out);
    return document;
}

static struct lt_document *opened(const char *path)
{
    struct lt_document *document = lt_open(path, &problems);
    if (!document) {
        fprintf(stderr, "%s cannot be opened\n", path);
        exit(1);
    }
    return document;
}

static double open_seconds(const char *path)
{
    double seconds[21];
    for (int i = 0; i < 21; i++) {
        double start = bench_cpu();
        struct lt_document *document = opened(path);
        seconds[i] = bench_cpu() - start;
        lt_document_free(document);
    }
    return bench_median(seconds, 21);
}

/* Every accelerator and CPU, three precisions and five batches. */
static double search_rate(struct lt_document *document)
{
    static const char *const precisions[] = {"precision=float32", "precision=mixed_float16",
                                             "precision=mixed_bfloat16"};
    const struct lt_device_row *rows;
    uint32_t count;
    if (lt_database_list(database, &rows, &count, &problems))
        return 0;
    struct lt_machine *machine = calloc(count, sizeof *machine);
    for (uint32_t i = 0; machine && i < count; i++)
        machine[i] = machine_of(document, rows[i].id);
    struct lt_search search = {0};
    int estimates = 0;
    double start = bench_cpu();
    for (int p = 0; machine && p < 3; p++) {
        lt_set(document, precisions[p], &problems);
        for (int batch = 16; batch <= 256; batch *= 2) {
            document->setup.value[LT_SET_BATCH].integer = batch;
            lt_search_start(&search, document);
            for (uint32_t i = 0; i < count; i++, estimates++) {
                struct lt_estimate estimate;
                if (lt_search_on(&search, &machine[i], &estimate))
                    exit(1);
            }
        }
    }
    double rate = estimates / (bench_cpu() - start);
    lt_search_free(&search);
    free(machine);
    return rate;
}

int main(void)
{
    database = lt_database_open(NULL, 0, &problems);
    struct lt_document *resnet = opened("samples/resnet50.keras"), *large = gpt3();
    if (!database || !large)
        return 1;
    bench_row("estimate, ResNet-50, one thread, warm", estimate_seconds(resnet, RUNS) * 1e6, 100, "us");
    bench_row("estimate, GPT-3 175B, 96 blocks, warm", estimate_seconds(large, RUNS) * 1e6, 1000, "us");
    bench_row("open NASNetMobile", open_seconds("tests/reference/applications/NASNetMobile.keras") * 1e3, 25, "ms");
    double rate = search_rate(resnet);
    printf("%-58s %10.4g %-12s budget 20000%s\n", "search, devices x precisions x batches, ResNet-50", rate,
           "estimates/s", rate < 20000 ? "  below it" : "");
    lt_document_free(resnet);
    lt_document_free(large);
    lt_database_close(database);
    lt_arena_free(&text);
    return 0;
}
