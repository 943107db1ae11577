"""The installed Keras, of whichever generation, as the fuzzer uses it: layers, operations, optimizers; what it says
about a model; and the files that it writes."""

import json
import logging
import os
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
import keras  # noqa: E402

VERSION = keras.__version__
if not VERSION.startswith("3"):
    keras = tf.keras

import fuzz_layers as F  # noqa: E402
from fuzz_layers import chance, drop_none, some  # noqa: E402

warnings.filterwarnings("ignore")
logging.disable(logging.ERROR)
THIRD = VERSION.startswith("3")
OLDER = THIRD and tuple(int(part) for part in VERSION.split(".")[:2]) < (3, 10)
BYTES = {"float32": 4, "float64": 8, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1, "int32": 4, "uint32": 4, "int64": 8, "bool": 1}
POLICIES = ["float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]


def elements(variables):
    total = 0
    for variable in variables:
        if None in tuple(variable.shape):
            continue  # inverse document frequencies that were never given, in Keras 2.12
        total += int(numpy.prod(tuple(variable.shape), dtype="int64"))
    return total


def unique(variables):
    return list({id(v): v for v in variables}.values())


# --- operations on tensors ----------------------------------------------------------------------------------------

PLAIN = ("vector", "sequence", "image", "volume")


def operations_3():
    from keras import ops

    def axes(dice, shape):
        return dice.choice([-1, dice.randint(1, len(shape))])

    one = {
        name: (PLAIN, lambda dice, x, s, other, f=getattr(ops, name): f(x))
        for name in """exp tanh sigmoid relu square sqrt abs negative sin cos log1p softplus silu gelu floor sign
                    ones_like zeros_like stop_gradient nan_to_num isfinite logical_not reciprocal relu6 elu""".split()
        if hasattr(ops, name)
    }
    two = {
        name: (PLAIN, lambda dice, x, s, other, f=getattr(ops, name): f(x, other()) if chance(dice, 0.6) else f(x, 2.0))
        for name in "add subtract multiply divide maximum minimum power greater equal where_two floor_divide".split()
        if hasattr(ops, name)
    }
    reduce = {
        name: (PLAIN, lambda dice, x, s, other, f=getattr(ops, name): f(x, axis=axes(dice, s), keepdims=chance(dice, 0.4)))
        for name in "sum mean max min prod std var argmax any all logsumexp median count_nonzero".split()
        if hasattr(ops, name)
    }
    rest = {
        "getitem": (("sequence", "image", "volume"), lambda dice, x, s, other: dice.choice([
            lambda: x[:, 0], lambda: x[:, 1:], lambda: x[..., :1], lambda: x[:, ::2], lambda: x[:, -1:], lambda: x[..., None],
            lambda: x[:, None], lambda: x[..., 0], lambda: x[:, 1:-1]])()),
        "operators": (PLAIN, lambda dice, x, s, other: dice.choice([
            lambda: x + other(), lambda: x * 2.0, lambda: 1.0 - x, lambda: x / other(), lambda: -x, lambda: x**2, lambda: 2.0 * x,
            lambda: x > other(), lambda: abs(x)])()),
        "reshape": (PLAIN, lambda dice, x, s, other: ops.reshape(x, (-1,) + tuple(F.reshape(dice, s)["target_shape"]))
                    if None not in s and -1 not in F.reshape(dice, s)["target_shape"] else ops.reshape(x, (-1, F.product_of(s)))),
        "transpose": (("sequence", "image"), lambda dice, x, s, other: ops.transpose(x, (0,) + F.permute(dice, s)["dims"])),
        "expand_dims": (PLAIN, lambda dice, x, s, other: ops.expand_dims(x, axis=axes(dice, s))),
        "squeeze": (PLAIN, lambda dice, x, s, other: ops.squeeze(ops.expand_dims(x, axis=-1), axis=-1)),
        "concatenate": (PLAIN, lambda dice, x, s, other: ops.concatenate([x, other()], axis=axes(dice, s))),
        "stack": (PLAIN, lambda dice, x, s, other: ops.stack([x, other()], axis=axes(dice, s))),
        "matmul": (("sequence",), lambda dice, x, s, other: ops.matmul(x, ops.transpose(other(), (0, 2, 1)))),
        "einsum": (("sequence",), lambda dice, x, s, other: ops.einsum("btc,bsc->bts", x, other())),
        "softmax": (PLAIN, lambda dice, x, s, other: ops.softmax(x, axis=axes(dice, s))),
        "cast": (PLAIN, lambda dice, x, s, other: ops.cast(x, dice.choice(["float16", "int32", "float32"]))),
        "tile": (("vector", "sequence"), lambda dice, x, s, other: ops.tile(x, [1] + [dice.randint(1, 3) for _ in s])),
        "repeat": (PLAIN, lambda dice, x, s, other: ops.repeat(x, 2, axis=axes(dice, s))),
        "pad": (("sequence",), lambda dice, x, s, other: ops.pad(x, [[0, 0], [1, 2], [0, 1]])),
        "split": (PLAIN, lambda dice, x, s, other: ops.split(x, 2, axis=-1)),
        "clip": (PLAIN, lambda dice, x, s, other: ops.clip(x, 0.0, 1.0)),
        "where": (PLAIN, lambda dice, x, s, other: ops.where(x > 0.0, x, other())),
        "one_hot": (("tokens",), lambda dice, x, s, other: ops.one_hot(x, 7)),
        "swapaxes": (("sequence", "image"), lambda dice, x, s, other: ops.swapaxes(x, 1, 2)),
        "flip": (PLAIN, lambda dice, x, s, other: ops.flip(x, axis=1)),
        "cumsum": (PLAIN, lambda dice, x, s, other: ops.cumsum(x, axis=axes(dice, s))),
        "roll": (PLAIN, lambda dice, x, s, other: ops.roll(x, 1, axis=1)),
        "take": (("sequence",), lambda dice, x, s, other: ops.take(x, [0, 1], axis=1)),
        "top_k": (PLAIN, lambda dice, x, s, other: ops.top_k(x, 1)),
        "norm": (PLAIN, lambda dice, x, s, other: ops.norm(x, axis=-1)),
        "max_pool": (("image",), lambda dice, x, s, other: ops.max_pool(x, 2)),
        "normalize": (PLAIN, lambda dice, x, s, other: ops.normalize(x)),
    }
    return [(name, *entry) for name, entry in sorted({**one, **two, **reduce, **rest}.items())]


def operations_2():
    # Without tf.einsum: Keras 2 writes its equation and none of its operands.
    def axes(dice, shape):
        return dice.choice([-1, dice.randint(1, len(shape))])

    ones = {"exp": tf.exp, "tanh": tf.tanh, "sigmoid": tf.sigmoid, "relu": tf.nn.relu, "square": tf.square, "sqrt": tf.sqrt, "abs": tf.abs,
            "negative": tf.negative, "sin": tf.sin, "cos": tf.cos, "log": tf.math.log, "log1p": tf.math.log1p, "floor": tf.floor,
            "sign": tf.sign, "ones_like": tf.ones_like, "zeros_like": tf.zeros_like, "stop_gradient": tf.stop_gradient,
            "identity": tf.identity, "elu": tf.nn.elu, "gelu": tf.nn.gelu, "silu": tf.nn.silu, "relu6": tf.nn.relu6, "rsqrt": tf.math.rsqrt,
            "leaky_relu": tf.nn.leaky_relu, "round": tf.round, "erf": tf.math.erf, "softsign": tf.nn.softsign, "selu": tf.nn.selu,
            "l2_normalize": lambda x: tf.nn.l2_normalize(x, axis=-1), "K.sqrt": keras.backend.sqrt, "K.abs": keras.backend.abs}
    twos = {"add": tf.add, "subtract": tf.subtract, "multiply": tf.multiply, "divide": tf.divide, "maximum": tf.maximum,
            "minimum": tf.minimum, "pow": tf.pow, "greater": tf.greater, "equal": tf.equal, "squared_difference": tf.math.squared_difference}
    reduce = {"reduce_sum": tf.reduce_sum, "reduce_mean": tf.reduce_mean, "reduce_max": tf.reduce_max, "reduce_min": tf.reduce_min,
              "reduce_prod": tf.reduce_prod, "reduce_std": tf.math.reduce_std, "reduce_variance": tf.math.reduce_variance,
              "reduce_logsumexp": tf.reduce_logsumexp, "K.mean": keras.backend.mean, "K.sum": keras.backend.sum, "K.max": keras.backend.max}
    one = {n: (PLAIN, lambda dice, x, s, other, f=f: f(x)) for n, f in ones.items()}
    two = {n: (PLAIN, lambda dice, x, s, other, f=f: f(x, other()) if chance(dice, 0.6) else f(x, 2.0)) for n, f in twos.items()}

    def reducing(dice, x, shape, other, f):
        axis, keep = axes(dice, shape), chance(dice, 0.4)
        return f(x, axis=axis, keepdims=keep) if chance(dice, 0.5) else f(x, axis, keep)

    three = {n: (PLAIN, lambda dice, x, s, other, f=f: reducing(dice, x, s, other, f)) for n, f in reduce.items()}
    rest = {
        "getitem": (("sequence", "image", "volume"), lambda dice, x, s, other: dice.choice([
            lambda: x[:, 0], lambda: x[:, 1:], lambda: x[..., :1], lambda: x[:, ::2], lambda: x[:, -1:], lambda: x[..., tf.newaxis],
            lambda: x[:, tf.newaxis], lambda: x[..., 0], lambda: x[:, 1:-1]])()),
        "operators": (PLAIN, lambda dice, x, s, other: dice.choice([
            lambda: x + other(), lambda: x * 2.0, lambda: 1.0 - x, lambda: x / other(), lambda: -x, lambda: x**2, lambda: 2.0 * x,
            lambda: x > other(), lambda: abs(x)])()),
        "reshape": (PLAIN, lambda dice, x, s, other: tf.reshape(x, (-1, F.product_of(s)))),
        "transpose": (("sequence", "image"), lambda dice, x, s, other: tf.transpose(x, (0,) + F.permute(dice, s)["dims"])),
        "expand_dims": (PLAIN, lambda dice, x, s, other: tf.expand_dims(x, axis=axes(dice, s))),
        "squeeze": (PLAIN, lambda dice, x, s, other: tf.squeeze(tf.expand_dims(x, axis=-1), axis=-1)),
        "concat": (PLAIN, lambda dice, x, s, other: tf.concat([x, other()], axis=axes(dice, s))),
        "stack": (PLAIN, lambda dice, x, s, other: tf.stack([x, other()], axis=axes(dice, s))),
        "matmul": (("sequence",), lambda dice, x, s, other: tf.matmul(x, other(), transpose_b=True)),
        "softmax": (PLAIN, lambda dice, x, s, other: tf.nn.softmax(x, axis=axes(dice, s))),
        "cast": (PLAIN, lambda dice, x, s, other: tf.cast(x, dice.choice([tf.float16, "int32", "float32"]))),
        "tile": (("vector", "sequence"), lambda dice, x, s, other: tf.tile(x, [1] + [dice.randint(1, 3) for _ in s])),
        "repeat": (PLAIN, lambda dice, x, s, other: tf.repeat(x, 2, axis=axes(dice, s))),
        "pad": (("sequence",), lambda dice, x, s, other: tf.pad(x, [[0, 0], [1, 2], [0, 1]])),
        "split": (PLAIN, lambda dice, x, s, other: tf.split(x, 2, axis=-1)),
        "clip": (PLAIN, lambda dice, x, s, other: tf.clip_by_value(x, 0.0, 1.0)),
        "where": (PLAIN, lambda dice, x, s, other: tf.where(x > 0.0, x, other())),
        "one_hot": (("tokens",), lambda dice, x, s, other: tf.one_hot(x, 7)),
        "gather": (("sequence",), lambda dice, x, s, other: tf.gather(x, [0, 1], axis=1)),
        "reverse": (PLAIN, lambda dice, x, s, other: tf.reverse(x, axis=[1])),
        "cumsum": (PLAIN, lambda dice, x, s, other: tf.cumsum(x, axis=axes(dice, s))),
        "argmax": (PLAIN, lambda dice, x, s, other: tf.argmax(x, axis=-1)),
        "unstack": (("sequence",), lambda dice, x, s, other: tf.unstack(x, axis=1)),
        "resize": (("image",), lambda dice, x, s, other: tf.image.resize(x, (6, 5))),
        "depth_to_space": (("image",), lambda dice, x, s, other: tf.nn.depth_to_space(x, 2)),
        "max_pool2d": (("image",), lambda dice, x, s, other: tf.nn.max_pool2d(x, 2, 2, "VALID")),
        "broadcast_to_shape": (("vector",), lambda dice, x, s, other: tf.shape(x)),
    }
    return [(name, *entry) for name, entry in sorted({**one, **two, **three, **rest}.items())]


# --- optimizers ---------------------------------------------------------------------------------------------------


def base_options(dice):
    return drop_none({"use_ema": some(dice, [True], 0.15), "clipnorm": some(dice, [1.0], 0.1),
                      "gradient_accumulation_steps": some(dice, [2, 4], 0.15) if THIRD else None})


OPTIMIZERS = {
    "SGD": lambda dice: drop_none({"momentum": some(dice, [0.9], 0.6), "nesterov": chance(dice, 0.3)}),
    "RMSprop": lambda dice: {"momentum": some(dice, [0.9], 0.5, 0.0), "centered": chance(dice, 0.5)},
    "Adam": lambda dice: {"amsgrad": chance(dice, 0.3)},
    "AdamW": lambda dice: {"amsgrad": chance(dice, 0.3), "weight_decay": 0.01},
    "Adadelta": lambda dice: {},
    "Adagrad": lambda dice: {},
    "Adamax": lambda dice: {},
    "Nadam": lambda dice: {},
    "Ftrl": lambda dice: {},
    "Lamb": lambda dice: {},
    "Lion": lambda dice: {},
    "Adafactor": lambda dice: {},
    "Muon": lambda dice: drop_none({"exclude_embeddings": some(dice, [False], 0.4)}),
    "ScheduleFreeAdamW": lambda dice: {},
}
LEGACY_OPTIONS = {"clipnorm"}


def learning_rate(dice):
    schedules = keras.optimizers.schedules
    return dice.choice([schedules.ExponentialDecay(0.1, 10, 0.9), schedules.PolynomialDecay(0.1, 10), schedules.CosineDecay(0.1, 10),
                        schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])])


