"""Models whose graph, archive or set-up is special, written by Keras: graphs/NAME.keras and graphs.json.

A row says what Keras finds in the model; `json` is its to_json(), for a reader of bare JSON.
What the file stands for is in `about`.
"""

import json

from common import HERE, Table, archive, count, fresh, keras, main, placeless, plain, shapes_of
from keras import layers as L
from keras import ops

GRAPHS = {}


def graph(about, policy="float32", deflated=False, weights=False):
    """Registers a function that builds the model; its name is the file's."""

    def register(build):
        GRAPHS[build.__name__] = (build, about, policy, deflated, weights)
        return build

    return register


def encoder(name="encoder"):
    x = keras.Input((16,), name=f"{name}_in")
    return keras.Model(x, L.Dense(4, name=f"{name}_out")(L.Dense(8, activation="relu", name=f"{name}_hidden")(x)), name=name)


@graph("one Dense layer called four times: counted once, run four times")
def shared_layer():
    a, b = keras.Input((16,), name="a"), keras.Input((16,), name="b")
    head = L.Dense(16, activation="relu", name="shared")
    return keras.Model([a, b], L.Concatenate(name="join")([head(a), head(b), head(head(a))]))


@graph("the second call of a shared layer depends on a layer that depends on its first call")
def shared_in_a_loop():
    x = keras.Input((16,), name="x")
    shared = L.Dense(16, name="shared")
    return keras.Model(x, shared(L.ReLU(name="between")(shared(x))))


@graph("a nested model called twice, its two outputs and a model in it")
def nested_twice():
    a, b = keras.Input((16,), name="a"), keras.Input((16,), name="b")
    inner = keras.Input((16,), name="inner_in")
    tower = keras.Model(inner, L.Dense(3, name="top")(encoder()(inner)), name="tower")
    return keras.Model([a, b], [L.Subtract(name="difference")([tower(a), tower(b)]), tower(a)])


@graph("a nested Sequential in a Sequential, without names for the inputs")
def nested_sequential():
    inner = keras.Sequential([L.Dense(8), L.Dropout(0.2), L.Dense(4)], name="block")
    return keras.Sequential([keras.Input((12,)), inner, L.Dense(2)])


@graph("three inputs, two outputs, dictionaries for both; one input is not used")
def several_inputs():
    text = keras.Input((20,), dtype="int32", name="text")
    image = keras.Input((8, 8, 3), name="image")
    unused = keras.Input((4,), name="unused")
    x = L.GlobalAveragePooling1D(name="mean")(L.Embedding(50, 8, name="embedding")(text))
    y = L.Flatten(name="flat")(L.Conv2D(4, 3, name="conv")(image))
    both = L.Concatenate(name="join")([x, y])
    outputs = {"label": L.Dense(3, name="label")(both), "score": L.Dense(1, name="score")(both)}
    return keras.Model({"text": text, "image": image, "unused": unused}, outputs)


@graph("one tensor is two outputs, and an input is an output")
def same_output_twice():
    x = keras.Input((6,), name="x")
    y = L.Dense(3, name="dense")(x)
    return keras.Model(x, [y, y, x])


@graph("transfer learning: the first layers are frozen", deflated=True)
def frozen_prefix():
    x = keras.Input((32, 32, 3), name="image")
    y = L.Conv2D(8, 3, name="conv1", trainable=False)(x)
    y = L.BatchNormalization(name="bn1", trainable=False)(y)
    y = L.Conv2D(16, 3, name="conv2", trainable=False)(L.ReLU(name="relu1")(y))
    y = L.GlobalAveragePooling2D(name="pool")(y)
    return keras.Model(x, L.Dense(5, name="head")(y))


@graph("a frozen nested model, and a frozen layer between trainable ones")
def frozen_nested():
    x = keras.Input((16,), name="x")
    base = encoder("base")
    base.trainable = False
    y = L.Dense(16, name="before")(x)
    return keras.Model(x, L.Dense(2, name="head")(base(y)))


