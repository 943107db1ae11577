"""Calls of keras.ops on symbolic tensors: result shapes and dtypes, and every class that a saved graph can name.

A case holds class and module, configuration and arguments as a saved model holds them, the operands' shapes and dtypes,
and the results'.
"""

import importlib
import json

import numpy
from common import HERE, Table, keras, main
from keras import ops

B = 7  # a batch that no other axis has


def tensor(*shape, dtype="float32"):
    return keras.Input(batch_shape=(B, *shape), dtype=dtype)


x, y = tensor(5, 6), tensor(5, 6)
row, column = tensor(1, 6), tensor(5, 1)
half, whole, flag = tensor(5, 6, dtype="float16"), tensor(5, 6, dtype="int32"), tensor(5, 6, dtype="bool")
byte = tensor(5, 6, dtype="uint8")
image, channels_first = tensor(9, 10, 3), tensor(3, 9, 10)
matrix = tensor(4, 4)
vector = tensor()
heads = tensor(5, 2, 8)
other_heads = tensor(6, 2, 8)
kernel2d = keras.Input(batch_shape=(3, 3, 3, 8))
depthwise2d = keras.Input(batch_shape=(3, 3, 3, 2))
pointwise2d = keras.Input(batch_shape=(1, 1, 6, 8))
transposed2d = keras.Input(batch_shape=(3, 3, 8, 3))
weights = keras.Input(batch_shape=(6, 4))
classes = tensor(5, dtype="int32")


def unary(*names, of=(x,)):
    return [lambda n=n, t=t: getattr(ops, n)(t) for n in names for t in of]


def binary(*names, of=((x, y), (x, row), (column, row), (x, 2.0))):
    return [lambda n=n, p=p: getattr(ops, n)(*p) for n in names for p in of]


def reductions(*names, of=(x,)):
    choices = [{}, {"axis": 1}, {"axis": -1, "keepdims": True}]
    return [lambda n=n, t=t, c=c: getattr(ops, n)(t, **c) for n in names for t in of for c in choices]


