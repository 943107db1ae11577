"""What the fuzzer builds models of: a maker for each layer class of Keras 1, 2 and 3, and operations on tensors.

A maker takes the dice and the shape of one sample and returns the options of the layer. It may propose what Keras
refuses: such a layer is left out of the model. Classes that a version of Keras does not have are left out as well.
"""

ACTIVATIONS = ["relu", "tanh", "sigmoid", "linear", "softmax", "elu", "selu", "softplus", "softsign", None]
SMALL = [1, 2, 3, 4, 5, 8]

# The ranks (of one sample) that each kind of input has, and its dtype.
INPUTS = {
    "vector": (1, "float32"),
    "sequence": (2, "float32"),
    "image": (3, "float32"),
    "volume": (4, "float32"),
    "video": (4, "float32"),
    "clip": (5, "float32"),
    "tokens": (1, "int32"),
    "grid": (2, "int32"),
    "words": (1, "string"),
}


def chance(dice, share):
    return dice.random() < share


def some(dice, values, share=0.3, other=None):
    """One of the values with this chance, else the other."""
    return dice.choice(values) if chance(dice, share) else other


def sizes(dice, rank, high):
    """A size for all axes, or one for each."""
    one = dice.randint(1, high)
    return one if chance(dice, 0.6) else tuple(dice.randint(1, high) for _ in range(rank))


def drop_none(options, *keep):
    return {key: value for key, value in options.items() if value is not None or key in keep}


def order(dice):
    return some(dice, ["channels_first", "channels_last"], 0.25)


def pairs(dice, rank, high):
    """Padding or cropping in all the forms that Keras takes."""
    form = dice.randrange(3)
    if form == 0:
        return dice.randint(0, high)
    if rank == 1 or form == 1:
        return tuple(dice.randint(0, high) for _ in range(2 if rank == 1 else rank))
    return tuple((dice.randint(0, high), dice.randint(0, high)) for _ in range(rank))


# --- dense, convolutions, pooling ---------------------------------------------------------------------------------


def regularized(dice):
    return drop_none({"kernel_regularizer": some(dice, ["l2", "l1"], 0.1), "kernel_constraint": some(dice, ["max_norm"], 0.1),
                      "bias_regularizer": some(dice, ["l2"], 0.1), "activity_regularizer": some(dice, ["l2"], 0.1)})


def dense(dice, shape):
    return dict(regularized(dice), units=dice.choice(SMALL + [17]), use_bias=chance(dice, 0.7), activation=dice.choice(ACTIVATIONS),
                **drop_none({"lora_rank": some(dice, [1, 2], 0.08)}))


def einsum_dense(dice, shape):
    letters, last = "abcdef"[: len(shape)], dice.choice(SMALL)
    if len(shape) == 1 or chance(dice, 0.4):
        equation, out, bias = f"...x,xy->...y", last, "y"
    elif chance(dice, 0.5):
        inner = letters[-1]
        equation, out, bias = f"z{letters},{inner}y->z{letters[:-1]}y", [*shape[:-1], last], "y"
    else:
        inner = letters[-1]
        equation, bias = f"z{letters},{inner}xy->z{letters[:-1]}xy", dice.choice(["xy", "y", "x"])
        out = [*shape[:-1], dice.choice(SMALL), last]
    return {"equation": equation, "output_shape": out, **drop_none({"bias_axes": some(dice, [bias], 0.6),
            "lora_rank": some(dice, [1, 2], 0.1), "activation": dice.choice(ACTIVATIONS)})}


