#!/usr/bin/env python3
"""Makes tests/files/openssf with the Python package model_signing (1.1.1) and openssl: keys that sign
nothing but these tests, and bundles by every way of signing that the package has.

    python3 -m venv V && V/bin/pip install model_signing==1.1.1 pyOpenSSL && V/bin/python tests/make/openssf.py
"""
import json
import pathlib
import subprocess
import tempfile

from in_toto_attestation.v1 import statement
from model_signing import hashing, signing
from model_signing._signing import sign_ec_key

HERE = pathlib.Path(__file__).resolve().parent.parent / "files" / "openssf"
CURVES = {"p256": "prime256v1", "p384": "secp384r1", "p521": "secp521r1", "other": "prime256v1"}
MODEL = b"the very bytes"
DIRECTORY = {"config.json": b"{}", "metadata.json": b"[]", "assets/words.txt": b"a\nb\n", "assets.txt": b"c"}


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def keys():
    for name, curve in CURVES.items():
        key = HERE / (name + ".key")
        if not key.exists():
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve, "-out", str(key))
        openssl("pkey", "-in", str(key), "-pubout", "-out", str(HERE / (name + ".pub")))
    openssl("pkcs8", "-topk8", "-in", str(HERE / "p256.key"), "-out", str(HERE / "encrypted.key"),
            "-passout", "pass:open sesame")


def sign(name, model, config=None, key="p256"):
    signer = signing.Config().use_elliptic_key_signer(private_key=HERE / (key + ".key"))
    signer.set_hashing_config(config or hashing.Config()).sign(model, HERE / (name + ".sig"))


class Old:
    """What versions 0.2 and 0.3 signed: every file a subject."""

    def __init__(self, files):
        subjects = [statement.ResourceDescriptor(name=n, digest={"sha256": d}).pb for n, d in files]
        self.statement = statement.Statement(
            subjects=subjects,
            predicate_type="https://model_signing/Digests/v0.1",
            predicate={"unused": "Unused, just passed due to API requirements"})


def old(name, directory):
    files = [(r.identifier, r.digest.digest_hex) for r in hashing.hash(directory).resource_descriptors()]
    sign_ec_key.Signer(HERE / "p256.key").sign(Old(files)).write(HERE / (name + ".sig"))
    bundle = json.loads((HERE / (name + ".sig")).read_text())
    key = bundle["verificationMaterial"]["publicKey"]
    del key["hint"]
    key["keyDetails"] = "PKIX_ECDSA_P256_SHA_256"
    bundle["dsseEnvelope"]["signatures"][0]["keyid"] = None
    (HERE / (name + ".sig")).write_text(json.dumps(bundle))


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    keys()
    with tempfile.TemporaryDirectory() as scratch:
        model, directory = pathlib.Path(scratch) / "m.keras", pathlib.Path(scratch) / "d"
        model.write_bytes(MODEL)
        for name, content in DIRECTORY.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(content)
        for key in ("p256", "p384", "p521", "other"):
            sign(key, model, key=key)
        files, shards = hashing.Config().use_file_serialization, hashing.Config().use_shard_serialization
        sign("blake2b", model, files(hashing_algorithm="blake2"))
        sign("blake3", model, files(hashing_algorithm="blake3"))
        sign("shards", model, shards(shard_size=4))
        sign("directory", directory)
        sign("directory-shards", directory, shards(hashing_algorithm="blake2", shard_size=3))
        (directory / "notes.md").write_bytes(b"left out")
        sign("directory-ignored", directory, hashing.Config().set_ignored_paths(paths=["notes.md"]))
        (directory / "notes.md").unlink()
        old("old", directory)


if __name__ == "__main__":
    main()
