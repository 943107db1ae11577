"""The state of every Keras 3 optimizer, for each option that changes it.

One small model with kernels of rank 1 to 4, an embedding and a frozen layer; its optimizer is
built as `fit` builds it. A row holds the optimizer as a compiled model file describes it, the
elements of its per-variable state and its scalars apart, and the shape of every variable.
"""

import json

from common import HERE, Table, count, fresh, keras, main, plain
from keras import layers as L
from keras import optimizers as O


def model():
    """Functional: text and image branch; rank 1 (biases, norm), 2 (Dense, Embedding), 3 (Conv1D, MHA), 4 (Conv2D)."""
    text = keras.Input((12,), dtype="int32", name="text")
    x = L.Embedding(50, 16, name="embedding")(text)
    x = L.Conv1D(16, 3, padding="same", name="conv1d")(x)
    x = L.MultiHeadAttention(2, 8, name="attention")(x, x)
    x = L.LayerNormalization(name="norm")(x)
    x = L.GlobalAveragePooling1D(name="pool_text")(x)
    image = keras.Input((8, 8, 3), name="image")
    y = L.Conv2D(6, 3, name="conv2d")(image)
    y = L.BatchNormalization(name="batch_norm")(y)
    y = L.GlobalAveragePooling2D(name="pool_image")(y)
    y = L.Dense(10, trainable=False, name="frozen")(y)
    z = L.Dense(24, activation="relu", name="hidden")(L.Concatenate(name="join")([x, y]))
    return keras.Model([text, image], L.Dense(5, name="head")(z), name="optimizer_reference")


BASE = {"use_ema": True}, {"gradient_accumulation_steps": 4}, {"use_ema": True, "gradient_accumulation_steps": 4}
OWN = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "RMSprop": [{}, {"momentum": 0.9}, {"centered": True}, {"momentum": 0.9, "centered": True}],
    "Adam": [{}, {"amsgrad": True}, {"weight_decay": 0.01}, {"clipnorm": 1.0}, {"clipvalue": 1.0},
             {"global_clipnorm": 1.0}, {"loss_scale_factor": 8.0}],
    "AdamW": [{}, {"amsgrad": True}],
    "Adadelta": [{}],
    "Adagrad": [{}],
    "Adamax": [{}],
    "Nadam": [{}],
    "Ftrl": [{}],
    "Lamb": [{}],
    "Lion": [{}],
    "Adafactor": [{}],
    "Muon": [{}, {"exclude_layers": ["hidden"]}, {"exclude_embeddings": False}],
    "ScheduleFreeAdamW": [{}],
}  # fmt: skip


SCHEDULES = {
    "ExponentialDecay": (0.1, 10, 0.9),
    "PiecewiseConstantDecay": ([10, 20], [0.1, 0.01, 0.001]),
    "PolynomialDecay": (0.1, 10),
    "InverseTimeDecay": (0.1, 10, 0.5),
    "CosineDecay": (0.1, 10),
    "CosineDecayRestarts": (0.1, 10),
}
POLICIES = ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64")


def cases():
    """(class, options, policy, how the optimizer is made)"""
    for kind, options in OWN.items():
        for option in [*options, *BASE]:
            yield kind, option, "float32", lambda k=kind, o=option: getattr(O, k)(**o)
    for kind, option in (("SGD", {}), ("Adam", {}), ("Nadam", {}), ("Adam", BASE[2])):
        wrapped = lambda k=kind, o=option: O.LossScaleOptimizer(getattr(O, k)(**o))  # noqa: E731
        yield f"LossScaleOptimizer {kind}", option, "float32", wrapped
    for name, arguments in SCHEDULES.items():
        scheduled = lambda n=name, a=arguments: O.Adam(learning_rate=getattr(O.schedules, n)(*a))  # noqa: E731
        yield "Adam", {"learning_rate": name}, "float32", scheduled
    for policy in POLICIES:
        for kind in ("SGD", "Adam", "Adafactor"):
            yield kind, {}, policy, lambda k=kind: getattr(O, k)()


SCALARS = {"iteration", "learning_rate", "step_counter", "dynamic_scale"}


def kind_of(variable, weights):
    """"scalar" (one per optimizer), or the slot that the variable is for its weight."""
    name = variable.path.split("/")[-1]
    if name in SCALARS or variable.path == "variable":  # Nadam's product of momenta has no name
        return "scalar"
    for weight in weights:
        prefix = weight.path.replace("/", "_") + "_"
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return "factor" if len(variable.shape) else "dummy"  # Adafactor's rows and columns; unused for vectors


def describe(kind, option, policy, make):
    fresh(policy)
    built = model()
    built.compile(optimizer=make(), loss="mse")  # under mixed_float16 this wraps it for loss scaling
    built.optimizer.build(built.trainable_variables)
    slots = {}
    for variable in built.optimizer.variables:
        slot = kind_of(variable, built.trainable_variables)
        slots[slot] = slots.get(slot, 0) + count([variable])
    scalars = slots.pop("scalar")
    return {
        "name": " ".join([kind, *(f"{k}={v}" for k, v in option.items()), policy]),
        "policy": policy,
        "class": type(built.optimizer).__name__,
        "elements": sum(slots.values()),
        "scalars": scalars,
        "bytes": sum(v.value.dtype.size * count([v]) for v in built.optimizer.variables),
        "slots": slots,
        "optimizer": plain(keras.saving.serialize_keras_object(built.optimizer)),
    }


def states():
    rows = [describe(*case) for case in cases()]
    about = (
        "optimizer state on the model of the same policy in optimizer_models.json: elements of the per-variable state, "
        "by slot ('factor': rows and columns; 'dummy': the two unused scalars that Adafactor keeps per vector), scalars "
        "apart, bytes of all; optimizer as Keras serializes it"
    )
    yield Table(HERE / "optimizers.json", about, rows)


def models():
    rows = []
    for policy in ("float32", *POLICIES):
        fresh(policy)
        built = model()
        rows.append({
            "name": policy,
            "total": built.count_params(),
            "trainable": count(built.trainable_variables),
            "variables": [[v.path, list(v.shape), v.dtype] for v in built.trainable_variables],
            "model": plain(json.loads(built.to_json())),
        })  # fmt: skip
    yield Table(HERE / "optimizer_models.json", "the model of optimizers.json, with its trainable variables", rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], models, states)
