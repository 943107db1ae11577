"""Bytes kept for the backward pass in PyTorch: every storage that autograd's saved tensors hold.

kept_torch.json: the cases of kept_cases.py and some whole models under Keras on its torch backend, and the same
written with torch.nn modules (`keras: none`, kept_torch_plain.py), in float32 and under the rules of torch.autocast on a
GPU (kept_torch_autocast.py). Each runs eagerly with batch 2 and 4: the
difference is what a sample keeps, the rest does not depend on the batch. Half precision is bfloat16: PyTorch multiplies float16 on a CPU in float32. Variables are left out, the model's own
inputs are not. The models themselves are those of kept_layers.json and kept_models.json.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

from common import HERE, Table, fresh, keras, main  # noqa: E402
from kept_cases import FLOAT32_ONLY, LAYERS, behind_dense  # noqa: E402
from kept_torch_autocast import Autocast  # noqa: E402
import kept_torch_plain as plain  # noqa: E402
from samples import SAMPLES, sample  # noqa: E402
import torch  # noqa: E402

SMALL, LARGE = 2, 4
POLICIES = {"float32": "float32", "mixed_bfloat16": "mixed_float16"}  # → the policy of the case with as many bits
NO_AUTOCAST = ("LSTM", "GRU", "SimpleRNN", "RMSNormalization")  # not on a CPU; no kernel of mixed dtypes there
MODELS = ("ResNet50", "VGG16", "MobileNetV2")


def kept_bytes(call, variables):
    """Bytes of all storages that the forward pass `call` saves, each once; variables apart."""
    held = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage  # holding it keeps its address from being used again
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = call()
    for variable in variables:
        held.pop(variable.untyped_storage().data_ptr(), None)
    del result
    return sum(storage.nbytes() for storage in held.values())


def slope(call_of, variables):
    small, large = (kept_bytes(lambda: call_of(batch), variables) for batch in (SMALL, LARGE))
    sample_bytes = (large - small) // (LARGE - SMALL)
    return {"sample_bytes": sample_bytes, "constant_bytes": large - LARGE * sample_bytes}


def example(tensor, batch):
    """Inputs of a model: ones of its dtype."""
    return torch.ones([batch, *tensor.shape[1:]], dtype=getattr(torch, tensor.dtype))


def under_keras(model, with_loss):
    def call(batch):
        inputs = [example(t, batch) for t in model.inputs]
        inputs = inputs if len(inputs) > 1 else inputs[0]
        outputs = model(inputs, training=True)
        if not with_loss:
            return outputs
        labels = torch.zeros([batch, *model.outputs[0].shape[1:-1]], dtype=torch.int32)
        return model.compute_loss(x=inputs, y=labels, y_pred=outputs)

    return slope(call, [v.value for v in model.variables])


def in_plain_torch(module, inputs):
    module.train()
    return slope(lambda batch: module(*(example(t, batch) for t in inputs)), list(module.parameters()))


def layers():
    for policy in POLICIES:
        for name, (shape, inputs, make) in LAYERS.items():
            if policy != "float32" and name in FLOAT32_ONLY:
                continue
            fresh(policy)
            try:
                model = behind_dense(shape, inputs, make)
                row = under_keras(model, False)
            except Exception as problem:  # a layer that this backend cannot build or run
                print(f"{name}, {policy}: {problem}"[:200])
                continue
            yield {"name": f"{name}, {policy}, keras", "case": f"{name}, {POLICIES[policy]}",
                   "policy": policy, "keras": "3", **row}  # fmt: skip


def models():
    for policy in POLICIES:
        for name in MODELS:
            fresh(policy)
            model = getattr(keras.applications, name)(weights=None)
            model.compile(loss="sparse_categorical_crossentropy")
            yield {"name": f"{name} {policy}, keras", "model": name, "policy": policy, "keras": "3",
                   **under_keras(model, True)}  # fmt: skip
    for name, (_, policy) in SAMPLES.items():
        if name not in ("resnet50", "mobilenetv2"):
            model = sample(name)
            yield {"name": f"{name} {policy}, keras", "model": name, "policy": policy, "keras": "3",
                   **under_keras(model, model.loss == "sparse_categorical_crossentropy")}  # fmt: skip


def plain_layers():
    for name, make in plain.LAYERS.items():
        shape, inputs, _ = LAYERS[name]
        module, sources = plain.behind_linear(name, shape, inputs, make)
        yield {"name": f"{name}, float32, none", "case": f"{name}, float32", "policy": "float32", "keras": "none",
               **in_plain_torch(module, sources)}  # fmt: skip
    for name, make in plain.LAYERS.items():
        if name in FLOAT32_ONLY or name.partition(" ")[0] in NO_AUTOCAST:
            continue
        shape, inputs, _ = LAYERS[name]
        module, sources = plain.behind_linear(name, shape, inputs, make)
        with Autocast(torch.bfloat16):
            yield {"name": f"{name}, mixed_bfloat16, none", "case": f"{name}, mixed_float16",
                   "policy": "mixed_bfloat16", "keras": "none", **in_plain_torch(module, sources)}  # fmt: skip


def plain_models():
    for name in MODELS:
        fresh()
        model = getattr(keras.applications, name)(weights=None)
        yield {"name": f"{name} float32, none", "model": name, "policy": "float32", "keras": "none",
               **slope(plain.step_of(model), plain.variables(model))}  # fmt: skip


def everything():
    about = (
        "kept for backward, PyTorch on a CPU: sample_bytes per sample, constant_bytes whatever the batch. case: that "
        "of kept_layers.json, without a loss; model: that of kept_models.json, with a crossentropy where it was "
        "compiled with one"
    )
    rows = [row for part in (layers, plain_layers, models, plain_models) for row in part()]
    yield Table(HERE / "kept_torch.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], everything)
