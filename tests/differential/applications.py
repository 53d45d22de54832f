#!/usr/bin/env python3
"""Holds airlock's numbers against Keras's on keras.applications, with random weights.

    applications.py --airlock build/airlock [--only NAME] [--form keras|h5]

Run it with a Python that has Keras 3, or Keras 2 as tf.keras.

Each model is built by Keras with weights=None, given random weights with live statistics in
its BatchNormalizations, saved outside the tree, vetted and run on one picture. Prints a row
for each: parameters, seconds to vet, largest error as a part of the output's scale, seconds
of one prediction by Keras and by airlock (the command as a whole, with its vetting and the
packing of weights). Seconds are those of processors, which other programs on the machine
change little. Exit status 0 when every error is within 1e-4.
"""
import argparse
import importlib.metadata
import os
import resource
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
import numpy as np  # noqa: E402

if importlib.metadata.version("keras").startswith("3."):
    import keras
else:
    from tensorflow import keras

MODELS = ["VGG16", "ResNet50", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0", "EfficientNetV2B0",
          "DenseNet121", "InceptionV3", "Xception", "NASNetMobile", "ConvNeXtTiny"]
ANY_SIZE = 224  # of a picture, where the model takes any
HEAD = "| model | parameters | vet, CPU s | error / scale | Keras, CPU s | airlock run, CPU s |\n|---|---|---|---|---|---|"


def randomise(model, rng):
    """Weights of a trained model's size: He-scaled kernels, statistics near 0 and 1."""
    values = []
    for w in model.weights:
        shape, name = w.shape, getattr(w, "path", w.name)
        if "variance" in name:
            value = rng.uniform(0.5, 1.5, shape)
        elif "gamma" in name:
            value = rng.uniform(0.7, 1.3, shape)
        elif len(shape) >= 2:
            value = rng.normal(0, (1.0 / max(1, int(np.prod(shape[:-1])))) ** 0.5, shape)
        else:
            value = rng.normal(0, 0.1, shape)
        values.append(value.astype("float32"))
    model.set_weights(values)


def spent():
    """Processor seconds of this process and of the children that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(call):
    start = spent()
    result = call()
    return result, spent() - start


def row(airlock, name, form, folder):
    keras.backend.clear_session()
    rng = np.random.default_rng(7)
    # logits: a softmax over the large ones of a random network would hide every difference
    model = getattr(keras.applications, name)(weights=None, classifier_activation=None)
    randomise(model, rng)
    path, source, target = (os.path.join(folder, f) for f in ("model." + form, "in.npy", "out.npy"))
    model.save(path)
    x = rng.uniform(0, 255, (1, *(n or ANY_SIZE for n in model.input_shape[1:]))).astype("float32")
    np.save(source, x)
    model(x, training=False)
    expected, theirs = timed(lambda: np.asarray(model(x, training=False)))
    vetted, vet = timed(lambda: subprocess.run([airlock, "vet", path], capture_output=True, text=True))
    if vetted.returncode != 0:
        return "| %s | %d | refused: %s | | | |" % (name, model.count_params(), vetted.stdout.strip()[:200]), False
    ran, ours = timed(lambda: subprocess.run([airlock, "run", path, "-i", source, "-o", target], capture_output=True, text=True))
    if ran.returncode != 0:
        return "| %s | %d | %.3f | %s | | |" % (name, model.count_params(), vet, ran.stderr.strip()[:200]), False
    scale = float(np.max(np.abs(expected)))
    error = float(np.max(np.abs(np.load(target) - expected))) / scale
    return "| %s | %d | %.3f | %.1e | %.3f | %.3f |" % (name, model.count_params(), vet, error, theirs, ours), error <= 1e-4


def main():
    p = argparse.ArgumentParser(description="keras.applications: airlock's numbers against Keras's")
    p.add_argument("--airlock", required=True)
    p.add_argument("--only", action="append")
    p.add_argument("--form", default="keras", choices=["keras", "h5"])
    o = p.parse_args()
    print(HEAD, flush=True)
    good = True
    for name in o.only or MODELS:
        with tempfile.TemporaryDirectory() as folder:
            text, within = row(o.airlock, name, o.form, folder)
        print(text, flush=True)
        good = good and within
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
