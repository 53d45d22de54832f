"""Draws raw operations on tensors: Python's operators, keras.ops, and TensorFlow functions under Keras 2."""
import numpy as np

UNARY = ["absolute", "abs", "negative", "square", "sign", "exp", "expm1", "sin", "cos", "tan", "arctan", "tanh", "floor", "ceil",
         "erf", "relu", "relu6", "sigmoid", "softplus", "softsign", "silu", "log_sigmoid", "hard_sigmoid", "hard_silu", "selu",
         "hard_tanh", "stop_gradient", "elu", "celu", "leaky_relu", "gelu", "log_softmax", "softmax", "round", "zeros_like",
         "ones_like", "copy", "ravel"]
POSITIVE = ["sqrt", "rsqrt", "reciprocal", "log", "log1p"]
BINARY = ["add", "subtract", "multiply", "maximum", "minimum", "arctan2", "divide", "true_divide", "floor_divide", "mod"]
COMPARE = ["equal", "not_equal", "greater", "greater_equal", "less", "less_equal"]
LOGIC = ["logical_and", "logical_or", "logical_xor"]
REDUCE = ["mean", "sum", "prod", "max", "min", "amax", "amin", "std", "var", "logsumexp"]

UNARY2 = ["abs", "negative", "square", "sign", "exp", "sin", "cos", "tanh", "sigmoid", "floor", "round", "nn.relu", "nn.relu6",
          "nn.elu", "nn.selu", "nn.gelu", "nn.softplus", "nn.softsign", "nn.swish", "nn.leaky_relu", "nn.softmax", "nn.log_softmax",
          "zeros_like", "ones_like", "stop_gradient", "identity", "math.erf"]
POSITIVE2 = ["sqrt", "math.rsqrt", "math.log", "math.log1p", "math.reciprocal"]
BINARY2 = ["add", "subtract", "multiply", "maximum", "minimum", "divide", "math.floordiv", "math.floormod", "atan2"]
COMPARE2 = ["equal", "not_equal", "greater", "greater_equal", "less", "less_equal"]
REDUCE2 = ["reduce_mean", "reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "math.reduce_std", "math.reduce_variance",
           "reduce_logsumexp"]


def slices(d, x):
    length = x.shape[1] or 4
    a = d.int(0, length - 1)
    choices = [lambda: x[:, :a + 1], lambda: x[:, ::2], lambda: x[:, a:], lambda: x[:, -1:], lambda: x[:, ::-1]]
    if d.keras3:
        choices += [lambda: x[..., -1:], lambda: x[..., :1]]
    if len(x.shape) > 2:
        choices += [lambda: x[:, a], lambda: x[:, -1], lambda: x[:, :, -1:], lambda: x[:, :a + 1, :1], lambda: x[:, None]]
    return d.one(choices)()


def arithmetic(d, x):
    c = d.one([0.5, 2.0, 1.5, -3.0, 2])
    return d.one([lambda: x * c, lambda: x + c, lambda: c - x, lambda: x / c, lambda: c / (x * x + 1.0), lambda: -x,
                  lambda: x * x + x, lambda: x - x * 0.5, lambda: x ** 2, lambda: x // 0.5, lambda: x % 0.7,
                  lambda: (x * x + 0.1) ** 0.5, lambda: abs(x)])()


