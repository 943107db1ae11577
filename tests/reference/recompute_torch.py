"""Memory of one step of PyTorch under recomputation, on a CPU: what its allocator gives out and takes back.

recompute_torch.json: for each case of recompute_cases.py what is in use above weights and inputs when the forward pass
ends (`kept_bytes`) and at most (`peak_bytes`, gradients included, no update). Under Keras's RematScope, and in plain
torch.nn with torch.utils.checkpoint around each block (`blocks`) or around each of 4 of 16 blocks but the last four
(`sqrt`), as checkpoint_sequential does.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

from common import HERE, Table, archive, fresh, main  # noqa: E402
from recompute_cases import BLOCKS, CASES, SCOPES, build, listed  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.profiler import ProfilerActivity, profile  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

FORWARD_END = "forward pass ends"


def memory(step):
    """(kept, peak) bytes in use above those before `step`, by the allocator's own record."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        step()
    events = sorted(record.profiler.kineto_results.events(), key=lambda event: event.start_ns())
    live = peak = kept = 0
    for event in events:
        if event.name() == FORWARD_END:
            kept = live
        elif event.name() == "[memory]":
            live += event.nbytes()
            peak = max(peak, live)
    return kept, peak


def measured(forward, batch):
    labels = torch.zeros(batch, 10)

    def step():
        loss = F.mse_loss(forward(), labels)
        with torch.profiler.record_function(FORWARD_END):
            pass
        loss.backward()

    step()  # gradients are there from the step before: their place is taken below
    return step


# --- plain torch.nn --------------------------------------------------------------------------------------------------


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_a, self.norm_b = nn.LayerNorm(64), nn.LayerNorm(64)
        self.project, self.out = nn.ModuleList(nn.Linear(64, 64) for _ in range(3)), nn.Linear(64, 64)
        self.wide, self.narrow = nn.Linear(64, 256), nn.Linear(256, 64)

    def forward(self, x):
        y = self.norm_a(x)
        q, k, v = (p(y).view(*y.shape[:2], 4, 16).transpose(1, 2) for p in self.project)
        y = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).reshape(*x.shape))
        return x + self.narrow(F.gelu(self.wide(self.norm_b(x))))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_a, self.conv_b = (nn.Conv2d(16, 16, 3, padding=1) for _ in range(2))
        self.norm_a, self.norm_b = nn.BatchNorm2d(16), nn.BatchNorm2d(16)

    def forward(self, x):
        y = self.norm_b(self.conv_b(F.relu(self.norm_a(self.conv_a(x)))))
        return F.relu(x + y)


PLAIN = {
    "mlp": lambda: nn.Sequential(nn.Linear(256, 256), nn.GELU()),
    "transformer": Transformer,
    "residual": Residual,
}
HEADS = {"mlp": 256, "transformer": 64, "residual": 16}


def groups(blocks, how):
    """The blocks in runs, each with whether it is computed again."""
    if how == "sqrt":
        size = round(len(blocks) ** 0.5)
        runs = [nn.Sequential(*blocks[i : i + size]) for i in range(0, len(blocks), size)]
        return [(run, run is not runs[-1]) for run in runs]
    return [(block, how == "blocks") for block in blocks]


def plain(case, how):
    _, shape, batch = CASES[case]
    shape = (shape[-1], *shape[:-1]) if len(shape) == 3 else shape
    blocks = [PLAIN[case]() for _ in range(BLOCKS)]
    head = nn.Linear(HEADS[case], 10)
    x = torch.ones(batch, *shape)

    def forward():
        y = x
        for run, again in groups(blocks, how):
            y = checkpoint(run, y, use_reentrant=False) if again else run(y)
        if len(shape) == 3:
            y = y.mean((2, 3))
        elif len(shape) == 2:
            y = y.mean(1)
        return head(y)

    return measured(forward, batch), [p for b in (*blocks, head) for p in b.parameters()]


# --- Keras -----------------------------------------------------------------------------------------------------------


def keras_step(case, scope):
    _, shape, batch = CASES[case]
    fresh()
    model = build(case, scope=scope)
    x = torch.ones(batch, *shape)
    return measured(lambda: model(x, training=True), batch), [v.value for v in model.trainable_variables]


def row(keras_version, case, how, step, variables):
    for variable in variables:
        variable.grad = None
    kept, peak = memory(step)
    make, _, batch = CASES[case]
    result = {"name": f"{case}, {how}, keras {keras_version}", "model": case, "keras": keras_version, "recompute": how,
              "batch": batch, "kept_bytes": kept, "peak_bytes": peak}  # fmt: skip
    if how == "list_of_layers":
        result["layers"] = ",".join(listed(make))
    print(result, flush=True)
    return result


def rows():
    for case in CASES:
        for how in ("none", "blocks", "sqrt"):
            yield row("none", case, how, *plain(case, how))
        for scope in SCOPES:
            try:
                yield row("3", case, scope, *keras_step(case, scope))
            except AttributeError as problem:  # Keras 3.15.1 cannot ask an Add layer for the size of a torch tensor
                print(f"{case}, {scope}: {problem}"[:120])


def everything():
    about = (
        "bytes in use above weights and inputs in one step of PyTorch on a CPU: at the end of the forward pass and at "
        "most; models: recompute/NAME.keras"
    )
    yield Table(HERE / "recompute_torch.json", about, list(rows()))
    for case in CASES:
        fresh()
        yield archive(HERE / "recompute" / f"{case}.keras", build(case))


if __name__ == "__main__":
    main(__doc__.splitlines()[0], everything)
