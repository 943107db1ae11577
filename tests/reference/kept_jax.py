"""Bytes kept for the backward pass in JAX, after XLA: read off the size of a compiled training step's temporaries.

kept_jax.json: each case of kept_cases.py stands COUNT times side by side, all branches joined in one number that is
squared, so that no backward pass can begin before all forward passes are done. What one branch more adds to XLA's
temporaries (memory_analysis of the compiled step, CPU) is what it keeps. The batch is large, so that what does not
depend on it hardly counts. The model's inputs are arguments, no temporaries: they are added to what is measured.
"""

import math
import os

os.environ["KERAS_BACKEND"] = "jax"
# The order of execution that needs least memory, not the one that keeps most cores busy.
os.environ["XLA_FLAGS"] = "--xla_cpu_enable_concurrency_optimized_scheduler=false"

from common import HERE, Table, fresh, keras, main  # noqa: E402
from kept_cases import FLOAT32_ONLY, LAYERS, behind_dense  # noqa: E402
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

COUNTS, BATCH = (3, 7), 512
POLICIES = ("float32", "mixed_bfloat16")


def temporaries(model, batch):
    """Bytes of the temporaries of one compiled step: loss and gradients of all trainable variables."""
    trainable = [v.value for v in model.trainable_variables]
    fixed = [v.value for v in model.non_trainable_variables]

    def loss(variables, state, x):
        outputs, state = model.stateless_call(variables, state, x, training=True)
        total = sum(jnp.mean(y.astype("float32")) for y in keras.tree.flatten(outputs))
        return total * total, state

    shapes = [jax.ShapeDtypeStruct((batch, *t.shape[1:]), t.dtype) for t in model.inputs]
    step = jax.jit(jax.value_and_grad(loss, has_aux=True))
    compiled = step.lower(trainable, fixed, shapes if len(shapes) > 1 else shapes[0]).compile()
    return compiled.memory_analysis().temp_size_in_bytes


def layers():
    for policy in POLICIES:
        for name, (shape, inputs, make) in LAYERS.items():
            if policy != "float32" and name in FLOAT32_ONLY:
                continue
            sizes = []
            try:
                for count in COUNTS:
                    fresh(policy)
                    sizes.append(temporaries(behind_dense(shape, inputs, make, count), BATCH))
            except Exception as problem:  # a layer that this backend cannot build or run
                print(f"{name}, {policy}: {problem}"[:200])
                continue
            branch = (sizes[1] - sizes[0]) / (COUNTS[1] - COUNTS[0])
            own = 4 * math.prod(shape) * max(inputs, 1)
            row = {"name": f"{name}, {policy}", "policy": policy, "sample_bytes": round(branch / BATCH + own, 1),
                   "input_bytes": own}  # fmt: skip
            print(row, flush=True)
            yield row


def everything():
    about = (
        f"kept for backward, JAX compiled by XLA for a CPU: sample_bytes per sample of the cases of kept_layers.json at "
        f"batch {BATCH}, what does not depend on the batch included; input_bytes of it are the model's own inputs"
    )
    yield Table(HERE / "kept_jax.json", about, list(layers()))


if __name__ == "__main__":
    main(__doc__.splitlines()[0], everything)