def convolution(rank, transposed=False, depthwise=False, separable=False):
    def make(dice, shape):
        options = {"kernel_size": sizes(dice, rank, 4), "padding": dice.choice(["valid", "same"]),
                   "use_bias": chance(dice, 0.7), "activation": dice.choice(ACTIVATIONS), "data_format": order(dice)}
        if not depthwise:
            options["filters"] = dice.choice([1, 2, 4, 6, 8])
            options.update(regularized(dice) if not separable else {})
        if depthwise or separable:
            options["depth_multiplier"] = dice.choice([1, 1, 2, 3])
        if chance(dice, 0.3):
            step = dice.randint(1, 3)
            options["strides"] = sizes(dice, rank, 3) if not (depthwise or separable) else (step,) * rank if rank > 1 else step
        elif chance(dice, 0.3):
            options["dilation_rate"] = sizes(dice, rank, 3)
        if rank == 1 and not transposed and not depthwise and chance(dice, 0.2):
            options["padding"] = "causal"
        if not transposed and not depthwise and not separable:
            options["groups"] = some(dice, [2, 3], 0.1)
            options["lora_rank"] = some(dice, [2], 0.06)
        if transposed:
            options["output_padding"] = some(dice, [0, 1, 2], 0.2)
        return drop_none(options, "activation")

    return make


def pooling(rank):
    def make(dice, shape):
        return drop_none({"pool_size": sizes(dice, rank, 3), "strides": some(dice, [1, 2, 3], 0.4),
                          "padding": dice.choice(["valid", "same"]), "data_format": order(dice)})

    return make


def global_pooling(dice, shape):
    return drop_none({"keepdims": some(dice, [True, False], 0.4), "data_format": order(dice)})


def adaptive_pooling(rank):
    return lambda dice, shape: drop_none({"output_size": sizes(dice, rank, 3), "data_format": order(dice)})


# --- recurrent ----------------------------------------------------------------------------------------------------


def recurrent(dice, shape, cell=False):
    options = {"units": dice.choice(SMALL), "use_bias": chance(dice, 0.8), "activation": some(dice, ["relu", "tanh"], 0.3, "tanh"),
               "dropout": some(dice, [0.1], 0.2), "recurrent_dropout": some(dice, [0.2], 0.15)}
    if not cell:
        options.update(return_sequences=chance(dice, 0.6), return_state=some(dice, [True], 0.2), go_backwards=some(dice, [True], 0.1),
                       unroll=some(dice, [True], 0.05))
    return drop_none(options)


def lstm(dice, shape, cell=False):
    return dict(recurrent(dice, shape, cell), **drop_none({"unit_forget_bias": some(dice, [False], 0.2)}))


def gru(dice, shape, cell=False):
    return dict(recurrent(dice, shape, cell), **drop_none({"reset_after": some(dice, [True, False], 0.4)}))


def conv_lstm(rank):
    def make(dice, shape):
        return drop_none({"filters": dice.choice([1, 2, 3]), "kernel_size": sizes(dice, rank, 3), "padding": dice.choice(["valid", "same"]),
                          "strides": some(dice, [2], 0.2), "dilation_rate": some(dice, [2], 0.1), "data_format": order(dice),
                          "use_bias": chance(dice, 0.8), "return_sequences": chance(dice, 0.5), "return_state": some(dice, [True], 0.2),
                          "dropout": some(dice, [0.1], 0.2), "recurrent_dropout": some(dice, [0.1], 0.1),
                          "unit_forget_bias": some(dice, [False], 0.2)})

    return make


# --- normalization, regularization, activations -------------------------------------------------------------------


def an_axis(dice, shape, several=True):
    axes = list(range(1, len(shape) + 1))
    if several and len(axes) > 1 and chance(dice, 0.2):
        return sorted(dice.sample(axes, 2))
    return dice.choice([-1, -1, dice.choice(axes)])


def batch_norm(dice, shape):
    return drop_none({"axis": an_axis(dice, shape, several=False), "center": chance(dice, 0.8), "scale": chance(dice, 0.8),
                      "synchronized": some(dice, [True], 0.05), "renorm": some(dice, [True], 0.1)})


def layer_norm(dice, shape):
    return {"axis": an_axis(dice, shape), "center": chance(dice, 0.8), "scale": chance(dice, 0.8)}


def group_norm(dice, shape):
    return {"groups": dice.choice([1, 2, -1, 3, 4]), "axis": an_axis(dice, shape, several=False), "center": chance(dice, 0.8),
            "scale": chance(dice, 0.8)}