@graph("frozen composites whose sub-layers stay trainable for the model")
def frozen_composites():
    x = keras.Input((5, 8), name="x")
    y = L.MultiHeadAttention(2, 4, name="attention", trainable=False)(x, x)
    y = L.Bidirectional(L.LSTM(4), name="both_ways", trainable=False)(y)
    return keras.Model(x, L.Dense(2, name="head")(y))


@graph("mask_zero: the mask is a NotEqual node of the graph")
def mask_zero():
    x = keras.Input((10,), dtype="int32", name="ids")
    y = L.Embedding(40, 8, mask_zero=True, name="embedding")(x)
    y = L.LSTM(6, return_sequences=True, name="lstm")(y)
    return keras.Model(x, L.Dense(1, name="head")(L.GRU(4, name="gru")(y)))


@graph("masks of two inputs are joined by several op nodes")
def mask_concatenate():
    a, b = (keras.Input((10,), dtype="int32", name=n) for n in "ab")
    embedding = L.Embedding(40, 8, mask_zero=True, name="embedding")
    y = L.Concatenate(axis=1, name="join")([embedding(a), embedding(b)])
    return keras.Model([a, b], L.LSTM(4, name="lstm")(y))


@graph("operations called as functions stand in the graph as nodes, with constants among their arguments")
def op_nodes():
    x = keras.Input((6, 8), name="x")
    y = ops.relu(x * 2.0 + 1.0)
    y = ops.concatenate([y[:, :3, :], ops.transpose(ops.reshape(y, (-1, 8, 6)), (0, 2, 1))[:, 3:, :]], axis=1)
    z = ops.matmul(y, ops.softmax(ops.transpose(y, (0, 2, 1)), axis=-1))
    z = ops.mean(z, axis=1) - ops.expand_dims(ops.max(x[:, 0], axis=-1), -1)
    return keras.Model(x, L.Dense(2, name="head")(ops.stack([z, ops.exp(z)], axis=1)))


@graph("a tensor that is no node: its values stand in the file as an argument")
def constant_argument():
    x = keras.Input((4,), name="x")
    return keras.Model(x, L.Dense(2, name="head")(ops.add(x, ops.arange(4, dtype="float32"))))


@graph("a transformer block: positions, attention with dropout and a causal mask, feed-forward, two norms")
def transformer_block():
    ids = keras.Input((32,), dtype="int32", name="ids")
    x = L.Embedding(100, 32, name="tokens")(ids)
    x = x + L.Embedding(32, 32, name="positions")(ops.cumsum(ops.ones_like(ids), axis=1) - 1)
    y = L.LayerNormalization(name="norm1")(x)
    x = x + L.MultiHeadAttention(4, 8, dropout=0.1, name="attention")(y, y, use_causal_mask=True)
    y = L.Dense(128, activation="gelu", name="up")(L.LayerNormalization(name="norm2")(x))
    x = L.Add(name="residual")([x, L.Dropout(0.1, name="drop")(L.Dense(32, name="down")(y))])
    return compiled(keras.Model(ids, L.Dense(100, name="logits")(x)), "adamw", from_logits())


@graph("an LSTM text classifier, both ways, with dropout in the recurrence")
def lstm_text_classifier():
    x = keras.Input((None,), dtype="int32", name="ids")
    y = L.Embedding(200, 16, mask_zero=True, name="embedding")(x)
    y = L.Bidirectional(L.LSTM(8, return_sequences=True, dropout=0.1), name="first")(y)
    y = L.Bidirectional(L.LSTM(8, recurrent_dropout=0.1), merge_mode="sum", name="second")(y)
    return compiled(keras.Model(x, L.Dense(1, activation="sigmoid", name="head")(y)), "rmsprop", "binary_crossentropy")


