"""Transformer-XL: attention to the tokens at hand and to the states kept of those before, with relative positions.

The kept states are one input here, which every block reads. How many tokens need the tails of the adaptive softmax
depends on the text: ADAPTIVE assumes shares of 1/32, 1/24 and 1/96. Without it every token is compared with all words.
"""

from network import Net
from transformers import Raw

SOURCE = "Z. Dai et al., Transformer-XL, 2019; NVIDIA/DeepLearningExamples, LanguageModeling/Transformer-XL"
# Parts of WikiText-103's vocabulary: words, and that one token of so many is looked for there.
ADAPTIVE = ((20_000, 1), (20_000, 32), (160_000, 24), (67_735, 96))
FULL = ((267_735, 1),)


class Block:
    def __init__(self, net, width, heads, inner, length, rate, where):
        self.net, self.width, self.heads, self.inner = net, width, heads, inner
        self.length, self.rate, self.where = length, rate, where
        self.mask = net.add("InputLayer", name="mask", batch_shape=[1, 1, length, 2 * length])

    def op(self, kind, inputs, **arguments):
        text = ", ".join(f"{k}: {v}" for k, v in arguments.items())
        return self.net.add(kind, inputs, package="keras.ops", call_arguments=Raw(f"{{kwargs: {{{text}}}}}"))

    def split(self, x, length):
        return self.net.add("Reshape", x, "heads", target_shape=[length, self.heads, self.width // self.heads])

    def einsum(self, a, b, subscripts):
        return self.op("Einsum", [a, b], subscripts=f'"{subscripts}"')

    def attend(self, x, kept):
        net, both = self.net, 2 * self.length
        joined = net.add("Concatenate", [kept, x], "states", axis=1)
        q, k, v = (net.dense(joined, self.width, use_bias=False) for _ in range(3))
        q = net.add("Cropping1D", q, "now", cropping=[self.length, 0])
        q, k, v = self.split(q, self.length), self.split(k, both), self.split(v, both)
        r = net.add("Reshape", net.dense(self.where, self.width, use_bias=False), "heads",
                    target_shape=[both, self.heads, self.width // self.heads])
        content = self.einsum(net.add("LayerScale", q, "content_bias", projection_dim=self.width // self.heads), k,
                              "bind,bjnd->bnij")
        position = self.einsum(net.add("LayerScale", q, "position_bias", projection_dim=self.width // self.heads), r,
                               "bind,xjnd->bnij")
        shifted = self.op("Roll", position, shift=1)
        scores = net.add("Add", [content, shifted], "scores")
        scores = net.add("Add", [scores, self.mask], "masked")
        weights = net.dropout(net.add("Softmax", scores, "weights"), self.rate)
        y = net.add("Reshape", self.einsum(weights, v, "bnij,bjnd->bind"), "merged",
                    target_shape=[self.length, self.width])
        return net.dropout(net.dense(y, self.width, use_bias=False), self.rate)

    def norm(self, x):
        return self.net.add("LayerNormalization", x, "norm", epsilon=1e-5)

    def after(self, x, kept):
        net = self.net
        x = self.norm(net.sum(x, self.attend(x, kept)))
        y = net.dropout(net.dense(x, self.inner, activation="relu"), self.rate)
        return self.norm(net.sum(x, net.dropout(net.dense(y, self.width), self.rate)))


def transformer_xl(name, length, width, layers, heads, inner, rate, parts, narrower=1):
    """`narrower`: how much narrower each part's table is than the one before."""
    net = Net(name, f"Transformer-XL, {length} tokens and as many kept", SOURCE)
    tokens = net.tokens(length)
    kept = net.add("InputLayer", name="kept", shape=[length, width])
    where = net.add("InputLayer", name="relative_positions", batch_shape=[1, 2 * length, width])
    embedded, calls = [], []
    for i, (words, _) in enumerate(parts):
        size = width // narrower**i
        table = f"table_{i}"
        calls.append((table, words, size, len(net.lines)))
        net.lines.append("")
        net.last = None
        embedded.append(table if size == width else net.dense(table, width, use_bias=False))
    x = net.dropout(net.sum(*embedded) if len(embedded) > 1 else embedded[0], rate)
    block = Block(net, width, heads, inner, length, rate, where)
    for _ in range(layers):
        x = block.after(x, kept)
    x = net.dropout(x, rate)
    net.outputs = []
    for (table, words, size, line), share in zip(calls, (share for _, share in parts)):
        y = x if share == 1 else net.add("Cropping1D", x, "tail", cropping=[0, length - length // share])
        if size != width:
            y = net.dense(y, size, use_bias=False)
        net.lines[line] = (f"    - {{class: ReversibleEmbedding, name: {table}, input_dim: {words}, output_dim: {size}, "
                           f"calls: [{{inputs: {tokens}}}, "
                           f"{{inputs: {y}, call_arguments: {{kwargs: {{reverse: true}}}}}}]}}")
        net.outputs.append(f"{table}@1")
    return net


def networks():
    base, large = (512, 16, 8, 2048, 0.1), (1024, 18, 16, 4096, 0.2)
    yield transformer_xl("transformer-xl-base-192", 192, *base, ADAPTIVE)
    yield transformer_xl("transformer-xl-base-full-192", 192, *base, FULL)
    yield transformer_xl("transformer-xl-large-384", 384, *large, ADAPTIVE, 4)
    yield transformer_xl("transformer-xl-large-full-256", 256, *large, FULL)
