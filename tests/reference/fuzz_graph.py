"""Random models: layers of fuzz_layers.py, shared layers, wrappers, nested models, operations, frozen parts.

A model that Keras refuses is never finished; what is returned is valid, in this version of Keras.
"""

import fuzz_layers as F
from fuzz_layers import chance

LARGEST = 60000  # elements of one sample of a tensor


class Refused(Exception):
    """Nothing could be made of these dice."""


class Tensor:
    """A tensor of the model under construction: of which kind it is, and the shape of one sample."""

    def __init__(self, value, shape, dtype):
        self.value, self.shape, self.dtype, self.used = value, shape, dtype, False


def product(shape):
    total = 1
    for size in shape:
        total *= size or 7
    return total


class Graph:
    """One model being built. `keras` is the adapter of fuzz_keras.py."""

    def __init__(self, dice, keras, depth=0, kind=None):
        self.dice, self.keras, self.depth, self.kind = dice, keras, depth, kind
        self.tensors, self.inputs, self.layers = [], [], []
        self.classes = set()  # that stand in the model

    # --- tensors

    def input_shape(self, kind):
        dice = self.dice
        rank = F.INPUTS.get(kind, (1,))[0]
        if kind == "single":
            return (1,)
        if kind == "words":
            return (dice.choice([1, 1, 3]),)
        shape = [dice.randint(2, 9) for _ in range(rank)]
        if kind in ("video", "clip"):
            shape[0] = dice.randint(2, 4)
        if kind in ("sequence", "tokens", "image") and chance(dice, 0.12):
            for axis in range(max(rank - 1, 1)):
                shape[axis] = None
        return tuple(shape)

    def add_input(self, kind, shape=None):
        shape = shape if shape is not None else self.input_shape(kind)
        dtype = "int32" if kind == "single" else F.INPUTS[kind][1]
        if dtype == "string" and not self.keras.strings:
            raise Refused
        batch = 4 if not self.depth and not self.inputs and chance(self.dice, 0.05) else None
        tensor = Tensor(self.keras.input(shape, None if dtype == "float32" else dtype, batch), shape, dtype)
        self.inputs.append(tensor)
        self.tensors.append(tensor)
        return tensor

    def add_result(self, value):
        """The tensors of a call, in the order in which Keras flattens them."""
        for one in self.keras.flatten(value):
            shape = self.keras.shape(one)
            if shape is None or product(shape[1:]) > LARGEST or 0 in shape:
                raise Refused
            self.tensors.append(Tensor(one, tuple(shape[1:]), self.keras.dtype(one)))

    def fits(self, tensor, kind):
        if kind == "single":
            return tensor.shape == (1,) and "int" in tensor.dtype
        rank, dtype = F.INPUTS[kind]
        same = tensor.dtype == dtype or (dtype == "float32" and "float" in tensor.dtype) or (dtype == "int32" and "int" in tensor.dtype)
        return same and len(tensor.shape) == rank

    def take(self, kinds):
        """A tensor that fits one of the kinds; late ones and unused ones first. A new input where none fits."""
        found = [t for t in self.tensors for kind in kinds if self.fits(t, kind)]
        fresh = [t for t in found if not t.used]
        if found and not (len(self.inputs) < 3 and chance(self.dice, 0.05)):
            return self.dice.choice(fresh[-3:] if fresh and chance(self.dice, 0.8) else found)
        if len(self.inputs) >= 4 or self.kind:
            raise Refused
        return self.add_input(self.dice.choice(list(kinds)))

    def alike(self, first, count):
        """Tensors of the shape of `first`. Open sizes that look alike need not be equal: then only itself."""
        found = [t for t in self.tensors
                 if None not in t.shape and t is not first and t.shape == first.shape and t.dtype == first.dtype]
        taken = [first]
        while len(taken) < count:
            taken.append(self.dice.choice(found) if found and chance(self.dice, 0.9) else first)
        return taken

    # --- steps

    def own(self, name):
        """Options that every layer has."""
        options = {}
        if chance(self.dice, 0.08) and not self.keras.first:
            options["trainable"] = False
        if self.keras.policies and chance(self.dice, 0.05):
            options["dtype"] = self.dice.choice(self.keras.policies)
        return options

    def call(self, layer, tensors, spread=False, **keywords):
        values = [t.value for t in tensors]
        result = layer(*values, **keywords) if spread else layer(values if len(values) > 1 else values[0], **keywords)
        self.add_result(result)
        for tensor in tensors:
            tensor.used = True
        self.layers.append((layer, tensors, spread))
        self.classes.add(type(layer).__name__)

    def single(self):
        name = self.dice.choice(sorted(n for n in F.MAKERS if self.keras.has(n)))
        kinds, make = F.MAKERS[name]
        tensor = self.take(kinds)
        options = dict(make(self.dice, tensor.shape), **self.own(name))
        if self.keras.older and options.get("output_mode", "int") != "int":
            raise Refused  # the shapes that older versions of Keras 3 report for these are wrong in several ways
        self.call(self.keras.layer(name, options), [tensor])

    def merged(self):
        name = self.dice.choice(sorted(n for n in F.MERGES if self.keras.has(n)))
        kinds, (low, high), make = F.MERGES[name]
        first = self.take(kinds)
        tensors = self.alike(first, self.dice.randint(low, high))
        options = dict(make(self.dice, first.shape), **self.own(name))
        keywords = {}
        if name in F.SPREAD and not self.keras.first:
            keywords = F.drop_none({"use_causal_mask": F.some(self.dice, [True], 0.2),
                                    "return_attention_scores": F.some(self.dice, [True], 0.15)})
        self.call(self.keras.layer(name, options), tensors, name in F.SPREAD, **keywords)

    def inner(self, names, shape):
        name = self.dice.choice([n for n in names if self.keras.has(n)])
        return self.keras.layer(name, dict(F.MAKERS[name][1](self.dice, shape), **self.own(name)))

    def bidirectional(self):
        tensor = self.take(("sequence",))
        name = self.dice.choice(["LSTM", "GRU", "SimpleRNN"])
        options = F.MAKERS[name][1](self.dice, tensor.shape)
        wrapper = {"merge_mode": self.dice.choice(["concat", "sum", "mul", "ave", None])}
        if chance(self.dice, 0.2):
            # With states, Keras reports as many of a GRU as of the LSTM beside it: another number of tensors than it makes.
            other = name if options.get("return_state") else "GRU"
            back = dict(F.MAKERS[other][1](self.dice, tensor.shape), units=options["units"],
                        go_backwards=not options.get("go_backwards", False))
            for key in ("return_sequences", "return_state"):
                back[key] = options.get(key, False)
            wrapper["backward_layer"] = self.keras.layer(other, back)
        self.call(self.keras.layer("Bidirectional", dict(wrapper, layer=self.keras.layer(name, options), **self.own(name))), [tensor])

    def time_distributed(self):
        kind = self.dice.choice(["vector", "sequence", "image", "tokens"])
        names = [n for n in F.TIMED if kind in F.MAKERS[n][0]]
        tensor = self.take((F.DEEPER[kind],))
        layer = self.inner(names, tensor.shape[1:])
        self.call(self.keras.layer("TimeDistributed", dict(self.own(""), layer=layer)), [tensor])

    def cells(self):
        tensor = self.take(("sequence",))
        makers = {"LSTMCell": F.lstm, "GRUCell": F.gru, "SimpleRNNCell": F.recurrent}
        made = []
        for _ in range(self.dice.randint(1, 3)):
            name = self.dice.choice(sorted(makers))
            made.append(self.keras.layer(name, makers[name](self.dice, tensor.shape, cell=True)))
        cell = made[0] if len(made) == 1 and chance(self.dice, 0.7) else self.keras.layer("StackedRNNCells", {"cells": made})
        options = {"cell": cell, "return_sequences": chance(self.dice, 0.5), "return_state": chance(self.dice, 0.3)}
        self.call(self.keras.layer("RNN", dict(options, **self.own("RNN"))), [tensor])

    def spectral(self):
        name = self.dice.choice(sorted(F.SPECTRAL))
        tensor = self.take(F.SPECTRAL[name])
        layer = self.inner([name], tensor.shape)
        if getattr(layer, "lora_rank", None):
            raise Refused  # the vector's format is then that of the merged kernel as it happens to be computed
        self.call(self.keras.layer("SpectralNormalization", {"layer": layer, "power_iterations": self.dice.randint(1, 3)}), [tensor])

    def masked(self):
        """A mask for the layers behind."""
        if chance(self.dice, 0.5):
            self.call(self.keras.layer("Masking", {"mask_value": 0.0}), [self.take(("sequence",))])
        else:
            options = {"input_dim": 20, "output_dim": self.dice.choice(F.SMALL), "mask_zero": True}
            self.call(self.keras.layer("Embedding", options), [self.take(("tokens",))])

    def shared(self):
        """A layer or model called again."""
        layer, tensors, spread = self.dice.choice(self.layers or [(None, None, None)])
        if layer is None:
            raise Refused
        again = [self.dice.choice([t for t in self.tensors if t.shape == old.shape and t.dtype == old.dtype]) for old in tensors]
        self.call(layer, again, spread)

    def nested(self):
        if self.depth >= 2:
            raise Refused
        tensor = self.take(("vector", "sequence", "image", "tokens"))
        graph = Graph(self.dice, self.keras, self.depth + 1)
        if chance(self.dice, 0.3):
            model = graph.sequential(tensor)
        else:
            kind = [k for k in ("vector", "sequence", "image", "tokens") if self.fits(tensor, k)][0]
            graph.kind = kind
            graph.add_input(kind, tensor.shape)
            graph.steps(self.dice.randint(1, 5))
            model = graph.model()
        if chance(self.dice, 0.15):
            model.trainable = False
        self.call(model, [tensor])
        self.classes |= graph.classes

    def operation(self):
        name, kinds, function = self.dice.choice(self.keras.operations)
        tensor = self.take(kinds)
        value = function(self.dice, tensor.value, tensor.shape, lambda: self.dice.choice(self.alike(tensor, 2)).value)
        self.add_result(value)
        tensor.used = True
        self.classes.add("op " + name)

    STEPS = {"single": 60, "merged": 10, "bidirectional": 4, "time_distributed": 4, "cells": 3, "spectral": 2, "masked": 3,
             "shared": 5, "nested": 5, "operation": 10}

    def step(self):
        names = sorted(self.STEPS)
        name = self.dice.choices(names, [self.STEPS[n] for n in names])[0]
        before = len(self.inputs), len(self.tensors)
        try:
            getattr(self, name)()
            return True
        except Exception as error:  # whatever this version of Keras raises for options that do not fit
            if isinstance(error, (KeyboardInterrupt, MemoryError)):
                raise
            self.keras.refused(name, error)
            del self.inputs[before[0]:], self.tensors[before[1]:]
            return False

    def steps(self, count):
        made = 0
        for _ in range(count * 4):
            made += self.step()
            if made == count:
                break

    def model(self):
        """All that nothing takes is a result, and now and then something else."""
        ends = [t for t in self.tensors if not t.used and t not in self.inputs]
        if not ends:
            raise Refused
        if len(ends) > 3 and chance(self.dice, 0.3):
            ends = self.dice.sample(ends, 3)
        if chance(self.dice, 0.1):
            ends.append(self.dice.choice(self.tensors))
        inputs, outputs = [t.value for t in self.inputs], [t.value for t in ends]
        if len(inputs) == 1 and chance(self.dice, 0.5):
            inputs = inputs[0]
        if len(outputs) == 1 and chance(self.dice, 0.5):
            outputs = outputs[0]
        elif self.keras.structures and not self.depth and chance(self.dice, 0.1):
            outputs = {"out_%d" % i: t for i, t in enumerate(outputs)}
        return self.keras.model(inputs, outputs)

    def sequential(self, tensor=None):
        """A chain; with `tensor`, for its shape."""
        if tensor is None:
            tensor = self.add_input(self.dice.choice(["vector", "sequence", "image", "tokens", "volume"]))
        layers, current = [], tensor
        for _ in range(self.dice.randint(1, 6) * 4):
            fitting = sorted(n for n, (kinds, _) in F.MAKERS.items() if self.keras.has(n) and any(self.fits(current, k) for k in kinds))
            if not fitting or len(layers) == 6:
                break
            name = self.dice.choice(fitting)
            trial = Graph(self.dice, self.keras)
            try:
                options = dict(F.MAKERS[name][1](self.dice, current.shape), **self.own(name))
                if self.keras.older and options.get("output_mode", "int") != "int":
                    raise Refused
                layer = self.keras.layer(name, options)
                trial.call(layer, [current])
            except Exception as error:
                self.keras.refused(name, error)
                continue
            if len(trial.tensors) != 1:
                continue
            layers.append(layer)
            current = trial.tensors[0]
            self.classes.add(type(layer).__name__)
        if not layers:
            raise Refused
        return self.keras.sequential([self.keras.fresh_copy(layer) for layer in layers], tensor)


def random_model(dice, keras):
    """A valid model and the classes that stand in it."""
    graph = Graph(dice, keras)
    if chance(dice, 0.15):
        model = graph.sequential()
    else:
        graph.add_input(dice.choice(["vector", "sequence", "image", "tokens", "volume", "video", "grid", "words", "clip"][: 9 if keras.strings else 7]))
        graph.steps(dice.randint(2, 12))
        model = graph.model()
    for layer in keras.layers_of(model):
        if chance(dice, 0.03):
            layer.trainable = False
    return model, graph.classes
