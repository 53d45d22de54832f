"""Verdicts over real files, the report's form, and where models come from."""
import json
import os
import shutil

import command
import schema
from command import airlock, data, ids, scratch, vet
from tap import main, test

SCHEMA = schema.load(os.path.join(os.path.dirname(command.TESTS), "docs", "airlock-report.schema.json"))


def held(result):
    found = schema.problems(result.json, SCHEMA)
    assert not found, found
    return result


def facts(name, *arguments):
    return held(vet(*arguments, data("models", name))).json["results"][0]


@test
def a_legacy_model_is_accepted_and_described():
    r = facts("text_lstm.h5")
    assert r["verdict"] == "accept" and r["format"] == "keras-h5" and r["sealed"], r
    assert r["written_by"].startswith("keras 3."), r
    # Embedding 200*16, LSTM 4*16*(16+16+1), Dense 16*8+8, Dense 8*3+3
    assert r["model"]["parameters"] == 200 * 16 + 4 * 16 * 33 + 136 + 27, r["model"]
    assert [(i["name"], i["dtype"], i["shape"]) for i in r["model"]["inputs"]] == [("words", "int32", [None, 20])]
    assert [o["shape"] for o in r["model"]["outputs"]] == [[None, 3]]


@test
def a_keras_file_is_accepted_and_described():
    r = facts("image_cnn.keras")
    assert r["verdict"] == "accept" and r["format"] == "keras", r
    assert r["model"]["inputs"] == [{"name": "image", "dtype": "float32", "shape": [None, 128, 128, 3]}], r


@test
def a_functional_model_has_its_inputs_and_outputs_in_order():
    r = facts("lstm_attention.keras")
    assert r["verdict"] == "accept", r
    assert [i["name"] for i in r["model"]["inputs"]] == ["text", "extra"], r["model"]
    assert [o["name"] for o in r["model"]["outputs"]] == ["score", "kind"], r["model"]
    assert [o["shape"] for o in r["model"]["outputs"]] == [[None, 1], [None, 5]], r["model"]


@test
def weights_alone_are_tensors_and_with_their_architecture_a_model():
    alone = facts("series.weights.h5")
    assert alone["verdict"] == "accept" and alone["model"]["layers"] == 0, alone
    # Conv1D 3*2*8+8; GRU twice: kernel 8*18, recurrent 6*18, bias 2*18; Dense 12*2+2
    assert alone["model"]["parameters"] == 56 + 2 * (8 * 18 + 6 * 18 + 36) + 26, alone["model"]
    whole = facts("series.weights.h5", "--architecture", data("models", "series.json"))
    assert whole["verdict"] == "accept" and whole["model"]["layers"] > 0, whole
    assert whole["model"]["parameters"] == alone["model"]["parameters"], whole["model"]


@test
def an_architecture_of_another_model_is_refused():
    r = held(vet("--architecture", data("models", "series.json"), data("models", "text_lstm.h5")))
    assert r.status == 1, r


@test
def a_lambda_is_refused_by_name():
    r = held(vet(data("hostile", "lambda.keras")))
    assert r.status == 1 and "keras.lambda" in ids(r), r
    finding = [f for f in r.json["results"][0]["findings"] if f["id"] == "keras.lambda"][0]
    assert finding["severity"] == "refuse" and finding["where"].startswith("config.json:/"), finding
    assert "CVE-2024-3660" in finding["cve"] and "CWE-502" in finding["cwe"], finding


@test
def a_layer_that_names_os_system_is_refused_and_nothing_runs():
    r = held(vet(data("hostile", "os_system.keras")))
    assert r.status == 1 and not os.path.exists("/tmp/airlock-was-here"), r
    assert any(f["where"].startswith("config.json:/config/layers/") for f in r.json["results"][0]["findings"]), r


@test
def an_external_link_is_refused():
    r = held(vet(data("hostile", "external_link.h5")))
    assert r.status == 1 and "hdf5.external-link" in ids(r), r


@test
def a_refusal_outweighs_an_error_and_both_outweigh_acceptance():
    with scratch() as d:
        missing = os.path.join(d, "missing.keras")
        assert held(vet(data("models", "text_lstm.h5"), missing)).status == 2
        assert held(vet(data("models", "text_lstm.h5"), missing, data("hostile", "lambda.keras"))).status == 1
        assert held(vet(missing)).json["results"][0]["verdict"] == "error"


