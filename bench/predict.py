#!/usr/bin/env python3
"""What a prediction costs, against Keras and ONNX Runtime, in one process and turn by turn.

    python bench/predict.py --library build/api/libairlock.so [--rounds 40] [--threads N]

Needs numpy, keras with tensorflow, onnx and onnxruntime. Makes two models with random
weights: LSTM(64) and Dense(8) over 100 steps of 32 numbers, and a CNN over 128x128x3
(Conv32, Conv64, Conv128, each with a pool; Dense64, Dense10). Medians in milliseconds,
and how many times as long as ours each of the others takes. ONNX Runtime gets the
models as its own operators put best: one LSTM node, Conv in its native order of axes.
"""
import argparse
import ctypes
import os
import statistics
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--library", required=True)
parser.add_argument("--rounds", type=int, default=40)
parser.add_argument("--threads", type=int, help="for all; else each decides for itself")
options = parser.parse_args()
options.library = os.path.abspath(options.library)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if options.threads:
    os.environ["OMP_NUM_THREADS"] = str(options.threads)

import keras  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import tensorflow as tf  # noqa: E402
from onnx import helper, numpy_helper  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(options.threads or 0)


class Array(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_char_p), ("rank", ctypes.c_uint32),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("data", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


class Airlock:
    """One model, loaded through the cell."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(options.library)
        self.lib.al_runner_engine.restype = ctypes.c_char_p
        self.lib.al_ndarrays_at.restype = ctypes.POINTER(Array)
        self.lib.al_ndarrays_at.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self.lib.al_ndarrays_free.argtypes = [ctypes.c_void_p]
        self.error = ctypes.create_string_buffer(1024)
        self.report, self.runner = ctypes.c_void_p(), ctypes.c_void_p()
        self.check(self.lib.al_vet_path(ctypes.byref(self.report), path.encode(), None, self.error))
        self.check(self.lib.al_runner_new(ctypes.byref(self.runner), self.report, None, self.error))
        self.engine = self.lib.al_runner_engine(self.runner).decode()

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.error.raw[16:].split(b"\0")[0].decode())

    def run(self, x):
        shape = (ctypes.c_int64 * x.ndim)(*x.shape)
        given = Array(None, str(x.dtype).encode(), x.ndim, shape, x.ctypes.data, x.nbytes)
        out = ctypes.c_void_p()
        self.check(self.lib.al_runner_run(self.runner, ctypes.byref(given), ctypes.c_size_t(1), ctypes.byref(out),
                                          self.error))
        first = self.lib.al_ndarrays_at(out, 0).contents
        y = np.frombuffer(ctypes.string_at(first.data, first.bytes), first.dtype.decode())
        y = y.reshape([first.shape[i] for i in range(first.rank)])
        self.lib.al_ndarrays_free(out)
        return y


def session(nodes, weights, shape, rank):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [None] * rank)],
        [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    wanted = onnxruntime.SessionOptions()
    wanted.intra_op_num_threads = options.threads or 0
    return onnxruntime.InferenceSession(model.SerializeToString(), wanted, providers=["CPUExecutionProvider"])


def lstm():
    model = keras.Sequential([keras.Input((100, 32)), keras.layers.LSTM(64), keras.layers.Dense(8)])
    kernel, recurrent, bias = model.layers[0].get_weights()
    order = lambda w: np.concatenate([np.split(w, 4, -1)[i] for i in (0, 3, 1, 2)], -1)  # i f c o -> i o f c
    dense, dense_bias = model.layers[1].get_weights()
    weights = {"w": order(kernel).T[None], "r": order(recurrent).T[None],
               "b": np.concatenate([order(bias), np.zeros_like(bias)])[None], "dw": dense, "db": dense_bias}
    nodes = [helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
             helper.make_node("LSTM", ["t", "w", "r", "b"], ["", "h"], hidden_size=64),
             helper.make_node("Squeeze", ["h", "zero"], ["s"]), helper.make_node("Gemm", ["s", "dw", "db"], ["y"])]
    weights["zero"] = np.array([0])
    return model, session(nodes, weights, [None, 100, 32], 2), (100, 32)


def cnn():
    layers = [keras.Input((128, 128, 3))]
    for filters in (32, 64, 128):
        layers += [keras.layers.Conv2D(filters, 3, activation="relu"), keras.layers.MaxPooling2D()]
    layers += [keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"),
               keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential(layers)
    nodes, weights, at = [helper.make_node("Transpose", ["x"], ["p0"], perm=[0, 3, 1, 2])], {}, 0
    for i, layer in enumerate(la for la in model.layers if isinstance(la, keras.layers.Conv2D)):
        kernel, bias = layer.get_weights()
        weights[f"w{i}"], weights[f"b{i}"] = kernel.transpose(3, 2, 0, 1), bias
        nodes += [helper.make_node("Conv", [f"p{i}", f"w{i}", f"b{i}"], [f"c{i}"]),
                  helper.make_node("Relu", [f"c{i}"], [f"r{i}"]),
                  helper.make_node("MaxPool", [f"r{i}"], [f"p{i + 1}"], kernel_shape=[2, 2], strides=[2, 2])]
        at = i + 1
    (k1, b1), (k2, b2) = [la.get_weights() for la in model.layers if isinstance(la, keras.layers.Dense)]
    weights.update(k1=k1, b1d=b1, k2=k2, b2d=b2)
    nodes += [helper.make_node("Transpose", [f"p{at}"], ["back"], perm=[0, 2, 3, 1]),
              helper.make_node("Flatten", ["back"], ["flat"]), helper.make_node("Gemm", ["flat", "k1", "b1d"], ["d1"]),
              helper.make_node("Relu", ["d1"], ["d1r"]), helper.make_node("Gemm", ["d1r", "k2", "b2d"], ["d2"]),
              helper.make_node("Softmax", ["d2"], ["y"])]
    return model, session(nodes, weights, [None, 128, 128, 3], 2), (128, 128, 3)


def measure(name, model, runtime, shape, batch, rounds):
    x = np.random.default_rng(1).standard_normal((batch, *shape)).astype(np.float32)
    with tempfile.TemporaryDirectory() as where:
        path = os.path.join(where, "model.keras")
        model.save(path)
        ours = Airlock(path)
    compiled = tf.function(model, jit_compile=False)
    constant = tf.constant(x)
    ways = {f"airlock ({ours.engine})": lambda: ours.run(x),
            f"ONNX Runtime {onnxruntime.__version__}": lambda: runtime.run(None, {"x": x})[0],
            f"keras {keras.__version__} in tf.function": lambda: compiled(constant, training=False).numpy(),
            "keras model.predict": lambda: model.predict(x, verbose=0)}
    expected = ways["keras model.predict"]()
    print(f"\n{name}, batch {batch}")
    times = {}
    for way, run in ways.items():
        error = np.max(np.abs(run() - expected)) / np.max(np.abs(expected))
        assert error < 1e-4, (way, error)
        times[way] = []
    for i in range(rounds):
        for way, run in ways.items():
            if way.endswith("predict") and i >= 10:
                continue
            start = time.perf_counter()
            run()
            times[way].append(1e3 * (time.perf_counter() - start))
    medians = {way: statistics.median(t) for way, t in times.items()}
    first = next(iter(medians.values()))
    for way, t in medians.items():
        print(f"  {way:34s} {t:9.3f} ms   {t / first:7.2f} x   fastest {min(times[way]):9.3f} ms")


if __name__ == "__main__":
    with open("/proc/cpuinfo") as f:
        machine = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    print(f"{machine}, {options.threads or os.cpu_count()} threads, {options.rounds} rounds, "
          f"load {os.getloadavg()[0]:.1f}")
    measure("LSTM(64) + Dense(8) over (100, 32)", *lstm(), 1, options.rounds)
    measure("LSTM(64) + Dense(8) over (100, 32)", *lstm(), 32, options.rounds)
    measure("CNN over 128x128x3", *cnn(), 1, options.rounds)
    measure("CNN over 128x128x3", *cnn(), 32, max(5, options.rounds // 5))
