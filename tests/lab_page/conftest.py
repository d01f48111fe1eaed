"""The page in real Chromium, from a plain static server and from `byhand lab`. Skipped by name where there is none."""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_object import STATIC, Lab

from waiting import HANG

CHROMIUM = os.environ.get("BYHAND_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


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
        process.wait(timeout=HANG)


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


@pytest.fixture
def open_lab(browser: Any) -> Iterator[Any]:
    """Return open_lab(address, is_new, script, **context options) -> Lab; in the end nothing may have gone wrong there.

    is_new: here for the first time, and told of the lessons. script: runs before the page's own.
    """
    opened: list[tuple[Any, Lab]] = []

    def open_lab(address: str, is_new: bool = False, script: str = "", **options: Any) -> Lab:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        if not is_new:
            context.add_init_script("try { localStorage.setItem('byhand-welcomed', 'yes'); } catch {}")
        if script:
            context.add_init_script(script)
        lab = Lab(context.new_page())
        opened.append((context, lab))
        return lab.open(address)

    yield open_lab
    for context, lab in opened:
        context.close()
        assert lab.faults == []
