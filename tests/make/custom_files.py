"""Writes the models of tests/data/custom: custom classes as their users write them, saved by Keras, with what Keras
computes from them and the policy that declares each.

    KERAS_BACKEND=tensorflow python tests/make/custom_files.py tests/data/custom

For each case NAME: NAME.keras (and NAME.h5 where legacy is true), NAME.weights.h5 with NAME.architecture, NAME.json (the policy), NAME.npz with members in.N
and out.N. The layers are written here in Python, and in the policies by hand from their definitions.
"""
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers, ops

ROOT = sys.argv[1]
os.makedirs(ROOT, exist_ok=True)
register = keras.saving.register_keras_serializable


@register(package="Custom")
class ResidualBlock(layers.Layer):
    def __init__(self, units, slope=0.1, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.slope = slope

    def build(self, shape):
        width = shape[-1]
        self.inner = self.add_weight(shape=(width, self.units), name="inner")
        self.inner_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="inner_bias")
        self.outer = self.add_weight(shape=(self.units, width), name="outer")

    def call(self, x):
        h = keras.activations.leaky_relu(ops.matmul(x, self.inner) + self.inner_bias, negative_slope=self.slope)
        return x + ops.matmul(h, self.outer)

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "units": self.units, "slope": self.slope}


RESIDUAL = {
    "name": "Custom>ResidualBlock",
    "config": {"units": {"type": "integer", "minimum": 1, "maximum": 4096},
               "slope": {"type": "number", "minimum": 0, "maximum": 1}},
    "weights": [{"name": "inner", "shape": ["input[-1]", "units"]},
                {"name": "inner_bias", "shape": ["units"]},
                {"name": "outer", "shape": ["units", "input[-1]"]}],
    "output": ["input[:]"],
    "computes": ["hidden = LeakyRelu(Add(MatMul(input, inner), inner_bias), alpha=slope)",
                 "Add(input, MatMul(hidden, outer))"],
}


