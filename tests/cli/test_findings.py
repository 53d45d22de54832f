"""Every finding has a file that produces exactly it: tests/data/findings/ID.SUFFIX, or honest.keras under the policy
ID.policy.json. What a file alone cannot produce is named by the test that does."""
import glob
import json
import os
import re

from command import TESTS, airlock, data, ids, scratch, vet
import npy
from tap import main, test

FOLDER = data("findings")


def known():
    """The ids of policy/findings/*.def, with their symbols and severities."""
    rows = {}
    for name in glob.glob(os.path.join(os.path.dirname(TESTS), "policy", "findings", "*.def")):
        with open(name, encoding="utf-8") as f:
            for symbol, id_, severity in re.findall(r'AL_FINDING\((\w+), "([^"]+)", AL_(\w+)', f.read()):
                rows[id_] = (symbol, severity)
    return rows


def cases():
    """id -> arguments of vet."""
    with open(os.path.join(FOLDER, "cases.json"), encoding="utf-8") as f:
        found = {i: [a if a.startswith("--") else os.path.join(FOLDER, a) for a in c] for i, c in json.load(f).items()}
    for name in sorted(os.listdir(FOLDER)):
        id_ = ".".join(name.split(".")[:2])
        if id_ in KNOWN and ".policy." not in name:
            found[id_] = (os.path.join(FOLDER, name),)
    return found


def named_in_tests():
    text = ""
    for folder, _, names in os.walk(TESTS):
        for name in names:
            if name.endswith((".c", ".py", ".h")):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    text += f.read()
    words = set(re.findall(r"[\w.-]+", text))
    return {i for i, (symbol, _) in KNOWN.items() if i in words or "AL_" + symbol in words}


KNOWN = known()
# What the loader itself never lets through: only a cell that lies about the file, a host that lacks something, or a
# file that changes while it is read brings these about; or a file larger than tests should carry.
NOT_BY_A_FILE = {"cell.interrupted", "cell.requirement", "graph.parameter", "graph.structure", "input.changed",
                 "hdf5.too-many-objects", "limit.calls", "limit.depth", "weights.extent", "weights.overlap",
                 "weights.shared", "weights.size", "zip.second-reader-missing"}


@test
def a_file_produces_exactly_its_finding():
    wrong = []
    for id_, arguments in sorted(cases().items()):
        r = vet(*arguments)
        verdict = r.json["results"][0]["verdict"]
        expected = "refuse" if KNOWN[id_][1] == "REFUSE" else verdict
        if set(ids(r)) != {id_} or verdict != expected:
            wrong.append((id_, verdict, ids(r)))
    assert not wrong, "\n".join(map(str, wrong))


@test
def the_honest_files_are_accepted():
    for name in ("honest.keras", "honest.h5", "shared.keras"):
        assert vet(os.path.join(FOLDER, name)).status == 0, name


@test
def arrays_for_the_wrong_inputs_are_named():
    with scratch() as d:
        array = os.path.join(d, "x.npy")
        npy.save(array, npy.Array("<f4", (1, 4), [1.0, 2.0, 3.0, 4.0]))
        # input.missing and input.name, which `run` says in words
        for given, words in (("a", "input b is not given"), ("c", "no input named c")):
            r = airlock("run", os.path.join(FOLDER, "shared.keras"), "-i", given + "=" + array)
            assert r.status == 2 and words in r.err, (words, r)


@test
def no_finding_is_without_a_file_or_a_test():
    missing = sorted(set(KNOWN) - set(cases()) - named_in_tests() - NOT_BY_A_FILE)
    assert not missing, missing


@test
def each_can_be_explained():
    for id_ in KNOWN:
        r = airlock("explain", id_)
        assert r.status == 0 and id_ in r.out, (id_, r)


main()
