"""A run on the command line is followed in the page; a model on this machine is opened there."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import byhand as bh
from byhand.cli.lab import REDIRECT
from byhand.cli.live_publisher import LivePublisher
from byhand.engines.numpy_engine import NumpyEngine
from byhand.lab.broadcast import Hub
from byhand.lab.mnist_source import PictureSource
from byhand.lab.server import Server
from byhand.recipes.run import Run

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
        page.wait_for_selector("html[data-ready]")
        (cookie,) = page.context.cookies()
        assert (cookie["value"], cookie["httpOnly"], cookie["sameSite"]) == (server.token, True, "Strict")
        assert server.token not in page.url
    finally:
        page.close()
        server.stop()


@pytest.mark.parametrize(
    ("is_whole", "sentence"),
    [(True, "The training has ended. To use the network"), (False, "The connection to the training is lost")],
)
def test_the_page_says_how_a_training_ended(open_lab: Any, *, is_whole: bool, sentence: str) -> None:
    run = Run.of(replace(bh.RECIPES["digits"], epochs=2), bh.data.digits())
    hub = Hub()
    publisher, server = LivePublisher(hub), Server(port=0, pictures=PictureSource(None), hub=hub)
    server.start()
    try:
        epochs = run.epochs(NumpyEngine())
        next(epochs)
        publisher.publish(run, now=True)
        lab = open_lab(server.url)
        lab.says(".live", "Epoch 1 of 2")
        assert "ended" not in lab.page.inner_text(".live")
        if is_whole:
            next(epochs)
            publisher.publish(run, now=True)
    finally:
        server.stop()
    lab.says(".live", sentence)
    lab.says(".live", f"Epoch {2 if is_whole else 1} of 2")
