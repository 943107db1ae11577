"""One training run in a process of its own, for cpu_memory.py: takes a model and a case as JSON, prints what /proc says.

It imports nothing but the framework under measurement and numpy.
"""

import gc
import importlib
import json
import os
import sys
import zipfile

MODEL, CASE = sys.argv[1], json.loads(sys.argv[2])  # a path or a name; set-up fields of layertop by their names
FRAMEWORK, KERAS = CASE["framework"], CASE.get("keras", "3")
os.environ["CUDA_VISIBLE_DEVICES"], os.environ["TF_CPP_MIN_LOG_LEVEL"] = "-1", "3"
os.environ["KERAS_BACKEND"] = FRAMEWORK


def status(key):
    """VmRSS or VmHWM of this process, in bytes."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key))


if KERAS == "none":
    framework, vision = importlib.import_module(FRAMEWORK), importlib.import_module("torchvision.models")
elif KERAS == "2":
    framework = importlib.import_module("tensorflow")
    keras = framework.keras
else:
    keras = importlib.import_module("keras")
    framework = importlib.import_module(FRAMEWORK)
imported = status("VmRSS")

import numpy as np  # noqa: E402

BATCH, SAMPLES = CASE["batch"], CASE["samples"]
VALIDATION, FEED = CASE.get("validation_samples", 0), CASE.get("feed", "numpy")
OPTIMIZER, PRECISION = CASE.get("optimizer", "adam"), CASE.get("precision", "float32")
MOMENTUM = CASE.get("optimizer.momentum", 0.0)


def keras_model():
    if KERAS == "2":
        return getattr(keras.applications, MODEL)(weights=None)
    with zipfile.ZipFile(MODEL) as archive:
        config = archive.read("config.json").decode()
    if PRECISION != "float32":
        config = config.replace('"config": {"name": "float32"}', f'"config": {{"name": "{PRECISION}"}}')
    return keras.models.model_from_json(config)


class Data:
    """Random samples of the model's kind, made in blocks so that making them leaves nothing behind."""

    def __init__(self, shape, integers, classes):
        self.shape, self.integers, self.classes = tuple(shape), integers, classes
        self.random = np.random.default_rng(1)

    def arrays(self, count, dtype=None):
        dtype = dtype or ("int32" if self.integers else "float32")
        x = np.empty((count, *self.shape), dtype)
        for first in range(0, count, 64):
            block = x[first : first + 64]
            wide = np.issubdtype(x.dtype, np.integer)
            block[...] = self.random.integers(0, 100, block.shape, dtype) if wide else self.random.random(block.shape, dtype)
        return x, self.random.integers(0, max(2, self.classes), (count, 1)).astype("float32")


def as_numpy(data):
    x, y = data.arrays(SAMPLES, CASE.get("feed_dtype"))
    return {"x": x, "y": y, "batch_size": BATCH}


def as_generator(data):
    def batches():
        while True:
            yield data.arrays(BATCH)

    return {"x": batches(), "steps_per_epoch": SAMPLES // BATCH}


def as_pydataset(data):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return SAMPLES // BATCH

        def __getitem__(self, index):
            return data.arrays(BATCH)

    processes = CASE.get("worker_start") == "fork"
    return {"x": Batches(workers=CASE.get("workers", 1), use_multiprocessing=processes)}


def as_tf_data(data):
    tf = framework

    def sample(i):
        x = tf.random.stateless_uniform(data.shape, seed=[i, 1])
        return x, tf.cast(i % max(2, data.classes), tf.float32)[None]

    dataset = tf.data.Dataset.range(SAMPLES).map(sample, num_parallel_calls=CASE.get("workers"))
    dataset = dataset.cache() if CASE.get("cache") == "memory" else dataset
    dataset = dataset.shuffle(CASE["shuffle"]) if CASE.get("shuffle") else dataset
    return {"x": dataset.batch(BATCH).prefetch(CASE.get("prefetch", 2))}


def as_dataloader(data):
    torch = framework

    class Samples(torch.utils.data.Dataset):
        def __init__(self):
            self.x, self.y = data.arrays(SAMPLES)

        def __len__(self):
            return SAMPLES

        def __getitem__(self, index):
            return self.x[index], self.y[index]

    workers = CASE.get("workers", 0)
    return {"x": torch.utils.data.DataLoader(Samples(), batch_size=BATCH, num_workers=workers)}


FEEDS = {
    "numpy": as_numpy,
    "generator": as_generator,
    "pydataset": as_pydataset,
    "tf.data": as_tf_data,
    "dataloader": as_dataloader,
}


def train_keras():
    model = keras_model()
    model.compile(
        optimizer=keras.optimizers.SGD(momentum=MOMENTUM) if OPTIMIZER == "sgd" else OPTIMIZER,
        loss="binary_crossentropy" if model.outputs[0].shape[-1] == 1 else "sparse_categorical_crossentropy",
    )
    built = status("VmRSS")
    spec = model.inputs[0]
    data = Data(spec.shape[1:], "int" in str(spec.dtype), model.outputs[0].shape[-1])
    validation = {"validation_data": data.arrays(VALIDATION), "validation_batch_size": BATCH} if VALIDATION else {}
    model.fit(**FEEDS[FEED](data), **validation, epochs=CASE.get("epochs", 1), verbose=0)
    return built, model.count_params()


def train_torch():
    torch = framework
    model = getattr(vision, MODEL)()
    options = {"momentum": MOMENTUM} if OPTIMIZER == "sgd" else {}
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    optimizer, criterion = kinds[OPTIMIZER](model.parameters(), 1e-3, **options), torch.nn.CrossEntropyLoss()
    built, data = status("VmRSS"), Data((3, 224, 224), False, 1000)
    for _ in range(SAMPLES // BATCH):
        x, y = (torch.from_numpy(a) for a in data.arrays(BATCH))
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=PRECISION == "mixed_bfloat16"):
            loss = criterion(model(x), y.long()[:, 0])
        loss.backward()
        optimizer.step()
    return built, sum(p.numel() for p in model.parameters())


built, parameters = (train_torch if KERAS == "none" else train_keras)()
gc.collect()
print(json.dumps({
    "parameters": parameters,
    "imported_bytes": imported,
    "built_bytes": built,
    "peak_bytes": status("VmHWM"),
    "end_bytes": status("VmRSS"),
    "writer": f"{FRAMEWORK} {framework.__version__}" + ("" if KERAS == "none" else f", keras {keras.__version__}"),
}))  # fmt: skip
