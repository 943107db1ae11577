"""What the fuzzer found, as small models: finds.json, one row for each. Run it with the Python of a Keras 3 and of a
Keras 2: each writes its own rows and keeps the other's.

A row holds the model as to_json() writes it, with the optimizer as `compile_config`, what Keras says of it (as
fuzz_keras.describe), and `state`: the elements of all variables of the optimizer; null where it is not compiled.
"""

import json
import pathlib

import fuzz_keras as K

keras, tf, L = K.keras, K.tf, K.keras.layers
FILE = pathlib.Path(__file__).resolve().parent / "finds.json"


def chain(shape, *layers, dtype=None):
    x = tensor = keras.Input(shape, dtype=dtype)
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model(x, tensor)


def quantized(mode, model=None):
    model = model or chain((8,), L.Dense(4))
    model.quantize(mode)
    return model


def untied():
    tokens, layer = keras.Input((5,), dtype="int32"), L.ReversibleEmbedding(20, 5, tie_weights=False)
    return keras.Model(tokens, layer(layer(tokens), reverse=True))


def scores():
    query, value = keras.Input((5, 4)), keras.Input((7, 4))
    return keras.Model([query, value], L.MultiHeadAttention(2, 3)(query, value, return_attention_scores=True))


MODELS_3 = {
    "a frozen RNN whose cell is not": lambda: chain((5, 3), L.RNN(L.GRUCell(4), trainable=False)),
    "a frozen Bidirectional": lambda: chain((5, 3), L.Bidirectional(L.LSTM(4), trainable=False)),
    "a frozen ConvLSTM": lambda: chain((4, 6, 3), L.ConvLSTM1D(2, 3, trainable=False)),
    "einsum with an ellipsis at the left": lambda: chain((4, 2, 3), L.EinsumDense("...x,xy->...y", 5), L.LeakyReLU()),
    "scores of a cross-attention": scores,
    "glu": lambda: chain((6, 8), L.Dense(6, activation="glu")),
    "hashing to one_hot": lambda: chain((3,), L.Hashing(5, output_mode="one_hot"), dtype="int32"),
    "mel": lambda: chain((7,), L.MelSpectrogram(fft_length=8, sequence_stride=2, num_mel_bins=3)),
    "text of open length": lambda: chain((1,), L.TextVectorization(vocabulary=["a", "b"]), dtype="string"),
    "counts of words": lambda: chain((1,), L.TextVectorization(vocabulary=["a", "b"], output_mode="count"), dtype="string"),
    "LoRA under float64": lambda: chain((8,), L.Dense(4, lora_rank=2, dtype="float64")),
    "directions of two widths": lambda: chain((5, 3), L.Bidirectional(L.LSTM(4), backward_layer=L.GRU(3, go_backwards=True))),
    "float8": lambda: quantized("float8"),
    "int8 of an untied embedding": lambda: quantized("int8", untied()),
    "int4 of an untied embedding": lambda: quantized("int4", untied()),
    "int4 under bfloat16": lambda: quantized("int4", chain((8,), L.Dense(4, dtype="bfloat16"))),
    "a spectral norm of half precision": lambda: chain((8,), L.SpectralNormalization(L.Dense(4, dtype="bfloat16"))),
}
MODELS_2 = {
    "locally connected": lambda: chain((7, 5), L.LocallyConnected1D(4, 3), L.LocallyConnected1D(2, 2, implementation=2),
                                       L.LocallyConnected1D(2, 2, implementation=3)),
    "images of random size": lambda: chain((6, 6, 3), L.RandomHeight(0.2), L.RandomWidth(0.2)),
    "batch normalization in half precision": lambda: chain((6,), L.BatchNormalization(dtype="float16")),
    "normalization in mixed precision": lambda: chain((6,), L.Normalization(dtype="mixed_float16")),
    "functions of tf": lambda: chain(
        (6, 5, 4), lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), tf.nn.leaky_relu, lambda x: tf.pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]]),
        lambda x: tf.gather(x, [0, 1], axis=1), lambda x: tf.repeat(x, 2, axis=2), lambda x: tf.reduce_prod(x, 3, True),
        lambda x: tf.concat(tf.split(x, 2, axis=2), 1)),
    "a product with a matrix turned round": lambda: chain((4, 6), lambda x: tf.matmul(x, x, transpose_b=True)),
    "slices": lambda: chain((6, 5), lambda x: x[:, 1:], lambda x: x[..., :2], lambda x: x[:, 0]),
    "the shape of a tensor": lambda: chain((4, 3), tf.shape),
    "einsum with an ellipsis at the left": MODELS_3["einsum with an ellipsis at the left"],
    "a frozen Bidirectional": MODELS_3["a frozen Bidirectional"],
    "a spectral norm of a frozen layer": lambda: chain((8,), L.SpectralNormalization(L.Dense(4, trainable=False))),
}
O = keras.optimizers
OPTIMIZERS = {
    "SGD": lambda: O.SGD(),
    "Nadam": lambda: O.Nadam(),
    "Adafactor": lambda: O.Adafactor(),
}
OPTIMIZERS_3 = {"loss scaling": lambda: O.LossScaleOptimizer(O.Adam())}
OPTIMIZERS_2 = {"legacy SGD": lambda: O.legacy.SGD(), "legacy Nadam": lambda: O.legacy.Nadam()}


def row(name, model, optimizer=None):
    state = None
    if optimizer:
        model.compile(optimizer(), "mse")
        state = K.optimizer_state(model.optimizer, model)
    described = json.loads(model.to_json())
    if optimizer and "compile_config" not in described:
        described["compile_config"] = {"optimizer": O.serialize(model.optimizer)}
    return dict(name="%s (%s)" % (name, K.VERSION), state=state, **K.describe(model), model=described)


def rows():
    for name, build in (MODELS_3 if K.THIRD else MODELS_2).items():
        keras.backend.clear_session()
        yield row(name, build(), O.Adam if name == "float8" else None)
    for name, make in dict(OPTIMIZERS, **(OPTIMIZERS_3 if K.THIRD else OPTIMIZERS_2)).items():
        keras.backend.clear_session()
        yield row("optimizer " + name, chain((5,), L.Dense(4), L.Dense(3)), make)


def main():
    kept = json.loads(FILE.read_text())["rows"] if FILE.exists() else []
    kept = [r for r in kept if ("(3." in r["name"]) != K.THIRD]
    made = sorted(kept + list(rows()), key=lambda r: r["name"])
    lines = ",\n".join(json.dumps(r, separators=(",", ":"), default=str) for r in made)
    FILE.write_text('{"about": "finds of fuzz.py; see finds.py", "rows": [\n%s\n]}\n' % lines)
    print("%d rows" % len(made))


if __name__ == "__main__":
    main()
