"""The order of the examples is a function of (seed, epoch), and every example comes once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from assertions import Watching

from byhand.data.examples import Examples
from byhand.data.minibatches import minibatches
from byhand.errors import OptionError
from byhand.layers import Dense
from byhand.losses import SquaredError
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.preprocessing import fit_scaler
from byhand.random import DROPOUT
from byhand.schedules import Constant, LinearDecay
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

N = 25


def numbered() -> Examples:
    """Return examples whose answers are their row numbers: the loss sees who comes when."""
    raw = np.ones((N, 2), dtype=np.float32)
    return Examples(raw, np.arange(N, dtype=np.float32), fit_scaler("raw", raw, low=0, high=1))


def seen(*, seed: int = 3, epochs: int = 3, shuffle: bool = True, batch_size: int = 10) -> list[list[list[int]]]:
    """Return the row numbers of every minibatch of every epoch of a run."""
    loss = Watching()
    plan = Plan(loss, Constant(1e-6), epochs=epochs, batch_size=batch_size, seed=seed, shuffle=shuffle)
    found = []
    for _ in train(TrainingState(Network([Dense(2, 1)]), SGD()), numbered(), plan):
        found.append([batch.astype(int).tolist() for batch in loss.seen])
        loss.seen.clear()
    return found


def flat(batches: list[list[int]]) -> list[int]:
    return [row for batch in batches for row in batch]


@pytest.mark.parametrize("batch_size", [1, 7, 10, 25, 100])
def test_every_example_once_per_epoch_and_the_last_short_batch_is_kept(batch_size: int) -> None:
    for batches in seen(batch_size=batch_size):
        assert sorted(flat(batches)) == list(range(N))
        full, rest = divmod(N, batch_size)
        assert [len(batch) for batch in batches] == [batch_size] * full + [rest] * (rest > 0)


def test_the_order_differs_between_epochs_and_between_seeds() -> None:
    orders = [flat(batches) for seed in (3, 4) for batches in seen(seed=seed)]
    assert len({tuple(order) for order in orders}) == 6
    assert all(order != sorted(order) for order in orders)


def test_the_order_is_the_same_again_for_the_same_seed_and_epoch() -> None:
    assert seen() == seen()
    assert seen(epochs=2) == seen(epochs=5)[:2]  # however long the run is planned to be


def test_the_order_does_not_hang_on_the_batch_size() -> None:
    assert [flat(batches) for batches in seen(batch_size=4)] == [flat(batches) for batches in seen(batch_size=11)]


def test_without_shuffle_it_is_file_order_every_epoch() -> None:
    assert [flat(batches) for batches in seen(shuffle=False)] == [list(range(N))] * 3


def test_every_place_is_equally_likely() -> None:
    plan = Plan(SquaredError(), Constant(0.1), epochs=1, batch_size=1)
    firsts = [plan.order(5, epoch)[0] for epoch in range(1, 2001)]
    assert np.bincount(firsts).min() > 400 - 5 * np.sqrt(320)  # 400 ± 18 expected of each


def test_dropout_does_not_change_the_shuffle() -> None:
    def order(dropout: float) -> list[np.ndarray]:
        loss = Watching()
        network = Network.mlp([2, 6, 1], dropout=dropout, seed=1)
        plan = Plan(loss, Constant(0.01), epochs=2, batch_size=10, seed=3)
        for _ in train(TrainingState(network, SGD()), numbered(), plan):
            pass
        return loss.seen

    for plain, dropped in zip(order(0.0), order(0.5), strict=True):
        np.testing.assert_array_equal(plain, dropped)


def test_the_job_of_an_epoch_is_a_function_of_plan_and_epoch(examples: Examples, plan: Plan) -> None:
    rates = plan.learning_rates(len(examples))
    one, again, other = (plan.spec(examples, epoch, rates) for epoch in (2, 2, 3))
    np.testing.assert_array_equal(one.order, again.order)
    np.testing.assert_array_equal(one.pixel_shifts, again.pixel_shifts)
    assert one.rng == again.rng
    assert (one.rng.seed, one.rng.stream, one.rng.epoch, one.rng.position) == (3, DROPOUT, 2, 0)
    assert not np.array_equal(one.order, other.order)
    assert not np.array_equal(one.pixel_shifts, other.pixel_shifts)
    assert one.pixel_shifts is not None
    assert set(np.unique(one.pixel_shifts)) == {-1, 0, 1}


def test_the_rates_of_all_epochs_laid_end_to_end_are_the_schedule(examples: Examples, plan: Plan) -> None:
    plan = replace(plan, schedule=LinearDecay(0.3))
    all_rates = plan.learning_rates(len(examples))
    rates = np.concatenate([plan.spec(examples, epoch, all_rates).learning_rates for epoch in range(1, 7)])
    assert plan.n_steps(50) == 7
    np.testing.assert_array_equal(rates, LinearDecay(0.3)(42))


def test_minibatches_pair_each_prepared_row_with_its_answer() -> None:
    raw = np.arange(N, dtype=np.uint8).reshape(-1, 1)
    examples = Examples(raw, np.arange(N), fit_scaler("signed", raw, low=0, high=255))
    for x, y in minibatches(examples, np.arange(N)[::-1], 7):
        assert x.dtype == np.float32
        np.testing.assert_allclose(x[:, 0], y / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"epochs": 0}, "epochs=0; expected 1 … 1,000,000"),
        ({"batch_size": 0}, "batch_size=0; expected 1 …"),
        ({"patience": 0}, "patience=0; expected 1 or more"),
        ({"image_shape": None}, "max_shift, but the examples are not pictures; leave max_shift at 0"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: Plan, change: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        replace(plan, **change)


def test_callbacks_of_the_fixture_are_no_part_of_it(fresh: Callable[..., TrainingState]) -> None:
    assert fresh().epoch == 0
    assert fresh().network is not fresh().network


def test_the_schedule_is_asked_once_for_the_whole_run(examples: Examples) -> None:
    """Asked anew for every epoch, a run of E epochs would make E² of them."""
    asked: list[int] = []

    def schedule(n_steps: int) -> np.ndarray:
        asked.append(n_steps)
        return np.full(n_steps, 0.01)

    state = TrainingState(Network.mlp([examples.n_features, 3]), SGD())
    list(train(state, examples, Plan(SquaredError(), schedule, epochs=5, batch_size=10)))
    assert len(asked) == 1
