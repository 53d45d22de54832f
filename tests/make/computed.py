"""Writes small models into tests/data/computed, with what Keras itself predicts with them; tests/cli/test_computed.py
holds Airlock's numbers against that.

    python tests/make/computed.py tests/data/computed [WORD ...]     (with Keras 3, and again with TensorFlow 2.15)

Only models whose name begins with one of the words are written. NAME.npz holds in.N and out.N in the order of the
model's inputs and outputs; NAME.keras and NAME.h5 are the model, in the layouts that Keras can write it in.
"""
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

KERAS3 = keras.__version__.startswith("3")
L = keras.layers
MODELS = []


def model(*layouts):
    """Registers a function that gives a model and its inputs."""
    def register(function):
        MODELS.append((function, layouts or ("keras", "h5")))
        return function
    return register


def given(a):
    return tf.constant(a) if a.dtype.kind in "US" else a


def stir(m):
    rng = np.random.default_rng(1)
    for v in m.variables:
        if "float32" in str(getattr(v, "dtype", "")):  # a vocabulary of Keras 2 counts as a variable
            values = rng.normal(0, 0.5, v.shape)
            v.assign(np.abs(values) + 0.5 if "variance" in v.name else values.astype("float32"))


def numbers(*shape, seed=7):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


TEXTS = np.array([["the quick Brown fox!"], ["jumps, over the LAZY dog's \u00c9t\u00e9"],
                  [" the,\tdog \n\u00e9 "], ["..."]])
CORPUS = ["the quick brown fox", "the dog jumps over over over"]
WORDS = np.array([["a", "q"], ["b", "a"], ["", "zz"], ["c", "d"]])
NUMBERS = np.array([[5, 1], [7, 9], [0, -13]])


def texts(vocabulary):
    """Layers of TextVectorization in every mode, their words learnt or given."""
    def one(**options):
        if vocabulary is None:
            layer = L.TextVectorization(**options)
            layer.adapt(CORPUS)
            return layer
        if options.get("output_mode") == "tf_idf":
            options["idf_weights"] = list(np.linspace(0.5, 2, len(vocabulary)))
        return L.TextVectorization(vocabulary=vocabulary, **options)

    x = keras.Input((1,), dtype="string", name="text")
    layers = [one(output_sequence_length=4), one(), one(output_mode="multi_hot"), one(output_mode="count", ngrams=2),
              one(output_mode="tf_idf"), one(output_mode="multi_hot", pad_to_max_tokens=True, max_tokens=20),
              one(standardize="lower", split="character", output_sequence_length=12),
              one(standardize="strip_punctuation", ngrams=(2, 3), output_sequence_length=9), one(standardize=None)]
    return keras.Model(x, [layer(x) for layer in layers]), [TEXTS]


@model("keras")
def texts_learnt():
    return texts(None)


@model()
def texts_given():
    return texts(["the", "dog", "t", "h", "the dog", "fox", "Brown", "brown"])


@model()
def texts_split_already():
    x = keras.Input((3,), dtype="string", name="tokens")
    words = ["a", "b", "a b"]
    layers = [L.TextVectorization(vocabulary=words, split=None, ngrams=2),
              L.TextVectorization(vocabulary=words, split=None, output_sequence_length=5)]
    return keras.Model(x, [layer(x) for layer in layers]), [np.array([["A", "b", "c"], ["", "a", "b"]])]


@model("keras")
def texts_classified():
    layer = L.TextVectorization()
    layer.adapt(CORPUS)
    m = keras.Sequential([keras.Input((1,), dtype="string", name="text"), layer, L.Embedding(12, 4, mask_zero=True),
                          L.LSTM(3), L.Dense(2)])
    stir(m)
    return m, [TEXTS]


def lookups(of, x, learn, learnt, options, modes):
    layers = []
    for chosen in options:
        for mode in modes:
            o = dict(chosen, output_mode=mode)
            if not learnt and mode == "tf_idf":
                o["idf_weights"] = [0.5, 0.25]
            layer = of(**o) if learnt else of(vocabulary=learn[:2], **o)
            if learnt:
                layer.adapt(np.array([learn + learn[:1]]))
            layers.append(layer)
    return keras.Model(x, [layer(x) for layer in layers])


def strings(learnt):
    options = [{}, {"num_oov_indices": 3}, {"mask_token": "", "num_oov_indices": 2}]
    modes = ["int", "multi_hot", "count", "tf_idf"]
    if KERAS3:
        options.append({"num_oov_indices": 4, "salt": [1, 2]})
        modes.append("one_hot")
    x = keras.Input((2,), dtype="string")
    return lookups(L.StringLookup, x, ["a", "b", "c"], learnt, options, modes), [WORDS]