def random_optimizer(dice):
    """(description, optimizer)"""
    legacy = getattr(keras.optimizers, "legacy", None) if not THIRD and chance(dice, 0.3) else None
    names = sorted(n for n in OPTIMIZERS if hasattr(legacy or keras.optimizers, n))
    name = dice.choice(names)
    options = dict(OPTIMIZERS[name](dice), **base_options(dice))
    if legacy:
        options = {k: v for k, v in options.items() if k not in ("use_ema", "weight_decay")}
    if chance(dice, 0.2):
        options["learning_rate"] = learning_rate(dice)
    optimizer = getattr(legacy or keras.optimizers, name)(**options)
    label = ("legacy " if legacy else "") + name
    if THIRD and hasattr(keras.optimizers, "LossScaleOptimizer") and chance(dice, 0.1):
        optimizer, label = keras.optimizers.LossScaleOptimizer(optimizer), "LossScaleOptimizer " + label
    return label, optimizer


def optimizer_state(optimizer, model):
    """(all elements of its variables, how many of them stand once for the whole optimizer)"""
    weights = model.trainable_variables
    if hasattr(optimizer, "_create_all_weights"):
        optimizer._create_all_weights(weights)
        variables = optimizer.variables()
        return elements(variables)
    optimizer.build(weights)
    found = {}

    def collect(value, depth=0):
        listed = getattr(value, "_variables", [])
        for one in list(listed() if callable(listed) else listed) + list(vars(value).values()):
            for v in one if isinstance(one, (list, tuple)) else [one] if THIRD else []:
                if hasattr(v, "shape") and hasattr(v, "assign"):
                    found[id(v)] = v
        inner = getattr(value, "inner_optimizer", None)
        if inner is not None and depth < 4:
            collect(inner, depth + 1)

    collect(optimizer)
    if not THIRD:  # what Keras 2 keeps apart from the optimizer's variables is not counted
        found.update({id(v): v for v in optimizer.variables})
    for weight in list(weights) + list(model.variables):
        found.pop(id(weight), None)
    return elements(found.values())


