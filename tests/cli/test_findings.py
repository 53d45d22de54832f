"""Every finding has a file that produces exactly it: tests/data/findings/ID.SUFFIX, or honest.keras under the policy
ID.policy.json. What a file alone cannot produce is named by the test that does."""
import os
import re

from command import TESTS, airlock, data, scratch, vet
from findings import FOLDER, KNOWN, cases, produced
import npy
from tap import main, test

# What no file brings about, with the test that does: a cell that lies, a host that lacks something, a file that
# changes while it is read, an answer to `run`, a limit that another of the same kind reaches first.
BY_A_TEST = {
    "cell.crashed": "sandbox/test_vet.c",
    "cell.exited": "sandbox/test_vet.c",
    "cell.interrupted": "sandbox/test_vet.c",
    "cell.killed": "sandbox/test_vet.c",
    "cell.not-locked": "sandbox/test_hostile.c",
    "cell.not-started": "sandbox/test_vet.c",
    "cell.protocol": "sandbox/test_hostile.c",
    "cell.requirement": "sandbox/test_weak_hosts.c",
    "hdf5.readers-disagree": "unit/test_hdf5.c",
    "hdf5.too-many-objects": "unit/test_hdf5.c",
    "hdf5.unreadable": "unit/test_hdf5.c",
    "input.changed": "cli/test_findings.py",
    "input.dtype": "cli/test_predict.py",
    "input.index-out-of-range": "cli/test_predict.py",
    "input.missing": "cli/test_findings.py",
    "input.name": "cli/test_findings.py",
    "input.not-regular": "cli/test_findings.py",
    "input.shape": "cli/test_predict.py",
    "input.symlink": "cli/test_findings.py",
    "input.text": "cli/test_lookups.py",
    "input.unreadable": "cli/test_findings.py",
    "keras.quantization-unsaid": "cli/test_quantized.py",
    "limit.depth": "unit/test_infer.c",
    "limit.seconds": "sandbox/test_vet.c",
    "signature.certificate": "unit/test_openssf_certificate.c",
    "signature.comment": "cli/test_signatures.py",
    "signature.expired": "cli/test_signatures.py",
    "signature.incomplete": "cli/test_signatures.py",
    "signature.invalid": "cli/test_signatures.py",
    "signature.malformed": "cli/test_signatures.py",
    "signature.manifest": "unit/test_openssf.c",
    "signature.name-not-allowed": "cli/test_signatures.py",
    "signature.revoked": "cli/test_signatures.py",
    "signature.unsupported": "unit/test_openssf.c",
    "signature.untrusted": "cli/test_signatures.py",
    "weights.extent": "unit/test_weights.c",
    "weights.overlap": "unit/test_weights.c",
    "weights.size": "unit/test_weights.c",
    "zip.second-reader-missing": "unit/test_zip.c",
}


def names_it(test_file, id_):
    with open(os.path.join(TESTS, test_file), encoding="utf-8") as f:
        return re.search(r"(?<![\w.-])(?:%s|AL_%s)(?![\w.-])" % (re.escape(id_), KNOWN[id_][0]), f.read())


@test
def a_file_produces_exactly_its_finding():
    wrong = []
    for id_, arguments in sorted(cases().items()):
        verdict, found = produced(arguments)
        expected = "refuse" if KNOWN[id_][1] == "REFUSE" else verdict
        # that there is more than is shown can only be said beside what is shown
        found = set(found) - ({"keras.custom-training-function"} if id_ == "limit.findings" else set())
        if found != {id_} or verdict != expected:
            wrong.append((id_, verdict, found))
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
def paths_that_are_no_file_of_ones_own_are_named():
    with scratch() as d:
        link, pipe = os.path.join(d, "link.keras"), os.path.join(d, "pipe.keras")
        os.symlink(os.path.join(FOLDER, "honest.keras"), link)
        os.mkfifo(pipe)
        # sysfs says 4096 of every file and gives fewer bytes: as if it had shrunk while it was read
        for path, id_ in ((link, "input.symlink"), (pipe, "input.not-regular"), (os.path.join(d, "x"), "input.unreadable"),
                          ("/sys/kernel/uevent_seqnum", "input.changed")):
            if path.startswith(d) or os.path.exists(path):
                assert produced([path]) == ("error", [id_]), (path, produced([path]))


@test
def no_finding_is_without_a_file_or_a_test():
    without = sorted(set(KNOWN) - set(cases()))
    assert without == sorted(BY_A_TEST), sorted(set(without) ^ set(BY_A_TEST))
    for id_, test_file in BY_A_TEST.items():
        assert names_it(test_file, id_), (id_, test_file)


@test
def each_can_be_explained():
    for id_ in KNOWN:
        r = airlock("explain", id_)
        assert r.status == 0 and id_ in r.out and "What to do" in r.out, (id_, r)


main()
