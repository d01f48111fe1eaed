"""The page in real Chromium, from a plain static server and from `byhand lab`. Skipped by name where there is none."""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).resolve().parents[2] / "src" / "byhand" / "lab" / "static"
STROKES = sorted((Path(__file__).parent / "strokes").glob("*.json"))
CHROMIUM = os.environ.get("BYHAND_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
READY = "html[data-ready]"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Return the address of the page on a host that knows nothing of byhand."""
    handler = functools.partial(Quiet, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="session")
def lab(mnist_folder: Path) -> Iterator[str]:
    """Return the address, with its token, of `byhand lab` with the real MNIST."""
    command = [
        sys.executable,
        "-m",
        "byhand",
        "lab",
        "--port",
        "0",
        "--no-open",
        "--json",
        "--data-dir",
        str(mnist_folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI has Chromium"
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Lab:
    """One page, driven as a person would."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.faults.append(message.text))

    def open(self, address: str) -> "Lab":
        self.page.goto("about:blank")  # so that a new fragment alone loads the page anew
        self.page.goto(address)
        self.page.wait_for_selector(READY, timeout=20_000)
        return self

    def view(self, name: str) -> None:
        self.page.click(f"nav a:has-text('{name}')")

    def draw(self, drawing: dict[str, Any]) -> None:
        """Draw with the mouse, as a person would, on a clean sheet."""
        self.page.click("button:has-text('Clear')")
        self.page.select_option("[aria-label=Pen]", drawing["pen"])
        box, mouse = self.page.locator(".pad").bounding_box(), self.page.mouse
        for stroke in drawing["strokes"]:
            places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            mouse.move(*places[0])
            mouse.down()
            for place in places[1:]:
                mouse.move(*place)
            mouse.up()

    def draw_at_once(self, drawing: dict[str, Any]) -> None:
        """Draw by events in one go: for many drawings."""
        self.page.click("button:has-text('Clear')")
        self.page.select_option("[aria-label=Pen]", drawing["pen"])
        self.page.evaluate(
            """strokes => {
                const pad = document.querySelector(".pad"), box = pad.getBoundingClientRect();
                pad.hasPointerCapture = () => true;
                pad.setPointerCapture = () => {};
                const place = ([x, y]) => ({ clientX: box.left + x * box.width, clientY: box.top + y * box.height });
                for (const points of strokes) points.forEach((point, i) => pad.dispatchEvent(new PointerEvent(
                    i ? "pointermove" : "pointerdown", { pointerId: 1, buttons: 1, ...place(point) })));
            }""",
            drawing["strokes"],
        )

    def until(self, question: str, argument: Any = None, within: float = 10_000) -> None:
        """Wait until a JavaScript function answers yes; asked from outside, for the page's policy allows no eval."""
        end = time.monotonic() + within / 1000
        while not self.page.evaluate(question, argument):
            assert time.monotonic() < end, f"waited {within / 1000:g} s in vain: {question} {argument or ''}"
            self.page.wait_for_timeout(20)

    def answered(self) -> None:
        """Wait until no question is open and there is an answer."""
        self.until(
            "() => document.documentElement.dataset.asking === '0' && Boolean(document.querySelector('.verdict'))"
        )

    def settled(self) -> None:
        """Wait until answer, shares and sureness are those of the picture."""
        self.answered()
        self.until("() => Boolean(document.querySelector('.sum .total')) && !document.querySelector('.stale')")

    def says(self, selector: str, text: str, within: float = 10_000) -> None:
        """Wait until this can be read there, tooltips not counted."""
        read = (
            "([where, text]) => Boolean(document.querySelector(where)?.innerText.replace(/\\s+/g, ' ').includes(text))"
        )
        self.until(read, [selector, text], within)

    def verdict(self) -> str:
        return str(self.page.inner_text(".verdict"))


@pytest.fixture
def open_lab(browser: Any) -> Iterator[Any]:
    """Return open_lab(address, **context options) -> Lab; in the end nothing may have gone wrong in the page."""
    opened: list[tuple[Any, Lab]] = []

    def open_lab(address: str, **options: Any) -> Lab:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        lab = Lab(context.new_page())
        opened.append((context, lab))
        return lab.open(address)

    yield open_lab
    for context, lab in opened:
        context.close()
        assert lab.faults == []


def drawings() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in STROKES]
