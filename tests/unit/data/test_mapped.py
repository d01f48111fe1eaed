"""A mapped file is the array that reading it gives; it is checked before it is mapped, and training copies nothing."""

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import byhand as bh
from byhand.arrays import is_mapped
from byhand.data import mapped, mnist
from byhand.data.examples import Examples
from byhand.data.idx import write_idx
from byhand.data.image_folder import is_image_folder
from byhand.data.npy import map_npy
from byhand.data.split import range_split
from byhand.engines.epoch_buffers import core_inputs
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import DataError, OptionError
from byhand.preprocessing import UNSCALED

N, SIDE, K = 1200, 5, 3


def pictures(n: int = N, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return bytes (n, SIDE, SIDE) and labels: class i is bright in row i."""
    dice = np.random.default_rng(seed)
    y = dice.integers(0, K, n)
    x = dice.integers(0, 120, (n, SIDE, SIDE))
    x[np.arange(n), y] += 100
    return x.astype(np.uint8), y.astype(np.uint8)


def write_folder(folder: Path, kind: str, y: np.ndarray | None = None) -> Path:
    folder.mkdir()
    for part, n, seed in (("train", N, 0), ("t10k" if kind == "idx" else "test", 300, 1)):
        x, labels = pictures(n, seed)
        labels = labels if y is None or n != N else y
        if kind == "idx":
            write_idx(folder / f"{part}-images-idx3-ubyte", x)
            write_idx(folder / f"{part}-labels-idx1-ubyte", labels)
        else:
            np.save(folder / f"x_{part}.npy", x)
            np.save(folder / f"y_{part}.npy", labels.astype(np.int64))
    return folder


@pytest.fixture
def map_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small files count as large."""
    monkeypatch.setattr(mapped, "MAP_FROM", 1000)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_mapped_array_is_the_array_that_was_written(tmp_path: Path, dtype: type) -> None:
    written: np.ndarray = pictures()[0].astype(dtype)
    np.save(tmp_path / "x.npy", written)
    found = bh.data.map_array(tmp_path / "x.npy")
    assert is_mapped(found)
    assert not found.flags.writeable
    assert found.dtype == dtype
    assert np.array_equal(found, written)


def test_so_is_a_mapped_idx_file(tmp_path: Path) -> None:
    written = pictures()[0]
    write_idx(tmp_path / "x", written)
    found = bh.data.map_array(tmp_path / "x")
    assert is_mapped(found)
    assert np.array_equal(found, written)


def test_views_are_mapped_and_copies_are_not(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", pictures()[0])
    found = bh.data.map_array(tmp_path / "x.npy").reshape(N, -1)
    examples = Examples(found, pictures()[1], UNSCALED)
    assert is_mapped(examples.raw)
    assert is_mapped(examples.take(slice(100, None)).raw)
    assert not is_mapped(examples.take(np.arange(3)).raw)
    assert not is_mapped(np.zeros(3))
    assert is_mapped(np.load(tmp_path / "x.npy", mmap_mode="r"))


@pytest.mark.parametrize("engine", [NumpyEngine, NativeEngine])
@pytest.mark.parametrize("kind", ["idx", "npy"])
def test_a_mapped_folder_trains_to_the_same_bits(
    tmp_path: Path, kind: str, engine: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, networks = write_folder(tmp_path / "set", kind), []
    for least in (1 << 27, 1000):
        monkeypatch.setattr(mapped, "MAP_FROM", least)
        data = mnist(folder, preparation="standard", validation=None)
        assert is_mapped(data.train.raw) == (least == 1000)
        network = bh.Network.mlp([SIDE * SIDE, 8, K], seed=1)
        bh.fit(network, data.train, loss="softmax_cross_entropy", batch_size=32, epochs=2, engine=engine())
        networks.append(network)
    assert all(np.array_equal(networks[0].params[name], networks[1].params[name]) for name in networks[0].params)


@pytest.mark.usefixtures("map_all")
@pytest.mark.parametrize(("validation", "n"), [("balanced", 200), (None, 0)])
def test_the_parts_of_a_mapped_set_are_ranges_of_the_file(tmp_path: Path, validation: str | None, n: int) -> None:
    data = mnist(write_folder(tmp_path / "set", "idx"), validation=validation)
    x, y = pictures()
    assert is_mapped(data.train.raw)
    assert np.array_equal(data.train.raw, x[: N - n].reshape(N - n, -1))
    if data.validation is not None:
        assert is_mapped(data.validation.raw)
        assert np.array_equal(data.validation.y, y[N - n :])


@pytest.mark.usefixtures("map_all")
def test_the_core_is_given_the_mapped_bytes_themselves(tmp_path: Path) -> None:
    data = mnist(write_folder(tmp_path / "set", "idx"), validation=None)
    inputs, _ = core_inputs(data.train)
    kept = np.ascontiguousarray(inputs, dtype=np.uint8)
    assert kept.ctypes.data == data.train.raw.ctypes.data


def peak_bytes(folder: Path, n: int, engine: type) -> int:
    """Return the most bytes that Python and NumPy had reserved at a time, to train and evaluate on n mapped rows."""
    np.save(folder / f"{n}.npy", np.zeros((n, 784), dtype=np.uint8))
    examples = Examples(bh.data.map_array(folder / f"{n}.npy"), np.arange(n) % K, UNSCALED)
    network = bh.Network.mlp([784, 4, K], seed=1)
    tracemalloc.start()
    bh.fit(network, examples, validation=examples, loss="softmax_cross_entropy", epochs=1, engine=engine())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("engine", [NumpyEngine, NativeEngine])
def test_memory_grows_by_labels_and_order_and_not_by_the_mapped_rows(tmp_path: Path, engine: type) -> None:
    few, many = 3_000, 9_000
    peak_bytes(tmp_path, few, engine)  # the first training reserves what the others find
    growth = peak_bytes(tmp_path, many, engine) - peak_bytes(tmp_path, few, engine)
    assert growth / (many - few) < 100  # bytes a row, which has 784


def test_a_range_of_sorted_rows_is_refused() -> None:
    assert range_split(np.arange(6000) % 3, 1000) == (slice(0, 5000), slice(5000, 6000))
    with pytest.raises(DataError, match=r"of class 0 there are 0 among them; expected about 333\. Shuffle"):
        range_split(np.sort(np.arange(6000) % 3), 1000)


@pytest.mark.usefixtures("map_all")
def test_a_scaling_that_needs_all_inputs_at_once_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Use standardize"):
        mnist(write_folder(tmp_path / "set", "idx"), preparation="robust", validation=None)


@pytest.mark.parametrize("y", [np.full(N, 70_000, dtype=np.int32), np.full(N, -1, dtype=np.int32)])
def test_labels_that_are_none_are_refused(tmp_path: Path, y: np.ndarray) -> None:
    with pytest.raises(DataError, match="expected 0 … 65,535"):
        mnist(write_folder(tmp_path / "set", "idx", y), validation=None)


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        bh.data.map_array(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_cut_packed_or_of_another_kind_is_not_mapped(tmp_path: Path) -> None:
    good = b"\0\0\x08\x03" + struct.pack(">3I", 5, 4, 3) + bytes(range(60))
    for length in range(len(good)):
        refused(tmp_path / "cut", good[:length])
    assert "left over" in refused(tmp_path / "long", good + b"x")
    assert "gunzip" in refused(tmp_path / "packed", b"\x1f\x8b" + good)
    assert "expected bytes" in refused(tmp_path / "floats", b"\0\0\x0d\x01" + struct.pack(">I", 1) + bytes(4))
    huge = b"\0\0\x08\x03" + struct.pack(">3I", *(2**32 - 1,) * 3) + bytes(60)
    assert "declares an array" in refused(tmp_path / "huge", huge)


@pytest.mark.parametrize(
    "array", [np.zeros((3, 4)), np.zeros((3, 4), dtype=">f4"), np.zeros((3, 4), np.uint8, order="F"), np.zeros((0, 4))]
)
def test_numbers_that_would_be_converted_are_not_mapped(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(DataError, match="uint8 or float32 in C order"):
        map_npy(tmp_path / "x.npy")


def test_a_number_that_is_not_finite_is_named_by_its_row(tmp_path: Path) -> None:
    x = np.zeros((5000, 3), dtype=np.float32)
    x[4321, 2] = np.nan
    with pytest.raises(DataError, match="nan in row 4321, column 2 of the inputs"):
        Examples(x, np.zeros(5000, dtype=np.int64), UNSCALED)


@pytest.mark.parametrize("kind", ["idx", "npy"])
def test_a_folder_of_runs_beside_the_files_makes_no_classes_of_them(tmp_path: Path, kind: str) -> None:
    folder = write_folder(tmp_path / "set", kind)
    (folder / "runs").mkdir()
    assert not is_image_folder(folder)
