"""One random model after another: drawn, saved, run by Keras and by airlock, compared.

A program of its own, which compare.py starts: TensorFlow divides by zero on some models and
takes the process with it. Writes one JSON line for each model.
"""
import gc
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
warnings.filterwarnings("ignore")
import numpy as np  # noqa: E402

VERSION = importlib.metadata.version("keras")
KERAS3 = VERSION.startswith("3.")
if KERAS3:
    import keras
else:
    from tensorflow import keras

import forms  # noqa: E402
from draw import Draw  # noqa: E402

CLEAR = 200  # models between two clearings of Keras's own tables, which take half a second each
SLOW = 20  # seconds after which a model is given up
CLOSE = 1e-5  # of an output's scale: what float32 numbers may differ by without further question
COARSE = {"float16": 400, "bfloat16": 4000}  # how much coarser another type of computation is


def difference(got, expected, allowed):
    """Why two lists of arrays are not the same numbers; None where they are. `allowed`: what each may be off by."""
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
            worst = np.max(np.abs(a[finite] - b[finite]))
            if worst > allowed[i]:
                return "output %d is off by %.2e, allowed %.2e" % (i, worst, allowed[i])
    return None


def magnitude(array):
    array = array.astype(np.float64)
    return max(1.0, float(np.max(np.abs(array[np.isfinite(array)]), initial=0.0)))


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
    try:
        if arguments[0] == "--architecture":
            with open(arguments[1]) as f:
                keras.models.model_from_json(f.read()).load_weights(arguments[2])
        else:
            keras.models.load_model(arguments[0], compile=False)
        return True
    except Exception:  # whatever it is that Keras stumbles over
        return False


def compute(model, inputs):
    y = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    y = list(y.values()) if isinstance(y, dict) else y
    y = [np.asarray(e) for e in (y if isinstance(y, (list, tuple)) else [y])]
    return [e.astype(np.float32) if e.dtype.name == "bfloat16" else e for e in y]


def own_error(model, inputs, expected):
    """How far Keras's float32 numbers are from its own in float64, for each output; zeros where it cannot tell."""
    try:
        twin = keras.models.model_from_json(model.to_json().replace("float32", "float64"))
        twin.set_weights([np.asarray(w).astype(np.float64) if np.asarray(w).dtype == np.float32 else np.asarray(w)
                          for w in model.get_weights()])
        for layer in twin.layers:
            if hasattr(layer, "finalize_state"):
                layer.finalize_state()
        exact = compute(twin, [x.astype(np.float64) if x.dtype == np.float32 else x for x in inputs])
        off = [float(np.max(np.abs(a.astype(np.float64) - b.astype(np.float64)), initial=0.0)) for a, b in zip(exact, expected)]
        return [e if e < 1e-3 * magnitude(b) else 0.0 for e, b in zip(off, expected)]  # more is another model
    except Exception:  # not every layer computes in float64
        return [0.0] * len(expected)


def classes(layers):
    """The class names of layers and of the layers that they hold."""
    names = set()
    for layer in layers:
        names.add(type(layer).__name__)
        held = [getattr(layer, a, None) for a in ("layer", "cell", "forward_layer", "backward_layer")]
        held += list(getattr(layer, "layers", [])) + list(getattr(layer, "cells", []))
        names |= classes([h for h in held if h is not None])
    return names


def one(airlock, seed, depth, folder, keep=""):
    """What became of a model (a word of compare.COUNTS), why, and the classes that it is made of."""
    d = Draw(keras, VERSION, seed)
    try:
        model = d.model(depth)
        d.weights(model)
        inputs = d.inputs(model)
        expected = compute(model, inputs)
        arguments = forms.save(VERSION, model, d.one(forms.of(VERSION)), folder)
    except Exception as e:  # Keras itself cannot build, run or save this one
        return "not saved", "%s: %s" % (type(e).__name__, str(e)[:200]), []
    names = sorted(classes(model.layers if KERAS3 else model.submodules))
    np.savez(os.path.join(folder, "expected.npz"), **{"in.%d" % i: a for i, a in enumerate(inputs)},
             **{"out.%d" % i: a for i, a in enumerate(expected)})
    got, why = ask(airlock, arguments, inputs, folder)
    said = "%s [%s] %s " % (" ".join(os.path.basename(a) for a in arguments), ", ".join(type(la).__name__ for la in model.layers), "/".join(sorted(d.policies)))
    if got is None:
        print(json.dumps({"seed": seed, "refused": said + why}), flush=True)  # in case Keras never comes back
        if keep:
            shutil.copytree(folder, os.path.join(keep, "refused-%d" % seed), dirs_exist_ok=True)
        return ("refused" if keras_loads(arguments) else "unreadable"), said + why, names
    coarse = max([1] + [factor for name, factor in COARSE.items() if any(p.endswith(name) for p in d.policies)])
    names_of_files = [os.path.basename(a) for a in arguments if not a.startswith("--")]
    allowed = [CLOSE * coarse * d.loose * magnitude(e) for e in expected]
    why = difference(got, expected, allowed)
    if why is not None:
        allowed = [max(a, 4 * e) for a, e in zip(allowed, own_error(model, inputs, expected))]
        why = difference(got, expected, allowed)
    with open(os.path.join(folder, "about.json"), "w") as f:
        json.dump({"keras": VERSION, "seed": seed, "files": names_of_files, "allowed": allowed, "classes": names}, f)
    return ("agreed", "", names) if why is None else ("differed", said + why, names)


def main():
    airlock, keep, corpus = sys.argv[1:4]
    first, last, depth = (int(n) for n in sys.argv[4:])
    gc.collect()
    gc.freeze()  # the framework's own objects never become garbage
    for seed in range(first, last):
        if seed % CLEAR == 0:
            keras.backend.clear_session()
        print(json.dumps({"seed": seed}), flush=True)
        signal.alarm(SLOW)  # ends the process, as other deaths do
        layers = depth or [1, 1, 1, 2, 2, 3, 4][seed % 7]
        folder = tempfile.mkdtemp()
        word, why, names = one(airlock, seed, layers, folder, keep)
        if word == "differed" and keep:
            shutil.copytree(folder, os.path.join(keep, "%s-%d" % (word, seed)), dirs_exist_ok=True)
        if word == "agreed" and corpus:
            shutil.copytree(folder, os.path.join(corpus, "%s-%d" % (VERSION, seed)), dirs_exist_ok=True)
        shutil.rmtree(folder)
        print(json.dumps({"seed": seed, "word": word, "why": why, "classes": names}), flush=True)


if __name__ == "__main__":
    main()
