"""Draws single layers with random options, for the differential generator.

Each function takes (d, shape) -- a Draw and the input's shape without batch -- and
returns a layer, or raises when its options do not go together; the caller then
draws again. Works with Keras 3 and with Keras 2 (tf.keras). This file: what takes
any shape, and merges; windows.py, sequences.py and images.py have the others.
"""
import numpy as np

import images
import sequences
import windows
from options import activation, decorated, formatted, perhaps_object


def dense(d, shape):
    return d.L.Dense(d.int(1, 6), activation=perhaps_object(d), use_bias=d.bool(), **decorated(d, "kernel", "bias"))


def activation_layer(d, shape):
    return d.L.Activation(activation(d))


def relu(d, shape):
    return d.L.ReLU(**d.some(max_value=d.one([None, 1.5, 6.0]), threshold=d.one([0.0, 0.3]), negative_slope=d.one([0.0, 0.2])))


def leaky_relu(d, shape):
    return d.L.LeakyReLU(**d.some(**{"negative_slope" if d.keras3 else "alpha": d.one([0.05, 0.3])}))


def elu(d, shape):
    return d.L.ELU(alpha=d.one([0.5, 1.0]))


def thresholded_relu(d, shape):
    return d.L.ThresholdedReLU(theta=d.one([0.0, 0.4, 1.0]))


def prelu(d, shape):
    axes = [i for i in range(1, len(shape)) if d.bool() or shape[i - 1] is None]
    return d.L.PReLU(shared_axes=axes or None, **decorated(d, "alpha"))


def softmax(d, shape):
    axes = [-1] + list(range(1, len(shape) + 1))
    return d.L.Softmax(axis=d.one(axes + ([d.sample(range(1, len(shape) + 1), 2)] if len(shape) > 1 else [])))


def identity(d, shape):
    o = {1: [], 2: ["1D"], 3: ["2D"], 4: ["3D"]}[len(shape)]
    choices = [lambda: d.L.Dropout(d.one([0.0, 0.3]), **d.some(seed=3)), lambda: d.L.GaussianNoise(0.1), lambda: d.L.GaussianDropout(0.2),
               lambda: d.L.ActivityRegularization(l2=0.01), lambda: d.L.AlphaDropout(0.2)]
    choices += [lambda: getattr(d.L, "SpatialDropout" + o[0])(0.4)] if o else []
    choices += [lambda: d.L.Identity()] if hasattr(d.L, "Identity") else []
    return d.one(choices)()


def batch_normalization(d, shape):
    renorm = {"renorm": True} if d.rarely(10) and (not d.keras3 or d.version >= (3, 13)) else {}
    axis = d.one([-1, len(shape), d.int(1, len(shape))])
    if not d.keras3 and d.rarely(5):
        axis = [axis]
    return d.L.BatchNormalization(axis=axis, epsilon=d.one([1e-3, 1e-5]), center=d.bool(), scale=d.bool(), **d.some(momentum=0.9), **renorm,
                                  **decorated(d, "gamma", "beta", "moving_mean"))


def layer_normalization(d, shape):
    axis = -1 if d.bool() else sorted(d.sample(range(1, len(shape) + 1), d.int(1, len(shape))))
    scaling = {"rms_scaling": True} if d.keras3 and d.version < (3, 9) and d.rarely(4) else {}
    return d.L.LayerNormalization(axis=axis, epsilon=d.one([1e-3, 1e-6]), center=d.bool(), scale=d.bool(), **scaling, **decorated(d, "gamma", "beta"))


def group_normalization(d, shape):
    axis = d.one([-1, -1, 1])
    groups = d.one([g for g in range(1, (shape[0] if axis == 1 else shape[-1]) + 1) if (shape[0] if axis == 1 else shape[-1]) % g == 0] + [-1])
    return d.L.GroupNormalization(groups=groups, axis=axis, epsilon=d.one([1e-3, 1e-5]), center=d.bool(), scale=d.bool())


def unit_normalization(d, shape):
    return d.L.UnitNormalization(axis=d.one([-1, 1, [1], d.sample(range(1, len(shape) + 1), len(shape))]))


def rms_normalization(d, shape):
    return d.L.RMSNormalization(axis=d.one([-1, len(shape)]), epsilon=d.one([1e-6, 1e-3]))


def spectral_normalization(d, shape):
    inner = d.L.Dense(d.int(1, 4)) if len(shape) < 3 or d.bool() else d.L.Conv2D(d.int(1, 3), 2)
    return d.L.SpectralNormalization(inner, **d.some(power_iterations=2))


def normalization(d, shape):
    axis = d.one([-1, -1, None, len(shape), 1])
    options = {"invert": d.bool()} if d.keras3 or d.version >= (2, 11) else {}
    if d.bool() and None not in shape:
        layer = d.L.Normalization(axis=axis, **options)
        layer.adapt(d.rng.normal(0.5, 2, (6, *shape)).astype("float32"))
        d.kept.append(layer)
        return layer
    count = 1 if axis is None else shape[axis - 1 if axis > 0 else axis]
    mean, variance = [d.real() for _ in range(count)], [abs(d.real()) + 0.2 for _ in range(count)]
    return d.L.Normalization(axis=axis, mean=mean[0] if axis is None else mean, variance=variance[0] if axis is None else variance, **options)


