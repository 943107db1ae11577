"""The perceptrons of the allocation traces (torch_cpu_peaks)."""

from network import Net

TRACE = "allocation traces of PyTorch training steps (torch_cpu_peaks)"


def mlp(sizes, parameters):
    net = Net("mlp-" + "-".join(map(str, sizes)), "A perceptron of " + ", ".join(map(str, sizes)), TRACE, parameters)
    x = net.add("InputLayer", name="image", shape=sizes[:1])
    for units in sizes[1:-1]:
        x = net.dense(x, units, activation="relu")
    net.dense(x, sizes[-1])
    return net


def networks():
    yield mlp((784, 2048, 2048, 10), 5_824_522)
    yield mlp((100, 64, 64, 1), 10_689)
