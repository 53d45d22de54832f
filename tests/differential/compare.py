#!/usr/bin/env python3
"""Holds airlock's numbers against Keras's on random models.

    compare.py --airlock build/cli/airlock [--models 1000] [--seed 1] [--depth 1] [--keep DIR] [--stop]

Run it with a Python that has Keras (3 or, through tf.keras, 2). Each model is saved in a
form drawn at random (.keras, .h5, weights with architecture), read by `airlock run`, and
must give Keras's numbers within 1e-5 of the output's scale. What differs is kept in DIR:
the model, its input, what Keras computed. Last line: `N agreed, N differed, N not saved`.
"""
import argparse
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
warnings.filterwarnings("ignore")
import numpy as np  # noqa: E402

KERAS3 = importlib.metadata.version("keras").startswith("3.")
if KERAS3:
    import keras
else:
    from tensorflow import keras

from draw import Draw  # noqa: E402

FORMS = ["keras", "h5", "weights"]


def save(model, form, folder):
    """Writes the model; returns the arguments that name it to airlock."""
    path = os.path.join(folder, "model." + {"weights": "weights.h5"}.get(form, form))
    if form == "weights":
        model.save_weights(path)
        architecture = os.path.join(folder, "model.json")
        with open(architecture, "w") as f:
            f.write(model.to_json())
        return ["--architecture", architecture, path]
    model.save(path)
    return [path]


def difference(got, expected):
    """Why two lists of arrays are not the same numbers; None where they are."""
    if len(got) != len(expected):
        return "%d outputs, expected %d" % (len(got), len(expected))
    for i, (a, b) in enumerate(zip(got, expected)):
        if a.shape != b.shape:
            return "output %d has shape %s, expected %s" % (i, a.shape, b.shape)
        a, b = a.astype(np.float64), b.astype(np.float64)
        finite = np.isfinite(b)
        if not np.array_equal(np.isfinite(a), finite):
            return "output %d differs in which values are finite" % i
        if finite.any():
            worst, scale = np.max(np.abs(a[finite] - b[finite])), max(1.0, np.max(np.abs(b[finite])))
            if worst > 1e-5 * scale:
                return "output %d is off by %.2e (scale %.2e)" % (i, worst, scale)
    return None


def ask(airlock, arguments, inputs, folder):
    source, target = os.path.join(folder, "in.npz"), os.path.join(folder, "out.npz")
    np.savez(source, **{"arr_%d" % i: a for i, a in enumerate(inputs)})
    p = subprocess.run([airlock, "run", *arguments, "-i", source, "-o", target], capture_output=True, text=True, timeout=120)
    if p.returncode != 0:
        return None, "exit %d: %s" % (p.returncode, (p.stderr.strip() or p.stdout.strip())[-300:])
    with np.load(target, allow_pickle=False) as z:
        return [z[k] for k in z.files], None


def keras_loads(arguments):
    """Whether Keras reads back what it wrote: it cannot read every file of its own."""
    path = arguments[-1]
    try:
        if arguments[0] != "--architecture":
            keras.models.load_model(path, compile=False)
        return True
    except Exception:  # whatever it is that Keras stumbles over
        return False


def one(airlock, seed, depth, folder):
    """"agreed", "not saved" (or not loaded by Keras either), or what differs."""
    d = Draw(keras, KERAS3, seed)
    keras.backend.clear_session()
    try:
        model = d.model(depth)
        d.weights(model)
        inputs = d.inputs(model)
        expected = model(inputs if len(inputs) > 1 else inputs[0], training=False)
        expected = [np.asarray(e) for e in (expected if isinstance(expected, (list, tuple)) else [expected])]
        arguments = save(model, d.one(FORMS), folder)
    except Exception as e:  # Keras itself cannot build, run or save this one
        return "not saved", str(e)[:200]
    np.savez(os.path.join(folder, "expected.npz"), **{"in.%d" % i: a for i, a in enumerate(inputs)},
             **{"out.%d" % i: a for i, a in enumerate(expected)})
    got, why = ask(airlock, arguments, inputs, folder)
    why = why or difference(got, expected)
    if why is None:
        return "agreed", ""
    if got is None and not keras_loads(arguments):
        return "not saved", why
    kinds = [type(layer).__name__ for layer in model.layers]
    return "differed", "%s [%s] %s" % (" ".join(os.path.basename(a) for a in arguments), ", ".join(kinds), why)


def main():
    p = argparse.ArgumentParser(description="random Keras models: airlock's numbers against Keras's")
    p.add_argument("--airlock", required=True)
    p.add_argument("--models", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--depth", type=int, default=1, help="layers one after another; 1 gives the smallest files")
    p.add_argument("--keep", help="a folder for what differs")
    p.add_argument("--stop", action="store_true", help="stop at the first difference")
    o = p.parse_args()
    counts = {"agreed": 0, "differed": 0, "not saved": 0}
    for seed in range(o.seed, o.seed + o.models):
        folder = tempfile.mkdtemp()
        word, why = one(o.airlock, seed, o.depth, folder)
        counts[word] += 1
        if word == "differed":
            print("seed %d depth %d: %s" % (seed, o.depth, why), flush=True)
            if o.keep:
                shutil.copytree(folder, os.path.join(o.keep, "seed-%d-depth-%d" % (seed, o.depth)), dirs_exist_ok=True)
        shutil.rmtree(folder)
        if word == "differed" and o.stop:
            break
    print("%d agreed, %d differed, %d not saved" % (counts["agreed"], counts["differed"], counts["not saved"]))
    return 1 if counts["differed"] or not counts["agreed"] else 0


if __name__ == "__main__":
    sys.exit(main())
