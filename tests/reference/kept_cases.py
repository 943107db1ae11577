"""The single-layer cases of the kept_* scripts: a layer behind a Dense layer `before`, which makes it
need the gradient of its input; so the layer's input is kept where the layer itself needs it.
"""

from common import keras
from keras import layers as L


def mha(**call):
    def apply(x):
        options = {key: value for key, value in call.items() if key != "use_causal_mask"}
        layer = L.MultiHeadAttention(4, 16, **options)
        return layer(x, x, use_causal_mask=call.get("use_causal_mask", False))

    return apply


ACTIVATIONS = """relu relu6 leaky_relu elu selu celu gelu silu sigmoid tanh softplus softsign exponential
hard_sigmoid hard_silu mish log_softmax softmax linear sparse_plus hard_tanh tanh_shrink soft_shrink hard_shrink
squareplus log_sigmoid sparse_sigmoid sparsemax""".split()
IMAGE, SEQUENCE = (16, 16, 8), (12, 16)

# name → (input shape of one sample, inputs, how the layer is called on them)
LAYERS = {
    "Dense": ((32,), 1, lambda: L.Dense(24)),
    "Dense rank 3": (SEQUENCE, 1, lambda: L.Dense(24)),
    "Dense relu": ((32,), 1, lambda: L.Dense(24, activation="relu")),
    "Dense gelu": ((32,), 1, lambda: L.Dense(24, activation="gelu")),
    "Dense softmax": ((32,), 1, lambda: L.Dense(24, activation="softmax")),
    "Dense frozen": ((32,), 1, lambda: L.Dense(24, trainable=False)),
    "EinsumDense": (SEQUENCE, 1, lambda: L.EinsumDense("abc,cde->abde", (None, 4, 8), bias_axes="de")),
    "Conv1D": (SEQUENCE, 1, lambda: L.Conv1D(24, 3, padding="same")),
    "Conv2D": (IMAGE, 1, lambda: L.Conv2D(12, 3, padding="same")),
    "Conv2D relu": (IMAGE, 1, lambda: L.Conv2D(12, 3, strides=2, activation="relu")),
    "Conv2D dilated": (IMAGE, 1, lambda: L.Conv2D(12, 3, dilation_rate=2)),
    "Conv2D groups": (IMAGE, 1, lambda: L.Conv2D(12, 3, groups=4)),
    "Conv2DTranspose": (IMAGE, 1, lambda: L.Conv2DTranspose(12, 3, strides=2, padding="same")),
    "Conv3D": ((6, 6, 6, 4), 1, lambda: L.Conv3D(6, 3)),
    "DepthwiseConv2D": (IMAGE, 1, lambda: L.DepthwiseConv2D(3, padding="same")),
    "DepthwiseConv2D multiplier": (IMAGE, 1, lambda: L.DepthwiseConv2D(3, depth_multiplier=2, activation="relu")),
    "SeparableConv2D": (IMAGE, 1, lambda: L.SeparableConv2D(12, 3, padding="same")),
    "SeparableConv2D relu": (IMAGE, 1, lambda: L.SeparableConv2D(12, 3, strides=2, activation="relu")),
    "BatchNormalization": (IMAGE, 1, lambda: L.BatchNormalization()),
    "BatchNormalization no scale": (IMAGE, 1, lambda: L.BatchNormalization(scale=False)),
    "BatchNormalization rank 2": ((32,), 1, lambda: L.BatchNormalization()),
    "BatchNormalization frozen": (IMAGE, 1, lambda: L.BatchNormalization(trainable=False)),
    "LayerNormalization": (SEQUENCE, 1, lambda: L.LayerNormalization()),
    "LayerNormalization axes": (IMAGE, 1, lambda: L.LayerNormalization(axis=[1, 2, 3])),
    "RMSNormalization": (SEQUENCE, 1, lambda: L.RMSNormalization()),
    "GroupNormalization": (IMAGE, 1, lambda: L.GroupNormalization(4)),
    "UnitNormalization": (SEQUENCE, 1, lambda: L.UnitNormalization()),
    **{f"Activation {a}": (SEQUENCE, 1, lambda a=a: L.Activation(a)) for a in ACTIVATIONS},
    "ReLU max 6": (IMAGE, 1, lambda: L.ReLU(max_value=6.0)),
    "LeakyReLU": (SEQUENCE, 1, lambda: L.LeakyReLU()),
    "PReLU": (SEQUENCE, 1, lambda: L.PReLU()),
    "ELU": (SEQUENCE, 1, lambda: L.ELU()),
    "Softmax": (SEQUENCE, 1, lambda: L.Softmax()),
    "MaxPooling1D": (SEQUENCE, 1, lambda: L.MaxPooling1D(2)),
    "MaxPooling2D": (IMAGE, 1, lambda: L.MaxPooling2D(2)),
    "MaxPooling2D overlapping": (IMAGE, 1, lambda: L.MaxPooling2D(3, 2, padding="same")),
    "AveragePooling2D": (IMAGE, 1, lambda: L.AveragePooling2D(2)),
    "GlobalAveragePooling2D": (IMAGE, 1, lambda: L.GlobalAveragePooling2D()),
    "GlobalMaxPooling2D": (IMAGE, 1, lambda: L.GlobalMaxPooling2D()),
    "GlobalAveragePooling1D": (SEQUENCE, 1, lambda: L.GlobalAveragePooling1D()),
    "Add": (SEQUENCE, 2, lambda: L.Add()),
    "Add of 3": (SEQUENCE, 3, lambda: L.Add()),
    "Subtract": (SEQUENCE, 2, lambda: L.Subtract()),
    "Multiply": (SEQUENCE, 2, lambda: L.Multiply()),
    "Multiply of 3": (SEQUENCE, 3, lambda: L.Multiply()),
    "Average": (SEQUENCE, 2, lambda: L.Average()),
    "Maximum": (SEQUENCE, 2, lambda: L.Maximum()),
    "Minimum": (SEQUENCE, 2, lambda: L.Minimum()),
    "Concatenate": (SEQUENCE, 2, lambda: L.Concatenate()),
    "Dot": (SEQUENCE, 2, lambda: L.Dot(axes=2)),
    "Dropout": (SEQUENCE, 1, lambda: L.Dropout(0.3)),
    "SpatialDropout1D": (SEQUENCE, 1, lambda: L.SpatialDropout1D(0.3)),
    "GaussianNoise": (SEQUENCE, 1, lambda: L.GaussianNoise(0.3)),
    "GaussianDropout": (SEQUENCE, 1, lambda: L.GaussianDropout(0.3)),
    "AlphaDropout": (SEQUENCE, 1, lambda: L.AlphaDropout(0.3)),
    "Embedding": ((12,), 0, lambda: L.Embedding(50, 16)),
    "Embedding mask": ((12,), 0, lambda: L.Embedding(50, 16, mask_zero=True)),
    "LSTM": (SEQUENCE, 1, lambda: L.LSTM(24)),
    "LSTM sequences": (SEQUENCE, 1, lambda: L.LSTM(24, return_sequences=True)),
    "LSTM dropout": (SEQUENCE, 1, lambda: L.LSTM(24, dropout=0.2)),
    "LSTM recurrent dropout": (SEQUENCE, 1, lambda: L.LSTM(24, recurrent_dropout=0.2)),
    "LSTM unrolled": (SEQUENCE, 1, lambda: L.LSTM(24, unroll=True)),
    "GRU": (SEQUENCE, 1, lambda: L.GRU(24)),
    "GRU sequences": (SEQUENCE, 1, lambda: L.GRU(24, return_sequences=True)),
    "GRU reset before": (SEQUENCE, 1, lambda: L.GRU(24, reset_after=False)),
    "SimpleRNN": (SEQUENCE, 1, lambda: L.SimpleRNN(24)),
    "SimpleRNN sequences": (SEQUENCE, 1, lambda: L.SimpleRNN(24, return_sequences=True)),
    "Bidirectional LSTM": (SEQUENCE, 1, lambda: L.Bidirectional(L.LSTM(24))),
    "Bidirectional LSTM sequences": (SEQUENCE, 1, lambda: L.Bidirectional(L.LSTM(24, return_sequences=True))),
    "ConvLSTM2D": ((5, 8, 8, 4), 1, lambda: L.ConvLSTM2D(6, 3, padding="same")),
    "TimeDistributed Dense": (SEQUENCE, 1, lambda: L.TimeDistributed(L.Dense(24))),
    "TimeDistributed Conv2D": ((5, 8, 8, 4), 1, lambda: L.TimeDistributed(L.Conv2D(6, 3, activation="relu"))),
    "MultiHeadAttention": (SEQUENCE, 1, mha),
    "MultiHeadAttention dropout": (SEQUENCE, 1, lambda: mha(dropout=0.1)),
    "MultiHeadAttention causal": (SEQUENCE, 1, lambda: mha(use_causal_mask=True)),
    "MultiHeadAttention dropout causal": (SEQUENCE, 1, lambda: mha(dropout=0.1, use_causal_mask=True)),
    "GroupQueryAttention": (SEQUENCE, 2, lambda: lambda x: L.GroupQueryAttention(8, 4, 2)(*x)),
    "Attention": (SEQUENCE, 2, lambda: L.Attention()),
    "Attention scale": (SEQUENCE, 2, lambda: L.Attention(use_scale=True)),
    "AdditiveAttention": (SEQUENCE, 2, lambda: L.AdditiveAttention()),
    "Flatten": (IMAGE, 1, lambda: L.Flatten()),
    "Reshape": (SEQUENCE, 1, lambda: L.Reshape((6, 32))),
    "Permute": (SEQUENCE, 1, lambda: L.Permute((2, 1))),
    "RepeatVector": ((32,), 1, lambda: L.RepeatVector(3)),
    "ZeroPadding2D": (IMAGE, 1, lambda: L.ZeroPadding2D(2)),
    "Cropping2D": (IMAGE, 1, lambda: L.Cropping2D(2)),
    "UpSampling2D": (IMAGE, 1, lambda: L.UpSampling2D(2)),
    "UpSampling2D bilinear": (IMAGE, 1, lambda: L.UpSampling2D(2, interpolation="bilinear")),
    "Rescaling": (IMAGE, 1, lambda: L.Rescaling(1 / 255)),
}  # fmt: skip


FLOAT32_ONLY = {"Activation sparsemax"}  # Keras fails on these in half precision


def behind_dense(shape, inputs, make, branches=1):
    """Input → Dense `before` → the layer, for each input; with no such input: integers → the layer. Several branches
    stand side by side on the same inputs, each with an output."""
    sources = [keras.Input(shape, dtype="int32" if inputs == 0 else None) for _ in range(max(inputs, 1))]
    results = []
    for branch in range(branches):
        mark = f"{branch}_" if branches > 1 else ""
        tensors = sources if inputs == 0 else [
            L.Dense(shape[-1], use_bias=False, name=f"before_{mark}{i}")(x) for i, x in enumerate(sources)
        ]  # fmt: skip
        results.append(make()(tensors if len(tensors) > 1 else tensors[0]))
    return keras.Model(sources, results if branches > 1 else results[0])
