"""Picture files of every usual mode give the same digit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_images import likeness, page, stroke

from byhand.data.images import prepare_image
from byhand.data.mnist_preprocess import normalize_digit
from byhand.errors import DataError, SystemResourceError

Image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")

GREY = page(stroke(150, 90)).astype(np.uint8)
EXPECTED = normalize_digit(GREY)


def saved(picture: Any, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tiff", "webp", "ppm", "jpg"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == "webp" else {}
    made = prepare_image(saved(Image.fromarray(GREY), tmp_path / f"digit.{suffix}", **options))
    assert (made.shape, made.dtype) == ((28, 28), np.uint8)
    assert likeness(made, EXPECTED) > (0.99 if suffix == "jpg" else 0.9999)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"])
def test_every_mode(tmp_path: Path, mode: str) -> None:
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    picture = deep if mode == "I;16" else Image.fromarray(GREY).convert(mode, dither=Image.Dither.NONE)
    made = prepare_image(saved(picture, tmp_path / "digit.tiff"))
    assert likeness(made, EXPECTED) > 0.99


@pytest.mark.parametrize("pen", [0, 90, 255])
def test_a_pen_on_nothing(tmp_path: Path, pen: int) -> None:
    """What drawing programs save: strokes on a transparent ground."""
    ink = 255 * (GREY == 30)
    picture = np.dstack([np.full((*GREY.shape, 3), pen), ink]).astype(np.uint8)
    assert likeness(prepare_image(saved(Image.fromarray(picture), tmp_path / "digit.png")), EXPECTED) > 0.999


def test_a_card_cut_out_with_a_dark_pen(tmp_path: Path) -> None:
    """Opaque paper, transparent around its corners alone."""
    alpha = np.full(GREY.shape, 255)
    alpha[:20, :20] = 0
    picture = np.dstack([GREY, GREY, GREY, alpha]).astype(np.uint8)
    assert likeness(prepare_image(saved(Image.fromarray(picture), tmp_path / "digit.png")), EXPECTED) > 0.99


@pytest.mark.parametrize(("orientation", "turned"), [(3, 2), (6, 1), (8, 3)])
def test_a_camera_held_otherwise(tmp_path: Path, orientation: int, turned: int) -> None:
    picture = Image.fromarray(np.rot90(GREY, turned))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert likeness(prepare_image(saved(picture, tmp_path / "digit.png", exif=exif)), EXPECTED) > 0.999


def test_a_large_photograph_is_read_soon(tmp_path: Path) -> None:
    large = Image.fromarray(GREY).resize((4000, 3000))
    assert likeness(prepare_image(saved(large, tmp_path / "digit.jpg")), EXPECTED) > 0.97


def test_what_is_refused_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    blank = saved(Image.new("L", (60, 60), 200), tmp_path / "blank.png")
    for path, told in [
        (tmp_path / "none.png", "does not exist"),
        (tmp_path, "is a folder"),
        (tmp_path / "text.png", "is not a picture that byhand reads"),
        (blank, "no ink"),
    ]:
        with pytest.raises(DataError, match=told) as caught:
            prepare_image(path)
        assert str(path) in str(caught.value)


def test_a_file_that_the_machine_does_not_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", fails)
    with pytest.raises(SystemResourceError, match="cannot be read: Permission denied"):
        prepare_image(tmp_path / "digit.png")