@model("keras")
def strings_learnt():
    return strings(True)


@model()
def strings_given():
    return strings(False)


def integers(learnt):
    options = [{}, {"num_oov_indices": 3}, {"mask_token": 0, "num_oov_indices": 2}]
    if KERAS3:
        options.append({"num_oov_indices": 4, "oov_method": "farmhash", "salt": [3, 4]})
    return lookups(L.IntegerLookup, keras.Input((2,), dtype="int64"), [5, 7, 1], learnt, options,
                   ["int", "multi_hot", "count"]), [NUMBERS]


@model("keras")
def integers_learnt():
    return integers(True)


@model()
def integers_given():
    return integers(False)


@model()
def lookups_inverted():
    x = keras.Input((2,), dtype="int64")
    layers = [L.StringLookup(vocabulary=["a", "b\u00e9"], invert=True),
              L.StringLookup(vocabulary=["a", "b\u00e9"], invert=True, mask_token="none", oov_token="?"),
              L.IntegerLookup(vocabulary=[7, 5], invert=True, mask_token=3)]
    return keras.Model(x, [layer(x) for layer in layers]), [np.array([[0, 1], [2, 3], [9, -1]])]


@model("keras")
def lookups_nested():
    color = keras.Input((1,), dtype="string", name="color")
    number = keras.Input((1,), dtype="int64", name="number")
    size = keras.Input((3,), name="size")
    first, third = L.StringLookup(output_mode="one_hot"), L.StringLookup()
    second = L.IntegerLookup(output_mode="multi_hot")
    first.adapt(np.array(["red", "blue"]))
    second.adapt(np.array([1, 2, 3]))
    third.adapt(np.array(["red", "green"]))
    inner = keras.Sequential([keras.Input((1,), dtype="string"), third, L.Embedding(4, 2), L.Flatten()])
    x = L.Concatenate()([L.Dense(2)(first(color)), L.Dense(2)(second(number)), size, inner(color)])
    m = keras.Model([color, number, size], L.Dense(1)(x))
    stir(m)
    return m, [np.array([["red"], ["x"]]), np.array([[1], [9]]), np.ones((2, 3), "float32")]


@model()
def hashes():
    words, ids = keras.Input((2,), dtype="string", name="words"), keras.Input((2,), dtype="int64", name="ids")
    one = keras.Input((1,), dtype="int32", name="one")
    modes = ["int", "multi_hot", "count"] + (["one_hot"] if KERAS3 else [])
    out = [L.Hashing(7, output_mode=m, **o)(words)
           for o in ({}, {"salt": 133137}, {"salt": [3, 4]}, {"mask_value": ""}) for m in modes]
    out += [L.Hashing(7, output_mode=m, **o)(ids)
            for o in ({}, {"salt": 133137}, {"mask_value": 0}) for m in ("int", "multi_hot", "count")]
    out += [L.Hashing(7, output_mode="one_hot")(one), L.Hashing(9, dtype="int32")(one),
            L.Hashing(1, mask_value=0)(one)]
    return keras.Model([words, ids, one], out), [WORDS[:3], NUMBERS, NUMBERS[:, :1].astype("int32")]


@model()
def hashes_crossed():
    inputs = [keras.Input((1,), dtype=d, name=d) for d in ("string", "int64", "int32")]
    flat = [keras.Input((), dtype=d, name="flat_" + d) for d in ("string", "int64")]
    out = [L.HashedCrossing(11)(inputs), L.HashedCrossing(11, output_mode="one_hot")(inputs),
           L.HashedCrossing(11)(flat), L.HashedCrossing(11, output_mode="one_hot")(flat)]
    a, b = np.array(["a", "b", ""]), np.array([1, -2, 3])
    return keras.Model(inputs + flat, out), [a[:, None], b[:, None], b[:, None].astype("int32"), a, b]


