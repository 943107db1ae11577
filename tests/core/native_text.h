/* Documents from native YAML in a test, and the way back. */
#ifndef LT_TESTS_NATIVE_TEXT_H
#define LT_TESTS_NATIVE_TEXT_H

#include "core/data/yaml.h"
#include "core/formats/native.h"
#include "tests/core/test.h"

#include <string.h>

/* NULL: it cannot be read; the problems are in `arena`. */
static inline struct lt_document *document_of(struct lt_arena *arena, const char *text, struct lt_problems *problems)
{
    *problems = (struct lt_problems){.arena = arena};
    struct lt_tree *tree = lt_yaml_read(arena, "test.yaml", text, strlen(text), LT_YAML_MODEL, problems);
    return tree ? lt_native_read("test.yaml", tree, NULL, problems) : NULL;
}

static inline bool same_document(const struct lt_document *a, const struct lt_document *b)
{
    struct lt_arena arena = LT_ARENA_INIT;
    bool same = lt_tree_equal(lt_native_tree(&arena, a), lt_native_tree(&arena, b));
    lt_arena_free(&arena);
    return same;
}

/* Two branches, a layer called twice, a nested model, a wrapper, keys that no field describes. */
#define RICH_MODEL                                                                                                     \
    "layertop: 1\n"                                                                                                    \
    "title: All that a document can hold\n"                                                                            \
    "notes: |\n  two\n  lines\n"                                                                                       \
    "origin: {writer: \"3.15.1\", backend: tensorflow, compile: {loss: mse, jit_compile: false}}\n"                    \
    "model:\n"                                                                                                         \
    "  name: rich\n"                                                                                                   \
    "  layers:\n"                                                                                                      \
    "    - {class: InputLayer, name: a, shape: [null, 16]}\n"                                                          \
    "    - {class: InputLayer, name: b, batch_shape: [8, 4, 16], dtype: float16}\n"                                    \
    "    - {class: Dense, name: shared, units: 16, calls: [[a], [b], {inputs: [\"shared@1\"], masks: [a]}]}\n"         \
    "    - {class: Dense, name: stem, inputs: [a], units: 16, activation: relu, trainable: false,\n"                   \
    "       precision: bfloat16, build_shape: [null, null, 16], other: {kernel_regularizer: {l2: 0.5}}}\n"             \
    "    - {class: Mixer, name: mix, registered: \"My>Mixer\", inputs: [stem, {state: \"shared@2\"}],\n"               \
    "       package: unknown, declared: [[null, 4, 16], {dtype: int32, shape: [null]}, null],\n"                       \
    "       call_arguments: {args: [1], kwargs: {mode: fast}}}\n"                                                      \
    "    - class: Sequential\n"                                                                                        \
    "      name: encoder\n"                                                                                            \
    "      sequential: true\n"                                                                                         \
    "      model:\n"                                                                                                   \
    "        layers:\n"                                                                                                \
    "          - {class: InputLayer, name: in, shape: [4, 16]}\n"                                                      \
    "          - {class: Dense, name: dense, units: 8}\n"                                                              \
    "    - {class: Add, name: sum, original: Merge, inputs: [stem, stem]}\n"                                           \
    "    - {class: Wrapped, name: wrapped, package: unknown, inputs: [\"mix:1\"],\n"                                   \
    "       children: [{class: Dense, name: inner, units: 3}]}\n"                                                      \
    "  inputs: [b, a]\n"                                                                                               \
    "  outputs: [wrapped, encoder, shared]\n"                                                                          \
    "setup: {batch: 8, optimizer: sgd, optimizer.momentum: 0.9, input.a: [4, 16], ram: 64GiB, keras: 3}\n"

#endif
