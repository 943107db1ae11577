"""All models of keras.applications: the model file without weights, and what Keras says of it.

Writes applications/NAME.keras and applications.json. Multiply-accumulates (MACs) are counted
here from the built layers: Dense, convolutions and depthwise convolutions, per sample.
"""

import math

from common import HERE, Table, archive, count, fresh, keras, main, shapes_of

NAMES = """VGG16 VGG19 ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2 InceptionV3
InceptionResNetV2 Xception MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large DenseNet121
DenseNet169 DenseNet201 NASNetMobile NASNetLarge EfficientNetB0 EfficientNetB1 EfficientNetB2
EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0
EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2S EfficientNetV2M EfficientNetV2L
ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge""".split()

# By default these leave height and width open; the others have one input size.
OPEN_SIZE = {"MobileNetV3Small": (224, 224, 3), "MobileNetV3Large": (224, 224, 3)}


def positions(layer, shape):
    """Spatial positions of one sample in a tensor of this shape."""
    first = getattr(layer, "data_format", "channels_last") == "channels_first"
    return math.prod(shape[2:] if first else shape[1:-1])


def layer_macs(layer):
    """One output position costs a kernel's elements; a depthwise kernel's likewise."""
    if isinstance(layer, keras.Model):
        return sum(layer_macs(inner) for inner in layer.layers)
    name = type(layer).__name__
    if name not in ("Dense", "Conv2D", "DepthwiseConv2D", "SeparableConv2D"):
        return 0
    kernels = [w for w in layer.weights if "kernel" in w.name]
    return count(kernels) * positions(layer, layer.output.shape)


def layer_rows(model, prefix=""):
    """A row per layer; a nested model's own row is followed by those of its layers."""
    for layer in model.layers:
        trainable, frozen = count(layer.trainable_weights), count(layer.non_trainable_weights)
        output = shapes_of(layer.output)[0]
        yield [prefix + layer.name, type(layer).__name__, output, trainable, frozen, layer_macs(layer)]
        if isinstance(layer, keras.Model):
            yield from layer_rows(layer, f"{prefix}{layer.name}/")


def describe(name, model):
    return {
        "name": name,
        "input": list(model.input_shape),
        "output": list(model.output_shape),
        "total": model.count_params(),
        "trainable": count(model.trainable_weights),
        "non_trainable": count(model.non_trainable_weights),
        "macs": layer_macs(model),
        "layers": list(layer_rows(model)),
    }


def applications():
    rows = []
    for name in NAMES:
        fresh()
        model = getattr(keras.applications, name)(weights=None, input_shape=OPEN_SIZE.get(name))
        rows.append(describe(name, model))
        yield archive(HERE / "applications" / f"{name}.keras", model)
    about = (
        "keras.applications with weights=None; a layer is [path, class, output shape, trainable, "
        "non-trainable, multiply-accumulates per sample]"
    )
    yield Table(HERE / "applications.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], applications)
