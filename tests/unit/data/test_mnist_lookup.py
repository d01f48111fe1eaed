"""Where MNIST is looked for, in which order, and what is said where it is not."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.data.idx import write_idx
from byhand.data.mnist import NAMES, DatasetNotFoundError, cache_folder
from byhand.errors import DataError, OptionError


def look_alike(folder: Path, n: int = 60, *, seed: int = 0, side: int = 6) -> Path:
    """Write four small IDX files."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    for part, count in (("train", n), ("t10k", n // 3)):
        pictures = dice.integers(0, 256, (count, side, side), dtype=np.uint8)
        write_idx(folder / f"{part}-images-idx3-ubyte", pictures)
        write_idx(folder / f"{part}-labels-idx1-ubyte", (np.arange(count) % 3).astype(np.uint8))
    return folder


def packed(folder: Path) -> Path:
    """Gzip the four files in place."""
    for name in NAMES:
        content = (folder / name).read_bytes()
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        (folder / name).unlink()
    return folder


def first_row(**options: Any) -> list[int]:
    return data.mnist(validation=None, download=False, **options).train.raw[0].tolist()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")


def test_the_nearest_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    neighbour = look_alike(tmp_path / "data" / "MNIST" / "raw", seed=1)
    assert first_row() == data.mnist(neighbour, validation=None).train.raw[0].tolist()
    cached = look_alike(cache_folder() / "mnist", seed=2)
    assert first_row() == data.mnist(cached, validation=None).train.raw[0].tolist()
    monkeypatch.setenv("BYHAND_DATA", str(look_alike(tmp_path / "named", seed=3)))
    by_variable = first_row()
    assert by_variable == data.mnist(tmp_path / "named", validation=None).train.raw[0].tolist()
    assert first_row(folder=look_alike(tmp_path / "given", seed=4)) != by_variable


def test_gzipped_files_are_read_like_plain_ones_and_leave_nothing_behind(tmp_path: Path) -> None:
    folder = look_alike(tmp_path / "set", seed=1)
    plain = first_row(folder=folder)
    packed(folder)
    assert first_row(folder=folder) == plain
    assert not cache_folder().exists()


def test_archives_that_end_in_the_same_bytes_are_not_confused(tmp_path: Path) -> None:
    """The last eight bytes of an archive are its checksum only where no padding follows."""
    rows = []
    for seed in (1, 2):
        folder = packed(look_alike(tmp_path / f"set {seed}", seed=seed))
        for name in NAMES:
            with (folder / f"{name}.gz").open("ab") as file:
                file.write(bytes(8))
        rows.append(first_row(folder=folder))
    dice = [np.random.default_rng(seed).integers(0, 256, (60, 6, 6), dtype=np.uint8)[0].ravel() for seed in (1, 2)]
    assert rows == [row.tolist() for row in dice]


def test_any_set_in_the_four_files_is_read_and_named_after_its_folder(tmp_path: Path) -> None:
    dataset = data.mnist(look_alike(tmp_path / "fashion", n=90, side=5))
    assert (dataset.name, dataset.image_shape, dataset.class_names) == ("fashion", (5, 5), ("0", "1", "2"))
    assert dataset.validation is not None
    assert dataset.test is not None
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (75, 15, 30)


@pytest.mark.parametrize("missing", NAMES)
def test_the_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = look_alike(tmp_path / "set")
    (folder / missing).unlink()
    with pytest.raises(DataError, match=f"holds no {missing}.*BYHAND_DATA"):
        data.mnist(folder)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    folder = look_alike(tmp_path / "set")
    shutil.copy(folder / "t10k-labels-idx1-ubyte", folder / "train-labels-idx1-ubyte")
    with pytest.raises(DataError, match="shape"):
        data.mnist(folder)
    write_idx(folder / "train-labels-idx1-ubyte", np.zeros((60, 1), dtype=np.uint8))
    with pytest.raises(DataError, match="shape"):
        data.mnist(folder)


def test_pictures_of_two_sizes_are_refused(tmp_path: Path) -> None:
    folder = look_alike(tmp_path / "set")
    shutil.copy(look_alike(tmp_path / "other", side=5) / "t10k-images-idx3-ubyte", folder / "t10k-images-idx3-ubyte")
    with pytest.raises(DataError, match="one size"):
        data.mnist(folder)


def test_nowhere(tmp_path: Path, no_network: None) -> None:
    for download in (True, False):
        with pytest.raises(DatasetNotFoundError, match="Name the folder of its four files by BYHAND_DATA"):
            data.mnist(download=download)
    with pytest.raises(DataError):
        data.mnist(tmp_path / "no such folder")


def test_an_unknown_validation(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Did you mean 'balanced'"):
        data.mnist(look_alike(tmp_path / "set"), validation="balanced-block")


def test_the_real_one(mnist_folder: Path) -> None:
    dataset = data.mnist(mnist_folder)
    assert dataset.name == "mnist"
    assert dataset.validation is not None
    assert dataset.test is not None
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (50_000, 10_000, 10_000)
    assert dataset.train.y[:5].tolist() == [5, 0, 4, 1, 9]


def test_a_user_without_a_home_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container: no HOME, and a user number that the system does not know."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("BYHAND_CACHE")
    with pytest.raises(DatasetNotFoundError, match="BYHAND_CACHE"):
        first_row()
    neighbour = look_alike(tmp_path / "data" / "MNIST" / "raw", seed=1)
    assert first_row() == data.mnist(neighbour, validation=None).train.raw[0].tolist()
    monkeypatch.setenv("BYHAND_DATA", str(look_alike(tmp_path / "named", seed=3)))
    assert first_row() == data.mnist(tmp_path / "named", validation=None).train.raw[0].tolist()
    monkeypatch.setenv("BYHAND_CACHE", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache"
