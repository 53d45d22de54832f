"""The airlock command as a process, for tests of it."""
import json
import os
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTS)

AIRLOCK = os.environ["AIRLOCK"]
TIME_LIMIT = 60


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out.decode("utf-8"), err.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return "status %d\nstdout: %s\nstderr: %s" % (self.status, self.out[-2000:], self.err[-2000:])


def airlock(*arguments, stdin=b"", **options):
    """Runs it; a death by a signal or a hang is a failed test, whatever was tested."""
    if "stdin_file" in options:
        options["stdin"] = options.pop("stdin_file")
    else:
        options["input"] = stdin
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("timeout", TIME_LIMIT)
    process = subprocess.run([AIRLOCK, *arguments], check=False, **options)
    result = Result(process.returncode, process.stdout or b"", process.stderr or b"")
    assert process.returncode in (0, 1, 2), result
    return result


def vet(*arguments, **options):
    """airlock vet --json; the exit status must say what the report says."""
    result = airlock("vet", "--json", *arguments, **options)
    words = [r["verdict"] for r in result.json["results"]]
    summary = result.json["summary"]
    assert summary["accepted"] == words.count("accept") and summary["refused"] == words.count("refuse"), summary
    expected = 1 if "refuse" in words else 2 if summary["errors"] or "accept" not in words else 0
    assert result.status == expected, result
    return result


def data(*names):
    return os.path.join(TESTS, "data", *names)


def scratch():
    return tempfile.TemporaryDirectory(prefix="airlock-test-")


def ids(result, index=0):
    return [f["id"] for f in result.json["results"][index]["findings"]]
