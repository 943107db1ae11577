/* Losses by every name that Keras knows them by. */
#include "tests/core/test.h"

#include <string.h>

#include "core/model/loss.h"

/* Every name that Keras takes for a loss leads to one row. */
static void test_names(void **state)
{
    (void)state;
    assert_ptr_equal(lt_loss_find("mse"), lt_loss_find("mean_squared_error"));
    assert_ptr_equal(lt_loss_find("MeanSquaredError"), lt_loss_find("MSE"));
    assert_ptr_equal(lt_loss_find("keras.losses.BinaryCrossentropy"), lt_loss_find("binary_crossentropy"));
    assert_ptr_equal(lt_loss_find("logcosh"), lt_loss_find("log_cosh"));
    assert_null(lt_loss_find("auto"));
    assert_null(lt_loss_find("my_loss"));
    assert_string_equal(lt_loss_names[0], "auto");
    for (int i = 0; i < lt_loss_count; i++) {
        assert_string_equal(lt_loss_names[i + 1], lt_losses[i].name);
        assert_ptr_equal(lt_loss_find(lt_losses[i].name), &lt_losses[i]);
    }
    assert_null(lt_loss_names[lt_loss_count + 1]);
}

/* Measured on TensorFlow, Keras 3.15.1, per element of y_pred. */
static void test_kept(void **state)
{
    (void)state;
    const struct lt_loss *sparse = lt_loss_find("sparse_categorical_crossentropy");
    assert_true(sparse->sparse && sparse->crossentropy);
    assert_int_equal(sparse->kept_logits, 4);
    assert_int_equal(sparse->kept_probabilities, 12);
    const struct lt_loss *binary = lt_loss_find("binary_crossentropy");
    assert_int_equal(binary->kept_logits, 9);
    assert_int_equal(binary->kept_probabilities, 20);
    assert_int_equal(lt_loss_find("huber")->kept_logits, 5);
    assert_int_equal(lt_loss_find("kl_divergence")->kept_logits, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
