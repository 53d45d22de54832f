#!/usr/bin/env python3
"""Writes what is made from the tables of policy/ and from the catalogue of layers: docs/FINDINGS.md, docs/LAYERS.md,
docs/airlock-policy.schema.json, the tables inside docs/POLICY.md and the dictionaries of the fuzz harnesses for
policies and configurations.

    docs/update.py build/policy/policy-tables build/validator/catalogue-tables   writes what has changed
    docs/update.py --check …                                                     only looks, as a test
"""
import json
import pathlib
import re
import subprocess
import sys

import catalogue

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = {"type": "string"}
NAME = {"$ref": "#/$defs/name"}
NAMES = {"$ref": "#/$defs/names"}
NUMBER = {"type": "number"}
FLAG = {"type": "boolean"}


def findings(tables):
    out = ["# Findings\n",
           "Every id that a report can carry, in the words of `airlock explain ID`. Ids do not change.",
           "Made from policy/findings/*.def by docs/update.py.\n"]
    area = None
    for f in tables["findings"]:
        if f["id"].split(".")[0] != area:
            area = f["id"].split(".")[0]
            out.append(f"## {area}\n")
        severity = f["severity"] + (", which a policy may change" if f["soft"] else "")
        links = [f"[{c}](https://cwe.mitre.org/data/definitions/{c[4:]}.html)" for c in f["cwe"].split()]
        links += [f"[{c}](https://www.cve.org/CVERecord?id={c})" for c in f["cve"].split()]
        out += [f"### {f['id']}\n", f"**{f['title']}.** Severity: {severity}. {', '.join(links)}".rstrip() + "\n",
                f["why"] + "\n", f["remedy"] + "\n"]
    return "\n".join(out)


def limits(tables):
    rows = [f"| `{r['key']}` | {r['standard']} | {r['ceiling']} | {r['meaning']} |" for r in tables["limits"]]
    return "\n".join(["| key | default | at most | meaning |", "|---|---|---|---|", *rows])


def attribute(a):
    kinds = {"flag": "0 or 1", "choice": " or ".join(f"'{c}'" for c in a["choices"])}
    text = f"`{a['name']}`: {kinds.get(a['type'], a['type'])}"
    if a["required"]:
        return text
    if a["type"] == "choice":
        return text + f" ('{a['choices'][int(a['standard'])]}')"
    if a["type"] == "integers" or a["standard"] is None:
        return text + " (may be left out)"
    return text + f" ({a['standard']:.9g})"


def operators(tables):
    rows = []
    for o in tables["operators"]:
        tensors = str(o["least"]) if o["least"] == o["most"] else f"{o['least']} to {o['most']}"
        attributes = "; ".join(map(attribute, o["attributes"]))
        rows.append(f"| `{o['name']}` | {tensors} | {attributes} |".replace("|  |", "| |"))
    return "\n".join(["| operator | tensors | attributes (defaults) |", "|---|---|---|", *rows])


def words(key):
    return lambda tables: ", ".join(f"`{w}`" for w in tables[key])


def closed(properties, required=()):
    schema = {"type": "object", "additionalProperties": False, "properties": {"note": TEXT, **properties}}
    return {**schema, "required": list(required)} if required else schema


def choices(names):
    return {"type": "array", "items": {"enum": names}}


def severities(tables):
    """The soft findings; one that is not may be named with the severity it has."""
    return closed({f["id"]: {"enum": ["note", "warn", "refuse"], "default": f["severity"], "description": f["title"]}
                   if f["soft"] else {"const": f["severity"]} for f in tables["findings"]})


def signatures():
    """Trusted keys by kind: a plain string, or an object with the rules that the key is under."""
    letters = {"type": "string", "pattern": "^RW[A-Za-z0-9+/]{54}$"}
    file = {"type": "string", "pattern": "^[^./][^/]*$", "description": "a PEM file beside the policy"}
    date = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$",
            "description": "the last day, or second, in which the key counts (UTC)"}
    pem = {"type": "string", "pattern": "^-----BEGIN "}
    rules = {"names": {**NAMES, "minItems": 1, "description": "what it may sign: names with * and ?"},
             "not_after": date}
    identity = closed({"identity": NAME, "issuer": NAME}, ["identity"])
    identities = {"type": "array", "minItems": 1, "items": identity}

    def keys(plain, forms, more):
        rich = [closed({name: form, **more}, [name]) for name, form in forms.items()]
        return {"type": "array", "items": {"anyOf": [plain, *rich]}}

    either = {"file": file, "pem": pem}

    return closed({"required": {**FLAG, "description": "refuse what none of these keys signed"},
                   "minisign": keys(letters, {"key": letters}, rules),
                   "model_signing": keys(file, either, rules),
                   "certificates": keys(file, either, {**rules, "identities": identities}),
                   "rekor": keys(file, either, {"not_after": date}),
                   "certificate_logs": keys(file, either, {"not_after": date}),
                   "revoked": {"type": "array",
                               "items": {"type": "string", "pattern": "^([0-9A-F]{16}|[0-9a-f]{64})$"}}})


