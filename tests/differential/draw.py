"""Draws random models: inputs, chains, branches, merges, nested and shared models, masks, initial states."""
import contextlib

import numpy as np

import images
import layers
import operations
import sequences

FREE = 5  # how long an axis of unknown length is at prediction
LARGEST = 4000  # values of one tensor without the batch
POLICIES = ["float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]
NAMES = ["a b", "x-1", "Größe", "block[2]", "_private", "layer.1", "日本"]


class Draw:
    """A seeded source of choices and the Keras they are made with."""

    def __init__(self, keras, version, seed):
        self.keras, self.L = keras, keras.layers
        self.version = tuple(int(n) for n in version.split(".")[:2])
        self.keras3 = self.version >= (3, 0)
        self.policies = {"float32"}
        self.loose = 1  # how much more than others its numbers may be off by: logarithms of small numbers
        self.rng = np.random.default_rng(seed)
        self.names = [NAMES[i] for i in self.sample(range(len(NAMES)), len(NAMES))]
        self.index = None  # an input whose floating-point numbers are places in a table
        self.kept = []  # layers whose weights are what they were given, not drawn

    def int(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def bool(self):
        return bool(self.rng.integers(2))

    def rarely(self, n):
        return int(self.rng.integers(n)) == 0

    def one(self, items):
        return items[int(self.rng.integers(len(items)))]

    def sample(self, items, count):
        return [int(v) for v in self.rng.permutation(list(items))[:count]]

    def real(self):
        return float(np.float32(self.rng.normal()))

    def some(self, **options):
        return {k: v for k, v in options.items() if self.bool()}

    @contextlib.contextmanager
    def types(self, policy):
        """Layers made inside compute as `policy` says."""
        get, put = ((self.keras.config.dtype_policy, self.keras.config.set_dtype_policy) if self.keras3 else
                    (self.keras.mixed_precision.global_policy, self.keras.mixed_precision.set_global_policy))
        before = get()
        put(policy)
        self.policies.add(policy)
        try:
            yield
        finally:
            put(before)

    def layer(self, shape):
        """A layer that takes `shape` (without batch); raises where the draw does not work."""
        make = self.one(layers.of_rank(self, len(shape)))
        if self.rarely(40):
            with self.types(self.one(POLICIES)):
                return make(self, shape)
        made = make(self, shape)
        if self.rarely(12):
            made.trainable = False
        if self.rarely(20) and self.names:  # odd ones: names decide places in the file
            made._name = self.names.pop()
        return made

    def shape(self, rank=None):
        rank = rank or self.one([1, 2, 2, 2, 3, 3, 3, 4])
        if rank == 1:
            return (self.int(2, 6),)
        sizes = [self.int(3, 7) for _ in range(rank - 1)]
        if rank == 2 and self.rarely(5):
            sizes[0] = None  # any number of time steps
        if rank == 3 and self.rarely(8):
            sizes[0] = sizes[1] = None  # a picture of any size
        return (*sizes, self.int(1, 4))

    def apply(self, x, tries=20):
        """One drawn layer (or a small construct) on a symbolic tensor."""
        for _ in range(tries):
            try:
                y = self.step(x)
                sizes = [FREE if n is None else n for n in y.shape[1:]]
                if 0 in sizes or int(np.prod(sizes)) > LARGEST or not 1 <= len(sizes) <= 4:
                    continue
                return y
            except Exception:  # options that do not go together: Keras says so in many ways
                continue
        return x

    def step(self, x):
        shape = tuple(x.shape[1:])
        kind = self.int(0, 15)
        if kind == 0:
            return layers.merge(self, x)
        if kind == 1 and len(shape) >= 2:
            return sequences.attend(self, x)
        if kind == 2:
            return self.nested(x)
        if kind in (3, 4):
            return operations.operate(self, x)
        if kind == 5:
            layer = self.layer(shape)  # one layer at two places
            return self.L.Add()([layer(x), layer(self.L.Activation("tanh")(x))])
        if kind == 6 and len(shape) == 2:
            return sequences.states(self, x)
        if kind == 7 and self.rarely(3) and self.version >= (2, 8):
            return images.categories(self, x)
        return self.layer(shape)(x)

    def nested(self, x):
        shape, inner = tuple(x.shape[1:]), None
        kind = self.int(0, 3)
        if kind == 0:
            inner = self.keras.Sequential([self.keras.Input(shape), self.layer(shape), self.L.Dense(self.int(1, 4))])
        elif kind == 1:
            i = self.keras.Input(shape)
            deep = self.keras.Sequential([self.keras.Input(shape), self.layer(shape)])
            inner = self.keras.Model(i, self.L.Dense(self.int(1, 4))(deep(i)))
        elif kind == 2:
            i = self.keras.Input(shape)
            y = self.layer(shape)(i)
            pair = self.keras.Model(i, [y, self.L.Dense(2)(y)])(x)
            return self.L.Concatenate()([pair[1], self.L.Dense(1)(pair[0])])
        else:
            i = self.keras.Input(shape)
            inner = self.keras.Model(i, self.L.Dense(self.int(1, 4))(self.layer(shape)(i)))
        if self.rarely(5):
            inner.trainable = False
        y = inner(x)
        if self.rarely(3):
            y = self.L.Concatenate()([y, inner(x)])
        return y

    def model(self, depth):
        with self.types(self.one(POLICIES) if self.rarely(12) else "float32"):
            model = self._graph(depth)
        if self.rarely(6):
            self.compile(model)
        return model

    def _graph(self, depth):
        kind = self.int(0, 13)
        if kind in (0, 1):
            return sequences.masked(self, depth)
        if kind == 2:
            return sequences.decoder(self)
        if kind == 7 and self.version >= (3, 12) and self.bool():
            layer, shape = images.spectra(self)
            i = self.keras.Input(shape)
            self.kept.append(layer)
            self.loose = 30
            return self.keras.Model(i, layer(i))
        i = self.keras.Input(self.shape(), **({"name": self.one(NAMES)} if self.keras3 and self.rarely(10) else {}))
        if kind == 3:
            return self.keras.Sequential([i, *self.chain(i.shape[1:], depth)]) if self.keras3 else self._sequential2(i, depth)
        x = i
        for _ in range(depth):
            x = self.apply(x)
        if x is i:
            x = self.L.Dense(2)(x)
        if kind == 4:
            return self.keras.Model(i, [x, self.apply(x)])
        if kind == 5:
            j = self.keras.Input(tuple(i.shape[1:]))
            return self.keras.Model([i, j], self.L.Concatenate()([self.L.Flatten()(t) if None not in t.shape[1:] else self.pool(t)
                                                                  for t in (x, self.apply(j))]))
        if kind == 6:
            return self.keras.Model(i, [x, self.L.Activation("sigmoid")(x), x])
        return self.keras.Model(i, x)

    def pool(self, t):
        return getattr(self.L, "GlobalMaxPooling%dD" % (len(t.shape) - 2))()(t)

    def _sequential2(self, i, depth):
        shape = tuple(i.shape[1:])
        chain = self.chain(shape, depth)
        return self.keras.Sequential([self.L.InputLayer(input_shape=shape), *chain])

    def compile(self, model):
        """Optimizer, loss and metrics that the file then holds; the optimizer has its state."""
        o = self.keras.optimizers
        optimizer = self.one([o.Adam, o.SGD, o.RMSprop, o.Adagrad, o.Adadelta, o.Nadam, o.Ftrl])()
        model.compile(optimizer, loss=self.one(["mse", "mae", self.keras.losses.Huber()]), metrics=self.one([None, ["mae"]]))
        if self.bool() and hasattr(model.optimizer, "build"):
            model.optimizer.build(model.trainable_variables)

    def chain(self, shape, depth):
        chain, x = [], self.keras.Input(tuple(shape))
        for _ in range(depth * 4):
            try:
                layer = self.layer(tuple(x.shape[1:]))
                y = layer(x)
                if None in y.shape[1:] or 0 in y.shape[1:] or int(np.prod(y.shape[1:])) > LARGEST or len(y.shape) > 5:
                    continue
                chain.append(layer)
                x = y
            except Exception:
                continue
            if len(chain) >= depth:
                break
        return chain or [self.L.Dense(2)]

    def weights(self, model):
        """Random weights, so that no gate is shut and no scale is one."""
        kept = {id(w) for layer in self.kept for w in layer.weights}
        for w in model.weights:
            value = np.asarray(w)
            if id(w) in kept or not (value.dtype.kind == "f" or value.dtype.name == "bfloat16"):
                continue
            drawn = self.rng.normal(0, 0.5, value.shape)
            name = getattr(w, "path", w.name)
            if "variance" in name or "stddev" in name:
                drawn = np.abs(drawn) + 0.3
            w.assign(drawn.astype(value.dtype))

    def inputs(self, model, batch=3):
        arrays = []
        for i in model.inputs:
            count = i.shape[0] or batch
            shape = (count,) + tuple(FREE if n is None else n for n in i.shape[1:])
            name = i.dtype if isinstance(i.dtype, str) else i.dtype.name
            if name.startswith("int"):
                value = self.rng.integers(0, 9, shape).astype(name)
                if self.bool():
                    value[self.rng.random(shape) < 0.3] = 0
            elif i is self.index:
                value = self.rng.integers(0, 9, shape).astype(name)
            elif name == "bool":
                value = self.rng.random(shape) < 0.6
            elif name == "bfloat16":
                value = self.rng.normal(0, 1, shape).astype("float32")
            else:
                value = self.rng.normal(0, 1, shape).astype(name)
            if len(shape) <= 3 and self.bool():
                value[:, -1 if self.bool() else 0] = 0  # something for masks to find
            if self.rarely(8):
                value[0] = 0
            arrays.append(value)
        return arrays
