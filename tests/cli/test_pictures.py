"""`byhand predict` and `byhand explain` on pictures as people have them."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import byhand

from byhand import data

pytest.importorskip("PIL", reason="pictures need Pillow")

NUMBERS = [7, 25, 1200, 1234, 1300]  # rows of the bundled digits: two that were trained on, three that were not


def drawn(row: int, folder: Path, name: str, *, ink: int, paper: int, size: tuple[int, int], mode: str = "L") -> Path:
    """Return a picture file of one bundled digit, large, off the middle, in the given colours."""
    from PIL import Image

    share = data.digits().train.raw[row].reshape(8, 8) / 16
    digit = Image.fromarray((paper + (ink - paper) * share).astype(np.uint8)).resize(size)
    picture = Image.new("L", (300, 260), paper)
    picture.paste(digit, (15, 20))
    picture.convert(mode).save(folder / name)
    return folder / name


def told(run: Path, *files: Path, flags: tuple[str, ...] = ()) -> Any:
    done = byhand("predict", *files, "--model", run, "--json", *flags)
    assert done.code == 0, done.err
    return [answer["class"] for answer in done.json["predictions"]]


@pytest.mark.parametrize(
    ("name", "ink", "paper", "mode"),
    [
        ("white.png", 20, 250, "L"),
        ("black.png", 255, 0, "RGB"),
        ("grey.jpg", 60, 190, "L"),
        ("alpha.png", 0, 255, "RGBA"),
    ],
)
def test_dark_on_light_and_light_on_dark(
    read_pictures: Path, tmp_path: Path, name: str, ink: int, paper: int, mode: str
) -> None:
    files = [drawn(row, tmp_path, f"{row}-{name}", ink=ink, paper=paper, size=(150, 150), mode=mode) for row in NUMBERS]
    expected = [str(label) for label in data.digits().train.y[NUMBERS]]
    assert told(read_pictures, *files) == expected


def test_the_picture_is_shown_as_the_network_sees_it(read_pictures: Path, tmp_path: Path) -> None:
    file = drawn(NUMBERS[0], tmp_path, "seven.png", ink=0, paper=255, size=(90, 90))
    done = byhand("predict", file, "--model", read_pictures, "--show")
    assert "█" in done.out
    assert "%" in done.out
    explained = byhand("explain", read_pictures, "--image", file)
    assert explained.code == 0
    assert "as the network sees it" in explained.out
    assert "UPDATE" in explained.out


def test_a_picture_without_ink_or_for_another_network_is_refused(
    read_pictures: Path, trained: Path, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("L", (40, 40), 128).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    file = drawn(7, tmp_path, "seven.png", ink=0, paper=255, size=(90, 90))
    for args in ([tmp_path / "blank.png"], [tmp_path / "text.png"], [tmp_path], [tmp_path / "none.png"]):
        done = byhand("predict", *args, "--model", read_pictures)
        assert (done.code, len(done.err.splitlines()), done.out) == (3, 1, ""), done
    refusal = byhand("predict", file, "--model", trained).err  # which reads 8×8
    assert f"28×28 pixels, as in MNIST, but the model {trained} takes 64 numbers. Name a model of MNIST" in refusal


def test_without_pillow_the_extra_is_named(
    read_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    done = byhand("predict", tmp_path / "x.png", "--model", read_pictures)
    assert done.code == 4
    assert "byhand[images]" in done.err


def test_a_picture_read_by_a_network_of_the_real_mnist(mnist_folder: Path, tmp_path: Path) -> None:
    from PIL import Image

    where = ("--data-dir", mnist_folder)
    run = Path(byhand("train", "fast", "--json", "--runs", tmp_path, *where).json["run"])
    digits = data.mnist(mnist_folder, validation=None).test
    paper = Image.new("L", (300, 200), 250)
    paper.paste(Image.fromarray(250 - (digits.raw[0].reshape(28, 28) // 2)).resize((140, 140)), (20, 10))
    paper.save(tmp_path / "seven.png")
    assert told(run, tmp_path / "seven.png") == [str(digits.y[0])] == ["7"]


def test_predict_says_which_model_it_took_and_how_long_a_prediction_took(trained: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "two.npy", np.eye(64)[:2])
    done = byhand("predict", tmp_path / "two.npy", "--model", trained)
    timed = r": [\d.e+-]+ ms a prediction, reading the file not counted\n"
    assert re.fullmatch(re.escape(str(trained)) + timed, done.err)
    newest = byhand("predict", tmp_path / "two.npy", "--runs", trained.parent)
    assert re.fullmatch(re.escape(str(trained)) + timed, newest.err)
    assert byhand("predict", tmp_path / "two.npy", "--model", trained, "--quiet").err == ""