def schema(tables):
    shape = {"type": "array", "maxItems": 8, "items": {"anyOf": [{"type": "integer", "minimum": 1}, NAME]}}
    key = closed({"type": {"enum": tables["types"]}, "minimum": NUMBER, "maximum": NUMBER, "choices": NAMES,
                  "default": {"type": ["null", "boolean", "number", "string"]}}, ["type"])
    weight = closed({"name": NAME, "shape": {"$ref": "#/$defs/shape"}, "trainable": FLAG}, ["name", "shape"])
    layer = closed({"name": NAME, "masking": FLAG, "output": {"$ref": "#/$defs/shape"},
                    "computes": {"$ref": "#/$defs/computes"}, "weights": {"type": "array", "items": weight},
                    "config": {"type": "object", "additionalProperties": {"anyOf": [TEXT, {"$ref": "#/$defs/key"}]}}},
                   ["name", "output", "computes"])
    kinds = sorted({n for k in tables["kinds"] for n in (k["name"], *k["other_names"])})
    layers = {"type": "array", "items": {"anyOf": [{"enum": kinds}, NAME]}}
    policy = closed({
        "$schema": TEXT, "name": NAME,
        "extends": {"enum": ["default", "strict", "tensors"]},
        "formats": choices(tables["formats"]),
        "graphs": {**FLAG, "description": "false: tensors only"},
        "unsealed": {**FLAG, "description": "files too large to copy may be read where they lie"},
        "layers": closed({"refuse": layers, "allow": layers}),
        "limits": closed({r["key"]: {"type": "integer", "minimum": 1, "maximum": r["ceiling"],
                                     "default": r["standard"], "description": r["meaning"]}
                          for r in tables["limits"]}),
        "require": choices(tables["defences"]),
        "signatures": signatures(),
        "findings": severities(tables),
        "custom_layers": {"type": "array", "items": {"$ref": "#/$defs/layer"}},
        "custom_functions": {"type": "array", "items": {"$ref": "#/$defs/function"}}})
    defs = {"name": {"type": "string", "minLength": 1}, "names": {"type": "array", "items": NAME}, "shape": shape,
            "computes": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}, "key": key, "layer": layer,
            "function": closed({"name": NAME, "computes": {"$ref": "#/$defs/computes"}}, ["name", "computes"])}
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Airlock policy", **policy,
             "$defs": defs}
    return json.dumps(whole, indent=1) + "\n"


def dictionary(entries):
    escaped = (e.replace("\\", "\\\\").replace('"', '\\"') for e in dict.fromkeys(entries))
    return "".join(f'"{e}"\n' for e in escaped)


def expression_words(tables):
    calls = [o["name"] + "(" for o in tables["operators"]]
    attributes = [f", {a['name']}=" for o in tables["operators"] for a in o["attributes"]]
    others = "input input_1 input[-1] input[:-1] n heads rate w b = // * ( ) [ ] : ' -> 1e-5 -1"
    return dictionary(calls + attributes + others.split())


def policy_words(tables):
    keys = re.findall(r'"(\w+)": \{', schema({**tables, "findings": []}))
    rest = [*tables["formats"], *tables["defences"], *tables["types"], "strict", "tensors", "input[-1]",
            "Relu(input)"]
    return dictionary(f'"{k}"' for k in [*keys, *rest] if k not in ("properties", "items"))


def configuration_words(tables):
    return dictionary(f'"{w}"' for w in catalogue.words(tables))


FILES = {"docs/FINDINGS.md": findings, "docs/LAYERS.md": catalogue.page, "docs/airlock-policy.schema.json": schema,
         "fuzz/dict/keras_config.dict": configuration_words,
         "fuzz/dict/expression.dict": expression_words, "fuzz/dict/policy.dict": policy_words}
PARTS = {"limits": limits, "operators": operators, "formats": words("formats"), "defences": words("defences"),
         "types": words("types")}


def filled(text, tables):
    """The text with what stands between <!-- NAME --> and <!-- end --> made anew."""
    return re.sub(r"<!-- (\w+) -->\n.*?<!-- end -->",
                  lambda m: f"<!-- {m[1]} -->\n{PARTS[m[1]](tables)}\n<!-- end -->", text, flags=re.S)


def main(arguments):
    check = arguments[:1] == ["--check"]
    tables = {}
    for program in arguments[check:]:
        tables |= json.loads(subprocess.run([program], check=True, stdout=subprocess.PIPE).stdout)
    wanted = {name: make(tables) for name, make in FILES.items()}
    wanted["docs/POLICY.md"] = filled((ROOT / "docs/POLICY.md").read_text(), tables)
    stale = [n for n, text in wanted.items() if not (ROOT / n).exists() or (ROOT / n).read_text() != text]
    for name in stale:
        if check:
            print(f"# {name} is not what the tables make: run meson compile -C build docs")
        else:
            (ROOT / name).write_text(wanted[name])
            print(f"wrote {name}")
    if check:
        print("1..1\n" + ("not ok" if stale else "ok") + " 1 - the documents are those that the tables make")
    return 1 if check and stale else 0


sys.exit(main(sys.argv[1:]))
