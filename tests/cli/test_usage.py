"""The command line itself: help, mistakes, policies, explanations, and output that cannot be written."""
import json
import os
import signal
import subprocess

from command import AIRLOCK, airlock, data, scratch, vet
from tap import Skip, main, test

MODEL = data("models", "text_lstm.h5")
COMMANDS = ("vet", "inspect", "run", "keygen", "sign", "verify", "policy", "explain", "doctor", "help")


@test
def help_names_every_command_and_every_command_has_help():
    r = airlock("--help")
    assert r.status == 0 and r.err == "" and all("  %s" % c in r.out for c in COMMANDS), r
    for name in COMMANDS:
        for words in ((name, "--help"), (name, "-h"), ("help", name)):
            r = airlock(*words)
            assert r.status == 0 and r.out.startswith("airlock %s: " % name) and r.err == "", (words, r)
    assert max(len(line) for line in airlock("vet", "--help").out.splitlines()) <= 80


@test
def the_version_is_said():
    assert airlock("--version").out == "airlock 0.1.0\n"


@test
def mistakes_are_wrong_usage_and_a_near_word_is_offered():
    for line, part in (("", "which command"), ("vte x", "did you mean vet?"),
                       ("vet --jsno x", "did you mean --json?"),
                       ("frobnicate", "there is no command"), ("vet", "usage: airlock vet"),
                       ("vet --jobs 0 x", "--jobs takes a number"), ("vet --jobs 2x x", "--jobs takes a number"),
                       ("vet --jobs", "needs a N"), ("vet --json=1 x", "takes no value"),
                       ("vet --format xml x", "human|json|jsonl"), ("inspect a b", "usage: airlock inspect"),
                       ("vet --policy a --policy b x", "given twice"), ("policy shwo", "usage"),
                       ("explain keras.lamda", "did you mean keras.lambda"),
                       ("explain layer.dense", "did you mean layer.Dense"), ("explain Denes", "no finding, layer"),
                       ("explain operation.Matmull", "did you mean operation.Matmul"), ("help vett", "did you mean vet?")):
        words = line.split()
        r = airlock(*words)
        assert r.status == 2 and part in r.err and r.out == "", (words, r)


@test
def options_are_read_as_gnu_programs_read_them():
    for words in (("--format=json", MODEL), (MODEL, "--format", "json"), ("--json", "--", MODEL),
                  ("-j2", "--json", MODEL), ("-j", "2", MODEL, "--json")):
        r = airlock("vet", *words)
        assert r.status == 0 and r.json["summary"]["accepted"] == 1, (words, r)
    with scratch() as d:
        subprocess.run(["cp", MODEL, os.path.join(d, "--json")], check=True)
        assert airlock("vet", "--", "--json", cwd=d).out.startswith("accepted  --json"), "what follows -- is a path"


@test
def every_finding_can_be_explained():
    r = airlock("explain")
    names = [line.split()[0] for line in r.out.splitlines()]
    names = [name for name in names if name.split(".")[0] not in ("layer", "operation")]
    assert r.status == 0 and names == sorted(names) and "keras.lambda" in names
    for name in names:
        one = airlock("explain", name)
        assert one.status == 0 and one.out.startswith(name + ": ") and "What to do" in one.out, one


@test
def a_layer_is_explained_by_the_catalogue():
    names = [line.split()[0] for line in airlock("explain").out.splitlines()]
    assert "layer.Dense" in names and "operation.Matmul" in names and len(names) == len(set(names))
    r = airlock("explain", "layer.Dense")
    assert r.status == 0 and r.out == airlock("explain", "Dense").out, r
    for part in ("layer.Dense: ", "kernel (in, units)", "units ", "an integer from 1 to 16777216; required",
                 '"linear" where it is absent'):
        assert part in r.out, part
    r = airlock("explain", "layer.Lambda")
    assert r.status == 0 and "refused" in r.out and "keras.lambda" in r.out, r
    assert airlock("explain", "operation.math.add").out == airlock("explain", "operation.Add").out


@test
def the_policy_shown_is_a_policy_and_stands_for_itself():
    with scratch() as d:
        path = os.path.join(d, "mine.json")
        assert airlock("policy", "show", "-o", path).status == 0
        assert airlock("policy", "check", path).status == 0
        by_name, by_file = vet(MODEL).json, vet("--policy", path, MODEL).json
        assert by_name["policy"]["sha256"] == by_file["policy"]["sha256"]
        assert vet("--policy", "default", MODEL).json["policy"] == by_name["policy"]


@test
def a_bad_policy_is_told_where_and_judges_nothing():
    with scratch() as d:
        path = os.path.join(d, "bad.json")
        with open(path, "w") as f:
            f.write('{ "name": "bad", "limits": { "file_bites": 1 } }')
        checked = airlock("policy", "check", path)
        assert checked.status == 1 and "policy.unknown-key" in checked.err, checked
        assert "/limits/file_bites" in checked.err, checked
        used = airlock("vet", "--policy", path, MODEL)
        assert used.status == 2 and used.out == "" and "policy.unknown-key" in used.err, used
        assert airlock("vet", "--policy", os.path.join(d, "none.json"), MODEL).status == 2


@test
def a_policy_narrows_what_is_accepted():
    with scratch() as d:
        path = os.path.join(d, "narrow.json")
        with open(path, "w") as f:
            f.write('{ "name": "narrow", "extends": "default", "layers": { "refuse": ["LSTM"] } }')
        assert vet("--policy", path, MODEL).status == 1
        assert vet("--policy", "tensors", MODEL).status == 1
        assert vet("--policy", "tensors", data("models", "series.weights.h5")).status == 0
        assert vet("--policy", "strict", MODEL).status != 0, "strict wants a signature"


