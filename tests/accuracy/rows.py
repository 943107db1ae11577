#!/usr/bin/env python3
"""Writes rows.csv: every published measurement as a row that the program can run, or the reason why it cannot.

    rows.py FOLDER     FOLDER holds throughput.csv, memory.csv, capacity.csv and torch_cpu_peaks.csv

Of the throughput file: the rows of one device with a full training step, batch and time known, quality A or B
(its column `core`), and all rows of the Keras 3 benchmark. Of the other files: all rows. What a table does not name
is left out, never guessed; the few assumptions are the tables below. Standard library alone.
"""

import csv
import os
import re
import sys

from sources import (ASSUMED_DEVICES, BINNED, CONFIGURED, CONSISTENT, DEVICES, FAMILIES, FULL_SOFTMAX, HALF_THROUGHOUT,
                     LEFT_OUT_MODELS, PRECISIONS)

COLUMNS = ["id", "use", "reason", "measure", "measured", "model", "family", "settings", "framework", "device",
           "precision", "source"]
MODELS = "tests/accuracy/models"
APPLICATIONS = "tests/reference/applications"


class LeftOut(Exception):
    """Why a row cannot be run."""


def device_of(name):
    if name in DEVICES:
        return DEVICES[name]
    if name in ASSUMED_DEVICES:
        return ASSUMED_DEVICES[name]
    if not name or "not stated" in name or "generic" in name or "total over" in name:
        raise LeftOut("device not stated")
    raise LeftOut("device not in the database")


def version_of(row, framework):
    """Where it matters: a version of PyTorch that the source names, and TensorFlow before 2.4, which does not use TF32
    (NVIDIA's builds of 1.15 do)."""
    of_torch = re.search(r"pytorch (\d+\.\d+)", row["framework"])
    of_tensorflow = re.match(r"(2\.[0-3])\b", row.get("framework_version", ""))
    found = of_torch if framework == "torch" else of_tensorflow if framework == "tensorflow" else None
    return found.group(1) if found else None


def precision_of(row, framework):
    """`fp32-or-tf32`: the source says float32 on a card with TF32. TensorFlow uses it from 2.4 on (and NVIDIA's builds
    of 1.15), as do JAX and PyTorch's convolutions; README.md says which rows rest on this."""
    text = row["precision"].replace(" (presumed)", "")
    if text == "fp32-or-tf32" and framework == "tensorflow" and version_of(row, framework):
        return "float32"
    if text in PRECISIONS:
        return PRECISIONS[text]
    raise LeftOut("precision not covered")


def framework_of(name):
    """Framework, generation of Keras."""
    lower = name.lower()
    keras = "none"
    if "keras 3" in lower:
        keras = "3"
    elif "keras 2" in lower or "(keras)" in lower or "tf.keras" in lower:
        keras = "2"
    for framework in ("jax", "torch"):
        if framework in lower:
            return framework, keras
    if "tensorflow" in lower or "keras" in lower:
        return "tensorflow", keras
    raise LeftOut("framework not covered")


def execution_of(row, framework):
    name = row["framework"]
    if "compile" in name:
        return "compiled"
    if framework == "jax":
        return "compiled"
    if framework == "torch" or "eager" in name:
        return "eager"
    return "compiled" if row.get("xla") == "yes" else "graph"


OPTIMIZERS = [("8-bit", None), ("in bwd", None), ("paged", None), ("see config", None), ("adafactor", "adafactor"),
              ("adamw", "adamw"), ("bertadam", "adam"), ("lamb", "lamb"), ("rmsprop", "rmsprop"),
              ("adagrad", "adagrad"), ("adam", "adam"), ("sgdm", "sgd optimizer.momentum=0.9"),
              ("sgd+momentum", "sgd optimizer.momentum=0.9"), ("sgd", "sgd")]


