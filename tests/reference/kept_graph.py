"""What the forward pass leaves for the backward pass, read off a traced TensorFlow graph.

A tensor is *kept* when an operation of the backward pass reads it and one of the forward pass
(or the input) made it. Followed are: aliases (reshapes share their operand's storage), and
backward operations only where a gradient depends on them. Not counted are: variables
themselves, constants, and uses that read nothing but a shape. Half-precision copies of
variables are marked apart, as they do not grow with the batch.

A While loop keeps through tensor lists, one element per iteration: they are read off the loop's
body, where the forward pass pushes onto them.
"""

import collections
import contextlib

from common import keras, tf


ALIASES = {"Identity", "IdentityN", "Reshape", "ExpandDims", "Squeeze", "StopGradient", "PreventGradient",
           "CheckNumerics", "EnsureShape"}  # fmt: skip
SHAPE_ONLY = {"Shape", "ShapeN", "Rank", "Size", "ZerosLike", "OnesLike", "BroadcastGradientArgs"}
CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
VARIABLES = {"Const", "ReadVariableOp", "VarHandleOp"}
LISTS = {"TensorListPushBack": 1, "TensorListSetItem": 2}  # operation → the operand that it stores

# key: identity of the storage; owner: path of the layer that made it ("" is the model itself);
# kind: "activation", "input" or "weight_copy".
Kept = collections.namedtuple("Kept", "key owner op dtype shape bytes kind")


def storage_of(tensor):
    """The tensor whose memory this one shares."""
    while True:
        source = aliased(tensor)
        if source is None:
            return tensor
        tensor = source


def aliased(tensor):
    """The operand that an operation hands on as this output, if it does."""
    op = tensor.op
    if op.type in ALIASES:
        return op.inputs[tensor.value_index if op.type == "IdentityN" else 0]
    if op.type in CALLS:
        function = op.graph._get_function(op.get_attr("f").name).graph
        result = storage_of(function.outputs[tensor.value_index])
        return next((outer for inner, outer in zip(function.inputs, op.inputs) if inner is result), None)
    return None


def is_variable(tensor):
    return tensor.dtype == tf.resource or tensor.op.type in VARIABLES


def is_weight_copy(tensor):
    """A cast of a variable, as a mixed policy makes at every access."""
    return tensor.op.type == "Cast" and storage_of(tensor.op.inputs[0]).op.type == "ReadVariableOp"


class Graph:
    """A traced training step: which operations are forward, and which layer made each."""

    def __init__(self, graph, owners):
        self.graph, self.owners = graph, owners
        self.forward = {op.name for op in graph.get_operations()}

    def kept(self, gradients):
        """The tensors that these gradients keep, each storage once, in a fixed order."""
        needed = self.backward_of(gradients)
        read = list(gradients)  # the optimizer reads them: indices of a sparse one may be forward tensors
        for op in (op for op in self.graph.get_operations() if op.name in needed):
            if op.type in SHAPE_ONLY or op.type in ALIASES and not self.is_read(op, needed):
                continue
            read += op.inputs[:1] if op.type == "Reshape" else op.inputs
        storages = (storage_of(tensor) for tensor in read)
        entries = (self.entry(tensor) for tensor in storages if tensor.op.name in self.forward)
        return sorted({entry.key: entry for entry in entries if entry}.values())

    def backward_of(self, gradients):
        """Names of the backward operations on which one of the gradients depends."""
        todo, needed = [g.op for g in gradients], set()
        while todo:
            op = todo.pop()
            if op.name not in needed and op.name not in self.forward:
                needed.add(op.name)
                todo += [t.op for t in op.inputs] + list(op.control_inputs)
        return needed

    def is_read(self, alias, needed):
        """Whether a backward operation reads the values of a backward alias, not just its shape."""
        users = (op for out in alias.outputs for op in out.consumers())
        return any(
            op.name in needed and op.type not in SHAPE_ONLY and (op.type not in ALIASES or self.is_read(op, needed))
            for op in users
        )

    def entry(self, tensor):
        if is_variable(tensor):
            return None
        if tensor.dtype == tf.variant:
            return self.list_entry(tensor)
        kind = "weight_copy" if is_weight_copy(tensor) else "activation"
        kind = "input" if tensor.op.type == "Placeholder" else kind
        return self.describe(tensor, tensor.name, tensor.op.name, kind)

    def describe(self, tensor, key, op_name, kind, times=None):
        shape = tuple(tensor.shape) if times is None else (times, *tensor.shape)
        size = tensor.shape.num_elements() * tensor.dtype.size * (times or 1)
        return Kept(key, self.owners.get(op_name, ""), tensor.op.type, tensor.dtype.name, shape, size, kind)

    def list_entry(self, handle):
        """A tensor list that the backward pass reads: filled before a loop, or in it."""
        if handle.op.type == "TensorListFromTensor":
            return self.entry(storage_of(handle.op.inputs[0]))
        if handle.op.type not in ("While", "StatelessWhile"):
            raise ValueError(f"tensor list of unknown content: {handle}")
        loop = handle.op
        body = self.graph._get_function(loop.get_attr("body").name).graph
        filled = storage_of(body.outputs[handle.value_index])
        if filled.op.type not in LISTS:
            before = storage_of(loop.inputs[handle.value_index])
            return self.entry(before) if before.op.type != "TensorListReserve" else None
        value = carried(body, storage_of(filled.op.inputs[LISTS[filled.op.type]]))
        if value is None or is_variable(value):
            return None  # all elements refer to one buffer that lives anyway
        kind = "weight_copy" if is_weight_copy(value) else "activation"
        return self.describe(value, f"{loop.name}/{value.name}", loop.name, kind, iterations(loop))


