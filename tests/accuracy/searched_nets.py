"""Networks whose shape was searched for, or follows one that was: MobileNetV3, RegNet, EfficientNetV2, ConvNeXt."""

from network import Net

TORCHVISION = "pytorch/vision, torchvision/models"


def excite(net, x, squeezed, channels, act="relu", gate="sigmoid"):
    """Squeeze-and-excite: a factor for each channel from the mean over the image."""
    s = net.add("GlobalAveragePooling2D", x, "squeeze", keepdims=True)
    s = net.conv(net.conv(s, squeezed, 1, activation=act), channels, 1, activation=gate)
    return net.add("Multiply", [x, s], "excite")


def depthwise(net, x, size, stride, act):
    x = net.add("DepthwiseConv2D", x, "depthwise", kernel_size=[size, size], strides=[stride, stride], padding="same",
                use_bias=False)
    return net.act(net.norm(x), act)


# kernel, expanded, out, squeezed (0: not excited), activation, stride
MOBILENET_V3 = [
    (3, 16, 16, 0, "relu", 1), (3, 64, 24, 0, "relu", 2), (3, 72, 24, 0, "relu", 1), (5, 72, 40, 24, "relu", 2),
    (5, 120, 40, 32, "relu", 1), (5, 120, 40, 32, "relu", 1), (3, 240, 80, 0, "hard_silu", 2),
    (3, 200, 80, 0, "hard_silu", 1), (3, 184, 80, 0, "hard_silu", 1), (3, 184, 80, 0, "hard_silu", 1),
    (3, 480, 112, 120, "hard_silu", 1), (3, 672, 112, 168, "hard_silu", 1), (5, 672, 160, 168, "hard_silu", 2),
    (5, 960, 160, 240, "hard_silu", 1), (5, 960, 160, 240, "hard_silu", 1)]


def mobilenet_v3(name, size):
    net = Net(name, "MobileNet v3 large", TORCHVISION + "/mobilenetv3.py", 5_483_032)
    x, have = net.conv_norm(net.image(size, size, 3), 16, 3, 2, "hard_silu"), 16
    for kernel, expanded, out, squeezed, act, stride in MOBILENET_V3:
        y = x if expanded == have else net.conv_norm(x, expanded, 1, 1, act)
        y = depthwise(net, y, kernel, stride, act)
        if squeezed:
            y = excite(net, y, squeezed, expanded, gate="hard_sigmoid")
        y = net.conv_norm(y, out, 1, 1, None)
        x, have = net.sum(x, y) if stride == 1 and have == out else y, out
    x = net.add("GlobalAveragePooling2D", net.conv_norm(x, 960, 1, 1, "hard_silu"), "mean")
    net.classes(net.dropout(net.dense(x, 1280, activation="hard_silu"), 0.2), 1000)
    return net


def regnet(name, widths, depths, group_width, parameters, excited, size):
    net = Net(name, name, TORCHVISION + "/regnet.py", parameters)
    x, have = net.conv_norm(net.image(size, size, 3), 32, 3, 2), 32
    for width, depth in zip(widths, depths):
        for i in range(depth):
            stride = 2 if i == 0 else 1
            shortcut = x if i else net.conv_norm(x, width, 1, stride, None)
            y = net.conv_norm(net.conv_norm(x, width, 1), width, 3, stride, groups=width // group_width)
            if excited:
                y = excite(net, y, round(0.25 * have), width)
            x, have = net.act(net.sum(shortcut, net.conv_norm(y, width, 1, 1, None))), width
    net.classes(net.add("GlobalAveragePooling2D", x, "mean"), 1000)
    return net


def convnext(name, widths, depths, parameters, drop, size):
    net = Net(name, name, TORCHVISION + "/convnext.py", parameters)

    def norm(x):
        return net.add("LayerNormalization", x, "norm", epsilon=1e-6)

    x, block = norm(net.conv(net.image(size, size, 3), widths[0], 4, 4, "valid")), 0
    for stage, (width, depth) in enumerate(zip(widths, depths)):
        if stage:
            x = net.conv(norm(x), width, 2, 2, "valid")
        for _ in range(depth):
            y = net.add("DepthwiseConv2D", x, "depthwise", kernel_size=[7, 7], padding="same")
            y = net.dense(net.dense(norm(y), 4 * width, activation="gelu"), width)
            y = net.add("LayerScale", y, "scale", projection_dim=width)
            rate = drop * block / (sum(depths) - 1)
            y = net.add("StochasticDepth", y, "drop_path", drop_path_rate=round(rate, 6))
            x, block = net.sum(x, y), block + 1
    net.classes(norm(net.add("GlobalAveragePooling2D", x, "mean")), 1000)
    return net


# fused, expansion, stride, out, count
EFFICIENTNET_V2_S = [(True, 1, 1, 24, 2), (True, 4, 2, 48, 4), (True, 4, 2, 64, 4), (False, 4, 2, 128, 6),
                     (False, 6, 1, 160, 9), (False, 6, 2, 256, 15)]


def efficientnet_v2(name, plan, parameters, size):
    net = Net(name, name, TORCHVISION + "/efficientnet.py; M. Tan, Q. Le, EfficientNetV2, 2021", parameters)
    x, have = net.conv_norm(net.image(size, size, 3), plan[0][3], 3, 2, "silu"), plan[0][3]
    for fused, expansion, first_stride, out, count in plan:
        for i in range(count):
            stride, wide = first_stride if i == 0 else 1, have * expansion
            if fused:
                y = net.conv_norm(x, wide, 3, stride, "silu")
                y = net.conv_norm(y, out, 1, 1, None) if expansion > 1 else y
            else:
                y = depthwise(net, net.conv_norm(x, wide, 1, 1, "silu"), 3, stride, "silu")
                y = net.conv_norm(excite(net, y, have // 4, wide, "silu"), out, 1, 1, None)
            x, have = net.sum(x, y) if stride == 1 and have == out else y, out
    x = net.add("GlobalAveragePooling2D", net.conv_norm(x, 1280, 1, 1, "silu"), "mean")
    net.classes(net.dropout(x, 0.2), 1000)
    return net


def networks():
    yield mobilenet_v3("mobilenetv3-large-torch-86", 86)
    yield regnet("regnet_x_400mf-torch-86", (32, 64, 160, 400), (1, 2, 7, 12), 16, 5_495_976, False, 86)
    yield regnet("regnet_y_400mf-torch-86", (48, 104, 208, 440), (1, 3, 6, 6), 8, 4_344_144, True, 86)
    yield convnext("convnext_tiny-torch-86", (96, 192, 384, 768), (3, 3, 9, 3), 28_589_128, 0.1, 86)
    yield convnext("convnext_large-torch", (192, 384, 768, 1536), (3, 3, 27, 3), 197_767_336, 0.5, 224)
    yield efficientnet_v2("efficientnet_v2_s-300", EFFICIENTNET_V2_S, 21_458_488, 300)