if KERAS3:
    @model("keras")
    def images_prepared():
        """Layers that change pictures at inference, and those that do not; Pipeline, with weights of its own."""
        x = keras.Input((8, 9, 3), name="image")
        fitted = L.Normalization(axis=-1)
        fitted.adapt(numbers(4, 8, 9, 3))
        out = [L.AutoContrast(value_range=(0, 255))(x), L.AutoContrast(value_range=(-1, 1))(x),
               L.Solarization(0.1, 0.2)(x), L.RandomCrop(8, 9)(x), L.MaxNumBoundingBoxes(3)(x),
               L.Pipeline([L.AutoContrast(), L.RandomFlip(), L.Equalization(), fitted, L.Rescaling(0.5)])(x)]
        pictures = (numbers(2, 8, 9, 3) * 60 + 128).astype("float32")
        pictures[1, :, :, 1] = 17  # a channel without contrast
        return keras.Model(x, out), [pictures]


@model()
def images_cropped():
    x = keras.Input((8, 9, 3), name="image")
    return keras.Model(x, L.RandomCrop(5, 6)(x)), [numbers(2, 8, 9, 3)]


if KERAS3:
    @model("keras")
    def operations_functions():
        ops, x, y = keras.ops, keras.Input((4, 6), name="x"), keras.Input((4, 6), name="y")
        small = ops.tanh(x) * 0.9
        out = [f(small) for f in (ops.arcsin, ops.arccos, ops.arctanh, ops.sinh, ops.cosh, ops.arcsinh,
                                  ops.tanh_shrink, ops.sparse_plus, ops.sparse_sigmoid, ops.isnan, ops.isinf, ops.isfinite)]
        out += [ops.arccosh(ops.abs(x) + 1), ops.log2(ops.abs(x) + 0.1), ops.log10(ops.abs(x) + 0.1),
                ops.soft_shrink(x), ops.hard_shrink(x, 0.3), ops.threshold(x, 0.1, 2.0), ops.squareplus(x),
                ops.glu(x), ops.glu(x, axis=1), keras.activations.relu(x, max_value=0.7, threshold=0.2),
                keras.activations.relu(x, negative_slope=0.1), ops.logaddexp(x, y), ops.average(x, axis=1),
                ops.count_nonzero(ops.relu(x), axis=1), ops.norm(x, axis=1),
                ops.norm(x, ord=1, axis=-1, keepdims=True),
                ops.norm(x, ord=2, axis=-1), ops.full_like(x, 2.5), keras.activations.gelu(x),
                x + np.array([1, 2, 3, 4, 5, 6], "float32")]
        return keras.Model([x, y], out), [numbers(2, 4, 6), numbers(2, 4, 6, seed=8)]

    @model("keras")
    def operations_picked():
        ops, x, i = keras.ops, keras.Input((4, 6), name="x"), keras.Input((2,), dtype="int32", name="i")
        image = keras.Input((8, 6, 4), name="image")
        out = [ops.take(x, [1, 0, -1], axis=1), ops.take(x, i, axis=2), ops.take(x, 1, axis=1),
               ops.take_along_axis(x, ops.argmax(x, axis=2, keepdims=True), axis=2),
               ops.pad(x, [[0, 0], [1, 2], [0, 3]], constant_values=2),
               ops.pad(x, [[0, 0], [1, 2], [3, 1]], mode="reflect"),
               ops.pad(x, [[0, 0], [1, 2], [3, 1]], mode="symmetric"), ops.roll(x, 1, axis=1),
               ops.roll(x, -8, axis=-1),
               ops.moveaxis(image, 1, 3), ops.moveaxis(image, -1, 1), ops.sort(x, axis=1), ops.sort(x),
               ops.tril(x), ops.triu(x, k=1), ops.tril(x, k=-2),
               ops.image.resize(image, (4, 9)), ops.image.resize(image, (11, 4), interpolation="nearest"),
               ops.image.resize(image, (5, 5), interpolation="bicubic", antialias=True),
               *ops.split(x, [1, 4], axis=2)]
        if hasattr(ops.nn, "depth_to_space"):
            out += [ops.nn.depth_to_space(image, 2), ops.nn.space_to_depth(image, 2)]
        return keras.Model([x, i, image], out), [numbers(2, 4, 6), np.array([[0, 5], [3, 3]], "int32"),
                                                 numbers(2, 8, 6, 4)]
