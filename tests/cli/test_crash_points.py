"""A training run is broken off at every single write, once by death and once by a full disk: it goes on to the same
bits, its history without gap or double, and nothing is left lying about."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import byhand

from byhand.persistence.model import load_model
from byhand.training.history import from_json_lines

EPOCHS = 4
TRAIN = [
    "train", "vanilla", "--data", "moons", "--examples", "60", "--hidden", "5", "--batch-size", "10",
    "--epochs", str(EPOCHS), "--dropout", "0.2", "--optimizer", "adam", "--validate", "--patience", "3", "--quiet",
    "--engine", "numpy",  # one seed after the other, in this thread: the death of a thread is not that of a process
]  # fmt: skip


class Death(BaseException):
    """The process is no more: no handler runs."""


class Interrupted:
    """os.replace, which fails at its n-th call, before or after it has renamed; counts its calls."""

    def __init__(self, n: int, error: BaseException, *, after: bool = False) -> None:
        self.n, self.error, self.after, self.calls = n, error, after, 0
        self._replace = os.replace

    def __call__(self, *args: Any) -> None:
        self.calls += 1
        if self.calls != self.n:
            return self._replace(*args)
        if self.after:
            self._replace(*args)
        raise self.error


@pytest.fixture(autouse=True)
def _save_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byhand.training.run_folder.SAVE_EVERY", -1.0)


@contextmanager
def interrupted(
    monkeypatch: pytest.MonkeyPatch, n: int, error: BaseException, *, after: bool = False
) -> Iterator[Interrupted]:
    """Within this, the n-th write fails."""
    with monkeypatch.context() as patch:
        replacement = Interrupted(n, error, after=after)
        patch.setattr("byhand.files.os.replace", replacement)
        yield replacement


def whole_run(train: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, bytes]]:
    """Return how many writes an unbroken run makes, and what it comes to."""
    with interrupted(monkeypatch, 0, Death()) as count:
        assert byhand(*train, "--runs", folder / "whole").code == 0
    return count.calls, bits(folder / "whole" / "vanilla-1")


def bits(run: Path) -> dict[str, bytes]:
    """Return all trained numbers of a run, of every seed."""
    models = sorted(run.rglob("model.safetensors"))
    assert models
    return {
        f"{model.parent.name if model.parent != run else ''}/{name}": array.tobytes()
        for model in models
        for name, array in load_model(model).network.params.items()
    }


def check_finished(run: Path, expected: dict[str, bytes]) -> None:
    assert bits(run) == expected
    for history in run.rglob("history.jsonl"):
        epochs = [row.epoch for row in from_json_lines(history.read_text())]
        assert epochs == list(range(1, len(epochs) + 1))
    names = {path.name for path in run.rglob("*") if path.is_file()}
    assert names == {"record.json", "history.jsonl", "model.safetensors"}


@pytest.mark.parametrize("seeds", ["1", pytest.param("2", marks=pytest.mark.full)])
def test_death_at_every_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: str) -> None:
    train = [*TRAIN, "--seeds", seeds]
    writes, expected = whole_run(train, tmp_path, monkeypatch)
    assert writes > 2 * EPOCHS * int(seeds)
    for n, after in product(range(2, writes + 1), (False, True)):  # before the first one there is nothing to go on with
        run = tmp_path / f"{n}-{after}" / "vanilla-1"
        with interrupted(monkeypatch, n, Death(), after=after), pytest.raises(Death):
            byhand(*train, "--runs", run.parent)
        all_was_done = n == writes and after
        told = {history: history.read_text() for history in run.rglob("history.jsonl")}
        assert byhand("train", "--resume", run, "--quiet").code == (3 if all_was_done else 0)
        check_finished(run, expected)
        for history, before in told.items():
            assert history.read_text().startswith(before)  # its seconds too: it went on and did not begin again


def test_a_full_disk_at_every_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes, expected = whole_run(TRAIN, tmp_path, monkeypatch)
    for n in range(1, writes + 1):
        run = tmp_path / str(n) / "vanilla-1"
        with interrupted(monkeypatch, n, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
            done = byhand(*TRAIN, "--runs", run.parent)
        assert done.code == 4
        assert str(run) in done.err
        assert "No space left" in done.err
        assert len(done.err.splitlines()) == 1
        assert not list(run.rglob(".byhand-*"))
        if n > 1:
            assert byhand("train", "--resume", run, "--quiet").code == 0
            check_finished(run, expected)


def test_what_the_dead_left_is_swept(tmp_path: Path) -> None:
    assert byhand(*TRAIN, "--runs", tmp_path).code == 0
    run = tmp_path / "vanilla-1"
    record = (run / "record.json").read_text()
    (run / "record.json").write_text(record.replace('"finished"', '"running"'))
    (run / ".byhand-999999999-checkpoint.safetensors").write_bytes(b"half")
    (run / ".byhand-1-model.safetensors").write_bytes(b"of a living process")
    assert byhand("train", "--resume", run, "--quiet").code == 0
    assert [path.name for path in run.glob(".byhand-*")] == [".byhand-1-model.safetensors"]


def test_every_seed_of_many_is_the_run_of_that_seed_alone(tmp_path: Path) -> None:
    assert byhand(*TRAIN, "--seeds", "2", "--seed", "5", "--runs", tmp_path).code == 0
    for seed in ("5", "6"):
        alone = byhand(*TRAIN, "--seed", seed, "--runs", tmp_path / seed, "--json").json
        params = load_model(alone["model"]).network.params
        among = load_model(tmp_path / "vanilla-1" / f"seed-{seed}").network.params
        assert all(np.array_equal(params[name], among[name]) for name in params)
