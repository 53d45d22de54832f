"""SARIF and CycloneDX reports against the schemas that their authors publish. They are not ours to carry, so this
runs where AIRLOCK_SCHEMAS names a folder with

    sarif-schema-2.1.0.json                    docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas
    bom-1.6.schema.json, spdx.schema.json,
    jsf-0.82.schema.json                       cyclonedx.org/schema

and AIRLOCK_PYTHON a Python that has jsonschema."""
import os
import subprocess

from command import airlock, data, scratch
from tap import Skip, main, test

CHECK = """
import json, os, sys
import jsonschema
folder, name, report = sys.argv[1:]
def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)
schema = load(os.path.join(folder, name))
make = jsonschema.validators.validator_for(schema)
beside = ("spdx.schema.json", "jsf-0.82.schema.json") if name.startswith("bom") else ()
store = {"http://cyclonedx.org/schema/" + n: load(os.path.join(folder, n)) for n in beside}
validator = make(schema, resolver=jsonschema.RefResolver.from_schema(schema, store=store)) if beside else make(schema)
for error in validator.iter_errors(load(report)):
    print(list(error.path), error.message[:300])
"""


def problems(schema, form):
    folder, python = os.environ.get("AIRLOCK_SCHEMAS"), os.environ.get("AIRLOCK_PYTHON")
    if not folder or not python:
        raise Skip("AIRLOCK_SCHEMAS and AIRLOCK_PYTHON are not given")
    with scratch() as d:
        path = os.path.join(d, "report")
        airlock("vet", "--format", form, "-o", path, data("models"), data("hostile"), "/nonexistent.keras")
        checked = subprocess.run([python, "-W", "ignore", "-c", CHECK, folder, schema, path], check=True,
                                 stdout=subprocess.PIPE)
    return checked.stdout.decode()


@test
def sarif_fits_its_schema():
    assert problems("sarif-schema-2.1.0.json", "sarif") == ""


@test
def cyclonedx_fits_its_schema():
    assert problems("bom-1.6.schema.json", "cyclonedx") == ""


main()