@test
def what_is_no_model_is_refused_when_named():
    with scratch() as d:
        for name, content in (("empty", b""), ("text.txt", b"hello\n"),
                              ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(64)), ("false.keras", b"PK\3\4" + bytes(64)),
                              ("zeros.h5", bytes(4096))):
            path = os.path.join(d, name)
            with open(path, "wb") as f:
                f.write(content)
            r = held(vet(path))
            severities = [f["severity"] for f in r.json["results"][0]["findings"]]
            assert r.status == 1 and "refuse" in severities, (name, r)


@test
def every_prefix_and_every_damaged_byte_gets_a_verdict():
    with open(data("hostile", "lambda.keras"), "rb") as f:
        whole = f.read()
    with scratch() as d:
        for at in range(0, len(whole), max(1, len(whole) // 24)):
            for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1:]):
                path = os.path.join(d, "x.keras")
                with open(path, "wb") as f:
                    f.write(content)
                assert vet(path).status == 1, at


@test
def standard_input_is_judged_as_a_file_is():
    with open(data("models", "text_lstm.h5"), "rb") as f:
        content = f.read()
    piped = held(vet("-", stdin=content)).json["results"][0]
    with open(data("models", "text_lstm.h5"), "rb") as f:
        redirected = held(vet("-", stdin_file=f)).json["results"][0]
    named = facts("text_lstm.h5")
    for r in (piped, redirected):
        assert r["path"] == "-" and r["verdict"] == "accept" and r["digests"] == named["digests"], r
    assert vet("-", stdin=b"").status == 1


@test
def digests_are_those_of_the_file():
    import hashlib
    with open(data("models", "image_cnn.keras"), "rb") as f:
        content = f.read()
    r = facts("image_cnn.keras")
    assert r["size"] == len(content)
    assert r["digests"] == {"sha256": hashlib.sha256(content).hexdigest(),
                            "blake2b-512": hashlib.blake2b(content).hexdigest()}


@test
def a_directory_is_walked_in_order_and_what_is_no_model_is_counted():
    with scratch() as d:
        os.makedirs(os.path.join(d, "b", "c"))
        shutil.copy(data("models", "text_lstm.h5"), os.path.join(d, "b", "c", "deep.h5"))
        shutil.copy(data("models", "text_lstm.h5"), os.path.join(d, "b", "no_suffix"))
        shutil.copy(data("hostile", "lambda.keras"), os.path.join(d, "a.keras"))
        for name in ("README.md", "z.txt"):
            with open(os.path.join(d, name), "w") as f:
                f.write("words\n")
        r = held(vet(d))
        paths = [x["path"] for x in r.json["results"]]
        assert paths == [os.path.join(d, p) for p in ("a.keras", "b/c/deep.h5", "b/no_suffix")], r
        assert r.json["summary"] == {"accepted": 2, "refused": 1, "errors": 0, "skipped": 2}, r


@test
def links_are_not_followed_and_loops_end():
    with scratch() as d:
        os.symlink(d, os.path.join(d, "loop"))
        os.symlink(data("models", "text_lstm.h5"), os.path.join(d, "link.h5"))
        os.mkfifo(os.path.join(d, "pipe.h5"))
        r = airlock("vet", "--json", d)
        assert r.status == 2 and r.json["results"] == [] and r.json["summary"]["skipped"] == 3, r
        named = held(vet(os.path.join(d, "link.h5")))
        assert named.json["results"][0]["verdict"] == "error" and ids(named) == ["input.symlink"], named
        assert held(vet(os.path.join(d, "pipe.h5"))).json["results"][0]["verdict"] == "error"


@test
def a_directory_without_a_model_is_nothing_to_vet():
    with scratch() as d:
        r = airlock("vet", d)
        assert r.status == 2 and "nothing to vet" in r.err, r


