#!/usr/bin/env python3
"""Random models of many releases of Keras, with what Keras computed: tests/differential drew and saved them.

Beside them keras-2-odd.zip of tests/make/oddities.py: honest files that Keras itself does not load, and two that go
against the order of weights. Each must be accepted by `airlock vet` (or refused as about.json says), and `airlock run` must give Keras's numbers within
what about.json allows: 1e-5 of the output's scale, more in half precision and where Keras's
own float32 numbers are further than that from its own in float64.
"""
import json
import math
import os
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import npy  # noqa: E402
import tap  # noqa: E402
from command import airlock, vet  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "random")


def difference(got, expected, allowed):
    """Why two arrays are not the same numbers; None where they are."""
    if got.shape != expected.shape:
        return "shape %s, expected %s" % (got.shape, expected.shape)
    for a, b in zip(got.values, expected.values):
        a, b = float(a), float(b)
        if math.isfinite(a) != math.isfinite(b) or (math.isfinite(a) and abs(a - b) > allowed):
            return "%r, expected %r, allowed %.1e" % (a, b, allowed)
    return None


def judge(folder):
    """What is wrong with airlock's answer on one model; None where nothing is."""
    with open(os.path.join(folder, "about.json"), encoding="utf-8") as f:
        about = json.load(f)
    files = [os.path.join(folder, name) for name in about["files"]]
    arguments = ["--architecture", *files] if len(files) > 1 else files
    vetted = vet(*arguments)
    refused = about.get("refused")
    if refused is not None:
        found = [f["id"] for f in vetted.json["results"][0]["findings"]]
        return None if vetted.status == 1 and refused in found else "expected %s, found %s" % (refused, found)
    if vetted.status != 0:
        return "vet: " + vetted.out
    out = os.path.join(folder, "out.npz")
    ran = airlock("run", *arguments, "-i", os.path.join(folder, "in.npz"), "-o", out)
    if ran.status != 0:
        return "run: " + ran.err
    expected = npy.load_npz(os.path.join(folder, "expected.npz"))
    wanted = [expected["out.%d" % i] for i in range(sum(k.startswith("out.") for k in expected))]
    got = list(npy.load_npz(out).values())
    if len(got) != len(wanted):
        return "%d outputs, expected %d" % (len(got), len(wanted))
    wrong = [difference(*three) for three in zip(got, wanted, about["allowed"])]
    return next((w for w in wrong if w is not None), None)


def release(archive):
    def all_of_them():
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(os.path.join(FOLDER, archive)) as z:
            z.extractall(folder)
            names = sorted(os.listdir(folder))
            assert names, "no model in " + archive
            wrong = ["%s: %s" % (n, w) for n, w in ((n, judge(os.path.join(folder, n))) for n in names) if w is not None]
        print("# %s: %d models" % (archive, len(names)))
        assert not wrong, "\n".join(wrong)
    all_of_them.__name__ = archive[:-len(".zip")].replace("-", " ") + " predicts as it did"
    tap.test(all_of_them)


for each in sorted(os.listdir(FOLDER)):
    if each.endswith(".zip"):
        release(each)

if __name__ == "__main__":
    tap.main()
