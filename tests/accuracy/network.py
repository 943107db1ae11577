"""A network as layertop's native YAML, one layer a line.

A Net is written top down: each call of `add` appends a layer and gives its name, which later layers take as input.
Padding: a strided convolution of PyTorch pads its input on both sides, TensorFlow's `same` on one; the shapes are
the same wherever `same` stands here.
"""


def text(value):
    if value is True or value is False:
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(text(v) for v in value) + "]"
    return str(value)


class Net:
    """`parameters`: what the source publishes (trainable), checked by test_models; None: no figure is published."""

    def __init__(self, name, title, source, parameters=None):
        self.name, self.title, self.source, self.parameters = name, title, source, parameters
        self.lines, self.count, self.last, self.outputs = [], {}, None, None

    def add(self, kind, inputs=None, name=None, **config):
        stem = name or kind.lower()
        self.count[stem] = self.count.get(stem, 0) + 1
        name = stem if self.count[stem] == 1 else f"{stem}_{self.count[stem]}"
        pairs = [("class", kind), ("name", name)]
        if inputs is not None and inputs != self.last:
            pairs.append(("inputs", inputs))
        pairs += config.items()
        self.lines.append("    - {" + ", ".join(f"{k}: {text(v)}" for k, v in pairs) + "}")
        self.last = name
        return name

    def image(self, *shape):
        return self.add("InputLayer", name="image", shape=shape)

    def tokens(self, length, name="tokens"):
        return self.add("InputLayer", name=name, shape=[length], dtype="int32")

    def conv(self, x, filters, size, stride=1, padding="same", **config):
        sizes = size if isinstance(size, (list, tuple)) else [size, size]
        return self.add("Conv2D", x, "conv", filters=filters, kernel_size=sizes, strides=[stride, stride],
                        padding=padding, **config)

    def norm(self, x, **config):
        return self.add("BatchNormalization", x, "norm", **config)

    def act(self, x, function="relu"):
        return self.add("Activation", x, function, activation=function)

    def conv_norm(self, x, filters, size, stride=1, act="relu", padding="same", **config):
        """Convolution without bias, batch norm, activation."""
        x = self.norm(self.conv(x, filters, size, stride, padding, use_bias=False, **config))
        return self.act(x, act) if act else x

    def pool(self, x, kind, size, stride, padding="valid"):
        return self.add(f"{kind}Pooling2D", x, "pool", pool_size=[size, size], strides=[stride, stride],
                        padding=padding)

    def dense(self, x, units, **config):
        return self.add("Dense", x, "dense", units=units, **config)

    def dropout(self, x, rate):
        return self.add("Dropout", x, "dropout", rate=rate)

    def sum(self, *inputs):
        return self.add("Add", list(inputs), "add")

    def join(self, *inputs):
        return self.add("Concatenate", list(inputs), "concat")

    def classes(self, x, units):
        """Logits and the softmax of the loss are one: the head is linear where the loss takes logits."""
        return self.dense(x, units)

    def write(self, folder):
        head = ["layertop: 1", f"title: {self.title}", "notes: |", f"  Source: {self.source}"]
        if self.parameters:
            head.append(f"  Published trainable parameters: {self.parameters:,}")
        head += ["model:", f"  name: {self.name.replace('-', '_').replace('.', '_')}", "  layers:"]
        with open(f"{folder}/{self.name}.yaml", "w") as file:
            if self.outputs:
                self.lines.append(f"  outputs: {text(self.outputs)}")
            file.write("\n".join(head + self.lines) + "\n")
