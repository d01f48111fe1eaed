"""`byhand plot`: a file for every kind, curves in the terminal, and sentences for what cannot be drawn."""

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_runner import byhand

from byhand.cli.sparkline import sparkline


def test_bars_are_from_the_lowest_to_the_highest() -> None:
    assert sparkline([0, 7], 5) == "▁█"
    assert sparkline([0, 0, 7, 7], 2) == "▁█"
    assert sparkline([3, 3], 5) == "▁▁"
    assert sparkline([1.0, float("nan"), 2.0], 5) == "▁ █"
    assert sparkline([float("inf")], 5) == " "


def test_curves_are_drawn_in_the_terminal_without_matplotlib(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    done = byhand("plot", trained, "--text")
    assert done.code == 0, done.err
    loss, accuracy = done.out.splitlines()
    assert loss.startswith("loss") and "█" in loss and "→" in loss  # noqa: PT018
    assert accuracy.startswith("accuracy")
    assert "pip install" in byhand("plot", trained).err


def test_the_network_is_drawn_without_matplotlib(trained: Path, tmp_path: Path) -> None:
    done = byhand("plot", trained / "model.safetensors", "--output", tmp_path / "network.svg")
    assert done.code == 0, done.err
    root = ElementTree.fromstring((tmp_path / "network.svg").read_text())  # noqa: S314  (our own text)
    assert "64-" in (root.get("aria-label") or "")
    assert byhand("plot", trained, "--kind", "network", "--output", tmp_path / "network.png").code == 2


@pytest.mark.parametrize("kind", ["curves", "weights", "confusion", "mistakes", "gradients"])
def test_every_kind_is_a_picture_of_the_run(trained: Path, tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    done = byhand("plot", trained, "--kind", kind, "--output", tmp_path / "out.svg")
    assert done.code == 0, done.err
    assert b"<svg" in (tmp_path / "out.svg").read_bytes()


def test_data_are_a_gallery_and_a_sweep_its_rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    monkeypatch.chdir(tmp_path)
    assert byhand("plot", "digits").code == 0
    assert (tmp_path / "gallery.svg").exists()
    flags = ["--data", "moons", "--examples", "60", "--epochs", "1", "--executor", "serial"]
    assert byhand("sweep", "vanilla", *flags, "--learning-rate", "0.1,0.2").code == 0
    assert byhand("plot", "runs/sweep-vanilla-1", "--output", "rates.png").code == 0
    assert (tmp_path / "rates.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nowhere.safetensors"], "nowhere.safetensors"),
        (["digit"], "Did you mean 'digits'"),
        (["digits", "--output", "x.gif"], "unknown format"),
        (["digits", "--kind", "curves"], "--kind curves is of a run or a model, and digits is a data set"),
        (["digits", "--kind", "mistakes"], "Name a run, as runs/digits-1, or leave --kind out."),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, args: list[str], says: str) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    done = byhand("plot", *args)
    assert done.code in (2, 3)
    assert says in done.err


def test_text_is_not_asked_for_another_kind(trained: Path) -> None:
    done = byhand("plot", trained, "--text", "--kind", "weights")
    assert done.code == 2
    assert "--text draws curves, and --kind weights was given too" in done.err
