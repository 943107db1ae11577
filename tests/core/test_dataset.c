/* Datasets by name: sizes and shapes as Keras's loaders give them. */
#include "tests/core/test.h"

#include "core/model/dataset.h"

/* Bytes of the training samples as Keras's loaders give them. */
static void test_sizes(void **state)
{
    (void)state;
    const struct lt_dataset *mnist = lt_dataset_find("mnist"), *cifar = lt_dataset_find("CIFAR10");
    assert_int_equal(lt_dtype_bytes((enum lt_dtype)mnist->dtype, mnist->samples * mnist->sample_elements), 47040000);
    assert_int_equal(lt_dtype_bytes((enum lt_dtype)cifar->dtype, cifar->samples * cifar->sample_elements), 153600000);
    assert_int_equal(mnist->standing, LT_EXACT);
    assert_int_equal(lt_dataset_find("imagenet")->samples, 1281167);
    assert_int_equal(lt_dataset_find("imagenet")->standing, LT_EXACT);
    assert_int_equal(lt_dataset_find("imagenet21k")->standing, LT_ASSUMED);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(lt_dataset_names[0], "custom");
    assert_null(lt_dataset_find("custom"));
    for (int i = 0; i < lt_dataset_count; i++) {
        assert_string_equal(lt_dataset_names[i + 1], lt_datasets[i].name);
        assert_ptr_equal(lt_dataset_find(lt_datasets[i].name), &lt_datasets[i]);
        assert_true(lt_datasets[i].samples > 0 && lt_datasets[i].source);
    }
    assert_null(lt_dataset_names[lt_dataset_count + 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
