"""The cases of layers.py: which layer, with which options, on which inputs.

case(CLASS, INPUTS, **options): INPUTS is the shape of one sample, or a list of them for several
inputs; options starting with `_` are not the layer's: `_dtype` of the inputs, `_policy`,
`_args` (the inputs are positional arguments instead of a list), `_call` (further keyword
arguments of the call). An option that must be made anew for each build is a function.
"""

import itertools

from common import placeless
from keras import layers as L

CASES = []
N = None  # a dimension that the file leaves open


def case(kind, inputs, **options):
    CASES.append((kind, inputs if isinstance(inputs, list) else [inputs], options))


def combine(**options):
    """Every combination of the values listed for each option."""
    for values in itertools.product(*options.values()):
        yield dict(zip(options, values))


def core():
    for kwargs in combine(units=[1, 64], use_bias=[True, False]):
        case("Dense", (128,), **kwargs)
    for shape in [(7, 128), (5, 6, 32), (N, 16), (N, N, 16)]:
        case("Dense", shape, units=10, activation="softmax")
    case("Dense", (32,), units=16, lora_rank=4)
    case("Dense", (32,), units=16, trainable=False)
    case("EinsumDense", (32, 128), equation="abc,cd->abd", output_shape=(N, 64), bias_axes="d")
    case("EinsumDense", (32,), equation="ab,bc->ac", output_shape=64, bias_axes="c")
    case("EinsumDense", (32, 128), equation="...x,xy->...y", output_shape=64, bias_axes="y")
    case("EinsumDense", (10, 64), equation="abc,cde->abde", output_shape=(N, 8, 16), bias_axes="de")
    case("EinsumDense", (10, 8, 16), equation="abcd,cde->abe", output_shape=(N, 64))
    case("EinsumDense", (32, 128), equation="abc,cd->abd", output_shape=(N, 64), lora_rank=2)
    for shape, mask in [((20,), False), ((20,), True), ((4, 5), False), ((N,), False)]:
        case("Embedding", shape, input_dim=100, output_dim=16, mask_zero=mask, _dtype="int32")
    case("Embedding", (20,), input_dim=100, output_dim=16, lora_rank=4, _dtype="int32")
    for tied in (True, False):
        case("ReversibleEmbedding", (20,), input_dim=100, output_dim=16, tie_weights=tied, _dtype="int32")
    for kind in ("Identity", "Masking"):
        case(kind, (5, 6))
    case("Lambda", (3, 4), function=lambda: placeless(lambda x: x * 2), output_shape=(3, 4))
    case("Lambda", (3, 4), function=lambda: placeless(lambda x: x[:, 0]), output_shape=(4,))
    for name in """relu relu6 leaky_relu elu selu celu gelu silu sigmoid tanh softplus softsign exponential hard_sigmoid
                hard_silu hard_tanh mish log_softmax softmax linear glu sparse_plus sparsemax""".split():
        case("Activation", (6, 8), activation=name)
    case("ReLU", (4,), max_value=6.0, negative_slope=0.1, threshold=0.2)
    case("ReLU", (4,))
    case("LeakyReLU", (4,), negative_slope=0.3)
    case("ELU", (4,), alpha=0.5)
    for axis in (-1, 1, [1, 2]):
        case("Softmax", (4, 5), axis=axis)
    for shape, shared in [((4, 5), None), ((4, 5), [1]), ((8, 8, 3), [1, 2])]:
        case("PReLU", shape, shared_axes=shared)


