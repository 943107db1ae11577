/* The catalogue: look-up, what is said where shapes do not fit, the ops of key layers, quantized kernels and adapters
 * (figures of real Keras 3.15.1), and every request for memory failing in turn. */
#include "tests/core/kind_case.h"
#include "tests/core/layer_reference.h"

#define INPUT(count, ...) ((struct lt_shape){.rank = count, .dim = {__VA_ARGS__}})

static void test_lookup(void **state)
{
    (void)state;
    assert_string_equal(lt_kind_find("keras.layers", "Convolution2D")->name, "Conv2D");
    assert_int_equal(lt_kind_find("keras.src.layers.activations.relu", "ReLU")->family, LT_FAMILY_ACTIVATION);
    assert_int_equal(lt_kind_find("keras.src.ops.numpy", "Add")->family, LT_FAMILY_OPERATION);
    assert_int_equal(lt_kind_find("keras.layers", "Add")->family, LT_FAMILY_MERGING);
    assert_int_equal(lt_kind_find(NULL, "Add")->family, LT_FAMILY_MERGING);
    assert_string_equal(lt_kind_find("keras.src.applications.convnext", "LayerScale")->name, "LayerScale");
    assert_string_equal(lt_kind_find("keras.src.applications.inception_resnet_v2", "CustomScaleLayer")->name,
                        "CustomScaleLayer");
    assert_ptr_equal(lt_kind_find("keras.layers", "InputLayer"), &lt_kind_input);
    assert_ptr_equal(lt_kind_find("keras.src.models.functional", "Functional"), &lt_kind_model);
    assert_null(lt_kind_find("keras.layers", "NoSuchLayer"));
    assert_null(lt_kind_find("keras.layers", NULL));
}

/* Every entry is complete, its names are its own, and its defaults are values of its fields. */
static void test_entries(void **state)
{
    (void)state;
    for (int f = 0; f < lt_kind_family_count; f++)
        for (const struct lt_kind *kind = lt_kind_families[f]; kind->name; kind++) {
            struct lt_arena arena = LT_ARENA_INIT;
            assert_non_null(kind->help);
            assert_non_null(kind->shape);
            assert_non_null(kind->ops);
            assert_ptr_equal(lt_kind_find(kind->module, kind->name), kind);
            for (int i = 0; i < kind->config_count; i++) {
                const struct lt_field *field = &kind->config[i];
                if (!field->help || (field->initial && lt_field_default(field, &arena).type == LT_VALUE_NULL &&
                                     strcmp(field->initial, "none") != 0))
                    fail_msg("%s.%s", kind->name, field->name);
                assert_int_equal(lt_field_find(kind->config, kind->config_count, field->name), i);
            }
            lt_arena_free(&arena);
        }
}

static void test_problems(void **state)
{
    (void)state;
    static const struct {
        const char *class_name, *config;
        struct lt_shape in[2];
        int in_count;
        const char *problem;
    } row[] = {
        {"Conv2D",
         "{\"filters\": 8, \"kernel_size\": [5, 5]}",
         {{.rank = 4, .dim = {2, 3, 3, 16}}},
         1,
         "kernel 5x5 does not fit the input 3x3 with padding valid"},
        {"Conv2D",
         "{\"filters\": 8, \"kernel_size\": [3, 3], \"dilation_rate\": 2}",
         {{.rank = 4, .dim = {2, 4, 4, 16}}},
         1,
         "kernel 3x3 with dilation 2x2 does not fit the input 4x4 with padding valid"},
        {"Conv2D",
         "{\"filters\": 8, \"kernel_size\": [3, 3, 3]}",
         {{.rank = 4, .dim = {2, 4, 4, 16}}},
         1,
         "kernel_size has 3 numbers, but 2 are needed"},
        {"Conv2D",
         "{\"filters\": 8, \"kernel_size\": 3, \"groups\": 3}",
         {{.rank = 4, .dim = {2, 4, 4, 16}}},
         1,
         "3 groups do not divide 16 channels and 8 filters"},
        {"Conv2D",
         "{\"filters\": 8, \"kernel_size\": 3}",
         {{.rank = 2, .dim = {2, 10}}},
         1,
         "Conv2D needs 3 axes besides the batch, but the input is (10)"},
        {"Dense", "{}", {{.rank = 2, .dim = {2, 10}}}, 1, "units is not given"},
        {"Add",
         "{}",
         {{.rank = 4, .dim = {2, 28, 28, 64}}, {.rank = 4, .dim = {2, 28, 28, 32}}},
         2,
         "Add: (28, 28, 64) and (28, 28, 32) do not broadcast"},
        {"Concatenate",
         "{}",
         {{.rank = 4, .dim = {2, 28, 28, 64}}, {.rank = 4, .dim = {2, 14, 28, 32}}},
         2,
         "Concatenate: (28, 28, 64) and (14, 28, 32) differ not only in axis 3"},
        {"Reshape",
         "{\"target_shape\": [3, 7]}",
         {{.rank = 2, .dim = {2, 20}}},
         1,
         "(20) has another number of elements than (3, 7)"},
        {"Cropping1D",
         "{\"cropping\": [4, 2]}",
         {{.rank = 3, .dim = {2, 6, 5}}},
         1,
         "nothing is left of spatial axis 0: 6 are cut from 6"},
        {"GroupNormalization",
         "{\"groups\": 5}",
         {{.rank = 4, .dim = {2, 8, 8, 16}}},
         1,
         "5 groups do not divide 16 channels"},
        {"Dot",
         "{\"axes\": 1}",
         {{.rank = 3, .dim = {2, 4, 5}}, {.rank = 3, .dim = {2, 6, 5}}},
         2,
         "Dot: axes 1 of (4, 5) and 1 of (6, 5) do not have the same size"},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct kind_case c;
        struct lt_arena arena = LT_ARENA_INIT;
        case_begin(&c, NULL, row[i].class_name, case_json(&arena, row[i].config));
        assert_int_equal(case_call(&c, row[i].in, row[i].in_count), LT_INVALID);
        assert_string_equal(c.call.problem, row[i].problem);
        case_end(&c);
        lt_arena_free(&arena);
    }
}

