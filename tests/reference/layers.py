"""Shapes, dtypes and variables of every layer class, for the combinations of its options.

Each case is a model of one layer, as to_json() writes it: what a reader of model files sees.
Shapes are the symbolic ones, which Keras reports and writes into files.
"""

import json

from common import HERE, Table, count, fresh, keras, main, plain, shapes_of
from layer_cases import CASES

MADE_ANEW = {"layer", "backward_layer", "cell", "function"}


def build(kind, inputs, options):
    """The layer, called on fresh inputs: (layer, model)."""
    fresh(options.get("_policy", "float32"))
    own = {k: v() if k in MADE_ANEW else v for k, v in options.items() if not k.startswith("_")}
    layer = getattr(keras.layers, kind)(**own)
    tensors = [keras.Input(shape, dtype=options.get("_dtype")) for shape in inputs]
    call = options.get("_call", {})
    if options.get("_args"):
        outputs = layer(*tensors, **call)
    else:
        outputs = layer(tensors if len(tensors) > 1 else tensors[0], **call)
    return layer, keras.Model(tensors, outputs)


def describe(number, kind, inputs, options):
    layer, model = build(kind, inputs, options)
    outputs = keras.tree.flatten(model.outputs)
    trainable = {id(v) for v in layer.trainable_weights}
    return {
        "name": f"{number} {kind}",
        "class": type(layer).__name__,
        "policy": options.get("_policy", "float32"),
        "inputs": shapes_of(model.inputs),
        "outputs": shapes_of(outputs),
        "output_dtypes": [keras.backend.standardize_dtype(t.dtype) for t in outputs],
        "trainable": count(layer.trainable_weights),
        "non_trainable": count(layer.non_trainable_weights),
        "model_trainable": count(model.trainable_weights),
        "weights": [[v.path.split("/", 1)[-1], list(v.shape), v.dtype, id(v) in trainable] for v in layer.weights],
        "model": plain(json.loads(model.to_json())),
    }


def layers():
    rows = [describe(number, *each) for number, each in enumerate(CASES)]
    about = (
        "one layer per model; weights are [name, shape, dtype, trainable]; model_trainable is what the model (and its "
        "optimizer) sees, which differs from the layer's where its sub-layers do not know that it is frozen"
    )
    yield Table(HERE / "layers.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], layers)
