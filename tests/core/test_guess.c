/* What an input that the file leaves open is taken to be. */
#include <stdio.h>

#include "core/model/edit.h"
#include "core/model/walk.h"
#include "tests/core/keras_text.h"

/* The steps of the sequence `open` beside another input of that shape and dtype; `set` an assignment or NULL. */
static int64_t steps_beside(const char *shape, const char *dtype, const char *set)
{
    struct opened opened;
    char text[1024];
    snprintf(text, sizeof text,
             "{'module':'keras','class_name':'Functional','config':{'name':'m','layers':["
             "{'module':'keras.layers','class_name':'InputLayer','name':'open','inbound_nodes':[],"
             "'config':{'name':'open','batch_shape':[null,null,6]}},"
             "{'module':'keras.layers','class_name':'InputLayer','name':'other','inbound_nodes':[],"
             "'config':{'name':'other','batch_shape':%s,'dtype':'%s'}}],"
             "'input_layers':[['open',0,0],['other',0,0]],'output_layers':[['open',0,0],['other',0,0]]}}",
             shape, dtype);
    open_keras(&opened, text);
    assert_non_null(opened.document);
    if (set)
        assert_int_equal(lt_set(opened.document, set, &opened.problems), LT_OK);
    struct lt_binding binding = {.batch = 2, .precision = &lt_policies[0], .stretch = 1};
    struct lt_walked walked;
    assert_int_equal(lt_walk(opened.document, &binding, &opened.arena, NULL, &walked), LT_OK);
    int64_t steps = walked.in[0].dim[1];
    shut(&opened);
    return steps;
}

static void test_steps(void **state)
{
    (void)state;
    assert_int_equal(steps_beside("[null,10]", "int32", NULL), 10);     /* tokens */
    assert_int_equal(steps_beside("[null,10,3]", "float32", NULL), 10); /* vectors */
    assert_int_equal(steps_beside("[null,10]", "float32", NULL), 128);  /* ten features of a sample */
    assert_int_equal(steps_beside("[null,1]", "int32", NULL), 128);     /* the number of a user */
    assert_int_equal(steps_beside("[null,null]", "int32", NULL), 128);
    assert_int_equal(steps_beside("[null,10,9,3]", "float32", NULL), 128); /* an image */
    assert_int_equal(steps_beside("[null,10]", "int32", "seq_len=7"), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
