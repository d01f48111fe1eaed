"""MNIST as Keras keeps it: one archive with four arrays, found in its own place."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.errors import DataError


def keras_archive(home: Path, **changed: Any) -> Path:
    """Write a small archive with Keras's names into Keras's place, some arrays exchanged or (None) left out."""
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (60, 28, 28), dtype=np.uint8),
        "y_train": np.arange(60, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        "y_test": np.arange(20, dtype=np.uint8) % 10,
        **changed,
    }
    folder = home / ".keras" / "datasets"
    folder.mkdir(parents=True)
    np.savez_compressed(folder / "mnist.npz", **{name: a for name, a in arrays.items() if a is not None})
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_found_without_being_named(home: Path) -> None:
    folder = keras_archive(home)
    found = data.mnist(validation=None, download=False)
    with np.load(folder / "mnist.npz") as archive:
        assert np.array_equal(found.train.raw, archive["x_train"].reshape(60, 784))
        assert np.array_equal(found.train.y, archive["y_train"])
        assert found.test is not None
        assert np.array_equal(found.test.raw, archive["x_test"].reshape(20, 784))
        assert np.array_equal(found.test.y, archive["y_test"])
    assert found.image_shape == (28, 28)


def test_it_can_be_named(home: Path) -> None:
    assert len(data.mnist(keras_archive(home), validation=None).train) == 60


@pytest.mark.parametrize(
    "changed",
    [
        {"y_test": None},
        {"x_train": np.zeros((60, 28, 28))},
        {"y_train": np.zeros(59, dtype=np.uint8)},
        {"x_test": np.array([{}], dtype=object)},
    ],
    ids=["an array missing", "floats", "one label too few", "an object"],
)
def test_a_wrong_archive_is_refused(home: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(DataError):
        data.mnist(keras_archive(home, **changed), validation=None)
