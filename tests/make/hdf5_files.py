"""Writes tests/files/hdf5: small files from h5py for the readers of loader/hdf5, one
way of writing each. Names beginning with `refuse-` say by which finding they end.

    python tests/make/hdf5_files.py tests/files/hdf5        (needs h5py 3 and numpy)
"""
import pathlib
import sys

import h5py
import numpy as np

OUT = pathlib.Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
# the newest formats that libhdf5 1.10 reads
V110 = {"libver": ("v110", "v110")}


def layers(f, count=2):
    """As Keras 3 lays out weights."""
    for i in range(count):
        group = f.create_group(f"layers/dense_{i}/vars")
        group.attrs["name"] = f"dense_{i}"
        group["0"] = np.arange(6, dtype="f4").reshape(2, 3)
        group["1"] = np.zeros(3, "f4")
    f.create_group("vars")


def types(f):
    for t in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", ">f2", ">f8", ">i4", ">u8"):
        f[t.replace(">", "big-").replace("?", "bool")] = np.ones((2, 1), t)
    f["scalar"] = np.float32(3)
    f.create_dataset("empty", shape=(0, 4), dtype="f4")
    f["opaque"] = np.zeros(3, "V2")
    f.create_dataset("timed", data=np.ones(2, "f4"), track_times=True)
    f.create_dataset("filled", data=np.ones(2, "f4"), fillvalue=7.0)
    brain = h5py.h5t.IEEE_F16LE.copy()
    brain.set_fields(15, 7, 8, 0, 7)
    brain.set_ebias(127)
    dataset = h5py.h5d.create(f.id, b"bfloat16", brain, h5py.h5s.create_simple((2,)))
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ones(2, "f4"))


def strings(f):
    a = f.attrs
    a["variable"] = "h\u00e9llo"
    a["fixed"] = np.bytes_(b"abc")
    a["fixed-utf8"] = np.array("h\u00e9".encode(), dtype=h5py.string_dtype("utf-8", 8))
    a["list"] = ["a", "bb", "ccc"]
    a["list-with-empty"] = np.array(["x", "", "zz"], dtype=h5py.string_dtype())
    a["fixed-list"] = np.array([b"a", b"bbb"])
    a["empty"] = ""
    a["empty-list"] = []
    a["null"] = h5py.Empty("f4")
    for padding, name in ((h5py.h5t.STR_NULLTERM, b"terminated"), (h5py.h5t.STR_SPACEPAD, b"blanks")):
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(6)
        kind.set_strpad(padding)
        h5py.h5a.create(f.id, name, kind, h5py.h5s.create(h5py.h5s.SCALAR)).write(np.array(b"abc", "S6"))


def strings_v110(f):
    for name, value in {"fixed": np.bytes_(b"abc"), "list": np.array([b"a", b"bbb"]), "number": 1.5,
                        "big": np.arange(3, dtype=">i4"), "null": h5py.Empty("f4"), "none": []}.items():
        f.attrs[name] = value


def numbers(f):
    f.attrs["one"] = 1.5
    f.attrs["true"] = True
    f.attrs["many"] = np.arange(4, dtype="i8")
    f.attrs["big"] = np.arange(3, dtype=">i4")


def many_attributes(f, count=40):
    group = f.create_group("g", track_order=True)
    for i in range(count):
        group.attrs[f"attribute {i:02}"] = np.bytes_(f"value {i}" * 3)
    group.attrs["large"] = np.arange(1300, dtype="i4")


def many_links(f, count=60):
    group = f.create_group("g", track_order=True)
    for i in range(count):
        group.create_group(f"child {i}")


def unicode_names(f):
    # beyond ASCII, libhdf5 turns an old-style group into a new one and leaves the parent's cache stale
    f.create_group("g/\u5c42/vars")["0"] = np.ones(2, "f4")
    f["g"].attrs["\u540d"] = 1


def changed(f):
    for i in range(12):
        f.create_group(f"g{i:02}")
        f.attrs[f"a{i}"] = str(i) * 20
    for i in range(0, 12, 3):
        del f[f"g{i:02}"]
        del f.attrs[f"a{i}"]
    f.move("g01", "a much longer name than before")


def compact(f):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_layout(h5py.h5d.COMPACT)
    dataset = h5py.h5d.create(f.id, b"c", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4,)), creation)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="f4"))


def continued(f):
    group = f.create_group("g")
    f.create_group("behind it, so that its header cannot grow where it is")
    for i in range(6):
        group.attrs[f"attribute {i}"] = np.bytes_(b"a value longer than the first block of a header has room for")


