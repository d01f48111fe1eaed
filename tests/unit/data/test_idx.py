"""IDX files: what is written is what is read, and it is the format of MNIST to the byte."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from byhand.data.idx import KINDS, read_idx, write_idx
from byhand.errors import DataError, SystemResourceError

SHAPES = [(1,), (7,), (3, 4), (2, 3, 4), (2, 1, 3, 2)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", KINDS.values())
def test_what_is_written_is_read(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.random.default_rng(0).integers(0, 100, shape) / 4).astype(np.dtype(dtype).newbyteorder("="))
    write_idx(tmp_path / "a", array)
    read = read_idx(tmp_path / "a")
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)


def test_the_bytes_are_those_of_the_format(tmp_path: Path) -> None:
    write_idx(tmp_path / "a", np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int16))
    header = b"\0\0\x0b\x02" + struct.pack(">2I", 2, 3)
    assert (tmp_path / "a").read_bytes() == header + struct.pack(">6h", 1, 2, 3, 4, 5, 6)


def test_gzip_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    write_idx(tmp_path / "plain.gz", array)
    packed = gzip.compress((tmp_path / "plain.gz").read_bytes())
    (tmp_path / "packed").write_bytes(packed)
    (tmp_path / "two members").write_bytes(gzip.compress(b"\0\0\x08\x01") + gzip.compress(b"\0\0\0\2ab"))
    assert np.array_equal(read_idx(tmp_path / "plain.gz"), array)
    assert np.array_equal(read_idx(tmp_path / "packed"), array)
    assert read_idx(tmp_path / "two members").tobytes() == b"ab"


@pytest.mark.parametrize(
    "array",
    [np.float64(1).reshape(()), np.zeros((1,) * 5, dtype=np.uint8), np.zeros(3, dtype=np.int64), np.array(["a"])],
    ids=["no dimension", "five", "int64", "words"],
)
def test_what_the_format_cannot_hold_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(DataError, match="write_idx got"):
        write_idx(tmp_path / "a", array)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_and_unwritable(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_idx(tmp_path / "none")
    with pytest.raises(DataError, match="is a folder"):
        read_idx(tmp_path)
    with pytest.raises(SystemResourceError, match="cannot be written"):
        write_idx(tmp_path / "no" / "a", np.zeros(1, dtype=np.uint8))


def test_the_real_files(mnist_folder: Path) -> None:
    images = read_idx(next(mnist_folder.glob("t10k-images*")))
    labels = read_idx(next(mnist_folder.glob("t10k-labels*")))
    assert (images.shape, images.dtype) == ((10_000, 28, 28), np.uint8)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
