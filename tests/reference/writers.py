"""What `layertop MODEL --to json` and `--to keras` write, loaded by real Keras and counted.

Every model is written as it is and after edits of the command language. Keras loads the result; its total,
trainable and non-trainable parameters and the output shape of every layer must be those that `layertop --json` reports
for the same edits. Prints what differs; the last line of each format counts.

    python writers.py [--program build/layertop] [--to json,keras] [--sets applications,layers,graphs,samples]
                      [--corpus DIRECTORY] [--match TEXT]
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from common import HERE, ROOT, count, keras, shapes_of

PLAIN = []
NUMBERS = ["set batch=48", "set optimizer=rmsprop", "set optimizer.momentum=0.9", "set optimizer.centered=true",
           "set loss=mean_squared_error", "set epochs=3"]
HALF = ["set precision=mixed_float16", "set optimizer=adamw", "set optimizer.weight_decay=0.01", "set accumulate=4"]


def structural(layers):
    """Edits that fit almost any model: freeze, rename and widen a layer, put a layer behind another, take one away."""
    trained = [l for l in layers if l["class"] in ("Dense", "Conv2D", "Conv1D") and l["calls"] == 1 and "/" not in l["path"]]
    passing = [l for l in layers if l["class"] in ("Dropout", "Activation", "ReLU") and "/" not in l["path"]]
    if trained:
        first, last = trained[0]["path"], trained[-1]["path"]
        yield f"set layers.{first}.trainable=false"
        yield f"insert Dropout after {first} rate=0.25"
        yield f"insert LayerNormalization after {last} epsilon=1e-5"
        if trained[-1]["class"] == "Dense":
            yield f"set layers.{last}.units=17"
    if passing:
        yield f"remove layers.{passing[0]['path']}"


def layertop(program, path, edits, *arguments):
    command = [program, path, *arguments]
    for edit in edits:
        command += ["--edit", edit]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True)
    return done.returncode, done.stdout, done.stderr


def report(program, path, edits):
    code, out, error = layertop(program, path, edits, "--json")
    if code not in (0, 3) or not out:
        return None, error.strip().splitlines()[:1]
    return json.loads(out), None


def load_json(text):
    keras.config.enable_unsafe_deserialization()
    return keras.models.model_from_json(text)


def load_python(text):
    """Runs the program as a script would be, without its main part."""
    space = {"__name__": "written"}
    exec(compile(text, "written.py", "exec"), space)
    model = space["build_model"]()
    if "compile_model" in space:
        space["compile_model"](model)
    return model


LOADERS = {"json": load_json, "keras": load_python}


def layer_shapes(model):
    """Name to the output shapes of its first call, of the layers of the model's own graph."""
    function = getattr(model, "_functional", model)
    if not getattr(function, "_nodes_by_depth", None):
        return {}
    nodes = {id(n) for depth in function._nodes_by_depth.values() for n in depth}
    found = {}
    for layer in function._operations:
        for node in layer._inbound_nodes:
            if id(node) in nodes:
                found.setdefault(layer.name, shapes_of(node.output_tensors))
    return found


def alike(ours, theirs):
    """Keras leaves some axes open that are known (EinsumDense, merging layers of different ranks)."""
    if len(ours) != len(theirs):
        return False
    for a, b in zip(ours, theirs):
        if a is None or len(a) != len(b) or any(y is not None and x != y for x, y in zip(a, b)):
            return False
    return True


def difference(model, want, names):
    told = want["model"]
    if not model.built:
        return None if told["parameters"] == 0 else "Keras did not build it"
    got = (model.count_params(), count(model.trainable_weights), count(model.non_trainable_weights))
    expected = (told["parameters"], told["trainable_parameters"], told["non_trainable_parameters"])
    if got != expected:
        return f"parameters {expected}, Keras {got}"
    shapes = layer_shapes(model)
    for layer in want["layers"]:
        if "/" in layer["path"] or layer["path"] not in shapes:
            continue
        if not alike(layer["outputs"], shapes[layer["path"]]):
            return f"{layer['path']}: {layer['outputs']}, Keras {shapes[layer['path']]}"
    missing = [l["path"] for l in want["layers"] if names and "/" not in l["path"] and l["path"] not in shapes]
    return f"Keras has no {missing[0]}" if missing and shapes else None


