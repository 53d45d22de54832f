"""Signatures that the real minisign makes, judged by vet on the bytes that it accepts."""
import base64
import datetime
import json
import os
import shutil
import subprocess

from command import TESTS, airlock, data, ids, scratch, vet
import npy
import schema
from tap import main, test

MODEL = data("models", "text_lstm.h5")


class Signed:
    """A folder with m.h5, its signature by key `a`, and another key `b`."""

    def __init__(self, folder):
        self.folder, self.model, self.signature = folder, folder + "/m.h5", folder + "/m.h5.minisig"
        shutil.copy(MODEL, self.model)
        self.keys = {name: self.generate(name) for name in "ab"}
        self.sign("a")

    def minisign(self, *words):
        subprocess.run(["minisign", *words], cwd=self.folder, check=True, stdin=subprocess.DEVNULL, capture_output=True)

    def generate(self, name):
        self.minisign("-G", "-W", "-p", name + ".pub", "-s", name + ".key")
        with open(os.path.join(self.folder, name + ".pub")) as f:
            return f.read().splitlines()[1]

    def sign(self, name, *more):
        self.minisign("-S", "-s", name + ".key", "-m", "m.h5", "-t", "version 1", *more)

    def key_id(self, name):
        """As minisign writes it into its comment: the id as a little-endian number."""
        return base64.b64decode(self.keys[name])[9:1:-1].hex().upper()

    def policy(self, trusted="a", required=True, rules=None, **more):
        """`rules` are those of every trusted key, `more` stands in "signatures"."""
        keys = [{"key": self.keys[k], **rules} if rules else self.keys[k] for k in trusted]
        policy = {"signatures": {"required": required, "minisign": keys, **more}}
        with open(self.folder + "/policy.json", "w") as f:
            json.dump(policy, f)
        return f.name

    def judge(self, *words, **more):
        r = vet("--policy", self.policy(*words, **more), self.model)
        return r.json["results"][0]["verdict"], r.json["results"][0]["signature"]["status"], ids(r)

    def edit(self, path, change):
        with open(path, "rb") as f:
            content = f.read()
        with open(path, "wb") as f:
            f.write(change(content))


@test
def a_signature_by_a_trusted_key_is_valid_in_both_of_minisigns_forms():
    with scratch() as d:
        s = Signed(d)
        assert s.judge("a") == s.judge("ba") == s.judge("a", False) == ("accept", "valid", [])
        s.sign("a", "-l")
        assert s.judge("a") == ("accept", "valid", [])


@test
def unsigned_untrusted_and_invalid_are_three_findings():
    with scratch() as d:
        s = Signed(d)
        assert s.judge("b") == s.judge("b", False) == ("refuse", "untrusted", ["signature.untrusted"])
        assert s.judge("", False) == ("accept", "untrusted", [])
        s.edit(s.model, lambda content: content + b"\0")
        assert s.judge("a")[:2] == ("refuse", "invalid") and "signature.invalid" in s.judge("a", False)[2]
        os.remove(s.signature)
        assert s.judge("a") == ("refuse", "none", ["signature.missing"])


@test
def a_changed_comment_a_cut_file_and_a_link_are_named():
    with scratch() as d:
        s = Signed(d)
        s.edit(s.signature, lambda content: content.replace(b"version 1", b"version 2"))
        assert s.judge("a") == ("refuse", "invalid", ["signature.comment"])
        s.edit(s.signature, lambda content: content[:-9])
        assert s.judge("a") == ("refuse", "invalid", ["signature.malformed"])
        s.sign("a")
        os.rename(s.signature, d + "/elsewhere")
        os.symlink(d + "/elsewhere", s.signature)
        assert s.judge("a") == ("refuse", "invalid", ["signature.malformed"])


@test
def a_key_counts_for_its_names_until_its_end_and_not_once_revoked():
    with scratch() as d:
        s = Signed(d)
        key_id = s.key_id("a")
        good, today = ("accept", "valid", []), datetime.datetime.now(datetime.timezone.utc)
        day, second = datetime.timedelta(days=1), datetime.timedelta(seconds=5)
        for rules in ({"names": ["m.h5"]}, {"names": ["bert-*", "?.h*"]}, {"names": ["*"]},
                      {"not_after": f"{today + day:%F}"}, {"not_after": f"{today + 60 * second:%FT%TZ}"}):
            assert s.judge(rules=rules) == good, rules
        for rules in ({"names": ["m.keras"]}, {"names": ["M.H5", "m.h", "?m.h5", "m.h5?", "*.h5.*", "*/m.h5"]}):
            assert s.judge(rules=rules) == ("refuse", "untrusted", ["signature.name-not-allowed"]), rules
        for end in (f"{today - day:%F}", f"{today - second:%FT%TZ}", "1970-01-01"):
            assert s.judge(rules={"not_after": end}) == ("refuse", "untrusted", ["signature.expired"]), end
        other = "0" * 16
        assert s.judge(revoked=[other]) == good
        for trusted in ("a", "ab", "b", ""):
            for required in (True, False):
                r = s.judge(trusted, required, revoked=[other, key_id])
                assert r == ("refuse", "untrusted", ["signature.revoked"]), (trusted, required, r)
        assert s.judge("", False, revoked=[other]) == ("accept", "untrusted", [])