def optimizer_of(text, model):
    lower = text.lower()
    if "pretrain) / adam" in lower or "lamb/adam" in lower or "lamb / adam" in lower:
        lower = "lamb" if "pretrain" in model else "adam"
    if "rmsprop/sgd" in lower:
        lower = "sgd"
    for key, name in OPTIMIZERS:
        if key in lower:
            if name is None:
                raise LeftOut("technique not covered")
            return name
    raise LeftOut("optimizer not stated")


def sequence_of(row):
    found = re.search(r"(?:seq|tgt_len)\D*(\d+)", row["input_shape"])
    return int(found.group(1)) if found else None


def app(name):
    return f"{APPLICATIONS}/{name}.keras", "cnn"


def bert_of(row, size):
    length, notes = sequence_of(row), row.get("notes", "").lower()
    if "pre-training" in notes and length in (128, 512):
        return f"{MODELS}/bert-{size}-pretrain-{length}.yaml"
    if any(text in row["model"] + row["source"] for text in ("sequence classification", "metal", "GPUMemNet")):
        return f"{MODELS}/bert-{size}-classify-{length}.yaml"
    return f"{MODELS}/bert-{size}-squad-{length}.yaml"


def electra_of(row):
    """Fine-tuning has the body of BERT-Base and the head for questions."""
    length = sequence_of(row)
    name = "bert-base-squad" if length == 384 else "electra-base-pretrain"
    return f"{MODELS}/{name}-{length}.yaml"


def model_of(row):
    """Path and family. TensorFlow's benchmarks have 1,001 classes and ResNet v1; the models of PyTorch v1.5."""
    name = row["model"]
    tf_cnn = "tf_cnn" in row["framework"] or "tensorflow (HPE dlbs)" in row["framework"]
    for text, reason in LEFT_OUT_MODELS:
        if text in name:
            raise LeftOut(reason)
    for pattern, of_tf, of_other in FAMILIES:
        if re.fullmatch(pattern, name):
            chosen = of_tf if tf_cnn else of_other
            break
    else:
        raise LeftOut("no model of the architecture here")
    if chosen is None:
        raise LeftOut("no model of the architecture here")
    if chosen.startswith("transformer-xl") and row["source"].startswith(FULL_SOFTMAX):
        chosen = chosen.replace("SEQ", "full-SEQ")
    if chosen.startswith("bert-"):
        path = f"{MODELS}/{chosen}.yaml" if chosen.endswith("-512") else bert_of(row, chosen[5:])
    elif chosen == "electra-base":
        path = electra_of(row)
    elif chosen.startswith("app:"):
        return app(chosen[4:])
    else:
        path = f"{MODELS}/{chosen.replace('SEQ', str(sequence_of(row)))}.yaml"
    if not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..", path)):
        raise LeftOut("no model of the architecture here")
    is_transformer = re.search("bert|gpt|transformer|bart|electra", path)
    return path, "transformer" if is_transformer else "diffusion" if "sd-" in path else "cnn"


def settings_of(row, framework, keras, device, precision, optimizer):
    parts = [f"framework={framework}", f"keras={keras}", f"execution={execution_of(row, framework)}",
             f"batch={row['per_device_batch']}", f"precision={precision}", f"device={device}"]
    version = version_of(row, framework)
    if version:
        parts.append(f"framework_version={version}")
    if row.get("task", "train").startswith("infer"):
        parts.append("mode=inference")
    else:
        parts.append(f"optimizer={optimizer}")
    if row.get("grad_accum") and int(row["grad_accum"]) > 1:
        parts.append(f"accumulate={row['grad_accum']}")
    return " ".join(parts)


def is_half_throughout(row, framework):
    return any(row["source"].startswith(source) and framework == wanted and re.search(pattern, row["model"])
               for source, wanted, pattern in HALF_THROUGHOUT)  # fmt: skip


