"""A run on the command line is followed in the page; a model on this machine is opened there."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from byhand.cli.lab import REDIRECT
from byhand.lab.mnist_source import PictureSource
from byhand.lab.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.full]
BYHAND = [sys.executable, "-m", "byhand"]


def test_a_training_on_the_desk_is_followed(open_lab: Any, mnist_folder: Path, tmp_path: Path) -> None:
    train = ["train", "vanilla", "--epochs", "500", "--lab", "--data-dir", mnist_folder, "--runs", tmp_path]
    with subprocess.Popen([*BYHAND, *map(str, train)], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            address = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+", line)))
            lab = open_lab(address)
            lab.says("main", "Live run: vanilla, 784-128-10")
            before = lab.page.inner_text("main .card .readout")
            lab.until("before => document.querySelector('main .card .readout').innerText !== before", before)
            loss = "document.querySelector('.live .chart').getAttribute('aria-label')"
            lab.until(f"() => /^Loss: .* at first, .* now/.test({loss})")
            assert lab.page.locator(".live .chart canvas").count() == 2
            lab.page.close()  # before its server goes
        finally:
            process.kill()


def test_a_model_is_opened(open_lab: Any, mnist_folder: Path, tmp_path: Path) -> None:
    train = ["train", "digits", "--epochs", "2", "--runs", tmp_path]
    subprocess.run([*BYHAND, *map(str, train)], check=True, capture_output=True)
    options = ["--port", "0", "--no-open", "--json", "--data-dir", mnist_folder]
    command = [*BYHAND, "lab", str(tmp_path / "digits-1"), *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lab = open_lab(json.loads(process.stdout.readline())["url"])
            chosen = "() => document.querySelector('[aria-label=Network]').selectedOptions[0].innerText"
            assert re.fullmatch(r"Uploaded: 64-.*-10", lab.page.evaluate(chosen))
            lab.page.close()
        finally:
            process.kill()


def test_the_file_that_opens_the_browser_leads_to_the_page_with_its_token(browser: Any, tmp_path: Path) -> None:
    server = Server(port=0, pictures=PictureSource(None))
    (tmp_path / "lab.html").write_text(REDIRECT.format(url=server.url))
    page = browser.new_page()
    server.start()
    try:
        page.goto((tmp_path / "lab.html").as_uri())
        page.wait_for_function("() => location.protocol === 'http:' && sessionStorage.getItem('byhand-token')")
        assert page.evaluate("sessionStorage.getItem('byhand-token')") == server.token
    finally:
        page.close()
        server.stop()
