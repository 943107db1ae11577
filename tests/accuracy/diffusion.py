"""Stable Diffusion, as KerasCV has it."""

from network import Net


def vae_encoder():
    """KerasCV's ImageEncoder of Stable Diffusion: group norm, swish, one attention over the pixels."""
    net = Net("sd-vae-encoder", "Image encoder of Stable Diffusion's VAE",
              "keras-team/keras-cv, models/stable_diffusion/image_encoder.py", 34_163_664)

    def norm(x):
        return net.add("GroupNormalization", x, "norm", groups=32, epsilon=1e-5)

    def residual(x, have, filters):
        y = net.conv(net.act(norm(x), "swish"), filters, 3)
        y = net.conv(net.act(norm(y), "swish"), filters, 3)
        return net.sum(x if have == filters else net.conv(x, filters, 1), y)

    x, have = net.conv(net.image(512, 512, 3), 128, 3), 128
    for i, filters in enumerate((128, 256, 512, 512)):
        for _ in range(2):
            x, have = residual(x, have, filters), filters
        if i < 3:
            x = net.conv(x, filters, 3, 2)
    x = residual(x, 512, 512)
    y = norm(x)
    q, k, v = (net.add("Reshape", net.conv(y, 512, 1), "pixels", target_shape=[4096, 512]) for _ in range(3))
    y = net.add("Attention", [q, v, k], "attention")
    y = net.conv(net.add("Reshape", y, "pixels", target_shape=[64, 64, 512]), 512, 1)
    x = residual(net.sum(x, y), 512, 512)
    net.conv(net.conv(net.act(norm(x), "swish"), 8, 3), 8, 1)
    return net


def networks():
    yield vae_encoder()
