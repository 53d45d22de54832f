#!/usr/bin/env python3
"""The command's misfortunes: files that change, are no files or cannot be read, disks that are full, signals at
any moment. No verdict is wrong or lost, no report is half there, no process is left."""
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time

from command import AIRLOCK, airlock, data, ids, scratch, vet
from tap import main, test

HONEST = data("keras", "keras3_mlp.keras")
HOSTILE = data("hostile", "lambda.keras")
NOBODY = 65534


def read(path):
    with open(path, "rb") as f:
        return f.read()


@test
def a_file_that_is_replaced_is_judged_as_one_of_the_two():
    both = {hashlib.sha256(read(p)).hexdigest(): v for p, v in ((HONEST, "accept"), (HOSTILE, "refuse"))}
    with scratch() as d:
        path, stop = os.path.join(d, "m.keras"), threading.Event()
        shutil.copy(HONEST, path)

        def replace():
            while not stop.is_set():
                for source in (HOSTILE, HONEST):
                    shutil.copy(source, path + ".new")
                    os.rename(path + ".new", path)

        thread = threading.Thread(target=replace)
        thread.start()
        try:
            for _ in range(40):
                r = vet(path).json["results"][0]
                assert both[r["digests"]["sha256"]] == r["verdict"], r
        finally:
            stop.set()
            thread.join()


@test
def a_file_that_is_rewritten_or_truncated_while_it_is_read_is_never_accepted_by_mistake():
    honest = read(HONEST)
    with scratch() as d:
        path, stop = os.path.join(d, "m.keras"), threading.Event()
        shutil.copy(HONEST, path)

        def rewrite():
            while not stop.is_set():
                with open(path, "r+b") as f:
                    f.truncate(random.randrange(len(honest)))
                    f.write(honest)

        thread = threading.Thread(target=rewrite)
        thread.start()
        try:
            for _ in range(40):
                r = vet(path).json["results"][0]
                if r["verdict"] == "accept":
                    assert r["digests"]["sha256"] == hashlib.sha256(honest).hexdigest(), r
        finally:
            stop.set()
            thread.join()


@test
def what_is_no_file_is_an_error_and_nobody_waits_for_it():
    with scratch() as d:
        fifo, sock = os.path.join(d, "fifo.h5"), os.path.join(d, "socket.h5")
        os.mkfifo(fifo)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(sock)
            for path in (fifo, sock, "/dev/null", "/dev/zero", "/dev/urandom", "/dev/full"):
                r = vet(path)
                assert r.status == 2 and r.json["results"][0]["verdict"] == "error", r


@test
def a_sparse_tebibyte_is_refused_by_its_size_alone():
    with scratch() as d:
        path = os.path.join(d, "sparse.h5")
        with open(path, "wb") as f:
            f.truncate(1 << 40)
        begin = time.monotonic()
        assert ids(vet(path)) == ["limit.file-bytes"]
        assert time.monotonic() - begin < 10


@test
def links_that_go_in_circles_are_an_error():
    with scratch() as d:
        a, b = os.path.join(d, "a.h5"), os.path.join(d, "b.h5")
        os.symlink(a, b)
        os.symlink(b, a)
        assert ids(vet(a)) == ["input.symlink"]
        os.symlink(d, os.path.join(d, "deeper"))
        r = airlock("vet", "--json", d)
        assert r.status == 2 and r.json["summary"]["skipped"] == 3, r


@test
def an_unreadable_file_is_an_error_and_hides_no_refusal():
    with scratch() as d:
        secret, hostile = os.path.join(d, "a.keras"), os.path.join(d, "b.keras")
        shutil.copy(HONEST, secret)
        shutil.copy(HOSTILE, hostile)
        os.chmod(secret, 0)
        os.chmod(d, 0o755)
        # root can read everything: for that user this is a test of nobody
        user = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        assert ids(vet(secret, **user)) == ["input.unreadable"]
        r = vet(secret, hostile, **user)
        assert [x["verdict"] for x in r.json["results"]] == ["error", "refuse"] and r.status == 1, r
        os.chmod(secret, 0o600)


@test
def names_may_be_anything_but_a_slash():
    names = [b"a\nb.keras", b"\xff\xfe.keras", b"\x1b[31m.keras", b"-o.keras", b" .keras", "\u202e.keras".encode()]
    with scratch() as d:
        for name in names:
            shutil.copy(HONEST, os.path.join(os.fsencode(d), name))
        r = vet(d)
        assert r.json["summary"]["accepted"] == len(names), r
        assert b"\n" not in json.dumps(r.json["results"]).encode() and "\x1b" not in r.out
        for name in names:
            assert vet(os.path.join(os.fsencode(d), name)).status == 0


@test
def ten_thousand_files_are_walked_and_the_one_that_is_hostile_is_found():
    with scratch() as d:
        for i in range(10000):
            with open(os.path.join(d, "%05d.txt" % i), "w") as f:
                f.write("not a model\n")
        shutil.copy(HONEST, os.path.join(d, "05000.keras"))
        shutil.copy(HOSTILE, os.path.join(d, "09999.keras"))
        r = vet(d)
        assert r.json["summary"] == {"accepted": 1, "refused": 1, "errors": 0, "skipped": 10000}, r


