/* The models of tests/accuracy/models are what their sources publish: trainable parameters, counted (parameters.csv).
 */
#include "core/formats/formats.h"
#include "core/model/edit.h"
#include "core/step/machine_choice.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint64_t trainable(const char *path)
{
    struct lt_arena scratch = LT_ARENA_INIT;
    struct lt_problems problems = {.arena = &scratch};
    const struct lt_this_machine here = {"nvidia-a100-sxm4-80gb", (uint64_t)64 << 30};
    struct lt_machine machine;
    struct lt_estimate estimate;
    struct lt_database *database = lt_database_open(NULL, 0, &problems);
    struct lt_document *document = lt_open(path, &problems);
    if (!document)
        fail_msg("%s: %s", path, problems.count ? problems.item[0].message : "not opened");
    assert_int_equal(lt_set(document, "cpu=intel-xeon-e5-2698-v4", &problems), LT_OK);
    assert_int_equal(lt_machine_resolve(database, &here, &document->setup, &machine, &problems), LT_OK);
    assert_int_equal(lt_estimate(document, &machine, &scratch, &estimate, &problems), LT_OK);
    if (!estimate.complete)
        fail_msg("%s: %s", path, problems.count ? problems.item[0].message : "not complete");
    uint64_t count = estimate.trainable_parameters;
    lt_document_free(document);
    lt_database_close(database);
    lt_arena_free(&scratch);
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
    assert_true(rows >= 30);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parameters_are_the_published_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