/* Parameters of quantized kernels and adapters: trainable and not. */
static void test_kernels(void **state)
{
    (void)state;
    static const struct {
        const char *class_name, *config, *policy;
        struct lt_shape in;
        uint64_t trainable, fixed;
    } row[] = {
        {"Dense", "{\"units\": 12}", "float32", {.rank = 2, .dim = {2, 16}}, 204, 0},
        {"Dense", "{\"units\": 12}", "int8_from_float32", {.rank = 2, .dim = {2, 16}}, 12, 204},
        {"Dense", "{\"units\": 12, \"lora_rank\": 2}", "int8_from_float32", {.rank = 2, .dim = {2, 16}}, 68, 204},
        {"Dense", "{\"units\": 12}", "int4/128_from_float32", {.rank = 2, .dim = {2, 16}}, 12, 136},
        {"Dense", "{\"units\": 9, \"use_bias\": false}", "int4/128_from_float32", {.rank = 2, .dim = {2, 12}}, 0, 90},
        {"Dense", "{\"units\": 7}", "int4/128_from_float32", {.rank = 2, .dim = {2, 9}}, 7, 59},
        {"Dense", "{\"units\": 12}", "float8_from_float32", {.rank = 2, .dim = {2, 16}}, 3279, 0},
        {"Embedding",
         "{\"input_dim\": 40, \"output_dim\": 16}",
         "int4/128_from_float32",
         {.rank = 2, .dim = {2, 5}, .dtype = LT_INT32},
         0,
         416},
        {"Embedding",
         "{\"input_dim\": 40, \"output_dim\": 16}",
         "int8_from_float32",
         {.rank = 2, .dim = {2, 5}, .dtype = LT_INT32},
         0,
         680},
        {"Conv2D",
         "{\"filters\": 6, \"kernel_size\": 3, \"lora_rank\": 2}",
         "float32",
         {.rank = 4, .dim = {2, 8, 8, 3}},
         72,
         162},
        {"BatchNormalization", "{}", "int8_from_float32", {.rank = 2, .dim = {2, 8}}, 16, 16},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct kind_case c;
        struct lt_builder b;
        struct lt_arena arena = LT_ARENA_INIT;
        case_begin(&c, NULL, row[i].class_name, case_json(&arena, row[i].config));
        c.policy = row[i].policy;
        assert_int_equal(case_call(&c, &row[i].in, 1), LT_OK);
        if (case_parameters(&c, true) != row[i].trainable || case_parameters(&c, false) != row[i].fixed)
            fail_msg("%s %s %s: %d + %d", row[i].class_name, row[i].config, row[i].policy,
                     (int)case_parameters(&c, true), (int)case_parameters(&c, false));
        case_ops(&c, &b);
        case_end(&c);
        lt_arena_free(&arena);
    }
}

/* The names of the ops that a call on one operand or several of the same shape emits, in order. */
static void assert_ops_of(const char *class_name, const char *config, const char *policy, struct lt_shape shape,
                          int operands, bool training, const char *expected)
{
    struct kind_case c;
    struct lt_builder b;
    struct lt_arena arena = LT_ARENA_INIT;
    case_begin(&c, NULL, class_name, case_json(&arena, config));
    c.policy = policy;
    const struct lt_shape in[] = {shape, shape};
    assert_int_equal(case_call(&c, in, operands), LT_OK);
    c.call.training = training;
    case_ops(&c, &b);
    char *names = lt_strdup(&arena, "");
    for (uint32_t i = 0; i < b.program.op_count; i++)
        names = lt_format(&arena, "%s%s%s", names, i ? " " : "", lt_ops[b.program.op[i].kind].name);
    assert_string_equal(names, expected);
    case_end(&c);
    lt_arena_free(&arena);
}

