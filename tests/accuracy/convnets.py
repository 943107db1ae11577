"""Published convolutional networks: those of tf_cnn_benchmarks, of torchvision, and of Keras's examples."""

from network import Net

TF_CNN = "tensorflow/benchmarks, scripts/tf_cnn_benchmarks/models"
TORCHVISION = "pytorch/vision, torchvision/models"
DLE = "NVIDIA/DeepLearningExamples"


def vgg(name, plan, source, parameters, classes=1000, batch_norm=False, size=224):
    net = Net(name, name.upper(), source, parameters)
    x = net.image(size, size, 3)
    for step in plan:
        if step == "M":
            x = net.pool(x, "Max", 2, 2)
        elif batch_norm:
            x = net.act(net.norm(net.conv(x, step, 3)))
        else:
            x = net.conv(x, step, 3, activation="relu")
    if size != 224:
        x = net.add("AdaptiveAveragePooling2D", x, "pool", output_size=[7, 7])
    x = net.add("Flatten", x)
    for _ in range(2):
        x = net.dropout(net.dense(x, 4096, activation="relu"), 0.5)
    net.classes(x, classes)
    return net


VGG_PLANS = {
    11: [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    13: [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    16: [64, 64, "M", 128, 128, "M"] + [256] * 3 + ["M"] + [512] * 3 + ["M"] + [512] * 3 + ["M"],
    19: [64, 64, "M", 128, 128, "M"] + [256] * 4 + ["M"] + [512] * 4 + ["M"] + [512] * 4 + ["M"],
}
VGG_PARAMETERS = {11: 132_863_336, 13: 133_047_848, 16: 138_357_544, 19: 143_667_240}


def alexnet_tf():
    net = Net("alexnet-tf", "AlexNet of tf_cnn_benchmarks", TF_CNN + "/alexnet_model.py")
    x = net.image(227, 227, 3)
    x = net.conv(x, 64, 11, 4, "valid", activation="relu")
    x = net.pool(x, "Max", 3, 2)
    x = net.pool(net.conv(x, 192, 5, activation="relu"), "Max", 3, 2)
    for filters in (384, 384, 256):
        x = net.conv(x, filters, 3, activation="relu")
    x = net.add("Flatten", net.pool(x, "Max", 3, 2))
    for _ in range(2):
        x = net.dropout(net.dense(x, 4096, activation="relu"), 0.5)
    net.classes(x, 1001)
    return net


def alexnet_torch():
    """Its input of 224 is padded by 2 before the first window: the shapes of 227."""
    net = Net("alexnet-torch", "AlexNet of torchvision", TORCHVISION + "/alexnet.py", 61_100_840)
    x = net.image(227, 227, 3)
    x = net.pool(net.conv(x, 64, 11, 4, "valid", activation="relu"), "Max", 3, 2)
    x = net.pool(net.conv(x, 192, 5, activation="relu"), "Max", 3, 2)
    for filters in (384, 256, 256):
        x = net.conv(x, filters, 3, activation="relu")
    x = net.add("Flatten", net.pool(x, "Max", 3, 2))
    for _ in range(2):
        x = net.dense(net.dropout(x, 0.5), 4096, activation="relu")
    net.classes(x, 1000)
    return net


def bottleneck(net, x, have, width, out, stride, first_stride, groups=1, excite=False):
    """Three convolutions and a shortcut; v1 strides in the first, v1.5 in the second."""
    shortcut = x if have == out and stride == 1 else net.conv_norm(x, out, 1, stride, None)
    y = net.conv_norm(x, width, 1, stride if first_stride else 1)
    config = {"groups": groups} if groups > 1 else {}
    y = net.conv_norm(y, width, 3, 1 if first_stride else stride, **config)
    y = net.conv_norm(y, out, 1, 1, None)
    if excite:
        s = net.add("GlobalAveragePooling2D", y, "squeeze", keepdims=True)
        s = net.conv(net.conv(s, out // 16, 1, activation="relu"), out, 1, activation="sigmoid")
        y = net.add("Multiply", [y, s], "excite")
    return net.act(net.sum(shortcut, y))


def resnet(name, blocks, source, parameters, classes=1000, first_stride=False, groups=1, width=64, excite=False,
           size=224):
    net = Net(name, name, source, parameters)
    x = net.conv_norm(net.image(size, size, 3), 64, 7, 2)
    x, have = net.pool(x, "Max", 3, 2, "same"), 64
    for stage, count in enumerate(blocks):
        for i in range(count):
            out = 256 << stage
            stride = 2 if stage > 0 and i == 0 else 1
            x = bottleneck(net, x, have, width << stage, out, stride, first_stride, groups, excite)
            have = out
    net.classes(net.add("GlobalAveragePooling2D", x, "mean"), classes)
    return net


def resnet_basic(name, blocks, source, parameters, classes=1000, size=224):
    net = Net(name, name, source, parameters)
    x = net.conv_norm(net.image(size, size, 3), 64, 7, 2)
    x, have = net.pool(x, "Max", 3, 2, "same"), 64
    for stage, count in enumerate(blocks):
        for i in range(count):
            out = 64 << stage
            stride = 2 if stage > 0 and i == 0 else 1
            shortcut = x if have == out and stride == 1 else net.conv_norm(x, out, 1, stride, None)
            y = net.conv_norm(net.conv_norm(x, out, 3, stride), out, 3, 1, None)
            x, have = net.act(net.sum(shortcut, y)), out
    net.classes(net.add("GlobalAveragePooling2D", x, "mean"), classes)
    return net


def columns(net, x, cols, cell):
    """Branches of an Inception module; `share` goes on from the same place of the branch before."""
    made = []
    for col in cols:
        y, places = x, []
        for step in col:
            if step == "share":
                y = made[-1][len(places)]
            elif step[0] in ("Max", "Average"):
                y = net.pool(y, *step)
            else:
                y = cell(net, y, *step)
            places.append(y)
        made.append(places)
    return net.join(*[places[-1] for places in made])


def inception_v4(name="inceptionv4-tf", source=TF_CNN + "/inception_model.py", parameters=None, classes=1001, scale=False):
    net = Net(name, "Inception v4", source, parameters)

    def cell(net, x, filters, size, stride=1, padding="same"):
        x = net.conv(x, filters, size, stride, padding, use_bias=False)
        return net.act(net.norm(x, scale=scale, epsilon=0.001))

    average = ("Average", 3, 1, "same")
    down = ("Max", 3, 2)
    v = "valid"
    x = cell(net, net.image(299, 299, 3), 32, 3, 2, v)
    x = cell(net, cell(net, x, 32, 3, 1, v), 64, 3)
    x = columns(net, x, [[down], [(96, 3, 2, v)]], cell)
    x = columns(net, x, [[(64, 1), (96, 3, 1, v)], [(64, 1), (64, [7, 1]), (64, [1, 7]), (96, 3, 1, v)]], cell)
    x = columns(net, x, [[(192, 3, 2, v)], [down]], cell)
    for _ in range(4):
        x = columns(net, x, [[average, (96, 1)], [(96, 1)], [(64, 1), (96, 3)], [(64, 1), (96, 3), (96, 3)]], cell)
    x = columns(net, x, [[down], [(384, 3, 2, v)], [(192, 1), (224, 3), (256, 3, 2, v)]], cell)
    for _ in range(7):
        x = columns(net, x, [[average, (128, 1)], [(384, 1)], [(192, 1), (224, [1, 7]), (256, [7, 1])],
                             [(192, 1), (192, [1, 7]), (224, [7, 1]), (224, [1, 7]), (256, [7, 1])]], cell)
    x = columns(net, x, [[down], [(192, 1), (192, 3, 2, v)],
                         [(256, 1), (256, [1, 7]), (320, [7, 1]), (320, 3, 2, v)]], cell)
    for _ in range(3):
        x = columns(net, x, [[average, (256, 1)], [(256, 1)], [(384, 1), (256, [1, 3])], ["share", (256, [3, 1])],
                             [(384, 1), (448, [1, 3]), (512, [3, 1]), (256, [3, 1])],
                             ["share", "share", "share", (256, [1, 3])]], cell)
    x = net.dropout(net.add("GlobalAveragePooling2D", x, "mean"), 0.2)
    net.classes(x, classes)
    return net


def googlenet_tf():
    net = Net("googlenet-tf", "GoogLeNet of tf_cnn_benchmarks", TF_CNN + "/googlenet_model.py")

    def cell(net, x, filters, size, stride=1, padding="same"):
        return net.conv(x, filters, size, stride, padding, activation="relu")

    x = net.pool(cell(net, net.image(224, 224, 3), 64, 7, 2), "Max", 3, 2, "same")
    x = net.pool(cell(net, cell(net, x, 64, 1), 192, 3), "Max", 3, 2, "same")
    plan = [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), None, (192, 96, 208, 16, 48, 64),
            (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
            (256, 160, 320, 32, 128, 128), None, (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)]
    for row in plan:
        if row is None:
            x = net.pool(x, "Max", 3, 2, "same")
            continue
        a, b, c, d, e, f = row
        x = columns(net, x, [[(a, 1)], [(b, 1), (c, 3)], [(d, 1), (e, 5)], [("Max", 3, 1, "same"), (f, 1)]], cell)
    net.classes(net.add("GlobalAveragePooling2D", x, "mean"), 1001)
    return net


def densenet(depth, blocks, parameters, size=224):
    net = Net(f"densenet{depth}-torch", f"DenseNet-{depth}", TORCHVISION + "/densenet.py", parameters)
    x = net.pool(net.conv_norm(net.image(size, size, 3), 64, 7, 2), "Max", 3, 2, "same")
    have = 64
    for i, count in enumerate(blocks):
        for _ in range(count):
            y = net.conv(net.act(net.norm(x)), 128, 1, use_bias=False)
            y = net.conv(net.act(net.norm(y)), 32, 3, use_bias=False)
            x, have = net.join(x, y), have + 32
        if i + 1 < len(blocks):
            have //= 2
            x = net.pool(net.conv(net.act(net.norm(x)), have, 1, use_bias=False), "Average", 2, 2)
    net.classes(net.add("GlobalAveragePooling2D", net.act(net.norm(x)), "mean"), 1000)
    return net


def squeezenet():
    net = Net("squeezenet1_0-torch", "SqueezeNet 1.0", TORCHVISION + "/squeezenet.py", 1_248_424)
    x = net.conv(net.image(224, 224, 3), 96, 7, 2, "valid", activation="relu")
    x = net.pool(x, "Max", 3, 2)
    for i, (squeeze, expand) in enumerate([(16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256),
                                           (64, 256)]):
        x = net.conv(x, squeeze, 1, activation="relu")
        x = net.join(net.conv(x, expand, 1, activation="relu"), net.conv(x, expand, 3, activation="relu"))
        if i in (2, 6):
            x = net.pool(x, "Max", 3, 2)
    x = net.conv(net.dropout(x, 0.5), 1000, 1, activation="relu")
    net.add("GlobalAveragePooling2D", x, "mean")
    return net


def separable(net, x, filters, size, stride, expand, have, act="relu"):
    """An inverted residual: expansion, depthwise convolution, projection."""
    y = x if expand == 1 else net.conv_norm(x, have * expand, 1, 1, act)
    y = net.add("DepthwiseConv2D", y, "depthwise", kernel_size=[size, size], strides=[stride, stride],
                padding="same", use_bias=False)
    y = net.act(net.norm(y), act)
    y = net.conv_norm(y, filters, 1, 1, None)
    return net.sum(x, y) if stride == 1 and have == filters else y


def mnasnet(name="mnasnet1_0-torch", size=224):
    net = Net(name, "MNASNet 1.0", TORCHVISION + "/mnasnet.py", 4_383_312)
    x = net.conv_norm(net.image(size, size, 3), 32, 3, 2)
    x = separable(net, x, 16, 3, 1, 1, 0)
    have = 16
    for filters, size, stride, expand, count in [(24, 3, 2, 3, 3), (40, 5, 2, 3, 3), (80, 5, 2, 6, 3), (96, 3, 1, 6, 2),
                                                 (192, 5, 2, 6, 4), (320, 3, 1, 6, 1)]:
        for i in range(count):
            x = separable(net, x, filters, size, stride if i == 0 else 1, expand, have)
            have = filters
    x = net.dropout(net.add("GlobalAveragePooling2D", net.conv_norm(x, 1280, 1), "mean"), 0.2)
    net.classes(x, 1000)
    return net


def mobilenet_v2():
    net = Net("mobilenetv2-torch", "MobileNet v2", TORCHVISION + "/mobilenetv2.py", 3_504_872)
    x = net.conv_norm(net.image(224, 224, 3), 32, 3, 2, "relu6")
    have = 32
    for expand, filters, count, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                           (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(count):
            x = separable(net, x, filters, 3, stride if i == 0 else 1, expand, have, "relu6")
            have = filters
    x = net.add("GlobalAveragePooling2D", net.conv_norm(x, 1280, 1, 1, "relu6"), "mean")
    net.classes(net.dropout(x, 0.2), 1000)
    return net


def cifar10_cnn():
    net = Net("cifar10-cnn-keras", "The CIFAR-10 CNN of Keras's examples", "keras-team/keras, examples/cifar10_cnn.py",
              1_250_858)
    x = net.image(32, 32, 3)
    for filters in (32, 64):
        x = net.conv(x, filters, 3, activation="relu")
        x = net.pool(net.conv(x, filters, 3, 1, "valid", activation="relu"), "Max", 2, 2)
        x = net.dropout(x, 0.25)
    x = net.dropout(net.dense(net.add("Flatten", x), 512, activation="relu"), 0.5)
    net.classes(x, 10)
    return net


def networks():
    yield alexnet_tf()
    yield alexnet_torch()
    for depth, plan in VGG_PLANS.items():
        yield vgg(f"vgg{depth}-torch", plan, TORCHVISION + "/vgg.py", VGG_PARAMETERS[depth])
        yield vgg(f"vgg{depth}-tf", plan, TF_CNN + "/vgg_model.py", VGG_PARAMETERS[depth] + 4097, 1001)
    yield vgg("vgg16_bn-torch", VGG_PLANS[16], TORCHVISION + "/vgg.py", 138_365_992, batch_norm=True)
    yield vgg("vgg16-torch-86", VGG_PLANS[16], TORCHVISION + "/vgg.py", VGG_PARAMETERS[16], size=86)
    tf = TF_CNN + "/resnet_model.py"
    yield resnet("resnet50-v1-tf", (3, 4, 6, 3), tf, 25_557_032 + 2049, 1001, first_stride=True)
    yield resnet("resnet101-v1-tf", (3, 4, 23, 3), tf, 44_549_160 + 2049, 1001, first_stride=True)
    torch = TORCHVISION + "/resnet.py"
    yield resnet_basic("resnet18-torch", (2, 2, 2, 2), torch, 11_689_512)
    yield resnet_basic("resnet34-torch", (3, 4, 6, 3), torch, 21_797_672)
    yield resnet("resnet50-v1.5", (3, 4, 6, 3), torch, 25_557_032)
    yield resnet("resnet101-v1.5", (3, 4, 23, 3), torch, 44_549_160)
    yield resnet("resnet101-v1.5-86", (3, 4, 23, 3), torch, 44_549_160, size=86)
    yield resnet("resnet152-v1.5", (3, 8, 36, 3), torch, 60_192_808)
    yield resnet("resnext50-32x4d", (3, 4, 6, 3), torch, 25_028_904, groups=32, width=128)
    yield resnet("resnext101-32x4d", (3, 4, 23, 3), DLE, 44_177_704, groups=32, width=128)
    yield resnet("se-resnext101-32x4d", (3, 4, 23, 3), DLE, 48_955_416, groups=32, width=128, excite=True)
    yield inception_v4()
    yield inception_v4("inceptionv4-slim", "C. Szegedy et al., Inception-v4, 2016; count of the Slim and timm versions",
                       42_679_816, 1000, True)
    yield googlenet_tf()
    for depth, blocks, parameters in [(121, (6, 12, 24, 16), 7_978_856), (169, (6, 12, 32, 32), 14_149_480),
                                      (201, (6, 12, 48, 32), 20_013_928)]:
        yield densenet(depth, blocks, parameters)
    yield squeezenet()
    yield mnasnet()
    yield mnasnet("mnasnet1_0-torch-86", 86)
    yield mobilenet_v2()
    yield cifar10_cnn()
