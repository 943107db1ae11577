"""Cases of kept_cases.py and applications of Keras, written as PyTorch's own users write them: torch.nn modules, images
as N, C, H, W, no policy."""

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Self-attention by scaled_dot_product_attention, as in the models that have it."""

    def __init__(self, dropout=0.0, causal=False):
        super().__init__()
        self.project, self.out = nn.ModuleList(nn.Linear(16, 64) for _ in range(3)), nn.Linear(64, 16)
        self.dropout, self.causal = dropout, causal

    def forward(self, x):
        q, k, v = (p(x).view(*x.shape[:2], 4, 16).transpose(1, 2) for p in self.project)
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(*x.shape[:2], 64))


class First(nn.Module):
    """The first result of a module that has several."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)[0]


class Two(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *x):
        return self.function(*x)


LAYERS = {
    "Dense": lambda: nn.Linear(32, 24),
    "Dense rank 3": lambda: nn.Linear(16, 24),
    "Dense relu": lambda: nn.Sequential(nn.Linear(32, 24), nn.ReLU()),
    "Dense gelu": lambda: nn.Sequential(nn.Linear(32, 24), nn.GELU()),
    "Dense softmax": lambda: nn.Sequential(nn.Linear(32, 24), nn.Softmax(-1)),
    "Conv2D": lambda: nn.Conv2d(8, 12, 3, padding=1),
    "Conv2D relu": lambda: nn.Sequential(nn.Conv2d(8, 12, 3, stride=2), nn.ReLU()),
    "Conv2D dilated": lambda: nn.Conv2d(8, 12, 3, dilation=2),
    "Conv2D groups": lambda: nn.Conv2d(8, 12, 3, groups=4),
    "Conv2DTranspose": lambda: nn.ConvTranspose2d(8, 12, 3, stride=2, padding=1, output_padding=1),
    "DepthwiseConv2D": lambda: nn.Conv2d(8, 8, 3, padding=1, groups=8),
    "SeparableConv2D": lambda: nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.Conv2d(8, 12, 1)),
    "BatchNormalization": lambda: nn.BatchNorm2d(8),
    "BatchNormalization rank 2": lambda: nn.BatchNorm1d(32),
    "LayerNormalization": lambda: nn.LayerNorm(16),
    "RMSNormalization": lambda: nn.RMSNorm(16),
    "GroupNormalization": lambda: nn.GroupNorm(4, 8),
    "Activation relu": nn.ReLU,
    "Activation relu6": nn.ReLU6,
    "Activation leaky_relu": nn.LeakyReLU,
    "Activation elu": nn.ELU,
    "Activation selu": nn.SELU,
    "Activation celu": nn.CELU,
    "Activation gelu": nn.GELU,
    "Activation silu": nn.SiLU,
    "Activation sigmoid": nn.Sigmoid,
    "Activation tanh": nn.Tanh,
    "Activation softplus": nn.Softplus,
    "Activation softsign": nn.Softsign,
    "Activation hard_sigmoid": nn.Hardsigmoid,
    "Activation hard_silu": nn.Hardswish,
    "Activation mish": nn.Mish,
    "Activation log_softmax": lambda: nn.LogSoftmax(-1),
    "Activation softmax": lambda: nn.Softmax(-1),
    "Activation log_sigmoid": nn.LogSigmoid,
    "Activation hard_tanh": nn.Hardtanh,
    "Activation tanh_shrink": nn.Tanhshrink,
    "Activation soft_shrink": nn.Softshrink,
    "Activation hard_shrink": nn.Hardshrink,
    "Activation exponential": lambda: Two(torch.exp),
    "LeakyReLU": nn.LeakyReLU,
    "ELU": nn.ELU,
    "Softmax": lambda: nn.Softmax(-1),
    "MaxPooling2D": lambda: nn.MaxPool2d(2),
    "AveragePooling2D": lambda: nn.AvgPool2d(2),
    "GlobalAveragePooling2D": lambda: nn.AdaptiveAvgPool2d(1),
    "Add": lambda: Two(torch.add),
    "Multiply": lambda: Two(torch.mul),
    "Maximum": lambda: Two(torch.maximum),
    "Concatenate": lambda: Two(lambda *x: torch.cat(x, -1)),
    "Dropout": lambda: nn.Dropout(0.3),
    "Embedding": lambda: nn.Embedding(50, 16),
    "LSTM sequences": lambda: First(nn.LSTM(16, 24, batch_first=True)),
    "GRU sequences": lambda: First(nn.GRU(16, 24, batch_first=True)),
    "SimpleRNN sequences": lambda: First(nn.RNN(16, 24, batch_first=True)),
    "MultiHeadAttention": Attention,
    "MultiHeadAttention causal": lambda: Attention(causal=True),
    "MultiHeadAttention dropout": lambda: Attention(dropout=0.1),
    "ZeroPadding2D": lambda: nn.ZeroPad2d(2),
    "UpSampling2D": lambda: nn.Upsample(scale_factor=2),
    "UpSampling2D bilinear": lambda: nn.Upsample(scale_factor=2, mode="bilinear"),
}


