#!/usr/bin/env python3
"""Writes the seeds of fuzz/corpus: small, one trick each, beside honest files that
tests/files has from their own writers.

The files named keras-* are not made here: Keras 3.15.1 wrote them.
"""
import base64
import io
import json
import pathlib
import struct
import zipfile

CORPUS = pathlib.Path(__file__).parent / "corpus"
DATA = pathlib.Path(__file__).parent.parent / "tests" / "data"
FILES = pathlib.Path(__file__).parent.parent / "tests" / "files"

JSON = {
    "empty-object": b"{}",
    "numbers": b"[0,-0,1,-1,0.5,1e-3,1.000E-3,9223372036854775807,-9223372036854775808,1e308]",
    "escapes": rb'{"\u0061\n\t\"\\\/":"\ud83d\ude00 \u00e9","":[true,false,null]}',
    "indented": b'{\r\n\t"a": [\r\n\t\t1,\r\n\t\t{"b": "\xc3\xa9"}\r\n\t]\r\n}\n',
    "deep-64": b"[" * 64 + b"]" * 64,
    "deep-65": b"[" * 65 + b"]" * 65,
    "duplicate-key": b'{"a":1,"a":2}',
    "duplicate-escaped": rb'{"layers":1,"\u006cayers":2}',
    "nan": b'{"x":NaN}',
    "comment": b"{} // end",
    "mark": b"\xef\xbb\xbf{}",
    "utf-16": "{}".encode("utf-16"),
    "overlong": b'["\xc0\xaf"]',
    "lone-surrogate": rb'["\ud800x"]',
    "nul": rb'["a\u0000b"]',
    "too-big": b"[9223372036854775808,1e999]",
    "padding": b"{" + b" " * 4200 + b"}",
}


def npy(header, numbers=b"", version=b"\1\0"):
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + numbers


NPY = {
    "plain": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes(24)),
    "long-suffix": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (6L,), }", bytes(24)),
    "reordered": npy("{'shape':(),'descr':'|b1','fortran_order':True}", b"\1"),
    "duplicate-key": npy("{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(4)),
    "call": npy("{'descr': __import__('os').name, 'fortran_order': False, 'shape': (1,), }", bytes(4)),
    "joined": npy("{'descr': '<f' '4', 'fortran_order': False, 'shape': (1,), }", bytes(4)),
    "negative": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", bytes(4)),
    "overflow": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693953, 8), }", bytes(64)),
    "zero-hides": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296), }"),
    "trailing": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
}


def archive(members, method=zipfile.ZIP_STORED, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = method
            z.writestr(info, data)
        z.comment = comment
    return out.getvalue()


def patched(data, signature, offset, new):
    at = data.index(signature) + offset
    return data[:at] + new + data[at + len(new):]


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
TWO = archive([("config.json", b'{"a": 1}'), ("model.weights.h5", b"weights")])
ZIP = {
    "two": TWO,
    "duplicate": archive([("config.json", b"1"), ("config.jsom", b"2")]).replace(b"jsom", b"json"),
    "case": archive([("config.json", b"1"), ("Config.json", b"2")]),
    "parent": archive([("../x", b"1")]),
    "backslash": archive([("a\\b", b"1")]),
    "below-a-file": archive([("a", b"1"), ("a/b", b"2")]),
    "zeros": archive([("config.json", bytes(1 << 16))], zipfile.ZIP_DEFLATED),
    "comment": archive([("a", b"1")], comment=b"PK\5\6 not the end"),
    "prefix": b"#!/bin/sh\n" + TWO,
    "trailing": TWO + b"behind",
    "encrypted": patched(patched(TWO, LOCAL, 6, b"\1\0"), CENTRAL, 8, b"\1\0"),
    "local-name": patched(TWO, LOCAL, 30, b"konfig"),
    "symlink": patched(TWO, CENTRAL, 40, b"\xff\xa1"),
    "overlap": TWO[:TWO.rindex(CENTRAL) + 42] + bytes(4) + TWO[TWO.rindex(CENTRAL) + 46:],
    "zip64-end": TWO[:-22] + END[:2] + b"\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 2, 2,
                                                              len(TWO) - 22 - TWO.index(CENTRAL), TWO.index(CENTRAL))
                 + b"PK\6\7" + struct.pack("<IQI", 0, len(TWO) - 22, 1) + TWO[-22:],
}


