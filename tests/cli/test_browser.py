"""The HTML report in a real browser: headless Chromium's own idea of the page. Skipped where there is none."""
import html.parser
import os
import shutil
import struct
import subprocess
import zlib

from command import airlock, data, scratch
from tap import Skip, main, test

NASTY = "<img src=x onerror=alert(1)>\"'&\u202e.keras"
VOID = {"meta", "br", "link", "img", "input", "hr"}


def chromium(folder, page, *arguments):
    """Its standard output and what it logs, with a profile of its own inside `folder`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise Skip("chromium is not installed")
    r = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                        "--user-data-dir=" + os.path.join(folder, "profile"), "--enable-logging=stderr",
                        *arguments, "file://" + page], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                       check=True)
    return r.stdout.decode(), r.stderr.decode("utf-8", "replace")


class Elements(html.parser.HTMLParser):
    """The elements of a page as the browser wrote it out again, and its text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text = {}, ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found[tag] = self.found.get(tag, 0) + 1

    def handle_data(self, words):
        self.text += words


def pixels(png):
    """The distinct bytes of a picture's rows: how many there are tells a blank page from one with something on it."""
    at, packed = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        packed += png[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return len(set(zlib.decompress(packed)))


@test
def a_browser_shows_every_model_and_runs_nothing():
    with scratch() as d:
        nasty, page = os.path.join(d, NASTY), os.path.join(d, "report.html")
        shutil.copyfile(data("hostile", "lambda.keras"), nasty)
        airlock("vet", "--format", "html", "-o", page, data("models"), nasty, data("keras", "keras3_nested.keras"))
        shown, log = chromium(d, page, "--dump-dom")
        elements = Elements(shown)
        assert elements.found["section"] == 6, elements.found
        assert not {"img", "script", "iframe", "object", "link"} & set(elements.found), elements.found
        assert "<img src=x onerror=alert(1)>\"'&" in elements.text
        weights = sum(len(airlock("inspect", "--json", "--weights", *m).json["weights"]) for m in (
            [data("models", "text_lstm.h5")], [data("models", "image_cnn.keras")],
            [data("models", "lstm_attention.keras")], [data("models", "series.weights.h5")],
            [data("keras", "keras3_nested.keras")]))
        assert shown.count("class=\"bars\"") == weights, (shown.count("class=\"bars\""), weights)
        assert elements.text.count("Graph of ") >= 1, elements.text[:2000]  # the nested model's own
        assert "CONSOLE" not in log, log


@test
def the_page_is_not_blank():
    with scratch() as d:
        page, picture = os.path.join(d, "report.html"), os.path.join(d, "page.png")
        airlock("vet", "--format", "html", "-o", page, data("models"))
        chromium(d, page, "--screenshot=" + picture, "--window-size=1200,900")
        with open(picture, "rb") as f:
            assert pixels(f.read()) > 50


main()
