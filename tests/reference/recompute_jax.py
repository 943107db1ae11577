"""Memory of a compiled training step of JAX under recomputation, on a CPU.

recompute_jax.json: for each case of recompute_cases.py under Keras's RematScope (`keras` 3) or with jax.checkpoint
around each block (`blocks`), what XLA's temporaries grow by with one block more, between 8 and 16 blocks
(memory_analysis of the compiled step: loss and gradients of all trainable variables).
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
# The order of execution that needs least memory, not the one that keeps most cores busy.
os.environ["XLA_FLAGS"] = "--xla_cpu_enable_concurrency_optimized_scheduler=false"

from common import HERE, Table, fresh, keras, main  # noqa: E402
from recompute_cases import CASES, SCOPES, build, listed  # noqa: E402
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

COUNTS = (8, 16)


def blocks_of(case, count):
    """The model cut into `count` blocks and a head, each a Model of its own, behind jax.checkpoint."""
    make, shape, _ = CASES[case]
    parts = []
    for i in range(count):
        made, join = make(i)
        source = keras.Input(shape)
        parts.append(keras.Model(source, join(source, made)))
    source = keras.Input(shape)
    pool = {1: lambda x: x, 2: keras.layers.GlobalAveragePooling1D(), 3: keras.layers.GlobalAveragePooling2D()}
    parts.append(keras.Model(source, keras.layers.Dense(10)(pool[len(shape)](source))))
    return parts


def temporaries(parts, again, shape, batch):
    """Bytes of the temporaries of one step through `parts`, all but the last of which may be computed again."""
    trainable = [[v.value for v in p.trainable_variables] for p in parts]
    fixed = [[v.value for v in p.non_trainable_variables] for p in parts]

    def loss(variables, state, x):
        for i, part in enumerate(parts):

            def call(w, s, y, part=part):
                return part.stateless_call(w, s, y, training=True)

            call = jax.checkpoint(call) if again and i < len(parts) - 1 else call
            x, state[i] = call(variables[i], state[i], x)
        return jnp.mean(jnp.square(x)), state

    step = jax.jit(jax.value_and_grad(loss, has_aux=True))
    compiled = step.lower(trainable, fixed, jax.ShapeDtypeStruct((batch, *shape), "float32")).compile()
    return compiled.memory_analysis().temp_size_in_bytes


def measure(case, how):
    _, shape, batch = CASES[case]
    sizes = []
    for count in COUNTS:
        fresh()
        parts = blocks_of(case, count) if how == "blocks" else [build(case, count, how)]
        sizes.append(temporaries(parts, how == "blocks", shape, batch))
    return (sizes[1] - sizes[0]) // (COUNTS[1] - COUNTS[0])


def rows():
    for case, (make, _, batch) in CASES.items():
        for how in (*SCOPES, "blocks"):
            try:
                block_bytes = measure(case, how)
            except AttributeError as problem:  # Keras 3.15.1 cannot ask an Add layer for the size of a tracer
                print(f"{case}, {how}: {problem}"[:120])
                continue
            result = {"name": f"{case}, {how}", "model": case, "recompute": how, "batch": batch,
                      "block_bytes": block_bytes}  # fmt: skip
            if how == "list_of_layers":
                result["layers"] = ",".join(listed(make))
            print(result, flush=True)
            yield result


def everything():
    about = "growth of XLA's temporaries with one block more, compiled training step on a CPU; models: recompute/NAME.keras"
    yield Table(HERE / "recompute_jax.json", about, list(rows()))


if __name__ == "__main__":
    main(__doc__.splitlines()[0], everything)
