"""The sample models that come with the program: samples/NAME.keras, without weights.

Each is compiled, so that the file says which optimizer and loss it was trained with.
"""

from common import HERE, ROOT, Table, archive, count, fresh, keras, main, shapes_of
from keras import layers


def mnist_mlp():
    return keras.Sequential(
        [keras.Input((784,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")],
        name="mnist_mlp",
    ), "sparse_categorical_crossentropy"


def mnist_cnn():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist_cnn",
    ), "sparse_categorical_crossentropy"


def resnet50():
    return keras.applications.ResNet50(weights=None), "sparse_categorical_crossentropy"


def mobilenetv2():
    return keras.applications.MobileNetV2(weights=None), "sparse_categorical_crossentropy"


def lstm_text():
    return keras.Sequential(
        [
            keras.Input((200,), dtype="int32"),
            layers.Embedding(20000, 128),
            layers.LSTM(64),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="lstm_text",
    ), "binary_crossentropy"


SAMPLES = {
    "mnist-mlp": (mnist_mlp, "float32"),
    "mnist-cnn": (mnist_cnn, "float32"),
    "mnist-cnn-fp16": (mnist_cnn, "mixed_float16"),
    "resnet50": (resnet50, "float32"),
    "mobilenetv2": (mobilenetv2, "float32"),
    "lstm-text": (lstm_text, "float32"),
}


def sample(name):
    """Builds and compiles a sample from a fresh start."""
    build, policy = SAMPLES[name]
    fresh(policy)
    model, loss = build()
    model.compile(optimizer="adam", loss=loss)
    return model


def describe(name, model):
    model.optimizer.build(model.trainable_variables)
    return {
        "name": name,
        "policy": SAMPLES[name][1],
        "loss": model.loss,
        "input": shapes_of(model.inputs)[0],
        "output": shapes_of(model.outputs)[0],
        "layers": len(model.layers),
        "total": model.count_params(),
        "trainable": count(model.trainable_weights),
        "non_trainable": count(model.non_trainable_weights),
        "optimizer": type(model.optimizer).__name__,
        "optimizer_elements": count(model.optimizer.variables),
    }


def samples():
    rows = []
    for name in SAMPLES:
        model = sample(name)
        yield archive(ROOT / "samples" / f"{name}.keras", model)
        rows.append(describe(name, model))
    yield Table(HERE / "samples.json", "totals of samples/NAME.keras; optimizer_elements with its scalars", rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], samples)
