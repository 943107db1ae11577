"""Writes small .h5 files with real Keras, and what each holds, to tests/reference/h5/ and h5.json.

    python tests/reference/h5.py
"""
import json
import os

import keras

HERE = os.path.dirname(os.path.abspath(__file__))
L = keras.layers


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


def main():
    rows = []
    os.makedirs(os.path.join(HERE, "h5"), exist_ok=True)
    for build in (perceptron, branches, reader):
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        model = build()
        name = build.__name__
        model.save(os.path.join(HERE, "h5", name + ".h5"))
        rows.append({"name": name, "total": model.count_params(),
                     "trainable": sum(int(v.value.shape.num_elements()) for v in model.trainable_variables),
                     "layers": [layer.name for layer in model.layers]})
    keras.utils.clear_session()
    perceptron().save_weights(os.path.join(HERE, "h5", "weights_only.weights.h5"))
    with open(os.path.join(HERE, "h5.json"), "w") as out:
        lines = ",\n".join(json.dumps(row) for row in rows)
        out.write('{"about": ".h5 files of tests/reference/h5", "writer": "keras %s", "rows": [\n%s\n]}\n'
                  % (keras.__version__, lines))


main()