def rescaling(d, shape):
    lists = [[0.5] * shape[-1], [float(i) for i in range(shape[-1])]] if d.keras3 else []
    return d.L.Rescaling(d.one([0.5, 1 / 255.0, 2] + lists), offset=d.one([0.0, -1.0] + lists))


def flatten(d, shape):
    return d.L.Flatten(**formatted(d))


def reshape(d, shape):
    total = int(np.prod(shape))
    first = d.one([p for p in range(1, total + 1) if total % p == 0])
    return d.L.Reshape(d.one([(first, total // first), (first, -1), (-1,), (-1, 1, total // first), (total,)]))


def permute(d, shape):
    return d.L.Permute(d.sample(range(1, len(shape) + 1), len(shape)))


def repeat_vector(d, shape):
    return d.L.RepeatVector(d.int(1, 4))


def einsum_dense(d, shape):
    if len(shape) == 1:
        return d.L.EinsumDense("ab,bc->ac", output_shape=d.int(1, 5), bias_axes=d.one([None, "c"]), activation=activation(d))
    size = d.int(1, 5)
    choices = {2: [("abc,cd->abd", (None, size), "d"), ("...x,xy->...y", size, "y"), ("abc,cde->abde", (None, size, 2), d.one(["d", "e", "de"])),
                   ("abc,bd->adc", (size, shape[-1]), d.one(["d", "dc"])), ("ab...,bc->ac...", (size,), "c")],
               3: [("abcd,cde->abe", (None, size), "e"), ("...x,xy->...y", size, "y"), ("abcd,de->abce", (None, None, size), d.one(["e", "ce"]))]}
    equation, output, bias = d.one(choices[len(shape)])
    return d.L.EinsumDense(equation, output_shape=output, bias_axes=d.one([None, bias]), activation=activation(d))


def masking(d, shape):
    return d.L.Masking(mask_value=d.one([0.0, 0.0, 1.5]))


def wrapper(d, shape):
    return d.L.TimeDistributed(d.layer(shape[1:]))


ANY = [dense, dense, activation_layer, relu, leaky_relu, elu, prelu, softmax, identity, batch_normalization, batch_normalization,
       layer_normalization, unit_normalization, normalization, rescaling, images.discretization]
SPATIAL = [flatten, reshape, permute, einsum_dense, wrapper]
BY_RANK = {1: ANY + [repeat_vector, reshape, einsum_dense],
           2: ANY + SPATIAL + [masking] + windows.BY_RANK[1] + sequences.RECURRENT,
           3: ANY + SPATIAL + windows.BY_RANK[2] + images.PICTURES + [sequences.conv_lstm(1)],
           4: ANY + SPATIAL + windows.BY_RANK[3] + [sequences.conv_lstm(2)]}
SINCE = {"adaptive": (3, 12), "rms_": (3, 9), "conv_lstm1": (2, 6), "group_norm": (2, 11), "unit_norm": (2, 10), "spectral": (2, 13),
         "spectrogram": (3, 7), "attention": (2, 4), "einsum": (2, 5), "normalization": (2, 7), "discretization": (2, 7),
         "category": (2, 7), "rescaling": (2, 7), "resizing": (2, 7), "center_crop": (2, 7), "augmentation": (2, 7), "conv1d_tr": (2, 3),
         "depthwise_conv1d": (2, 8), "random_crop": (2, 7)}
UNTIL = {"thresholded": (2, 99), "locally": (2, 99)}


def of_rank(d, rank):
    """The functions whose layers this release of Keras has."""
    pool = BY_RANK[rank] + [rms_normalization, group_normalization, thresholded_relu, spectral_normalization]
    return [f for f in pool if all(d.version >= v for n, v in SINCE.items() if f.__name__.startswith(n))
            and all(d.version <= v for n, v in UNTIL.items() if f.__name__.startswith(n))]


def merge(d, x):
    """A merge of x with branches of it, equal in shape or broadcast."""
    name = d.one(["Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract", "Concatenate", "Dot"])
    others = [d.L.Dense(x.shape[-1])(x) for _ in range(1 if name in ("Subtract", "Dot") else d.int(1, 2))]
    rank = len(x.shape)
    if name == "Concatenate":
        return d.L.Concatenate(axis=d.one([-1, rank - 1, d.int(1, rank - 1)]))([x, *others])
    if name == "Dot":
        axes = d.one([1, -1, (1, 1), 2]) if rank > 2 else d.one([1, -1])
        return d.L.Dot(axes=axes, normalize=d.bool())([x, *others])
    if d.rarely(4) and rank > 2:
        others[0] = d.L.Dense(d.one([1, x.shape[-1]]))(x)
    return getattr(d.L, name)()([x, *others])
