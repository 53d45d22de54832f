"""Writes quantized models and models with LoRA, with what the Keras that wrote them computes.

    KERAS_BACKEND=tensorflow python tests/make/quantized.py tests/data/quantized

Run it with each release whose way of storing differs: Keras 3.3 (int8 alone), 3.13 (int4 packed along its rows,
GPTQ whole) and 3.15 (int4 packed along its columns, in groups). NAME.npz holds in.N and out.N. The folder hostile
holds what such files are turned into; only the newest release writes it.
"""
import io
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
RELEASE = tuple(int(p) for p in keras.__version__.split(".")[:2])
TAG = "%d_%d" % RELEASE
rng = np.random.default_rng(5)
os.makedirs(os.path.join(ROOT, "hostile"), exist_ok=True)


def stir(model):
    for v in model.weights:
        v.assign(rng.normal(0, 0.5, v.shape).astype("float32"))


def numbers(*shape):
    return rng.normal(0, 1, shape).astype("float32")


def words(*shape):
    return rng.integers(0, 11, shape).astype("int32")


def save(name, model, x, suffix=".keras", reload=False):
    """reload: saving adds LoRA to a quantized kernel, which is then quantized anew."""
    path = os.path.join(ROOT, "%s_%s" % (name, TAG))
    model.save(path + suffix)
    reference = keras.models.load_model(path + suffix) if reload else model
    np.savez(path + ".npz", **{"in.0": x, "out.0": np.asarray(reference.predict(x, verbose=0), "float32")})


def mixture():
    """Every kind of kernel that can be quantized, one behind the other, and one model inside another."""
    inside = keras.Sequential([keras.Input((6, 5)), layers.EinsumDense(
        "abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", activation="tanh", name="split")], name="inside")
    given = keras.Input((6,), dtype="int32", name="words")
    x = layers.Embedding(11, 7, mask_zero=True, name="table")(given)
    x = inside(layers.Dense(5, activation="relu", name="narrow")(x))
    x = layers.EinsumDense("abcd,cde->abe", output_shape=(None, 4), bias_axes="e", name="join")(x)
    x = layers.Dense(3, use_bias=False, name="last")(x)
    return keras.Model(given, x), words(3, 6)


def heads():
    given = keras.Input((4, 6), name="given")
    x = layers.MultiHeadAttention(2, 3, value_dim=2, name="heads")(given, given)
    return keras.Model(given, layers.Dense(2, name="last")(x)), numbers(2, 4, 6)


def both_ways(tied):
    table = layers.ReversibleEmbedding(11, 5, tie_weights=tied, logit_soft_cap=3.0 if tied else None, name="table")
    given = keras.Input((4,), dtype="int32", name="words")
    x = layers.Dense(5, name="between")(table(given))
    return keras.Model(given, table(x, reverse=True)), words(2, 4)


def dense():
    return keras.Sequential([keras.Input((7,)), layers.Dense(5, activation="relu", name="one"),
                             layers.Dense(3, name="two")]), numbers(4, 7)


def convolution():
    return keras.Sequential([keras.Input((6, 5, 4)), layers.Conv2D(4, 3, groups=2, name="one"),
                             layers.Conv2D(2, 2, use_bias=False, name="two")]), numbers(2, 6, 5, 4)


def quantized(name, made, *args, **kwargs):
    model, x = made
    stir(model)
    model.quantize(*args, **kwargs)
    save(name, model, x)


def adapted(name, made, mode=None, suffix=".h5", **lora):
    model, x = made
    stir(model)
    if mode:
        model.quantize(mode)
    for layer in model.layers:
        if hasattr(layer, "enable_lora"):
            layer.enable_lora(2, **lora)
    for v in model.weights:
        if "lora" in v.path:
            v.assign(numbers(*v.shape) / 2)
    save(name, model, x, suffix, reload=mode is not None and suffix == ".keras")


def gptq(bits, group):
    """Calibrated by hand: the numbers are drawn, the groups in no order."""
    config = keras.quantizers.GPTQConfig(dataset=[""], tokenizer=str, weight_bits=bits, group_size=group)
    model, x = dense()
    for layer in model.layers:
        layer.quantize("gptq", config=config)
        layer._tracker.unlock()
        layer._untrack_variable(layer._kernel)
        del layer._kernel
        layer._tracker.lock()
        layer.is_gptq_calibrated = True
        groups = layer.kernel_scale.shape[1]
        layer.quantized_kernel.assign(rng.integers(0, 256 if bits == 4 else 2 ** bits, layer.quantized_kernel.shape))
        layer.kernel_zero.assign(rng.integers(0, 2 ** bits, layer.kernel_zero.shape))
        layer.kernel_scale.assign(rng.uniform(0.1, 0.3, layer.kernel_scale.shape))
        layer.g_idx.assign(rng.permutation(np.arange(layer.g_idx.shape[0]) % groups))
        layer.bias.assign(numbers(*layer.bias.shape))
    save("gptq_%d" % bits, model, x)