static void assert_ops(const char *class_name, const char *config, const char *policy, struct lt_shape in,
                       bool training, const char *expected)
{
    assert_ops_of(class_name, config, policy, in, 1, training, expected);
}

static void test_ops(void **state)
{
    (void)state;
    const struct lt_shape vector = INPUT(2, 7, 8), image = INPUT(4, 7, 8, 8, 4), sequence = INPUT(3, 7, 10, 4);
    assert_ops("Dense", "{\"units\": 3, \"activation\": \"relu\"}", NULL, vector, true, "matmul bias_add relu");
    assert_ops("Dense", "{\"units\": 3}", "mixed_float16", vector, true, "cast cast matmul cast bias_add");
    assert_ops("Dense", "{\"units\": 6, \"activation\": \"glu\"}", NULL, vector, true, "matmul bias_add glu");
    assert_ops("BatchNormalization", "{}", NULL, image, true, "batch_norm");
    assert_ops("BatchNormalization", "{}", NULL, image, false, "batch_norm_frozen");
    assert_ops("BatchNormalization", "{\"trainable\": false}", NULL, image, true, "batch_norm_frozen");
    assert_ops("BatchNormalization", "{}", "mixed_float16", image, true, "cast batch_norm");
    assert_ops("Conv1D", "{\"filters\": 2, \"kernel_size\": 3, \"padding\": \"causal\", \"use_bias\": false}", NULL,
               sequence, true, "copy conv");
    assert_ops("SeparableConv2D", "{\"filters\": 2, \"kernel_size\": 3}", NULL, image, true,
               "depthwise_conv conv bias_add");
    assert_ops("Flatten", "{\"data_format\": \"channels_first\"}", NULL, image, true, "copy reshape");
    assert_ops("Dropout", "{\"rate\": 0.5}", NULL, vector, true, "dropout");
    assert_ops("Dropout", "{\"rate\": 0.5}", NULL, vector, false, "");
    assert_ops("RandomFlip", "{}", NULL, image, false, "");
    assert_ops("LayerScale", "{\"projection_dim\": 4}", NULL, image, true, "multiply");
    assert_ops_of("CustomScaleLayer", "{\"scale\": 0.17}", NULL, image, 2, true, "scale add");
}

/* Work and sizes of one convolution and of what a depthwise and a transposed one make of the same input. */
static void test_work(void **state)
{
    (void)state;
    static const struct {
        const char *class_name, *config;
        double flops;
    } row[] = {
        {"Conv2D", "{\"filters\": 16, \"kernel_size\": 3, \"padding\": \"same\"}", 2.0 * 7 * 64 * 9 * 4 * 16},
        {"Conv2D", "{\"filters\": 16, \"kernel_size\": 3, \"padding\": \"same\", \"groups\": 4}",
         2.0 * 7 * 64 * 9 * 16},
        {"DepthwiseConv2D", "{\"kernel_size\": 3, \"padding\": \"same\"}", 2.0 * 7 * 64 * 9 * 4},
        {"Conv2DTranspose", "{\"filters\": 16, \"kernel_size\": 3, \"strides\": 2, \"padding\": \"same\"}",
         2.0 * 7 * 64 * 9 * 4 * 16},
    };
    const struct lt_shape image = INPUT(4, 7, 8, 8, 4);
    for (size_t i = 0; i < COUNT(row); i++) {
        struct kind_case c;
        struct lt_builder b;
        struct lt_arena arena = LT_ARENA_INIT;
        case_begin(&c, NULL, row[i].class_name, case_json(&arena, row[i].config));
        assert_int_equal(case_call(&c, &image, 1), LT_OK);
        case_ops(&c, &b);
        assert_true(b.program.op[0].flops == row[i].flops);
        case_end(&c);
        lt_arena_free(&arena);
    }
}

/* Each request for memory of one row fails in turn. */
static void fail_each(const struct lt_tree *row)
{
    struct kind_case c;
    struct case_tensors t;
    int64_t fail_in = 0;
    do
        row_begin(&c, row, &t);
    while (case_fails(&c, t.in, t.count, ++fail_in));
}

/* One row of each class is enough. */
static void test_no_memory(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    const struct lt_tree *rows = reference_rows(&arena, "layers", 708);
    const char *last = "";
    for (const struct lt_tree *row = rows->child; row; row = row->next) {
        const char *class_name = lt_tree_text(lt_tree_get(row, "class"), "");
        const struct lt_kind *kind = lt_kind_find(NULL, class_name);
        /* what wraps other layers has tests of its own */
        bool own = kind && strcmp(class_name, "SpectralNormalization") != 0 && kind->family != LT_FAMILY_RECURRENT &&
                   kind->family != LT_FAMILY_ATTENTION;
        if (own && strcmp(last, class_name) != 0)
            fail_each(row);
        last = class_name;
    }
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),    cmocka_unit_test(test_entries), cmocka_unit_test(test_problems),
        cmocka_unit_test(test_kernels),   cmocka_unit_test(test_ops),     cmocka_unit_test(test_work),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