@test
def a_report_is_written_whole_or_not_at_all():
    with scratch() as d:
        path = os.path.join(d, "report.json")
        with open(path, "w") as f:
            f.write("old")
        r = airlock("vet", "--json", "-o", path, MODEL)
        assert r.status == 0 and r.out == "" and open(path).read().startswith("{"), r
        assert os.listdir(d) == ["report.json"], os.listdir(d)
        mask = os.umask(0)
        os.umask(mask)
        assert os.stat(path).st_mode & 0o777 == 0o666 & ~mask
        r = airlock("vet", "-o", os.path.join(d, "no", "such", "directory"), MODEL)
        assert r.status == 2 and "cannot be written" in r.err, r


@test
def a_full_disk_leaves_the_old_file_alone():
    r = airlock("vet", "-o", "/dev/full", MODEL)
    assert r.status == 2 and "cannot be written" in r.err, r
    with scratch() as d:
        path = os.path.join(d, "report")
        with open(path, "w") as f:
            f.write("old")
        # a file may not grow past 0 bytes: what ENOSPC is, for one process
        limited = ["sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$0" vet -o "$1" "$2"', AIRLOCK, path, MODEL]
        r = subprocess.run(limited, capture_output=True, timeout=60, check=False)
        assert r.returncode == 2, r
        assert open(path).read() == "old" and os.listdir(d) == ["report"], os.listdir(d)


@test
def standard_output_that_fails_is_an_error_but_hides_no_refusal():
    with open("/dev/full", "wb") as full:
        assert airlock("vet", MODEL, stdout=full).status == 2
        assert airlock("vet", data("hostile", "lambda.keras"), stdout=full).status == 1
        assert airlock("--help", stdout=full).status == 2
    closed = subprocess.run(["sh", "-c", '"$0" vet "$1" >&-', AIRLOCK, MODEL], capture_output=True, timeout=60,
                            check=False)
    assert closed.returncode == 2 and b"Bad file descriptor" in closed.stderr, closed
    all_closed = subprocess.run(["sh", "-c", '"$0" vet "$1" <&- >&- 2>&-', AIRLOCK, MODEL], timeout=60, check=False)
    assert all_closed.returncode == 2, all_closed


@test
def a_reader_that_goes_away_is_an_error_without_a_signal():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        r = airlock("vet", MODEL, stdout=gone)
    assert r.status == 2 and "Broken pipe" in r.err, r


@test
def a_caller_that_ignores_the_end_of_children_changes_nothing():
    run = subprocess.run([AIRLOCK, "vet", MODEL], capture_output=True, timeout=60, check=False,
                         preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert run.returncode == 0, run


@test
def colour_is_for_terminals_only():
    import pty

    def through_terminal(**environment):
        parent, child = pty.openpty()
        subprocess.run([AIRLOCK, "vet", MODEL], stdout=child, timeout=60, check=False,
                       env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm",
                            **environment})
        os.close(child)
        text = b""
        try:
            while part := os.read(parent, 65536):
                text += part
        except OSError:
            pass
        os.close(parent)
        return text

    assert b"\x1b[32m" in through_terminal()
    assert b"\x1b" not in through_terminal(NO_COLOR="1")


@test
def long_work_says_on_a_terminal_what_it_is_at():
    import pty
    parent, child = pty.openpty()
    run = subprocess.Popen([AIRLOCK, "vet", "--json", "--jobs", "1", MODEL, "-"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=child)
    os.close(child)
    said = b""
    while b"2 of 2: -" not in said:
        said += os.read(parent, 4096)
    report = run.communicate(b"no model")[0]
    assert run.returncode == 1 and len(json.loads(report)["results"]) == 2
    said += os.read(parent, 4096)
    assert said.endswith(b"\r\x1b[K"), said
    os.close(parent)


@test
def shells_take_the_completions():
    for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
        text = airlock("help", "--as", shell).out
        assert all(c in text for c in COMMANDS) and "--architecture" in text or "architecture" in text, shell
        if subprocess.run(["which", check[0]], capture_output=True, check=False).returncode == 0:
            with scratch() as d:
                path = os.path.join(d, "completion")
                with open(path, "w") as f:
                    f.write(text)
                subprocess.run(check + [path], check=True, timeout=60)


@test
def the_manual_page_has_no_mistakes_for_groff():
    text = airlock("help", "--as", "man").out
    assert text.startswith(".TH AIRLOCK 1") and all(".SS airlock %s" % c in text for c in COMMANDS)
    if subprocess.run(["which", "groff"], capture_output=True, check=False).returncode != 0:
        raise Skip("no groff here")
    r = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=text.encode(), capture_output=True,
                       timeout=60, check=False)
    assert r.returncode == 0 and r.stderr == b"", r


@test
def the_doctor_says_what_holds():
    r = airlock("doctor", "--json")
    names = {d["name"]: d for d in r.json["defences"]}
    for needed in ("seccomp", "no-new-privs", "descriptors", "rlimits"):
        assert names[needed]["required"], names
    assert r.json["fit"] == all(d["held"] for d in names.values() if d["required"])
    assert r.status == (0 if r.json["fit"] else 2)
    assert airlock("doctor").status == r.status


main()
