"""Small .h5 files as real Keras saves them, h5/NAME.h5, and what each holds."""

import pathlib
import tempfile

from common import HERE, File, Table, count, fresh, keras, main
from keras import layers as L


def perceptron():
    model = keras.Sequential([L.Input((16,)), L.Dense(8, activation="relu"), L.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(amsgrad=True), "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


def branches():
    x = L.Input((12, 12, 3), name="image")
    a = L.Conv2D(4, 3, padding="same", name="a")(x)
    b = L.BatchNormalization(name="b")(L.Conv2D(4, 3, padding="same", name="c")(x))
    return keras.Model(x, L.Dense(2, name="out")(L.GlobalAveragePooling2D(name="pool")(L.Add(name="sum")([a, b]))))


def reader():
    model = keras.Sequential([L.Input((10,), dtype="int32"), L.Embedding(50, 6, name="words"),
                              L.Bidirectional(L.LSTM(5), name="both"), L.Dense(1, activation="sigmoid", name="out")])
    model.compile(keras.optimizers.SGD(momentum=0.9), "binary_crossentropy")
    return model


def saved(name, save):
    """The file that `save` writes where it is told to."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        save(path)
        return File(HERE / "h5" / name, path.read_bytes())


def describe(name, model):
    return {
        "name": name,
        "total": model.count_params(),
        "trainable": count(model.trainable_weights),
        "layers": [layer.name for layer in model.layers],
    }


def files():
    rows = []
    for build in (perceptron, branches, reader):
        fresh()
        model = build()
        yield saved(f"{build.__name__}.h5", model.save)
        rows.append(describe(build.__name__, model))
    fresh()
    yield saved("weights_only.weights.h5", perceptron().save_weights)
    yield Table(HERE / "h5.json", ".h5 files of tests/reference/h5", rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], files)