def convolutions():
    spaces = {1: (20,), 2: (21, 28), 3: (8, 9, 10)}
    steps = [dict(strides=1, dilation_rate=1), dict(strides=2, dilation_rate=1), dict(strides=3, dilation_rate=1),
             dict(strides=1, dilation_rate=2)]  # fmt: skip
    for rank, space in spaces.items():
        for step, padding, size in itertools.product(steps, ("valid", "same"), (3, 4)):
            case(f"Conv{rank}D", (*space, 4), filters=8, kernel_size=size, padding=padding, **step)
        case(f"Conv{rank}D", (*space, 6), filters=9, kernel_size=3, groups=3, use_bias=False)
        case(f"Conv{rank}D", (*(N for _ in space), 4), filters=8, kernel_size=3, activation="relu")
        case(f"Conv{rank}D", (*space, 4), filters=8, kernel_size=3, lora_rank=2)
        for padding in ("valid", "same"):
            first = dict(data_format="channels_first", padding=padding, strides=2)
            case(f"Conv{rank}D", (4, *space), filters=8, kernel_size=3, **first)
            for stride, size, extra in [(1, 3, None), (2, 3, None), (2, 4, None), (3, 2, None), (3, 4, 2), (2, 3, 1)]:
                options = dict(filters=5, kernel_size=size, strides=stride, padding=padding, output_padding=extra)
                case(f"Conv{rank}DTranspose", (*space, 4), **options)
            case(f"Conv{rank}DTranspose", (4, *space), filters=5, kernel_size=3, **first)
            case(f"Conv{rank}DTranspose", (*space, 4), filters=5, kernel_size=3, dilation_rate=2, padding=padding)
    for step, padding in itertools.product(steps[:1], ("causal",)):
        case("Conv1D", (20, 4), filters=8, kernel_size=4, padding=padding, **step)
    case("Conv1D", (20, 4), filters=8, kernel_size=4, padding="causal", dilation_rate=2)
    case("Conv1D", (20, 4), filters=8, kernel_size=4, padding="causal", strides=3)
    case("Conv2D", (28, 31, 3), filters=16, kernel_size=(5, 3), strides=(2, 3), padding="same")
    case("Conv2D", (28, 31, 3), filters=16, kernel_size=(5, 3), dilation_rate=(2, 3))
    for rank in (1, 2):
        space = spaces[rank]
        for step, padding, multiplier in itertools.product(steps, ("valid", "same"), (1, 3)):
            options = dict(kernel_size=3, padding=padding, depth_multiplier=multiplier, **step)
            case(f"DepthwiseConv{rank}D", (*space, 4), **options)
            case(f"SeparableConv{rank}D", (*space, 4), filters=6, **options)
        first = dict(kernel_size=3, data_format="channels_first", use_bias=False)
        case(f"DepthwiseConv{rank}D", (4, *space), **first)
        case(f"SeparableConv{rank}D", (4, *space), filters=6, **first)


def pooling():
    spaces = {1: (20,), 2: (21, 28), 3: (8, 9, 10)}
    for kind, (rank, space) in itertools.product(("Max", "Average"), spaces.items()):
        for size, strides, padding in [(2, None, "valid"), (3, 2, "valid"), (3, 2, "same"), (2, 3, "same"), (3, 1, "same")]:
            case(f"{kind}Pooling{rank}D", (*space, 4), pool_size=size, strides=strides, padding=padding)
        case(f"{kind}Pooling{rank}D", (4, *space), pool_size=2, data_format="channels_first")
        case(f"{kind}Pooling{rank}D", (*(N for _ in space), 4), pool_size=2)
        for keep, order in itertools.product((False, True), ("channels_last", "channels_first")):
            case(f"Global{kind}Pooling{rank}D", (*space, 4), keepdims=keep, data_format=order)
        case(f"Adaptive{kind}Pooling{rank}D", (*space, 4), output_size=3)
        case(f"Adaptive{kind}Pooling{rank}D", (4, *space), output_size=2, data_format="channels_first")


