"""Custom layers without code: refused by themselves, accepted with a policy that declares them, and then Keras's own
numbers. tests/make/custom_files.py made the models."""
import json
import os

from command import airlock, data, ids, scratch, vet
import npy
from tap import main, test

CASES = sorted(f[:-len(".json")] for f in os.listdir(data("custom")) if f.endswith(".json"))
FILES = [(case, (data("custom", case + suffix),)) for case in CASES for suffix in (".keras", ".h5")
         if os.path.exists(data("custom", case + suffix))]
FILES += [(case, ("--architecture", data("custom", case + ".architecture"), data("custom", case + ".weights.h5")))
          for case in CASES if os.path.exists(data("custom", case + ".architecture"))]


def policy(case):
    return data("custom", case + ".json")


def numbers(case):
    members = npy.load_npz(data("custom", case + ".npz"))
    return [[members[k] for k in members if k.startswith(word)] for word in ("in.", "out.")]


def changed(folder, case, change):
    """The policy of a case with something changed in it."""
    with open(policy(case), encoding="utf-8") as f:
        content = json.load(f)
    change(content)
    path = os.path.join(folder, "policy.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(content, f)
    return path


@test
def without_a_declaration_they_are_refused():
    for case, name in FILES:
        r = vet(*name)
        assert r.status == 1 and {"keras.registered-name", "keras.activation", "keras.callable"} & set(ids(r)), (name, r)


@test
def with_one_they_are_accepted():
    for case, name in FILES:
        r = vet("--policy", policy(case), *name)
        assert r.status == 0, (name, r)


@test
def predictions_are_those_of_keras():
    for case, name in FILES:
        inputs, outputs = numbers(case)
        with scratch() as d:
            given, result = os.path.join(d, "in.npz"), os.path.join(d, "out.npz")
            npy.save_npz(given, {"arr_%d" % i: a for i, a in enumerate(inputs)})
            r = airlock("run", "--policy", policy(case), *name, "-i", given, "-o", result)
            assert r.status == 0, (name, r)
            got = list(npy.load_npz(result).values())
            assert len(got) == len(outputs), (name, len(got))
            for ours, theirs in zip(got, outputs):
                difference = npy.difference(ours, theirs)
                assert difference < 1e-5, (name, difference)


@test
def a_declaration_that_does_not_fit_the_file_refuses_it():
    def narrow(p):
        p["custom_layers"][0]["config"]["units"]["maximum"] = 4

    def forget(p):
        del p["custom_layers"][0]["config"]["slope"]
        p["custom_layers"][0]["computes"] = "Add(input, MatMul(MatMul(input, inner), outer))"

    def reshape(p):
        p["custom_layers"][0]["weights"][1]["shape"] = ["units + 1"]
        p["custom_layers"][0]["computes"] = "Add(input, MatMul(MatMul(input, inner), outer))"

    def omit(p):
        p["custom_layers"][0]["weights"].pop(1)
        p["custom_layers"][0]["computes"] = "Add(input, MatMul(MatMul(input, inner), outer))"

    def rename(p):
        p["custom_layers"][0]["name"] = "ResidualBlock"

    for change in (narrow, forget, reshape, omit, rename):
        with scratch() as d:
            r = vet("--policy", changed(d, "residual", change), data("custom", "residual.keras"))
            assert r.status == 1, (change.__name__, r)


@test
def a_function_is_no_layer_and_a_layer_no_function():
    def swap(p):
        p["custom_functions"] = [{"name": "Custom>ResidualBlock", "computes": "Relu(input)"}]
        del p["custom_layers"]

    with scratch() as d:
        r = vet("--policy", changed(d, "residual", swap), data("custom", "residual.keras"))
        assert r.status == 1 and "keras.registered-name" in ids(r), r


main()
