/* Recomputation against what was measured: PyTorch's allocator under torch.utils.checkpoint and Keras's RematScope
 * (tests/reference/recompute_torch.json), XLA's temporaries under jax.checkpoint (recompute_jax.json). */
#include "tests/core/estimating.h"
#include "tests/core/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct lt_tree *row, const char *key, const char *fallback)
{
    return lt_tree_text(lt_tree_get(row, key), fallback);
}

/* The row's model, estimated on a CPU as the row was measured, but `recompute` where it is not NULL. */
static void estimate_row(struct estimating *t, const struct lt_tree *row, const char *framework, const char *recompute)
{
    char path[128], layers[4096], words[4][64];
    snprintf(path, sizeof path, "tests/reference/recompute/%s.keras", row_text(row, "model"));
    snprintf(layers, sizeof layers, "recompute_layers=%s", text_of(row, "layers", "none"));
    snprintf(words[0], sizeof words[0], "framework=%s", framework);
    snprintf(words[1], sizeof words[1], "keras=%s", text_of(row, "keras", "3"));
    snprintf(words[2], sizeof words[2], "batch=%.0f", lt_tree_number(lt_tree_get(row, "batch"), 0));
    snprintf(words[3], sizeof words[3], "recompute=%s", recompute ? recompute : row_text(row, "recompute"));
    estimating_open(t, path);
    const char *const setup[] = {words[0],
                                 words[1],
                                 words[2],
                                 words[3],
                                 layers,
                                 "recompute_above=200000",
                                 "loss=mean_squared_error",
                                 "optimizer=sgd",
                                 "device=intel-xeon-e5-2680-v3",
                                 NULL};
    assert_int_equal(estimating_run(t, setup), LT_OK);
}

/* Above weights and inputs. */
static double peak_of(const struct estimating *t)
{
    const struct lt_device_memory *memory = &t->estimate.device_memory;
    return memory->peak_bytes.value - (double)memory->classes[LT_MEMORY_WEIGHTS] -
           (double)memory->classes[LT_MEMORY_OPTIMIZER] - (double)memory->classes[LT_MEMORY_INPUTS];
}

static bool close_to(const char *what, const char *name, double value, double measured, double allowed)
{
    double error = value / measured - 1;
    if (fabs(error) <= allowed && !getenv("LT_SHOW"))
        return true;
    print_message("%s of %s: %.4g, measured %.4g (%+.1f %%)\n", what, name, value, measured, error * 100);
    return fabs(error) <= allowed;
}

/* The input that the first layer keeps is not part of the measurement. */
static double kept_of(const struct estimating *t)
{
    const struct lt_layer_row *input = &t->estimate.row[0];
    return (double)(t->estimate.device_memory.kept_bytes - input->kept_bytes);
}

static void torch_keeps_what_was_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    int wrong = 0;
    for (const struct lt_tree *row = reference_rows(&arena, "recompute_torch", 22)->child; row; row = row->next) {
        const char *name = row_name(row);
        struct estimating t;
        estimate_row(&t, row, "torch", NULL);
        wrong += !close_to("kept", name, kept_of(&t), lt_tree_number(lt_tree_get(row, "kept_bytes"), 0), 0.035);
        wrong += !close_to("peak", name, peak_of(&t), lt_tree_number(lt_tree_get(row, "peak_bytes"), 0), 0.05);
        estimating_close(&t);
    }
    assert_int_equal(wrong, 0);
    lt_arena_free(&arena);
}

/* What one block more keeps: that of the middle blocks, whose layers' names end in _7 and _8. Recomputation is judged
 * by the share that is kept of what is kept without it. */
static double block_bytes(const struct estimating *t)
{
    double sum = 0;
    for (uint32_t i = 0; i < t->estimate.row_count; i++) {
        const char *number = strrchr(t->document->layer[i].name, '_');
        if (number && (strcmp(number, "_7") == 0 || strcmp(number, "_8") == 0))
            sum += (double)t->estimate.row[i].kept_bytes / 2;
    }
    return sum;
}

