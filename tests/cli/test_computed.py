"""Small models of every kind of layer, as Keras wrote them, predict what Keras predicts (tests/make/computed.py)."""
import os

from command import airlock, data, scratch
import npy
from tap import main, test

FOLDER = data("computed")


def models():
    for file in sorted(os.listdir(FOLDER)):
        stem, layout = os.path.splitext(file)
        if layout in (".keras", ".h5"):
            yield file, stem


@test
def predictions_are_those_of_keras():
    wrong = []
    for file, stem in models():
        members = npy.load_npz(os.path.join(FOLDER, stem + ".npz"))
        inputs, outputs = ([members[k] for k in members if k.startswith(word)] for word in ("in.", "out."))
        with scratch() as d:
            given, result = os.path.join(d, "in.npz"), os.path.join(d, "out.npz")
            npy.save_npz(given, {"arr_%d" % i: a for i, a in enumerate(inputs)})
            r = airlock("run", os.path.join(FOLDER, file), "-i", given, "-o", result)
            if r.status != 0:
                wrong.append((file, r.err[:300]))
                continue
            got = list(npy.load_npz(result).values())
            assert len(got) == len(outputs), (file, len(got))
            for i, (ours, theirs) in enumerate(zip(got, outputs)):
                kind = ours.dtype[1] if ours.dtype[1] in "US" else ours.dtype
                if kind != (theirs.dtype[1] if theirs.dtype[1] in "US" else theirs.dtype):
                    wrong.append((file, i, ours.dtype, theirs.dtype))
                elif npy.difference(ours, theirs) > 1e-5:
                    wrong.append((file, i, npy.difference(ours, theirs)))
    assert not wrong, wrong


main()
