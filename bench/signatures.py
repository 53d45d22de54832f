#!/usr/bin/env python3
"""What judging the signature of a large file costs, against the real minisign and against b2sum, which only hashes.

    python bench/signatures.py --airlock build/airlock [--bytes N] [--rounds 5]

A file of random bytes (1 GiB unless told otherwise, in the directory for temporary files) is read once before the clock
starts, so that it lies in the page cache. Medians of processor time and of the clock, in seconds, turn by turn, and how many
times as long as `airlock verify` each of the others takes. `airlock vet` judges the same bytes as an .npy: it copies them
into sealed memory, takes both digests (SHA-256 is the dearer) and has a cell parse them meanwhile.
"""
import argparse
import os
import resource
import shutil
import statistics
import struct
import subprocess
import tempfile
import time

CHUNK = 1 << 20


def measure(words):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def array_of_random(path, size):
    count = size // 4
    header = repr({"descr": "<f4", "fortran_order": False, "shape": (count,)}).encode()
    header += b" " * (-(11 + len(header)) % 64) + b"\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for left in range(4 * count, 0, -CHUNK):
            f.write(os.urandom(min(CHUNK, left)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--airlock", required=True)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    airlock, folder = os.path.abspath(options.airlock), tempfile.mkdtemp(prefix="airlock-bench-")
    path, key, public = (os.path.join(folder, name) for name in ("big.npy", "key", "key.pub"))
    try:
        array_of_random(path, options.bytes)
        subprocess.run([airlock, "keygen", "--no-passphrase", "--key", key, "--public", public], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([airlock, "sign", "--key", key, path], check=True)
        ways = {"airlock verify": [airlock, "verify", "--key", public, path],
                "minisign -V": ["minisign", "-V", "-q", "-p", public, "-m", path],
                "b2sum": ["b2sum", path],
                "sha256sum": ["sha256sum", path],
                "airlock vet": [airlock, "vet", "--policy", "tensors", path]}
        ways = {name: words for name, words in ways.items() if shutil.which(words[0])}
        times = {name: [] for name in ways}
        for turn in range(options.rounds + 1):
            for name, words in ways.items():
                one = measure(words)
                if turn > 0:
                    times[name].append(one)
        medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in times.items()}
        ours = medians["airlock verify"]
        print("%d bytes, medians of %d\n%-16s %10s %7s %10s %7s" % (options.bytes, options.rounds, "", "processor", "ratio",
                                                                  "clock", "ratio"))
        for name, (processor, clock) in medians.items():
            print("%-16s %8.2f s %7.2f %8.2f s %7.2f" % (name, processor, processor / ours[0], clock, clock / ours[1]))
    finally:
        shutil.rmtree(folder)


main()
