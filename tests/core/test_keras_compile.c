/* What a Keras file says of the training: precision, optimizer, loss. */
#include "tests/core/keras_text.h"

#define POLICY(name) ",'dtype':{'module':'keras','class_name':'DTypePolicy','config':{'name':'" name "'}}"

static void test_precision(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o, SEQUENTIAL(JOIN(INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE POLICY("mixed_float16"), ""),
                            LAYER("Dense", "e", DENSE ",'dtype':'mixed_float16'", ""),
                            LAYER("Dense", "f", DENSE POLICY("float32"), ""),
                            LAYER("Dense", "g",
                                  DENSE ",'dtype':{'class_name':'QuantizedDTypePolicy','config':{'mode':'int8',"
                                        "'source_name':'float32'}}",
                                  "")),
                       ""));
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_PRECISION), "mixed_float16");
    assert_true(d->setup.value[LT_SET_PRECISION].given);
    assert_int_equal(layer_named(d, "d")->policy, -1);
    assert_int_equal(layer_named(d, "e")->policy, -1);
    assert_int_equal(layer_named(d, "f")->policy, lt_policy_find("float32"));
    assert_int_equal(layer_named(d, "g")->policy, lt_policy_find("int8_from_float32"));
    shut(&o);
}

#define COMPILED(config)                                                                                               \
    "{'module':'keras','class_name':'Sequential','config':{'name':'s','layers':[" JOIN(                                \
        INPUT("a", "[null,8]"), LAYER("Dense", "d", DENSE, "")) "]},'compile_config':{" config "}}"

static const struct lt_value *option_of(const struct lt_document *document, const char *name)
{
    for (int i = 0; i < document->setup.option_count; i++)
        if (strcmp(document->setup.option[i].name, name) == 0)
            return &document->setup.option[i].value;
    return NULL;
}

static void test_compile(void **state)
{
    (void)state;
    struct opened o;
    const struct lt_document *d = open_clean(
        &o,
        COMPILED(
            "'optimizer':{'module':'keras.optimizers','class_name':'LossScaleOptimizer','config':{'inner_optimizer':"
            "{'module':'keras.optimizers','class_name':'SGD','config':{'name':'SGD','learning_rate':0.01,"
            "'momentum':0.9,'clipnorm':null,'use_ema':true}}}},'loss':{'class_name':'MeanSquaredError','config':{}}"));
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_OPTIMIZER), "sgd");
    assert_string_equal(lt_setup_text(&d->setup, LT_SET_LOSS), "mean_squared_error");
    assert_true(option_of(d, "momentum")->number == 0.9 && option_of(d, "use_ema")->boolean);
    assert_null(option_of(d, "clipnorm")); /* null is the default */
    assert_non_null(lt_tree_get(d->origin.compile, "optimizer"));
    shut(&o);

    d = open_clean(&o,
                   COMPILED("'optimizer':{'class_name':'Adam','config':{'learning_rate':{'class_name':'CosineDecay',"
                            "'config':{}}}},'loss':'mse'"));
    assert_true(option_of(d, "learning_rate_schedule")->boolean);
    shut(&o);

    d = open_clean(&o, COMPILED(""));
    assert_null(d->origin.compile);
    assert_false(d->setup.value[LT_SET_OPTIMIZER].given);
    shut(&o);
}

static void test_what_cannot_be_taken_over_is_noted(void **state)
{
    (void)state;
    struct opened o;
    open_keras(&o, COMPILED("'optimizer':{'class_name':'Custom>Mine','config':{}},'loss':'my_loss'"));
    assert_non_null(o.document);
    assert_int_equal(o.problems.total[LT_NOTE], 2);
    assert_int_equal(o.problems.total[LT_ERROR], 0);
    assert_string_equal(o.problems.item[0].message, "the optimizer Custom>Mine is not known and was not taken over");
    shut(&o);
    open_keras(&o, COMPILED("'loss':{'x':'mse','y':'mae'}"));
    assert_string_equal(lt_setup_text(&o.document->setup, LT_SET_LOSS), "mean_squared_error");
    assert_int_equal(o.problems.total[LT_NOTE], 1);
    shut(&o);
    open_keras(&o, COMPILED("'optimizer':{'class_name':'Muon','config':{'exclude_layers':['head']}}"));
    assert_string_equal(lt_setup_text(&o.document->setup, LT_SET_OPTIMIZER), "muon");
    assert_int_equal(o.problems.total[LT_NOTE], 1);
    shut(&o);
    open_clean(&o, COMPILED("'optimizer':{'class_name':'Muon','config':{'exclude_layers':[]}}"));
    shut(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_compile),
        cmocka_unit_test(test_what_cannot_be_taken_over_is_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
