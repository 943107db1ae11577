"""What optimizer options cost in memory: the peak of one training step above what rests, where weights dwarf all else.

updates_BACKEND.json (KERAS_BACKEND: tensorflow or torch): Keras's train step of 8 equal Dense kernels at batch 8; per
option `peak_weights`, the most that is in use above the resting level, and `rest_weights`, weights and the optimizer's
state, in units of all weights. TensorFlow: resident memory of the process (graph without XLA), large blocks
returned at once. PyTorch: the record of its allocator. Rows of plain torch.optim (`keras` none) stand with the latter.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if os.environ.get("MALLOC_MMAP_THRESHOLD_") is None:  # each large block is a mapping of its own
    os.environ.update(MALLOC_MMAP_THRESHOLD_="65536", MALLOC_TOP_PAD_="0", MALLOC_TRIM_THRESHOLD_="0")
    os.execv(sys.executable, [sys.executable, *sys.argv])

from common import HERE, Table, archive, fresh, keras, main  # noqa: E402
from keras import layers as L  # noqa: E402
import numpy as np  # noqa: E402

UNITS, KERNELS, BATCH = 2048, 8, 8
WEIGHTS = 4 * UNITS * UNITS * KERNELS

# name → policy, optimizer, options, arguments of the set-up besides
OPTIONS = {
    "sgd": ("float32", "SGD", {}),
    "adam": ("float32", "Adam", {}),
    "adamw": ("float32", "AdamW", {}),
    "adam, clipnorm": ("float32", "Adam", {"clipnorm": 1.0}),
    "adam, clipvalue": ("float32", "Adam", {"clipvalue": 1.0}),
    "adam, global_clipnorm": ("float32", "Adam", {"global_clipnorm": 1.0}),
    "sgd, global_clipnorm": ("float32", "SGD", {"global_clipnorm": 1.0}),
    "adam, use_ema": ("float32", "Adam", {"use_ema": True}),
    "adam, gradient_accumulation_steps": ("float32", "Adam", {"gradient_accumulation_steps": 2}),
    "sgd, gradient_accumulation_steps": ("float32", "SGD", {"gradient_accumulation_steps": 2}),
    "adam, mixed_bfloat16": ("mixed_bfloat16", "Adam", {}),
    "adam, loss scaling": ("mixed_float16", "Adam", {}),
    "sgd, loss scaling": ("mixed_float16", "SGD", {}),
}


def dense():
    source = keras.Input((UNITS,))
    x = source
    for _ in range(KERNELS):
        x = L.Dense(UNITS, use_bias=False, kernel_initializer="zeros")(x)
    return keras.Model(source, x)


def compiled(policy, optimizer, options):
    fresh(policy)
    result = dense()
    inner = getattr(keras.optimizers, optimizer)(learning_rate=1e-3, **options)
    result.compile(optimizer=inner, loss="mse", jit_compile=False)
    return result


def status(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def resident_peak(step):
    """Most resident bytes during a step above those before it, the least of three steps."""
    best = None
    for _ in range(4):
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")
        before = status("VmRSS")
        step()
        used = status("VmHWM") - before
        best = used if best is None else max(best, used)
    return best


def allocated_peak(step):
    from recompute_torch import memory

    return max(memory(step)[1] for _ in range(2))


def keras_rows(peak_of):
    x = np.zeros((BATCH, UNITS), "float32")
    for name, (policy, optimizer, options) in OPTIONS.items():
        trained = compiled(policy, optimizer, options)

        def step(trained=trained):
            trained.train_on_batch(x, x)

        for _ in range(4):
            step()
        rest = sum(4 * np.prod(v.shape) for v in (*trained.variables, *trained.optimizer.variables))
        yield row(name, "3", policy, optimizer, options, rest, peak_of(step))


def plain_rows():
    import torch
    from torch import nn

    kernels = nn.Sequential(*(nn.Linear(UNITS, UNITS, bias=False) for _ in range(KERNELS)))
    x = torch.zeros(BATCH, UNITS)
    for name, (make, clip, micro) in {
        "sgd": (torch.optim.SGD, False, 1),
        "adam": (torch.optim.Adam, False, 1),
        "adamw": (torch.optim.AdamW, False, 1),
        "adam, global_clipnorm": (torch.optim.Adam, True, 1),
        "adam, gradient_accumulation_steps": (torch.optim.Adam, False, 2),
    }.items():
        optimizer = make(kernels.parameters(), lr=1e-3)

        def turn():
            kernels(x).square().mean().backward()

        def step():
            turn()
            if clip:
                nn.utils.clip_grad_norm_(kernels.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()

        step()
        if micro > 1:
            turn()  # the gradients of the steps before are there
        rest = WEIGHTS + sum(s.nbytes for v in optimizer.state.values() for s in v.values())
        rest += sum(p.grad.nbytes for p in kernels.parameters() if p.grad is not None)
        from recompute_torch import memory

        peak = memory(step)[1]
        options = {"gradient_accumulation_steps": micro} if micro > 1 else {"global_clipnorm": 1.0} if clip else {}
        yield row(name, "none", "float32", make.__name__, options, rest, peak)
        kernels.zero_grad()


def row(name, version, policy, optimizer, options, rest, peak):
    result = {"name": f"{name}, keras {version}", "keras": version, "policy": policy, "optimizer": optimizer.lower(),
              "options": options, "rest_weights": round(float(rest) / WEIGHTS, 2), "peak_weights": round(float(peak) / WEIGHTS, 2)}  # fmt: skip
    print(result, flush=True)
    return result


def everything():
    backend = keras.backend.backend()
    rows = list(keras_rows(allocated_peak if backend == "torch" else resident_peak))
    rows += plain_rows() if backend == "torch" else []
    fresh()
    yield archive(HERE / "updates" / "dense.keras", dense())
    about = "peak of a training step above what rests, 8 equal Dense kernels, batch 8, in units of all weights"
    yield Table(HERE / f"updates_{backend}.json", about, rows)


if __name__ == "__main__":
    main(__doc__.splitlines()[0], everything)