@graph("mixed_float16, compiled: the optimizer is wrapped for loss scaling", policy="mixed_float16")
def mixed_compiled():
    x = keras.Input((16, 16, 3), name="image")
    y = L.ReLU(name="relu")(L.BatchNormalization(name="bn")(L.Conv2D(8, 3, use_bias=False, name="conv")(x)))
    y = L.Dense(10, name="logits")(L.GlobalAveragePooling2D(name="pool")(y))
    y = L.Activation("softmax", dtype="float32", name="probabilities")(y)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, global_clipnorm=1.0)
    return compiled(keras.Model(x, y), optimizer, "categorical_crossentropy")


@graph("every output has its loss, with weights; a learning-rate schedule, EMA and gradient accumulation")
def compiled_outputs():
    x = keras.Input((12,), name="x")
    y = L.Dense(8, activation="relu", kernel_regularizer="l2", name="trunk")(x)
    model = keras.Model(x, {"label": L.Dense(3, activation="softmax", name="label")(y), "value": L.Dense(1, name="value")(y)})
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 1000)
    optimizer = keras.optimizers.Adam(schedule, amsgrad=True, use_ema=True, gradient_accumulation_steps=4)
    losses = {"label": "categorical_crossentropy", "value": keras.losses.Huber(0.5)}
    model.compile(optimizer, losses, loss_weights={"label": 1.0, "value": 0.5}, metrics={"label": ["accuracy"]})
    return model


@keras.saving.register_keras_serializable("reference")
class Scale(L.Layer):
    """A custom layer: a reader knows its class name and the shapes that the file declares."""

    def __init__(self, features=3, **kwargs):
        super().__init__(**kwargs)
        self.features = features

    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1], self.features), name="factor")
        super().build(shape)

    def call(self, x):
        return ops.matmul(x, self.factor)

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.features)

    def get_config(self):
        return {**super().get_config(), "features": self.features}


@graph("a registered custom layer in the middle: its parameters are in the weights only", weights=True)
def custom_layer():
    x = keras.Input((6,), name="x")
    return keras.Model(x, L.Dense(2, name="after")(Scale(3, name="scale")(L.Dense(4, name="before")(x))))


@graph("Lambda layers: their code is never run by a reader; shapes are those that consumers declare")
def lambda_layers():
    x = keras.Input((6, 4), name="x")
    y = L.Lambda(placeless(lambda t: t[:, 0] * 2), output_shape=(4,), name="first_step")(x)
    return keras.Model(x, L.Dense(2, name="head")(y))


@graph("height and width are open", deflated=True)
def open_size():
    x = keras.Input((None, None, 3), name="image")
    y = L.MaxPooling2D(name="pool1")(L.Conv2D(8, 3, padding="same", activation="relu", name="conv1")(x))
    y = L.UpSampling2D(name="up")(L.Conv2D(8, 3, strides=2, padding="same", name="conv2")(y))
    y = L.Concatenate(name="skip")([y, L.Conv2D(4, 1, strides=2, name="side")(x)])
    return keras.Model(x, L.Dense(2, name="head")(L.GlobalAveragePooling2D(name="mean")(y)))


@graph("a Sequential that was never built: nothing says what it is fed with")
def sequential_without_input():
    return keras.Sequential([L.Conv2D(8, 3), L.Flatten(), L.Dense(10)], name="unbuilt")


@graph("a Sequential that was built by a shape, with weights in the archive", weights=True)
def with_weights():
    model = keras.Sequential([L.Dense(8, activation="relu"), L.BatchNormalization(), L.Dense(3)], name="small")
    model.build((None, 5))
    return compiled(model, "adam", "mse", built=True)


@graph("the same with deflated members", deflated=True, weights=True)
def with_weights_deflated():
    return with_weights()


@graph("state of an optimizer inside another one, which Keras writes twice", weights=True)
def with_weights_scaled():
    model = keras.Sequential([L.Dense(3)], name="small")
    model.build((None, 5))
    return compiled(model, keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), "mse", built=True)


