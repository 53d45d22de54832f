"""Every operator of the expressions that policies may hold, against ONNX Runtime: tests/make/expressions.py made the
numbers. The file is always the same; only what the policy says that its custom layer computes differs."""
import json
import os
import re

from command import airlock, data, scratch, TESTS
import npy
from tap import main, test

with open(data("custom", "operators.numbers.json"), encoding="utf-8") as f:
    NUMBERS = json.load(f)


def policy(path, case):
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"name": "operators", "custom_layers": [{
            "name": "Custom>LearnedPositions", "config": {"length": {"type": "integer"}},
            "weights": [{"name": "table", "shape": ["length", "input[-1]"]}],
            "output": case["shape"], "computes": case["computes"]}]}, f)


@test
def operators_compute_what_onnx_says():
    wrong = []
    with scratch() as d:
        given, out, rules = (os.path.join(d, n) for n in ("in.npy", "out.npy", "policy.json"))
        npy.save(given, "<f4", (2, 5, 4), NUMBERS["input"])
        for case in NUMBERS["cases"]:
            policy(rules, case)
            r = airlock("run", "--policy", rules, data("custom", "learned.keras"), "-i", given, "-o", out)
            if r.status != 0:
                wrong.append((case["computes"], r.err))
                continue
            got = npy.load(out)
            wanted = npy.Array("<f4", tuple(case["shape"]), case["numbers"])
            if got.shape != wanted.shape or not npy.difference(got, wanted) < 1e-5:
                wrong.append((case["computes"], got.shape, wanted.shape, got.values[:4], wanted.values[:4]))
    assert not wrong, "\n".join(map(str, wrong))


@test
def no_operator_is_left_out():
    with open(os.path.join(os.path.dirname(TESTS), "policy", "operators.def"), encoding="utf-8") as f:
        names = re.findall(r'AL_CALLABLE\("(\w+)"', f.read())
    used = set(re.findall(r"(\w+)\(", " ".join(c["computes"] for c in NUMBERS["cases"])))
    assert len(names) > 80 and set(names) <= used, set(names) - used


main()
