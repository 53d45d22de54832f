"""A small honest model for every layer and operation that Keras can write, as its JSON. tests/unit/test_near_misses.c
changes each in one place, and whatever it changes must be refused.

    python tests/make/near_misses.py tests/data/honest-keras3.json     (with Keras 3)
    python tests/make/near_misses.py tests/data/honest-keras2.json     (with TensorFlow 2.15)
"""
import json
import sys

import keras
import shapes
from shapes import KERAS3, L

models = []


def bare(o):
    """Without what is null or only says how a layer was built."""
    if isinstance(o, dict):
        return {k: bare(v) for k, v in o.items()
                if k not in ("build_config", "compile_config") and not (k == "registered_name" and v is None)}
    return [bare(v) for v in o] if isinstance(o, list) else o


def add(inputs, outputs):
    models.append(bare(json.loads(keras.Model(inputs, outputs).to_json())))


def names_in(o):
    """Every class that a configuration names."""
    below = o.values() if isinstance(o, dict) else o if isinstance(o, list) else []
    own = {o["class_name"]} if isinstance(o, dict) and "class_name" in o else set()
    return own.union(*map(names_in, below))


def layers():
    """Of each class the case with most weights."""
    shapes.all_cases()
    best = {}
    for call in shapes.calls:
        for name in names_in(shapes.config_of(call[0])):
            if name not in best or len(call[0].weights) > len(best[name][0].weights):
                best[name] = call
    for call in {id(c): c for c in best.values()}.values():
        try:
            add(call[1], call[2])
        except Exception as e:
            print("left out:", type(call[0]).__name__, str(e).splitlines()[0], file=sys.stderr)


def rare_layers():
    x = keras.Input((4, 3))
    inner = keras.Sequential([keras.Input((3,)), L.Dense(2)])
    add(x, L.TimeDistributed(inner)(x))
    scale = sys.modules[keras.applications.ConvNeXtTiny.__module__].LayerScale
    add(x, scale(0.1, 3)(x))
    if KERAS3:
        masked = L.Masking()(x)
        add(x, L.LSTM(2)(L.AdditiveAttention()([masked, masked])))  # whose mask goes on through ConvertToTensor
        add(x, L.RNN(L.StackedRNNCells([L.LSTMCell(2), L.GRUCell(2), L.SimpleRNNCell(2)]))(x))
        quantized()
        return
    import tensorflow as tf
    for name in ("CuDNNLSTM", "CuDNNGRU"):
        try:
            add(x, getattr(tf.compat.v1.keras.layers, name)(2)(x))
        except Exception as e:
            print("left out:", name, str(e).splitlines()[0], file=sys.stderr)


def quantized():
    x, words = keras.Input((4, 8)), keras.Input((4,), dtype="int32")
    for mode in ("int8", "int4"):
        for given, layer in ((x, L.Dense(6)), (x, L.EinsumDense("abc,cd->abd", (None, 6), bias_axes="d")),
                             (words, L.Embedding(9, 6)), (words, L.ReversibleEmbedding(9, 6, tie_weights=False))):
            out = layer(given)
            try:
                layer.quantize(mode)
                add(given, out)
            except (NotImplementedError, ValueError) as e:
                print("left out:", mode, type(layer).__name__, str(e).splitlines()[0], file=sys.stderr)
    for layer in (L.Dense(6, lora_rank=2), L.EinsumDense("abc,cd->abd", (None, 6), lora_rank=2)):
        add(x, layer(x))


def more_operations3(x, y):
    ops, image = keras.ops, keras.Input((4, 4, 8))
    for name in """arcsin arccos sinh cosh arcsinh arccosh arctanh log2 log10 isnan isinf isfinite tanh_shrink sparse_plus
            sparse_sigmoid soft_shrink hard_shrink squareplus average count_nonzero norm tril triu sort""".split():
        add(x, getattr(ops, name)(x))
    for made in (ops.threshold(x, 0.1, 2.0), keras.activations.relu(x, max_value=6.0), ops.full_like(x, 2.5),
                 ops.glu(x, axis=1), ops.take(x, [1, 0], axis=1), ops.pad(x, [[0, 0], [1, 2], [0, 0]]),
                 ops.roll(x, 1, axis=1), ops.moveaxis(x, 1, 2),
                 ops.take_along_axis(x, ops.cast(ops.zeros_like(x), "int32"), axis=1)):
        add(x, made)
    add([x, y], ops.logaddexp(x, y))
    for made in (ops.image.resize(image, (3, 5)), ops.nn.depth_to_space(image, 2), ops.nn.space_to_depth(image, 2)):
        add(image, made)


