#!/usr/bin/env python3
"""Writes tests/data/random/keras-2-odd.zip: honest files of Keras 2 that Keras 3, or Keras 2 elsewhere, cannot load.

    python tests/make/oddities.py tests/data/random/keras-2-odd.zip       with TensorFlow 2.15

Groups named as on Windows, HDF5 under the name .keras, a Sequential that is a bare list, keys that were dropped since
(time_major, groups of a DepthwiseConv2D, batch_input_shape within), an optimizer's lr; and two that break the rule
that weights go by order, name and shape: `refused` in their about.json names the finding.
"""
import io
import json
import os
import shutil
import sys
import tempfile
import zipfile

import h5py
import numpy as np
from tensorflow import keras

L, RNG = keras.layers, np.random.default_rng(5)


def model():
    i = keras.Input((6, 6, 2))
    x = L.DepthwiseConv2D(3, activation="relu")(i)
    x = L.Reshape((4, 8))(x)
    x = L.LSTM(3, return_sequences=True)(x)
    x = keras.Sequential([L.Dense(3, activation="tanh", input_shape=(4, 3))])(x)
    return keras.Model(i, L.Dense(2)(L.Flatten()(x)))


def plain():
    return keras.Sequential([L.Dense(4, activation="relu", input_shape=(4,)), L.Dense(4), L.Dense(2)])


def configured(path, change):
    with h5py.File(path, "r+") as f:
        config = json.loads(f.attrs["model_config"])
        change(config)
        f.attrs["model_config"] = json.dumps(config)


def windows(path):
    """The groups of model.weights.h5 named by os.path.join of Windows."""
    with zipfile.ZipFile(path) as z:
        members = {n: z.read(n) for n in z.namelist()}
    source, target = h5py.File(io.BytesIO(members["model.weights.h5"])), io.BytesIO()
    with h5py.File(target, "w") as f:
        def move(name, item):
            if isinstance(item, h5py.Group) and "vars" in item:
                vars_group = f.create_group(name.replace("/", "\\")).create_group("vars")
                for key in item["vars"]:
                    vars_group[key] = item["vars"][key][()]
        source.visititems(move)
    members["model.weights.h5"] = target.getvalue()
    with zipfile.ZipFile(path, "w") as z:
        for name, data in members.items():
            z.writestr(zipfile.ZipInfo(name), data)


def bare_list(config):
    config["config"] = config["config"]["layers"]


def earlier_keys(config):
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "LSTM":
            layer["config"].update(time_major=False, batch_input_shape=[None, 4, 8])
        if layer["class_name"] == "DepthwiseConv2D":
            layer["config"]["groups"] = 1


def old_rate(path):
    with h5py.File(path, "r+") as f:
        training = json.loads(f.attrs["training_config"])
        training["optimizer_config"]["config"]["lr"] = 0.01
        f.attrs["training_config"] = json.dumps(training)


def renamed(path):
    """The second layer's kernel under another name of the same shape."""
    with h5py.File(path, "r+") as f:
        group = f["model_weights"][list(f["model_weights"].attrs["layer_names"])[1]]
        names = list(group.attrs["weight_names"])
        group.attrs["weight_names"] = names[::-1]


def reshaped(path):
    with h5py.File(path, "r+") as f:
        group = f["model_weights"][list(f["model_weights"].attrs["layer_names"])[2]]
        name = group.attrs["weight_names"][0]
        numbers = group[name][()]
        del group[name]
        group[name] = numbers.T


CASES = [("windows", model, ".keras", windows, None), ("hdf5-named-keras", model, ".h5", lambda p: shutil.move(p, p[:-3] + ".keras"), None),
         ("bare-list", plain, ".h5", lambda p: configured(p, bare_list), None),
         ("earlier-keys", model, ".h5", lambda p: configured(p, earlier_keys), None), ("lr", plain, ".h5", old_rate, None),
         ("names-in-another-order", plain, ".h5", renamed, "weights.name"), ("kernel-turned", plain, ".h5", reshaped, "weights.shape")]


def main():
    with zipfile.ZipFile(sys.argv[1], "w") as z:
        for name, make, form, change, refused in CASES:
            m = make()
            m.compile("sgd", "mse")
            m.set_weights([RNG.normal(0, 0.5, w.shape).astype("float32") for w in m.get_weights()])
            x = RNG.normal(size=(3, *m.input_shape[1:])).astype("float32")
            with tempfile.TemporaryDirectory() as folder:
                m.save(os.path.join(folder, "model" + form))
                change(os.path.join(folder, "model" + form))
                files = os.listdir(folder)
                np.savez(os.path.join(folder, "in.npz"), arr_0=x)
                np.savez(os.path.join(folder, "expected.npz"), **{"in.0": x, "out.0": np.asarray(m(x))})
                with open(os.path.join(folder, "about.json"), "w") as f:
                    json.dump({"keras": "2.15.0", "files": files, "allowed": [1e-5], "refused": refused}, f)
                for member in sorted(os.listdir(folder)):
                    with open(os.path.join(folder, member), "rb") as f:
                        z.writestr(zipfile.ZipInfo("%s/%s" % (name, member)), f.read(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