POLICY = {
    "empty": b"{}",
    "all-keys": b'''{"$schema": "airlock-policy.schema.json", "note": "n", "name": "mine", "extends": "strict",
 "formats": ["keras", "npy"], "graphs": false, "unsealed": true, "layers": {"refuse": ["LSTM"], "allow": ["Dense"]},
 "limits": {"file_bytes": 1, "seconds": 3600}, "require": ["landlock"],
 "signatures": {"required": true, "minisign": ["RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"],
                "model_signing": ["key.pem"]},
 "findings": {"keras.lambda": "refuse"}}''',
    "types": b'''{"custom_layers": [{"name": "A", "masking": true, "config": {
 "n": {"type": "integer", "minimum": 1, "default": 3}, "r": {"type": "number", "maximum": 0.1},
 "m": {"type": "choice", "choices": ["a", "b"], "default": "a"}, "k": {"type": "initializer", "default": null}},
 "weights": [{"name": "w", "shape": [3, "input_1[-1] * (n + 2)"], "trainable": false}],
 "output": ["input[:]"], "computes": ["x = Add(input_0, input_1)", "Mul(x, r)"]}]}''',
    "typo": b'{"limts": {}}',
    "ceiling": b'{"limits": {"seconds": 3601}}',
}
EXPRESSION = {
    "shapes": b"a = Reshape(input, shape=[0, -1, n // heads])\nb2 = Transpose(a, perm=[0, 2, 1])\n"
              b"Tile(Unsqueeze(Squeeze(b2, axes=[1]), axes=[-1]), repeats=[1, heads, 1, 2])",
    "slices": b"Slice(input, starts=[-1, 0], ends=[-99, input[1]], axes=[-1, 0], steps=[-2, 1])",
    "spans": b"Reshape(input, shape=[input[:-1], 2, n * (heads + 1) - 10])",
    "reduce": b"Add(ReduceMean(input, axes=[-1]), ReduceSum(input_1, keepdims=0))",
    "where": b"Where(And(Less(input, 0), Not(Equal(n, 3))), [1, 2, -3.5e1], Clip(input, min=rate))",
    "products": b"MatMul(Einsum(input, w, equation='bij,jk->bik'), b)",
    "windows": b"MaxPool(Conv(input, Reshape(w, shape=[4, 4, 1]), pads=[1, 1]), kernel_shape=[2], strides=[heads])",
    "gather": b"Concat(Gather(w, [0, 1], axis=1), Expand(b, shape=[4, 4]), axis=-1)",
    "range": b"Pad(Cast(Range(start=0, limit=n, delta=heads), to=\"float\"), pads=[1, 2], mode='reflect')",
    "deep": b"Relu(" * 70 + b"input" + b")" * 70,
    "typo": b"Reluu(input)",
}
HDF5_SEED_BYTES = 16384  # mutants of larger files are too slow to try many of


def write(harness, seeds):
    folder = CORPUS / harness
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


def declared(key):
    """The expressions of the policies in tests/data, one seed each."""
    seeds = {}
    for f in (DATA / "custom").glob("*.json"):
        policy = json.loads(f.read_text())
        for i, c in enumerate(policy.get("custom_layers", []) + policy.get("custom_functions", [])):
            lines = [c[key]] if isinstance(c[key], str) else c[key]
            seeds[f"{f.stem}-{i}"] = "\n".join(lines).encode()
    return seeds


def signatures():
    """Bundles of model_signing's, what is signed in them, the certificates beside it, and keys in PEM."""
    bundles, manifests, certificates = {}, {}, {}
    for f in sorted((FILES / "openssf").glob("*.sig")):
        bundles[f.stem], bundle = f.read_bytes(), json.loads(f.read_text())
        if not f.stem.startswith("certificate"):
            manifests[f.stem] = base64.b64decode(bundle["dsseEnvelope"]["payload"])
        material = bundle["verificationMaterial"]
        chain = material.get("x509CertificateChain", {"certificates": []})["certificates"]
        chain += [material["certificate"]] if "certificate" in material else []
        for i, c in enumerate(chain):
            certificates[f"{f.stem}-{i}"] = base64.b64decode(c["rawBytes"])
    pem = {f.name: f.read_bytes() for f in (FILES / "openssf").iterdir() if f.suffix in (".pub", ".pem")}
    pem["several"] = pem["root.pem"] + pem["stranger.pem"]
    return bundles, manifests, certificates, pem


if __name__ == "__main__":
    write("expression", EXPRESSION | declared("computes"))
    hdf5 = {f.name: f.read_bytes() for f in (FILES / "hdf5").iterdir() if f.stat().st_size <= HDF5_SEED_BYTES}
    write("hdf5_strict", hdf5)
    write("hdf5_agree", {name: data for name, data in hdf5.items() if not name.startswith("refuse-")})
    write("json", JSON)
    write("npy", NPY | {f.name: f.read_bytes() for f in (FILES / "npy").iterdir()})
    write("policy", POLICY | {f.name: f.read_bytes() for f in (DATA / "custom").glob("*.json")})
    bundles, manifests, certificates, pem = signatures()
    write("bundle", bundles)
    write("manifest", manifests)
    write("certificate", certificates)
    write("pem", pem)
    write("zip", ZIP | {f.name: f.read_bytes() for f in (FILES / "zip").iterdir()})
