#!/usr/bin/env python3
"""Makes the keyless bundles of tests/files/openssf: a Sigstore of its own, with an authority, a log of
certificates and a transparency log of version 1, all of whose keys are thrown away. What it makes
is held against sigstore-python, which must accept the first and none of the others. Environment as for openssf.py.
"""
import base64
import datetime
import hashlib
import json
import pathlib
import struct
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid
from google.protobuf import json_format
from model_signing import hashing
from model_signing._signing import sign_sigstore_pb, signing
from sigstore import errors, models, verify

HERE = pathlib.Path(__file__).resolve().parent.parent / "files" / "openssf"
NOW = datetime.datetime(2025, 6, 1, tzinfo=datetime.timezone.utc)
MINUTES, YEARS = datetime.timedelta(minutes=5), datetime.timedelta(days=36500)
IDENTITY, ISSUER = "author@good.org", "https://issuer.good.org"
SCT = oid.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
FULCIO = "1.3.6.1.4.1.57264.1."


def b64(data):
    return base64.b64encode(data).decode()


def key():
    return ec.generate_private_key(ec.SECP256R1())


def spki(of, encoding=serialization.Encoding.DER):
    return of.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(by, data):
    return by.sign(data, ec.ECDSA(hashes.SHA256()))


def usage(which):
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{n: n == which for n in names})


def builder(subject, holder, issuer, issuer_key, start, end):
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(holder.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(holder.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))


def name(text):
    return x509.Name([x509.NameAttribute(oid.NameOID.ORGANIZATION_NAME, "good.org"),
                      x509.NameAttribute(oid.NameOID.COMMON_NAME, text)])


def authority(text, issuer=None, issuer_key=None, path=1):
    mine = key()
    b = builder(name(text), mine, issuer or name(text), issuer_key or mine, NOW - MINUTES, NOW + YEARS)
    b = b.add_extension(x509.BasicConstraints(True, path), True).add_extension(usage("key_cert_sign"), True)
    if issuer:
        b = b.add_extension(x509.ExtendedKeyUsage([oid.ExtendedKeyUsageOID.CODE_SIGNING]), False)
    return mine, b.sign(issuer_key or mine, hashes.SHA256())


def der(of):
    return of.public_bytes(serialization.Encoding.DER)


def signer_certificate(mine, between, between_key, log, by):
    b = builder(x509.Name([]), mine, between.subject, between_key, NOW - MINUTES, NOW + MINUTES)
    b = (b.add_extension(usage("digital_signature"), True)
         .add_extension(x509.ExtendedKeyUsage([oid.ExtendedKeyUsageOID.CODE_SIGNING]), False)
         .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(IDENTITY)]), True)
         .add_extension(x509.UnrecognizedExtension(oid.ObjectIdentifier(FULCIO + "1"), ISSUER.encode()), False)
         .add_extension(x509.UnrecognizedExtension(
             oid.ObjectIdentifier(FULCIO + "8"), bytes([12, len(ISSUER)]) + ISSUER.encode()), False))
    before = b.sign(between_key, hashes.SHA256()).tbs_certificate_bytes
    time = struct.pack(">Q", int(NOW.timestamp() * 1000))
    said = (b"\0\0" + time + b"\0\1" + hashlib.sha256(spki(between_key)).digest()
            + struct.pack(">I", len(before))[1:] + before + b"\0\0")
    signature = sign(by, said)
    stamp = (b"\0" + hashlib.sha256(spki(log)).digest() + time + b"\0\0" + b"\4\3"
             + struct.pack(">H", len(signature)) + signature)
    stamps = struct.pack(">HH", len(stamp) + 2, len(stamp)) + stamp
    value = bytes([4, len(stamps)]) + stamps
    return b.add_extension(x509.UnrecognizedExtension(SCT, value), False).sign(between_key, hashes.SHA256())


