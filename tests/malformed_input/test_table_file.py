"""Tables that lie or are damaged: a DataError or a data set, soon, and nothing else."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from refusals import refusal

from byhand.data.tables.reading import read_table
from byhand.errors import DataError

GOOD = "a,b,kind\n" + "".join(f"{i},{i * i % 7}.5,{'xyz'[i % 3]}\n" for i in range(15))


def read(path: Path, content: bytes) -> str:
    """Return the sentence with which the table is refused, "" if it is read."""
    return refusal(read_table, path, content)


def archive(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe1\x00,\x002\x00",
        b"1,2\n3,\xff\n",
        b"\0" * 5_000,
        b"1,2,\0\n" * 30,
        b"," * 200_000,
        b'"' + b"a" * 200_000,
        b"1" * 1_000_000,
        b"1," + b"9" * 100_000 + b"\n" + b"2,3\n" * 9,
        b"1e999,a\n2,b\n" * 9,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    ],
    ids=["utf-16", "no utf-8", "zeros", "a zero", "commas", "open quote", "one field", "long number", "inf", "png"],
)
def test_no_table(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path / "own.csv", content)


def test_a_table_of_a_hundred_thousand_rows_is_read_in_time(tmp_path: Path) -> None:
    assert read(tmp_path / "own.csv", b"".join(b"%d,%d\n" % (i, i % 3) for i in range(100_000))) == ""


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes(tmp_path: Path, seed: int) -> None:
    dice, n_refused = np.random.default_rng(seed), 0
    for _ in range(300):
        content = bytearray(GOOD.encode())
        for _ in range(int(dice.integers(1, 6))):
            content[dice.integers(len(content))] = dice.integers(256)
        n_refused += bool(read(tmp_path / "own.csv", bytes(content)))
    assert n_refused > 30


def test_cut_off_anywhere(tmp_path: Path) -> None:
    for length in range(0, len(GOOD), 3):
        read(tmp_path / "own.csv", GOOD[:length].encode())


X, Y = np.arange(60.0).reshape(20, 3), np.arange(20) % 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (archive(x=X), "no array 'y'"),
        (archive(x=X, z=Y), "no array 'y'"),
        (archive(x=X, y=np.array([{"a": 1}] * 20, dtype=object)), "holds Python objects"),
        (archive(x=np.zeros((20, 1 << 20), dtype=np.uint8), y=Y), "more than byhand reads"),
        (b"PK\x03\x04 and no more", "not an archive"),
        (b"", "not an archive"),
        (b"\x80\x04\x95 a pickle", "not an archive"),
    ],
    ids=["no y", "other name", "objects", "bomb", "half a zip", "empty", "pickle"],
)
def test_archives(tmp_path: Path, content: bytes, told: str) -> None:
    assert re.search(told, read(tmp_path / "own.npz", content))


def test_an_array_that_declares_more_than_it_holds(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40, 3)})
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as file:
        file.writestr("x.npy", header.getvalue() + bytes(24))
        file.writestr("y.npy", header.getvalue() + bytes(24))
    assert "damaged array" in read(tmp_path / "own.npz", (tmp_path / "own.npz").read_bytes())


@pytest.mark.parametrize("seed", range(3))
def test_changed_archives(tmp_path: Path, seed: int) -> None:
    dice, good, n_refused = np.random.default_rng(seed), archive(x=X, y=Y), 0
    for _ in range(300):
        content = bytearray(good)
        for _ in range(int(dice.integers(1, 4))):
            content[dice.integers(len(content))] = dice.integers(256)
        n_refused += bool(read(tmp_path / "own.npz", bytes(content)))
    assert n_refused > 30


def test_a_table_that_is_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse.csv").open("wb") as file:
        file.truncate(1 << 28)
    with pytest.raises(DataError, match="too large: it has 268,435,456 bytes"):
        read_table(tmp_path / "sparse.csv")
