#!/usr/bin/env python3
"""Writes tests/data/attacks/places.*: one honest model in every container, with a place of every kind at every depth in
which an attack can stand. tests/mutants/attacks.c puts the attacks of table.json there.

    python3 tests/make/attacks.py tests/data/attacks      (Keras 3.15.1, then Keras 2.15: each writes its own)
"""
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import keras
from keras import layers

OUT = sys.argv[1]
keras.utils.set_random_seed(3)


def build():
    inner_in = keras.Input((3,), name="inner_in")
    tower = keras.Sequential([keras.Input((3,), name="tower_in"),
                              layers.Dense(3, name="deep", kernel_regularizer="l2", kernel_constraint="max_norm")],
                             name="tower")
    nested = layers.Dense(2, activation="tanh", name="nested")
    inner = keras.Model(inner_in, nested(tower(inner_in)), name="inner")
    x = keras.Input((4, 3), name="x")
    y = layers.TimeDistributed(layers.Dense(3, activation="relu", name="timed_inner"), name="timed")(x)
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True, name="both_inner"), name="both")(y)
    y = layers.RNN([layers.LSTMCell(2, name="cell_a"), layers.GRUCell(3, name="cell_b")], name="stack")(y)
    z = inner(y)
    y = layers.Activation("sigmoid", name="act")(y)
    y = layers.Concatenate(name="cat")([y, z])
    y = layers.Dense(2, activation=layers.ReLU(name="own_relu"), name="last")(y)
    model = keras.Model(x, y, name="places")
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    return model


model = build()
if keras.__version__.startswith("3"):
    NAME = "places3"
    model.save_weights(os.path.join(OUT, NAME + "_shards.weights.json"), max_shard_size=0.0000006)
else:
    NAME = "places2"
model.save(os.path.join(OUT, NAME + ".keras"))
model.save(os.path.join(OUT, NAME + ".h5"))
model.save_weights(os.path.join(OUT, NAME + ".weights.h5"))
with open(os.path.join(OUT, NAME + ".json"), "w", encoding="utf-8") as f:
    f.write(model.to_json())