CASES = [
    *binary("add", "subtract", "multiply", "divide", "true_divide", "power", "maximum", "minimum", "mod", "floor_divide"),
    *binary("arctan2", "hypot", "logaddexp", of=((x, row),)),
    *binary("add", "multiply", "divide", of=((x, half), (x, whole), (half, whole), (flag, x), (whole, byte), (whole, 2.0))),
    *binary("add", of=((x, numpy.ones((2, 1, 5, 6), "float32")), (2.0, x))),
    *binary("equal", "not_equal", "greater", "greater_equal", "less", "less_equal"),
    *binary("logical_and", "logical_or", "logical_xor", of=((flag, flag),)),
    *binary("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", of=((whole, whole),)),
    *unary("exp", "log", "sqrt", "sin", "cos", "tanh", "log1p", "expm1", "log2", "rsqrt", "erf", of=(x, half, whole)),
    *unary("negative", "absolute", "square", "sign", "floor", "ceil", of=(x, half)),
    *unary("reciprocal"),
    *unary("negative", "absolute", "square", "sign", of=(whole,)),
    *unary("isnan", "isfinite", "logical_not", "isinf"),
    *unary("relu", "relu6", "sigmoid", "silu", "gelu", "softplus", "elu", "selu", "softmax", "log_softmax", "glu", "celu"),
    *unary("leaky_relu", "hard_sigmoid", "hard_silu", "log_sigmoid", "softsign", "sparsemax", "tanh_shrink", "hard_tanh"),
    *unary("soft_shrink", "hard_shrink", "threshold", "squareplus", "sparse_plus", "sparse_sigmoid", of=()),
    lambda: ops.softmax(x, axis=1),
    lambda: ops.gelu(x, approximate=False),
    lambda: ops.glu(x, axis=-1),
    lambda: ops.clip(x, 0.0, 1.0),
    lambda: ops.clip(whole, 0, 1),
    *reductions("sum", "mean", "max", "min", "prod", "var", "std", "any", "all", "logsumexp", "median"),
    *reductions("sum", "mean", "max", "var", of=(whole, half)),
    *reductions("argmax", "argmin"),
    lambda: ops.sum(flag),
    lambda: ops.sum(byte, axis=0),
    lambda: ops.sum(x, axis=(1, 2)),
    lambda: ops.mean(image, axis=(1, 2), keepdims=True),
    lambda: ops.count_nonzero(x, axis=1),
    lambda: ops.norm(x, axis=-1),
    lambda: ops.norm(x, axis=(1, 2), keepdims=True),
    lambda: ops.average(x, axis=1),
    lambda: ops.quantile(x, 0.5, axis=1),
    lambda: ops.cumsum(x, axis=1),
    lambda: ops.cumprod(x, axis=1),
    lambda: ops.sort(x, axis=1),
    lambda: ops.argsort(x, axis=1),
    lambda: ops.top_k(x, 3),
    lambda: ops.nan_to_num(x),
    lambda: ops.matmul(x, weights),
    lambda: ops.matmul(x, ops.transpose(y, (0, 2, 1))),
    lambda: ops.matmul(half, ops.transpose(y, (0, 2, 1))),
    lambda: ops.dot(x, weights),
    lambda: ops.tensordot(x, weights, axes=1),
    lambda: ops.tensordot(x, weights, axes=[[2], [0]]),
    lambda: ops.tensordot(x, y, axes=((1, 2), (1, 2))),
    lambda: ops.einsum("bij,bkj->bik", x, y),
    lambda: ops.einsum("bij,jk->bik", x, weights),
    lambda: ops.einsum("...j,jk->...k", x, weights),
    lambda: ops.einsum("bij,bij,bij->b", x, y, x),
    lambda: ops.einsum("bqhd,bkhd->bhqk", heads, other_heads),
    lambda: ops.inner(vector, vector),
    lambda: ops.outer(vector, vector),
    lambda: ops.reshape(x, (-1, 30)),
    lambda: ops.reshape(x, (B, 3, 10)),
    lambda: ops.reshape(x, (-1,)),
    lambda: ops.transpose(x),
    lambda: ops.transpose(x, (0, 2, 1)),
    lambda: ops.expand_dims(x, 1),
    lambda: ops.expand_dims(x, -1),
    lambda: ops.expand_dims(x, (0, 2)),
    lambda: ops.squeeze(row, 1),
    lambda: ops.squeeze(row),
    lambda: ops.swapaxes(x, 1, 2),
    lambda: ops.moveaxis(image, -1, 1),
    lambda: ops.moveaxis(image, (1, 2), (2, 1)),
    lambda: ops.ravel(x),
    lambda: ops.broadcast_to(row, (B, 5, 6)),
    lambda: ops.flip(x, axis=1),
    lambda: ops.roll(x, 2, axis=1),
    lambda: ops.tile(x, (1, 2, 3)),
    lambda: ops.tile(x, 2),
    lambda: ops.repeat(x, 2, axis=1),
    lambda: ops.repeat(x, 2),
    lambda: ops.stack([x, y], axis=1),
    lambda: ops.stack([x, y], axis=-1),
    lambda: ops.concatenate([x, y], axis=-1),
    lambda: ops.concatenate([x, row, y], axis=1),
    lambda: ops.hstack([x, y]),
    lambda: ops.vstack([x, y]),
    lambda: ops.append(x, y, axis=1),
    lambda: ops.append(x, y),
    lambda: ops.split(x, 3, axis=-1),
    lambda: ops.split(x, [2, 3], axis=-1),
    lambda: ops.array_split(x, 4, axis=-1),
    lambda: ops.unstack(x, axis=1),
    lambda: ops.pad(x, ((0, 0), (1, 1), (2, 3))),
    lambda: ops.pad(x, 1),
    lambda: ops.where(flag, x, 0.0),
    lambda: ops.where(flag, x, row),
    lambda: ops.take(x, [0, 2], axis=1),
    lambda: ops.take(x, 2, axis=1),
    lambda: ops.take(weights, classes, axis=0),
    lambda: ops.take(x, [0, 1, 2]),
    lambda: ops.take_along_axis(x, whole, axis=1),
    lambda: ops.tril(matrix),
    lambda: ops.triu(matrix),
    lambda: ops.diagonal(matrix, axis1=1, axis2=2),
    lambda: ops.trace(matrix, axis1=1, axis2=2),
    lambda: ops.diff(x, axis=1),
    lambda: ops.meshgrid(vector, vector),
    lambda: ops.zeros_like(x),
    lambda: ops.ones_like(x, dtype="int32"),
    lambda: ops.full_like(x, 2),
    lambda: ops.cross(image, image),
    lambda: x[:, 1:4],
    lambda: x[:, -1],
    lambda: x[:, 1:4, None, ...],
    lambda: x[..., 0],
    lambda: x[:, ::2],
    lambda: x[:, ::-1, -3:-1],
    lambda: x[0],
    lambda: x[:, None],
    lambda: ops.cast(x, "float16"),
    lambda: ops.saturate_cast(x, "uint8"),
    lambda: ops.stop_gradient(x),
    lambda: ops.slice(x, (0, 1, 0), (B, 2, 3)),
    lambda: ops.slice_update(x, (0, 0, 0), x),
    lambda: ops.scatter(ops.cast(weights, "int32"), weights[:, 0], (9, 9, 9, 9)),
    lambda: ops.one_hot(classes, 10),
    lambda: ops.one_hot(classes, 10, axis=1),
    lambda: ops.multi_hot(classes, 10, dtype="int32"),
    lambda: ops.moments(image, axes=[1, 2]),
    lambda: ops.moments(image, axes=[0, 1, 2], keepdims=True),
    lambda: ops.normalize(x),
    lambda: ops.rms_normalization(x),
    lambda: ops.layer_normalization(x),
    lambda: ops.conv(image, kernel2d),
    lambda: ops.conv(image, kernel2d, strides=2, padding="same"),
    lambda: ops.conv(image, kernel2d, dilation_rate=2),
    lambda: ops.conv(channels_first, kernel2d, data_format="channels_first"),
    lambda: ops.depthwise_conv(image, depthwise2d, strides=2, padding="same"),
    lambda: ops.separable_conv(image, depthwise2d, pointwise2d, padding="same"),
    lambda: ops.conv_transpose(image, transposed2d, strides=2, padding="same"),
    lambda: ops.conv_transpose(image, transposed2d, strides=2),
    lambda: ops.max_pool(image, 2),
    lambda: ops.max_pool(image, (3, 2), strides=1, padding="same"),
    lambda: ops.average_pool(image, 2, strides=2, padding="same"),
    lambda: ops.dot_product_attention(heads, other_heads, other_heads),
    lambda: ops.dot_product_attention(heads, heads, heads, is_causal=True),
    lambda: ops.binary_crossentropy(x, y),
    lambda: ops.categorical_crossentropy(x, y),
    lambda: ops.sparse_categorical_crossentropy(classes, x),
    lambda: ops.depth_to_space(tensor(4, 4, 12), 2),
    lambda: ops.space_to_depth(tensor(4, 6, 3), 2),
    lambda: ops.unfold(channels_first, 3),
    lambda: ops.image.resize(image, (20, 21)),
    lambda: ops.image.resize(image, (4, 5), interpolation="nearest"),
    lambda: ops.image.rgb_to_grayscale(image),
    lambda: ops.image.rgb_to_hsv(image),
    lambda: ops.image.extract_patches(image, 3),
    lambda: ops.image.extract_patches(image, (3, 2), strides=2, padding="same"),
    lambda: ops.image.pad_images(image, top_padding=1, left_padding=2, target_height=12, target_width=14),
    lambda: ops.image.crop_images(image, top_cropping=1, left_cropping=2, target_height=5, target_width=6),
    lambda: ops.image.gaussian_blur(image),
    lambda: ops.fft((x, y)),
    lambda: ops.rfft(x),
    lambda: ops.rfft(x, fft_length=16),
    lambda: ops.irfft((x, y)),
    lambda: ops.stft(tensor(100), 16, 8, 32),
    lambda: ops.extract_sequences(tensor(100), 16, 8),
    lambda: ops.segment_sum(vector, keras.Input(batch_shape=(B,), dtype="int32"), num_segments=3),
    lambda: ops.cholesky(matrix),
    lambda: ops.inv(matrix),
    lambda: ops.det(matrix),
    lambda: ops.solve(matrix, tensor(4, 3)),
    lambda: ops.svd(tensor(4, 6)),
    lambda: ops.svd(tensor(4, 6), full_matrices=False),
    lambda: ops.qr(tensor(6, 4)),
    lambda: ops.qr(tensor(6, 4), mode="complete"),
    lambda: ops.eigh(matrix),
    lambda: keras.activations.relu(x, max_value=6),
    lambda: ops.rearrange(x, "b h w -> b (h w)"),
    lambda: ops.rearrange(x, "b (h p) w -> b h p w", p=1),
]