def tree(leaves, at):
    """Root, and the path of the leaf `at` (RFC 9162, 2.1.1 and 2.1.3)."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest(), []
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    left, left_path = tree(leaves[:cut], min(at, cut - 1))
    right, right_path = tree(leaves[cut:], max(at - cut, 0))
    root = hashlib.sha256(b"\1" + left + right).digest()
    return root, left_path + [right] if at < cut else right_path + [left]


def entry(log, envelope, certificate, when):
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    body = json.dumps({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
        "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(b"as it was sent").hexdigest()},
        "payloadHash": {"algorithm": "sha256",
                        "value": hashlib.sha256(base64.b64decode(envelope["payload"])).hexdigest()},
        "signatures": [{"signature": envelope["signatures"][0]["sig"], "verifier": b64(pem)}]}},
        sort_keys=True, separators=(",", ":")).encode()
    log_id, time, index, at = hashlib.sha256(spki(log)).digest(), int(when.timestamp()), 1005, 5
    promise = json.dumps({"body": b64(body), "integratedTime": time, "logID": log_id.hex(), "logIndex": index},
                         sort_keys=True, separators=(",", ":")).encode()
    leaves = [b"another"] * at + [body, b"a later one"]
    root, path = tree(leaves, at)
    note = f"log.good.org - 1\n{len(leaves)}\n{b64(root)}\n"
    signed = note + "\n\u2014 log.good.org " + b64(log_id[:4] + sign(log, note.encode())) + "\n"
    return {"logIndex": str(index), "logId": {"keyId": b64(log_id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(time), "inclusionPromise": {"signedEntryTimestamp": b64(sign(log, promise))},
            "inclusionProof": {"logIndex": str(at), "rootHash": b64(root), "treeSize": str(len(leaves)),
                               "hashes": [b64(p) for p in path], "checkpoint": {"envelope": signed}},
            "canonicalizedBody": b64(body)}


def trusted_root(chain, rekor, ct):
    valid = {"validFor": {"start": "2025-01-01T00:00:00Z"}}

    def log(of):
        return {"baseUrl": "https://log.good.org", "hashAlgorithm": "SHA2_256",
                "publicKey": {"rawBytes": b64(spki(of)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", **valid},
                "logId": {"keyId": b64(hashlib.sha256(spki(of)).digest())}}
    return {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [log(rekor)],
            "certificateAuthorities": [{"subject": {"organization": "good.org", "commonName": "Root"},
                                        "uri": "https://ca.good.org", **valid,
                                        "certChain": {"certificates": [{"rawBytes": b64(der(c))} for c in chain]}}],
            "ctlogs": [log(ct)], "timestampAuthorities": []}


def accepted(bundle, trust):
    verifier = verify.Verifier(trusted_root=models.TrustedRoot.from_file(str(trust)))
    try:
        verifier.verify_dsse(models.Bundle.from_json(json.dumps(bundle)),
                             verify.policy.Identity(identity=IDENTITY, issuer=ISSUER))
    except errors.VerificationError:
        return False
    return True


def main():
    root_key, root = authority("Root")
    between_key, between = authority("Between", root.subject, root_key, 0)
    mine, ct, rekor = key(), key(), key()
    with tempfile.TemporaryDirectory() as scratch:
        model, trust = pathlib.Path(scratch) / "m.keras", pathlib.Path(scratch) / "trust.json"
        model.write_bytes(b"the very bytes")
        trust.write_text(json.dumps(trusted_root([between, root], rekor, ct)))
        payload = json_format.MessageToJson(signing.Payload(hashing.hash(model)).statement.pb).encode()
        def enveloped(by, payload):
            return {"payload": b64(payload), "payloadType": "application/vnd.in-toto+json",
                    "signatures": [{"sig": b64(sign(by, sign_sigstore_pb.pae(payload)))}]}

        for name_of, by, when, envelope in (("keyless", ct, NOW, enveloped(mine, payload)),
                                            ("keyless-late", ct, NOW + 2 * MINUTES, enveloped(mine, payload)),
                                            ("keyless-unseen", key(), NOW, enveloped(mine, payload)),
                                            ("keyless-forged", ct, NOW, enveloped(key(), payload + b" "))):
            certificate = signer_certificate(mine, between, between_key, ct, by)
            bundle = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                      "verificationMaterial": {"certificate": {"rawBytes": b64(der(certificate))},
                                               "tlogEntries": [entry(rekor, envelope, certificate, when)],
                                               "timestampVerificationData": {}},
                      "dsseEnvelope": envelope}
            assert accepted(bundle, trust) == (name_of == "keyless")
            (HERE / (name_of + ".sig")).write_text(json.dumps(bundle))
    pem = serialization.Encoding.PEM
    (HERE / "keyless-roots.pem").write_bytes(between.public_bytes(pem) + root.public_bytes(pem))
    (HERE / "keyless-log.pub").write_bytes(spki(rekor, pem))
    (HERE / "keyless-certificates.pub").write_bytes(spki(ct, pem))


if __name__ == "__main__":
    main()
