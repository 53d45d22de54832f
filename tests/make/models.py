"""Writes the models that tests/cli and `make demo` use, with what Keras itself computes from them.

    KERAS_BACKEND=tensorflow python tests/make/models.py tests/data

Needs Keras 3, TensorFlow and h5py. models and sharded hold honest models, hostile the hostile ones, expected an .npz
per honest model: members in.N and out.N in the order of the model's inputs and outputs.
"""
import json
import os
import sys
import zipfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np
from keras import layers

ROOT = sys.argv[1]
for folder in ("models", "hostile", "sharded", "expected"):
    os.makedirs(os.path.join(ROOT, folder), exist_ok=True)


def at(*names):
    return os.path.join(ROOT, *names)


def stir(model, seed):
    """Weights that are not at their initial values: biases of zero would hide mistakes."""
    rng = np.random.default_rng(seed)
    for v in model.variables:
        if v.dtype == "float32":
            scale = 0.5 / np.sqrt(max(1, int(np.prod(v.shape[:-1]))))
            values = rng.normal(0, scale if len(v.shape) > 1 else 0.2, v.shape)
            v.assign(np.abs(values) + 0.5 if "variance" in v.path else values.astype("float32"))


def expect(name, model, inputs):
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    members = {f"in.{i}": a for i, a in enumerate(inputs)}
    members.update({f"out.{i}": np.asarray(a) for i, a in enumerate(outputs)})
    np.savez(at("expected", name + ".npz"), **members)


def text_lstm():
    """Texts as padded sequences of word numbers, as a classifier of them is usually shown; legacy HDF5."""
    model = keras.Sequential([
        keras.Input((20,), dtype="int32", name="words"),
        layers.Embedding(200, 16, mask_zero=True, name="embedding"),
        layers.LSTM(16, name="lstm"),
        layers.Dense(8, activation="relu", name="dense"),
        layers.Dropout(0.5, name="dropout"),
        layers.Dense(3, activation="softmax", name="topic")], name="text_classifier")
    stir(model, 1)
    words = np.random.default_rng(2).integers(1, 200, (4, 20)).astype("int32")
    for row, length in enumerate((20, 11, 5, 1)):
        words[row, length:] = 0
    model.save(at("models", "text_lstm.h5"))
    expect("text_lstm", model, [words])


def image_cnn():
    model = keras.Sequential([
        keras.Input((128, 128, 3), name="image"),
        layers.Rescaling(1 / 255.0, name="rescaling"),
        layers.Conv2D(8, 3, activation="relu", name="conv_1"),
        layers.MaxPooling2D(name="pool_1"),
        layers.Conv2D(16, 3, padding="same", name="conv_2"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(name="relu"),
        layers.MaxPooling2D(4, name="pool_2"),
        layers.Conv2D(32, 3, strides=2, activation="relu", name="conv_3"),
        layers.Flatten(name="flatten"),
        layers.Dense(32, activation="relu", name="dense"),
        layers.Dense(10, activation="softmax", name="class")], name="image_classifier")
    stir(model, 3)
    model.save(at("models", "image_cnn.keras"))
    image = np.random.default_rng(4).integers(0, 256, (1, 128, 128, 3)).astype("float32")
    expect("image_cnn", model, [image])


def lstm_attention():
    """Two inputs, two outputs, masks written as operations, a slice: a functional graph."""
    text = keras.Input((None,), dtype="int32", name="text")
    extra = keras.Input((4,), name="extra")
    x = layers.Embedding(50, 12, mask_zero=True, name="embedding")(text)
    x = layers.LSTM(12, return_sequences=True, name="lstm")(x)
    x = layers.MultiHeadAttention(num_heads=2, key_dim=6, name="attention")(x, x)
    last = x[:, -1, :]
    both = layers.Concatenate(name="both")([last, extra])
    score = layers.Dense(1, activation="sigmoid", name="score")(both)
    kind = layers.Dense(5, activation="softmax", name="kind")(both)
    model = keras.Model([text, extra], [score, kind], name="lstm_attention")
    stir(model, 5)
    model.save(at("models", "lstm_attention.keras"))
    rng = np.random.default_rng(6)
    expect("lstm_attention", model, [rng.integers(1, 50, (3, 7)).astype("int32"),
                                     rng.normal(size=(3, 4)).astype("float32")])


def series_weights():
    """Weights in one file, the architecture in another."""
    model = keras.Sequential([
        keras.Input((10, 2), name="series"),
        layers.Conv1D(8, 3, padding="causal", activation="relu", name="conv"),
        layers.Bidirectional(layers.GRU(6), name="both_ways"),
        layers.Dense(2, name="forecast")], name="series_forecast")
    stir(model, 7)
    model.save_weights(at("models", "series.weights.h5"))
    with open(at("models", "series.json"), "w") as f:
        f.write(model.to_json())
    expect("series", model, [np.random.default_rng(8).normal(size=(5, 10, 2)).astype("float32")])


def sharded():
    """Weights in several files beside an index, as save_weights does above a size."""
    model = keras.Sequential([keras.Input((8,), name="x"), layers.Dense(16, activation="tanh", name="wide"),
                              layers.Dense(16, name="middle"), layers.Dense(2, name="y")], name="in_shards")
    stir(model, 9)
    model.save_weights(at("sharded", "in_shards.weights.json"), max_shard_size=1.2e-6)
    with open(at("sharded", "architecture.json"), "w") as f:
        f.write(model.to_json())
    expect("sharded", model, [np.random.default_rng(10).normal(size=(2, 8)).astype("float32")])


def hostile_lambda():
    """A Lambda layer: Python bytecode, marshalled, which loading without safe mode would run."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="dense"),
                              layers.Lambda(lambda x: x * 2, name="innocent")])
    model.save(at("hostile", "lambda.keras"))


def hostile_os_system():
    """A layer object that names os.system, in an otherwise ordinary file."""
    path = at("hostile", "os_system.keras")
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="dense")])
    model.save(path)
    with zipfile.ZipFile(path) as z:
        members = [(i, z.read(i)) for i in z.infolist()]
    with zipfile.ZipFile(path, "w") as z:
        for info, data in members:
            if info.filename == "config.json":
                config = json.loads(data)
                config["config"]["layers"].append({
                    "module": "os", "class_name": "system", "registered_name": None, "build_config": None,
                    "config": {"command": "touch /tmp/airlock-was-here"}})
                data = json.dumps(config).encode()
            z.writestr(info, data)


def hostile_external_link():
    """Weights that lie in another file of whoever opens this one."""
    with h5py.File(at("hostile", "external_link.h5"), "w") as f:
        f["model_weights"] = h5py.ExternalLink("/etc/passwd", "/")


for write in (text_lstm, image_cnn, lstm_attention, series_weights, sharded, hostile_lambda, hostile_os_system,
              hostile_external_link):
    keras.utils.clear_session()
    write()