def carried(body, value):
    """A state that enters an iteration is what the one before left: the same storages."""
    if value.op.type != "Placeholder":
        return value
    index = next(i for i, t in enumerate(body.inputs) if t is value)
    left = storage_of(body.outputs[index]) if index < len(body.outputs) else value
    return None if left is value else left


def iterations(loop):
    """Time steps of a loop over a sequence: the length of the list that it reads."""
    sources = [storage_of(t).op for t in loop.inputs if t.dtype == tf.variant]
    return max(op.inputs[0].shape[0] for op in sources if op.type == "TensorListFromTensor")


def layer_paths(model, prefix=""):
    """id of a layer → its path; a nested model's layers stand for it."""
    paths = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            paths |= layer_paths(layer, f"{prefix}{layer.name}/")
        else:
            paths[id(layer)] = prefix + layer.name
    return paths


@contextlib.contextmanager
def recorded_owners(model):
    """While open, notes for each new operation the layer whose call made it."""
    paths, owners, call = layer_paths(model), {}, keras.Layer.__call__

    def recorded(layer, *args, **kwargs):
        if id(layer) not in paths:
            return call(layer, *args, **kwargs)
        graph = tf.compat.v1.get_default_graph()
        before = len(graph.get_operations())
        result = call(layer, *args, **kwargs)
        for op in graph.get_operations()[before:]:
            owners.setdefault(op.name, paths[id(layer)])
        return result

    keras.Layer.__call__ = recorded
    try:
        yield owners
    finally:
        keras.Layer.__call__ = call


def dense(gradients):
    """The tensors of gradients: of a sparse one its values and indices."""
    tensors = []
    for g in gradients:
        if g is not None:
            tensors += [g.values, g.indices] if isinstance(g, tf.IndexedSlices) else [g]
    return tensors


def trace(model, batch, with_loss=False):
    """The kept tensors of one training step of `model` (compiled, if with_loss) for this batch."""
    result = []

    def step(inputs, labels):
        graph = tf.compat.v1.get_default_graph()
        variables = [v.value for v in model.trainable_variables]
        with tf.GradientTape() as tape, recorded_owners(model) as owners:
            target = outputs = model(inputs, training=True)
            if with_loss:
                loss = model.compute_loss(x=inputs, y=labels, y_pred=outputs)
                target = model.optimizer.scale_loss(loss)
            forward = Graph(graph, owners)
        upstream = None
        if not with_loss:
            upstream = tf.nest.map_structure(lambda t: tf.compat.v1.placeholder(t.dtype, t.shape), outputs)
        result.extend(forward.kept(dense(tape.gradient(target, variables, upstream))))
        return 0

    inputs = [tf.TensorSpec([batch, *t.shape[1:]], t.dtype) for t in model.inputs]
    labels = tf.TensorSpec([batch, 1], "float32")
    traced = tf.function(step, autograph=False, jit_compile=False)
    traced.get_concrete_function(inputs if len(inputs) > 1 else inputs[0], labels)
    return result