def common(row):
    """Model, family, settings, framework label, device, precision of a row of any of the three files."""
    if row.get("n_devices", "1") not in ("1", ""):
        raise LeftOut("several devices")
    if row.get("task", "") not in ("train", "infer"):
        raise LeftOut("no step (model on the device alone)")
    if not row.get("per_device_batch"):
        raise LeftOut("batch not stated")
    notes = row.get("notes", "") + row.get("technique", "")
    if re.search(r"checkpoint|ckpt|LoRA|offload|8-bit|chunked", notes + row["model"]):
        raise LeftOut("technique not covered")
    framework, keras = framework_of(row["framework"])
    model, family = model_of(row)
    if "pretrain" in model and BINNED in row["source"]:
        raise LeftOut("sequences binned by length: the step's own length is not stated")
    device = device_of(row["device"])
    precision = precision_of(row, framework)
    if precision == "mixed_float16" and is_half_throughout(row, framework):
        precision = "float16"
    inference = row["task"].startswith("infer")
    optimizer = "" if inference else optimizer_of(row.get("optimizer") or default_optimizer(row), model)
    label = framework + (f" keras {keras}" if keras != "none" else "") + " " + execution_of(row, framework)
    return (model, family, settings_of(row, framework, keras, device, precision, optimizer), label, device,
            precision)


def default_optimizer(row):
    """Capacity facts name it in their notes; the benchmarks of TensorFlow's scripts run SGD."""
    found = re.search(r"optimizer (\w+)", row.get("notes", ""))
    if found:
        return found.group(1)
    if re.search("tf_cnn|dlbs|tf-metal", row["framework"] + row["source"]):
        return "SGD"
    if "keras-io" in row["source"]:
        return "Adam"
    return ""


def emit(out, identity, row, measure, measured, use="used"):
    source = row["source"].split("#")[0]
    try:
        model, family, settings, framework, device, precision = common(row)
        out.append([identity, use, "", measure, measured, model, family, settings, framework, device, precision, source])
    except LeftOut as why:
        out.append([identity, "left out", str(why), measure, measured, "", "", "", "", "", "", source])


def left_out(out, identity, row, measure, measured, reason):
    out.append([identity, "left out", reason, measure, measured, "", "", "", "", "", "", row["source"].split("#")[0]])


def throughput(rows, out):
    for row in rows:
        if row["core"] != "yes" and not row["id"].startswith("ke3-"):
            continue
        seconds = float(row["step_time_ms"]) / 1e3 if row["step_time_ms"] else 0
        accumulated = int(row["grad_accum"] or 1)
        if accumulated > 1:  # the figure of one micro-batch, the update shared among them
            seconds *= float(row["per_device_batch"]) / float(row["global_batch"])
        measured = f"{seconds:.6g}"
        if "generate" in row["model"]:
            left_out(out, row["id"], row, "step_seconds", measured, "text generation is not a step")
        elif row["quality"] == "C":
            left_out(out, row["id"], row, "step_seconds", measured, "quality C")
        else:
            emit(out, row["id"], row, "step_seconds", measured)
        if row["id"].startswith("hfd") and row["peak_memory_bytes"]:
            emit(out, row["id"] + "-memory", row, "shown_bytes", row["peak_memory_bytes"])


def configured(row):
    """The row with what its benchmark's own configuration says."""
    precision, optimizer = CONFIGURED.get(row["source"].split("@")[0], {}).get(row["model"], (None, None))
    return {**row, "precision": precision or row["precision"], "optimizer": optimizer or row["optimizer"]}


def parameters_of(path):
    name = os.path.basename(path).removesuffix(".yaml")
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "parameters.csv"), newline="") as file:
        return next((int(r["trainable_parameters"]) for r in csv.DictReader(file) if r["model"] == name), None)


def any_optimizer(row):
    """Where the optimizer is not stated: run with SGD, the one without state. Adam's state is 8 bytes a parameter;
    where that is below 5 % of the figure the row counts as it is, else SGD's need must not exceed it."""
    row = {**row, "optimizer": "SGD"}
    try:
        count = parameters_of(model_of(row)[0])
    except LeftOut:
        return row, "used"
    small = count and 8 * count < 0.05 * float(row["peak_memory_bytes"])
    return row, "used" if small else "one-sided"


