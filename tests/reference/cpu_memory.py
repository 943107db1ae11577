"""Resident memory of training on a CPU, by framework, model, set-up and way of feeding.

Each case trains in a process of its own (cpu_memory_run.py) for a few steps, under the interpreter given for its
framework. A row holds the case as layertop's fields and what /proc said: resident after the imports, after the model is
built, at the end, and the peak; where worker processes were at work also the peak of it and their private memory.
Cases whose row is there already are not run again: delete a row to measure it anew.
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
PATH, RUN = HERE / "cpu_memory.json", HERE / "cpu_memory_run.py"
LIMIT_SECONDS, POLL_SECONDS = 420, 0.05
ABOUT = "training on a CPU in a few steps: the case as fields of the set-up, and resident bytes of its process"

OWN, APPLICATION, SAMPLE = "tests/reference/memory/", "tests/reference/applications/", "samples/"
SGD, MOMENTUM, ADAMW = {"optimizer": "sgd"}, {"optimizer": "sgd", "optimizer.momentum": 0.9}, {"optimizer": "adamw"}
BFLOAT16, FLOAT16 = {"precision": "mixed_bfloat16"}, {"precision": "mixed_float16"}
KERAS = ("tensorflow", "torch", "jax")


def keras_case(framework, model, batch, steps=3, **setup):
    return f"{model}.keras", {"framework": framework, "batch": batch, "samples": batch * steps, **setup}


def models():
    """The same work on each framework: samples, applications, a transformer, a model of weights alone."""
    for model, batch in {
        SAMPLE + "mnist-mlp": 128, SAMPLE + "mnist-cnn": 128, SAMPLE + "lstm-text": 32, OWN + "transformer": 16,
        OWN + "wide": 32, APPLICATION + "MobileNetV2": 8, APPLICATION + "ResNet50": 8, APPLICATION + "VGG16": 2,
        APPLICATION + "DenseNet121": 4, APPLICATION + "EfficientNetB0": 8, APPLICATION + "InceptionV3": 4,
        APPLICATION + "Xception": 4, APPLICATION + "MobileNetV3Small": 16, APPLICATION + "ConvNeXtTiny": 4,
        APPLICATION + "EfficientNetV2B0": 4,
    }.items():  # fmt: skip
        for framework in KERAS:
            yield keras_case(framework, model, batch)


def setups():
    """Other batches, optimizers and policies."""
    for framework in KERAS:
        yield keras_case(framework, APPLICATION + "MobileNetV2", 24)
        yield keras_case(framework, APPLICATION + "ResNet50", 2)
        yield keras_case(framework, OWN + "transformer", 64)
        yield keras_case(framework, SAMPLE + "mnist-cnn", 1024)
        for optimizer in SGD, MOMENTUM, ADAMW:
            yield keras_case(framework, OWN + "wide", 32, **optimizer)
        yield keras_case(framework, APPLICATION + "ResNet50", 4, **SGD)
        for model, batch in (OWN + "transformer", 16), (APPLICATION + "MobileNetV2", 8):
            yield keras_case(framework, model, batch, **BFLOAT16)
    yield keras_case("tensorflow", OWN + "transformer", 16, **FLOAT16)
    yield keras_case("tensorflow", SAMPLE + "mnist-cnn", 128, **FLOAT16)


def feeds():
    """Two hundred megabytes and more of data, next to no model."""

    def thumbnails(framework, samples=4096, **setup):
        return keras_case(framework, OWN + "thumbnails", 64, samples // 64, **setup)

    for framework in KERAS:
        yield thumbnails(framework)
        yield thumbnails(framework, feed_dtype="float64")
        yield thumbnails(framework, 16384, feed_dtype="uint8")
        yield thumbnails(framework, validation_samples=2048)
        yield thumbnails(framework, feed="generator")
        yield thumbnails(framework, feed="pydataset", workers=4)
        yield thumbnails(framework, feed="pydataset", workers=4, worker_start="fork")
    yield thumbnails("tensorflow", feed="tf.data")
    yield thumbnails("tensorflow", feed="tf.data", prefetch=32)
    yield thumbnails("tensorflow", feed="tf.data", cache="memory")
    yield thumbnails("tensorflow", feed="tf.data", shuffle=2048)
    yield thumbnails("tensorflow", feed="tf.data", shuffle=1024, cache="memory")
    yield thumbnails("tensorflow", feed="tf.data", workers=4)
    for workers in 0, 1, 4:
        yield thumbnails("torch", feed="dataloader", workers=workers)


def without_keras():
    """Plain PyTorch: torchvision's models, a batch made for each step."""
    for build, file in {
        "resnet50": "resnet50-v1.5", "vgg16": "vgg16-torch", "mobilenet_v2": "mobilenetv2-torch",
        "densenet121": "densenet121-torch", "resnet18": "resnet18-torch",
    }.items():  # fmt: skip
        path, setup = f"tests/accuracy/models/{file}.yaml", {"framework": "torch", "keras": "none", "feed": "generator"}
        for batch, optimizer in (2, {}), (8, MOMENTUM):
            yield path, {**setup, "batch": batch, "samples": 3 * batch, **optimizer}, build
    yield path, {**setup, "batch": 8, "samples": 24, **BFLOAT16}, build


