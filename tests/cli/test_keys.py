"""airlock keygen and sign: key files and where passphrases come from, and keys and signatures that go both ways between
airlock and the real minisign (the Debian package)."""
import os
import pty
import select
import signal
import subprocess
import termios
import time

from command import AIRLOCK, airlock, scratch
from tap import main, test

TIME_LIMIT = 250  # scrypt at minisign's cost takes seconds and 1 GiB, and hosts of tests are busy


def minisign(folder, *words, passphrase=None):
    return subprocess.run(["minisign", *words], cwd=folder, timeout=TIME_LIMIT, capture_output=True, text=True,
                          **({"input": passphrase} if passphrase else {"stdin": subprocess.DEVNULL}), check=False)


def read(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()


def write(content, *path):
    with open(os.path.join(*path), "wb") as f:
        f.write(content)


def keygen(folder, *words, name="k", **options):
    return airlock("keygen", "--key", name + ".key", "--public", name + ".pub", *words, cwd=folder, timeout=TIME_LIMIT, **options)


def tampered(folder, name="k.pub"):
    """True when neither program takes the signature of m once m is another."""
    write(read(folder, "m") + b"!", folder, "m")
    return minisign(folder, "-V", "-p", name, "-m", "m").returncode != 0 and \
        airlock("verify", "--key", name, "m", cwd=folder).status == 1


@test
def a_bare_key_is_said_to_be_bare_and_minisign_uses_it():
    with scratch() as d:
        r = keygen(d, "--no-passphrase")
        assert r.status == 0 and "NOT encrypted" in r.out and r.err == "", r
        assert os.stat(d + "/k.key").st_mode & 0o777 == 0o600
        public = read(d, "k.pub").decode().splitlines()
        assert len(public) == 2 and public[1] in r.out and public[0].split()[-1] in r.out
        write(b"bytes", d, "m")
        assert minisign(d, "-S", "-W", "-s", "k.key", "-m", "m", "-t", "theirs").returncode == 0
        r = airlock("verify", "--key", "k.pub", "m", cwd=d)
        assert r.status == 0 and "comment: theirs" in r.out and public[0].split()[-1] in r.out, r
        assert minisign(d, "-V", "-p", "k.pub", "-m", "m").returncode == 0
        # minisign makes the public key again from the secret one: it must be the same
        assert minisign(d, "-R", "-f", "-s", "k.key", "-p", "again.pub").returncode == 0
        assert read(d, "again.pub").splitlines()[1] == read(d, "k.pub").splitlines()[1]
        assert tampered(d)


@test
def an_encrypted_key_goes_both_ways_with_its_passphrase_only():
    with scratch() as d:
        write(b"", d, "m")
        r = keygen(d, "--passphrase-fd", "0", stdin="p\u00e4ss word\nmore".encode())
        assert r.status == 0 and "encrypted with the passphrase" in r.out, r
        assert read(d, "k.key").startswith(b"untrusted comment: minisign encrypted secret key\n")
        assert minisign(d, "-S", "-s", "k.key", "-m", "m", passphrase="p\u00e4ss word\n").returncode == 0
        assert airlock("verify", "--key", "k.pub", "m", cwd=d).status == 0
        assert minisign(d, "-G", "-p", "t.pub", "-s", "t.key", passphrase="theirs\ntheirs\n").returncode == 0
        env = {**os.environ, "SECRET": "theirs", "WRONG": "their"}
        assert airlock("sign", "--key", "t.key", "--passphrase-env", "SECRET", "m", cwd=d, env=env, timeout=TIME_LIMIT).status == 0
        good = minisign(d, "-V", "-p", "t.pub", "-m", "m")
        assert good.returncode == 0 and "file:m" in good.stdout, good
        before = read(d, "m.minisig")
        r = airlock("sign", "--key", "t.key", "--passphrase-env", "WRONG", "m", cwd=d, env=env, timeout=TIME_LIMIT)
        assert r.status == 2 and "wrong passphrase" in r.err and read(d, "m.minisig") == before, r
        assert tampered(d, "t.pub")


@test
def the_legacy_form_is_verified_and_never_written():
    with scratch() as d:
        assert keygen(d, "--no-passphrase").status == 0
        write(b"bytes", d, "m")
        assert minisign(d, "-S", "-l", "-W", "-s", "k.key", "-m", "m").returncode == 0
        assert read(d, "m.minisig").splitlines()[1].startswith(b"RW")
        assert airlock("verify", "--key", "k.pub", "m", cwd=d).status == 0
        assert airlock("sign", "--key", "k.key", "m", cwd=d).status == 0
        assert read(d, "m.minisig").splitlines()[1].startswith(b"RU")
        assert minisign(d, "-V", "-H", "-p", "k.pub", "-m", "m").returncode == 0, "prehashed is demanded by -H"
        # the digest of one file as the content of another: a prehashed signature of the first, relabelled
        digest = bytes.fromhex(subprocess.run(["b2sum", "m"], cwd=d, capture_output=True, check=True).stdout[:128].decode())
        write(digest, d, "digest")
        write(read(d, "m.minisig").replace(b"\nRU", b"\nRW"), d, "digest.minisig")
        r = airlock("verify", "--key", "k.pub", "digest", cwd=d)
        assert r.status == 1 and "signature.invalid" in r.err, r


@test
def key_files_are_not_replaced_unless_told():
    with scratch() as d:
        assert keygen(d, "--no-passphrase").status == 0
        before = read(d, "k.key"), read(d, "k.pub")
        r = keygen(d, "--no-passphrase")
        assert r.status == 2 and "k.key is there already" in r.err and r.out == "", r
        os.remove(d + "/k.key")
        r = keygen(d, "--no-passphrase")
        assert r.status == 2 and "k.pub" in r.err and not os.path.exists(d + "/k.key"), r
        os.symlink("nowhere", d + "/k.key")
        os.remove(d + "/k.pub")
        assert keygen(d, "--no-passphrase").status == 2 and not os.path.exists(d + "/k.pub")
        assert not os.path.exists(d + "/nowhere"), "a link is an existing name"
        write(before[0], d, "target")
        assert keygen(d, "--no-passphrase", "--force").status == 0
        assert not os.path.islink(d + "/k.key") and read(d, "target") == before[0], "the link is replaced, not followed"
        assert os.stat(d + "/k.key").st_mode & 0o777 == 0o600
        assert sorted(os.listdir(d)) == ["k.key", "k.pub", "target"], os.listdir(d)


@test
def nobody_else_ever_may_read_the_secret_key():
    with scratch() as d:
        old = os.umask(0)
        try:
            assert keygen(d, "--no-passphrase").status == 0
        finally:
            os.umask(old)
        assert os.stat(d + "/k.key").st_mode & 0o777 == 0o600 and os.stat(d + "/k.pub").st_mode & 0o777 == 0o666


@test
def wrong_usage_makes_no_key():
    with scratch() as d:
        env = {**os.environ, "EMPTY": "", "LONG": "x" * 1025, "GOOD": "x"}
        for words, part in (([], "no terminal"), (["--passphrase-fd", "0"], "empty"),
                            (["--passphrase-fd", "77"], "77"), (["--passphrase-env", "ABSENT"], "not in the environment"),
                            (["--passphrase-env", "EMPTY"], "empty"), (["--passphrase-env", "LONG"], "too long"),
                            (["--passphrase-env", "GOOD", "--passphrase-fd", "0"], "exclude"),
                            (["-W", "--passphrase-env", "GOOD"], "excludes"), (["m"], "usage")):
            r = keygen(d, *words, env=env, start_new_session=True)
            assert r.status == 2 and part in r.err, (words, r)
        for stdin, part in ((b"x" * 1025 + b"\n", "longer than"), (b"a\0b\n", "NUL")):
            r = keygen(d, "--passphrase-fd", "0", stdin=stdin)
            assert r.status == 2 and part in r.err, r
        assert airlock("keygen", "--key", "k", cwd=d).status == airlock("keygen", "--public", "k", cwd=d).status == 2
        assert airlock("keygen", "-W", "--key", "k", "--public", "k", cwd=d).status == 2
        assert airlock("keygen", "-W", "--key", "no/k", "--public", "no/p", cwd=d).status == 2
        assert os.listdir(d) == []


@test
def sign_says_what_it_cannot_sign_and_leaves_nothing():
    with scratch() as d:
        assert keygen(d, "--no-passphrase").status == 0
        write(b"bytes", d, "m")
        write(b"junk", d, "junk")
        os.symlink("m", d + "/link")
        os.mkdir(d + "/folder")
        before = sorted(os.listdir(d))
        for words, part in ((["--key", "k.key", "absent"], "absent"), (["--key", "k.key", "link"], "link"),
                            (["--key", "k.key", "folder"], "regular"), (["--key", "junk", "m"], "secret key"),
                            (["--key", "k.pub", "m"], "secret key"), (["--key", "folder", "m"], "regular"),
                            (["--key", "absent", "m"], "absent"), (["m"], "--key"),
                            (["--key", "k.key", "--comment", "a\nb", "m"], "comment"),
                            (["--key", "k.key", "--comment", "x" * 8193, "m"], "comment"),
                            (["--key", "k.key", "--signature", "s", "m", "junk"], "one file"),
                            (["--key", "k.key", "--signature", "no/s", "m"], "No such file")):
            r = airlock("sign", *words, cwd=d)
            assert r.status == 2 and part in r.err and r.out == "", (words, r)
        assert sorted(os.listdir(d)) == before, os.listdir(d)
        assert airlock("sign", "--key", "k.key", "absent", "m", "junk", cwd=d).status == 2
        assert os.path.exists(d + "/m.minisig") and os.path.exists(d + "/junk.minisig"), "the others are signed"


@test
def a_comment_is_signed_and_shown_escaped():
    with scratch() as d:
        assert keygen(d, "--no-passphrase").status == 0
        write(b"bytes", d, "m")
        comment = "release 3 \u202e\u00e9"
        assert airlock("sign", "--key", "k.key", "--comment", comment, "--signature", "s", "m", cwd=d).status == 0
        assert ("trusted comment: " + comment) in read(d, "s").decode()
        assert comment in minisign(d, "-V", "-p", "k.pub", "-m", "m", "-x", "s").stdout
        r = airlock("verify", "--key", "k.pub", "--signature", "s", "m", cwd=d)
        assert r.status == 0 and "comment: release 3 \\u{202E}\u00e9\n" in r.out, r


class Terminal:
    """A command with a terminal of its own."""

    def __init__(self, folder, *words):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execv(AIRLOCK, ["airlock", *words])
        self.seen = ""

    def wait_for(self, text):
        end = time.monotonic() + TIME_LIMIT
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.fd], [], [], 1)[0]:
                try:
                    more = os.read(self.fd, 4096)
                except OSError:
                    more = b""
                assert more, self.seen
                self.seen += more.decode()
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text):
        os.write(self.fd, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def end(self):
        """The status; what was printed is in `seen`."""
        end = time.monotonic() + TIME_LIMIT
        while True:
            try:
                more = os.read(self.fd, 4096) if select.select([self.fd], [], [], 0.1)[0] else None
            except OSError:
                more = b""
            if more == b"":
                break
            self.seen += (more or b"").decode()
            assert time.monotonic() < end, self.seen
        return os.waitpid(self.child, 0)[1]


@test
def the_terminal_is_asked_twice_for_a_new_passphrase_and_shows_none():
    with scratch() as d:
        write(b"bytes", d, "m")
        t = Terminal(d, "keygen", "--key", "k.key", "--public", "k.pub")
        t.wait_for("Passphrase: ")
        assert not t.echoes()
        t.type("open sesame\n")
        t.wait_for("The same again: ")
        t.type("open sesame\n")
        t.wait_for("encrypted")
        assert t.end() == 0 and "sesame" not in t.seen, t.seen
        t = Terminal(d, "sign", "--key", "k.key", "m")
        t.wait_for("Passphrase: ")
        t.type("open sesame\n")
        assert t.end() == 0 and "sesame" not in t.seen, t.seen
        assert minisign(d, "-V", "-p", "k.pub", "-m", "m").returncode == 0


@test
def two_passphrases_that_differ_make_no_key():
    with scratch() as d:
        t = Terminal(d, "keygen", "--key", "k.key", "--public", "k.pub")
        t.wait_for("Passphrase: ")
        t.type("open sesame\n")
        t.wait_for("again: ")
        t.type("open barley\n")
        t.wait_for("differ")
        assert os.waitstatus_to_exitcode(t.end()) == 2 and os.listdir(d) == []


@test
def an_interrupt_gives_the_terminal_its_echo_back():
    with scratch() as d:
        t = Terminal(d, "keygen", "--key", "k.key", "--public", "k.pub")
        t.wait_for("Passphrase: ")
        terminal = os.open("/proc/%d/fd/0" % t.child, os.O_RDWR | os.O_NOCTTY)
        assert not t.echoes()
        t.type("\x03")
        end, pid = time.monotonic() + TIME_LIMIT, 0
        while pid == 0 and time.monotonic() < end:
            select.select([t.fd], [], [], 0.1)[0] and os.read(t.fd, 100)
            pid, status = os.waitpid(t.child, os.WNOHANG)
        assert pid != 0 and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status
        assert termios.tcgetattr(terminal)[3] & termios.ECHO and os.listdir(d) == []
        os.close(terminal)


main()
