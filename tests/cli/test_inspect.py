"""airlock inspect: what Keras's own summary says of the same models."""
import os

from command import airlock, data, scratch
import npy
from tap import main, test

MODEL = data("models", "text_lstm.h5")


@test
def layers_are_those_of_the_model():
    r = airlock("inspect", "--json", MODEL)
    layers = [(l["name"], l["kind"], l["parameters"], l["outputs"]) for l in r.json["layers"] if l["depth"] == 0]
    assert layers[-5:] == [("embedding", "Embedding", 3200, [[None, 20, 16]]), ("lstm", "LSTM", 2112, [[None, 16]]),
                           ("dense", "Dense", 136, [[None, 8]]), ("dropout", "Dropout", 0, [[None, 8]]),
                           ("topic", "Dense", 27, [[None, 3]])], layers
    assert "weights" not in r.json and r.json["verdict"] == "accept"


@test
def what_a_layer_owns_stands_below_it():
    r = airlock("inspect", "--json", "--architecture", data("models", "series.json"),
                data("models", "series.weights.h5"))
    layers = [(l["depth"], l["kind"], l["parameters"]) for l in r.json["layers"]]
    at = layers.index((0, "Bidirectional", 576))
    assert layers[at + 1:at + 3] == [(1, "GRU", 288), (1, "GRU", 288)], layers


@test
def a_graph_says_who_feeds_whom():
    r = airlock("inspect", "--json", data("models", "lstm_attention.keras"))
    fed = {l["name"]: l["from"] for l in r.json["layers"]}
    assert fed["lstm"].split(", ")[0] == "embedding" and fed["both"].split(", ")[1] == "extra", fed
    assert fed["score"] == "both" and fed["kind"] == "both", fed


@test
def what_a_layer_is_set_to_and_how_it_is_called_is_said():
    r = airlock("inspect", "--json", data("keras", "keras3_nested.keras"))
    layers = {l["name"]: l for l in r.json["layers"]}
    first = layers["first_1"]
    assert first["config"] == {"units": 3, "activation": "linear", "use_bias": True}, first
    assert first["calls"] == ["inputs = inner_in"] and first["variable_dtype"] == "float32", first
    # the inner model is called twice, and what is added is the first output of both calls
    assert len(layers["inner"]["calls"]) == 2 and layers["inner"]["ends"] == "inner_in -> free_4", layers["inner"]
    assert r.json["model"]["ends"].startswith("a, b -> "), r.json["model"]


@test
def weights_are_listed_when_asked():
    r = airlock("inspect", "--json", "--weights", MODEL)
    weights = [(w["layer"], w["name"], w["dtype"], w["shape"], w["bytes"]) for w in r.json["weights"]]
    for one in (("lstm", "kernel", "float32", [16, 64], 4096),
                ("lstm", "recurrent_kernel", "float32", [16, 64], 4096),
                ("lstm", "bias", "float32", [64], 256), ("topic", "kernel", "float32", [8, 3], 96)):
        assert one in weights, (one, weights)
    assert sum(w[4] for w in weights) == 4 * r.json["model"]["parameters"]


@test
def weights_come_with_what_their_numbers_are_like():
    with scratch() as d:
        path = os.path.join(d, "x.npz")
        npy.save_npz(path, {"a": npy.Array("<f4", (7,), [0, 1, 2, 3, float("nan"), 4, float("-inf")]),
                            "b": npy.Array("|i1", (3,), [-5, 5, 5]), "c": npy.Array("<f8", (2,), [-1.5e308, 1.5e308]),
                            "d": npy.Array("<f4", (0, 2), [])})
        found = {w["stored_as"]: w["numbers"] for w in airlock("inspect", "--json", "--weights", path).json["weights"]}
    bins = len(found["a"].pop("histogram"))
    assert found["a"] == {"count": 7, "not_finite": 2, "minimum": 0, "maximum": 4, "mean": 2}, found["a"]
    assert found["b"]["histogram"] == [1] + [0] * (bins - 2) + [2] and abs(found["b"]["mean"] - 5 / 3) < 1e-15
    assert found["c"]["histogram"] == [1] + [0] * (bins - 2) + [1], found["c"]
    assert found["d"]["count"] == 0 and found["d"]["minimum"] == found["d"]["maximum"] == 0, found["d"]


@test
def people_see_a_summary():
    r = airlock("inspect", "--weights", MODEL)
    assert r.status == 0, r
    for part in ("text_classifier", "lstm (LSTM)", "(None, 16)", "2,112", "words", "int32", "(None, 20)", "topic",
                 "5,475 parameters", "recurrent_kernel"):
        assert part in r.out, (part, r)


@test
def a_refused_model_is_not_shown():
    r = airlock("inspect", data("hostile", "lambda.keras"))
    assert r.status == 1 and r.out == "" and "keras.lambda" in r.err, r


main()
