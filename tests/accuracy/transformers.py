"""Published transformers: BERT and its kin with the heads that were timed, GPT-2 and other decoders.

Position tables are looked up once for the whole batch, as the originals do: their input has a batch of one.
"""

from network import Net

BERT = "google-research/bert; huggingface/transformers, models/bert"
ELECTRA = "K. Clark et al., ELECTRA, 2020; NVIDIA/DeepLearningExamples, LanguageModeling/ELECTRA"
DLE_BART = "NVIDIA/DeepLearningExamples, LanguageModeling/BART"
GPT2 = "openai/gpt-2; huggingface/transformers, models/gpt2"


class Stack:
    """Width, heads and dropout of the blocks of one network."""

    def __init__(self, net, width, heads, inner, rate=0.1, act="gelu", epsilon=1e-12):
        self.net, self.width, self.heads, self.inner = net, width, heads, inner
        self.rate, self.act, self.epsilon = rate, act, epsilon

    def norm(self, x):
        return self.net.add("LayerNormalization", x, "norm", epsilon=self.epsilon)

    def drop(self, x):
        return self.net.dropout(x, self.rate) if self.rate else x

    def attend(self, x, causal=False, memory=None):
        config = {"num_heads": self.heads, "key_dim": self.width // self.heads, "dropout": self.rate}
        if causal:
            config["call_arguments"] = Raw("{kwargs: {use_causal_mask: true}}")
        return self.drop(self.net.add("MultiHeadAttention", [x, memory or x], "attention", **config))

    def feed_forward(self, x):
        if self.act == "relu":
            y = self.net.dense(x, self.inner, activation="relu")
        elif self.act == "gelu_tanh":
            y = self.net.add("Gelu", self.net.dense(x, self.inner), "gelu", package="keras.ops",
                             call_arguments=Raw("{kwargs: {approximate: true}}"))
        else:
            y = self.net.dense(x, self.inner, activation=self.act)
        return self.drop(self.net.dense(y, self.width))

    def after(self, x):
        """A block that normalizes after each sum (BERT)."""
        x = self.norm(self.net.sum(x, self.attend(x)))
        return self.norm(self.net.sum(x, self.feed_forward(x)))

    def before(self, x):
        """A block that normalizes before each part (GPT-2)."""
        x = self.net.sum(x, self.attend(self.norm(x), True))
        return self.net.sum(x, self.feed_forward(self.norm(x)))


class Raw(str):
    """Text that goes into the file as it is."""


def positions(net, length, table, width, name="positions"):
    where = net.add("InputLayer", name=name, batch_shape=[1, length], dtype="int32")
    return net.add("Embedding", where, "position_table", input_dim=table, output_dim=width)


def bert_body(net, length, width, layers, heads, types=2, embedding=None, prefix=""):
    """`embedding`: the tables' width where it is not the blocks' (ELECTRA): projected. `prefix`: of the inputs."""
    stack = Stack(net, width, heads, 4 * width)
    narrow = embedding or width
    tokens = net.tokens(length, prefix + "tokens")
    x = net.add("Embedding", tokens, "token_table", input_dim=30522, output_dim=narrow)
    if types:
        segments = net.tokens(length, prefix + "segments")
        x = net.sum(x, net.add("Embedding", segments, "segment_table", input_dim=types, output_dim=narrow))
    x = net.sum(x, positions(net, length, 512, narrow, prefix + "positions"))
    x = stack.drop(stack.norm(x))
    if narrow != width:
        x = net.dense(x, width)
    for _ in range(layers):
        x = stack.after(x)
    return x, stack


def first_token(net, x, length):
    x = net.add("Cropping1D", x, "first", cropping=[0, length - 1])
    return net.add("Flatten", x)


def bert_squad(name, length, width, layers, heads, parameters, **config):
    net = Net(name, f"BERT for questions and answers, {length} tokens", BERT, parameters)
    x, _ = bert_body(net, length, width, layers, heads, **config)
    net.dense(x, 2)
    return net


def bert_classify(name, length, width, layers, heads, parameters, classes=2, pooler=True, **config):
    net = Net(name, f"BERT for sequences of {length} tokens", BERT, parameters)
    x, _ = bert_body(net, length, width, layers, heads, **config)
    x = first_token(net, x, length)
    if pooler:
        x = net.dropout(net.dense(x, width, activation="tanh"), 0.1)
    net.dense(x, classes)
    return net


def bert_pretrain(name, length, predicted, width, layers, heads):
    """Masked words and next sentence; the head's table is a second one here, in the original it is the first again."""
    net = Net(name, f"BERT pre-training, {length} tokens, {predicted} of them predicted", BERT)
    x, stack = bert_body(net, length, width, layers, heads)
    words = net.add("Cropping1D", x, "predicted", cropping=[0, length - predicted])
    words = stack.norm(net.dense(words, width, activation="gelu"))
    words = net.dense(words, 30522)
    net.dense(net.dense(first_token(net, x, length), width, activation="tanh"), 2)
    net.outputs = [words, net.last]
    return net


def bert_masked(name, length, width, layers, heads, parameters):
    """Masked words of all tokens, through the first table again."""
    net = Net(name, f"BERT for masked words, {length} tokens", BERT, parameters)
    x, stack = bert_body(net, length, width, layers, heads)
    x = stack.norm(net.dense(x, width, activation="gelu"))
    again = f"    - {{class: ReversibleEmbedding, name: token_table, input_dim: 30522, output_dim: {width}, " \
            f"calls: [{{inputs: tokens}}, {{inputs: {x}, call_arguments: {{kwargs: {{reverse: true}}}}}}]}}"
    net.lines = [again if "name: token_table," in line else line for line in net.lines]
    net.outputs = ["token_table@1"]
    return net


def electra_pretrain(name, length, predicted):
    """A generator a third as wide guesses the masked words, the discriminator finds them: the tables are shared in the
    original, here each has its own."""
    net = Net(name, f"ELECTRA-Base pre-training, {length} tokens, {predicted} of them predicted", ELECTRA)
    x, stack = bert_body(net, length, 256, 12, 4, embedding=768)
    words = net.add("Cropping1D", x, "predicted", cropping=[0, length - predicted])
    words = net.dense(stack.norm(net.dense(words, 768, activation="gelu")), 30522)
    x, _ = bert_body(net, length, 768, 12, 12, prefix="found_")
    net.outputs = [words, net.dense(net.dense(x, 768, activation="gelu"), 1)]
    return net


def bart(name, length):
    """Encoder and decoder of the same length, norms after each sum; the head is a second table here."""
    net = Net(name, f"BART-Large, {length} tokens to {length} tokens", "M. Lewis et al., BART, 2019; " + DLE_BART)
    stack = Stack(net, 1024, 16, 4096, epsilon=1e-5)

    def embed(name):
        x = net.add("Embedding", net.tokens(length, name), "token_table", input_dim=50265, output_dim=1024)
        return stack.drop(stack.norm(net.sum(x, positions(net, length, 1026, 1024, name + "_positions"))))

    memory = embed("source")
    for _ in range(12):
        memory = stack.after(memory)
    x = embed("target")
    for _ in range(12):
        x = stack.norm(net.sum(x, stack.attend(x, True)))
        x = stack.norm(net.sum(x, stack.attend(x, memory=memory)))
        x = stack.norm(net.sum(x, stack.feed_forward(x)))
    net.dense(x, 50265, use_bias=False)
    return net


def decoder(name, source, parameters, length, width, layers, heads, vocabulary=50257, table=None, rate=0.1, tied=True,
            act="gelu_tanh"):
    net = Net(name, f"{name}, {length} tokens", source, parameters)
    stack = Stack(net, width, heads, 4 * width, rate, act, 1e-5)
    tokens = net.tokens(length)
    if tied:
        last = f"norm_{2 * layers + 1}"
        net.lines.append("    - {class: ReversibleEmbedding, name: token_table, "
                         f"input_dim: {vocabulary}, output_dim: {width}, calls: [{{inputs: {tokens}}}, "
                         f"{{inputs: {last}, call_arguments: {{kwargs: {{reverse: true}}}}}}]}}")
        net.last = x = "token_table"
    else:
        x = net.add("Embedding", tokens, "token_table", input_dim=vocabulary, output_dim=width)
    x = stack.drop(net.sum(x, positions(net, length, table or length, width)))
    for _ in range(layers):
        x = stack.before(x)
    x = stack.norm(x)
    if tied:
        net.outputs = ["token_table@1"]
    else:
        net.dense(x, vocabulary, use_bias=False)
    return net


GPT2_SIZES = {"small": (768, 12, 12, 124_439_808), "medium": (1024, 24, 16, 354_823_168),
              "large": (1280, 36, 20, 774_030_080), "xl": (1600, 48, 25, 1_557_611_200)}


def networks():
    for length in (128, 384, 512):
        yield bert_squad(f"bert-large-squad-{length}", length, 1024, 24, 16, None)
    for length in (128, 384):
        yield bert_squad(f"bert-base-squad-{length}", length, 768, 12, 12, None)
    yield bert_classify("bert-large-classify-512", 512, 1024, 24, 16, 335_143_938)
    yield bert_classify("bert-large-classify-128", 128, 1024, 24, 16, 335_143_938)
    yield bert_classify("bert-base-classify-128", 128, 768, 12, 12, 109_483_778)
    yield bert_classify("distilbert-classify-128", 128, 768, 6, 12, None, types=0)
    yield bert_pretrain("bert-large-pretrain-128", 128, 20, 1024, 24, 16)
    yield bert_pretrain("bert-large-pretrain-512", 512, 80, 1024, 24, 16)
    yield bert_classify("bert-base-classify-512", 512, 768, 12, 12, 109_483_778)
    yield bert_masked("bert-base-masked-512", 512, 768, 12, 12, 109_514_298 - 30522)
    yield electra_pretrain("electra-base-pretrain-128", 128, 20)
    yield electra_pretrain("electra-base-pretrain-512", 512, 79)
    for length in (128, 512):
        yield bart(f"bart-large-{length}", length)
    for size, (width, layers, heads, parameters) in GPT2_SIZES.items():
        yield decoder(f"gpt2-{size}-1024", GPT2, parameters, 1024, width, layers, heads)
    for size in ("large", "xl"):
        width, layers, heads, parameters = GPT2_SIZES[size]
        yield decoder(f"gpt2-{size}-512", GPT2, parameters, 512, width, layers, heads, table=1024)
    trace = "allocation traces of PyTorch training steps (torch_cpu_peaks)"
    yield decoder("gpt-l4-h256-s128", trace, 5_752_320, 128, 256, 4, 8, 5000, rate=0, tied=False)
    yield decoder("gpt-l2-h768-s256", trace, 91_568_640, 256, 768, 2, 12, rate=0, tied=False)