# --- the adapter --------------------------------------------------------------------------------------------------


class Adapter:
    strings = True
    structures = True
    older = OLDER
    first = VERSION.startswith("3.0.")  # ignores trainable=False of a constructor, and the scores of attention

    def __init__(self):
        self.policies = []
        self.operations = operations_3() if THIRD else operations_2()
        self.refusals = {}

    def fresh(self, dice):
        """Start over; the policy of the model."""
        keras.backend.clear_session()
        policy = dice.choice(POLICIES) if chance(dice, 0.4) else "float32"
        # Loss scaling follows the policy of the model, which files do not hold: layers of their own policy must not be most.
        self.policies = [] if policy == "mixed_float16" else [p for p in POLICIES if p != "mixed_float16"]
        if THIRD:
            keras.config.set_dtype_policy(policy)
        else:
            keras.mixed_precision.set_global_policy(policy)
        return policy

    def refused(self, step, error):
        key = step, str(error).strip().split("\n")[0][:90]
        self.refusals[key] = self.refusals.get(key, 0) + 1

    def has(self, name):
        if not hasattr(keras.layers, name):
            if not THIRD and hasattr(getattr(keras.layers, "experimental", None), "preprocessing"):
                return False
            return False
        # Keras makes a cycle of Equalization; RandomHeight and RandomWidth of Keras 2 are eager only
        return True

    def layer(self, name, options):
        return getattr(keras.layers, name)(**options)

    def fresh_copy(self, layer):
        return type(layer).from_config(layer.get_config())

    def input(self, shape, dtype, batch):
        return keras.Input(shape, batch_size=batch, dtype=dtype)

    def flatten(self, value):
        return keras.tree.flatten(value) if THIRD and hasattr(keras, "tree") else tf.nest.flatten(value)

    def shape(self, tensor):
        return None if tensor.shape.__class__.__name__ == "TensorShape" and tensor.shape.rank is None else tuple(tensor.shape)

    def dtype(self, tensor):
        return tensor.dtype if isinstance(tensor.dtype, str) else tensor.dtype.name

    def model(self, inputs, outputs):
        return keras.Model(inputs, outputs)

    def sequential(self, layers, tensor):
        dtype = None if tensor.dtype.startswith("float") else tensor.dtype
        return keras.Sequential([keras.layers.InputLayer(tensor.shape, dtype=dtype)] + layers)

    def layers_of(self, model):
        return model.layers