@test
def a_signature_of_one_file_does_not_cover_the_architecture_beside_it():
    with scratch() as d:
        s = Signed(d)
        with open(d + "/a.json", "w") as f:
            f.write("{}")
        r = vet("--policy", s.policy("a", False), "--architecture", d + "/a.json", s.model)
        assert "signature.incomplete" in ids(r) and r.json["results"][0]["signature"]["status"] == "untrusted", r


@test
def every_report_says_who_signed_and_the_schema_knows_it():
    rules = schema.load(os.path.join(os.path.dirname(TESTS), "docs", "airlock-report.schema.json"))
    with scratch() as d:
        s = Signed(d)
        s.sign("a", "-t", "1 < 2 \u202e & \u00e9")
        shown, key_id = "1 < 2 \\u{202E} & \u00e9", s.key_id("a")
        for trusted, status in (("a", "valid"), ("b", "untrusted")):
            report = vet("--policy", s.policy(trusted), s.model).json
            assert not schema.problems(report, rules), schema.problems(report, rules)
            said = {"status": status, "scheme": "minisign", "file": s.signature, "key": key_id}
            if status == "valid":
                said["comment"] = shown
            assert report["results"][0]["signature"] == said, report
        policy = s.policy("a")
        human = airlock("vet", "--policy", policy, s.model).out
        assert "signed with minisign by " + key_id in human and "comment: " + shown in human, human
        page = airlock("vet", "--policy", policy, "--format", "html", s.model).out
        assert key_id in page and "1 &lt; 2" in page and "\u202e" not in page
        bom = json.loads(airlock("vet", "--policy", policy, "--format", "cyclonedx", s.model).out)
        told = {p["name"]: p["value"] for p in bom["components"][0]["properties"]}
        assert told["airlock:signature"] == "valid" and told["airlock:signature-key"] == key_id, told
        assert told["airlock:signature-comment"] == shown, told
        log = json.loads(airlock("vet", "--policy", policy, "--format", "sarif", s.model).out)
        told = log["runs"][0]["artifacts"][0]["properties"]["signature"]
        assert told["status"] == "valid" and told["key"] == key_id, told
        os.remove(s.signature)
        report = vet(s.model).json
        assert not schema.problems(report, rules) and report["results"][0]["signature"] == {"status": "none"}


@test
def a_signature_that_is_given_is_the_one_that_counts():
    with scratch() as d:
        s = Signed(d)
        os.rename(s.signature, d + "/elsewhere")
        policy = s.policy("a", False)

        def given(*words):
            r = vet("--policy", policy, *words)
            return r.json["results"][0]["verdict"], r.json["results"][0]["signature"]["status"], ids(r)

        assert given(s.model) == ("accept", "none", [])
        assert given("--signature", d + "/elsewhere", s.model) == ("accept", "valid", [])
        assert given("-s", d + "/none", s.model) == ("refuse", "none", ["signature.missing"])
        assert given("-s", s.model, s.model)[1:] == ("invalid", ["signature.malformed"])
        # by a stranger, where no key is named at all: nobody asked, but for the one who named the signature
        policy = "default"
        assert given(s.model) == ("accept", "none", [])
        assert given("-s", d + "/elsewhere", s.model) == ("refuse", "untrusted", ["signature.untrusted"])
        with open(s.model, "rb") as f:
            r = airlock("vet", "--json", "--policy", s.policy("a"), "-s", d + "/elsewhere", "-", stdin=f.read())
        assert r.json["results"][0]["signature"]["status"] == "valid", r
        r = airlock("vet", "-s", d + "/elsewhere", s.model, s.model)
        assert r.status == 2 and "one model" in r.err, r


@test
def strict_wants_a_signature_of_the_model_and_not_of_the_numbers_it_is_fed():
    with scratch() as d:
        s = Signed(d)
        arrays = npy.load_npz(data("expected", "text_lstm.npz"))
        npy.save(d + "/x.npy", next(a for k, a in arrays.items() if k.startswith("in.")))
        policy = s.policy("a")
        assert airlock("run", "--policy", policy, "-i", d + "/x.npy", s.model).status == 0
        assert "signature.missing" in ids(vet("--policy", policy, d + "/x.npy")), "as a file to vet it is like any other"
        os.remove(s.signature)
        r = airlock("run", "--policy", policy, "-i", d + "/x.npy", s.model)
        assert r.status == 1 and "signature.missing" in r.err, r


@test
def verify_says_good_bad_missing_and_not_to_be_judged():
    with scratch() as d:
        s = Signed(d)
        for key in (d + "/a.pub", s.keys["a"]):
            assert airlock("verify", "--key", key, s.model).status == 0
        assert airlock("verify", "--key", d + "/b.pub", s.model).status == 1
        os.rename(s.signature, d + "/elsewhere")
        assert airlock("verify", "--key", d + "/a.pub", "--signature", d + "/elsewhere", s.model).status == 0
        r = airlock("verify", "--key", d + "/a.pub", s.model)
        assert r.status == 1 and "signature.missing" in r.err, r
        os.rename(d + "/elsewhere", s.signature)
        s.edit(s.model, lambda content: content[:-1])
        r = airlock("verify", "--key", d + "/a.pub", s.model)
        assert r.status == 1 and "signature.invalid" in r.err and r.out == "", r
        for words in (("--key", d + "/a.pub", d + "/none"), ("--key", d + "/none", s.model),
                      ("--key", s.signature, s.model), (s.model,)):
            assert airlock("verify", *words).status == 2, words


main()