def recurrent():
    shape = (10, 16)
    for kind in ("LSTM", "GRU", "SimpleRNN"):
        for options in combine(return_sequences=[False, True], return_state=[False, True]):
            case(kind, shape, units=12, **options)
        for options in [dict(use_bias=False), dict(dropout=0.1, recurrent_dropout=0.2), dict(unroll=True),
                        dict(go_backwards=True, activation="relu"), dict(trainable=False)]:  # fmt: skip
            case(kind, shape, units=12, **options)
        case(kind, (N, 16), units=12, return_sequences=True)
        cell = {"LSTM": L.LSTMCell, "GRU": L.GRUCell, "SimpleRNN": L.SimpleRNNCell}[kind]
        for sequences in (False, True):
            case("RNN", shape, cell=lambda c=cell: c(8), return_sequences=sequences)
            stacked = lambda c=cell: L.StackedRNNCells([c(8), c(6)])  # noqa: E731
            case("RNN", shape, cell=stacked, return_sequences=sequences, return_state=sequences)
        layer = getattr(L, kind)
        for merge, sequences in itertools.product(("concat", "sum", "mul", "ave", None), (False, True)):
            wrapped = lambda f=layer, s=sequences: f(12, return_sequences=s)  # noqa: E731
            case("Bidirectional", shape, layer=wrapped, merge_mode=merge)
    case("GRU", shape, units=12, reset_after=False)
    case("LSTM", shape, units=12, unit_forget_bias=False)
    case("Bidirectional", shape, layer=lambda: L.LSTM(12, return_state=True))
    case("Bidirectional", shape, layer=lambda: L.LSTM(12), backward_layer=lambda: L.GRU(7, go_backwards=True))
    for rank, space in {1: (20,), 2: (20, 21), 3: (8, 9, 10)}.items():
        base = dict(filters=4, kernel_size=3)
        for options in [{}, dict(return_sequences=True, padding="same"), dict(return_state=True, use_bias=False),
                        dict(strides=2, padding="same"), dict(recurrent_dropout=0.2, dropout=0.1)]:  # fmt: skip
            case(f"ConvLSTM{rank}D", (5, *space, 3), **base, **options)
        case(f"ConvLSTM{rank}D", (5, 3, *space), **base, data_format="channels_first")
    for shape, inner in [((10, 16), lambda: L.Dense(8)), ((5, 16, 16, 3), lambda: L.Conv2D(4, 3)),
                         ((5, 4, 4, 2), lambda: L.Flatten()), ((5, 4, 4, 2), lambda: L.BatchNormalization()),
                         ((5, 10, 16), lambda: L.LSTM(8)), ((N, 16), lambda: L.Dense(8))]:  # fmt: skip
        case("TimeDistributed", shape, layer=inner)


def normalization():
    for options in combine(center=[True, False], scale=[True, False]):
        case("BatchNormalization", (8, 9, 4), **options)
        case("LayerNormalization", (10, 16), **options)
        case("GroupNormalization", (8, 9, 12), groups=4, **options)
    for options in [dict(axis=1), dict(trainable=False), dict(renorm=True)]:
        case("BatchNormalization", (8, 9, 4), **options)
    case("BatchNormalization", (16,))
    case("LayerNormalization", (8, 9, 4), axis=[1, 2, 3])
    case("LayerNormalization", (8, 9, 4), axis=2)
    for groups in (1, -1, 12):
        case("GroupNormalization", (8, 9, 12), groups=groups)
    case("RMSNormalization", (10, 16))
    case("RMSNormalization", (10, 16), axis=1)
    case("UnitNormalization", (10, 16))
    case("SpectralNormalization", (9, 9, 2), layer=lambda: L.Conv2D(8, 3))
    case("SpectralNormalization", (9, 9, 2), layer=lambda: L.Conv2DTranspose(8, 3))
    case("SpectralNormalization", (16,), layer=lambda: L.Dense(8))
    case("SpectralNormalization", (6,), layer=lambda: L.Embedding(20, 8), _dtype="int32")


def regularization():
    case("ActivityRegularization", (4,), l1=0.1)
    for kind in ("Dropout", "AlphaDropout", "GaussianDropout"):
        case(kind, (4, 5), rate=0.5)
    case("Dropout", (4, 5), rate=0.5, noise_shape=(None, 1, 5))
    case("GaussianNoise", (4, 5), stddev=0.5)
    case("SpatialDropout1D", (4, 5), rate=0.5)
    case("SpatialDropout2D", (4, 5, 6), rate=0.5)
    case("SpatialDropout3D", (4, 5, 6, 7), rate=0.5)


def reshaping():
    for shape, order in [((4, 5, 6), None), ((4, 5, 6), "channels_first"), ((), None), ((N, 5), None), ((7,), None)]:
        case("Flatten", shape, data_format=order)
    for shape, target in [((20,), (5, 4)), ((5, 8), (-1, 4)), ((N, 8), (2, -1)), ((4, 6), (24,)), ((24,), (2, 3, 4))]:
        case("Reshape", shape, target_shape=target)
    case("Permute", (4, 5), dims=(2, 1))
    case("Permute", (4, 5, 6), dims=(3, 1, 2))
    case("RepeatVector", (5,), n=7)
    case("UpSampling1D", (4, 5), size=3)
    for order, mode in itertools.product(("channels_last", "channels_first"), ("nearest", "bilinear", "bicubic")):
        case("UpSampling2D", (4, 5, 6), size=(2, 3), data_format=order, interpolation=mode)
    for order in ("channels_last", "channels_first"):
        case("UpSampling3D", (4, 5, 6, 7), size=(2, 3, 1), data_format=order)
        case("ZeroPadding2D", (4, 5, 6), padding=((1, 2), (3, 4)), data_format=order)
        case("ZeroPadding3D", (4, 5, 6, 7), padding=((1, 2), (3, 4), (0, 1)), data_format=order)
        case("Cropping2D", (6, 7, 9), cropping=((1, 2), (0, 3)), data_format=order)
        case("Cropping3D", (6, 7, 8, 9), cropping=((1, 0), (0, 1), (2, 2)), data_format=order)
    for padding in (2, (1, 3)):
        case("ZeroPadding1D", (4, 5), padding=padding)
        case("ZeroPadding2D", (4, 5, 6), padding=padding)
        case("Cropping1D", (6, 5), cropping=padding)
    case("ZeroPadding3D", (4, 5, 6, 7), padding=1)
    case("Cropping2D", (6, 7, 5), cropping=1)
    case("Cropping3D", (6, 7, 5, 4), cropping=1)
    case("ZeroPadding2D", (N, N, 3), padding=1)


