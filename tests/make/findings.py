#!/usr/bin/env python3
"""Writes those files of tests/data/findings that are honest.keras with one thing changed, and cases.json, which says
with what arguments a file is to be vetted. Each file is named after the finding that it produces.

    python3 tests/make/findings.py tests/data/findings

Needs h5py. The files zip.*, hdf5.* and graph.structure.keras that are not named here are the first that the tool of
tests/mutants was refused for that reason (mutants --seed 3 --count 60000 --each DIRECTORY honest.keras honest.h5
shared.keras ../../files/hdf5/{v108,layers-v110,links-v110}.h5). The honest files were saved by Keras 3.15.1: honest.keras and honest.h5 are Sequential, shared.keras calls
one Dense twice. The files not named here came about the same way, with Keras, h5py and a hex editor; all that a payload
in them would do is make an empty directory.
"""
import io
import json
import os
import shutil
import struct
import sys
import zipfile

import h5py

ROOT = sys.argv[1]
CASES = {}


def members(name):
    with zipfile.ZipFile(os.path.join(ROOT, name)) as z:
        return {n: z.read(n) for n in z.namelist()}


HONEST, SHARED = members("honest.keras"), members("shared.keras")


def write(name, data):
    with open(os.path.join(ROOT, name), "wb") as f:
        f.write(data)


