"""Picture files that are damaged or lie: a DataError or a digit, soon, in bounded memory, and nothing else."""

import io
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest

from byhand.data.images import prepare_image
from byhand.errors import DataError

Image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")

SECONDS = 5.0  # a hang guard; on a quiet machine the slowest takes a tenth


def picture(kind: str) -> bytes:
    grey = np.full((60, 80), 230, dtype=np.uint8)
    grey[10:50, 30:38] = 20
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, kind)
    return stream.getvalue()


KINDS = ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"]


def read(path: Path, content: bytes) -> str:
    """Return the sentence with which the file is refused, "" if it is read."""
    path.write_bytes(content)
    started = time.perf_counter()
    try:
        assert prepare_image(path).shape == (28, 28)
        said = ""
    except DataError as error:
        said = str(error)
    assert time.perf_counter() - started < SECONDS
    return said


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
    assert "no picture" in (said := read(tmp_path / "x.png", content)) or "damaged" in said


def test_nothing_is_left_switched_off_afterwards(tmp_path: Path) -> None:
    before, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    read(tmp_path / "x.png", b"")
    read(tmp_path / "x.png", picture("PNG"))
    assert before == Image.MAX_IMAGE_PIXELS
    assert filters == warnings.filters