def merging():
    for kind in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        case(kind, [(4, 5), (4, 5)])
        case(kind, [(4, 5), (1, 5)])
        case(kind, [(4, 5), (4, 5), (4, 5)])
        case(kind, [(N, 5), (4, 5)])
    case("Maximum", [(4, 1, 5), (5,)])
    case("Subtract", [(4, 5), (4, 5)])
    for axis, second in [(-1, (4, 6)), (1, (7, 5))]:
        case("Concatenate", [(4, 5), second], axis=axis)
    case("Concatenate", [(N, 5), (N, 6), (N, 7)])
    for first, second, axes in [((5,), (5,), 1), ((4, 5), (5, 6), (2, 1)), ((4, 5), (6, 5), 2), ((4, 5), (4, 6), 1)]:
        case("Dot", [first, second], axes=axes, normalize=axes == 2)


def attention():
    sizes = dict(num_heads=4, key_dim=16)
    two, three = [(10, 64), (12, 32)], [(10, 64), (12, 32), (12, 24)]
    for options in [{}, dict(value_dim=8), dict(use_bias=False), dict(output_shape=20), dict(dropout=0.1),
                    dict(use_gate=True), dict(trainable=False), dict(attention_axes=1)]:  # fmt: skip
        case("MultiHeadAttention", [(10, 64), (10, 64)], **sizes, **options, _args=True)
    case("MultiHeadAttention", two, **sizes, _args=True)
    case("MultiHeadAttention", three, **sizes, value_dim=6, _args=True)
    case("MultiHeadAttention", [(10, 64), (10, 64)], **sizes, _args=True, _call={"use_causal_mask": True})
    case("MultiHeadAttention", [(10, 64), (10, 64)], **sizes, _args=True, _call={"return_attention_scores": True})
    case("MultiHeadAttention", [(6, 10, 64), (6, 10, 64)], **sizes, attention_axes=2, _args=True)
    case("MultiHeadAttention", [(6, 10, 64), (6, 10, 64)], **sizes, attention_axes=(1, 2), _args=True)
    case("MultiHeadAttention", [(N, 64), (N, 64)], **sizes, _args=True)
    for options in [{}, dict(use_bias=False), dict(dropout=0.1), dict(use_gate=True)]:
        groups = dict(head_dim=16, num_query_heads=8, num_key_value_heads=2)
        case("GroupQueryAttention", [(10, 64), (12, 64)], **groups, **options, _args=True)
    pair = [(10, 16), (12, 16)]
    for options in [{}, dict(use_scale=True), dict(score_mode="concat"), dict(score_mode="concat", use_scale=True)]:
        case("Attention", pair, **options)
    case("Attention", [(10, 16), (12, 8), (12, 16)])
    for scale in (True, False):
        case("AdditiveAttention", pair, use_scale=scale)


