#!/usr/bin/env python3
"""Chooses from the models that compare.py kept (--corpus) those that a test without Keras runs.

    corpus.py FOLDER COUNT OUT.zip

Takes models until each class and each form of file is there, the smallest first, then
further ones up to COUNT. OUT.zip holds a folder per model: its files, in.npz, expected.npz
and about.json, whose `allowed` says what each output may be off by.
"""
import json
import os
import sys
import zipfile

LARGEST = 60000  # bytes of one model's files: most are HDF5's empty space
FILES = ["in.npz", "expected.npz", "about.json"]


def candidates(folder):
    """(bytes, name, about) of each model, the smallest first."""
    found = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name, "about.json")) as f:
            about = json.load(f)
        size = sum(os.path.getsize(os.path.join(folder, name, n)) for n in about["files"] + FILES)
        if size <= LARGEST:
            found.append((size, name, about))
    return sorted(found, key=lambda c: (c[0], c[1]))


def choose(found, count):
    chosen, seen = [], set()
    for size, name, about in found:
        marks = {(c, form) for c in about["classes"] for form in about["files"]} - seen
        if len({c for c, _ in marks} - {c for c, _ in seen}) > 0 and len(chosen) < count:
            chosen.append((name, about))
            seen |= marks
    rest = [(name, about) for _, name, about in found if (name, about) not in chosen]
    step = max(1, len(rest) // max(1, count - len(chosen)))
    return chosen + rest[::step][:count - len(chosen)]


def main():
    folder, count, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for name, about in sorted(choose(candidates(folder), count)):
            for n in about["files"] + FILES:
                entry = zipfile.ZipInfo("%s/%s" % (name, n))
                entry.compress_type = zipfile.ZIP_DEFLATED
                with open(os.path.join(folder, name, n), "rb") as f:
                    z.writestr(entry, f.read(), compresslevel=9)
    print("%s: %d bytes" % (target, os.path.getsize(target)))


if __name__ == "__main__":
    main()
