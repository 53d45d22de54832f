#!/usr/bin/env python3
"""Makes the small models of tests/data/keras with the Keras that is installed: run it once
under Keras 3 and once under Keras 2.15 (TensorFlow 2.15), each writes files of its own.

    keras_files.py FOLDER

Every weight says whose it is. A layer called something_N holds N + w/16 in its variable
number w; the backward half of a Bidirectional layer holds half a unit more. A loader that
gives a layer the wrong tensor is found out by the first number.
"""
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
from keras import layers

KERAS3 = keras.__version__.startswith("3")


def leaves(layer):
    """Layers that hold variables themselves, however deep they lie."""
    inner = []
    if isinstance(layer, keras.Model):
        inner = layer.layers
    elif isinstance(layer, layers.Bidirectional):
        inner = [layer.forward_layer, layer.backward_layer]
    elif isinstance(layer, layers.TimeDistributed):
        inner = [layer.layer]
    if not inner:
        yield layer
    for one in inner:
        yield from leaves(one)


def mark(model):
    for layer in leaves(model):
        variables = layer.weights
        if not variables:
            continue
        number = int(layer.name.rsplit("_", 1)[1])
        number += 0.5 if layer.name.startswith("backward") else 0
        layer.set_weights([np.full(v.shape, number + i / 16, "float32") for i, v in enumerate(layer.get_weights())])
    return model


def mlp():
    return keras.Sequential([keras.Input((4,), name="x"), layers.Dense(3, "relu", name="hidden_1"),
                             layers.Dense(2, name="out_2")], name="mlp")


def nested():
    """Shared layers, nested models, a frozen layer inside one, and two layers of one class."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    inner_in = keras.Input((3,), name="inner_in")
    h = layers.Dense(3, name="first_1")(inner_in)
    frozen = layers.BatchNormalization(name="frozen_2")
    frozen.trainable = False
    h = layers.Dense(3, name="second_3")(frozen(h))
    inner = keras.Model(inner_in, layers.BatchNormalization(name="free_4")(h), name="inner")
    tower = keras.Sequential([keras.Input((3,)), layers.Dense(3, name="tower_5"), layers.Dense(2, name="tower_6")],
                             name="tower")
    left, right = tower(inner(a)), tower(inner(b))
    both = layers.Concatenate(name="both")([left, right])
    return keras.Model([a, b], [layers.Dense(1, name="last_7")(both), left], name="nested")


def text():
    """Masks, both directions, and a layer called at every step."""
    return keras.Sequential([
        keras.Input((5,), dtype="int32", name="words"),
        layers.Embedding(7, 3, mask_zero=True, name="table_1"),
        layers.Bidirectional(layers.LSTM(2, return_sequences=True, name="lstm_2"), name="both"),
        layers.TimeDistributed(layers.Dense(3, name="step_3"), name="steps"),
        layers.GRU(2, name="gru_4")], name="text")


def states():
    """The state of one recurrent layer starts another; the sequence is sliced."""
    source, target = keras.Input((4, 3), name="source"), keras.Input((5, 2), name="target")
    _, h, c = layers.LSTM(4, return_state=True, name="encoder_1")(source)
    y = layers.LSTM(4, return_sequences=True, name="decoder_2")(target, initial_state=[h, c])
    return keras.Model([source, target], layers.Dense(2, name="last_3")(y[:, -1, :]), name="states")


def own_loss(y_true, y_pred):
    return keras.losses.mean_squared_error(y_true, y_pred)


def compiled():
    model = mlp()
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=own_loss, metrics=["mae"])
    model.fit(np.zeros((4, 4)), np.zeros((4, 2)), verbose=0)
    return model


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    version = "keras3" if KERAS3 else "keras2"
    for make in (mlp, nested, text, states, compiled):
        for ending in (".keras", ".h5"):
            if make is states and KERAS3 and ending == ".h5":
                continue  # Keras 3 cannot read a slice back from there
            model = make()
            mark(model).save(os.path.join(folder, "%s_%s%s" % (version, make.__name__, ending)))
    model = mark(nested())
    stem = os.path.join(folder, version + "_apart")
    model.save_weights(stem + ".weights.h5")
    with open(stem + ".json", "w") as f:
        f.write(model.to_json())


if __name__ == "__main__":
    main()
