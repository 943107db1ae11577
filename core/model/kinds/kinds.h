/* What the files of the families share: the tables that kind.c joins, and the fields and helpers that several of them
 * use. Only core/model/kind.c and the files of this folder include it. */
#ifndef LT_MODEL_KINDS_H
#define LT_MODEL_KINDS_H

#include "core/base/checked.h"
#include "core/model/activation.h"
#include "core/model/kind.h"

#include <string.h>

extern const struct lt_kind kinds_core[], kinds_dense[], kinds_activations[], kinds_convolution[], kinds_pooling[],
    kinds_recurrent[], kinds_normalization[], kinds_regularization[], kinds_reshaping[], kinds_merging[],
    kinds_attention[], kinds_transformer[], kinds_positions[], kinds_wrappers[], kinds_preprocessing[], kinds_images[],
    kinds_legacy[], kinds_operations[];

/* The config members of an entry: the field table and its length. */
#define LT_FIELDS(fields) .config = (fields), .config_count = (uint8_t)(sizeof(fields) / sizeof *(fields))

/* An alias list of an entry. */
#define LT_ALIAS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Largest size of a dimension, and of a number that makes one. */
#define LT_DIM_LIMIT 1e9

extern const char *const lt_data_formats[];    /* channels_last, channels_first */
extern const char *const lt_window_paddings[]; /* valid, same */
extern const char *const lt_causal_paddings[]; /* valid, same, causal */
extern const char *const lt_interpolations[];

#define LT_FIELD_DATA_FORMAT                                                                                           \
    {                                                                                                                  \
        .name = "data_format", .type = LT_FIELD_CHOICE, .initial = "channels_last", .choices = lt_data_formats,        \
        .help = "Where the channels stand: behind the spatial axes or before them"                                     \
    }
#define LT_FIELD_USE_BIAS                                                                                              \
    {                                                                                                                  \
        .name = "use_bias", .type = LT_FIELD_BOOL, .initial = "true", .help = "Whether a bias vector is added"         \
    }
#define LT_FIELD_ACTIVATION_OF(default_name)                                                                           \
    {                                                                                                                  \
        .name = "activation", .type = LT_FIELD_ACTIVATION, .initial = default_name,                                    \
        .help = "The activation function applied to the result"                                                        \
    }
#define LT_FIELD_SEED                                                                                                  \
    {                                                                                                                  \
        .name = "seed", .type = LT_FIELD_TREE, .help = "The seed of the random numbers", .optional = true              \
    }

/* Results like operand 0; with the compute dtype where that is floating. A shape function of many kinds. */
enum lt_status lt_shape_same(struct lt_call *call);

/* Whether the layer's config field says channels_first. */
bool lt_channels_first(const struct lt_call *call, int index);

/* A truth value that the call passes by keyword; false where it does not. */
bool lt_call_keyword(const struct lt_call *call, const char *name);

/* Adds a variable with a dtype of its own (quantized kernels, counts). */
void lt_variable_add_as(const struct lt_call *call, struct lt_variables *out, const char *name, bool trainable,
                        enum lt_dtype dtype, int rank, const int64_t *dim);

/* The state of a layer's random numbers: two numbers that count_params() leaves out. */
void lt_variable_seed(const struct lt_call *call, struct lt_variables *out);

/* Ops of work that is not known: every result comes from all operands. */
void lt_opaque(const struct lt_call *call, struct lt_builder *b);

/* Fails unless operand 0 has `rank` axes. */
enum lt_status lt_expect_rank(struct lt_call *call, int rank);

#endif
