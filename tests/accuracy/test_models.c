/* The models of tests/accuracy/models are what their sources publish: trainable parameters, counted (parameters.csv).
 */
#include "tests/core/estimating.h"

static uint64_t trainable(const char *path)
{
    struct estimating t;
    estimating_open(&t, path);
    assert_int_equal(estimating_run(&t, NULL), LT_OK);
    if (!t.estimate.complete)
        fail_msg("%s: %s", path, t.problems.count ? t.problems.item[0].message : "not complete");
    uint64_t count = t.estimate.trainable_parameters;
    estimating_close(&t);
    return count;
}

static void parameters_are_the_published_ones(void **state)
{
    (void)state;
    FILE *file = fopen("tests/accuracy/parameters.csv", "r");
    assert_non_null(file);
    char line[512], name[64], path[128];
    unsigned long long published;
    int rows = 0, wrong = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "%63[^,],%llu,", name, &published), 2);
        snprintf(path, sizeof path, "tests/accuracy/models/%s.yaml", name);
        uint64_t counted = trainable(path);
        if (counted != published) {
            print_error("%s: %llu trainable parameters, published %llu\n", name, (unsigned long long)counted,
                        published);
            wrong++;
        }
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 53);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parameters_are_the_published_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