@test
def a_model_by_another_name_is_found_and_a_broken_one_is_not_passed_over():
    with scratch() as d:
        with open(os.path.join(d, "broken.keras"), "w") as f:
            f.write("not a zip\n")
        with open(os.path.join(d, "weights.pkl"), "w") as f:
            f.write("not even a pickle\n")
        shutil.copy(data("hostile", "lambda.keras"), os.path.join(d, "notes.txt"))
        r = held(vet(d))
        assert r.json["summary"] == {"accepted": 0, "refused": 3, "errors": 0, "skipped": 0}, r


@test
def an_unpacked_keras_directory_is_one_model():
    import zipfile
    with scratch() as d:
        inside = os.path.join(d, "unpacked")
        with zipfile.ZipFile(data("models", "lstm_attention.keras")) as z:
            z.extractall(inside)
        for path in (inside, d):
            r = held(vet(path))
            assert [x["format"] for x in r.json["results"]] == ["keras-directory"] and r.status == 0, r


@test
def sharded_weights_are_one_model_and_a_missing_shard_is_told():
    r = held(vet(data("sharded")))
    assert [x["format"] for x in r.json["results"]] == ["keras-sharded"] and r.status == 0, r
    # Dense 8*16+16, 16*16+16, 16*2+2
    assert r.json["results"][0]["model"]["parameters"] == 144 + 272 + 34, r
    with scratch() as d:
        for name in ("in_shards.weights.json", "in_shards_00000.weights.h5"):
            shutil.copy(data("sharded", name), d)
        r = held(vet(os.path.join(d, "in_shards.weights.json")))
        assert r.status == 1 and ids(r) == ["keras.shard-missing"], r


@test
def several_jobs_report_in_order():
    with scratch() as d:
        for i in range(40):
            source = data("hostile", "lambda.keras") if i % 3 == 0 else data("models", "text_lstm.h5")
            shutil.copy(source, os.path.join(d, "%02d" % i))
        runs = [vet("--jobs", n, d).json for n in ("1", "8")]
        for run in runs:
            for r in run["results"]:
                r.pop("microseconds")
        assert runs[0] == runs[1]
        assert [r["verdict"] for r in runs[0]["results"]] == ["accept" if i % 3 else "refuse" for i in range(40)]


@test
def json_lines_are_a_line_per_model_and_a_sum():
    r = airlock("vet", "--format", "jsonl", data("models", "text_lstm.h5"), data("hostile", "lambda.keras"))
    lines = [json.loads(line) for line in r.out.splitlines()]
    assert r.status == 1 and len(lines) == 3, r
    whole = dict(lines[2], results=lines[:2])
    assert not schema.problems(whole, SCHEMA)


@test
def names_are_escaped_before_they_are_shown():
    with scratch() as d:
        path = os.path.join(d.encode(), b"\x1b[31m\xe2\x80\xae\xff\n.h5")
        shutil.copy(data("models", "text_lstm.h5"), path)
        r = held(vet(path))
        assert r.status == 0 and not set(r.json["results"][0]["path"]) & set("\x1b\u202e\n\ufffd"), r
        plain = airlock("vet", path)
        assert plain.status == 0 and "\x1b" not in plain.out and "\u202e" not in plain.out, plain


@test
def people_are_told_what_and_where_and_what_to_do():
    r = airlock("vet", data("models", "text_lstm.h5"), data("hostile", "lambda.keras"))
    assert r.status == 1 and r.err == "", r
    for part in ("accepted", "refused", "keras.lambda", "config.json:/", "what to do: ", "CVE-2024-3660",
                 "1 accepted, 1 refused"):
        assert part in r.out, (part, r)
    assert "\x1b" not in r.out, r


@test
def what_wrote_an_architecture_is_a_word():
    """Two of a million mutants were accepted with such objects beside the model."""
    with open(data("keras", "keras2_apart.json"), encoding="utf-8") as f:
        honest = json.load(f)
    with scratch() as d:
        for key in ("backend", "keras_version"):
            for value in ({"module": "subprocess", "class_name": "Popen", "config": {"args": "true"}}, ["tensorflow"], 2):
                path = os.path.join(d, "architecture.json")
                with open(path, "w", encoding="utf-8") as f:
                    json.dump({**honest, key: value}, f)
                r = vet("--architecture", path, data("keras", "keras2_apart.weights.h5"))
                assert r.status == 1 and ids(r) == ["keras.form"], (key, value, r)


main()
