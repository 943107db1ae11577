"""Step time and resident memory of training on this machine's CPU, through model.fit.

Each model trains in a process of its own on random data held in numpy arrays; steps are timed at
the callbacks of `fit`, the first ones (tracing, warming up) left out. Memory is the process's
resident set: after the imports, after the model is built, and its peak. The figures belong to
the machine named in the file. A run is marked noisy where other processes were at work or its steps differ much.

--check trains again: what does not depend on the machine must be equal, times are only printed.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import time

import numpy as np
import psutil

from common import HERE, WRITER, Table, keras, main
from samples import SAMPLES, sample

BATCH = {"mnist-mlp": 128, "mnist-cnn": 128, "mnist-cnn-fp16": 128, "lstm-text": 32, "resnet50": 8}
WARM_UP, STEPS, LIMIT_SECONDS = 5, 200, 22
MOST_STEPS = {"resnet50": 40}  # so that its data stay small beside the model
SPREAD = 0.2  # quartiles further apart than this share of the median: noisy
MEASURED = {"noisy", "load", "steps", "step_seconds", "step_seconds_quartiles", "first_step_seconds",
            "imports_rss_bytes", "built_rss_bytes", "peak_rss_bytes", "date"}  # fmt: skip


class Clock(keras.callbacks.Callback):
    """Notes the duration of each step and ends the training when its time is up."""

    def __init__(self):
        super().__init__()
        self.durations, self.first_end = [], None

    def on_train_batch_begin(self, batch, logs=None):
        self.begin = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        self.durations.append(now - self.begin)
        self.first_end = self.first_end or now
        if now - self.first_end > LIMIT_SECONDS and len(self.durations) > WARM_UP + 3:
            raise StopIteration


def random_data(model, samples):
    random = np.random.default_rng(1)
    spec = model.inputs[0]
    shape = (samples, *spec.shape[1:])
    integers = "int" in keras.backend.standardize_dtype(spec.dtype)
    x = random.integers(0, 20000, shape, dtype="int32") if integers else random.random(shape, dtype="float32")
    classes = max(2, model.outputs[0].shape[-1])
    return x, random.integers(0, classes, (samples, 1)).astype("float32")


def rss():
    return psutil.Process().memory_info().rss


def train(name):
    """Runs in a process of its own; prints its row."""
    imports, batch = rss(), BATCH[name]
    model = sample(name)
    built, clock = rss(), Clock()
    x, y = random_data(model, batch * MOST_STEPS.get(name, WARM_UP + STEPS))
    try:
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0, shuffle=False, callbacks=[clock])
    except StopIteration:
        pass
    steps = clock.durations[WARM_UP:]
    low, median, high = np.quantile(steps, [0.25, 0.5, 0.75])
    print(json.dumps({
        "name": name,
        "policy": SAMPLES[name][1],
        "batch": batch,
        "parameters": model.count_params(),
        "data_bytes": x.nbytes + y.nbytes,
        "steps": len(steps),
        "step_seconds": round(float(median), 6),
        "step_seconds_quartiles": [round(float(low), 6), round(float(high), 6)],
        "first_step_seconds": round(clock.durations[0], 3),
        "imports_rss_bytes": imports,
        "built_rss_bytes": built,
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))  # fmt: skip


def machine():
    cpu = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    field = lambda key: next(line.split(":", 1)[1].strip() for line in cpu.splitlines() if line.startswith(key))  # noqa: E731
    flags = set(field("flags").split())
    return {
        "name": "machine",
        "cpu": field("model name"),
        "cores": len(os.sched_getaffinity(0)),
        "simd": [f for f in ("avx", "avx2", "fma", "avx512f", "avx512_bf16", "avx512_fp16", "amx_tile") if f in flags],
        "ram_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "writer": WRITER,
        "date": datetime.date.today().isoformat(),
    }


class Measurements(Table):
    """Rows of which some figures belong to the machine and the moment."""

    def check(self):
        def fixed(rows):
            return {r["name"]: {k: v for k, v in r.items() if k not in MEASURED} for r in rows if r["name"] != "machine"}

        rows = json.loads(self.path.read_text(encoding="utf-8"))["rows"]
        before, now = {r["name"]: r for r in rows}, fixed(self.rows)
        for row in self.rows[1:]:
            ratio = row["step_seconds"] / before[row["name"]]["step_seconds"]
            print(f"{row['name']}: step {row['step_seconds']:.4f} s, {ratio:.2f} of the committed figure")
        return len(now), [name for name in now if now[name] != fixed(rows).get(name)]


def training():
    rows = [machine()]
    for name in BATCH:
        busy = psutil.cpu_percent(interval=2) / 100
        done = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True)
        row = json.loads(done.stdout.splitlines()[-1])
        after = psutil.cpu_percent(interval=2) / 100
        low, high = row["step_seconds_quartiles"]
        noisy = max(busy, after) > 0.1 or high - low > SPREAD * row["step_seconds"]
        rows.append({**row, "load": [round(busy, 2), round(after, 2)], "noisy": noisy})
    about = (
        "training on the CPU of row 'machine': median and quartiles of the step, resident memory; load is the share "
        "of all cores that was busy just before and after the run; noisy: there was load, or the quartiles lie apart"
    )
    yield Measurements(HERE / "cpu_training.json", about, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--one")
    one, _ = parser.parse_known_args()
    if one.one:
        train(one.one)
    else:
        main(__doc__.splitlines()[0], training)