def preprocessing():
    image = (32, 32, 3)
    case("Rescaling", image, scale=1 / 255)
    case("Normalization", image)
    case("Normalization", (4, 5), axis=(1, 2))
    case("Normalization", (4, 5), axis=None)
    case("Normalization", (8, 3), mean=0.5, variance=2.0)
    for order in ("channels_last", "channels_first"):
        case("Resizing", (8, 8, 3), height=16, width=20, data_format=order)
        case("CenterCrop", (8, 9, 3), height=4, width=2, data_format=order)
        case("RandomCrop", (8, 9, 3), height=4, width=2, data_format=order)
    for mode, shape in itertools.product(("one_hot", "multi_hot", "count"), [(3,), (1,)]):
        case("CategoryEncoding", shape, num_tokens=10, output_mode=mode, _dtype="int32")
    for mode, shape in itertools.product(("int", "one_hot", "multi_hot", "count"), [(3,), (1,)]):
        if mode == "int" or shape == (1,) or mode != "one_hot":
            case("Discretization", shape, bin_boundaries=[0.0, 1.0, 2.0], output_mode=mode)
            case("Hashing", shape, num_bins=5, output_mode=mode, _dtype="int32")
            vocabulary = dict(vocabulary=[10, 20, 30], output_mode=mode)
            case("IntegerLookup", shape, **vocabulary, _dtype="int32")
    case("HashedCrossing", [(1,), (1,)], num_bins=5, _dtype="int32")
    case("HashedCrossing", [(1,), (1,)], num_bins=5, output_mode="one_hot", _dtype="int32")
    case("StringLookup", (3,), vocabulary=["a", "b"], _dtype="string")
    case("StringLookup", (1,), vocabulary=["a", "b"], output_mode="one_hot", _dtype="string")
    case("TextVectorization", (1,), vocabulary=["a", "b"], output_sequence_length=6, _dtype="string")
    case("TextVectorization", (1,), vocabulary=["a", "b"], output_mode="tf_idf", idf_weights=[1.0, 2.0], _dtype="string")
    case("MelSpectrogram", (16000,))
    case("STFTSpectrogram", (16000, 1))
    case("STFTSpectrogram", (16000, 2), mode="magnitude", frame_length=200, frame_step=100, padding="same")
    for kind, options in {
        "RandomBrightness": dict(factor=0.2), "RandomContrast": dict(factor=0.2), "RandomHue": dict(factor=0.2),
        "RandomPosterization": dict(factor=4), "RandomRotation": dict(factor=0.2), "RandomFlip": {},
        "RandomSaturation": dict(factor=0.2), "RandomSharpness": dict(factor=0.2), "RandomShear": {},
        "RandomTranslation": dict(height_factor=0.2, width_factor=0.2), "RandomZoom": dict(height_factor=0.2),
        "RandomGrayscale": {}, "RandomInvert": {}, "RandomPerspective": {}, "RandomErasing": {},
        "RandomGaussianBlur": {}, "RandomElasticTransform": {}, "RandomColorJitter": {},
        "RandomColorDegeneration": dict(factor=0.2), "AugMix": {}, "AutoContrast": {}, "CutMix": {}, "MixUp": {},
        "RandAugment": {}, "Solarization": {},
    }.items():  # fmt: skip
        case(kind, image, **options)
    # Equalization is missing: as a layer of a model Keras makes a cycle of it.
    case("MaxNumBoundingBoxes", image, max_number=4)
    case("ContrastLimitedAdaptiveHistogramEqualization", image)


def policies():
    for policy in ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"):
        for kind, inputs, options in [
            ("Dense", (16,), dict(units=8)),
            ("Conv2D", (8, 8, 3), dict(filters=4, kernel_size=3)),
            ("DepthwiseConv2D", (8, 8, 3), dict(kernel_size=3)),
            ("BatchNormalization", (8, 8, 3), {}),
            ("LayerNormalization", (8, 16), {}),
            ("Embedding", (8,), dict(input_dim=20, output_dim=4, _dtype="int32")),
            ("LSTM", (5, 6), dict(units=4, recurrent_initializer="zeros")),  # the default one lacks bfloat16
            ("GRU", (5, 6), dict(units=4, recurrent_initializer="zeros")),
            ("MultiHeadAttention", [(5, 16), (5, 16)], dict(num_heads=2, key_dim=8, _args=True)),
            ("Bidirectional", (5, 6), dict(layer=lambda: L.LSTM(4, recurrent_initializer="zeros"))),
            ("Softmax", (8,), {}),
            ("Add", [(8,), (8,)], {}),
            ("MaxPooling2D", (8, 8, 3), {}),
            ("Flatten", (8, 3), {}),
            ("PReLU", (8,), {}),
            ("Normalization", (8,), {}),
        ]:  # fmt: skip
            case(kind, inputs, **options, _policy=policy)


for family in (core, convolutions, pooling, recurrent, normalization, regularization, reshaping, merging, attention,
               preprocessing, policies):  # fmt: skip
    family()