quantized("int8", mixture(), "int8")
quantized("int8_heads", heads(), "int8")
if RELEASE == (3, 13):
    quantized("int4", mixture(), "int4")
    gptq(4, 3)
    gptq(3, -1)
if RELEASE >= (3, 15):
    q = keras.quantizers
    quantized("int4", mixture(), "int4", config=q.Int4QuantizationConfig(block_size=3))
    quantized("int4_channels", mixture(), "int4", config=q.Int4QuantizationConfig(
        block_size=None, activation_quantizer=q.AbsMaxQuantizer(axis=-1)))
    quantized("int4_heads", heads(), "int4")
    quantized("int4_dense", dense(), "int4", config=q.Int4QuantizationConfig(block_size=3))
    quantized("int8_weights", mixture(), "int8", config=q.Int8QuantizationConfig(activation_quantizer=None))
    quantized("int8_range", dense(), "int8", config=q.Int8QuantizationConfig(
        activation_quantizer=q.AbsMaxQuantizer(axis=-1, value_range=(-20, 30), epsilon=0.01)))
    for tied in (True, False):
        quantized("int8_back" + "_tied" * tied, both_ways(tied), "int8")
        quantized("int4_back" + "_tied" * tied, both_ways(tied), "int4",
                  config=q.Int4QuantizationConfig(block_size=2))
    keras.config.set_dtype_policy("mixed_bfloat16")
    quantized("int8_bfloat16", dense(), "int8")
    keras.config.set_dtype_policy("float32")
    adapted("lora", mixture())
    adapted("lora_convolution", convolution(), lora_alpha=5)
    adapted("lora_int8", dense(), "int8")
    adapted("lora_int4", mixture(), "int4")
    adapted("lora_merged", dense(), suffix=".keras", lora_alpha=5)
    adapted("lora_merged_int8", dense(), "int8", suffix=".keras")


# ---- hostile: one thing about the weights changed ----

def members(name):
    with zipfile.ZipFile(os.path.join(ROOT, name)) as z:
        return {i: z.read(i) for i in z.namelist()}


def hostile(name, model, change):
    parts = members(model)
    held = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(held, "r+") as f:
        change(f["layers"])
    parts["model.weights.h5"] = held.getvalue()
    with zipfile.ZipFile(os.path.join(ROOT, "hostile", name + ".keras"), "w") as z:
        for part in ("metadata.json", "config.json", "model.weights.h5"):
            z.writestr(zipfile.ZipInfo(part, (2026, 1, 1, 0, 0, 0)), parts[part])


def put(group, index, array):
    del group["vars"][index]
    group["vars"][index] = array


if RELEASE >= (3, 15):
    int8, int4 = "int8_range_%s.keras" % TAG, "int4_dense_%s.keras" % TAG
    hostile("scale-missing", int8, lambda g: g["dense"]["vars"].__delitem__("2"))
    hostile("kernel-float", int8, lambda g: put(g["dense"], "0", np.zeros((7, 5), "float32")))
    hostile("kernel-unsigned", int8, lambda g: put(g["dense"], "0", np.zeros((7, 5), "uint8")))
    hostile("scale-int8", int8, lambda g: put(g["dense"], "2", np.ones((5,), "int8")))
    hostile("scale-shape", int8, lambda g: put(g["dense"], "2", np.ones((1,), "float32")))
    hostile("surplus", int8, lambda g: g["dense"]["vars"].create_dataset("3", data=np.ones((5,), "float32")))
    hostile("packed-rows", int4, lambda g: put(g["dense"], "0", np.zeros((4, 5), "int8")))
    hostile("unpacked", int4, lambda g: put(g["dense"], "0", np.zeros((7, 5), "int8")))
    hostile("zero-float", int4, lambda g: put(g["dense"], "3", np.zeros((3, 5), "float32")))
    hostile("zero-missing", int4, lambda g: (g["dense"]["vars"].__delitem__("3"), g["dense"]["vars"].__delitem__("4")))
    hostile("group-high", int4, lambda g: put(g["dense"], "4", np.full((7,), 3, "float32")))
    hostile("group-negative", int4, lambda g: put(g["dense"], "4", np.full((7,), -1, "float32")))
    hostile("group-nan", int4, lambda g: put(g["dense"], "4", np.full((7,), np.nan, "float32")))
    hostile("near-groups", int4, lambda g: put(g["dense"], "4", np.full((7,), 2, "float32")))
    hostile("near-zeros", int8, lambda g: put(g["dense"], "0", np.full((7, 5), -128, "int8")))
