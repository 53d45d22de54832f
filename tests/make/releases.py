"""Writes tests/data/releases/NAME: legacy .h5 models by an old Keras, each with what it was given and what it
computed (NAME.npz: in.0 …, out.0 …).

    python tests/make/releases.py tests/data/releases/keras-2.3.1 keras       (Keras of its own, several backends)
    python tests/make/releases.py tests/data/releases/tensorflow-2.2 tensorflow

Written by Keras 2.2.4 (TensorFlow 1.13.1) and 2.3.1 (TensorFlow 1.15.5), by TensorFlow 1.14.0, 2.2.3, 2.6.5 and
2.10.1. A model that a release cannot build is left out and named on the error output. Of TensorFlow 1.14's two are
taken out: it saves Attention without use_scale and UpSampling2D without interpolation."""
import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
OUT, LIBRARY = sys.argv[1:3]
if LIBRARY == "keras":
    import keras
else:
    import tensorflow
    keras = tensorflow.keras
L, Model, Sequential = keras.layers, keras.models.Model, keras.models.Sequential
RANDOM = np.random.RandomState(7)


def uniform(*shape):
    return RANDOM.uniform(-1, 1, size=shape).astype("f4")


def words(vocabulary, *shape):
    return RANDOM.randint(0, vocabulary, size=shape).astype("f4")


def activations():
    return Sequential([
        L.Dense(8, input_shape=(5,), activation="selu", kernel_regularizer="l2"), L.LeakyReLU(.2),
        L.Dense(6, activation="elu"), L.PReLU(), L.ELU(.7), L.ThresholdedReLU(.1), L.Softmax(),
        L.ReLU(max_value=.3, negative_slope=.1, threshold=.01), L.Activation("softplus"), L.Activation("softsign"),
        L.Activation("hard_sigmoid"), L.Activation("exponential")]), [uniform(4, 5)]


def picture():
    return Sequential([
        L.Conv2D(4, 3, activation="relu", padding="same", input_shape=(12, 11, 3)), L.MaxPooling2D(),
        L.SeparableConv2D(5, 3, depth_multiplier=2), L.BatchNormalization(axis=-1, scale=False),
        L.DepthwiseConv2D(2, padding="same", strides=2), L.ZeroPadding2D(((1, 0), (2, 1))), L.Cropping2D(1),
        L.GlobalAveragePooling2D(), L.Dense(3)]), [uniform(2, 12, 11, 3)]


def larger_picture():
    return Sequential([
        L.Conv2DTranspose(4, 3, strides=2, padding="same", input_shape=(5, 6, 3)),
        L.UpSampling2D(2, interpolation="bilinear"), L.AveragePooling2D(3, strides=2, padding="same"),
        L.SpatialDropout2D(.2), L.Flatten(), L.Dense(3)]), [uniform(2, 5, 6, 3)]


def series():
    return Sequential([
        L.Conv1D(4, 3, padding="causal", dilation_rate=2, input_shape=(10, 3)), L.ZeroPadding1D(1), L.MaxPooling1D(2),
        L.SeparableConv1D(4, 2), L.UpSampling1D(2), L.Cropping1D(1), L.LocallyConnected1D(3, 2),
        L.GlobalMaxPooling1D()]), [uniform(2, 10, 3)]


def volume():
    return Sequential([
        L.Conv3D(4, 2, input_shape=(5, 6, 4, 2)), L.MaxPooling3D(2, padding="same"), L.ZeroPadding3D(1),
        L.Conv3DTranspose(2, 2), L.AveragePooling3D(2), L.UpSampling3D(2), L.Cropping3D(1),
        L.GlobalAveragePooling3D()]), [uniform(2, 5, 6, 4, 2)]


def masked_text():
    return Sequential([
        L.Embedding(20, 6, mask_zero=True, input_length=7), L.LSTM(5, return_sequences=True),
        L.Bidirectional(L.GRU(4, return_sequences=True), merge_mode="sum"), L.SimpleRNN(3, return_sequences=True),
        L.TimeDistributed(L.Dense(2))]), [words(20, 3, 7)]


def recurrent():
    return Sequential([
        L.LSTM(5, input_shape=(6, 4), implementation=2, recurrent_activation="sigmoid", go_backwards=True,
               return_sequences=True, unroll=True, unit_forget_bias=False),
        L.GRU(4, reset_after=False, return_sequences=True), L.Masking(.5), L.GRU(3, reset_after=True),
        L.RepeatVector(2), L.RNN([L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(2)])]), [uniform(3, 6, 4)]


def film():
    return Sequential([
        L.ConvLSTM2D(3, 2, padding="same", input_shape=(4, 5, 5, 2), return_sequences=True),
        L.TimeDistributed(L.Conv2D(2, 2)), L.ConvLSTM2D(2, 2)]), [uniform(2, 4, 5, 5, 2)]


def merged():
    a, b = L.Input((4,), name="a"), L.Input((4,), name="b")
    p = L.Dense(4)(a)
    pair = [p, b]
    joined = L.Concatenate()([L.Add()(pair), L.Multiply()(pair), L.Subtract()(pair), L.Average()(pair),
                              L.Maximum()(pair), L.Minimum()(pair), L.Dot(axes=1, normalize=True)(pair)])
    return Model([a, b], [joined, p]), [uniform(3, 4), uniform(3, 4)]


def states():
    a, b = L.Input((5, 3)), L.Input((4, 3))
    last, h, c = L.LSTM(4, return_state=True)(a)
    return Model([a, b], [last, L.LSTM(4, return_sequences=True)(b, initial_state=[h, c])]), \
        [uniform(2, 5, 3), uniform(2, 4, 3)]


def shared_and_nested():
    picture_in, inner_in = L.Input((6, 6, 2)), L.Input((5, 5, 3))
    inner = Sequential([L.Conv2D(3, 2, input_shape=(6, 6, 2)), L.BatchNormalization()])
    other = Model(inner_in, L.GlobalMaxPooling2D()(L.Conv2D(2, 2)(inner_in)))
    dense = L.Dense(2, activation="tanh")
    return Model(picture_in, dense(dense(other(inner(picture_in))))), [uniform(2, 6, 6, 2)]


def attention():
    q, v = L.Input((4, 6)), L.Input((5, 6))
    own = L.LayerNormalization()(q)
    return Model([q, v], [L.Attention(use_scale=True)([own, v]), L.AdditiveAttention()([own, v])]), \
        [uniform(2, 4, 6), uniform(2, 5, 6)]


def plausible(weights):
    """Not the zeros and ones that a new model has; variances must be positive."""
    return [np.abs(RANDOM.normal(.7, .2, w.shape)) if w.ndim == 1 else RANDOM.normal(0, .4, w.shape) for w in weights]


def main():
    os.makedirs(OUT, exist_ok=True)
    for make in (activations, picture, larger_picture, series, volume, masked_text, recurrent, film, merged, states,
                 shared_and_nested, attention):
        keras.backend.clear_session()
        try:
            model, given = make()
        except AttributeError as e:
            print("%s: %s" % (make.__name__, e), file=sys.stderr)
            continue
        model.set_weights(plausible(model.get_weights()))
        model.save(os.path.join(OUT, make.__name__ + ".h5"))
        computed = model.predict(given)
        numbers = {"in.%d" % i: a for i, a in enumerate(given)}
        numbers.update({"out.%d" % i: a for i, a in enumerate(computed if isinstance(computed, list) else [computed])})
        np.savez_compressed(os.path.join(OUT, make.__name__ + ".npz"), **numbers)


main()