else:
    def operations_of_tensorflow(part):
        x, y = keras.Input((4, 6), name="x"), keras.Input((4, 6), name="y")
        i = keras.Input((2,), dtype="int32", name="i")
        image = keras.Input((8, 6, 4), name="image")
        small = tf.tanh(x) * 0.9
        out = [tf.argmax(x, axis=-1), tf.argmin(x, 1), tf.nn.l2_normalize(x, axis=-1), tf.math.l2_normalize(x, [1, 2]),
               tf.where(x > 0, x, y), tf.where(x > 0, x, 0.0), tf.gather(x, [1, 0], axis=1), tf.gather(x, i, axis=2),
               tf.pad(x, [[0, 0], [1, 2], [0, 3]], constant_values=3),
               tf.pad(x, [[0, 0], [1, 2], [3, 1]], mode="REFLECT"),
               *tf.split(x, [1, 3], axis=1), tf.one_hot(i, 5), tf.image.resize(image, (4, 9)),
               tf.image.resize(image, [11, 4], method="nearest"), tf.nn.depth_to_space(image, 2),
               tf.nn.space_to_depth(image, 2), tf.math.squared_difference(x, y), tf.norm(x, axis=-1),
               tf.add_n([x, y]), tf.nn.gelu(x), keras.activations.gelu(x, approximate=True), tf.roll(x, 1, axis=1),
               tf.sort(x, axis=1), tf.math.divide_no_nan(x, tf.nn.relu(y)), tf.math.is_nan(x), tf.sinh(small),
               tf.asin(small), tf.acos(small), tf.atanh(small), i // 2, x + tf.constant([1.0, 2, 3, 4, 5, 6]),
               x * np.arange(6).astype("float32"),
               keras.backend.batch_dot(x, keras.backend.permute_dimensions(y, (0, 2, 1))),
               keras.activations.relu(x, max_value=6), keras.activations.hard_sigmoid(x)]
        return keras.Model([x, y, i, image], out[part::2]), [numbers(2, 4, 6), numbers(2, 4, 6, seed=8),
                                                    np.array([[0, 5], [3, 3]], "int32"), numbers(2, 8, 6, 4)]

    @model()
    def operations_of_tensorflow_1():
        return operations_of_tensorflow(0)

    @model()
    def operations_of_tensorflow_2():
        return operations_of_tensorflow(1)


if KERAS3:
    @model()
    def sequence_with_states():
        """A Sequential model whose last layer gives several tensors."""
        last = L.LSTM(3, return_sequences=True, return_state=True)
        m = keras.Sequential([keras.Input((5, 3), name="x"), L.Dense(4), last])
        stir(m)
        return m, [numbers(2, 5, 3)]

    @model()
    def sequence_both_ways():
        m = keras.Sequential([keras.Input((5, 3), name="x"), L.Bidirectional(L.GRU(2, return_state=True))])
        stir(m)
        return m, [numbers(2, 5, 3)]


if KERAS3:
    @model("keras")
    def whole_numbers():
        """Layers without weights that Keras computes in floats although it is given integers."""
        x, y = keras.Input((6, 4), name="x", dtype="int32"), keras.Input((5, 4), name="y", dtype="int32")
        image = keras.Input((3, 4, 2), name="image", dtype="int32")
        m = keras.Model([x, y, image], [
            L.LeakyReLU(0.3)(x), L.Activation("tanh")(x), L.GlobalAveragePooling1D()(x),
            L.GlobalAveragePooling2D()(image), L.AdditiveAttention(use_scale=False)([x, y]),
            L.LSTM(2)(L.Masking(2.5)(x)), L.Dense(2)(L.Average()([x, x + 1]))])
        stir(m)
        rng = np.random.default_rng(5)
        return m, [rng.integers(-4, 5, size=s).astype("int32") for s in ((2, 6, 4), (2, 5, 4), (2, 3, 4, 2))]


if not KERAS3:
    @model()
    def batches_over_axes():
        x = keras.Input((4, 5, 3), name="x")
        m = keras.Model(x, [L.BatchNormalization(axis=[1, 3])(x), L.BatchNormalization(axis=[3, 2], scale=False)(x)])
        stir(m)
        return m, [numbers(2, 4, 5, 3)]


def write(folder, function, layouts):
    name = ("keras3_" if KERAS3 else "keras2_") + function.__name__
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    m, inputs = function()
    outputs = m.predict([given(a) for a in inputs] if len(inputs) > 1 else given(inputs[0]), verbose=0)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    outputs = [a.astype("S") if a.dtype == object else a for a in map(np.asarray, outputs)]
    for layout in layouts:
        m.save(os.path.join(folder, name + "." + layout))
    members = {f"in.{i}": a for i, a in enumerate(inputs)}
    members.update({f"out.{i}": a for i, a in enumerate(outputs)})
    np.savez_compressed(os.path.join(folder, name + ".npz"), **members)


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for f, l in MODELS:
        if len(sys.argv) == 2 or f.__name__.startswith(tuple(sys.argv[2:])):
            write(sys.argv[1], f, l)