@test
def a_thousand_files_of_all_kinds_get_the_same_verdicts_from_many_jobs_as_from_one():
    damaged, whole = bytearray(read(HONEST)), read(HONEST)
    damaged[len(damaged) // 2] ^= 0xff
    kinds = [(whole, "accept"), (read(HOSTILE), "refuse"), (read(data("hostile", "external_link.h5")), "refuse"),
             (read(data("keras", "keras2_mlp.h5")), "accept"), (whole[:-7], "refuse"), (bytes(damaged), "refuse")]
    with scratch() as d:
        for i in range(1000):
            with open(os.path.join(d, "%04d.keras" % i), "wb") as f:
                f.write(kinds[i * 7 % len(kinds)][0])
        runs = [vet("--jobs", n, d).json for n in ("1", "8")]
        for run in runs:
            for r in run["results"]:
                r.pop("microseconds")
        assert runs[0] == runs[1]
        assert [r["verdict"] for r in runs[0]["results"]] == [kinds[i * 7 % len(kinds)][1] for i in range(1000)]


def left_in(d):
    return sorted(os.listdir(d))


@test
def a_file_that_may_not_grow_leaves_the_old_report_alone():
    with scratch() as d:
        report = os.path.join(d, "report.html")
        with open(report, "w") as f:
            f.write("the old one")
        # enough for the copies of the models in memory, too little for the report
        limit = os.path.getsize(HONEST) + 1000
        names = [HONEST] * 20
        r = airlock("vet", "--format", "html", "-o", report, *names,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        assert r.status == 2 and "File too large" in r.err, r
        assert read(report) == b"the old one" and left_in(d) == ["report.html"], left_in(d)


@test
def a_full_disk_leaves_the_old_report_alone():
    script = ('mount -t tmpfs -o size=16k none "$1" && echo old > "$1/report.html" || exit 77; '
              '"$2" vet --format html -o "$1/report.html" "$3" "$3" "$3" "$3" "$3" "$3" "$3" "$3"; '
              'echo "status $?"; ls -A "$1"; cat "$1/report.html"')
    with scratch() as d:
        alone = ["unshare", "--user", "--map-root-user", "--mount"]
        r = subprocess.run([*alone, "sh", "-c", script, "sh", d, AIRLOCK, HONEST], capture_output=True, text=True,
                           timeout=60, check=False)
        if r.returncode == 77 or "unshare" in r.stderr:
            # a host without user namespaces: the file limit above is the same door
            assert not os.environ.get("AIRLOCK_MUST_SANDBOX"), r
            return
        assert r.stdout == "status 2\nreport.html\nold\n" and "No space left" in r.stderr, r


@test
def closed_descriptors_are_not_written_to_and_hide_no_refusal():
    for closed in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
        for path, honest in ((HONEST, 0), (HOSTILE, 1)):
            def close():
                for fd in closed:
                    os.close(fd)
            before = hashlib.sha256(read(path)).hexdigest()
            r = airlock("vet", path, preexec_fn=close)
            assert r.status == (2 if honest == 0 and 1 in closed else honest), (closed, r)
            assert hashlib.sha256(read(path)).hexdigest() == before


def living(session):
    """Processes of a session that are not dead."""
    pids = []
    for name in os.listdir("/proc"):
        try:
            fields = read("/proc/%s/stat" % name).rsplit(b")", 1)[1].split() if name.isdigit() else None
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields and int(fields[3]) == session and fields[0] not in (b"Z", b"X"):
            pids.append(int(name))
    return pids


@test
def a_signal_at_any_moment_leaves_no_process_no_half_report_and_no_other_file():
    with scratch() as d:
        models, out = os.path.join(d, "models"), os.path.join(d, "out")
        os.mkdir(models)
        os.mkdir(out)
        for i in range(20):
            shutil.copy(HONEST, os.path.join(models, "%02d.keras" % i))
        report = os.path.join(out, "report.json")
        command = [AIRLOCK, "vet", "--json", "-o", report, "--jobs", "4", models]
        begin = time.monotonic()
        subprocess.run(command, check=True)
        whole = time.monotonic() - begin
        assert os.listdir(out) == ["report.json"]
        for turn in range(90):
            os.path.exists(report) and turn % 2 and os.remove(report)
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[turn % 3]
            process = subprocess.Popen(command, start_new_session=True)
            time.sleep(random.random() * whole * 1.1)
            process.send_signal(number)
            assert process.wait(timeout=20) in (0, -number)
            deadline = time.monotonic() + 10
            while living(process.pid) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert not living(process.pid), living(process.pid)
            assert left_in(out) in ([], ["report.json"]), left_in(out)
            if os.path.exists(report):
                assert json.loads(read(report))["summary"]["accepted"] == 20


main()
