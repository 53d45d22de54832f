#!/usr/bin/env python3
"""Writes tests/files/npy with NumPy itself: arrays in every order and type that is
read, and those that are refused. Each readable array of n items holds 0, 1, 2 … n-1
in row-major order, so the test needs no second copy of the numbers.
"""
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent / "npy"


def count(shape, dtype, order="C"):
    return np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape), dtype=dtype, order=order)


def save(name, array, version=None):
    with open(HERE / name, "wb") as f:
        np.lib.format.write_array(f, array, version=version)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for code in "i1 u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 >i2 >i8 >f2 >f4 >f8".split():
        save(code.replace("<", "le-").replace(">", "be-") + ".npy", count((2, 3), code))
    save("bool.npy", np.array([False, True]))
    save("fortran.npy", count((2, 3, 4), "<f4", "F"))
    save("fortran-big-endian.npy", count((3, 2, 4), ">i4", "F"))
    save("fortran-vector.npy", count((5,), "<f4", "F"))
    save("scalar.npy", np.array(0, "<f4"))
    save("none.npy", count((0, 3), "<f4"))
    save("version-2.npy", count((2, 3), "<i4"), (2, 0))
    save("version-3.npy", count((2, 3), "<i4"), (3, 0))
    with open(HERE / "object.npy", "wb") as f:
        np.lib.format.write_array(f, np.array([{}], object), allow_pickle=True)
    save("records.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    save("raw.npy", np.zeros(2, "V2"))
    save("text.npy", np.array(["a", "bc"]))
    save("bytes.npy", np.array([b"a", b"bc"]))
    save("text-be.npy", np.array(["\u00e9", "\U0001f600"], ">U1"))
    save("text-fortran.npy", np.array([["a", "b"], ["c", "d"], ["e", "f"]], order="F").T)
    save("complex.npy", np.zeros(2, "<c8"))
    save("date.npy", np.zeros(2, "<M8[s]"))
    save("long-double.npy", np.zeros(2, np.longdouble))
    arrays = {"kernel": count((2, 3), "<f4"), "a/b": count((4,), ">f8"), "\u00e9": count((3, 2), "<i4", "F")}
    np.savez(HERE / "arrays.npz", **arrays)
    np.savez_compressed(HERE / "compressed.npz", **arrays)
    np.savez(HERE / "positions.npz", count((2,), "<f4"), count((3,), "<f4"))
    np.savez(HERE / "with-object.npz", a=count((2,), "<f4"), b=np.array([{}], object))