def simple(value):
    """Operands lose their description: it is in `inputs`."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return {"class_name": "__keras_tensor__"}
        return {k: simple(v) for k, v in value.items()}
    if isinstance(value, list):
        return [simple(v) for v in value]
    return value


def case(number, call):
    result = keras.tree.flatten(call())
    operation = result[0]._keras_history.operation
    node = operation._inbound_nodes[result[0]._keras_history.node_index]
    model = keras.Model(sources(node.input_tensors), result)
    layers = json.loads(model.to_json())["config"]["layers"]
    saved = next(layer for layer in layers if layer["name"] == operation.name)
    config = {k: v for k, v in saved["config"].items() if k != "name"}
    return {
        "name": f"{number} {saved['class_name']}",
        "class": saved["class_name"],
        "module": saved["module"],
        "config": config,
        "arguments": simple(saved["inbound_nodes"][0]),
        "inputs": [list(t.shape) for t in node.input_tensors],
        "input_dtypes": [t.dtype for t in node.input_tensors],
        "outputs": [list(t.shape) for t in node.output_tensors],
        "output_dtypes": [t.dtype for t in node.output_tensors],
    }


def sources(tensors):
    """The inputs that the tensors come from, each once."""
    found = []
    for t in tensors:
        node = t._keras_history.operation._inbound_nodes[t._keras_history.node_index]
        for source in [t] if node.is_input else sources(node.input_tensors):
            if all(source is not f for f in found):
                found.append(source)
    return found


def names():
    """The classes of keras.ops and keras.activations that a saved graph can name."""
    modules = [f"keras.src.ops.{m}" for m in ("numpy", "nn", "core", "math", "image", "linalg", "einops")]
    found = set()
    for module in [*modules, "keras.src.activations.activations"]:
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, type) and issubclass(value, keras.Operation) and value.__module__ == module:
                found.add(value.__name__)
    return sorted(found)


def operations():
    about = "operands have no batch that is open; a case is its operation's call"
    yield Table(HERE / "operations.json", about, [case(number, call) for number, call in enumerate(CASES)])
    about = "the classes of keras.ops and keras.activations that a saved graph can name"
    yield Table(HERE / "operation_names.json", about, [{"name": name} for name in names()])


if __name__ == "__main__":
    main(__doc__.splitlines()[0], operations)
