"""Networks that find or outline things in images and volumes: SSD, U-Net, nnU-Net, V-Net."""

from network import Net

DLE = "NVIDIA/DeepLearningExamples"


def ssd300(name, source):
    """SSD300 on the first three stages of ResNet-50 v1.5, the third without its stride: 38 x 38 and smaller maps."""
    from convnets import bottleneck
    net = Net(name, "SSD300 on ResNet-50", source)
    x = net.conv_norm(net.image(300, 300, 3), 64, 7, 2)
    x, have = net.pool(x, "Max", 3, 2, "same"), 64
    for stage, count in enumerate((3, 4, 6)):
        for i in range(count):
            out = 256 << stage
            stride = 2 if stage == 1 and i == 0 else 1
            x, have = bottleneck(net, x, have, 64 << stage, out, stride, False), out
    maps = [x]
    for i, (channels, out) in enumerate([(256, 512), (256, 512), (128, 256), (128, 256), (128, 256)]):
        x = net.conv_norm(x, channels, 1)
        x = net.conv_norm(x, out, 3, 2) if i < 3 else net.conv_norm(x, out, 3, 1, padding="valid")
        maps.append(x)
    outputs = []
    for units, kind in ((4, "box"), (81, "class")):
        parts = []
        for x, boxes, side in zip(maps, (4, 6, 6, 6, 4, 4), (38, 19, 10, 5, 3, 1)):
            y = net.conv(x, boxes * units, 3)
            parts.append(net.add("Reshape", y, kind, target_shape=[boxes * side * side, units]))
        outputs.append(net.add("Concatenate", parts, "concat", axis=1))
    net.outputs = outputs
    return net


class Volume:
    """Convolutions of two or three dimensions, with the norm and the activation of one network."""

    def __init__(self, net, dims, norm, act):
        self.net, self.dims, self.kind, self.activation = net, dims, norm, act

    def conv(self, x, filters, size, stride=1, padding="same", **config):
        return self.net.add(f"Conv{self.dims}D", x, "conv", filters=filters, kernel_size=[size] * self.dims,
                            strides=[stride] * self.dims, padding=padding, **config)

    def up(self, x, filters, size=2, **config):
        return self.net.add(f"Conv{self.dims}DTranspose", x, "up", filters=filters, kernel_size=[size] * self.dims,
                            strides=[2] * self.dims, padding="same", **config)

    def norm(self, x, filters):
        if self.kind == "instance":
            return self.net.add("GroupNormalization", x, "norm", groups=filters, epsilon=1e-5)
        return self.net.norm(x)

    def act(self, x):
        if self.activation == "leaky_relu":
            return self.net.add("LeakyReLU", x, "leaky_relu", negative_slope=0.01)
        return self.net.act(x, self.activation)

    def cell(self, x, filters, size=3, stride=1, bias=False):
        return self.act(self.norm(self.conv(x, filters, size, stride, use_bias=bias), filters))


def unet_medical():
    """The original U-Net: no padding, so each shortcut is cropped to what it is joined with."""
    net = Net("unet-medical-572", "U-Net for biomedical images",
              DLE + "/TensorFlow2/Segmentation/UNet_Medical; O. Ronneberger et al., U-Net, 2015")
    v = Volume(net, 2, None, "relu")

    def double(x, filters):
        for _ in range(2):
            x = v.conv(x, filters, 3, 1, "valid", activation="relu")
        return x

    x, side, kept = net.image(572, 572, 1), 572, []
    for filters in (64, 128, 256, 512):
        x, side = double(x, filters), side - 4
        kept.append((x, side, filters))
        x, side = net.pool(x, "Max", 2, 2), side // 2
    x, side = net.dropout(double(x, 1024), 0.5), side - 4
    for skip, size, filters in reversed(kept):
        x, side = v.up(x, filters, 3, activation="relu"), side * 2
        cut = (size - side) // 2
        x = double(net.join(x, net.add("Cropping2D", skip, "crop", cropping=[[cut, cut], [cut, cut]])), filters)
        side -= 4
    v.conv(x, 2, 1)
    return net


def nnunet(name, dims, sides, channels, filters, classes, head, source):
    """Halved by strides, instance norm, leaky ReLU; `head`: size of the last convolution's kernel."""
    net = Net(name, name, source)
    v = Volume(net, dims, "instance", "leaky_relu")
    x, kept = net.image(*sides, channels), []
    for level, count in enumerate(filters):
        x = v.cell(v.cell(x, count, stride=2 if level else 1), count)
        kept.append(x)
    for skip, count in zip(reversed(kept[:-1]), reversed(filters[:-1])):
        x = net.join(v.up(x, count), skip)
        x = v.cell(v.cell(x, count), count)
    v.conv(x, classes, head)
    return net


def vnet():
    net = Net("vnet-32", "V-Net, 32 x 32 x 32", DLE + "/TensorFlow/Segmentation/VNet")
    v = Volume(net, 3, "batch", "relu")

    def residual(x, filters):
        y = x
        for _ in range(3):
            y = v.cell(y, filters, bias=True)
        return net.sum(x, y)

    volume = net.image(32, 32, 32, 1)
    x = net.sum(v.cell(volume, 16, bias=True), volume)
    kept, filters = [(x, 16)], 16
    for _ in range(3):
        filters *= 2
        x = residual(v.cell(x, filters, 2, 2, bias=True), filters)
        kept.append((x, filters))
    for skip, filters in reversed(kept[1:-1]):
        x = v.act(net.norm(v.up(x, filters)))
        x = residual(net.join(x, skip), 2 * filters)
    v.conv(v.act(net.norm(v.up(x, 16))), 3, 3)
    return net


def networks():
    yield ssd300("ssd300-resnet50", DLE + "/PyTorch/Detection/SSD")
    yield unet_medical()
    yield nnunet("nnunet-2d-192x160", 2, (192, 160), 4, (32, 64, 128, 256, 512, 512), 4, 1,
                 DLE + "/PyTorch/Segmentation/nnUNet; Project-MONAI/MONAI, DynUNet")
    yield nnunet("unet3d-128", 3, (128, 128, 128), 4, (32, 64, 128, 256, 320, 320), 4, 3,
                 DLE + "/TensorFlow/Segmentation/UNet_3D_Medical")
    yield vnet()
