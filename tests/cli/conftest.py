"""What the tests of the verbs share: trained runs, and a small set in MNIST's files."""

from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand import data
from byhand.data.idx import write_idx
from byhand.data.mnist_preprocess import normalize_digit

N_TRAIN, N_TEST = 900, 300


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of a network trained on the bundled digits."""
    runs = tmp_path_factory.mktemp("runs")
    assert byhand("train", "digits", "--epochs", "10", "--runs", runs).code == 0
    return runs / "digits-1"


@pytest.fixture(scope="session")
def look_alike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the bundled digits as MNIST holds its own: 28×28 in four IDX files."""
    folder = tmp_path_factory.mktemp("look-alike")
    digits = data.digits().train
    images = np.stack([normalize_digit(16.0 - row.reshape(8, 8)) for row in digits.raw[: N_TRAIN + N_TEST]])
    labels = digits.y[: N_TRAIN + N_TEST].astype(np.uint8)
    for name, rows in (("train", slice(N_TRAIN)), ("t10k", slice(N_TRAIN, None))):
        write_idx(folder / f"{name}-images-idx3-ubyte", images[rows])
        write_idx(folder / f"{name}-labels-idx1-ubyte", labels[rows])
    return folder


@pytest.fixture(scope="session")
def read_pictures(look_alike: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of a network trained on the look-alike."""
    runs = tmp_path_factory.mktemp("runs")
    flags = ["--batch-size", "32", "--epochs", "10", "--learning-rate", "0.05"]  # there are few pictures
    done = byhand("train", "vanilla", "--data-dir", look_alike, *flags, "--runs", runs)
    assert done.code == 0, done.err
    return runs / "vanilla-1"