ADAPTER = Adapter()

# --- what Keras says ----------------------------------------------------------------------------------------------


def graph_of(model):
    return getattr(model, "_functional", None) or model


def first_outputs(layer, nodes):
    """Shapes of the results of the first call inside the model."""
    for node in layer._inbound_nodes:
        if id(node) in nodes:
            outputs = node.outputs if hasattr(node, "outputs") else node.output_tensors
            return [list(ADAPTER.shape(t) or ()) for t in ADAPTER.flatten(outputs)]
    return None


def variable_bytes(layer):
    variables = unique(layer.variables if THIRD else layer.weights)
    return sum(elements([v]) * BYTES.get(ADAPTER.dtype(v).replace("<dtype: '", ""), 0) for v in variables)


def describe_layers(model, prefix=""):
    graph = graph_of(model)
    nodes = {id(n) for depth in graph._nodes_by_depth.values() for n in depth}
    rows = []
    # The masks inside a Sequential model are no part of its file.
    for layer in graph.layers if isinstance(model, keras.Sequential) else getattr(graph, "operations", None) or graph.layers:
        is_layer = hasattr(layer, "weights")
        row = {"path": prefix + layer.name, "class": type(layer).__name__, "nested": isinstance(layer, keras.Model),
               "outputs": first_outputs(layer, nodes)}
        if is_layer:
            row["trainable"] = elements(unique(layer.trainable_weights))
            # Not non_trainable_weights: in Keras 2 the kernel of a frozen layer in SpectralNormalization is in both lists.
            row["non_trainable"] = elements(unique(layer.weights)) - row["trainable"]
            row["bytes"] = variable_bytes(layer)
        rows.append(row)
        if row["nested"]:
            rows += describe_layers(layer, prefix + layer.name + "/")
    return rows


