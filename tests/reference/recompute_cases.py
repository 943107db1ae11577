"""Models that are a stem, BLOCKS equal blocks and a head, as Keras builds them and, for plain PyTorch, as torch.nn does;
and the ways of recomputing that they are measured under. It is imported behind common.py."""

from common import keras
from keras import layers as L

BLOCKS = 16

# Each block makes layers and joins them to x. Sizes are such that activations dwarf weights.


def mlp(i):
    return [L.Dense(256, activation="gelu", name=f"dense_{i}")], lambda x, made: made[0](x)


def transformer(i):
    made = [
        L.LayerNormalization(name=f"norm_a_{i}"),
        L.MultiHeadAttention(4, 16, name=f"attention_{i}"),
        L.Add(name=f"add_a_{i}"),
        L.LayerNormalization(name=f"norm_b_{i}"),
        L.Dense(256, activation="gelu", name=f"dense_a_{i}"),
        L.Dense(64, name=f"dense_b_{i}"),
        L.Add(name=f"add_b_{i}"),
    ]

    def join(x, made):
        norm_a, attention, add_a, norm_b, dense_a, dense_b, add_b = made
        y = norm_a(x)
        x = add_a([x, attention(y, y)])
        return add_b([x, dense_b(dense_a(norm_b(x)))])

    return made, join


def residual(i):
    made = [
        L.Conv2D(16, 3, padding="same", name=f"conv_a_{i}"),
        L.BatchNormalization(name=f"norm_a_{i}"),
        L.ReLU(name=f"relu_a_{i}"),
        L.Conv2D(16, 3, padding="same", name=f"conv_b_{i}"),
        L.BatchNormalization(name=f"norm_b_{i}"),
        L.Add(name=f"add_{i}"),
        L.ReLU(name=f"relu_b_{i}"),
    ]

    def join(x, made):
        y = x
        for layer in made[:5]:
            y = layer(y)
        return made[6](made[5]([x, y]))

    return made, join


# name → block, shape of the input, batch
CASES = {
    "mlp": (mlp, (256,), 4096),
    "transformer": (transformer, (64, 64), 32),
    "residual": (residual, (24, 24, 16), 32),
}

# The set-up's name → arguments of keras.RematScope; `layers` of list_of_layers are those of every other block.
SCOPES = {
    "none": {"mode": None},
    "full": {"mode": "full"},
    "activations": {"mode": "activations"},
    "larger_than": {"mode": "larger_than", "output_size_threshold": 200_000},
    "list_of_layers": {"mode": "list_of_layers"},
}


def listed(make):
    """Names of the layers of every other block that are not sums or normalizations."""
    return [
        layer.name
        for i in range(0, BLOCKS, 2)
        for layer in make(i)[0]
        if not isinstance(layer, (L.Add, L.LayerNormalization, L.BatchNormalization))
    ]


def build(case, blocks=BLOCKS, scope="none"):
    """The Keras model. The scope is around the layers of the blocks and not around the model, which is a layer too and
    would be recomputed as a whole."""
    make, shape, _ = CASES[case]
    arguments = dict(SCOPES[scope])
    if scope == "list_of_layers":
        arguments["layer_names"] = listed(make)
    source = keras.Input(shape)
    x = source
    for i in range(blocks):
        with keras.RematScope(**arguments):
            made, join = make(i)
        x = join(x, made)
    if len(shape) == 2:
        x = L.GlobalAveragePooling1D(name="pool")(x)
    elif len(shape) == 3:
        x = L.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(source, L.Dense(10, name="head")(x))
