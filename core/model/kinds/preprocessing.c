/* Layers that prepare numbers, categories, text and sound. Keras 3's layers/preprocessing. */
#include "core/model/kinds/kinds.h"

static void preprocess_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor x = lt_input_raw(b, 0);
    lt_output(b, 0, lt_emit(b, LT_OP_PREPROCESS, &x, 1, lt_shape_elements(call->out), (enum lt_dtype)call->out->dtype));
}

/* --------------------------------------------------------------------------------- Rescaling, Normalization */

static const struct lt_field RESCALING_FIELDS[] = {
    {.name = "scale", .type = LT_FIELD_TREE, .optional = true, .help = "The factor, or one for each channel"},
    {.name = "offset", .type = LT_FIELD_TREE, .optional = true, .help = "What is added, or for each channel"},
};

/* Whole numbers become floating-point ones. */
static enum lt_status float_shape(struct lt_call *call)
{
    enum lt_status status = lt_call_same(call);
    if (!status)
        call->out->dtype = call->policy->compute;
    return status;
}

static lt_tensor float_input(const struct lt_call *call, struct lt_builder *b)
{
    return lt_cast(b, lt_input(b, 0), (enum lt_dtype)call->policy->compute);
}

static void rescaling_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_output(b, 0, lt_map(b, LT_OP_SCALE, float_input(call, b)));
}

enum { NORMALIZATION_AXIS, NORMALIZATION_INVERT, NORMALIZATION_MEAN };