def keras3(d, x):
    ops, axis, rank = d.keras.ops, d.int(1, len(x.shape) - 1), len(x.shape)
    if d.rarely(4):
        axis -= rank
    other = x * 0.3 + 0.2
    free = None in x.shape[1:]
    kind = d.int(0, 22)
    name = "float32"
    if kind <= 4:
        return getattr(ops, d.one(UNARY[:-1]))(x)
    if kind == 5:
        return getattr(ops, d.one(POSITIVE))(ops.abs(x) + 0.3)
    if kind in (6, 7):
        return getattr(ops, d.one(BINARY))(*d.one([(x, other), (other, x), (x, 0.7), (x, x[:, :1] + 1.0)]))
    if kind == 8:
        return ops.cast(getattr(ops, d.one(COMPARE))(x, d.one([other, 0.1])), name)
    if kind == 9:
        return ops.cast(getattr(ops, d.one(LOGIC))(x > 0.0, other > 0.3), name) + ops.cast(ops.logical_not(x > 0.0), name)
    if kind in (10, 11):
        axes = d.one([axis, axis, None if rank == 2 and False else axis, tuple(range(1, rank))])
        keep = True if rank == 2 or isinstance(axes, tuple) else d.bool()
        return getattr(ops, d.one(REDUCE))(x, axis=axes, keepdims=keep)
    if kind == 12:
        keep = rank == 2 or d.bool()
        return ops.cast(getattr(ops, d.one(["any", "all"]))(x > 0.0, axis=axis, keepdims=keep), name)
    if kind == 13 and rank > 2:
        which = getattr(ops, d.one(["argmax", "argmin"]))
        return d.one([lambda: ops.cast(which(x, axis=axis), name), lambda: ops.one_hot(which(x, axis=-1), x.shape[-1])])()
    if kind == 14:
        return d.one([lambda: ops.cumsum(x, axis=axis), lambda: ops.normalize(x, axis=axis)])()
    if kind == 15:
        y = ops.expand_dims(x, d.one([axis, -1, 1]))
        return y if d.bool() else ops.squeeze(y * 2.0, axis=[i for i, n in enumerate(y.shape) if n == 1][0])
    if kind == 16 and not free:
        total = int(np.prod(x.shape[1:]))
        part = d.one([p for p in range(1, total + 1) if total % p == 0])
        return ops.reshape(x, d.one([(-1, total), (-1, part, total // part), (-1, 1, total)]))
    if kind == 17:
        return d.one([lambda: ops.transpose(x, [0] + d.sample(range(1, rank), rank - 1)), lambda: ops.flip(x, axis=axis),
                      lambda: ops.swapaxes(x, 1, rank - 1), lambda: ops.repeat(x, d.int(1, 3), axis=axis),
                      lambda: ops.tile(x, [1] + [d.int(1, 2) for _ in range(rank - 1)])])()
    if kind == 18:
        return d.one([lambda: ops.concatenate([x, other], axis=axis), lambda: ops.stack([x, other], axis=axis)])()
    if kind == 19:
        parts = ops.split(x, d.one([n for n in range(1, (x.shape[axis] or 1) + 1) if (x.shape[axis] or 1) % n == 0]), axis=axis)
        return parts[-1] if len(parts) < 2 or d.bool() else parts[0] * 2.0 - parts[-1]
    if kind == 20:
        return d.one([lambda: ops.where(x > 0.0, x, other), lambda: ops.clip(x, -0.5, 0.7), lambda: ops.softmax(x, axis=axis),
                      lambda: ops.log_softmax(x, axis=axis), lambda: ops.gelu(x, approximate=d.bool()), lambda: ops.elu(x, alpha=0.5),
                      lambda: ops.leaky_relu(x, negative_slope=0.4), lambda: ops.power(ops.abs(x) + 0.1, d.one([0.5, 2.0, 1.7])),
                      lambda: ops.unstack(x, axis=axis)[-1] if rank > 2 and x.shape[axis] else -x, lambda: ops.std(x, axis=axis, keepdims=True)])()
    if kind == 21 and rank >= 3 and not free:
        turned = ops.swapaxes(x, -1, -2)
        return d.one([lambda: ops.matmul(x, turned), lambda: ops.matmul(turned, x), lambda: ops.einsum("...ij,...kj->...ik", x, other)])()
    return slices(d, x)


def keras2(d, x):
    import tensorflow as tf

    def function(name):
        home = tf
        for part in name.split("."):
            home = getattr(home, part)
        return home
    axis, rank, other = d.int(1, len(x.shape) - 1), len(x.shape), x * 0.3 + 0.2
    free = None in x.shape[1:]
    kind = d.int(0, 15)
    if kind <= 3:
        return function(d.one(UNARY2))(x)
    if kind == 4:
        return function(d.one(POSITIVE2))(tf.abs(x) + 0.3)
    if kind in (5, 6):
        return function(d.one(BINARY2))(*d.one([(x, other), (other, x), (x, 0.7)]))
    if kind == 7:
        return tf.cast(function(d.one(COMPARE2))(x, d.one([other, 0.1])), tf.float32)
    if kind == 8:
        return function(d.one(REDUCE2))(x, axis=d.one([axis, list(range(1, rank))]), keepdims=True)
    if kind == 9 and rank > 2:
        return function(d.one(REDUCE2))(x, d.one([axis, axis - rank]))
    if kind == 10:
        return d.one([lambda: tf.concat([x, other], axis=axis), lambda: tf.stack([x, other], axis=axis), lambda: tf.concat([x, x], -1)])()
    if kind == 11 and not free:
        total = int(np.prod(x.shape[1:]))
        part = d.one([p for p in range(1, total + 1) if total % p == 0])
        return tf.reshape(x, d.one([[-1, total], [-1, part, total // part], (-1, 1, total)]))
    if kind == 12:
        return d.one([lambda: tf.expand_dims(x, axis), lambda: tf.squeeze(tf.expand_dims(x, 1), [1]), lambda: tf.squeeze(tf.expand_dims(x, -1), axis=-1),
                      lambda: tf.transpose(x, [0] + d.sample(range(1, rank), rank - 1)), lambda: tf.tile(x, [1] + [d.int(1, 2) for _ in range(rank - 1)])])()
    if kind == 13:
        return d.one([lambda: tf.clip_by_value(x, -0.5, 0.7), lambda: tf.where(x > 0.0, x, other), lambda: tf.pow(tf.abs(x) + 0.1, 1.7),
                      lambda: tf.cumsum(x, axis), lambda: tf.split(x, 1, axis)[0], lambda: tf.nn.softmax(x, axis=axis),
                      lambda: tf.math.l2_normalize(x, axis=axis), lambda: tf.nn.leaky_relu(x, alpha=0.3)])()
    if kind == 14 and rank >= 3 and not free:
        return d.one([lambda: tf.matmul(x, other, transpose_b=True), lambda: tf.matmul(x, other, transpose_a=True),
                      lambda: tf.einsum("b...ij,b...kj->b...ik", x, other)])()
    return slices(d, x)


def operate(d, x):
    """One operation on x, or a few that belong together."""
    if d.rarely(4):
        return arithmetic(d, x)
    return (keras3 if d.keras3 else keras2)(d, x)
