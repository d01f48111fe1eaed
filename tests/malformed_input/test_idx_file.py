"""IDX files that lie: every one gets a DataError at once, and no byte is reserved because a header asks for it."""

import gzip
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

from byhand.data.idx import read_idx
from byhand.errors import DataError

GOOD = b"\0\0\x08\x03" + struct.pack(">3I", 5, 4, 3) + bytes(range(60))
SECONDS, MEMORY = 60.0, 8 << 20  # what a refusal may take; the slowest takes a tenth of a second


def refused(path: Path, content: bytes) -> str:
    """Return the one sentence with which the file is refused, within the limits of time and memory."""
    path.write_bytes(content)
    tracemalloc.start()
    started = time.perf_counter()
    try:
        with pytest.raises(DataError) as caught:
            read_idx(path)
        assert time.perf_counter() - started < SECONDS
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_cut_off_anywhere(tmp_path: Path, pack: type[bytes]) -> None:
    for length in range(len(GOOD)):
        refused(tmp_path / "cut", pack(GOOD[:length]))


def test_a_gzip_file_cut_off_anywhere(tmp_path: Path) -> None:
    packed = gzip.compress(GOOD)
    for length in range(len(packed)):
        refused(tmp_path / "cut.gz", packed[:length])


def test_bytes_left_over(tmp_path: Path) -> None:
    assert "left over" in refused(tmp_path / "long", GOOD + b"x")
    assert "left over" in refused(tmp_path / "long.gz", gzip.compress(GOOD + b"x"))


@pytest.mark.parametrize("sizes", [(2**32 - 1,) * 3, (2**31, 1, 1), (0, 4, 3), (1 << 20, 1 << 10, 2)], ids=str)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_sizes_that_are_not_there(tmp_path: Path, sizes: tuple[int, ...], pack: type[bytes]) -> None:
    refused(tmp_path / "huge", pack(b"\0\0\x08\x03" + struct.pack(">3I", *sizes) + bytes(60)))


def test_gzip_bombs(tmp_path: Path) -> None:
    """A gigabyte of zeros in a megabyte: announced by the header, and not announced."""
    squeezer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 24)
    announced = squeezer.compress(b"\0\0\x08\x01" + struct.pack(">I", 1 << 29))
    announced += b"".join(squeezer.compress(zeros) for _ in range(32)) + squeezer.flush()
    assert len(announced) < 1 << 20
    assert "grow" in refused(tmp_path / "announced.gz", announced)
    silent = gzip.compress(GOOD + bytes(1 << 28))
    assert "left over" in refused(tmp_path / "silent.gz", silent)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n" + bytes(90), b"<html>not here</html>", b"\0\0\x07" + GOOD[3:], b"\1" + GOOD[1:]],
    ids=["empty", "a picture", "a page", "unknown kind", "magic"],
)
def test_other_files(tmp_path: Path, content: bytes) -> None:
    refused(tmp_path / "other", content)


def test_random_bytes(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    for _ in range(500):
        refused(tmp_path / "noise", dice.bytes(int(dice.integers(200))))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_changed_bytes_are_refused_or_read_as_they_stand(tmp_path: Path, pack: type[bytes]) -> None:
    dice, n_refused = np.random.default_rng(2), 0
    for _ in range(2_000):
        content = bytearray(pack(GOOD))
        for _ in range(int(dice.choice([1, 1, 2, 5]))):
            content[dice.integers(len(content))] = dice.integers(256)
        (tmp_path / "changed").write_bytes(content)
        try:
            array = read_idx(tmp_path / "changed")
        except DataError:
            n_refused += 1
        else:
            assert array.nbytes == 60
            assert np.isin(array.ndim, (1, 2, 3, 4))
    assert n_refused > 100
