"""What went wrong is said, and nothing is said of a healthy run."""

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

import byhand as bh
from byhand.data.examples import Examples
from byhand.data.toy import moons
from byhand.engines.selection import choose_engine
from byhand.errors import DataError, DivergedError
from byhand.initializers import zeros
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError
from byhand.recipes import RECIPES
from byhand.recipes.datasets import load_data
from byhand.recipes.recipe import Recipe
from byhand.recipes.run import Run
from byhand.training import diagnosis, diagnosis_checks
from byhand.training.diagnosis import constant_loss, python_call
from byhand.training.diagnosis_checks import FILE
from byhand.training.history import EpochRecord

SMALL = ("digits", "gaussians-16-8", "gaussians-4-4", "xor")  # recipes on data that come with the package


def found(recipe: Recipe, *, shuffled: bool = False) -> list[str]:
    """Train a recipe and return the ids of what the diagnosis finds."""
    dataset = load_data(recipe, None)
    if shuffled:
        y = np.random.default_rng(0).permutation(dataset.train.y)
        dataset = replace(dataset, train=replace(dataset.train, y=y))
    run = Run.of(recipe, dataset)
    engine = choose_engine(None, run.state.network, run.plan.loss, run.state.optimizer).engine
    try:
        for _ in run.epochs(engine):
            pass
    except DivergedError:
        return ["not finite"]
    return [finding.id for finding in run.diagnosis(None, None, python_call)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", SMALL)
def test_a_healthy_run_is_not_alarmed(name: str, seed: int) -> None:
    assert found(replace(RECIPES[name], seed=seed)) == []


@pytest.mark.full
@pytest.mark.parametrize("name", ["vanilla", "fast", "deep-dive", "first"])
def test_a_healthy_run_on_mnist(name: str, mnist_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_DATA", str(mnist_folder))
    recipe = replace(RECIPES[name], validation="none", epochs=min(RECIPES[name].epochs, 5))
    assert found(recipe) == []


@pytest.mark.parametrize("factor", [100, 1000])
@pytest.mark.parametrize("name", SMALL)
def test_a_rate_that_is_far_too_high(name: str, factor: float) -> None:
    recipe = replace(RECIPES[name], learning_rate=factor * RECIPES[name].learning_rate, epochs=15)
    assert set(found(recipe)) & {"not finite", "diverged", "dead_units", "near_guessing"}


@pytest.mark.parametrize("name", SMALL)
def test_a_rate_of_next_to_nothing(name: str) -> None:
    assert found(replace(RECIPES[name], learning_rate=1e-9, epochs=3))[0] == "not_moving"


def test_shuffled_labels_are_near_guessing() -> None:
    assert found(replace(RECIPES["digits"], epochs=3), shuffled=True) == ["near_guessing"]


def test_a_layer_of_dead_units_is_counted() -> None:
    examples = moons(100, seed=1).train
    network = bh.Network.mlp([2, 8, 6, 2], seed=1)
    network.params["2.b"][:] = -1e6
    history = [EpochRecord(1, 0.69, 0.5, None, None, 0.5, 0.0)]
    first, second = bh.diagnose(network, examples, history)
    assert first.id == "dead_units"
    assert first.sentence.startswith("Layer 2: 6 of 6 ReLU units are 0 for each of 100 training examples")
    assert (first.setting, float(first.value)) == ("learning_rate", pytest.approx(0.05))
    assert "learning_rate=0.05" in first.command
    assert (second.id, second.command) == ("near_guessing", first.command)


def test_a_network_of_zeros_is_told_from_dead_units() -> None:
    network = bh.Network.mlp([2, 8, 2], initializer=zeros)
    history = [EpochRecord(1, 0.69, 0.5, None, None, 0.1, 0.0)]
    finding = bh.diagnose(network, moons(100, seed=1).train, history)[0]
    assert (finding.id, finding.setting, finding.value) == ("zero_weights", "initializer", "he")


def test_without_the_start_the_loss_says_that_nothing_moved() -> None:
    history = [EpochRecord(i, 0.9, 0.5, None, None, 1e-9, 0.0) for i in (1, 2)]
    findings = bh.diagnose(bh.Network.mlp([2, 8, 2], seed=1), moons(100, seed=1).train, history)
    assert [finding.id for finding in findings] == ["loss_not_moving", "near_guessing"]
    assert findings[0].value == "0.01"


def test_a_linear_model_at_guessing_wants_a_hidden_layer() -> None:
    history = [EpochRecord(i, 0.7 - i / 1000, 0.5, None, None, 0.1, 0.0) for i in (1, 2)]
    (finding,) = bh.diagnose(bh.Network.mlp([2, 2], seed=1), moons(100, seed=1).train, history)
    assert (finding.id, finding.setting, finding.value) == ("near_guessing", "hidden", "16")


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(DataError, match="empty history"):
        bh.diagnose(bh.Network.mlp([2, 2]), moons(10).train, [])


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        (SoftmaxCrossEntropy(), np.log([0.5, 0.25, 0.25])),
        (SoftmaxCrossEntropy(0.3), np.log([0.45, 0.275, 0.275])),
        (SquaredError(), [0.5, 0.25, 0.25]),
        (BinaryCrossEntropy(), np.log([1, 1 / 3, 1 / 3])),
    ],
)
def test_the_best_constant_answer_is_the_mean_target(loss: Loss, output: list[float]) -> None:
    y = np.array([0, 0, 1, 2])
    examples = Examples(np.zeros((4, 1)), y, moons(4).train.preparation)
    value = loss.forward(np.tile(np.asarray(output, dtype=np.float64), (4, 1)), y)[0]
    assert constant_loss(examples, loss) == pytest.approx(float(value))
    for change in np.eye(3):  # any other constant costs more
        assert loss.forward(np.tile(np.asarray(output) + 0.1 * change, (4, 1)), y)[0] > value


def test_every_id_that_can_be_found_has_its_sentence() -> None:
    table = json.loads(resources.files("byhand").joinpath(*FILE).read_text(encoding="utf-8"))
    code = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (diagnosis, diagnosis_checks))
    assert all(f'"{name}"' in code for name in table["findings"])
