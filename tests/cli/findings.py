"""What the tests know about findings: which there are, and by which file each is produced.

    python3 tests/cli/findings.py        counts findings, and the files of the tests for each (needs AIRLOCK)
"""
import collections
import glob
import json
import os
import re

from command import TESTS, airlock, data, ids, vet

FOLDER = data("findings")


def known():
    """The ids of policy/findings/*.def, with their symbols and severities."""
    rows = {}
    for name in glob.glob(os.path.join(os.path.dirname(TESTS), "policy", "findings", "*.def")):
        with open(name, encoding="utf-8") as f:
            for symbol, id_, severity in re.findall(r'AL_FINDING\((\w+), "([^"]+)", AL_(\w+)', f.read()):
                rows[id_] = (symbol, severity)
    return rows


KNOWN = known()


def cases():
    """id -> arguments: of vet, where they do not begin with another command."""
    with open(os.path.join(FOLDER, "cases.json"), encoding="utf-8") as f:
        found = {i: [os.path.join(FOLDER, a) if "." in a else a for a in c] for i, c in json.load(f).items()}
    for name in sorted(os.listdir(FOLDER)):
        id_ = ".".join(name.split(".")[:2])
        if id_ in KNOWN and ".policy." not in name:
            found[id_] = [os.path.join(FOLDER, name)]
    return found


def produced(arguments):
    """The verdict and the ids of the findings that a case brings about."""
    if arguments[0] == "policy":
        r = airlock(*arguments)
        return ("accept", "refuse", "error")[r.status], re.findall(r"^ *(policy\.[a-z-]+) ", r.err, re.M)
    r = vet(*arguments)
    return r.json["results"][0]["verdict"], ids(r)


def count():
    files = collections.Counter()
    for arguments in cases().values():
        for id_ in set(produced(arguments)[1]):
            files[id_] += 1
    others = [n for n in glob.glob(data("hostile", "*")) + glob.glob(os.path.join(TESTS, "files", "*", "*"))
              if not n.endswith(".txt")]
    for result in vet(*others).json["results"]:
        for id_ in {f["id"] for f in result["findings"]}:
            files[id_] += 1
    for id_ in sorted(KNOWN):
        print("%4d  %s" % (files[id_], id_))
    print("%d findings, %d of them by a file, %d files" % (len(KNOWN), len(set(files)), sum(files.values())))


if __name__ == "__main__":
    count()
