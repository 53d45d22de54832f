"""Compares the HDF5 readers with h5py on the same files: 5000 layers, old style and
new, and 1 GB of weights in 200 datasets.

    python bench/hdf5_read.py build/bench/bench-hdf5-read      (needs h5py and numpy)

h5py's time is that of opening the file and visiting every object, its shape, type
and attributes, which is what the readers describe.
"""
import os
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

LAYERS, DATASETS, DATASET_FLOATS, READINGS = 5000, 200, 1_250_000, 5


def layers(path, **how):
    with h5py.File(path, "w", **how) as f:
        for i in range(LAYERS):
            group = f.create_group(f"layers/dense_{i}/vars")
            group.attrs["name"] = np.bytes_(f"dense_{i}") if how else f"dense_{i}"
            group["0"] = np.zeros((3, 4), "f4")
            group["1"] = np.zeros(4, "f4")


def weights(path):
    with h5py.File(path, "w") as f:
        for i in range(DATASETS):
            f[f"layers/dense_{i}/vars/0"] = np.zeros(DATASET_FLOATS, "f4")


def visit(path):
    count = 0

    def one(_, found):
        nonlocal count
        count += 1
        for name in found.attrs:
            found.attrs[name]
        if isinstance(found, h5py.Dataset):
            found.shape, found.dtype

    with h5py.File(path, "r") as f:
        f.visititems(one)
    return count + 1


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("layers, old style", layers), ("layers, new style", lambda p: layers(p, libver=("v110", "v110"))),
                           ("1 GB in 200 datasets", weights)):
            path = os.path.join(folder, "m.h5")
            make(path)
            times = []
            for _ in range(READINGS):
                start = time.process_time()
                count = visit(path)
                times.append(time.process_time() - start)
            print(f"{name}: {os.path.getsize(path) / 1e6:.1f} MB", flush=True)
            print(f"h5py     {min(times) * 1e3:9.3f} ms  {count:7} objects  {min(times) * 1e6 / count:7.3f} ms per 1000 objects",
                  flush=True)
            subprocess.run([sys.argv[1], path], check=True)


if __name__ == "__main__":
    main()