def rate(dice, shape):
    return {"rate": dice.choice([0.0, 0.1, 0.5])}


def dropout(dice, shape):
    options = rate(dice, shape)
    if chance(dice, 0.2):
        options["noise_shape"] = (None,) + tuple(1 if chance(dice, 0.5) else size for size in shape)
    return options


def prelu(dice, shape):
    axes = list(range(1, len(shape)))
    return {"shared_axes": sorted(dice.sample(axes, dice.randint(1, len(axes))))} if axes and chance(dice, 0.5) else {}


# --- reshaping ----------------------------------------------------------------------------------------------------


def reshape(dice, shape):
    if None in shape:
        return {"target_shape": (-1, shape[-1] or 1)}
    total = 1
    for size in shape:
        total *= size
    divisors = [d for d in range(1, 13) if total % d == 0]
    first = dice.choice(divisors)
    rest = total // first
    forms = [(total,), (-1,), (first, rest), (first, -1), (-1, first), (1, first, rest)]
    second = dice.choice([d for d in range(1, 9) if rest % d == 0])
    return {"target_shape": dice.choice(forms + [(first, second, rest // second), (first, -1, second)])}


def permute(dice, shape):
    dims = list(range(1, len(shape) + 1))
    dice.shuffle(dims)
    return {"dims": tuple(dims)}


def upsampling(dice, shape):
    """Of an image with one open side Keras 2 forgets the size of the other one, which it does make."""
    size, layout = sizes(dice, 2, 3), order(dice)
    return drop_none({"size": size, "data_format": None if None in shape else layout, "interpolation": some(dice, ["bilinear", "nearest"], 0.3)})


# --- attention ----------------------------------------------------------------------------------------------------


def multi_head(dice, shape):
    return drop_none({"num_heads": dice.choice([1, 2, 3]), "key_dim": dice.choice([1, 2, 4]), "value_dim": some(dice, [2, 3], 0.3),
                      "use_bias": chance(dice, 0.7), "output_shape": some(dice, [3, 7], 0.2), "dropout": some(dice, [0.1], 0.2),
                      "use_gate": some(dice, [True], 0.1), "attention_axes": some(dice, [1], 0.1)})


def grouped(dice, shape):
    heads = dice.choice([1, 2])
    return drop_none({"head_dim": dice.choice([2, 4]), "num_query_heads": heads * dice.choice([1, 2, 3]), "num_key_value_heads": heads,
                      "use_bias": chance(dice, 0.7), "dropout": some(dice, [0.1], 0.2), "use_gate": some(dice, [True], 0.1)})


def attention(dice, shape):
    return drop_none({"use_scale": chance(dice, 0.5), "score_mode": some(dice, ["dot", "concat"], 0.5), "dropout": some(dice, [0.1], 0.2)})


# --- preprocessing ------------------------------------------------------------------------------------------------


def normalization(dice, shape):
    known = shape[-1] and chance(dice, 0.3)
    return {"mean": 0.5, "variance": 2.0} if known else {"axis": dice.choice([-1, -1, None, an_axis(dice, shape)])}


def sized(dice, shape):
    return drop_none({"height": dice.randint(1, 9), "width": dice.randint(1, 9), "data_format": order(dice)})


def category(dice, shape):
    return {"num_tokens": dice.choice([3, 10]), "output_mode": dice.choice(["one_hot", "multi_hot", "count"])}


def discretization(dice, shape):
    return {"bin_boundaries": [0.0, 1.0, 2.0][: dice.randint(1, 3)], "output_mode": dice.choice(["int", "int", "one_hot", "multi_hot", "count"])}


def hashing(dice, shape):
    return {"num_bins": dice.choice([3, 20]), "output_mode": dice.choice(["int", "int", "one_hot", "multi_hot", "count"])}


def integer_lookup(dice, shape):
    return {"vocabulary": [10, 20, 30][: dice.randint(1, 3)], "num_oov_indices": dice.choice([1, 1, 2]),
            "output_mode": dice.choice(["int", "int", "one_hot", "multi_hot", "count"])}


def string_lookup(dice, shape):
    return {"vocabulary": ["a", "b", "c"][: dice.randint(1, 3)], "num_oov_indices": dice.choice([1, 1, 0, 2]),
            "output_mode": dice.choice(["int", "int", "one_hot", "multi_hot", "count"])}


def text_vectorization(dice, shape):
    mode = dice.choice(["int", "int", "multi_hot", "count", "tf_idf"])
    options = {"vocabulary": ["a", "b", "c"], "output_mode": mode}
    if mode == "tf_idf":
        options["idf_weights"] = [1.0, 2.0, 3.0]
    if mode == "int":
        options.update(drop_none({"output_sequence_length": some(dice, [4, 6], 0.5)}))
    elif chance(dice, 0.3):
        options.update(max_tokens=12, pad_to_max_tokens=chance(dice, 0.5))
    return options


def factor(dice, shape):
    return drop_none({"factor": dice.choice([0.1, 0.3]), "data_format": order(dice)})


def nothing(dice, shape):
    return {}


def stft(dice, shape):
    return {"mode": dice.choice(["log", "magnitude", "real", "stft"]), "frame_length": dice.choice([4, 6]), "frame_step": dice.choice([2, 3]),
            "padding": dice.choice(["valid", "same"]), **drop_none({"fft_length": some(dice, [8], 0.4)})}


def padding(rank):
    return lambda dice, shape: drop_none({"padding": pairs(dice, rank, 2), "data_format": order(dice) if rank > 1 else None})


def cropping(rank):
    return lambda dice, shape: drop_none({"cropping": pairs(dice, rank, 1), "data_format": order(dice) if rank > 1 else None})


def picture(dice, shape):
    return drop_none({"data_format": order(dice)})


# --- the table: class → (kinds of input it takes, maker) ---------------------------------------------------------

ANY = ("vector", "sequence", "image", "volume")
LAST = ("vector", "sequence", "image")
MAKERS = {
    "Dense": (LAST, dense),
    "EinsumDense": (LAST, einsum_dense),
    "Embedding": (("tokens", "grid"), lambda dice, shape: {
        "input_dim": dice.choice([5, 20]), "output_dim": dice.choice(SMALL), "mask_zero": chance(dice, 0.3),
        **drop_none({"lora_rank": some(dice, [1, 2], 0.1)})}),
    "ReversibleEmbedding": (("tokens",), lambda dice, shape: {
        "input_dim": 20, "output_dim": dice.choice(SMALL), "tie_weights": chance(dice, 0.5), "mask_zero": chance(dice, 0.3)}),
    "Activation": (ANY, lambda dice, shape: {"activation": dice.choice([a for a in ACTIVATIONS if a] + ["gelu", "silu", "mish", "hard_sigmoid"])}),
    "ReLU": (ANY, lambda dice, shape: drop_none({"max_value": some(dice, [6.0], 0.5), "threshold": some(dice, [0.1], 0.3)})),
    "LeakyReLU": (ANY, nothing),
    "ELU": (ANY, lambda dice, shape: {"alpha": 0.5}),
    "ThresholdedReLU": (ANY, lambda dice, shape: {"theta": 0.5}),
    "Softmax": (ANY, lambda dice, shape: {"axis": an_axis(dice, shape)}),
    "PReLU": (ANY, prelu),
    "Identity": (ANY, nothing),
    "Masking": (("sequence",), nothing),
    "BatchNormalization": (ANY, batch_norm),
    "SyncBatchNormalization": (ANY, nothing),
    "LayerNormalization": (ANY, layer_norm),
    "GroupNormalization": (ANY, group_norm),
    "RMSNormalization": (ANY, lambda dice, shape: {"axis": an_axis(dice, shape)}),
    "UnitNormalization": (ANY, lambda dice, shape: {"axis": an_axis(dice, shape)}),
    "Dropout": (ANY, dropout),
    "AlphaDropout": (ANY, rate),
    "GaussianDropout": (ANY, rate),
    "GaussianNoise": (ANY, lambda dice, shape: {"stddev": 0.3}),
    "ActivityRegularization": (ANY, lambda dice, shape: {"l2": 0.1}),
    "SpatialDropout1D": (("sequence",), rate),
    "SpatialDropout2D": (("image",), lambda dice, shape: dict(rate(dice, shape), **picture(dice, shape))),
    "SpatialDropout3D": (("volume",), lambda dice, shape: dict(rate(dice, shape), **picture(dice, shape))),
    "Flatten": (ANY, picture),
    "Reshape": (ANY, reshape),
    "Permute": (("sequence", "image", "volume"), permute),
    "RepeatVector": (("vector",), lambda dice, shape: {"n": dice.choice(SMALL)}),
    "UpSampling1D": (("sequence",), lambda dice, shape: {"size": dice.choice([1, 2, 3])}),
    "UpSampling2D": (("image",), upsampling),
    "UpSampling3D": (("volume",), lambda dice, shape: drop_none({"size": sizes(dice, 3, 2), "data_format": order(dice)})),
    "LSTM": (("sequence",), lstm),
    "GRU": (("sequence",), gru),
    "SimpleRNN": (("sequence",), recurrent),
    "ConvLSTM1D": (("image",), conv_lstm(1)),
    "ConvLSTM2D": (("video",), conv_lstm(2)),
    "ConvLSTM3D": (("clip",), conv_lstm(3)),
    "Normalization": (LAST, normalization),
    "Rescaling": (ANY, lambda dice, shape: {"scale": 0.1, "offset": dice.choice([0.0, 1.0])}),
    "Resizing": (("image",), sized),
    "CenterCrop": (("image",), sized),
    "RandomCrop": (("image",), sized),
    "CategoryEncoding": (("tokens",), category),
    "Discretization": (("vector",), discretization),
    "Hashing": (("tokens",), hashing),
    "IntegerLookup": (("tokens",), integer_lookup),
    "StringLookup": (("words",), string_lookup),
    "TextVectorization": (("words",), text_vectorization),
    "STFTSpectrogram": (("sequence",), stft),
    "MelSpectrogram": (("vector", "sequence"), lambda dice, shape: {"fft_length": 8, "sequence_stride": 2, "num_mel_bins": 3}),
    "RandomFlip": (("image",), nothing),
    "RandomHeight": (("image",), lambda dice, shape: {"factor": 0.2}),
    "RandomWidth": (("image",), lambda dice, shape: {"factor": 0.2}),
    "RandomTranslation": (("image",), lambda dice, shape: {"height_factor": 0.2, "width_factor": 0.2}),
    "RandomZoom": (("image",), lambda dice, shape: {"height_factor": 0.2}),
    "RandomBrightness": (("image",), lambda dice, shape: {"factor": 0.2}),
    "RandomContrast": (("image",), lambda dice, shape: {"factor": 0.2}),
    "RandomRotation": (("image",), lambda dice, shape: {"factor": 0.2}),
    "RandomPosterization": (("image",), lambda dice, shape: {"factor": 4}),
    "MaxNumBoundingBoxes": (("image",), lambda dice, shape: {"max_number": 4}),
    # of Keras 1 only
    "TimeDistributedDense": (("sequence",), lambda dice, shape: {"output_dim": dice.choice(SMALL)}),
    "Highway": (("vector",), nothing),
    "MaxoutDense": (("vector",), lambda dice, shape: {"output_dim": dice.choice(SMALL), "nb_feature": dice.choice([2, 4])}),
    "LocallyConnected1D": (("sequence",), lambda dice, shape: {"filters": dice.choice(SMALL), "kernel_size": dice.choice([1, 2, 3])}),
    "LocallyConnected2D": (("image",), lambda dice, shape: {"filters": dice.choice(SMALL), "kernel_size": dice.choice([1, 2, 3])}),
}
for _rank, _kind in ((1, "sequence"), (2, "image"), (3, "volume")):
    MAKERS["Conv%dD" % _rank] = ((_kind,), convolution(_rank))
    MAKERS["Conv%dDTranspose" % _rank] = ((_kind,), convolution(_rank, transposed=True))
    MAKERS["DepthwiseConv%dD" % _rank] = ((_kind,), convolution(_rank, depthwise=True))
    MAKERS["SeparableConv%dD" % _rank] = ((_kind,), convolution(_rank, separable=True))
    MAKERS["ZeroPadding%dD" % _rank] = ((_kind,), padding(_rank))
    MAKERS["Cropping%dD" % _rank] = ((_kind,), cropping(_rank))
    for _how in ("Max", "Average"):
        MAKERS["%sPooling%dD" % (_how, _rank)] = ((_kind,), pooling(_rank))
        MAKERS["Global%sPooling%dD" % (_how, _rank)] = ((_kind,), global_pooling)
        MAKERS["Adaptive%sPooling%dD" % (_how, _rank)] = ((_kind,), adaptive_pooling(_rank))
for _name in ("RandomHue", "RandomSaturation", "RandomSharpness", "RandomColorDegeneration"):
    MAKERS[_name] = (("image",), factor)
for _name in ("RandomGrayscale", "RandomInvert", "RandomPerspective", "RandomErasing", "RandomGaussianBlur", "RandomElasticTransform",
              "RandomColorJitter", "RandomShear", "AugMix", "AutoContrast", "CutMix", "MixUp", "RandAugment", "Solarization",
              "ContrastLimitedAdaptiveHistogramEqualization"):  # fmt: skip
    MAKERS[_name] = (("image",), picture)

# Layers of several tensors: class → (kinds, how many, maker). All tensors have the same shape; attention takes them
# as its own arguments.
MERGES = {
    "Add": (ANY, (2, 3), nothing),
    "Subtract": (ANY, (2, 2), nothing),
    "Multiply": (ANY, (2, 3), nothing),
    "Average": (ANY, (2, 3), nothing),
    "Maximum": (ANY, (2, 3), nothing),
    "Minimum": (ANY, (2, 3), nothing),
    "Concatenate": (ANY, (2, 3), lambda dice, shape: {"axis": dice.choice([-1, dice.randint(1, len(shape))])}),
    "Dot": (("vector", "sequence"), (2, 2), lambda dice, shape: {"axes": dice.choice([1, len(shape)]), "normalize": chance(dice, 0.3)}),
    "MultiHeadAttention": (("sequence",), (2, 3), multi_head),
    "GroupQueryAttention": (("sequence",), (2, 3), grouped),
    "Attention": (("sequence",), (2, 3), attention),
    "AdditiveAttention": (("sequence",), (2, 3), lambda dice, shape: {"use_scale": chance(dice, 0.5)}),
    "HashedCrossing": (("single",), (2, 2), lambda dice, shape: {"num_bins": 5, "output_mode": dice.choice(["int", "one_hot"])}),
}
SPREAD = ("MultiHeadAttention", "GroupQueryAttention")  # their tensors are arguments of their own

# Layers around a layer: what may stand inside, and the kinds of input of the whole.
SPECTRAL = {"Dense": ("vector", "sequence"), "Conv1D": ("sequence",), "Conv2D": ("image",), "Conv3D": ("volume",),
            "Conv2DTranspose": ("image",), "Embedding": ("tokens",)}
TIMED = ("Dense", "Conv1D", "Conv2D", "Flatten", "BatchNormalization", "LayerNormalization", "Dropout", "LSTM", "GRU", "MaxPooling2D",
         "GlobalAveragePooling2D", "Reshape", "Embedding", "Activation", "PReLU", "SeparableConv2D", "Normalization")
DEEPER = {"vector": "sequence", "sequence": "image", "image": "video", "tokens": "grid", "volume": "clip"}


def product_of(shape):
    total = 1
    for size in shape:
        if size is None:
            return -1
        total *= size
    return total
