"""Picture files that are damaged or lie: a DataError or a digit, soon, in bounded memory, and nothing else."""

import io
import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from refusals import refusal

from byhand.data.images import prepare_image

Image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")


def picture(kind: str) -> bytes:
    grey = np.full((60, 80), 230, dtype=np.uint8)
    grey[10:50, 30:38] = 20
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, kind)
    return stream.getvalue()


KINDS = ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"]


def prepare(path: Path) -> None:
    assert prepare_image(path).shape == (28, 28)


def read(path: Path, content: bytes) -> str:
    """Return the sentence with which the picture is refused, "" if it is read."""
    return refusal(prepare, path, content)


@pytest.mark.parametrize("kind", KINDS)
def test_cut_off(tmp_path: Path, kind: str) -> None:
    content = picture(kind)
    for length in range(0, len(content) - 1, max(1, len(content) // 60)):
        read(tmp_path / "cut", content[:length])
    assert read(tmp_path / "cut", content[: len(content) // 3])


@pytest.mark.parametrize("kind", KINDS)
def test_changed_bytes(tmp_path: Path, kind: str) -> None:
    dice, good = np.random.default_rng(0), picture(kind)
    for _ in range(150):
        content = bytearray(good)
        for _ in range(int(dice.integers(1, 8))):
            content[dice.integers(min(len(content), 400))] = dice.integers(256)
        read(tmp_path / "changed", bytes(content))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("side", [10_000, 60_000, 2**31 - 1])
def test_a_small_file_that_declares_a_huge_picture(tmp_path: Path, side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
    assert read(tmp_path / "bomb.png", bomb + chunk(b"IEND", b""))


def test_a_small_file_of_a_large_picture_is_made_small_before_it_becomes_floats(tmp_path: Path) -> None:
    stream = io.BytesIO()
    large = Image.new("F", (5_000, 5_000), 0.0)
    large.paste(1.0, (2_000, 1_500, 2_500, 3_500))
    large.save(stream, "TIFF", compression="tiff_adobe_deflate")
    (tmp_path / "large.tiff").write_bytes(stream.getvalue())
    tracemalloc.start()
    digit = prepare_image(tmp_path / "large.tiff")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(stream.getvalue()) < 1 << 20
    assert digit[4:24, 12:16].mean() > 200
    assert peak < 120 << 20  # 25 million floats and two copies of them were 300 MB


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "I", "F"])
def test_large_pictures_of_every_mode_are_read_like_small_ones(tmp_path: Path, mode: str) -> None:
    small = Image.new("L", (60, 45), 0)
    small.paste(200, (25, 10, 35, 40))
    low_and_wide = Image.new("L", (6_000, 45), 0)
    low_and_wide.paste(200, (2_500, 10, 3_500, 40))
    kind = "TIFF" if mode in ("F", "I;16", "I", "LA") else "PNG"
    for name, grey in (("small", small), ("wide", low_and_wide)):
        deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
        made = deep if mode == "I;16" else grey.convert(mode)
        made.save(tmp_path / name, kind)
    assert prepare_image(tmp_path / "small").max() == 255
    assert (prepare_image(tmp_path / "wide").max(axis=0) > 100).sum() == 20  # columns: a line from side to side


def test_a_picture_that_is_one_endless_line(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000_000, 1, 8, 0, 0, 0, 0)
    line = chunk(b"IDAT", zlib.compress(bytes(60_000_001)))
    assert "too many pixels" in read(tmp_path / "line.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + line)


def test_a_text_chunk_that_unpacks_to_a_gigabyte(tmp_path: Path) -> None:
    squeezer = zlib.compressobj(9)
    packed = b"".join(squeezer.compress(bytes(1 << 24)) for _ in range(32)) + squeezer.flush()
    good = picture("PNG")
    after_header = 8 + 25
    bomb = good[:after_header] + chunk(b"zTXt", b"note\0\0" + packed) + good[after_header:]
    read(tmp_path / "bomb.png", bomb)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"<svg/>", b"GIF89a", b"BM" + bytes(60)],
    ids=["empty", "zeros", "a program", "svg", "gif head", "bmp head"],
)
def test_no_picture(tmp_path: Path, content: bytes) -> None:
    assert "not a picture" in (said := read(tmp_path / "x.png", content)) or "damaged" in said


def test_nothing_is_left_switched_off_afterwards(tmp_path: Path) -> None:
    before, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    read(tmp_path / "x.png", b"")
    read(tmp_path / "x.png", picture("PNG"))
    assert before == Image.MAX_IMAGE_PIXELS
    assert filters == warnings.filters
