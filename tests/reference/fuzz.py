"""Random models against real Keras: output shapes, parameters, bytes and optimizer state, in every file format.

    python fuzz.py --seed 1 --count 100 [--program ../../build/layertop] [--keep DIR]

Works with every Keras from 2.12 on: run it with the Python of an environment that has one. Each model is saved in the
formats that this Keras writes, opened with `layertop --json`, and compared with what Keras itself says. The same seed
gives the same models. What differs is printed with its seed, and its file kept under DIR; the last lines count what
was covered. Exit 0 where nothing differs.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import fuzz_graph  # noqa: E402
import fuzz_keras as K  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def report(program, path):
    run = subprocess.run([program, path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        return json.loads(run.stdout.decode()), None
    except ValueError:
        return None, "exit %d: %s" % (run.returncode, run.stderr.decode(errors="replace").strip().split("\n")[0][:300])


def same_shape(got, want, inner):
    """Inside a nested model, Keras shows as open what the call of the model binds."""
    if got is None or want is None or len(got) != len(want):
        return got == want
    return all(a == b or (inner and b is None) for a, b in zip(got, want))


def layer_difference(got, want):
    shapes, expected = got["outputs"], want["outputs"]
    if expected is not None:
        inner = "/" in want["path"]
        if len(shapes) != len(expected) or not all(same_shape(a, b, inner) for a, b in zip(shapes, expected)):
            return "shape %s, Keras %s" % (shapes, expected)
    if "trainable" in want:
        counts = got["trainable_parameters"], got["non_trainable_parameters"]
        if counts != (want["trainable"], want["non_trainable"]):
            return "parameters %d+%d, Keras %d+%d" % (*counts, want["trainable"], want["non_trainable"])
        apart = got["weight_bytes"] - want["bytes"]
        if apart and not K.seeds_apart(apart):
            return "bytes %d, Keras %d" % (got["weight_bytes"], want["bytes"])
    return None


def differences(result, want, state):
    """What differs, as texts."""
    model, found = result["model"], []
    totals = model["parameters"], model["trainable_parameters"], model["non_trainable_parameters"]
    if totals != (want["total"], want["trainable"], want["non_trainable"]):
        found.append("model: parameters %s, Keras %s" % (totals, (want["total"], want["trainable"], want["non_trainable"])))
    by_path = {}
    for layer in result["layers"]:
        by_path.setdefault(layer["path"], layer)
    for layer in want["layers"]:
        got = by_path.get(layer["path"])
        if got is None:
            if layer["class"] != "InputLayer":
                found.append("%s (%s) is missing" % (layer["path"], layer["class"]))
            continue
        text = layer_difference(got, layer)
        if text:
            found.append("%s (%s): %s" % (layer["path"], layer["class"], text))
    if state is not None:
        optimizer = result["optimizer"] or {"elements": 0, "scalars": 0, "name": None}
        total = optimizer["elements"] + optimizer["scalars"]
        if total != state:
            found.append("optimizer %s: %d elements and %d scalars, Keras %d together"
                         % (optimizer["name"], optimizer["elements"], optimizer["scalars"], state))
    for problem in result["problems"]:
        if problem["severity"] != "note":
            found.append("%s: %s (%s)" % (problem["severity"], problem["message"], problem["path"]))
    return found


class Run:
    def __init__(self, arguments):
        self.program, self.keep = arguments.program, arguments.keep
        self.classes, self.formats, self.optimizers = collections.Counter(), collections.Counter(), collections.Counter()
        self.policies, self.unsaved = collections.Counter(), collections.Counter()
        self.models, self.files, self.wrong, self.reloaded = 0, 0, 0, 0

    def save(self, model, folder, dice):
        for name, (file, write, share) in K.writers().items():
            if dice.random() > share:
                continue
            path = os.path.join(folder, file)
            try:
                write(model, path)
            except Exception as error:
                self.unsaved[name, str(error).strip().split("\n")[0][:80]] += 1
                continue
            yield name, path

    def one(self, seed):
        dice = random.Random(seed)
        policy = K.ADAPTER.fresh(dice)
        K.seed(dice.randrange(2**31))
        try:
            model, classes = fuzz_graph.random_model(dice, K.ADAPTER)
        except fuzz_graph.Refused:
            return False
        quantized = K.quantize(dice, model, classes)
        label, state = K.compile_model(dice, model)
        want = K.describe(model)
        if K.OLDER and quantized:
            state = None  # they keep state for the scales of float8 too, which the newest Keras 3 does not
        folder = tempfile.mkdtemp()
        for name, path in self.save(model, folder, dice):
            self.compare(seed, name, path, model, want, state if name in K.COMPILED else None)
        shutil.rmtree(folder)
        self.models += 1
        self.policies[policy] += 1
        self.policies[quantized or ""] += 1
        self.optimizers[label or ""] += 1
        self.classes.update(classes)
        return True

    def compare(self, seed, name, path, model, want, state):
        self.files += 1
        self.formats[name] += 1
        result, problem = report(self.program, path)
        found = [problem] if problem else differences(result, want, state)
        if not found:
            return
        again = (K.reload(path) or K.reload_json(model)) if result else None
        if again and again != want and not differences(result, again, None):
            self.reloaded += 1  # Keras does not write all of what it has in memory
            return
        self.wrong += 1
        print("seed %d %s: %s" % (seed, name, "; ".join(found[:3])), flush=True)
        if self.keep:
            kept = os.path.join(self.keep, "%s-%d-%s" % (K.VERSION, seed, os.path.basename(path)))
            (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, kept)
            with open(kept + ".want", "w") as file:
                json.dump(want, file)

    def summary(self):
        def listed(counter):
            return ", ".join("%s %d" % (" ".join(k) if isinstance(k, tuple) else k, n) for k, n in sorted(counter.items()) if k)

        print("keras %s: %d models, %d files, %d differ (%d differ from the model in memory and equal what Keras loads)"
              % (K.VERSION, self.models, self.files, self.wrong, self.reloaded))
        print("formats: " + listed(self.formats))
        print("policies: " + listed(self.policies))
        print("optimizers: " + listed(self.optimizers))
        print("%d classes: %s" % (len(self.classes), listed(self.classes)))
        missing = sorted(set(n for n in K.class_names()) - set(self.classes))
        print("never in a model: " + ", ".join(missing))
        if self.unsaved:
            print("not saved by Keras: " + listed(self.unsaved))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="of the first model; the next one has the next")
    parser.add_argument("--count", type=int, default=100, help="models to build")
    parser.add_argument("--program", default=str(ROOT / "build" / "layertop"))
    parser.add_argument("--keep", help="a directory for the files that differ")
    parser.add_argument("--refusals", action="store_true", help="print what Keras refused, and how often")
    arguments = parser.parse_args()
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
    run, seed = Run(arguments), arguments.seed
    while run.models < arguments.count:
        run.one(seed)
        seed += 1
    run.summary()
    if arguments.refusals:
        for (step, error), count in sorted(K.ADAPTER.refusals.items(), key=lambda item: -item[1]):
            print(count, step, error)
    sys.exit(1 if run.wrong else 0)


if __name__ == "__main__":
    main()
