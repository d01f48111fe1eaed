"""Cross-validation: every example is tested once, by a network and a preparation that never saw it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from byhand.data.examples import Dataset, Examples
from byhand.preprocessing import fit_scaler
from byhand.recipes import RECIPES
from byhand.recipes import cross_validation as module
from byhand.recipes.cross_validation import N_FOLDS, cross_validate
from byhand.training.evaluate import evaluate
from byhand.training.train import train

N = 53  # not a multiple of five
RECIPE = replace(RECIPES["digits"], epochs=1, hidden=(3,), batch_size=8)


def numbered() -> Dataset:
    """Return examples that carry their own number."""
    raw = np.stack([np.arange(N), np.arange(N) % 3], axis=1).astype(np.float32)
    examples = Examples(raw, np.arange(N) % 3, fit_scaler("raw", raw, low=0, high=1))
    return Dataset("numbered", examples, None, None, ("a", "b", "c"), None, "numbered examples")


class Spy:
    """Notes which numbers each network was trained with, and by which networks each number was tested."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.trained: dict[int, set[int]] = {}
        self.tested: dict[int, list[int]] = {}
        self.preparations: dict[int, Any] = {}
        self.networks: list[Any] = []  # kept alive, so that no two have the same id
        self._train, self._evaluate = train, evaluate
        monkeypatch.setattr(module, "train", self.train)
        monkeypatch.setattr(module, "evaluate", self.evaluate)

    def train(self, state: Any, examples: Examples, plan: Any, validation: Examples | None) -> Iterator[Any]:
        self.networks.append(state.network)
        self.trained[id(state.network)] = set(examples.raw[:, 0].astype(int))
        return self._train(state, examples, plan, validation=validation)

    def evaluate(self, network: Any, examples: Examples, loss: Any) -> Any:
        self.tested[id(network)] = list(examples.raw[:, 0].astype(int))
        self.preparations[id(network)] = examples.preparation
        return self._evaluate(network, examples, loss=loss)


@pytest.mark.parametrize("seed", [0, 7, None])
def test_every_example_is_tested_once_by_a_network_that_never_saw_it(
    monkeypatch: pytest.MonkeyPatch, seed: int | None
) -> None:
    spy = Spy(monkeypatch)
    found = cross_validate(RECIPE, numbered(), seed=seed)
    assert len(spy.trained) == len(spy.tested) == N_FOLDS
    assert sorted(number for tested in spy.tested.values() for number in tested) == list(range(N))
    for network, tested in spy.tested.items():
        assert not spy.trained[network] & set(tested)
        assert spy.trained[network] | set(tested) == set(range(N))
    assert found.n == N
    assert found.confusion.sum(axis=1).tolist() == np.bincount(np.arange(N) % 3).tolist()


def test_the_preparation_learns_from_the_training_folds_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    spy, dataset = Spy(monkeypatch), numbered()
    cross_validate(RECIPE, dataset, seed=None)
    scales = set()
    for network, preparation in spy.preparations.items():
        rows = dataset.train.raw[sorted(spy.trained[network])]
        expected = fit_scaler("standard", rows, low=0, high=float(dataset.train.raw.max()))
        assert np.array_equal(preparation.scale, expected.scale)
        assert np.array_equal(preparation.shift, expected.shift)
        scales.add(preparation.shift.tobytes() + preparation.scale.tobytes())
    assert len(scales) == N_FOLDS


def test_in_file_order_a_fold_is_a_piece_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Spy(monkeypatch)
    cross_validate(RECIPE, numbered(), seed=None)
    assert all(tested == list(range(tested[0], tested[-1] + 1)) for tested in spy.tested.values())


def test_shuffled_folds_have_their_share_of_every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Spy(monkeypatch)
    cross_validate(RECIPE, numbered(), seed=0)
    for tested in spy.tested.values():
        counts = np.bincount(np.array(tested) % 3, minlength=3)
        assert counts.max() - counts.min() <= 2
        assert tested != list(range(tested[0], tested[-1] + 1))