@register(package="Custom")
class LayerScale(layers.Layer):
    def __init__(self, initial=0.1, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.initial = initial

    def build(self, shape):
        self.gamma = self.add_weight(shape=(shape[-1],), initializer=keras.initializers.Constant(self.initial),
                                     name="gamma")

    def call(self, x):
        return x * self.gamma

    def get_config(self):
        return {**super().get_config(), "initial": self.initial}


SCALE = {
    "name": "Custom>LayerScale",
    "masking": True,
    "config": {"initial": {"type": "number"}},
    "weights": [{"name": "gamma", "shape": ["input[-1]"]}],
    "output": ["input[:]"],
    "computes": "Mul(input, gamma)",
}


@register(package="Custom")
class SinePositions(layers.Layer):
    """Sinusoidal positions of the kind of Vaswani et al. 2017, halves instead of interleaved; no weights."""

    def __init__(self, base=10000, **kwargs):
        super().__init__(**kwargs)
        self.base = base

    def call(self, x):
        length, width = x.shape[1], x.shape[2]
        position = np.arange(length, dtype="float32")[:, None]
        rate = np.float32(self.base) ** (np.arange(width // 2, dtype="float32") * (-2.0 / width))
        angle = position * rate[None, :]
        return x + ops.convert_to_tensor(np.concatenate([np.sin(angle), np.cos(angle)], axis=1))

    def get_config(self):
        return {**super().get_config(), "base": self.base}


SINES = {
    "name": "Custom>SinePositions",
    "config": {"base": {"type": "integer", "minimum": 2, "maximum": 1000000}},
    "output": ["input[:]"],
    "computes": [
        "position = Cast(Range(start=0, limit=input[1], delta=1), to='float')",
        "index = Cast(Range(start=0, limit=input[2] // 2, delta=1), to='float')",
        "width = Cast(Range(start=input[2], limit=input[2] + 1, delta=1), to='float')",
        "rate = Pow(base, Mul(index, Div(-2, width)))",
        "angle = Mul(Unsqueeze(position, axes=[1]), Unsqueeze(rate, axes=[0]))",
        "Add(input, Concat(Sin(angle), Cos(angle), axis=1))",
    ],
}


@register(package="Custom")
class LearnedPositions(layers.Layer):
    def __init__(self, length, **kwargs):
        super().__init__(**kwargs)
        self.length = length

    def build(self, shape):
        self.table = self.add_weight(shape=(self.length, shape[-1]), name="table")

    def call(self, x):
        return x + self.table[: x.shape[1]]

    def get_config(self):
        return {**super().get_config(), "length": self.length}


POSITIONS = {
    "name": "Custom>LearnedPositions",
    "config": {"length": {"type": "integer", "minimum": 1, "maximum": 65536}},
    "weights": [{"name": "table", "shape": ["length", "input[-1]"]}],
    "output": ["input[:]"],
    "computes": "Add(input, Slice(table, starts=[0], ends=[input[1]], axes=[0]))",
}


@register(package="Custom")
class Heads(layers.Layer):
    """Attention without the framework's own: reshapes, transposes, Einsum, softmax."""

    def __init__(self, heads, use_scale=True, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.use_scale = use_scale
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, shape):
        width = shape[-1]
        self.query = self.add_weight(shape=(width, width), initializer=self.kernel_initializer, name="query")
        self.key = self.add_weight(shape=(width, width), initializer=self.kernel_initializer, name="key")
        self.value = self.add_weight(shape=(width, width), initializer=self.kernel_initializer, name="value")

    def split(self, x, kernel):
        y = ops.reshape(ops.matmul(x, kernel), (-1, x.shape[1], self.heads, x.shape[2] // self.heads))
        return ops.transpose(y, (0, 2, 1, 3))

    def call(self, x):
        q, k, v = self.split(x, self.query), self.split(x, self.key), self.split(x, self.value)
        scores = ops.einsum("bhqd,bhkd->bhqk", q, k)
        if self.use_scale:
            scores = scores / np.sqrt(x.shape[2] // self.heads)
        mixed = ops.matmul(ops.softmax(scores, axis=-1), v)
        return ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (-1, x.shape[1], x.shape[2]))

    def get_config(self):
        return {**super().get_config(), "heads": self.heads, "use_scale": self.use_scale,
                "kernel_initializer": keras.initializers.serialize(self.kernel_initializer)}


def split(name, kernel):
    return (f"{name} = Transpose(Reshape(MatMul(input, {kernel}), shape=[0, 0, heads, input[2] // heads]), "
            "perm=[0, 2, 1, 3])")


HEADS = {
    "name": "Custom>Heads",
    "config": {"heads": {"type": "integer", "minimum": 1, "maximum": 64}, "use_scale": {"type": "boolean"},
               "kernel_initializer": {"type": "initializer"}},
    "weights": [{"name": n, "shape": ["input[-1]", "input[-1]"]} for n in ("query", "key", "value")],
    "output": ["input[:]"],
    "computes": [
        split("q", "query"), split("k", "key"), split("v", "value"),
        "scores = Einsum(q, k, equation='bhqd,bhkd->bhqk')",
        "size = Cast(Range(start=input[2] // heads, limit=input[2] // heads + 1, delta=1), to='float')",
        "scaled = Where(Equal(use_scale, 1), Div(scores, Sqrt(size)), scores)",
        "Reshape(Transpose(MatMul(Softmax(scaled), v), perm=[0, 2, 1, 3]), shape=[0, input[1:]])",
    ],
}


@register(package="Custom")
class Gate(layers.Layer):
    """Two inputs: where the second is positive the first passes, elsewhere its mean over the last axis."""

    def call(self, x, y):
        return ops.where(y > 0, x, ops.mean(x, axis=-1, keepdims=True)) + ops.minimum(x, y)


GATE = {
    "name": "Custom>Gate",
    "output": ["input_0[:]"],
    "computes": "Add(Where(Greater(input_1, 0), input_0, ReduceMean(input_0, axes=[-1])), Min(input_0, input_1))",
}


@register(package="Custom", name="steep")
def steep(x):
    return x * ops.sigmoid(1.5 * x)


STEEP = {"name": "Custom>steep", "computes": "Mul(input, Sigmoid(Mul(1.5, input)))"}


@register(package="Custom")
class Normalizer(layers.Layer):
    """Root mean square over the last axis, with statistics that are not trained."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")
        self.shift = self.add_weight(shape=(1,), initializer="zeros", trainable=False, name="shift")

    def call(self, x):
        return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-6) * self.scale + self.shift

    def compute_output_shape(self, shape):
        return shape


NORMALIZER = {
    "name": "Custom>Normalizer",
    "weights": [{"name": "scale", "shape": ["input[-1]"]}, {"name": "shift", "shape": [1], "trainable": False}],
    "output": ["input[:]"],
    "computes": "Add(Mul(Div(input, Sqrt(Add(ReduceMean(Mul(input, input), axes=[-1]), 1e-6))), scale), shift)",
}


@register(package="Custom")
class AttentionLayer(layers.Layer):
    """As people write it: two weights, and objects of Keras inside its configuration."""

    def __init__(self, units, kernel_initializer="glorot_uniform", kernel_regularizer=None, kernel_constraint=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)

    def build(self, shape):
        self.attention_weight = self.add_weight(shape=(shape[-1], self.units), initializer=self.kernel_initializer,
                                                regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
                                                name="attention_weight")
        self.attention_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="attention_bias")

    def call(self, x):
        return ops.relu(ops.matmul(x, self.attention_weight) + self.attention_bias)

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units,
                "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
                "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
                "kernel_constraint": keras.constraints.serialize(self.kernel_constraint)}


ATTENTION = {
    "name": "Custom>AttentionLayer",
    "config": {"units": {"type": "integer", "minimum": 1, "maximum": 65536},
               "kernel_initializer": {"type": "initializer"}, "kernel_regularizer": {"type": "regularizer"},
               "kernel_constraint": {"type": "constraint"}},
    "weights": [{"name": "attention_weight", "shape": ["input[-1]", "units"]},
                {"name": "attention_bias", "shape": ["units"]}],
    "output": ["input[:-1]", "units"],
    "computes": "Relu(Add(MatMul(input, attention_weight), attention_bias))",
}


def functional(inputs, outputs):
    return keras.Model(inputs, outputs)


def residual():
    x = keras.Input((6,))
    return functional(x, layers.Dense(2)(ResidualBlock(8, name="block")(ResidualBlock(5, slope=0.3)(x))))


def layer_scale():
    return keras.Sequential([keras.Input((7,), dtype="int32"), layers.Embedding(12, 4, mask_zero=True),
                             LayerScale(0.2), layers.LSTM(3)])


def activation():
    x = keras.Input((5,))
    y = layers.Dense(6, activation=steep)(x)
    y = layers.Activation(steep)(y)
    return functional(x, layers.Dense(2, activation="tanh")(y))


def sines():
    x = keras.Input((9, 6))
    return functional(x, SinePositions(base=50)(x))


def learned():
    x = keras.Input((5, 4))
    return functional(x, LearnedPositions(8)(x))


def heads():
    x = keras.Input((4, 6))
    return functional(x, Heads(3)(x))


def gate():
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    return functional([a, b], Gate()(a, b))


def several():
    x = keras.Input((5, 6))
    y = SinePositions()(x)
    y = layers.LayerNormalization()(Heads(2)(y) + y)
    y = LayerScale()(ResidualBlock(7)(y))
    return functional(x, layers.Dense(3, activation=steep)(Normalizer()(y)))


def time_distributed():
    x = keras.Input((3, 4))
    return functional(x, layers.TimeDistributed(ResidualBlock(5))(layers.TimeDistributed(Normalizer())(x)))


def nested():
    inner = keras.Sequential([keras.Input((6,)), ResidualBlock(3), layers.Dense(4, activation=steep)], name="inner")
    a, b = keras.Input((6,)), keras.Input((6,))
    return functional([a, b], Gate()(inner(a), inner(b)))


def attention():
    x = keras.Input((4, 5))
    y = AttentionLayer(6, kernel_initializer=keras.initializers.RandomNormal(0.0, 0.1),
                       kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02), kernel_constraint="non_neg")(x)
    return functional(x, layers.Dense(2)(AttentionLayer(3)(y)))


def bidirectional():
    """A function of one's own inside both directions, and custom layers inside a model for each step of time."""
    step = keras.Sequential([keras.Input((5,)), ResidualBlock(3), AttentionLayer(4)], name="step")
    x = keras.Input((6, 5))
    y = layers.TimeDistributed(step)(x)
    return functional(x, layers.Bidirectional(layers.LSTM(3, activation=steep, return_sequences=True))(y))


CASES = [
    (residual, [RESIDUAL], [], True),
    (layer_scale, [SCALE], [], True),
    (activation, [], [STEEP], True),
    (sines, [SINES], [], True),
    (learned, [POSITIONS], [], True),
    (heads, [HEADS], [], True),
    (gate, [GATE], [], True),
    (several, [SINES, HEADS, SCALE, RESIDUAL, NORMALIZER], [STEEP], True),
    (time_distributed, [RESIDUAL, NORMALIZER], [], True),
    (nested, [RESIDUAL, GATE], [STEEP], True),
    (attention, [ATTENTION], [], True),
    (bidirectional, [RESIDUAL, ATTENTION], [STEEP], True),
]

for seed, (make, custom_layers, functions, legacy) in enumerate(CASES):
    name = make.__name__
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = make()
    rng = np.random.default_rng(seed)
    for v in model.variables:
        if v.dtype == "float32":
            v.assign(rng.normal(0, 0.5, v.shape).astype("float32"))
    inputs = [rng.integers(0, 12, (3, *t.shape[1:])).astype("int32") if t.dtype == "int32"
              else rng.normal(0, 1, (3, *t.shape[1:])).astype("float32") for t in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    model.save(os.path.join(ROOT, name + ".keras"))
    if legacy:
        model.save(os.path.join(ROOT, name + ".h5"))
    model.save_weights(os.path.join(ROOT, name + ".weights.h5"))
    with open(os.path.join(ROOT, name + ".architecture"), "w") as f:
        f.write(model.to_json())
    arrays = {f"in.{i}": a for i, a in enumerate(inputs)} | {f"out.{i}": a for i, a in enumerate(outputs)}
    np.savez(os.path.join(ROOT, name + ".npz"), **arrays)
    policy = {"$schema": "airlock-policy.schema.json", "name": name, "extends": "default"}
    if custom_layers:
        policy["custom_layers"] = custom_layers
    if functions:
        policy["custom_functions"] = functions
    with open(os.path.join(ROOT, name + ".json"), "w") as f:
        json.dump(policy, f, indent=1)
        f.write("\n")
