"""The reports for other programs and for people: their form, and that names from a file are text in all of them."""
import html.parser
import json
import os
import re
import shutil
import xml.etree.ElementTree as xml

from command import airlock, data, scratch
from tap import main, test

HOSTILE, HONEST = data("hostile", "lambda.keras"), data("models", "lstm_attention.keras")
NASTY = "a<b>&\"'\u202e\x1b[31m\xff]]>.keras"


def report(form, *paths):
    r = airlock("vet", "--format", form, *paths)
    assert r.err == "", r
    return r


@test
def sarif_names_rules_levels_and_places():
    r = report("sarif", HOSTILE, HONEST)
    assert r.status == 1
    log = json.loads(r.out)
    run = log["runs"][0]
    assert log["version"] == "2.1.0" and run["tool"]["driver"]["name"] == "Airlock"
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) > 100
    assert [a["location"]["uri"] for a in run["artifacts"]] == [HOSTILE, HONEST]
    (result,) = [x for x in run["results"] if x["level"] != "note"]
    assert result["ruleId"] == rules[result["ruleIndex"]]["id"] == "keras.lambda" and result["level"] == "error"
    assert "external/cwe/cwe-502" in rules[result["ruleIndex"]]["properties"]["tags"]
    place = result["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == HOSTILE
    assert place["logicalLocations"][0]["fullyQualifiedName"].startswith("config.json:/config/layers/"), place
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


@test
def sarif_says_what_could_not_be_judged():
    run = json.loads(airlock("vet", "--format", "sarif", "/nonexistent.keras").out)["runs"][0]
    assert not run["invocations"][0]["executionSuccessful"]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["level"] == "error"


@test
def junit_counts_cases_failures_and_errors():
    r = airlock("vet", "--format", "junit", HOSTILE, HONEST, "/nonexistent.keras")
    suite = xml.fromstring(r.out).find("testsuite")
    assert [suite.get(k) for k in ("tests", "failures", "errors")] == ["3", "1", "1"], r
    cases = suite.findall("testcase")
    assert [c.get("name") for c in cases] == [HOSTILE, HONEST, "/nonexistent.keras"]
    assert cases[0].find("failure").get("type") == "keras.lambda"
    assert cases[1].find("failure") is None and cases[2].find("error") is not None


@test
def cyclonedx_describes_models():
    bom = json.loads(report("cyclonedx", HOSTILE, HONEST).out)
    assert bom["bomFormat"] == "CycloneDX" and bom["specVersion"] == "1.6"
    hostile, honest = bom["components"]
    assert re.fullmatch("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                        bom["serialNumber"]), bom["serialNumber"]
    assert honest["type"] == "machine-learning-model" and "modelCard" not in hostile
    assert {h["alg"] for h in honest["hashes"]} == {"SHA-256", "BLAKE2b-512"}
    inputs = [i["format"] for i in honest["modelCard"]["modelParameters"]["inputs"]]
    assert len(inputs) == 2 and inputs[0].startswith("text: "), inputs
    (v,) = [v for v in bom["vulnerabilities"] if v["ratings"][0]["severity"] != "info"]
    assert v["id"] == "keras.lambda" and v["affects"] == [{"ref": hostile["bom-ref"]}] and 502 in v["cwes"]
    assert "CVE-2024-3660" in [reference["id"] for reference in v["references"]]


class Tags(html.parser.HTMLParser):
    """What a browser would make of the page: its tags, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.attributes = set(), "", set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {k for k, _ in attrs}

    def handle_data(self, words):
        self.text += words


@test
def html_is_one_page_that_runs_and_loads_nothing():
    page = Tags(report("html", HOSTILE, HONEST).out)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}, page.tags
    assert not {a for a in page.attributes if a.startswith("on") or a in ("href", "src")}, page.attributes
    for words in ("keras.lambda", "1 accepted, 1 refused", "lstm_attention.keras", "layers", "weights"):
        assert words in page.text, words
    assert "svg" in page.tags


@test
def names_are_text_everywhere():
    with scratch() as d:
        path = os.path.join(os.fsencode(d), NASTY.encode("utf-8").replace(b"\xc3\xbf", b"\xff"))
        shutil.copyfile(os.fsencode(HOSTILE), path)
        for form in ("sarif", "junit", "cyclonedx", "html", "json", "jsonl", "human"):
            r = airlock("vet", "--format", form, path)
            assert r.status == 1, (form, r)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]", r.out), (form, r)
        xml.fromstring(airlock("vet", "--format", "junit", path).out)
        page = Tags(airlock("vet", "--format", "html", path).out)
        assert "b" not in page.tags and "a<b>&\"'" in page.text, page.tags
        run = json.loads(airlock("vet", "--format", "sarif", path).out)["runs"][0]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", run["artifacts"][0]["location"]["uri"])


main()
