"""Draws random models: inputs, chains, branches, merges, nested and shared models."""
import numpy as np

import layers

FREE = 5  # how long an axis of unknown length is at prediction

class Draw:
    """A seeded source of choices and the Keras they are made with."""

    def __init__(self, keras, keras3, seed):
        self.keras, self.L, self.keras3 = keras, keras.layers, keras3
        self.rng = np.random.default_rng(seed)

    def int(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def bool(self):
        return bool(self.rng.integers(2))

    def one(self, items):
        return items[int(self.rng.integers(len(items)))]

    def sample(self, items, count):
        return [int(v) for v in self.rng.permutation(list(items))[:count]]

    def real(self):
        return float(np.float32(self.rng.normal()))

    def some(self, **options):
        return {k: v for k, v in options.items() if self.bool()}

    def layer(self, shape):
        """A layer that takes `shape` (without batch); raises where the draw does not work."""
        pool = layers.BY_RANK[len(shape)] + (layers.KERAS3 if self.keras3 else [])
        make = self.one(pool)
        if not self.keras3 and any(make.__name__.startswith(n) for n in layers.ONLY3):
            raise ValueError("not in Keras 2")
        return make(self, shape)

    def shape(self, rank=None):
        rank = rank or self.one([1, 2, 2, 2, 3, 3, 3, 4])
        if rank == 1:
            return (self.int(2, 6),)
        sizes = [self.int(3, 7) for _ in range(rank - 1)]
        if rank == 2 and self.int(0, 4) == 0:
            sizes[0] = None  # any number of time steps
        return (*sizes, self.int(1, 4))

    def apply(self, x, tries=20):
        """One drawn layer (or a small construct) on a symbolic tensor."""
        for _ in range(tries):
            try:
                return self.step(x)
            except Exception:  # options that do not go together: Keras says so in many ways
                continue
        return x

    def step(self, x):
        shape = tuple(x.shape[1:])
        kind = self.int(0, 11)
        if kind == 0 and len(shape) >= 1:
            return self.merge(x)
        if kind == 1 and len(shape) == 2:
            return self.attend(x)
        if kind == 2:
            return self.nested(x)
        if kind == 3:
            return self.operate(x)
        y = self.layer(shape)(x)
        sizes = [FREE if n is None else n for n in y.shape[1:]]
        if 0 in sizes or int(np.prod(sizes)) > 4000 or len(sizes) > 4 or len(sizes) < 1:
            raise ValueError("too large or unknown")
        return y

    def merge(self, x):
        width = x.shape[-1]
        other = self.L.Dense(width)(x)
        name = self.one(["Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract", "Concatenate"])
        return getattr(self.L, name)()([x, other])

    def attend(self, x):
        heads, size = self.int(1, 3), self.int(1, 4)
        options = self.some(value_dim=self.int(1, 4), use_bias=self.bool(), output_shape=self.int(1, 5))
        kind = self.int(0, 2)
        if kind == 0:
            call = self.some(use_causal_mask=self.bool())
            return self.L.MultiHeadAttention(heads, size, **options)(x, x, **call)
        if kind == 1:
            return self.L.Attention(use_scale=self.bool(), score_mode="dot")([x, x])
        return self.L.AdditiveAttention(use_scale=self.bool())([x, x])

    def operate(self, x):
        """Python's operators and keras.ops on tensors, which become raw operations of the graph."""
        choices = [lambda: x * 2.0, lambda: x + 1.5, lambda: 1.0 - x, lambda: x / 4.0, lambda: -x, lambda: x * x + x,
                   lambda: x[:, :1], lambda: x[:, ::2], lambda: x[..., -1:], lambda: x[:, 1:]]
        if self.keras3:
            ops, axis = self.keras.ops, self.int(1, len(x.shape) - 1)
            keep = self.bool()
            choices += [lambda: ops.mean(x, axis=axis, keepdims=True), lambda: ops.max(x, axis=axis, keepdims=True),
                        lambda: ops.sum(x, axis=axis, keepdims=keep) if len(x.shape) > 2 else x,
                        lambda: ops.expand_dims(x, axis), lambda: ops.relu(x), lambda: ops.sqrt(ops.abs(x)), lambda: ops.exp(x),
                        lambda: ops.concatenate([x, x * 0.5], axis=axis), lambda: ops.stack([x, -x], axis=axis),
                        lambda: ops.softmax(x, axis=axis), lambda: ops.reshape(x, (-1, int(np.prod(x.shape[1:])))),
                        lambda: ops.maximum(x, 0.1), lambda: ops.minimum(x, x * 0.3), lambda: ops.square(x),
                        lambda: ops.where(x > 0.0, x, x * 0.1), lambda: ops.clip(x, -0.5, 0.5), lambda: x ** 2,
                        lambda: ops.transpose(x, [0] + list(range(len(x.shape) - 1, 0, -1))),
                        lambda: ops.cast(x > 0.0, "float32"), lambda: ops.flip(x, axis=axis), lambda: ops.var(x, axis=axis, keepdims=True),
                        lambda: ops.argmax(x, axis=axis) * 1 if len(x.shape) > 2 else x]
        else:
            import tensorflow as tf
            axis = self.int(1, len(x.shape) - 1)
            choices += [lambda: tf.reduce_mean(x, axis=axis, keepdims=True), lambda: tf.nn.relu(x), lambda: tf.exp(x),
                        lambda: tf.concat([x, x * 0.5], axis=axis), lambda: tf.expand_dims(x, axis), lambda: tf.square(x),
                        lambda: tf.reduce_sum(x, axis), lambda: tf.sqrt(tf.abs(x)), lambda: tf.nn.softmax(x),
                        lambda: tf.maximum(x, 0.0), lambda: tf.reshape(x, [-1, int(np.prod(x.shape[1:]))])]
        return self.one(choices)()

    def nested(self, x):
        shape = tuple(x.shape[1:])
        if self.bool():
            inner = self.keras.Sequential([self.keras.Input(shape), self.layer(shape), self.L.Dense(self.int(1, 4))])
        else:
            i = self.keras.Input(shape)
            inner = self.keras.Model(i, self.L.Dense(self.int(1, 4))(self.layer(shape)(i)))
        y = inner(x)
        if self.bool():
            y = self.L.Concatenate()([y, inner(x)])
        return y

    def model(self, depth):
        kind = self.int(0, 9)
        if kind == 0:
            i = self.keras.Input((self.int(3, 7),), dtype="int32")
            x = self.L.Embedding(9, self.int(1, 5), mask_zero=self.bool())(i)
        else:
            i = self.keras.Input(self.shape())
            x = i
        for _ in range(depth):
            x = self.apply(x)
        if x is i:
            x = self.L.Dense(2)(x)
        if kind == 1:
            return self.keras.Sequential([i, *self._chain(i.shape[1:], depth)]) if self.keras3 else self.keras.Model(i, x)
        outputs = [x, self.apply(x)] if kind == 2 else x
        return self.keras.Model(i, outputs)

    def _chain(self, shape, depth):
        chain, x = [], self.keras.Input(tuple(shape))
        for _ in range(depth * 4):
            try:
                layer = self.layer(tuple(x.shape[1:]))
                y = layer(x)
                if None in y.shape[1:] or 0 in y.shape[1:] or int(np.prod(y.shape[1:])) > 4000 or len(y.shape) > 5:
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
        for layer_weights in [model.weights]:
            values = []
            for w in layer_weights:
                value = np.asarray(w)
                if not np.issubdtype(value.dtype, np.floating):
                    values.append(value)
                    continue
                drawn = self.rng.normal(0, 0.5, value.shape)
                name = getattr(w, "path", w.name)
                if "variance" in name:
                    drawn = np.abs(drawn) + 0.3
                values.append(drawn.astype(value.dtype))
            model.set_weights(values)

    def inputs(self, model, batch=3):
        arrays = []
        for i in model.inputs:
            shape = (batch,) + tuple(FREE if n is None else n for n in i.shape[1:])
            name = i.dtype if isinstance(i.dtype, str) else i.dtype.name
            if name.startswith("int"):
                arrays.append(self.rng.integers(0, 9, shape).astype(name))
            else:
                value = self.rng.normal(0, 1, shape).astype(name)
                if len(shape) == 3 and self.bool():
                    value[:, -1] = 0  # something for Masking to find
                arrays.append(value)
        return arrays
