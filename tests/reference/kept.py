"""Bytes kept for the backward pass: whole models and single layers, measured on traced graphs.

kept_models.json: keras.applications and the samples. Each is traced for batch 2 and 4: the
difference is what a sample keeps, the rest does not depend on the batch. Once without the loss
(the gradient of the output is given), once with the loss that the model is compiled with.
kept_layers.json: the cases of kept_cases.py.
"""

import json

from common import HERE, Table, fresh, keras, main, plain
from kept_cases import FLOAT32_ONLY, LAYERS, behind_dense
from kept_graph import trace
from samples import SAMPLES, sample

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