def operations3():
    ops, x, y = keras.ops, keras.Input((4, 3)), keras.Input((4, 3))
    i, square = keras.Input((4,), dtype="int32"), keras.Input((3, 3))
    one = """absolute abs negative square sign copy sqrt rsqrt reciprocal exp expm1 log log1p sin cos tan arctan tanh floor ceil
        erf relu relu6 sigmoid softplus softsign silu log_sigmoid hard_sigmoid hard_silu selu hard_tanh stop_gradient elu
        celu leaky_relu gelu softmax log_softmax round zeros_like ones_like ravel transpose""".split()
    two = """add subtract multiply divide true_divide floor_divide mod power maximum minimum arctan2 equal not_equal greater
        greater_equal less less_equal""".split()
    over = "mean sum prod max min amax amin any all std var logsumexp argmax argmin cumsum flip".split()
    for name in one:
        add(x, getattr(ops, name)(x))
    for name in two:
        add([x, y], getattr(ops, name)(x, y))
    for name in over:
        add(x, getattr(ops, name)(x, axis=1))
    more_operations3(x, y)
    for name in ("logical_and", "logical_or", "logical_xor"):
        add([x, y], getattr(ops, name)(ops.greater(x, 0.5), ops.less(y, 0.5)))
    for made in (ops.logical_not(ops.greater(x, 0.5)), x[:, 1:3], ops.clip(x, 0.0, 6.0), ops.cast(x, "float16"),
                 ops.normalize(x, axis=-1), ops.expand_dims(x, 1), ops.reshape(x, (-1, 12)),
                 ops.squeeze(ops.expand_dims(x, 1), 1),
                 ops.broadcast_to(x, (5, 4, 3)), ops.swapaxes(x, 1, 2), ops.repeat(x, 2, axis=1), ops.tile(x, (1, 2, 1)),
                 ops.split(x, 2, axis=1), ops.unstack(x, 4, axis=1), ops.where(ops.greater(x, 0.5), x, 0.0)):
        add(x, made)
    for made in (ops.concatenate([x, y], axis=1), ops.stack([x, y], axis=1)):
        add([x, y], made)
    add(i, ops.one_hot(i, 5))
    add(x, sys.modules[type(ops.absolute(x)._keras_history.operation).__module__].Abs()(x))
    for made in (ops.matmul(x, square), ops.dot(x, square), ops.einsum("abc,acd->abd", x, square)):
        add([x, square], made)


def operations2():
    import tensorflow as tf
    x, y = keras.Input((4, 3)), keras.Input((4, 3))
    for made in (x[:, 1:3], tf.reduce_mean(x, axis=1, keepdims=True), tf.clip_by_value(x, 0.0, 6.0), tf.cast(x, "float16"),
                 tf.reshape(x, (-1, 12)), tf.transpose(x, (0, 2, 1)), tf.expand_dims(x, 1), tf.nn.relu(x), tf.tanh(x),
                 tf.tile(x, (1, 2, 1)), tf.split(x, 2, axis=1), x * 2.0 + 1.0, tf.nn.softmax(x, axis=1),
                 tf.squeeze(tf.expand_dims(x, 1), 1), tf.math.cumsum(x, axis=1),
                 tf.repeat(x, 2, axis=1), tf.reverse(x, axis=[1]), tf.unstack(x, axis=1), tf.zeros_like(x),
                 tf.nn.leaky_relu(x), tf.nn.elu(x), tf.math.rsqrt(x), tf.round(x), tf.math.erf(x),
                 tf.reduce_logsumexp(x, axis=1)):
        add(x, made)
    for made in (tf.math.squared_difference(x, y), tf.math.divide_no_nan(x, y), tf.add_n([x, y])):
        add([x, y], made)
    for made in (tf.math.l2_normalize(x, axis=1), tf.argmax(x, axis=1), tf.gather(x, [1, 0], axis=1), tf.norm(x, axis=1),
                 tf.pad(x, [[0, 0], [1, 2], [0, 0]]), tf.roll(x, 1, axis=1), tf.sort(x, axis=1), tf.nn.gelu(x)):
        add(x, made)
    for made in (x + y, tf.math.maximum(x, y), tf.concat([x, y], axis=1), tf.stack([x, y], axis=1),
                 tf.matmul(x, y, transpose_b=True)):
        add([x, y], made)


layers()
rare_layers()
operations3() if KERAS3 else operations2()
shapes.write(sys.argv[1], models)
