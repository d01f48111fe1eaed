"""What never ends, is too long or waits for somebody is refused by every verb that reads files, at once."""

import os
from pathlib import Path

import pytest
from cli_runner import byhand

NAMES = ["x.csv", "x.npy", "x.npz", "x.png", "x-idx3-ubyte", "x.safetensors"]


@pytest.fixture(params=NAMES)
def pipe(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / request.param)
    return tmp_path / request.param


@pytest.fixture(params=NAMES)
def sparse(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of six gigabytes that takes no place on the disk."""
    with (tmp_path / request.param).open("wb") as file:
        file.truncate(6 << 30)
    return tmp_path / request.param


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_predict_does_not_wait_for_a_pipe(trained: Path, pipe: Path) -> None:
    done = byhand("predict", pipe, "--model", trained)
    assert done.code == 3
    assert "is not a regular file" in done.err


def test_predict_does_not_read_what_is_too_long(trained: Path, sparse: Path) -> None:
    done = byhand("predict", sparse, "--model", trained)
    assert done.code == 3
    assert "is too large: it has 6,442,450,944 bytes" in done.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_no_model_is_read_from_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    for model in (tmp_path, tmp_path / "model.safetensors"):
        done = byhand("evaluate", model)
        assert done.code == 3
        assert "is not a regular file" in done.err
