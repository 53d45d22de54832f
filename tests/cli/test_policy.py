"""airlock policy, and the published schema held against the reader: what one takes the other takes, as far as a schema
can say it."""
import copy
import glob
import json
import os
import shutil

from command import TESTS, airlock, data, scratch, vet
import schema
from tap import main, test

SCHEMA = schema.load(os.path.join(os.path.dirname(TESTS), "docs", "airlock-policy.schema.json"))
KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
PEM = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQhqUxjT19IOfKdfQnJDzWRInezVg
BZQmVFF3Gl7HYqfuclxeya+NL14yLzpAgo/Fsgj8hNw9DU7chtsQXG/HXg==
-----END PUBLIC KEY-----
"""
FULL = {
    "$schema": "airlock-policy.schema.json", "note": "n", "name": "mine", "extends": "strict", "formats": ["keras", "npz"],
    "graphs": True, "unsealed": False, "layers": {"refuse": ["LSTM"], "allow": ["Dense"]},
    "limits": {"file_bytes": 1, "seconds": 3600}, "require": ["landlock"],
    "signatures": {"required": False, "minisign": [KEY, {"key": "RWR" + KEY[3:], "names": ["bert-*"],
                                                         "not_after": "2028-02-29", "note": "the text team"}],
                   "model_signing": ["key.pem", {"pem": PEM, "not_after": "2030-01-01T12:00:00Z"}],
                   "certificates": [{"file": "root.pem", "identities": [{"identity": "a@b.c", "issuer": "https://d"}]}],
                   "rekor": ["key.pem"], "certificate_logs": [{"pem": PEM}],
                   "revoked": ["E7620F1842B4E81F", "0123456789abcdef" * 4]},
    "findings": {"keras.lambda": "refuse", "keras.custom-training-function": "refuse"},
    "custom_layers": [{"name": "A>B", "masking": True, "config": {"n": {"type": "integer", "minimum": 1, "default": 2}},
                       "weights": [{"name": "w", "shape": ["input[-1]", 3], "trainable": False}],
                       "output": ["input[:-1]", 3], "computes": ["x = MatMul(input, w)", "Relu(x)"]}],
    "custom_functions": [{"name": "f", "computes": "Tanh(input)"}],
}


def check(content):
    """What `policy check` says of it: its status and words."""
    with scratch() as d:
        path = os.path.join(d, "policy.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(content, f)
        with open(os.path.join(d, "key.pem"), "w", encoding="utf-8") as f:
            f.write(PEM)
        shutil.copy(data("..", "files", "openssf", "root.pem"), d)
        return airlock("policy", "check", path)


def with_change(path, value):
    content = copy.deepcopy(FULL)
    at = content
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return content


@test
def schema_and_reader_take_the_same():
    for name in glob.glob(data("custom", "*.json")):
        with open(name, encoding="utf-8") as f:
            content = json.load(f)
        if "name" not in content:
            continue
        assert not schema.problems(content, SCHEMA), name
        assert check(content).status == 0, name
    assert not schema.problems(FULL, SCHEMA) and check(FULL).status == 0, check(FULL)


@test
def schema_and_reader_refuse_the_same():
    wrong = [(("nme",), "x"), (("name",), 3), (("name",), ""), (("extends",), "mine"), (("formats",), "keras"),
             (("formats", 0), "pickle"), (("graphs",), 1), (("unsealed",), "no"), (("layers",), []),
             (("layers", "refused"), []), (("limits", "seconds"), 0), (("limits", "seconds"), 3601),
             (("limits", "seconds"), 1.5), (("limits", "second"), 1), (("require", 0), "selinux"),
             (("signatures", "minisign", 0), KEY[:-1]), (("signatures", "model_signing", 0), "../key.pem"),
             (("signatures", "minisign", 1, "key"), KEY[:-1]), (("signatures", "minisign", 1, "not_after"), "2028-2-29"),
             (("signatures", "minisign", 1, "names"), []), (("signatures", "minisign", 1, "name"), "x"),
             (("signatures", "model_signing", 1, "file"), "key.pem"), (("signatures", "model_signing", 1, "pem"), "x"),
             (("signatures", "certificates", 0, "identities", 0, "identity"), ""),
             (("signatures", "certificates", 0, "identities"), []),
             (("signatures", "revoked", 0), "e7620f1842b4e81f"), (("signatures", "keys"), []), (("findings", "keras.lambda"), "warn"), (("findings", "keras.lamda"), "warn"),
             (("custom_layers", 0, "outptu"), []), (("custom_layers", 0, "name"), None),
             (("custom_layers", 0, "output", 1), 0), (("custom_layers", 0, "weights", 0, "shape"), "n"),
             (("custom_layers", 0, "config", "n", "type"), "int"), (("custom_layers", 0, "config", "n"), 3),
             (("custom_functions", 0, "output"), []), (("note",), 1)]
    for path, value in wrong:
        content = with_change(path, value)
        assert schema.problems(content, SCHEMA), (path, value)
        r = check(content)
        assert r.status != 0 and path[-1 if isinstance(path[-1], str) else -2] in r.out + r.err, (path, value, r)


@test
def a_file_that_is_pem_of_something_else_is_found_with_the_policy():
    for path, value in ((("signatures", "certificates", 0, "file"), "key.pem"), (("signatures", "rekor", 0), "root.pem"),
                        (("signatures", "model_signing", 0), "root.pem")):
        r = check(with_change(path, value))
        assert r.status != 0 and "signatures/" + path[1] in r.out + r.err, (path, r)


@test
def the_policy_in_force_is_printed_whole_and_can_be_used():
    for arguments in ((), ("--policy", data("custom", "several.json"))):
        shown = airlock("policy", "show", *arguments)
        assert shown.status == 0, shown
        content = json.loads(shown.out)
        assert not schema.problems(content, SCHEMA), schema.problems(content, SCHEMA)
        with scratch() as d:
            path = os.path.join(d, "policy.json")
            with open(path, "w", encoding="utf-8") as f:
                f.write(shown.out)
            again = airlock("policy", "show", "--policy", path)
            assert again.out == shown.out
            if arguments:
                assert vet("--policy", path, data("custom", "several.keras")).status == 0


@test
def severities_and_limits_are_obeyed():
    file = data("findings", "keras.custom-training-function.keras")
    for severity, status in (("note", 0), ("warn", 0), ("refuse", 1)):
        with scratch() as d:
            path = os.path.join(d, "policy.json")
            with open(path, "w", encoding="utf-8") as f:
                json.dump({"findings": {"keras.custom-training-function": severity}}, f)
            r = vet("--policy", path, file)
            assert r.status == status and r.json["results"][0]["findings"][0]["severity"] == severity, r


@test
def no_limit_goes_above_its_ceiling():
    limits = SCHEMA["properties"]["limits"]["properties"]
    tried = 0
    for key, rule in limits.items():
        if "maximum" not in rule:
            continue
        for value, good in ((rule["maximum"], True), (rule["maximum"] + 1, False), (1, True), (0, False)):
            r = check({"limits": {key: value}})
            assert (r.status == 0) == good, (key, value, r)
            assert good or "policy:/limits/" + key in r.err, r
            tried += 1
    assert tried >= 4 * 9, limits


@test
def the_layers_that_a_policy_allows_are_listed():
    usual = dict(reversed(line.split(":")[0].split()) for line in airlock("policy", "layers").out.splitlines())
    assert usual["layer.Dense"] == "computed" and usual["layer.Lambda"] == "refused", usual
    assert usual["layer.Dropout"] == "identity" and usual["operation.Matmul"] == "computed"
    with scratch() as d:
        path = os.path.join(d, "p.json")
        for layers, changed in (({"refuse": ["Convolution2D"]}, {"layer.Conv2D"}),
                                ({"allow": ["Dense", "Conv2D"]}, set(usual) - {"layer.Dense", "layer.Conv2D"})):
            with open(path, "w") as f:
                json.dump({"layers": layers}, f)
            r = airlock("policy", "layers", "--policy", path)
            refused = {line.split(":")[0].split()[1] for line in r.out.splitlines() if line.endswith(": by the policy")}
            assert r.status == 0 and refused <= changed and {"layer.Conv2D", "layer.LSTM"} & changed <= refused, r
        for key in ("refuse", "allow"):
            r = check({"layers": {key: ["Dense", "TimeDistribted"]}})
            assert r.status == 1 and f"policy:/layers/{key}/1" in r.out + r.err and "TimeDistributed" in r.out + r.err, r


@test
def a_mistake_is_explained_where_it_is():
    r = check(with_change(("custom_layers", 0, "computes"), ["x = MatMull(input, w)", "Relu(x)"]))
    assert r.status != 0 and "policy:/custom_layers/0/computes/0" in r.out + r.err, r
    assert "MatMul" in r.out + r.err and "column 5" in r.out + r.err, r


main()
