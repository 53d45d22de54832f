"""Models by old releases of Keras, predicting what those releases computed: tests/data/releases."""
import os

from command import airlock, data, scratch
import npy
from tap import main, test

FOLDER = data("releases")


def predict(folder, name):
    """The largest difference over all outputs, against the scale of Keras's."""
    members = npy.load_npz(os.path.join(folder, name + ".npz"))
    given, wanted = [[members[k] for k in sorted(members) if k.startswith(word)] for word in ("in.", "out.")]
    with scratch() as d:
        source, result = os.path.join(d, "in.npz"), os.path.join(d, "out.npz")
        npy.save_npz(source, {"arr_%d" % i: a for i, a in enumerate(given)})
        r = airlock("run", os.path.join(folder, name + ".h5"), "-i", source, "-o", result)
        assert r.status == 0, (folder, name, r)
        got = list(npy.load_npz(result).values())
    assert [a.shape for a in got] == [a.shape for a in wanted], (folder, name)
    return max(npy.difference(a, b) for a, b in zip(got, wanted))


def of_release(name):
    folder = os.path.join(FOLDER, name)
    models = sorted(f[:-len(".h5")] for f in os.listdir(folder) if f.endswith(".h5"))
    assert models, folder
    for model in models:
        difference = predict(folder, model)
        assert difference < 1e-5, (name, model, difference)


for release in sorted(os.listdir(FOLDER)):
    def one(release=release):
        of_release(release)
    one.__name__ = "the_numbers_of_" + release.replace("-", "_").replace(".", "_")
    test(one)


main()
