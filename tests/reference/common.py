"""What all reference scripts share: a quiet, seeded Keras on the CPU, the forms of the
data they write, and the command line (write the data, or --check it). It is imported before
anything of Keras, since Keras reads its settings when it is first imported. A script that runs on another
backend than TensorFlow names it in KERAS_BACKEND before that.

A script hands `main` a list of producers. A producer is called and returns outputs:
a Table (JSON, one row per line), an Archive (a `.keras` file without weights) or a File.
With --check nothing is written; what was produced is compared with the committed data,
row by row, so that a difference names the row it is in.
"""

import argparse
import importlib
import io
import json
import math
import os
import pathlib
import sys
import time
import zipfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402

backend = importlib.import_module(keras.backend.backend())
tf = backend if backend.__name__ == "tensorflow" else None

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WRITER = f"keras {keras.__version__}, {backend.__name__} {backend.__version__}"
SAVED = "2026-01-01@00:00:00"  # stands for the moment of saving, so that a rerun gives the same bytes


def fresh(policy="float32"):
    """Start over: layer names count from 1 again, seeds and the dtype policy are known."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    keras.config.set_dtype_policy(policy)
    keras.config.set_image_data_format("channels_last")


def renumber_shared_ids(value, seen=None):
    """Keras writes a memory address as `shared_object_id`: number them in order instead."""
    seen = {} if seen is None else seen
    if isinstance(value, dict):
        return {
            key: seen.setdefault(item, len(seen) + 1)
            if key == "shared_object_id"
            else renumber_shared_ids(item, seen)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [renumber_shared_ids(item, seen) for item in value]
    return value


def plain(value):
    """Any nesting of Keras values as what JSON holds (tuples become lists)."""
    return renumber_shared_ids(json.loads(json.dumps(value, default=repr)))


def shapes_of(structure):
    """Shapes of a tensor, list or dict of tensors, in Keras' order of flattening."""
    return [list(t.shape) for t in keras.tree.flatten(structure)]


def count(variables):
    """Elements of all variables together."""
    return sum(math.prod(v.shape) for v in variables)


def placeless(function):
    """The function without its file and line, which Keras would write into a Lambda layer's code."""
    function.__code__ = function.__code__.replace(co_filename="model.py", co_firstlineno=1)
    return function


class Table:
    """A JSON document of one row per line: {"about":…, "writer":…, "rows":[ … ]}."""

    def __init__(self, path, about, rows, key="name"):
        self.path, self.about, self.rows, self.key = path, about, rows, key

    def text(self):
        head = json.dumps({"about": self.about, "writer": WRITER}, ensure_ascii=False)[:-1]
        body = ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in self.rows)
        return f'{head}, "rows": [\n{body}\n]}}\n'

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.text(), encoding="utf-8")
        print(f"{self.path.relative_to(ROOT)}: {len(self.rows)} rows, {self.path.stat().st_size} bytes")

    def check(self):
        old = {r[self.key]: r for r in json.loads(self.path.read_text(encoding="utf-8"))["rows"]}
        new = {r[self.key]: r for r in plain(self.rows)}
        wrong = [k for k in old.keys() | new.keys() if old.get(k) != new.get(k)]
        return len(new), wrong


class Archive:
    """A zip with the members of a `.keras` file; members is name → bytes."""

    def __init__(self, path, members, deflated=True):
        self.path, self.members, self.deflated = path, members, deflated

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        method = zipfile.ZIP_DEFLATED if self.deflated else zipfile.ZIP_STORED
        with zipfile.ZipFile(self.path, "w", method, compresslevel=9) as archive:
            for name, data in self.members.items():
                info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
                info.compress_type = method
                archive.writestr(info, data, compresslevel=9)

    def check(self):
        with zipfile.ZipFile(self.path) as archive:
            same = archive.namelist() == list(self.members) and all(
                archive.read(name) == data for name, data in self.members.items()
            )
        return 1, [] if same else [self.path.name]


class File:
    """A file of given bytes."""

    def __init__(self, path, data):
        self.path, self.data = path, data

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(self.data)

    def check(self):
        return 1, [] if self.path.read_bytes() == self.data else [self.path.name]


def archive(path, model, deflated=True, weights=False):
    """The `.keras` file of `model` as Keras saves it; without weights unless asked for."""
    from keras.src.saving import saving_lib

    if weights:
        saved = io.BytesIO()
        saving_lib.save_model(model, saved)
        with zipfile.ZipFile(saved) as file:
            members = {name: file.read(name) for name in file.namelist()}
        config = members["config.json"].decode()
    else:
        config, _ = saving_lib._serialize_model_as_json(model)
        members = {"metadata.json": b"", "config.json": b""}
    metadata = {"keras_version": keras.__version__, "date_saved": SAVED}
    members["metadata.json"] = json.dumps(metadata).encode()
    members["config.json"] = json.dumps(renumber_shared_ids(json.loads(config))).encode()
    return Archive(path, members, deflated)


def main(description, *producers):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="compare with the committed data, write nothing")
    arguments = parser.parse_args()
    started, equal, total, wrong = time.monotonic(), 0, 0, []
    for produce in producers:
        for output in produce():
            if arguments.check:
                rows, different = output.check()
                total, equal = total + rows, equal + rows - len(different)
                wrong += [f"{output.path.name}: {name}" for name in different]
            else:
                output.write()
    seconds = time.monotonic() - started
    if arguments.check:
        for line in wrong:
            print("differs:", line)
        print(f"{equal} of {total} equal ({seconds:.0f} s)")
        sys.exit(1 if wrong else 0)
    print(f"done ({seconds:.0f} s)")
