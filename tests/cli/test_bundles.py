"""OpenSSF model signing through the command: bundles of files and directories, found beside a model or given, and held
against the fixed list of what was read. With AIRLOCK_MODEL_SIGNING=PROGRAM (of the Python package model_signing 1.x) both
ways between the two; without, the package's bundles are in tests/files/openssf, where unit tests have them."""
import json
import os
import shutil
import subprocess
import zipfile

from command import TESTS, airlock, data, ids, scratch, vet
from tap import Skip, main, test

KEYS = os.path.join(TESTS, "files", "openssf")
GOOD = ("accept", "valid", [])


class Folder:
    """m.keras, the same unpacked in `unpacked`, and a policy that trusts p256."""

    def __init__(self, path):
        self.path = path
        shutil.copy(data("models", "lstm_attention.keras"), path + "/m.keras")
        with zipfile.ZipFile(path + "/m.keras") as z:
            z.extractall(path + "/unpacked")
        for name in os.listdir(KEYS):
            if name.endswith((".key", ".pub")):
                shutil.copy(os.path.join(KEYS, name), path)
        self.policy("p256.pub")

    def policy(self, *keys, required=True, **more):
        with open(self.path + "/policy.json", "w") as f:
            json.dump({"signatures": {"required": required, "model_signing": list(keys), **more}}, f)

    def sign(self, *words, key="p256.key"):
        r = airlock("sign", "--key", key, *words, cwd=self.path)
        assert r.status == 0 and r.out == r.err == "", r

    def judge(self, *words):
        r = vet("--policy", "policy.json", *words, cwd=self.path)
        one = r.json["results"][0]
        # the model's masks are worth a note, whoever signed it
        return one["verdict"], one["signature"]["status"], [i for i in ids(r) if i != "keras.mask-releases"]

    def put(self, name, content):
        with open(os.path.join(self.path, name), "ab") as f:
            f.write(content)


@test
def a_bundle_is_found_beside_a_file_and_in_a_directory():
    with scratch() as d:
        f = Folder(d)
        for model in ("m.keras", "unpacked"):
            assert f.judge(model) == ("refuse", "none", ["signature.missing"])
        f.sign("m.keras", "unpacked")
        assert os.path.exists(d + "/m.keras.sig") and os.path.exists(d + "/unpacked/model.sig")
        for model in ("m.keras", "unpacked"):
            assert f.judge(model) == GOOD, model
            r = airlock("verify", "--key", "p256.pub", model, cwd=d)
            assert r.status == 0 and "good signature" in r.out, r
        os.rename(d + "/m.keras.sig", d + "/model.sig")
        assert f.judge("m.keras") == GOOD
        os.rename(d + "/model.sig", d + "/elsewhere")
        assert f.judge("m.keras")[2] == ["signature.missing"] and f.judge("--signature", "elsewhere", "m.keras") == GOOD


@test
def a_directory_is_signed_whole():
    with scratch() as d:
        f = Folder(d)
        f.sign("unpacked")
        f.put("unpacked/assets.txt", b"x")
        assert f.judge("unpacked")[1] == "invalid" and "signature.manifest" in f.judge("unpacked")[2]
        os.remove(d + "/unpacked/assets.txt")
        f.put("unpacked/metadata.json", b" ")
        assert f.judge("unpacked") == ("refuse", "invalid", ["signature.invalid"])
        f.sign("unpacked")
        assert f.judge("unpacked") == GOOD, "an older model.sig is no part of the model"
        f.sign("m.keras", "--signature", "unpacked/model.sig")
        assert f.judge("unpacked")[1] == "invalid" and "signature.manifest" in f.judge("unpacked")[2]


@test
def the_rules_of_keys_hold_for_keys_in_pem():
    with scratch() as d:
        f = Folder(d)
        f.sign("m.keras")
        f.policy("p384.pub")
        assert f.judge("m.keras") == ("refuse", "untrusted", ["signature.untrusted"])
        f.policy({"file": "p256.pub", "names": ["bert*"]}, "p384.pub")
        assert f.judge("m.keras") == ("refuse", "untrusted", ["signature.name-not-allowed"])
        f.policy({"file": "p256.pub", "not_after": "2020-01-01"})
        assert f.judge("m.keras") == ("refuse", "untrusted", ["signature.expired"])
        f.policy({"file": "p256.pub", "not_after": "2999-01-01", "names": ["m.*"]})
        assert f.judge("m.keras") == GOOD
        key = vet("--policy", "policy.json", "m.keras", cwd=d).json["results"][0]["signature"]["key"]
        f.policy("p256.pub", revoked=[key])
        assert f.judge("m.keras") == ("refuse", "untrusted", ["signature.revoked"])


@test
def a_policy_carries_its_keys_from_then_on():
    with scratch() as d:
        f = Folder(d)
        f.sign("m.keras")
        shown = airlock("policy", "show", "--policy", "policy.json", cwd=d)
        assert shown.status == 0 and "BEGIN PUBLIC KEY" in shown.out and '"p256.pub"' not in shown.out
        os.remove(d + "/p256.pub")
        r = airlock("vet", "--policy", "policy.json", "m.keras", cwd=d)
        assert r.status == 2 and "p256.pub" in r.err, r
        os.remove(d + "/policy.json")
        f.put("policy.json", shown.out.encode())
        assert f.judge("m.keras") == GOOD


@test
def one_good_signature_is_enough_and_a_broken_one_too_many():
    with scratch() as d:
        f = Folder(d)
        f.sign("m.keras")
        assert airlock("keygen", "-W", "--key", "k", "--public", "k.pub", cwd=d).status == 0
        f.sign("m.keras", key="k")
        assert f.judge("m.keras") == GOOD, "the other is by a stranger"
        f.put("m.keras.minisig", b"x")
        assert f.judge("m.keras") == ("refuse", "invalid", ["signature.malformed"])


@test
def what_cannot_be_signed_so_is_said():
    with scratch() as d:
        Folder(d)
        for words, part in ((("--comment", "x", "m.keras"), "no comment"), (("absent",), "absent")):
            r = airlock("sign", "--key", "p256.key", *words, cwd=d)
            assert r.status == 2 and part in r.err, r
        env = {**os.environ, "GOOD": "open sesame", "BAD": "open barley"}
        for name, status in (("GOOD", 0), ("BAD", 2)):
            r = airlock("sign", "--key", "encrypted.key", "--passphrase-env", name, "m.keras", cwd=d, env=env)
            assert r.status == status, (name, r)


@test
def the_real_package_takes_ours_and_we_take_theirs():
    program = os.environ.get("AIRLOCK_MODEL_SIGNING")
    if not program:
        raise Skip("AIRLOCK_MODEL_SIGNING is not set")
    with scratch() as d:
        f = Folder(d)

        def theirs(*words):
            return subprocess.run([program, *words], cwd=d, capture_output=True, timeout=60, check=False).returncode

        for model, bundle in (("m.keras", "m.keras.sig"), ("unpacked", "unpacked/model.sig")):
            for name in ("p256", "p384", "p521"):
                f.policy(name + ".pub")
                f.sign(model, key=name + ".key")
                check = ("verify", "key", model, "--signature", bundle, "--public_key", name + ".pub")
                assert theirs(*check) == 0, (model, name)
                assert theirs("sign", "key", model, "--private_key", name + ".key", "--signature", bundle) == 0
                assert f.judge(model) == GOOD, (model, name)
        f.put("m.keras", b"x")
        assert theirs("verify", "key", "m.keras", "--signature", "m.keras.sig", "--public_key", "p521.pub") != 0
        assert "signature.invalid" in f.judge("m.keras")[2]


main()
