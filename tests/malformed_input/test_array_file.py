"""Array files (.npy, .npz) that lie or are damaged: a DataError or an array, never advice to run what they hold."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.data.npy import parse_npy, read_npy
from byhand.data.npz import read_arrays
from byhand.errors import DataError

KINDS = ["?", "i1", "<i2", ">i4", "<i8", "u1", "<u2", ">u4", "<u8", "<f2", ">f4", "<f8"]


def npy(array: np.ndarray, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(save: Callable[..., None] = np.savez, **arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


def with_header(header: str, numbers: bytes = bytes(48)) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_npy(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "pickle" not in sentence
    return sentence


def said(read: Callable[[], object]) -> str:
    """Return the sentence with which a file is refused, "" if it is read."""
    try:
        read()
    except DataError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("shape", [(), (0,), (6,), (2, 3), (3, 0), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_what_numpy_writes_is_read(tmp_path: Path, kind: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(int(np.prod(shape))) % 100).astype(kind).reshape(shape)
    for one in (array, np.array(array, order="F")):
        (tmp_path / "a.npy").write_bytes(npy(one))
        found = read_npy(tmp_path / "a.npy")
        assert found.dtype == array.dtype.newbyteorder("=")
        assert np.array_equal(found, array)
        assert found.flags.writeable


def test_text_is_read_where_words_are_expected() -> None:
    for words in (np.array(["yes", "no", "ö𝛼"]), np.array([b"yes", b"no"]), np.array(["ö"], dtype=">U3")):
        content = npy(words)
        assert np.array_equal(parse_npy("words", io.BytesIO(content), len(content)), words)


def test_headers_as_other_programs_write_them(tmp_path: Path) -> None:
    for header in (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n",
        '{"shape":(2,3),"descr":"<f8","fortran_order":False}',
        "{'shape': (2,\n 3), 'fortran_order': False, 'descr': '<f8'}      ",
    ):
        (tmp_path / "a.npy").write_bytes(with_header(header))
        assert read_npy(tmp_path / "a.npy").shape == (2, 3)


HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"


@pytest.mark.parametrize(
    "header",
    ["", "{", "{}", HEADER[:-1], HEADER + "x", HEADER.replace("(2, 3)", "(2, 4)"), HEADER.replace("(2, 3)", "(-2, -3)"),
     HEADER.replace("(2, 3)", "(2, 3), 'shape': (1,"), HEADER.replace("(2, 3)", "(99999999999, 99999999999, 0)"),
     HEADER.replace("(2, 3)", "2"), HEADER.replace("False", "0"), HEADER.replace("False", "(1,)"),
     HEADER.replace("'<f8'", "'<f16'"), HEADER.replace("'<f8'", "'<c8'"), HEADER.replace("'<f8'", "'|V8'"),
     HEADER.replace("'<f8'", "'<M8[s]'"), HEADER.replace("'<f8'", "[('a', '<f8')]"), HEADER.replace("'<f8'", "''"),
     HEADER.replace("(2, 3)", "(__import__('os').getpid(),)"), "(" * 60_000],
)  # fmt: skip
def test_headers_that_are_none(tmp_path: Path, header: str) -> None:
    refused(tmp_path / "a.npy", with_header(header))


def test_python_objects_are_named_as_such(tmp_path: Path) -> None:
    assert "holds Python objects; expected numbers" in refused(
        tmp_path / "a.npy", npy(np.array([{}, None]), allow_pickle=True)
    )


def test_text_that_no_character_stands_for(tmp_path: Path) -> None:
    content = with_header("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", b"\xff\xff\xff\x7f")
    with pytest.raises(DataError, match="characters that do not exist"):
        parse_npy("words", io.BytesIO(content), len(content))


def test_a_file_cut_short_or_continued(tmp_path: Path) -> None:
    """It is read, not mapped: a file that is cut while it is in use would end the process."""
    good = npy(np.arange(6.0).reshape(2, 3))
    for length in range(len(good)):
        refused(tmp_path / "a.npy", good[:length])
    assert "49 bytes follow" in refused(tmp_path / "a.npy", good + b"x")


@pytest.mark.parametrize("seed", range(3))
def test_changed_arrays(tmp_path: Path, seed: int) -> None:
    dice, path = np.random.default_rng(seed), tmp_path / "a.npy"
    goods = [npy(np.arange(12, dtype=kind).reshape(4, 3)) for kind in ("u1", "<f4", ">i8")]
    for i in range(1_000):
        content = bytearray(goods[i % len(goods)])
        for _ in range(int(dice.integers(1, 5))):
            content[dice.integers(len(content))] = dice.integers(256)
        path.write_bytes(content)
        assert "pickle" not in said(lambda: read_npy(path))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("seed", range(2))
def test_changed_archives(tmp_path: Path, seed: int, save: Callable[..., None]) -> None:
    dice, path = np.random.default_rng(seed), tmp_path / "a.npz"
    good = npz(save, x=np.arange(60.0).reshape(20, 3), y=np.array(["a", "b"] * 10))
    for _ in range(500):
        content = bytearray(good)
        for _ in range(int(dice.integers(1, 5))):
            content[dice.integers(len(content))] = dice.integers(256)
        path.write_bytes(content[: dice.integers(1, len(content))] if dice.random() < 0.2 else content)
        assert "pickle" not in said(lambda: read_arrays(path, ("x", "y")))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archives_packed_in_another_way(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", method) as archive:
        archive.writestr("x.npy", npy(np.arange(3)))
    with pytest.raises(DataError, match=r"expected numpy\.savez"):
        read_arrays(tmp_path / "a.npz", ("x",))
