"""torch.autocast as it is on a GPU, on a machine without one: the lists of CUDA (aten/src/ATen/autocast_mode.h), which are
longer than those of a CPU, applied to the functions that the modules call."""

import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

HALF = {F.linear, F.conv1d, F.conv2d, F.conv3d, F.conv_transpose2d, F.scaled_dot_product_attention, F.prelu,
        torch.matmul, torch.bmm, torch.Tensor.matmul, torch.Tensor.__matmul__}  # fmt: skip
SINGLE = {F.layer_norm, F.group_norm, F.softplus, F.cross_entropy, F.nll_loss, F.mse_loss, torch.exp, torch.log,
          torch.pow, torch.Tensor.pow, torch.rsqrt, torch.sum, torch.norm, F.normalize}  # fmt: skip
SINGLE_RESULT = {F.softmax, F.log_softmax}  # the kernel itself widens


class Autocast(TorchFunctionMode):
    def __init__(self, half):
        super().__init__()
        self.half, self.weights = half, {}

    def cast(self, value, dtype):
        if not isinstance(value, torch.Tensor) or not value.is_floating_point() or value.dtype == dtype:
            return value
        if isinstance(value, torch.nn.Parameter):  # cast once, as the cache of autocast does
            if id(value) not in self.weights:
                self.weights[id(value)] = value, value.to(dtype)
            return self.weights[id(value)][1]
        return value.to(dtype)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function in HALF or function in SINGLE:
            dtype = self.half if function in HALF else torch.float32
            args = [self.cast(value, dtype) for value in args]
            kwargs = {key: self.cast(value, dtype) for key, value in kwargs.items()}
        elif function in SINGLE_RESULT:
            kwargs["dtype"] = torch.float32
        return function(*args, **kwargs)
