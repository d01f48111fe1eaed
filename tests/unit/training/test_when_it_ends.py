"""Early stopping, divergence, refusals: every way a run can end, and what is left of it."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from assertions import bits, bits_of

from byhand.data.examples import Examples
from byhand.data.toy import moons
from byhand.errors import DataError, DivergedError, OptionError
from byhand.layers import Dense, ReLU, Sigmoid, Softmax
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.persistence.state_dict import copy_arrays, state_dict
from byhand.preprocessing import fit_scaler
from byhand.schedules import Constant
from byhand.training.fit import fit
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

Maker = Callable[..., TrainingState]


def overfitting(epochs: int = 60, patience: int = 5) -> tuple[TrainingState, Examples, Examples, Plan]:
    """Return a run whose validation loss falls and then rises: few, noisy examples and many units."""
    few, held_back = moons(24, noise=0.5, seed=1).train, moons(200, noise=0.5, seed=2).train
    network = Network.mlp([2, 60, 60, 2], seed=1)
    plan = Plan(SoftmaxCrossEntropy(), Constant(0.3), epochs=epochs, batch_size=4, seed=1, patience=patience)
    return TrainingState(network, SGD()), few, held_back, plan


def losses_until_the_end(state: TrainingState, few: Examples, held_back: Examples, plan: Plan) -> list[float | None]:
    """Train, check that the weights of the epoch with the least validation loss are restored; return these losses."""
    after_each = {
        record.epoch: copy_arrays(state_dict(state.network)) for record in train(state, few, plan, validation=held_back)
    }
    losses = [record.val_loss for record in state.history]
    assert bits(state_dict(state.network)) == bits(after_each[int(np.argmin(losses)) + 1])
    return losses


def test_early_stopping_stops_and_restores_the_best_weights() -> None:
    state, few, held_back, plan = overfitting()
    losses = losses_until_the_end(state, few, held_back, plan)
    best = int(np.argmin(losses)) + 1
    assert best == len(losses) - plan.patience  # it waited so many epochs for a better one, and no longer
    assert len(losses) < plan.epochs
    assert state.best is not None
    assert (state.best.epoch, state.best.val_loss) == (best, losses[best - 1])


def test_the_best_is_restored_too_when_the_epochs_run_out_first() -> None:
    state, few, held_back, plan = overfitting(epochs=400, patience=400)
    plan = replace(plan, epochs=30)
    losses = losses_until_the_end(state, few, held_back, plan)
    assert len(losses) == 30 > int(np.argmin(losses)) + 1


def test_an_equal_loss_is_no_improvement() -> None:
    # a rate of nothing: all epochs measure the same, the first is the best
    state, few, held_back, plan = overfitting(patience=3)
    plan = replace(plan, schedule=Constant(0.0))
    assert len(list(train(state, few, plan, validation=held_back))) == 4
    assert state.best is not None
    assert state.best.epoch == 1


def test_without_patience_the_last_epoch_is_the_model() -> None:
    state, few, held_back, plan = overfitting()
    for _ in train(state, few, replace(plan, epochs=20, patience=None), validation=held_back):
        last = copy_arrays(state_dict(state.network))
    assert state.best is None
    assert bits(state_dict(state.network)) == bits(last)


def test_early_stopping_with_nothing_to_watch_is_refused() -> None:
    state, few, _, plan = overfitting()
    with pytest.raises(OptionError, match="early stopping got no validation examples; expected some to watch"):
        next(train(state, few, plan))


def explosive(rate: float) -> tuple[TrainingState, Examples, Plan]:
    """Return a run on regression targets that diverges for any rate above about 1: L = (w − 1)², one batch an epoch."""
    raw = np.ones((4, 1), dtype=np.float32)
    ones = Examples(raw, np.ones((4, 1), dtype=np.float32), fit_scaler("raw", raw, low=0, high=1))
    state = TrainingState(Network([Dense.zeros(1, 1)]), SGD())
    return state, ones, Plan(SquaredError(), Constant(rate), epochs=100, batch_size=2, seed=1, shuffle=False)


def test_divergence_is_noticed_at_its_first_batch_and_the_last_whole_epoch_is_kept() -> None:
    state, ones, plan = explosive(1e6)
    walk = train(state, ones, plan)
    next(walk)
    after_first = bits_of(state)
    with pytest.raises(DivergedError) as caught:
        next(walk)
    error = caught.value
    assert (error.epoch, error.batch, error.learning_rate) == (2, 2, 1e6)
    assert error.exit_code == 5
    assert str(error).startswith(
        "training diverged: the loss was no finite number in epoch 2, batch 2 (learning rate 1e+06). Try a learning"
    )
    assert state.epoch == len(state.history) == 1
    assert bits_of(state) == after_first


def test_what_is_kept_after_divergence_is_finite() -> None:
    state, ones, plan = explosive(1e6)
    with pytest.raises(DivergedError):
        list(train(state, ones, plan))
    assert all(np.isfinite(array).all() for array in state.arrays().values())
    assert all(math.isfinite(record.loss) for record in state.history)


@pytest.mark.parametrize("rate", [3e38, 1e300])
def test_weights_that_leave_the_finite_numbers_in_the_last_step_of_an_epoch_are_not_kept(rate: float) -> None:
    state, ones, plan = explosive(rate)
    before = bits_of(state)
    with pytest.raises(DivergedError) as caught:
        list(train(state, ones, replace(plan, epochs=1, batch_size=4)))
    assert (caught.value.epoch, caught.value.batch) == (1, 1)
    assert state.epoch == 0
    assert bits_of(state) == before


def test_a_large_loss_that_comes_down_again_is_no_divergence() -> None:
    state, ones, plan = explosive(0.2)
    state.network.params["0.W"][:] = 1e3
    list(train(state, ones, plan))
    assert state.history[0].loss > 1e5
    assert state.history[-1].loss < 1e-6


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), BinaryCrossEntropy()])
@pytest.mark.parametrize("last", [Softmax(), Sigmoid()])
def test_squashing_twice_is_refused(loss: Loss, last: Softmax | Sigmoid) -> None:
    network = Network([Dense(2, 3), ReLU(), Dense(3, 2), last])
    plan = Plan(loss, Constant(0.1), epochs=1, batch_size=4)
    with pytest.raises(OptionError, match=f"{type(loss).__name__} applies its own squashing .* ends in .*twice"):
        next(train(TrainingState(network, SGD()), moons(8).train, plan))


def test_softmax_of_a_single_output_is_refused() -> None:
    with pytest.raises(OptionError, match=r"one output, whose softmax is always 1.* Use BinaryCrossEntropy"):
        fit(Network([Dense(2, 1)]), moons(8).train, loss=SoftmaxCrossEntropy())


def test_no_examples_are_refused() -> None:
    with pytest.raises(DataError, match="training got no examples; expected one or more"):
        fit(Network([Dense(2, 2)]), moons(8).train.take(slice(0, 0)), loss=SoftmaxCrossEntropy())


def test_squared_error_on_squashed_outputs_is_allowed() -> None:
    network = Network([Dense(2, 3), ReLU(), Dense(3, 2), Sigmoid()])
    assert fit(network, moons(8).train, loss=SquaredError(), epochs=1)
