"""The frames of a training: the run's own numbers, and no more of them than a page needs."""

import json
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from byhand.cli.live_publisher import LivePublisher
from byhand.engines.base import Engine
from byhand.engines.selection import choose_engine
from byhand.lab.broadcast import Hub
from byhand.lab.messages import first_weights, history_row, subsample, training_frame
from byhand.network import Network
from byhand.recipes import find_recipe
from byhand.recipes.datasets import load_data
from byhand.recipes.run import Run
from byhand.training.history import EpochRecord

NAMES = [
    "schema", "kind", "recipe", "sizes", "epoch", "epochs", "step", "loss", "accuracy", "validation",
    "examples_per_second", "weights", "history",
]  # fmt: skip


class Listening(Hub):
    def __init__(self) -> None:
        super().__init__()
        self.frames: list[dict[str, object]] = []

    def publish(self, frame: dict[str, object]) -> None:
        self.frames.append(frame)


def run_of(**fields: object) -> tuple[Run, Engine]:
    recipe = replace(find_recipe("digits"), **{"epochs": 3, **fields})  # type: ignore[arg-type]
    run = Run.of(recipe, load_data(recipe, None))
    state = run.state
    return run, choose_engine("numpy", state.network, run.plan.loss, state.optimizer).engine


def shown(run: Run, engine: Engine) -> list[dict[str, object]]:
    """Return a frame for the beginning and every epoch."""
    hub = Listening()
    publisher = LivePublisher(hub)
    publisher.publish(run, now=True)
    for _ in run.epochs(engine):
        publisher.publish(run, now=True)
    return hub.frames


def test_a_frame_has_the_records_numbers() -> None:
    run, engine = run_of(validation="balanced")
    first, *others = shown(run, engine)
    assert list(first) == NAMES
    assert (first["epoch"], first["step"], first["loss"], first["history"], first["validation"]) == (
        0,
        0,
        None,
        [],
        None,
    )
    assert first["examples_per_second"] == 0
    n = len(run.dataset.train)
    for frame, record in zip(others, run.state.history, strict=True):
        assert list(frame) == NAMES
        assert (frame["schema"], frame["kind"], frame["recipe"]) == (1, "training", "digits")
        assert (frame["epoch"], frame["epochs"]) == (record.epoch, 3)
        assert frame["step"] == record.epoch * run.plan.n_steps(n)
        assert (frame["loss"], frame["accuracy"]) == (record.loss, record.accuracy)
        assert frame["validation"] == {"loss": record.val_loss, "accuracy": record.val_accuracy}
        assert frame["examples_per_second"] == pytest.approx(n / record.seconds, rel=1e-3)
        assert frame["history"] == [history_row(row) for row in run.state.history[: record.epoch]]
    json.dumps(others, allow_nan=False)


def test_the_weights_are_those_of_the_first_units() -> None:
    run, engine = run_of(hidden=(20,))
    frames = shown(run, engine)
    W = run.state.network.layers[0].params["W"]
    weights = np.array(frames[-1]["weights"])
    assert frames[-1]["sizes"] == [64, 20, 10]
    assert weights.shape == (16, 64)
    assert np.abs(weights - W[:, :16].T).max() <= 0.5e-4 * 1.001
    assert max(len(repr(number)) for number in weights.ravel().tolist()) <= len("-12.1234")
    assert frames[0]["weights"] != frames[-1]["weights"]


def test_few_units_and_many_inputs() -> None:
    assert np.shape(first_weights(Network.mlp([3, 2, 1]))) == (2, 3)
    assert first_weights(Network.mlp([5000, 2, 1])) == []


@pytest.mark.parametrize("options", [{"n_heads": 2}, {"embedded_columns": [0]}])
def test_a_network_that_begins_otherwise_shows_no_weights(options: dict[str, Any]) -> None:
    assert first_weights(Network.mlp([3, 2, 1], **options)) == []


def test_without_validation_and_in_regression() -> None:
    record = EpochRecord(2, 0.5, None, None, None, 0.1, 1.0)
    frame = training_frame(
        recipe="sine", network=Network.mlp([1, 4, 1]), epochs=9, steps_an_epoch=7, examples_per_second=12.34,
        history=[history_row(record)],
    )  # fmt: skip
    assert (frame["epoch"], frame["step"], frame["loss"], frame["accuracy"]) == (2, 14, 0.5, None)
    assert frame["validation"] is None
    assert frame["examples_per_second"] == 12.3


def test_infinite_numbers_are_none() -> None:
    row = history_row(EpochRecord(1, 0.5, 0.5, float("inf"), float("nan"), 0.1, 1.0))
    assert (row["validation_loss"], row["validation_accuracy"], row["loss"]) == (None, None, 0.5)


@pytest.mark.parametrize("n", [0, 1, 2, 499, 500, 501, 999, 1000, 1001, 12_345])
def test_a_long_history_is_thinned_and_keeps_its_end(n: int) -> None:
    rows = [{"epoch": i + 1} for i in range(n)]
    kept = [row["epoch"] for row in subsample(rows)]
    assert len(kept) <= 500
    assert len(kept) >= min(n, 250)
    assert kept[-1:] == [row["epoch"] for row in rows[-1:]]
    assert len({later - earlier for earlier, later in pairwise(kept)}) <= 1


def test_short_epochs_are_not_all_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1.0)
    monkeypatch.setattr("byhand.cli.live_publisher.time", SimpleNamespace(monotonic=lambda: clock.now))
    run, engine = run_of(epochs=31, hidden=(2,))
    hub = Listening()
    publisher = LivePublisher(hub)
    for _ in zip(range(30), run.epochs(engine), strict=False):
        publisher.publish(run)
        clock.now += 0.04  # an epoch's seconds; a frame takes none
    assert [frame["epoch"] for frame in hub.frames] == list(range(1, 31, 3))  # every 0.12 s: the first from 0.1 on
    publisher.publish(run, now=True)
    assert hub.frames[-1]["epoch"] == run.state.epoch