def archive(contents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in contents.items():
            z.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def keras(finding, change=lambda config: None, base=HONEST, **replaced):
    """A model with its config changed, or a member replaced (None: left out)."""
    config = json.loads(base["config.json"])
    change(config)
    contents = {**base, "config.json": json.dumps(config).encode()}
    for name, data in replaced.items():
        contents[name.replace("_json", ".json")] = data
    write(finding + ".keras", archive({n: d for n, d in contents.items() if d is not None}))


def hdf5(finding, change):
    """honest.h5 with something changed through h5py."""
    path = os.path.join(ROOT, finding + ".h5")
    shutil.copyfile(os.path.join(ROOT, "honest.h5"), path)
    with h5py.File(path, "r+") as f:
        change(f)


def shared(finding, change):
    keras(finding, lambda config: change(config["config"]), base=SHARED)


def layer(config, index=1):
    return config["config"]["layers"][index]["config"]


def replace(config, key, value, index=1):
    layer(config, index)[key] = value


def policy(finding, **content):
    """honest.keras, refused by a policy."""
    write(finding + ".policy.json", json.dumps({"name": finding, **content}, indent=1).encode() + b"\n")
    CASES[finding] = ["--policy", finding + ".policy.json", "honest.keras"]


def npy(header, numbers, version=b"\1\0"):
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + numbers


def array(finding, header, numbers, version=b"\1\0"):
    write(finding + ".npy", npy(header, numbers, version))


def retype(group, name, dtype):
    data = group[name][()].astype(dtype)
    del group[name]
    group[name] = data


keras("keras.version", metadata_json=b'{"keras_version": "4.0.0", "date_saved": "2026-11-23@07:28:27"}')
keras("keras.missing-member", metadata_json=None)
keras("keras.form", lambda c: c["config"].__setitem__("layers", {}))
keras("keras.missing-key", lambda c: layer(c).pop("units"))
keras("keras.data-tag", lambda c: replace(c, "activation", {"class_name": "__tensor__", "config": {
    "value": [1.0], "dtype": "float32"}}))
keras("keras.custom-training-function", lambda c: c["compile_config"].__setitem__("loss", {
    "module": "builtins", "class_name": "function", "config": "my_loss", "registered_name": "function"}))
keras("keras.no-input-shape", lambda c: (c["config"]["layers"].pop(0), c["config"].pop("build_input_shape"),
                                         c.pop("build_config"), [x.pop("build_config") for x in c["config"]["layers"]]))
keras("keras.not-computed", lambda c: c["config"]["layers"][1].update(class_name="ContrastLimitedAdaptiveHistogramEqualization",
                                                               config={"name": "clahe", "dtype": "float32"}))
keras("keras.vocabulary", lambda c: c["config"]["layers"][1].update(class_name="StringLookup", config={
    "name": "string_lookup", "trainable": True, "dtype": "float32"}))
keras("keras.build-shape", lambda c: (c["config"]["layers"].pop(0), c["config"].pop("build_input_shape")))
keras("keras.dtype", lambda c: replace(c, "dtype", "float8_e4m3fn"))
keras("keras.quantization", lambda c: replace(c, "dtype", {
    "module": "keras", "class_name": "QuantizedDTypePolicy", "registered_name": None,
    "config": {"mode": "int9", "source_name": "float32"}}))
keras("keras.mask-releases", lambda c: c["config"]["layers"].__setitem__(slice(1, 1), [
    {"module": "keras.layers", "class_name": name, "config": dict(config, name=name.lower(), dtype="float32"), "registered_name": None}
    for name, config in (("Masking", {"mask_value": 0.0}), ("Rescaling", {"scale": 2.0, "offset": 0.0}), ("Softmax", {"axis": -1}))]))
keras("zip.unsafe-name", **{"assets/a\x07b": b"x"})
keras("json.syntax", config_json=b'{"class_name": "Sequential",}')
keras("json.number-out-of-range", config_json=HONEST["config.json"].replace(b'"units": 5', b'"units": 99999999999999999999'))
policy("policy.format-refused", formats=["keras-h5"])
policy("policy.layer-refused", layers={"refuse": ["Dense"]})
policy("policy.tensors-only", extends="tensors")
policy("signature.missing", signatures={"required": True})
policy("limit.layers", limits={"layers": 2})
policy("limit.parameters", limits={"parameters": 20})
policy("limit.file-bytes", limits={"file_bytes": 100})
policy("limit.copy-bytes", limits={"copy_bytes": 100})

array("npy.object", "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\x80\x04N.")
array("npy.truncated", "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", bytes(8))
array("npy.trailing-bytes", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", bytes(8))
array("npy.header", "{'descr': '<f4', 'fortran_order': False, 'shape': [1,]}", bytes(4))
array("npy.version", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", bytes(4), b"\x09\0")
array("npy.structured", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", bytes(4))
array("npy.string", "{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", b"\x00\xd8\0\0")
array("npy.complex", "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", bytes(8))
write("npy.member.npz", archive({"a.npy": npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", b"x"),
                                 "b.txt": b"x"}))

shared("graph.unconnected", lambda c: c["layers"][2].__setitem__("inbound_nodes", []))
shared("graph.shared-layer", lambda c: c["layers"][1]["config"].__setitem__("batch_shape", [None, 5]))
shared("graph.argument", lambda c: c["layers"][2]["inbound_nodes"][0].__setitem__("args", []))
shared("graph.port", lambda c: c.__setitem__("output_layers", []))
with_field = io.BytesIO()
with zipfile.ZipFile(with_field, "w") as z:
    for name, data in HONEST.items():
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.extra = struct.pack("<HH4s", 0x7075, 4, b"\1abc")  # another name, for the readers that know of it
        z.writestr(info, data)
write("zip.extra-field.keras", with_field.getvalue())
LAYER = "model_weights/dense/sequential/dense"
hdf5("weights.dtype", lambda f: retype(f[LAYER], "kernel", "int32"))
with open(os.path.join(ROOT, "honest.h5"), "rb") as f:
    H5 = f.read()
write("hdf5.name.h5", H5.replace(b"kernel\0", b"ker/el\0"))
write("hdf5.string.h5", H5.replace(b"3.15.1", b"3.\x005.1"))
with h5py.File(os.path.join(ROOT, "writing.h5"), "w", libver="latest") as f:
    f["x"] = [1.0]
    f.flush()
    shutil.copyfile(os.path.join(ROOT, "writing.h5"), os.path.join(ROOT, "hdf5.open-for-writing.weights.h5"))
os.remove(os.path.join(ROOT, "writing.h5"))
hdf5("keras.name-list", lambda f: f["model_weights/dense"].attrs.__setitem__("weight_names", [1, 2]))

shards = {"metadata": {"total_size": 4}, "weight_map": {"/layers/dense/vars": ["../x_00000.weights.h5"]}}
write("keras.shard-name.weights.json", json.dumps(shards).encode())
shards["weight_map"] = {"/layers/dense/vars": ["keras.shard-missing_00000.weights.h5"]}
write("keras.shard-missing.weights.json", json.dumps(shards).encode())
write("honest.json", HONEST["config.json"])
CASES["format.ambiguous"] = ["--architecture", "honest.json", "honest.h5"]
OWN = {"module": "builtins", "class_name": "function", "config": "my_loss", "registered_name": "function"}

# ---- limits of the formats and of the policy ----
HONEST_BYTES = archive(HONEST)
END = HONEST_BYTES.rindex(b"PK\5\6")
write("limit.archive-members.keras", HONEST_BYTES[:END + 8] + struct.pack("<HH", 8192, 8192) + HONEST_BYTES[END + 12:])
keras("limit.json", config_json=HONEST["config.json"].replace(b'"sequential"', b'"' + b"s" * (1 << 20) + b'x"', 1))
keras("many-remarks", lambda c: c["compile_config"].update(loss=OWN, metrics=[OWN, OWN]))
policy("limit.findings", limits={"findings": 1})
CASES["limit.findings"][-1] = "many-remarks.keras"
policy("limit.output", limits={"output_bytes": 300})
policy("limit.memory", limits={"memory_bytes": 65536})
policy("input.unsealed", limits={"copy_bytes": 100}, unsealed=True)


def tensor(name, node):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "dtype": "float32",
                                                         "keras_history": [name, node, 0]}}


def model(name, inner):
    """input -> inner -> inner -> … eight times: the inner model is shared."""
    calls = [{"args": [tensor("x" + name, 0) if i == 0 else tensor(inner["config"]["name"], i - 1)], "kwargs": {}}
             for i in range(8)]
    shared = {**inner, "name": inner["config"]["name"], "inbound_nodes": calls}
    given = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None, "name": "x" + name,
             "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "x" + name}, "inbound_nodes": []}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
            "config": {"name": name, "trainable": True, "layers": [given, shared],
                       "input_layers": [["x" + name, 0, 0]], "output_layers": [[inner["config"]["name"], 7, 0]]}}


tower = {"module": "keras.layers", "class_name": "ReLU", "registered_name": None, "config": {"name": "re_lu"}}
for level in range(7):  # 8^7 calls, from a text of a few thousand letters
    tower = model("m%d" % level, tower)
keras("limit.calls", config_json=json.dumps(tower).encode())

# ---- what layers say of themselves ----
keras("graph.parameter", lambda c: c["config"]["layers"][1].update(class_name="EinsumDense", config={
    "name": "e", "equation": "abc", "output_shape": [5], "bias_axes": None, "activation": "linear"}))
keras("keras.vocabulary-path", lambda c: c["config"]["layers"][1].update(class_name="StringLookup", config={
    "name": "string_lookup", "vocabulary": "/etc/passwd"}))




def both_directions(f):
    """A Bidirectional whose two directions are to read the same numbers."""
    config = json.loads(f.attrs["model_config"])
    first, cell = config["config"]["layers"][0]["config"], {"name": "a", "units": 1, "use_bias": False}
    first["batch_shape"] = [None, 3, 4]
    config["config"]["layers"][1] = {"module": "keras.layers", "class_name": "Bidirectional", "registered_name": None,
                                     "config": {"name": "dense", "layer": {
                                         "module": "keras.layers", "class_name": "SimpleRNN", "registered_name": None,
                                         "config": cell}}}
    f.attrs["model_config"] = json.dumps(config)
    group = f["model_weights/dense"]
    del group["sequential"]
    group["kernel"], group["recurrent_kernel"] = [[1.0]] * 4, [[1.0]]
    for name in ("kernel", "recurrent_kernel"):
        group[name].attrs.clear()
        data = group[name][()].astype("f4")
        del group[name]
        group[name] = data
    group.attrs["weight_names"] = ["kernel", "recurrent_kernel"] * 2


hdf5("weights.shared", both_directions)

# ---- HDF5 ----


def nest(f):
    group = f
    for _ in range(66):
        group = group.create_group("a")


hdf5("hdf5.too-deep", nest)

# ---- archives ----
write("zip.empty.keras", b"PK\5\6" + bytes(18))
sizes = struct.pack("<I", 1 << 30)
bomb, central = bytearray(HONEST_BYTES), HONEST_BYTES.index(b"PK\1\2")
bomb[22:26] = bomb[central + 24:central + 28] = sizes
write("zip.bomb.keras", bytes(bomb))

# ---- arrays ----
array("npy.boolean", "{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", b"\2")
array("npy.duplicate-key", "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", bytes(4))
array("npy.shape", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", bytes(4))
array("npy.time", "{'descr': '<M8[D]', 'fortran_order': False, 'shape': (1,)}", bytes(8))
array("npy.type", "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", bytes(16))
write("npy.not-an-array.npz", archive({"a.npy": b"no array at all"}))

# ---- policies: what `airlock policy check` says of a file ----
LAYER_OF_OURS = {"name": "A>B", "output": ["input[:]"], "computes": "Relu(input)"}
for finding, content in {
        "policy.above-ceiling": {"name": "p", "limits": {"seconds": 999999}},
        "policy.declaration": {"name": "p", "custom_layers": [{**LAYER_OF_OURS, "config": {"n": {"type": "boolean", "minimum": 1}}}]},
        "policy.duplicate": {"name": "p", "layers": {"refuse": ["LSTM", "LSTM"]}},
        "policy.expression": {"name": "p", "custom_layers": [{**LAYER_OF_OURS, "computes": "Relu(inputt)"}]},
        "policy.missing-key": {"name": "p", "custom_layers": [{"name": "A>B"}]},
        "policy.unknown-key": {"name": "p", "limts": {}},
        "policy.value": {"name": "p", "formats": ["pickle"]},
        "policy.wrong-type": {"name": "p", "graphs": 1}}.items():
    write(finding + ".policy.json", json.dumps(content, indent=1).encode() + b"\n")
    CASES[finding] = ["policy", "check", finding + ".policy.json"]

with open(os.path.join(ROOT, "cases.json"), "w", encoding="utf-8") as f:
    json.dump(CASES, f, indent=1, sort_keys=True)
    f.write("\n")