def keras_2():
    for model, batch in {"MobileNetV2": 8, "ResNet50": 8, "VGG16": 2, "DenseNet121": 4, "EfficientNetB0": 8}.items():
        yield *keras_case("tensorflow", APPLICATION + model, batch, keras="2"), model


def name(model, setup):
    return " ".join([pathlib.Path(model).stem, *(f"{key}={value}" for key, value in setup.items())])


def cases():
    for produce in models, feeds, without_keras, keras_2, setups:
        for path, setup, *build in produce():
            yield name(path, setup), path, setup, build[0] if build else str(HERE.parent.parent / path)


def children(pid):
    try:
        own = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in own:
        yield child
        yield from children(child)


def kilobytes(path, *keys):
    """The sum of these fields of a file of /proc, in bytes; 0 where the process has gone."""
    try:
        lines = pathlib.Path(path).read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(keys))


def resident(pid):
    """Of a process, and what its children have for themselves."""
    private = (kilobytes(f"/proc/{child}/smaps_rollup", "Private_") for child in children(pid))
    return kilobytes(f"/proc/{pid}/status", "VmRSS:") + sum(private)


def run(python, build, setup):
    """The measured part of a row, or None where the run fails or takes too long."""
    several = setup.get("worker_start") == "fork" or (setup.get("feed") == "dataloader" and setup["workers"])
    command, tree, started = [python, str(RUN), build, json.dumps(setup)], 0, time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and time.monotonic() - started < LIMIT_SECONDS:
        time.sleep(POLL_SECONDS)
        if several:
            tree = max(tree, resident(process.pid))
    if process.poll() is None:
        process.kill()
    out, error = process.communicate()
    if process.returncode:
        print(error[-600:])
        return None
    return json.loads(out.splitlines()[-1]) | ({"tree_bytes": tree} if several else {})


def write(rows):
    head = json.dumps({"about": ABOUT})[:-1]
    body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    PATH.write_text(f'{head}, "rows": [\n{body}\n]}}\n', encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for key in (*KERAS, "keras2"):
        parser.add_argument(f"--{key}", metavar="PYTHON", help=f"the interpreter that has {key}")
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    arguments = parser.parse_args()
    rows = json.loads(PATH.read_text(encoding="utf-8"))["rows"] if PATH.exists() else []
    for key, model, setup, build in cases():
        python = getattr(arguments, "keras2" if setup.get("keras") == "2" else setup["framework"])
        if not python or arguments.only not in key or any(row["name"] == key for row in rows):
            continue
        started = time.monotonic()
        measured = run(os.path.abspath(python), build, setup)
        print(f"{key}: {measured['peak_bytes'] >> 20 if measured else 'no'} MiB, {time.monotonic() - started:.0f} s", flush=True)
        if measured:
            date = datetime.date.today().isoformat()
            rows.append({"name": key, "model": model, "setup": setup, **measured, "date": date})
            write(rows)


if __name__ == "__main__":
    main()