MEASURES = [("MaxBytesInUse", "peak_bytes", "used"), ("max allocated", "peak_bytes", "used"),
            ("host RSS", "host_bytes", "used"), ("Activity Monitor", "peak_bytes", "one-sided"),
            ("sampled", "peak_bytes", "one-sided"), ("", "shown_bytes", "used")]


def memory(rows, out):
    for row in map(configured, rows):
        identity, bytes = row["id"], row["peak_memory_bytes"]
        measure, use = next((m, u) for text, m, u in MEASURES if text in row["metric"])
        if "upper bound" in row["kind"]:
            emit(out, identity, row, "shown_bytes", bytes, "one-sided")
        elif "vendor-stated" in row["kind"]:
            left_out(out, identity, row, "shown_bytes", bytes, "stated, not measured")
        elif "low trust" in row["kind"] and row["device"] not in CONSISTENT:
            left_out(out, identity, row, "shown_bytes", bytes, "figures above the device's memory in the same series")
        elif row["optimizer"] == "not stated":
            row, use = any_optimizer(row)
            emit(out, identity, row, measure, bytes, use)
        else:
            emit(out, identity, row, measure, bytes, use)


def capacity(rows, out):
    for row in rows:
        ran = "1" if row["fits"].startswith("yes") else "0"
        if "context" in row["input_shape"]:
            left_out(out, row["id"], row, "fits", ran, "technique not covered")
        elif "generate" in row["model"]:
            left_out(out, row["id"], row, "fits", ran, "text generation is not a step")
        elif "unified memory" in row["notes"]:
            left_out(out, row["id"], row, "fits", ran, "ran in unified memory")
        else:
            emit(out, row["id"], row, "fits", ran)


TORCH_CPU = {"resnet18": "resnet18-torch", "resnet50": "resnet50-v1.5", "resnet152": "resnet152-v1.5",
             "vgg16": "vgg16-torch", "vgg16_bn": "vgg16_bn-torch", "alexnet": "alexnet-torch",
             "squeezenet1_0": "squeezenet1_0-torch", "mnasnet1_0": "mnasnet1_0-torch",
             "shufflenet_v2_x1_0": None, "resnext50_32x4d": "resnext50-32x4d",
             "gpt_L4_h256_a8_V5000_S128": "gpt-l4-h256-s128", "gpt_L2_h768_a12_V50257_S256": "gpt-l2-h768-s256",
             "mlp_784_2048_2048_10": "mlp-784-2048-2048-10", "mlp_100_64_64_1": "mlp-100-64-64-1"}


def torch_cpu(rows, out):
    """Allocation traces of one step: parameters, buffers, state, batch and all that the step allocates."""
    for row in rows:
        identity = f"tcp-{row['model']}-{row['batch']}-{row['opt']}"
        model = TORCH_CPU[row["model"]]
        source = "torch_cpu_peaks.csv"
        if model is None:
            out.append([identity, "left out", "no model of the architecture here", "peak_bytes", row["peak_B"], "", "",
                        "", "", "", "", source])
            continue
        family = "transformer" if "gpt" in model else "dense" if "mlp" in model else "cnn"
        device = "intel-xeon-e5-2680-v3"
        settings = (f"framework=torch framework_version=1.13 keras=none execution=eager batch={row['batch']} "
                    f"precision=float32 device={device} optimizer={optimizer_of(row['opt'], model)}")
        out.append([identity, "used", "", "peak_bytes", row["peak_B"], f"{MODELS}/{model}.yaml", family, settings,
                    "torch eager", device, "float32", source])


def main():
    folder, out = sys.argv[1], []
    for name, take in (("throughput", throughput), ("memory", memory), ("capacity", capacity),
                       ("torch_cpu_peaks", torch_cpu)):
        with open(os.path.join(folder, name + ".csv"), newline="") as file:
            take(csv.DictReader(file), out)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "rows.csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(out)


if __name__ == "__main__":
    main()
