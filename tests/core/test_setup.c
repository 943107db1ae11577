/* The set-up: its public names, defaults and ranges. */
#include "tests/core/test.h"

#include <string.h>

#include "core/model/setup.h"

/* The public names, in the order of the form; they may grow but not change. */
static void test_public_names(void **state)
{
    (void)state;
    static const char *const names[LT_SETUP_COUNT] = {"mode",
                                                      "framework",
                                                      "framework_version",
                                                      "keras",
                                                      "execution",
                                                      "batch",
                                                      "accumulate",
                                                      "precision",
                                                      "optimizer",
                                                      "loss",
                                                      "recompute",
                                                      "recompute_above",
                                                      "recompute_layers",
                                                      "epochs",
                                                      "dataset",
                                                      "samples",
                                                      "feed",
                                                      "feed_dtype",
                                                      "cache",
                                                      "shuffle",
                                                      "prefetch",
                                                      "workers",
                                                      "worker_start",
                                                      "validation_samples",
                                                      "seq_len",
                                                      "device",
                                                      "devices",
                                                      "cpu",
                                                      "ram"};
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        assert_string_equal(lt_setup_fields[i].name, names[i]);
        assert_non_null(lt_setup_fields[i].help);
        assert_true(lt_setup_fields[i].help[strlen(lt_setup_fields[i].help) - 1] != '.');
    }
    assert_string_equal(lt_setup_group(LT_SET_EPOCHS), "training");
    assert_string_equal(lt_setup_group(LT_SET_DATASET), "input");
    assert_string_equal(lt_setup_group(LT_SET_SEQ_LEN), "input");
    assert_string_equal(lt_setup_group(LT_SET_RAM), "machine");
}

static void test_defaults(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_setup setup;
    lt_setup_init(&setup, &arena);
    assert_int_equal(lt_setup_int(&setup, LT_SET_BATCH), 32);
    assert_int_equal(lt_setup_int(&setup, LT_SET_SAMPLES), 10000);
    assert_string_equal(lt_setup_text(&setup, LT_SET_OPTIMIZER), "adam");
    assert_string_equal(lt_setup_text(&setup, LT_SET_DEVICE), "this");
    assert_string_equal(lt_setup_text(&setup, LT_SET_CACHE), "none");
    assert_null(lt_setup_text(&setup, LT_SET_CPU));
    for (int i = 0; i < LT_SETUP_COUNT; i++) {
        const struct lt_field *field = &lt_setup_fields[i];
        assert_false(setup.value[i].given);
        assert_true(field->optional ? field->initial == NULL : setup.value[i].type != LT_VALUE_NULL);
    }
    lt_arena_free(&arena);
}

static enum lt_status parse(enum lt_setup_field field, const char *text, struct lt_value *value, struct lt_arena *arena)
{
    struct lt_problems problems = {.arena = arena};
    return lt_field_parse(&lt_setup_fields[field], arena, text, value, (struct lt_place){0}, &problems);
}

static void test_ranges(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_value value = {0};
    assert_int_equal(parse(LT_SET_BATCH, "16777216", &value, &arena), LT_OK);
    assert_int_equal(parse(LT_SET_BATCH, "16777217", &value, &arena), LT_INVALID);
    assert_int_equal(parse(LT_SET_BATCH, "0", &value, &arena), LT_INVALID);
    assert_int_equal(value.integer, 16777216);
    assert_int_equal(parse(LT_SET_FRAMEWORK, "theano", &value, &arena), LT_INVALID);
    assert_int_equal(parse(LT_SET_RAM, "64GiB", &value, &arena), LT_OK);
    assert_int_equal(value.integer, INT64_C(64) << 30);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_public_names), cmocka_unit_test(test_defaults),
                                       cmocka_unit_test(test_ranges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
