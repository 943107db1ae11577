"""The models of cpu_memory.py that are neither samples nor applications: memory/NAME.keras, without weights."""

from common import HERE, archive, fresh, keras, main
from keras import layers


def transformer(length=128, width=256, heads=4, blocks=4, vocabulary=10000):
    """A decoder of GPT's kind; the positions are learned."""
    tokens = keras.Input((length,), dtype="int32")
    x = layers.Embedding(vocabulary, width)(tokens)
    for _ in range(blocks):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(heads, width // heads)(y, y, use_causal_mask=True)])
        y = layers.LayerNormalization()(x)
        y = layers.Dense(4 * width, activation="gelu")(y)
        x = layers.Add()([x, layers.Dense(width)(y)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return keras.Model(tokens, layers.Dense(vocabulary, activation="softmax")(x), name="transformer")


def thumbnails():
    """Next to no work on samples of 48 KiB: what a run holds is its data."""
    return keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            layers.Conv2D(8, 3, strides=4, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ],
        name="thumbnails",
    )


def wide():
    """Next to no activations: what a run holds are its weights."""
    return keras.Sequential(
        [
            keras.Input((4096,)),
            layers.Dense(4096, activation="relu"),
            layers.Dense(4096, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="wide",
    )


def models():
    for build in (transformer, thumbnails, wide):
        fresh()
        model = build()
        yield archive(HERE / "memory" / f"{model.name}.keras", model)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], models)
