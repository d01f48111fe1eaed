"""Each sign of a training that went wrong is found where it was planted, and not beside it."""

from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand.data.examples import Examples
from byhand.preprocessing import UNSCALED
from byhand.training.diagnosis_checks import flat_shares
from byhand.training.history import EpochRecord

RNG = np.random.default_rng(1)
X = RNG.normal(size=(300, 4)).astype(np.float32)
Y = RNG.integers(0, 3, 300)


def record(epoch: int, loss: float, accuracy: float | None = 0.9, val_loss: float | None = None) -> EpochRecord:
    return EpochRecord(epoch, loss, accuracy, val_loss, None, 0.1, 0.1)


def ids(network: bh.Network, x: Any = X, y: Any = Y, history: Any = None, **more: Any) -> list[str]:
    """Return what is found of a training whose history is of no interest unless it is given."""
    history = history or [record(1, 0.5), record(2, 0.3)]
    return [one.id for one in bh.diagnose(network, Examples(x, y, UNSCALED), history, **more)]


def mlp(**options: Any) -> bh.Network:
    return bh.Network.mlp([4, 6, 3], seed=1, **options)


def test_a_healthy_network_has_no_sign() -> None:
    assert ids(mlp()) == []


def test_inputs_of_a_root_mean_square_of_a_hundred_are_unscaled() -> None:
    (finding,) = bh.diagnose(mlp(), Examples(100 * np.sign(X), Y, UNSCALED), [record(1, 0.5)])
    assert (finding.id, finding.setting, finding.value) == ("unscaled_inputs", "scaling", "standardize")
    assert "root mean square of 100" in finding.sentence


def test_batch_normalization_behind_the_first_layer_scales_by_itself() -> None:
    assert ids(mlp(batch_norm=True), x=100 * X) == []


def test_sorted_labels_alone_are_no_sign_while_examples_are_shuffled() -> None:
    last = mlp()
    last.params["2.b"][2] = 100  # answers class 2 whatever it sees
    assert ids(last, y=np.sort(Y)) == ["sorted_examples"]
    assert ids(last, y=np.sort(Y), shuffled=True) == []
    assert ids(last, y=Y) == [], "not sorted"
    assert ids(mlp(), y=np.sort(Y), shuffled=False) == ["sorted_examples"]


@pytest.mark.parametrize(("output", "found"), [("tanh", ["wrong_output"]), ("identity", [])])
def test_targets_beyond_the_output_layer_are_counted(output: str, found: list[str]) -> None:
    network = bh.Network.mlp([4, 6, 1], output=output, seed=1)
    t = np.linspace(-2, 2, 300, dtype=np.float32).reshape(-1, 1)
    assert ids(network, y=t, history=[record(1, 0.1, None)], loss="squared_error") == found


def test_one_hot_targets_are_within_a_sigmoid() -> None:
    network = bh.Network.mlp([4, 6, 3], output="sigmoid", seed=1)
    assert ids(network, history=[record(1, 0.1)], loss="squared_error") == []


def test_cross_entropy_behind_relu_is_told() -> None:
    assert ids(bh.Network.mlp([4, 6, 3], output="relu", seed=1))[0] == "bounded_logits"


def test_equal_columns_are_equal_units() -> None:
    network = mlp(activation="tanh")
    network.params["0.W"][:] = network.params["0.W"][:, :1]
    (finding,) = bh.diagnose(network, Examples(X, Y, UNSCALED), [record(1, 0.5)])
    assert finding.id == "equal_units"
    assert "of 6 units only 1 differ" in finding.sentence


def test_saturation_is_blamed_on_the_start_or_on_the_rate() -> None:
    wide, usual = (mlp(activation="sigmoid", initializer=bh.initializers.normal(std)) for std in (50.0, 0.5))
    assert flat_shares(wide, X)[1] > 0.9 > 0.1 > flat_shares(usual, X)[1]
    assert ids(wide, initial=wide)[0] == "saturated_start"
    assert ids(wide, initial=usual)[0] == "saturated_units"
    assert "saturated_start" not in ids(usual, initial=usual)


def test_a_flat_activation_by_hand() -> None:
    network = bh.Network.mlp([1, 2, 1], activation="tanh", seed=1)
    network.params["0.W"][:] = [[0.0, 5.0]]
    assert flat_shares(network, np.ones((10, 1), dtype=np.float32)) == {1: 0.5}


