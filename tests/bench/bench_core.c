/* How long the core takes: estimates of a small and of a very large model, warm, and opening a large file. */
#include "tests/bench/bench.h"

#include "core/base/buffer.h"
#include "core/formats/formats.h"
#include "core/model/edit.h"
#include "core/step/machine_choice.h"

struct subject {
    struct lt_arena text;
    struct lt_problems problems;
    struct lt_database *database;
    struct lt_document *document;
    struct lt_machine machine;
};

static void prepare(struct subject *s, struct lt_document *document)
{
    const struct lt_this_machine here = {"nvidia-a100-sxm4-80gb", (uint64_t)64 << 30};
    must(document != NULL, "opening a model");
    s->document = document;
    s->database = lt_database_open(NULL, 0, &s->problems);
    must(s->database && !lt_set(document, "cpu=intel-xeon-e5-2620-v3", &s->problems) &&
             !lt_machine_resolve(s->database, &here, &document->setup, &s->machine, &s->problems),
         "choosing a machine");
}

static void release(struct subject *s)
{
    lt_document_free(s->document);
    lt_database_close(s->database);
    lt_arena_free(&s->text);
}

/* The median of many estimates into one arena, in seconds. */
static double estimate_seconds(struct subject *s, struct lt_estimate *estimate)
{
    enum { TIMES = 201 };
    static double seconds[TIMES];
    struct lt_arena results = LT_ARENA_INIT;
    for (int i = 0; i < TIMES; i++) {
        lt_arena_clear(&results);
        double start = now_seconds();
        must(lt_estimate(s->document, &s->machine, &results, estimate, &s->problems) == LT_OK, "an estimate");
        seconds[i] = now_seconds() - start;
    }
    must(!lt_has_errors(&s->problems), "a model without faults");
    lt_arena_free(&results);
    return median(seconds, TIMES);
}

static void block(struct lt_buffer *out, int i)
{
    char last[16] = "embedding";
    if (i)
        snprintf(last, sizeof last, "sum%db", i - 1);
    lt_buffer_printf(out,
                     "    - {class: LayerNormalization, name: norm%da, inputs: %s}\n"
                     "    - {class: MultiHeadAttention, name: attention%d, num_heads: 96, key_dim: 128, "
                     "inputs: [norm%da, norm%da]}\n"
                     "    - {class: Add, name: sum%da, inputs: [%s, attention%d]}\n"
                     "    - {class: LayerNormalization, name: norm%db}\n"
                     "    - {class: Dense, name: up%d, units: 49152, activation: gelu}\n"
                     "    - {class: Dense, name: down%d, units: 12288}\n"
                     "    - {class: Add, name: sum%db, inputs: [sum%da, down%d]}\n",
                     i, last, i, i, i, i, last, i, i, i, i, i, i, i);
}

/* GPT-3's proportions: 96 blocks of width 12,288 with 96 heads, 2,048 tokens; its attention unmasked. */
static struct lt_document *gpt3(struct lt_problems *problems)
{
    struct lt_buffer out = {0};
    lt_buffer_puts(&out, "layertop: 1\nmodel:\n  layers:\n"
                         "    - {class: InputLayer, name: tokens, shape: [2048], dtype: int32}\n"
                         "    - {class: Embedding, name: embedding, input_dim: 50257, output_dim: 12288}\n");
    for (int i = 0; i < 96; i++)
        block(&out, i);
    lt_buffer_puts(&out, "    - {class: LayerNormalization, name: norm}\n"
                         "    - {class: Dense, name: logits, units: 50257}\nsetup:\n  batch: 1\n");
    struct lt_document *document = lt_open_text("gpt3.yaml", out.text, out.length, problems);
    lt_buffer_free(&out);
    return document;
}

static void bench_estimates(void)
{
    struct subject s = {.problems.arena = &s.text};
    struct lt_estimate estimate;
    prepare(&s, lt_open("samples/resnet50.keras", &s.problems));
    show("estimate of ResNet-50", 1e6 * estimate_seconds(&s, &estimate), 100, "us");
    release(&s);
    s = (struct subject){.problems.arena = &s.text};
    prepare(&s, gpt3(&s.problems));
    double seconds = estimate_seconds(&s, &estimate);
    must(estimate.parameters > 174000000000 && estimate.parameters < 176500000000, "GPT-3's 175 billion parameters");
    show("estimate of GPT-3, 96 blocks", 1e6 * seconds, 1000, "us");
    release(&s);
}

static void bench_opening(void)
{
    enum { TIMES = 21 };
    double seconds[TIMES];
    for (int i = 0; i < TIMES; i++) {
        struct lt_arena arena = LT_ARENA_INIT;
        struct lt_problems problems = {.arena = &arena};
        double start = now_seconds();
        struct lt_document *document = lt_open("tests/reference/applications/NASNetMobile.keras", &problems);
        seconds[i] = now_seconds() - start;
        must(document != NULL, "opening NASNetMobile");
        lt_document_free(document);
        lt_arena_free(&arena);
    }
    show("opening NASNetMobile, 769 layers", 1e3 * median(seconds, TIMES), 25, "ms");
}

int main(void)
{
    bench_estimates();
    bench_opening();
    return 0;
}
