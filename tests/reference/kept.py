"""Bytes kept for the backward pass: whole models and single layers, measured on traced graphs.

kept_models.json: keras.applications and the samples. Each is traced for batch 2 and 4: the
difference is what a sample keeps, the rest does not depend on the batch. Once without the loss
(the gradient of the output is given), once with the loss that the model is compiled with.
kept_layers.json: one layer behind a Dense layer `before`, which makes it need the gradient of
its input; so the layer's input is kept where the layer itself needs it.
"""

import json

from common import HERE, Table, fresh, keras, main, plain
from kept_graph import trace
from samples import SAMPLES, sample
from keras import layers as L

APPLICATIONS = """ResNet50 VGG16 MobileNetV2 ResNet50V2 Xception InceptionV3 DenseNet121 NASNetMobile
EfficientNetB0 MobileNet""".split()
POLICIES = ("float32", "mixed_float16")
SMALL, LARGE = 2, 4


def slopes(small, large):
    """(key, per-sample bytes, constant bytes) of every kept tensor, from traces of two batches."""
    twin = {entry.key: entry for entry in small}
    if twin.keys() != {entry.key for entry in large}:
        raise ValueError("the two traces keep different tensors")
    for entry in large:
        per_sample = (entry.bytes - twin[entry.key].bytes) // (LARGE - SMALL)
        yield entry, per_sample, entry.bytes - LARGE * per_sample


def summary(model, with_loss):
    """Totals and who keeps what; `layers` and `ops` are bytes per sample."""
    total = {"sample_bytes": 0, "input_bytes": 0, "constant_bytes": 0, "weight_copy_bytes": 0}
    by_layer, by_op, constants = {}, {}, {}
    for entry, per_sample, constant in slopes(trace(model, SMALL, with_loss), trace(model, LARGE, with_loss)):
        total["sample_bytes"] += per_sample
        if entry.kind == "input":
            total["input_bytes"] += per_sample
        total["weight_copy_bytes" if entry.kind == "weight_copy" else "constant_bytes"] += constant
        if per_sample:
            by_layer[entry.owner] = by_layer.get(entry.owner, 0) + per_sample
            by_op[entry.op] = by_op.get(entry.op, 0) + per_sample
        if constant and entry.kind != "weight_copy":
            constants[entry.op] = constants.get(entry.op, 0) + constant
    return {**total, "ops": by_op, "constants": constants, "layers": by_layer}


def measured(name, policy, model):
    without = summary(model, False)
    loss = summary(model, True)
    extra = {key: loss[key] for key in ("sample_bytes", "constant_bytes", "weight_copy_bytes")}
    return {"name": f"{name} {policy}", "model": name, "policy": policy, **without, "with_loss": extra}


def models():
    rows = []
    for policy in POLICIES:
        for name in APPLICATIONS:
            fresh(policy)
            model = getattr(keras.applications, name)(weights=None)
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            rows.append(measured(name, policy, model))
    for name, (_, policy) in SAMPLES.items():
        if name not in ("resnet50", "mobilenetv2"):
            rows.append(measured(name, policy, sample(name)))
    about = (
        "kept for backward, TensorFlow graph without XLA: sample_bytes per sample (input_bytes of it are the model's "
        "own inputs), constant_bytes and weight_copy_bytes whatever the batch; ops, layers: bytes per sample by the "
        "operation and the layer that made the tensor ('' is the model itself); with_loss: the same with the compiled loss"
    )
    yield Table(HERE / "kept_models.json", about, rows)


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


def behind_dense(shape, inputs, make):
    """Input → Dense `before` → the layer, for each input; with no such input: integers → the layer."""
    sources = [keras.Input(shape, dtype="int32" if inputs == 0 else None) for _ in range(max(inputs, 1))]
    tensors = sources if inputs == 0 else [
        L.Dense(shape[-1], use_bias=False, name=f"before_{i}")(x) for i, x in enumerate(sources)
    ]  # fmt: skip
    return keras.Model(sources, make()(tensors if len(tensors) > 1 else tensors[0]))


def layers():
    rows = []
    for policy in POLICIES:
        for name, (shape, inputs, make) in LAYERS.items():
            if policy != "float32" and name in FLOAT32_ONLY:
                continue
            fresh(policy)
            model = behind_dense(shape, inputs, make)
            row = {"name": f"{name}, {policy}", "policy": policy, **summary(model, False)}
            rows.append({**row, "model": plain(json.loads(model.to_json()))})
    about = "kept for backward by one layer behind Dense layers `before_N`; the figures as in kept_models.json"
    yield Table(HERE / "kept_layers.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], layers, models)