static const struct lt_field NORMALIZATION_FIELDS[] = {
    {.name = "axis",
     .type = LT_FIELD_INTS,
     .initial = "-1",
     .low = -LT_MAX_RANK,
     .high = LT_MAX_RANK,
     .optional = true,
     .help = "Axes with a mean and a variance for each position; none: one for all"},
    {.name = "invert", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the way back is taken"},
    {.name = "mean", .type = LT_FIELD_TREE, .optional = true, .help = "The means; none: learned from the data"},
    {.name = "variance", .type = LT_FIELD_TREE, .optional = true, .help = "The variances"},
};

static enum lt_status normalization_shape(struct lt_call *call)
{
    const struct lt_value *axes = lt_config(call, NORMALIZATION_AXIS);
    enum lt_status status = float_shape(call);
    for (uint32_t i = 0; !status && axes->type == LT_VALUE_INTS && i < axes->count; i++)
        if (lt_shape_axis(&call->in[0], axes->ints[i]) < 0)
            return lt_call_fail(call, "the input has no axis %lld", (long long)axes->ints[i]);
    return status;
}

static bool is_learned(const struct lt_call *call)
{
    return lt_config(call, NORMALIZATION_MEAN)->type == LT_VALUE_NULL;
}

static void normalization_variables(const struct lt_call *call, struct lt_variables *out)
{
    if (!is_learned(call))
        return;
    const struct lt_value *axes = lt_config(call, NORMALIZATION_AXIS);
    int64_t dim[LT_MAX_RANK];
    int rank = 0;
    for (uint32_t i = 0; axes->type == LT_VALUE_INTS && i < axes->count && i < LT_MAX_RANK; i++) {
        int axis = lt_shape_axis(&call->in[0], axes->ints[i]);
        if (axis >= 0)
            dim[rank++] = call->in[0].dim[axis];
    }
    /* Keras 2 has them in the format that it computes in. */
    enum lt_dtype dtype = (enum lt_dtype)(call->keras_3 ? call->policy->variable : call->policy->compute);
    lt_variable_add_as(call, out, "mean", false, dtype, rank, dim);
    lt_variable_add_as(call, out, "variance", false, dtype, rank, dim);
    lt_variable_add_as(call, out, "count", false, LT_INT64, 0, NULL); /* on JAX int32 */
}

static void normalization_ops(const struct lt_call *call, struct lt_builder *b)
{
    lt_tensor x = float_input(call, b);
    uint64_t elements = lt_shape_elements(call->out);
    if (!is_learned(call)) {
        lt_output(b, 0, lt_map(b, LT_OP_SCALE, x));
        return;
    }
    lt_tensor deviation = lt_map(b, LT_OP_SQRT, lt_weight(b, 1));
    lt_tensor centered = lt_combine(b, LT_OP_SUBTRACT, x, lt_weight(b, 0), elements);
    lt_output(b, 0, lt_combine(b, LT_OP_DIVIDE, centered, deviation, elements));
}

/* --------------------------------------------------------------------------------------------- categories */

static const char *const OUTPUT_MODES[] = {"int", "one_hot", "multi_hot", "count", "tf_idf", NULL};

#define FIELD_MODE(value)                                                                                              \
    {                                                                                                                  \
        .name = "output_mode", .type = LT_FIELD_CHOICE, .initial = value, .choices = OUTPUT_MODES,                     \
        .help = "What becomes of an index"                                                                             \
    }
#define FIELD_SPARSE                                                                                                   \
    {                                                                                                                  \
        .name = "sparse", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the result is a sparse tensor"   \
    }
#define FIELD_KEPT(key, text)                                                                                          \
    {                                                                                                                  \
        .name = key, .type = LT_FIELD_TREE, .optional = true, .help = text                                             \
    }

/* Of what looks up a vocabulary. */
#define FIELD_VOCABULARY_SIZE                                                                                          \
    {                                                                                                                  \
        .name = "vocabulary_size", .type = LT_FIELD_INT, .low = 0, .high = LT_DIM_LIMIT, .optional = true,             \
        .help = "Entries of the vocabulary"                                                                            \
    }
#define FIELD_MAX_TOKENS                                                                                               \
    {                                                                                                                  \
        .name = "max_tokens", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .optional = true,                  \
        .help = "Most entries of the vocabulary"                                                                       \
    }
#define FIELD_PADS                                                                                                     \
    {                                                                                                                  \
        .name = "pad_to_max_tokens", .type = LT_FIELD_BOOL, .initial = "false",                                        \
        .help = "Whether the result has max_tokens positions even where the vocabulary is smaller"                     \
    }

enum { CATEGORY_MODE, CATEGORY_COUNT };

static const struct lt_field CATEGORY_FIELDS[] = {
    FIELD_MODE("multi_hot"),
    {.name = "num_tokens", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "How many categories"},
    FIELD_SPARSE,
};
static const struct lt_field DISCRETIZATION_FIELDS[] = {
    FIELD_MODE("int"),
    {.name = "num_bins",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .optional = true,
     .help = "How many bins are learned"},
    FIELD_SPARSE,
    FIELD_KEPT("bin_boundaries", "The limits of the bins"),
    {.name = "epsilon", .type = LT_FIELD_FLOAT, .initial = "0.01", .help = "Error of the learned limits"},
};
static const struct lt_field HASHING_FIELDS[] = {
    FIELD_MODE("int"),
    {.name = "num_bins", .type = LT_FIELD_INT, .low = 1, .high = LT_DIM_LIMIT, .help = "How many bins"},
    FIELD_SPARSE,
    FIELD_KEPT("mask_value", "What stands for nothing"),
    FIELD_KEPT("salt", "Changes the hash function"),
};
enum { LOOKUP_MAX_TOKENS = CATEGORY_COUNT + 2, LOOKUP_PADS };

static const struct lt_field LOOKUP_FIELDS[] = {
    FIELD_MODE("int"),
    FIELD_VOCABULARY_SIZE,
    FIELD_SPARSE,
    FIELD_MAX_TOKENS,
    FIELD_PADS,
    {.name = "num_oov_indices",
     .type = LT_FIELD_INT,
     .initial = "1",
     .low = 0,
     .high = LT_DIM_LIMIT,
     .help = "Entries for what is not in the vocabulary"},
    FIELD_KEPT("vocabulary", "The vocabulary"),
    FIELD_KEPT("mask_token", "What stands for nothing"),
    FIELD_KEPT("oov_token", "What stands for all that is not in the vocabulary"),
    FIELD_KEPT("idf_weights", "Weights of the entries"),
    {.name = "invert", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether indices become entries"},
};

/* The number of categories that the config states; 0: not known. */
static int64_t categories(const struct lt_call *call)
{
    int64_t count = lt_config_int(call, CATEGORY_COUNT);
    if (call->layer->kind->config == LOOKUP_FIELDS && lt_config_bool(call, LOOKUP_PADS))
        return lt_config_int(call, LOOKUP_MAX_TOKENS);
    int boundaries = lt_field_find(call->layer->kind->config, call->layer->kind->config_count, "bin_boundaries");
    const struct lt_value *limits = boundaries < 0 ? NULL : lt_config(call, boundaries);
    if (count < 1 && limits && limits->type == LT_VALUE_TREE)
        return (int64_t)limits->tree->count + 1;
    return count;
}

/* Keras reports the last axis replaced where an axis is added (hashing.py, compute_output_shape). */
static enum lt_status report_hashed(struct lt_call *call, int64_t count)
{
    struct lt_shape *reported = call->in[0].rank > 0 ? lt_call_report(call) : NULL;
    if (reported)
        reported->dim[--reported->rank - 1] = count;
    return reported || call->in[0].rank < 1 ? LT_OK : LT_NO_MEMORY;
}

/* Indices keep the shape; one_hot replaces a last axis of 1 or adds an axis; the others replace the last axis. */
static enum lt_status category_shape(struct lt_call *call)
{
    const char *mode = lt_config_text(call, CATEGORY_MODE);
    enum lt_status status = lt_call_same(call);
    if (status)
        return status;
    struct lt_shape *out = call->out;
    if (mode && strcmp(mode, "int") == 0) {
        out->dtype = strcmp(call->layer->kind->name, "Discretization") == 0 ? LT_INT32 : LT_INT64;
        return LT_OK;
    }
    out->dtype = call->policy->compute;
    int64_t count = categories(call);
    if (count < 1) {
        *out = LT_SHAPE_UNKNOWN;
        return LT_OK;
    }
    bool add = out->rank < 1 || (mode && strcmp(mode, "one_hot") == 0 && out->dim[out->rank - 1] != 1);
    if (add && out->rank == LT_MAX_RANK)
        return lt_call_fail(call, "the input has too many axes");
    bool hashed = call->layer->kind->config == HASHING_FIELDS;
    if (add)
        out->rank++;
    out->dim[out->rank - 1] = count;
    return add && hashed ? report_hashed(call, count) : LT_OK;
}

/* -------------------------------------------------------------------------------------------------- text */

enum { TEXT_MODE, TEXT_MAX_TOKENS, TEXT_PADS, TEXT_VOCABULARY, TEXT_LENGTH };

static const struct lt_field TEXT_FIELDS[] = {
    FIELD_MODE("int"),
    FIELD_MAX_TOKENS,
    FIELD_PADS,
    FIELD_VOCABULARY_SIZE,
    {.name = "output_sequence_length",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .optional = true,
     .help = "Tokens of each text, padded or cut; none: as many as the longest has"},
    FIELD_KEPT("standardize", "What is done to the text first"),
    FIELD_KEPT("split", "How the text is split"),
    FIELD_SPARSE,
    FIELD_KEPT("ngrams", "How many tokens are taken together"),
    {.name = "ragged", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether texts keep their own length"},
    FIELD_KEPT("vocabulary", "The vocabulary"),
    FIELD_KEPT("idf_weights", "Weights of the entries"),
    FIELD_KEPT("encoding", "Encoding of the text"),
};

/* Keras 3 reports the axis of the texts as well, which are made one (text_vectorization.py, compute_output_shape). */
static enum lt_status report_texts(struct lt_call *call)
{
    const struct lt_shape *in = &call->in[0];
    struct lt_shape *reported = in->rank < LT_MAX_RANK ? lt_call_report(call) : NULL;
    if (!reported)
        return LT_NO_MEMORY;
    memcpy(reported->dim, in->dim, sizeof in->dim);
    reported->rank = (int8_t)(in->rank + 1);
    reported->dim[in->rank] = call->out->dim[1];
    return LT_OK;
}

/* Indices are as many as the longest text of a batch has tokens; counts as many as the vocabulary has entries. */
static enum lt_status text_shape(struct lt_call *call)
{
    const char *mode = lt_config_text(call, TEXT_MODE);
    bool indices = mode && strcmp(mode, "int") == 0;
    int64_t size = lt_config_int(call, indices                           ? TEXT_LENGTH
                                       : lt_config_bool(call, TEXT_PADS) ? TEXT_MAX_TOKENS
                                                                         : TEXT_VOCABULARY);
    struct lt_shape *out = lt_call_out(call, 1);
    if (!out)
        return LT_NO_MEMORY;
    if (call->in_count < 1 || call->in[0].rank < 1 || (size < 1 && !indices))
        return LT_OK;
    call->guessed = size < 1;
    *out = (struct lt_shape){.rank = 2, .dim = {call->in[0].dim[0], size < 1 ? call->open_steps : size}};
    out->dtype = indices ? LT_INT64 : call->policy->compute;
    return indices || call->in[0].rank < 2 ? LT_OK : report_texts(call);
}

/* ------------------------------------------------------------------------------------------------- sound */

enum { MEL_BINS, MEL_STRIDE };

static const struct lt_field MEL_FIELDS[] = {
    {.name = "num_mel_bins",
     .type = LT_FIELD_INT,
     .initial = "128",
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Bands of the result"},
    {.name = "sequence_stride",
     .type = LT_FIELD_INT,
     .initial = "512",
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Samples from frame to frame"},
    {.name = "fft_length",
     .type = LT_FIELD_INT,
     .initial = "2048",
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Samples of a transform"},
    {.name = "sequence_length",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = LT_DIM_LIMIT,
     .optional = true,
     .help = "Samples of a frame"},
    {.name = "window", .type = LT_FIELD_TEXT, .initial = "hann", .optional = true, .help = "The window function"},
    {.name = "sampling_rate",
     .type = LT_FIELD_INT,
     .initial = "16000",
     .low = 1,
     .high = LT_DIM_LIMIT,
     .help = "Samples of a second"},
    {.name = "min_freq", .type = LT_FIELD_FLOAT, .initial = "20.0", .help = "The lowest frequency"},
    {.name = "max_freq", .type = LT_FIELD_FLOAT, .optional = true, .help = "The highest frequency"},
    {.name = "power_to_db", .type = LT_FIELD_BOOL, .initial = "true", .help = "Whether the result is in decibel"},
    {.name = "top_db", .type = LT_FIELD_FLOAT, .initial = "80.0", .optional = true, .help = "Range of the decibels"},
    {.name = "mag_exp", .type = LT_FIELD_FLOAT, .initial = "2.0", .help = "Exponent of the magnitudes"},
    {.name = "min_power", .type = LT_FIELD_FLOAT, .initial = "1e-10", .help = "The smallest power"},
    {.name = "ref_power", .type = LT_FIELD_FLOAT, .initial = "1.0", .help = "The power of 0 decibel"},
};

/* The frames stand around every stride-th sample, the first one included. Keras reports one frame more where the last
 * ones are not full, and no axes but the batch and one of samples (mel_spectrogram.py, compute_output_shape). */
static enum lt_status mel_shape(struct lt_call *call)
{
    if (call->in_count < 1 || call->in[0].rank < 2 || call->in[0].rank >= LT_MAX_RANK)
        return lt_call_fail(call, "MelSpectrogram needs a sequence of samples");
    struct lt_shape out = call->in[0];
    int64_t stride = lt_config_int(call, MEL_STRIDE), samples = out.dim[out.rank - 1];
    out.dim[out.rank - 1] = lt_config_int(call, MEL_BINS);
    out.dim[out.rank++] = 1 + samples / stride;
    enum lt_status status = lt_call_shape(call, out.rank, out.dim);
    struct lt_shape *reported = status ? NULL : lt_call_report(call);
    if (!reported)
        return status ? status : LT_NO_MEMORY;
    reported->rank = 3;
    reported->dim[1] = lt_config_int(call, MEL_BINS);
    reported->dim[2] = (call->in[0].dim[1] + stride + 1) / stride;
    return LT_OK;
}

static const char *const STFT_MODES[] = {"log", "magnitude", "psd", "real", "imag", "angle", "stft", NULL};

enum { STFT_MODE, STFT_LENGTH, STFT_STEP, STFT_FFT, STFT_PADDING, STFT_FORMAT, STFT_EXPAND };

static const struct lt_field STFT_FIELDS[] = {
    {.name = "mode",
     .type = LT_FIELD_CHOICE,
     .initial = "log",
     .choices = STFT_MODES,
     .help = "What is taken of the transform"},
    {.name = "frame_length",
     .type = LT_FIELD_INT,
     .initial = "256",
     .low = 1,
     .high = 65536,
     .help = "Samples of a frame"},
    {.name = "frame_step",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = 65536,
     .optional = true,
     .help = "Samples from frame to frame; none: half a frame"},
    {.name = "fft_length",
     .type = LT_FIELD_INT,
     .low = 1,
     .high = 1048576,
     .optional = true,
     .help = "Samples of a transform; none: the power of two that holds a frame"},
    {.name = "padding",
     .type = LT_FIELD_CHOICE,
     .initial = "valid",
     .choices = lt_window_paddings,
     .help = "What happens at the end of the sequence"},
    LT_FIELD_DATA_FORMAT,
    {.name = "expand_dims",
     .type = LT_FIELD_BOOL,
     .initial = "false",
     .help = "Whether frequencies and channels get an axis each"},
    FIELD_KEPT("window", "The window function"),
    {.name = "periodic", .type = LT_FIELD_BOOL, .initial = "false", .help = "Whether the window is periodic"},
    FIELD_KEPT("scaling", "How the result is scaled"),
};

struct stft {
    int64_t batch, samples, channels, length, step, frequencies, frames, parts;
    bool first;
};

/* The transform is a convolution with fixed kernels: a real one, an imaginary one, or both. */
static enum lt_status stft_read(struct lt_call *call, struct stft *s)
{
    enum lt_status status = lt_expect_rank(call, 3);
    if (status)
        return status;
    const char *mode = lt_config_text(call, STFT_MODE), *padding = lt_config_text(call, STFT_PADDING);
    bool same = padding && strcmp(padding, "same") == 0;
    int64_t length = lt_config_int(call, STFT_LENGTH), fft = lt_config_int(call, STFT_FFT), power = 1;
    while (power < length)
        power *= 2;
    *s = (struct stft){.batch = call->in[0].dim[0], .length = length, .first = lt_channels_first(call, STFT_FORMAT)};
    s->samples = call->in[0].dim[s->first ? 2 : 1];
    s->channels = call->in[0].dim[s->first ? 1 : 2];
    s->step = lt_config_int(call, STFT_STEP) > 0 ? lt_config_int(call, STFT_STEP) : (length + 1) / 2;
    s->frequencies = (fft > 0 ? fft : power) / 2 + 1;
    s->frames = lt_window_positions(s->samples, length, s->step, 1, same ? LT_PADDING_SAME : LT_PADDING_VALID);
    s->parts = mode && strcmp(mode, "stft") == 0 ? 2 : 1;
    if (s->frames < 1)
        return lt_call_fail(call, "a frame of %lld does not fit %lld samples", (long long)length,
                            (long long)s->samples);
    return LT_OK;
}

static enum lt_status stft_shape(struct lt_call *call)
{
    struct stft s;
    enum lt_status status = stft_read(call, &s);
    if (status)
        return status;
    int64_t each = s.frequencies * s.parts, channels = s.channels;
    if (!lt_config_bool(call, STFT_EXPAND)) {
        int64_t all = each * channels;
        return lt_call_shape(call, 3,
                             s.first ? (int64_t[]){s.batch, all, s.frames} : (int64_t[]){s.batch, s.frames, all});
    }
    return lt_call_shape(call, 4,
                         s.first ? (int64_t[]){s.batch, channels, s.frames, each}
                                 : (int64_t[]){s.batch, s.frames, each, channels});
}

static bool has_part(const struct lt_call *call, const char *other)
{
    const char *mode = lt_config_text(call, STFT_MODE);
    return !mode || strcmp(mode, other) != 0;
}

static void stft_variables(const struct lt_call *call, struct lt_variables *out)
{
    struct lt_call again = *call;
    struct stft s;
    if (stft_read(&again, &s) != LT_OK)
        return;
    int64_t dim[] = {s.length, 1, s.frequencies};
    if (has_part(call, "imag"))
        lt_variable_add(call, out, "real_kernel", true, 3, dim);
    if (has_part(call, "real"))
        lt_variable_add(call, out, "imag_kernel", true, 3, dim);
}

static void stft_ops(const struct lt_call *call, struct lt_builder *b)
{
    struct lt_call again = *call;
    struct stft s = {0};
    if (stft_read(&again, &s) != LT_OK)
        return;
    const struct lt_conv conv = {
        .batch = lt_mul((uint64_t)s.batch, (uint64_t)s.channels),
        .in_channels = 1,
        .out_channels = (uint64_t)s.frequencies,
        .groups = 1,
        .in_pixels = (uint64_t)s.samples,
        .out_pixels = (uint64_t)s.frames,
        .taps = (uint64_t)s.length,
        .stride = (uint64_t)s.step,
    };
    lt_tensor x = lt_input(b, 0), part[2] = {LT_NO_TENSOR, LT_NO_TENSOR};
    int parts = has_part(call, "imag") + has_part(call, "real");
    for (int i = 0; i < parts; i++)
        part[i] = lt_convolve(b, LT_OP_CONV, x, lt_weight(b, i), &conv);
    uint64_t elements = lt_shape_elements(call->out);
    lt_tensor y = part[0];
    if (parts == 2 && s.parts == 2)
        y = lt_emit(b, LT_OP_CONCAT, part, 2, elements, (enum lt_dtype)call->policy->compute);
    else if (parts == 2)
        y = lt_combine(b, LT_OP_ADD, lt_map(b, LT_OP_SQUARE, part[0]), lt_map(b, LT_OP_SQUARE, part[1]), elements);
    if (!has_part(call, "log"))
        y = lt_map(b, LT_OP_LOG, y);
    lt_output(b, 0, y);
}

/* ------------------------------------------------------------------------------------------------- table */

#define PREPARING(class_name, text)                                                                                    \
    .name = class_name, .module = "keras.layers", .family = LT_FAMILY_PREPROCESSING, .help = text
#define CATEGORY(class_name, fields, text)                                                                             \
    {                                                                                                                  \
        PREPARING(class_name, text), LT_FIELDS(fields), .shape = category_shape, .ops = preprocess_ops                 \
    }

const struct lt_kind kinds_preprocessing[] = {
    {PREPARING("Rescaling", "The input times a factor plus an offset"), LT_FIELDS(RESCALING_FIELDS),
     .shape = float_shape, .ops = rescaling_ops},
    {PREPARING("Normalization", "The input less the data's mean, by the data's deviation"),
     LT_FIELDS(NORMALIZATION_FIELDS), .shape = normalization_shape, .variables = normalization_variables,
     .ops = normalization_ops},
    CATEGORY("CategoryEncoding", CATEGORY_FIELDS, "Indices as vectors of zeros and ones"),
    CATEGORY("Discretization", DISCRETIZATION_FIELDS, "Numbers as the bins they fall in"),
    CATEGORY("Hashing", HASHING_FIELDS, "Values as bins by their hash"),
    CATEGORY("HashedCrossing", HASHING_FIELDS, "Pairs of values as bins by their hash"),
    CATEGORY("IntegerLookup", LOOKUP_FIELDS, "Integers as indices of a vocabulary"),
    CATEGORY("StringLookup", LOOKUP_FIELDS, "Strings as indices of a vocabulary"),
    {PREPARING("TextVectorization", "Texts as indices of a vocabulary"), LT_FIELDS(TEXT_FIELDS), .shape = text_shape,
     .ops = preprocess_ops},
    {PREPARING("MelSpectrogram", "Sound as the strength of mel bands over time"), LT_FIELDS(MEL_FIELDS),
     .shape = mel_shape, .ops = preprocess_ops},
    {PREPARING("STFTSpectrogram", "Sound as the strength of frequencies over time"), LT_FIELDS(STFT_FIELDS),
     .shape = stft_shape, .variables = stft_variables, .ops = stft_ops},
    {.name = NULL},
};