static void xla_keeps_what_was_measured(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    int count = 0, wrong = 0;
    double plain = 0, measured_plain = 0, errors = 0;
    for (const struct lt_tree *row = reference_rows(&arena, "recompute_jax", 15)->child; row; row = row->next) {
        struct estimating t;
        estimate_row(&t, row, "jax", NULL);
        double block = block_bytes(&t), measured = lt_tree_number(lt_tree_get(row, "block_bytes"), 0);
        if (strcmp(row_text(row, "recompute"), "none") == 0) {
            plain = block;
            measured_plain = measured;
        }
        /* The worst is a list of layers: XLA for a CPU sees through the borders of single ones. */
        double share = block / plain, measured_share = measured / measured_plain;
        wrong += !close_to("share kept", row_name(row), share, measured_share, 0.26);
        errors += fabs(share / measured_share - 1);
        estimating_close(&t);
        count++;
    }
    assert_int_equal(wrong, 0);
    assert_true(errors / count < 0.05);
    lt_arena_free(&arena);
}

/* On a GPU each product of a block runs once more: the forward pass of the blocks again. */
static void time_is_one_forward_pass_more(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "tests/accuracy/models/bert-base-squad-384.yaml");
    assert_int_equal(estimating_run(&t, (const char *const[]){"framework=torch", "keras=none", NULL}), LT_OK);
    double forward = t.estimate.time.phase_seconds[LT_PHASE_FORWARD];
    double backward = t.estimate.time.phase_seconds[LT_PHASE_BACKWARD];
    assert_int_equal(estimating_run(&t, (const char *const[]){"recompute=blocks", NULL}), LT_OK);
    double more = t.estimate.time.phase_seconds[LT_PHASE_BACKWARD] - backward;
    assert_true(more > 0.9 * forward && more < 1.001 * forward);
    assert_true(fabs(t.estimate.time.phase_seconds[LT_PHASE_FORWARD] - forward) < 1e-9);
    estimating_close(&t);
}

static void what_is_frozen_or_never_trained_is_not_run_again(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "tests/accuracy/models/bert-base-squad-384.yaml");
    assert_int_equal(estimating_run(&t, (const char *const[]){"mode=inference", NULL}), LT_OK);
    uint32_t ops = t.estimate.op_count;
    assert_int_equal(estimating_run(&t, (const char *const[]){"recompute=full", NULL}), LT_OK);
    assert_int_equal(t.estimate.op_count, ops);
    estimating_close(&t);
    estimating_open(&t, "tests/reference/graphs/frozen_prefix.keras");
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    uint64_t kept = t.estimate.device_memory.kept_bytes;
    assert_int_equal(estimating_run(&t, (const char *const[]){"recompute=full", NULL}), LT_OK);
    assert_true(t.estimate.device_memory.kept_bytes <= kept);
    estimating_close(&t);
}

/* A loop over time runs again as a whole: its states are its own, and its steps' results are there once per step. */
static void a_loop_runs_again(void **state)
{
    (void)state;
    struct estimating t;
    estimating_open(&t, "samples/lstm-text.keras");
    const char *const plain[] = {"framework=torch", "device=intel-xeon-e5-2680-v3", "batch=64", NULL};
    assert_int_equal(estimating_run(&t, plain), LT_OK);
    uint64_t kept = t.estimate.device_memory.kept_bytes;
    double peak = t.estimate.device_memory.peak_bytes.value;
    assert_int_equal(estimating_run(&t, (const char *const[]){"recompute=full", NULL}), LT_OK);
    assert_true(t.estimate.device_memory.kept_bytes < kept / 2);
    double again = t.estimate.device_memory.peak_bytes.value;
    assert_true(again > 0.7 * peak && again < 1.1 * peak); /* one recurrent layer has most of it */
    estimating_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torch_keeps_what_was_measured),
        cmocka_unit_test(xla_keeps_what_was_measured),
        cmocka_unit_test(time_is_one_forward_pass_more),
        cmocka_unit_test(what_is_frozen_or_never_trained_is_not_run_again),
        cmocka_unit_test(a_loop_runs_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
