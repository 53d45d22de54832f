#!/usr/bin/env python3
"""Writes those files of tests/data/findings that are honest.keras with one thing changed, and cases.json, which says
with what arguments a file is to be vetted. Each file is named after the finding that it produces.

    python3 tests/make/findings.py tests/data/findings

Needs h5py. The honest files were saved by Keras 3.15.1: honest.keras and honest.h5 are Sequential, shared.keras calls
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
keras("keras.not-computed", lambda c: c["config"]["layers"][1].update(class_name="StringLookup", config={
    "name": "string_lookup", "trainable": True, "dtype": "float32"}))
keras("keras.build-shape", lambda c: (c["config"]["layers"].pop(0), c["config"].pop("build_input_shape")))
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
with open(os.path.join(ROOT, "cases.json"), "w", encoding="utf-8") as f:
    json.dump(CASES, f, indent=1, sort_keys=True)
    f.write("\n")