def renamed(f):
    """As h5py up to 3.1 sets attributes: under another name first."""
    for i in range(14):
        value = np.arange(i % 7 + 1, dtype="<i8")
        passing = b"a name of 32 bytes, for a while %d" % i
        h5py.h5a.create(f.id, passing, h5py.h5t.STD_I64LE, h5py.h5s.create_simple(value.shape)).write(value)
        h5py.h5a.rename(f.id, passing, b"a%d" % i)


def long_attribute(f):
    f.attrs["model_config"] = "x" * 6000


HONEST = {
    "layers": (layers, {}), "layers-v110": (lambda f: [f.create_group(f"layers/dense_{i}/vars").create_dataset(
        "0", data=np.ones(2, "f4")) for i in range(2)], V110),
    "types": (types, {}), "strings": (strings, {}), "strings-v110": (strings_v110, V110), "numbers": (numbers, {}),
    "attributes-v110": (many_attributes, V110), "links-v110": (many_links, V110), "links": (many_links, {}),
    "few-tracked": (lambda f: many_links(f, 3), {"track_order": True}), "few-attributes": (
        lambda f: [f.attrs.__setitem__(f"a{i}", i) for i in range(12)], {"track_order": True}),
    "unicode": (unicode_names, {}), "changed": (changed, {}), "compact": (compact, {}), "compact-v110": (compact, V110),
    "continued": (continued, {}), "continued-v110": (continued, V110), "long": (long_attribute, {}),
    "renamed-v110": (renamed, V110), "empty": (lambda f: None, {}), "empty-v110": (lambda f: None, V110),
    "v108": (lambda f: f.create_group("g"), {"libver": ("v108", "v108")}),
}


def linked_twice(f):
    f["a"] = np.ones(2)
    f["b"] = f["a"]


def virtual(f):
    layout = h5py.VirtualLayout((2,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (2,))
    f.create_virtual_dataset("v", layout)


def reference(f):
    f.create_group("g")
    f.attrs["r"] = f["g"].ref


REFUSED = {
    "chunked": lambda f: f.create_dataset("d", shape=(4,), chunks=(2,), dtype="f4"),
    "filter": lambda f: f.create_dataset("d", data=np.ones(8, "f4"), compression="gzip"),
    "soft-link": lambda f: f.__setitem__("s", h5py.SoftLink("/nowhere")),
    "external-link": lambda f: f.__setitem__("e", h5py.ExternalLink("other.h5", "/x")),
    "external-storage": lambda f: f.create_dataset("d", shape=(2,), dtype="f4", external=[("/etc/hostname", 0, 8)]),
    "virtual": virtual,
    "link-cycle": linked_twice,
    "type": lambda f: f.create_dataset("d", data=np.zeros(2, [("a", "f4"), ("b", "i4")])),
    "unallocated": lambda f: f.create_dataset("d", shape=(4,), dtype="f4"),
    "dataspace": lambda f: f.create_dataset("d", data=h5py.Empty("f4")),
    "committed-type": lambda f: f.__setitem__("t", np.dtype("f4")),
    "type-string-dataset": lambda f: f.__setitem__("d", "text"),
    "type-reference": reference,
    "type-list": lambda f: h5py.h5a.create(f.id, b"v", h5py.h5t.vlen_create(h5py.h5t.STD_I32LE),
                                           h5py.h5s.create(h5py.h5s.SCALAR)),
    "type-enum": lambda f: f.attrs.create("e", 0, dtype=h5py.enum_dtype({"A": 0, "B": 1}, "i1")),
    "type-array": lambda f: h5py.h5a.create(f.id, b"a", h5py.h5t.array_create(h5py.h5t.STD_I32LE, (2,)),
                                            h5py.h5s.create(h5py.h5s.SCALAR)),
}
REFUSED_V110 = {
    "soft-link": REFUSED["soft-link"], "external-link": REFUSED["external-link"], "filter": REFUSED["filter"],
    "chunked": REFUSED["chunked"], "external-storage": REFUSED["external-storage"],
}


def write(name, content, **how):
    with h5py.File(OUT / (name + ".h5"), "w", **how) as f:
        content(f)


for name, (content, how) in HONEST.items():
    write(name, content, **how)
for name, content in REFUSED.items():
    write("refuse-" + name, content)
for name, content in REFUSED_V110.items():
    write("refuse-" + name + "-v110", content, **V110)
write("refuse-user-block", layers, userblock_size=512)
write("refuse-unknown-type-version", numbers, libver="latest")
