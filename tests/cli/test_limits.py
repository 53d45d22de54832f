#!/usr/bin/env python3
"""Each limit that a policy sets, with a file that reaches it and the finding it gives; one step less, and the same
file is judged as ever. Seconds and findings are in tests/sandbox/test_limits.c and test_vet.c."""
import json
import os

from command import airlock, data, ids, scratch, vet
from tap import main, test

MODEL = data("models", "image_cnn.keras")


def judged(path, **limits):
    with scratch() as d:
        policy = os.path.join(d, "policy.json")
        with open(policy, "w") as f:
            json.dump({"name": "limits", "extends": "default", "limits": limits}, f)
        return vet("--policy", policy, path)


def reaches(path, finding, too_little, enough):
    r = judged(path, **too_little)
    assert r.status == 1 and finding in ids(r), (too_little, r)
    r = judged(path, **enough)
    assert r.status == 0, (enough, r)


@test
def memory():
    for heap in (100000, 200000):
        assert ids(judged(MODEL, memory_bytes=heap)) == ["limit.memory"], heap
    # where the heap ends inside libhdf5, that library does not always live to say so
    for heap in range(250000, 1100000, 50000):
        assert ids(judged(MODEL, memory_bytes=heap))[0] in ("limit.memory", "cell.crashed", "cell.exited"), heap
    assert judged(MODEL, memory_bytes=16 << 20).status == 0


@test
def output():
    reaches(MODEL, "limit.output", {"output_bytes": 1000}, {"output_bytes": 1 << 20})


@test
def file_bytes():
    size = os.path.getsize(MODEL)
    reaches(MODEL, "limit.file-bytes", {"file_bytes": size - 1}, {"file_bytes": size})


@test
def copy_bytes():
    size = os.path.getsize(MODEL)
    with scratch() as d:
        policy = os.path.join(d, "policy.json")
        for most, status in ((size - 1, 1), (size, 0)):
            with open(policy, "w") as f:
                json.dump({"name": "limits", "unsealed": False, "limits": {"copy_bytes": most}}, f)
            r = vet("--policy", policy, MODEL)
            assert r.status == status and (status == 0 or ids(r) == ["limit.copy-bytes"]), r


@test
def parameters_and_layers():
    facts = judged(MODEL).json["results"][0]["model"]
    n, layers = facts["parameters"], facts["layers"]
    reaches(MODEL, "limit.parameters", {"parameters": n - 1}, {"parameters": n})
    assert "limit.layers" in ids(judged(MODEL, layers=layers - 1))


@test
def activation():
    reaches(MODEL, "limit.activation", {"activation_bytes": 1000}, {"activation_bytes": 1 << 30})


@test
def a_limit_that_is_no_number_is_wrong_usage():
    with scratch() as d:
        policy = os.path.join(d, "policy.json")
        for wrong in (0, -1, 1.5, "1", True, None, 1 << 70):
            with open(policy, "w") as f:
                json.dump({"name": "limits", "extends": "default", "limits": {"seconds": wrong}}, f)
            assert airlock("vet", "--policy", policy, MODEL).status == 2


main()
