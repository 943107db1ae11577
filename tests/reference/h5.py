"""Small .h5 files as real Keras saves them, h5/NAME.h5, and what each holds."""

import pathlib
import tempfile

import h5py
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


def operations():
    x = L.Input((8,), name="x")
    y = keras.ops.stack([L.Dense(4, name="dense")(x)] * 2, axis=1)
    return keras.Model(x, L.Flatten(name="flat")(keras.ops.reshape(y[:, 0], (-1, 2, 2))))


def split(path):
    """As the attribute of a large model: in pieces, since one may not exceed 64 KiB."""
    reader().save(path)
    with h5py.File(path, "a") as file:
        config = file.attrs["model_config"]
        del file.attrs["model_config"]
        file.attrs["model_config0"], file.attrs["model_config1"] = config[:500], config[500:]


def linked(path):
    """Weights that are a link to those of another file, and links that lead round and nowhere."""
    branches().save(path)
    with h5py.File(path, "a") as file:
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink("branches.h5", "/model_weights")
        file["round"] = file["/"]
        file["nowhere"] = h5py.SoftLink("/nowhere")


def saved(name, save):
    """The file that `save` writes where it is told to."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        save(path)
        return File(HERE / "h5" / name, path.read_bytes())


def describe(name, model, weights):
    return {
        "name": name,
        "weights": weights,
        "total": model.count_params(),
        "trainable": count(model.trainable_weights),
        "layers": [layer.name for layer in model.layers],
    }


def files():
    rows = []
    for build in (perceptron, branches, reader, operations):
        fresh()
        model = build()
        yield saved(f"{build.__name__}.h5", model.save)
        rows.append(describe(build.__name__, model, model.count_params()))
    for change, build, weights in ((split, reader, 791), (linked, branches, 0)):
        fresh()
        yield saved(f"{change.__name__}.h5", change)
        fresh()
        rows.append(describe(change.__name__, build(), weights))
    fresh()
    yield saved("weights_only.weights.h5", perceptron().save_weights)
    about = "models of h5/NAME.h5; weights: elements of those in the file itself"
    yield Table(HERE / "h5.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], files)