@graph("a layer with its own policy among others, and quantized layers", policy="mixed_bfloat16")
def policies_per_layer():
    x = keras.Input((16,), name="x")
    y = L.Dense(8, dtype="float32", name="single")(x)
    y = L.Dense(8, dtype="float16", name="half")(y)
    return keras.Model(x, L.Dense(4, name="mixed")(y))


@graph("int8 quantized: kernels and scales are not trainable")
def quantized_int8():
    x = keras.Input((16,), name="x")
    model = keras.Model(x, L.Dense(4, name="b")(L.Dense(12, name="a")(x)))
    model.quantize("int8")
    return model


@graph("a batch size that the file fixes")
def fixed_batch():
    x = keras.Input(batch_shape=(8, 10, 4), name="x")
    return keras.Model(x, L.Dense(2, name="head")(L.LSTM(6, stateful=True, name="lstm")(x)))


@graph("depthwise and separable blocks with squeeze-and-excite, residuals and broadcasting")
def mobile_block():
    x = keras.Input((16, 16, 8), name="image")
    y = L.Conv2D(24, 1, use_bias=False, name="expand")(x)
    y = L.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise")(L.ReLU(6.0, name="relu6")(y))
    s = L.GlobalAveragePooling2D(keepdims=True, name="squeeze")(y)
    s = L.Conv2D(24, 1, activation="sigmoid", name="excite")(L.Conv2D(6, 1, activation="relu", name="reduce")(s))
    y = L.Conv2D(8, 1, name="project")(L.Multiply(name="gate")([y, s]))
    return keras.Model(x, L.SeparableConv2D(4, 3, strides=2, name="separable")(L.Add(name="residual")([x, y])))


def from_logits():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(model, optimizer, loss, built=False):
    model.compile(optimizer=optimizer, loss=loss)
    if built:
        model.optimizer.build(model.trainable_variables)
    return model


def layer_rows(model, prefix=""):
    """[path, class, output shapes of each call, trainable, non-trainable]; nested layers follow their model."""
    function = getattr(model, "_functional", model)  # a Sequential keeps its graph there, once it is built
    nodes = {id(n) for depth in function._nodes_by_depth.values() for n in depth} if function else set()
    for layer in function._operations if function else model.layers:
        calls = [shapes_of(node.output_tensors) for node in layer._inbound_nodes if id(node) in nodes]
        variables = isinstance(layer, L.Layer)
        trainable = count(layer.trainable_weights) if variables else 0
        frozen = count(layer.non_trainable_weights) if variables else 0
        yield [prefix + layer.name, type(layer).__name__, calls, trainable, frozen]
        if isinstance(layer, keras.Model):
            yield from layer_rows(layer, f"{prefix}{layer.name}/")


def describe(name, about, policy, model):
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return {
        "name": name,
        "about": about,
        "policy": policy,
        "built": model.built,
        "inputs": shapes_of(model.inputs) if model.built else None,
        "outputs": shapes_of(model.outputs) if model.built else None,
        "total": model.count_params() if model.built else None,
        "trainable": count(model.trainable_weights) if model.built else None,
        "non_trainable": count(model.non_trainable_weights) if model.built else None,
        "optimizer": None if optimizer is None else type(inner).__name__,
        "loss_scaling": inner is not optimizer,
        "optimizer_elements": None if optimizer is None else count(optimizer.variables),
        "layers": list(layer_rows(model)),
        "json": plain(json.loads(model.to_json())),
    }


def graphs():
    rows = []
    for name, (build, about, policy, deflated, weights) in GRAPHS.items():
        fresh(policy)
        model = build()
        yield archive(HERE / "graphs" / f"{name}.keras", model, deflated, weights)
        rows.append(describe(name, about, policy, model))
    about = (
        "models of graphs/NAME.keras; a layer is [path, class, output shapes of each of its calls, trainable, "
        "non-trainable]; optimizer_elements with scalars, as Keras' summary counts them"
    )
    yield Table(HERE / "graphs.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], graphs)