class Source:
    """An input of a model, as keras.Input describes one."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = (None, *shape), dtype


class Behind(nn.Module):
    """The layer behind a product with a matrix: of the last axis, or of an image's channels."""

    def __init__(self, before, layer):
        super().__init__()
        self.before, self.layer = nn.ModuleList(before), layer

    def forward(self, *inputs):
        return self.layer(*([before(x) for before, x in zip(self.before, inputs)] or inputs))


def behind_linear(name, shape, inputs, make):
    if inputs == 0:
        return Behind([], make()), [Source(shape, "int32")]
    if len(shape) == 3:  # an image
        before = [nn.Conv2d(shape[-1], shape[-1], 1, bias=False) for _ in range(inputs)]
        return Behind(before, make()), [Source((shape[-1], *shape[:-1]), "float32")] * inputs
    before = [nn.Linear(shape[-1], shape[-1], bias=False) for _ in range(inputs)]
    return Behind(before, make()), [Source(shape, "float32")] * inputs


# --- whole models: the graph of a Keras model run with torch.nn's operations ---------------------------------------


def weights(layer):
    """A layer's variables in PyTorch's order of axes, made once."""
    if not hasattr(layer, "plain"):
        axes = {"Conv2D": (3, 2, 0, 1), "DepthwiseConv2D": (2, 3, 0, 1), "Dense": (1, 0)}.get(type(layer).__name__)
        values = [v.value.detach() for v in layer.weights]
        if axes:
            values[0] = values[0].permute(axes).contiguous()
        layer.plain = [v.clone().requires_grad_() for v in values]
    return layer.plain


def convolution(layer, x):
    kernel, *bias = weights(layer)
    depthwise = type(layer).__name__ == "DepthwiseConv2D"
    groups = x.shape[1] if depthwise else layer.groups
    padding = (kernel.shape[-1] - 1) // 2 if layer.padding == "same" else 0
    return F.conv2d(x, kernel, *bias, stride=layer.strides, padding=padding, groups=groups)


def batch_norm(layer, x):
    gamma, beta, mean, variance = weights(layer)
    return F.batch_norm(x, mean.detach(), variance.detach(), gamma, beta, training=True)


def activation(layer, x):
    name = getattr(layer, "activation", None).__name__
    functions = {"linear": lambda t: t, "relu": F.relu, "softmax": lambda t: t}  # the loss takes the logits
    return functions[name](x)


def relu(layer, x):
    return F.relu6(x) if layer.max_value == 6 else F.relu(x)


def pad(layer, x):
    (top, bottom), (left, right) = layer.padding
    return F.pad(x, (left, right, top, bottom))


RULES = {
    "InputLayer": lambda layer, x: x,
    "Conv2D": lambda layer, x: activation(layer, convolution(layer, x)),
    "DepthwiseConv2D": lambda layer, x: activation(layer, convolution(layer, x)),
    "BatchNormalization": batch_norm,
    "Activation": activation,
    "ReLU": relu,
    "Dense": lambda layer, x: activation(layer, F.linear(x, *weights(layer))),
    "Add": lambda layer, x: x[0] + x[1],
    "ZeroPadding2D": pad,
    "MaxPooling2D": lambda layer, x: F.max_pool2d(x, layer.pool_size, layer.strides),
    "GlobalAveragePooling2D": lambda layer, x: x.mean((2, 3)),
    "Flatten": lambda layer, x: x.flatten(1),
}


def variables(model):
    return [v for layer in model.layers if layer.weights for v in weights(layer)]


def step_of(model):
    """batch → the loss of the model on ones."""

    def run(batch):
        height, width, channels = model.inputs[0].shape[1:]
        values = {}
        for layer in model.layers:
            parents = [values[t._keras_history.operation.name] for t in keras_inputs(layer)]
            x = parents[0] if len(parents) == 1 else parents or torch.ones(batch, channels, height, width)
            values[layer.name] = RULES[type(layer).__name__](layer, x)
        labels = torch.zeros(batch, dtype=torch.long)
        return F.cross_entropy(values[model.layers[-1].name], labels)

    return run


def keras_inputs(layer):
    return layer._inbound_nodes[0].input_tensors if layer._inbound_nodes else []