def test_a_validation_loss_that_rose_while_the_training_loss_fell_is_overfitting() -> None:
    history = [record(1, 0.9, 0.7, 0.8), record(2, 0.5, 0.8, 0.5), record(3, 0.1, 1.0, 0.9)]
    (finding,) = bh.diagnose(mlp(), Examples(X, Y, UNSCALED), history, accuracy=0.8)
    assert finding.id == "overfitting"
    assert "lowest in epoch 2, 0.5, and rose to 0.9" in finding.sentence
    assert ids(mlp(), history=history, accuracy=0.99) == [], "hardly any gap"
    rising = [record(1, 0.2, 0.9, 0.5), record(2, 0.4, 0.9, 0.9)]
    assert ids(mlp(), history=rising, accuracy=0.8) == [], "the training loss rose as well"


def test_without_validation_the_gap_alone_is_the_evidence() -> None:
    history = [record(1, 0.9, 0.7), record(2, 0.1, 1.0)]
    assert ids(mlp(), history=history, accuracy=0.75) == ["overfitting_gap"]
    assert ids(mlp(), history=history, accuracy=0.85) == []


GUESS = float(np.bincount(Y).max() / 300)  # of the commonest class, about 0.35


def test_answers_at_guessing_beside_a_good_training_score_are_overfitting() -> None:
    history = [record(1, 0.9, 0.5), record(2, 0.7, GUESS + 0.18)]
    first, second = bh.diagnose(mlp(), Examples(X, Y, UNSCALED), history, accuracy=GUESS + 0.01)
    assert (first.id, first.setting, second.id, second.setting) == (
        "overfitting_gap", "patience", "near_guessing", "patience",
    )  # fmt: skip
    assert first.others == {"epochs": "fewer", "weight_decay": "a larger", "hidden": "a smaller"}
    assert "Check that every label" not in second.sentence


def test_a_validation_loss_that_did_not_rise_leaves_answers_at_guessing_overfitting() -> None:
    losses = [record(1, 0.9, 0.5, 1.0), record(2, 0.7, 0.9, 1.1)]
    assert ids(mlp(), history=losses, accuracy=GUESS) == ["overfitting_gap", "near_guessing"]
    assert ids(mlp(), history=losses, accuracy=0.6) == [], "a gap alone is no sign beside a validation curve"


def test_answers_at_guessing_in_training_too_are_no_overfitting() -> None:
    history = [record(1, 1.09, 0.34), record(2, 1.08, GUESS + 0.15)]
    assert ids(mlp(), history=history, accuracy=GUESS - 0.04) == ["near_guessing"], "0.15 of 0.65 is no quarter"


@pytest.mark.parametrize(
    ("loss", "r2", "val_loss", "found"),
    [
        (0.1, 0.05, None, ["overfitting_to_numbers", "near_mean"]),
        (0.1, -9.0, None, ["overfitting_to_numbers", "near_mean"]),
        (0.8, -9.0, None, ["near_mean"]),  # of the variance 1, the training explains 0.2
        (0.1, 0.5, None, ["overfitting_to_numbers"]),  # 0.4 less than in training
        (0.1, 0.7, None, []),
        (0.1, 0.5, 0.5, []),  # the validation loss never rose
        (0.1, 0.05, 0.95, ["overfitting_to_numbers", "near_mean"]),
    ],
)
def test_targets_explained_in_training_and_far_less_in_others_are_overfitting(
    loss: float, r2: float, val_loss: float | None, found: list[str]
) -> None:
    network = bh.Network.mlp([4, 6, 1], seed=1)
    t = np.tile(np.array([-1, 1], dtype=np.float32), 150).reshape(-1, 1)
    told = bh.diagnose(
        network,
        Examples(X, t, UNSCALED),
        [record(1, 1.0, None, val_loss), record(2, loss, None, val_loss)],
        loss="squared_error",
        accuracy=r2,
    )
    assert [one.id for one in told] == found
    sentences = [one.sentence for one in told if one.id == "overfitting_to_numbers"]
    held_out = f"and {100 * max(r2, 0):.0f} % of others"
    assert all("explain 90 % of the variance" in one and held_out in one for one in sentences)