def describe(model):
    return {"total": elements(unique(model.weights)), "trainable": elements(unique(model.trainable_weights)),
            "non_trainable": elements(unique(model.weights)) - elements(unique(model.trainable_weights)),
            "layers": describe_layers(model)}


# --- files --------------------------------------------------------------------------------------------------------


def tfjs(model, path):
    """What tensorflowjs_converter writes for layers models: topology and list of weights."""
    manifest = [{"name": w.name, "shape": list(w.shape), "dtype": ADAPTER.dtype(w)} for w in unique(model.weights)]
    topology = {"keras_version": VERSION, "backend": "tensorflow", "model_config": json.loads(model.to_json())}
    with open(path, "w") as file:
        json.dump({"format": "layers-model", "generatedBy": "keras v" + VERSION, "convertedBy": "TensorFlow.js Converter v4.4.0",
                   "modelTopology": topology, "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": manifest}]}, file)


def write_json(model, path):
    with open(path, "w") as file:
        file.write(model.to_json())


def writers():
    """format → (file name, function, share of the models that are written so)"""
    if THIRD:
        table = {"keras": ("m.keras", lambda m, p: m.save(p), 0.6), "json": ("m.json", write_json, 1.0)}
        if tuple(int(x) for x in VERSION.split(".")[:2]) >= (3, 7):
            table["directory"] = ("unpacked", lambda m, p: m.save(p, zipped=False), 0.15)
        table["h5"] = ("m.h5", lambda m, p: m.save(p), 0.4)  # last: it takes the optimizer out of the model's compile_config
        return table
    return {"keras": ("m.keras", lambda m, p: m.save(p, save_format="keras_v3") if VERSION.startswith("2.12") else m.save(p), 0.6),
            "json": ("m.json", write_json, 1.0), "h5": ("m.h5", lambda m, p: m.save(p), 0.5),
            "tfjs": ("model.json", tfjs, 0.3), "savedmodel": ("saved", lambda m, p: m.save(p, save_format="tf"), 0.02)}