class TooLong(Exception):
    pass


def alarm(*_):
    raise TooLong("more than 300 s")


def check(program, path, edits, form):
    """None: equal. Else (outcome, why)."""
    want, refused = report(program, path, edits)
    if want is None:
        return "refused", refused
    code, text, error = layertop(program, path, edits, "--to", form)
    if not text:
        return "differs", f"exit {code}: {error.strip().splitlines()[:1]}"
    said = error.strip().splitlines()
    keras.backend.clear_session()
    keras.config.set_dtype_policy("float32")
    signal.alarm(300)
    try:
        model = LOADERS[form](text)
        wrong = difference(model, want, form == "json")
    except Exception as problem:  # whatever a program that was written does wrong
        lines = [l.strip() for l in str(problem).splitlines() if l.strip()]
        wrong = f"{type(problem).__name__}: {' | '.join(lines[-2:])[-300:]}"
    finally:
        signal.alarm(0)
    if not wrong:
        return None
    return ("said" if said else "differs"), wrong + (f"  [{said[0]}]" if said else "")


def sources(sets, corpus, folder):
    """(name, path) of every model."""
    if "samples" in sets:
        for path in sorted((ROOT / "samples").iterdir()):
            yield path.name, path
    if "applications" in sets:
        for path in sorted((HERE / "applications").iterdir()):
            yield path.name, path
    if "graphs" in sets:
        for path in sorted((HERE / "graphs").iterdir()):
            yield path.name, path
    if "layers" in sets:
        for row in json.loads((HERE / "layers.json").read_text())["rows"]:
            path = folder / (row["name"].replace("/", "_").replace(" ", "_") + ".json")
            path.write_text(json.dumps(row["model"]))
            yield row["name"], path
    if corpus:
        for path in sorted(corpus.rglob("*")):
            if path.suffix in (".json", ".h5", ".keras") and not path.name.endswith(".expected.json"):
                if "expected" not in path.parts:
                    yield str(path.relative_to(corpus)), path


def edits_for(name, sets_name, program, path):
    yield "as it is", PLAIN
    if sets_name == "layers":
        return
    yield "set-up", NUMBERS
    yield "half", HALF
    want, _ = report(program, path, PLAIN)
    lines = list(structural(want["layers"])) if want else []
    applied = []
    for line in lines:
        if report(program, path, applied + [line])[0]:
            applied.append(line)
    if applied:
        yield "edited", applied


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build" / "layertop"))
    parser.add_argument("--to", default="json,keras")
    parser.add_argument("--sets", default="samples,applications,graphs,layers")
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--match", default="")
    parser.add_argument("--plain", action="store_true", help="without edits")
    arguments = parser.parse_args()
    signal.signal(signal.SIGALRM, alarm)
    sets = arguments.sets.split(",") if arguments.sets else []
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for form in arguments.to.split(","):
            equal = total = said = 0
            started = time.monotonic()
            for name, path in sources(sets, arguments.corpus, pathlib.Path(folder)):
                if arguments.match not in name:
                    continue
                in_layers = str(path).startswith(folder)
                for title, edits in edits_for(name, "layers" if in_layers or arguments.plain else "", arguments.program,
                                              str(path)):
                    outcome = check(arguments.program, str(path), edits, form)
                    total += 1
                    if outcome is None:
                        equal += 1
                    else:
                        said += outcome[0] == "said"
                        print(f"{form}: {name} ({title}): {outcome[0]}: {outcome[1]}", flush=True)
            seconds = time.monotonic() - started
            print(f"{form}: {equal} of {total} equal, {said} differ where a problem says so ({seconds:.0f} s)", flush=True)
            bad += total - equal - said
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
