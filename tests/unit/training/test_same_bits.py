"""A run is a function of its plan: the same bits again, the same bits when resumed, the way back when stopped."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from assertions import bits_of, without_time

from byhand.data.examples import Examples
from byhand.engines.numpy_engine import NumpyEngine
from byhand.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

Maker = Callable[..., TrainingState]
OPTIMIZERS = [SGD, Momentum, Nesterov, Adam, AdamW]


def run(state: TrainingState, examples: Examples, plan: Plan, **options: Any) -> TrainingState:
    for _ in train(state, examples, plan, **options):
        pass
    return state


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_same_seed_same_bits(fresh: Maker, examples: Examples, plan: Plan, optimizer: type[Optimizer]) -> None:
    one, other = (run(fresh(optimizer), examples, plan) for _ in range(2))
    assert bits_of(one) == bits_of(other)
    assert without_time(one.history) == without_time(other.history)


def test_another_seed_other_bits(fresh: Maker, examples: Examples, plan: Plan) -> None:
    one, other = (run(fresh(), examples, replace(plan, seed=seed)) for seed in (3, 4))
    assert bits_of(one) != bits_of(other)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("pause", range(1, 6))
def test_a_run_that_goes_on_from_any_epoch_ends_in_the_bits_of_an_unbroken_one(
    fresh: Maker, examples: Examples, validation: Examples, plan: Plan, optimizer: type[Optimizer], pause: int
) -> None:
    unbroken = run(fresh(optimizer), examples, plan, validation=validation)
    state = fresh(optimizer)
    for record in train(state, examples, plan, validation=validation):
        if record.epoch == pause:
            break
    assert state.epoch == pause
    resumed = run(deepcopy(state), examples, plan, validation=validation)
    assert bits_of(resumed) == bits_of(unbroken)
    assert without_time(resumed.history) == without_time(unbroken.history)


# NumPy's engine asks before every minibatch; the core trains an epoch as short as these in one go.


def stopping_after(n_steps: int) -> Callable[[], bool]:
    asked = iter(range(10_000))
    return lambda: next(asked) >= n_steps


@pytest.mark.parametrize("n_steps", [0, 1, 6, 7, 8, 13, 14, 20])
def test_stopping_in_the_middle_of_an_epoch_restores_the_last_whole_one(
    fresh: Maker, examples: Examples, plan: Plan, n_steps: int
) -> None:
    whole_epochs = n_steps // 7  # seven minibatches an epoch
    state = fresh()
    records = list(train(state, examples, plan, engine=NumpyEngine(), stop=stopping_after(n_steps)))
    assert [record.epoch for record in records] == list(range(1, whole_epochs + 1))
    assert state.epoch == whole_epochs
    expected = fresh()
    if whole_epochs:
        for record in train(expected, examples, plan, engine=NumpyEngine()):
            if record.epoch == whole_epochs:
                break
    assert bits_of(state) == bits_of(expected)
    assert without_time(state.history) == without_time(expected.history)
    one, other = (run(start, examples, plan, engine=NumpyEngine()) for start in (state, fresh()))
    assert bits_of(one) == bits_of(other)


def test_an_exception_in_the_middle_of_an_epoch_restores_too(fresh: Maker, examples: Examples, plan: Plan) -> None:
    asked = iter(range(100))

    def interrupted() -> bool:
        if next(asked) == 10:
            raise KeyboardInterrupt
        return False

    state = fresh()
    with pytest.raises(KeyboardInterrupt):
        run(state, examples, plan, engine=NumpyEngine(), stop=interrupted)
    assert state.epoch == 1
    expected = fresh()
    next(iter(train(expected, examples, plan, engine=NumpyEngine())))
    assert bits_of(state) == bits_of(expected)


def test_optimizer_state_that_did_not_exist_before_the_epoch_is_forgotten(
    fresh: Maker, examples: Examples, plan: Plan
) -> None:
    state = fresh()
    assert list(train(state, examples, plan, engine=NumpyEngine(), stop=stopping_after(3))) == []
    assert state.optimizer.state == {}


def test_pausing_is_not_pulling(fresh: Maker, examples: Examples, plan: Plan) -> None:
    state = fresh()
    before = bits_of(state)
    walk = train(state, examples, plan)
    assert bits_of(state) == before  # nothing happens until the first record is asked for
    next(walk)
    after = bits_of(state)
    assert after != before
    assert bits_of(state) == after
    next(walk)
    assert bits_of(state) != after


def test_a_finished_run_asked_to_go_on_does_nothing(fresh: Maker, examples: Examples, plan: Plan) -> None:
    state = run(fresh(), examples, plan)
    before = bits_of(state)
    assert list(train(state, examples, plan)) == []
    assert bits_of(state) == before


def test_what_is_validated_on_never_reaches_a_gradient(
    fresh: Maker, examples: Examples, validation: Examples, plan: Plan
) -> None:
    garbage = replace(validation, raw=255 - validation.raw, y=validation.y[::-1].copy())
    alone = run(fresh(), examples, plan)
    for watched in (validation, garbage):
        assert bits_of(run(fresh(), examples, plan, validation=watched)) == bits_of(alone)


def test_training_leaves_the_examples_as_they_were(fresh: Maker, examples: Examples, plan: Plan) -> None:
    raw, y = examples.raw.copy(), examples.y.copy()
    frozen = replace(examples, raw=examples.raw.copy(), y=examples.y.copy())
    for array in (frozen.raw, frozen.y):
        array.flags.writeable = False
    run(fresh(), frozen, plan)
    np.testing.assert_array_equal(frozen.raw, raw)
    np.testing.assert_array_equal(frozen.y, y)
