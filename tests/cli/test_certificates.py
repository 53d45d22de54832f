"""Signatures by certificates and Sigstore's keyless way, through the command: a policy's roots, logs and identities, and
what the report says of the signer. The bundles are of the Python package model_signing, see tests/make/openssf.py; what
they sign is no model, so the verdict is a refusal for that alone."""
import json
import os
import shutil

from command import TESTS, airlock, ids, scratch, vet
from tap import main, test

FILES = os.path.join(TESTS, "files", "openssf")
AUTHOR = {"identity": "author@good.org", "issuer": "https://issuer.good.org"}
KEYLESS = {"certificates": [{"file": "keyless-roots.pem", "identities": [AUTHOR]}], "rekor": ["keyless-log.pub"],
           "certificate_logs": ["keyless-certificates.pub"]}
NO_MODEL = ["format.unknown"]


def judge(signature, **signatures):
    with scratch() as d:
        for name in os.listdir(FILES):
            shutil.copy(os.path.join(FILES, name), d)
        with open(d + "/m.keras", "wb") as f:
            f.write(b"the very bytes")
        with open(d + "/policy.json", "w", encoding="utf-8") as f:
            json.dump({"signatures": {"required": True, **signatures}}, f)
        shown = airlock("policy", "show", "--policy", "policy.json", cwd=d)
        assert shown.status == 0, shown
        with open(d + "/shown.json", "w", encoding="utf-8") as f:
            f.write(shown.out)
        answers = []
        for policy in ("policy.json", "shown.json"):
            r = vet("--policy", policy, "--signature", signature, "m.keras", cwd=d)
            s = r.json["results"][0]["signature"]
            answers.append((s["status"], s.get("scheme"), s.get("signer"), ids(r)))
        assert answers[0] == answers[1], answers
        return answers[0]


@test
def the_signer_of_a_certificate_is_named():
    good = ("valid", "openssf-certificate", "author@good.org", NO_MODEL)
    assert judge("certificate-good.sig", certificates=["root.pem"]) == good
    mail = [{"identity": "author@good.org"}]
    assert judge("certificate-good.sig", certificates=["stranger.pem", {"file": "root.pem", "identities": mail}]) == good


@test
def strangers_and_the_expired_are_untrusted():
    for signature, roots, finding in (("good", "stranger.pem", "signature.untrusted"),
                                      ("old", "root.pem", "signature.expired"),
                                      ("future", "root.pem", "signature.expired")):
        status, _, _, found = judge(f"certificate-{signature}.sig", certificates=[roots])
        assert status == "untrusted" and finding in found, (signature, found)
    status, _, _, found = judge("certificate-good.sig", certificates=[
        {"file": "root.pem", "identities": [{"identity": "other@good.org"}]}])
    assert status == "untrusted" and "signature.untrusted" in found


@test
def certificates_for_something_else_are_invalid():
    for name in ("server", "authority", "no-authority", "cipher", "silent", "for-servers"):
        status, _, _, found = judge(f"certificate-{name}.sig", certificates=["root.pem"])
        assert status == "invalid" and "signature.certificate" in found, (name, found)


@test
def a_keyless_signature_is_verified_offline():
    assert judge("keyless.sig", **KEYLESS) == ("valid", "openssf-sigstore", "author@good.org", NO_MODEL)
    for missing in KEYLESS:
        rest = {k: v for k, v in KEYLESS.items() if k != missing}
        status, _, _, found = judge("keyless.sig", **rest)
        assert status == "untrusted" and "signature.untrusted" in found, (missing, found)
    anybody = {**KEYLESS, "certificates": ["keyless-roots.pem"]}
    assert judge("keyless.sig", **anybody)[0] == "untrusted"
    assert judge("keyless-late.sig", **KEYLESS)[0] == "untrusted"
    assert judge("keyless-unseen.sig", **KEYLESS)[0] == judge("keyless-forged.sig", **KEYLESS)[0] == "invalid"


main()
