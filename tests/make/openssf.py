#!/usr/bin/env python3
"""Makes tests/files/openssf with the Python package model_signing (1.1.1) and openssl: keys that sign
nothing but these tests, and bundles by every way of signing that the package has.

    python3 -m venv V && V/bin/pip install model_signing==1.1.1 pyOpenSSL && V/bin/python tests/make/openssf.py
"""
import datetime
import json
import pathlib
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid
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


# ---- certificates: good for a hundred years where time is not the point ----

LONG = (2025, 2125)
USAGE = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
CODE, SERVER = oid.ExtendedKeyUsageOID.CODE_SIGNING, oid.ExtendedKeyUsageOID.SERVER_AUTH


class Holder:
    def __init__(self, name, issuer=None, years=LONG, authority=False, usage="digital_signature", purposes=(CODE,),
                 names=(), more=()):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, name)])
        issuer = issuer or self
        builder = (x509.CertificateBuilder().subject_name(self.name).issuer_name(issuer.name)
                   .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(datetime.datetime(years[0], 1, 1))
                   .not_valid_after(datetime.datetime(years[1], 1, 1))
                   .add_extension(x509.BasicConstraints(authority, None), True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
                   .add_extension(
                       x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False))
        if usage:
            builder = builder.add_extension(x509.KeyUsage(**{u: u == usage for u in USAGE}), True)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        self.certificate = builder.sign(issuer.key, hashes.SHA256())

    def write(self, path):
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path


def authority(name, issuer=None, **more):
    return Holder(name, issuer, authority=True, usage="key_cert_sign", **{"purposes": (), **more})


def certificates(model, scratch):
    root, stranger = authority("Root"), authority("Stranger")
    between = authority("Between", root, purposes=(CODE,))
    for_servers, no_authority = authority("Servers", root, purposes=(SERVER,)), Holder("No authority", root)
    constrained = x509.NameConstraints(permitted_subtrees=[x509.DNSName("good.org")], excluded_subtrees=None)
    def points(of):
        return x509.CRLDistributionPoints([x509.DistributionPoint([of], None, None, None)])
    uri = x509.UniformResourceIdentifier("http://good.org/crl")
    about = x509.AuthorityInformationAccess([x509.AccessDescription(oid.AuthorityInformationAccessOID.OCSP, uri)])
    policies = x509.CertificatePolicies([x509.PolicyInformation(oid.ObjectIdentifier("2.5.29.32.0"), None)])
    root.write(HERE / "root.pem")
    stranger.write(HERE / "stranger.pem")
    mail = [x509.RFC822Name("author@good.org")]
    signers = {
        "good": (Holder("Author", between, names=mail), between),
        "direct": (Holder("Author", root), None),
        "old": (Holder("Author", between, years=(2020, 2024)), between),
        "future": (Holder("Author", between, years=(2100, 2125)), between),
        "server": (Holder("Author", between, purposes=(SERVER,)), between),
        "cipher": (Holder("Author", between, usage="key_encipherment"), between),
        "silent": (Holder("Author", between, usage=None, purposes=()), between),
        "authority": (Holder("Author", between, authority=True), between),
        "no-authority": (Holder("Author", no_authority), no_authority),
        "for-servers": (Holder("Author", for_servers), for_servers),
        "rich": (Holder("Author", between, more=[(points(uri), False), (about, False), (policies, False)]), between),
        "directory": (Holder("Author", between, more=[(points(x509.DirectoryName(root.name)), False)]), between),
        "constrained": (Holder("Author", between, more=[(constrained, True)]), between),
    }
    for name, (signer, above) in signers.items():
        key, own = scratch / "key.pem", signer.write(scratch / "own.pem")
        key.write_bytes(signer.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                 serialization.NoEncryption()))
        chain = [above.write(scratch / "above.pem")] if above else [root.write(scratch / "above.pem")]
        config = signing.Config().use_certificate_signer(
            private_key=key, signing_certificate=own, certificate_chain=chain)
        config.sign(model, HERE / ("certificate-" + name + ".sig"))


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
        certificates(model, pathlib.Path(scratch))


if __name__ == "__main__":
    main()