def seeds_apart(extra):
    """Whether `extra` bytes of a layer are those of its random numbers: two int64 in the newest Keras 3 and here, two
    uint32 in older ones, and in Keras 2 no weights at all."""
    return extra % 8 == 0 and abs(extra) < 1000 if OLDER else extra == 0 if THIRD else extra > 0 and extra % 16 == 0


COMPILED = ("keras", "h5", "directory", "savedmodel") + (("json",) if THIRD else ())  # formats that hold the optimizer


def reload(path):
    """What Keras itself makes of its file; None: it cannot load it."""
    try:
        if path.endswith(".json"):
            with open(path) as file:
                text = file.read()
            topology = json.loads(text).get("modelTopology")
            return describe(keras.models.model_from_json(json.dumps(topology["model_config"]) if topology else text))
        return describe(keras.models.load_model(path, compile=False))
    except Exception:
        return None


def reload_json(model):
    """The same by way of to_json(), for files that Keras writes but cannot load."""
    try:
        return describe(keras.models.model_from_json(model.to_json()))
    except Exception:
        return None


def seed(number):
    (keras.utils.set_random_seed if hasattr(keras.utils, "set_random_seed") else tf.random.set_seed)(number)


def quantize(dice, model, classes):
    """The mode that the model was quantized in; None: it was not. SpectralNormalization holds on to the kernel that
    Keras replaces, and counts both; older Keras 3 does not write that attention is quantized, and cannot load its file."""
    unfit = {"SpectralNormalization"} | ({"MultiHeadAttention", "GroupQueryAttention"} if OLDER else set())
    if unfit & set(classes) or not THIRD or not hasattr(model, "quantize") or not chance(dice, 0.05):
        return None
    mode = dice.choice(["int8", "int4", "float8"])
    try:
        model.quantize(mode)
    except Exception as error:
        ADAPTER.refused("quantize " + mode, error)
        return "some " + mode
    return mode


def compile_model(dice, model):
    """(label of the optimizer, elements of its state); None and None where the model is not compiled."""
    if not chance(dice, 0.7) or not model.trainable_variables:
        return None, None
    label, optimizer = random_optimizer(dice)
    try:
        model.compile(optimizer, loss="mse")
        return label, optimizer_state(model.optimizer, model)
    except Exception as error:
        ADAPTER.refused("optimizer " + label, error)
        return label, None


def class_names():
    """The layers that this Keras exports."""
    for name in dir(keras.layers):
        value = getattr(keras.layers, name)
        if isinstance(value, type) and issubclass(value, keras.layers.Layer) and value.__name__ == name:
            yield name
