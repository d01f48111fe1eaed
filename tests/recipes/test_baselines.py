"""A linear model beside the network: the numbers of a case worked by hand, and the sentence on them."""

import numpy as np
import pytest

from byhand.data.examples import Dataset, Examples
from byhand.engines.numpy_engine import NumpyEngine
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.recipes.baselines import Baselines, compare_with_baselines
from byhand.recipes.table import TABLE

PLAIN = InputScaler("raw", np.array(1.0), np.array(0.0))


def of_lines(n: int = 200) -> Dataset:
    """Return numbers t = 2 x₁ − x₂ + 5 without noise."""
    x = np.random.default_rng(0).normal(size=(n, 2))
    t = (2 * x[:, 0] - x[:, 1] + 5).reshape(-1, 1)
    train, test = Examples(x[: n // 2], t[: n // 2], PLAIN), Examples(x[n // 2 :], t[n // 2 :], PLAIN)
    return Dataset("lines", train, None, test, (), None, "made")


def test_ridge_regression_finds_a_line_and_the_mean_does_not() -> None:
    dataset = of_lines()
    found = compare_with_baselines(TABLE, dataset, Network.mlp([2, 4, 1], seed=1), NumpyEngine(), test=True)
    assert found is not None
    assert dataset.test is not None
    assert found.linear < 0.1
    assert found.constant == pytest.approx(float(dataset.test.y.std()), rel=0.05)
    assert found.is_better is False
    assert "worse than a linear model, RMSE " in found.sentence()


def test_what_is_linear_itself_or_was_not_evaluated_has_none() -> None:
    from dataclasses import replace

    dataset, network = of_lines(), Network.mlp([2, 1])
    assert compare_with_baselines(replace(TABLE, hidden=()), dataset, network, NumpyEngine(), test=True) is None
    assert compare_with_baselines(TABLE, dataset, network, NumpyEngine(), test=False) is None


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((0.01, 0.2), "50 % less error than a linear model, 10.00 % wrong against 20.00 % wrong"),
        ((-0.1, 0.2), "no better than a linear model as far as 90 rows can tell"),
        ((-0.2, -0.1), "worse than a linear model"),
    ],
)
def test_the_interval_decides_what_is_said(gain: tuple[float, float], words: str) -> None:
    sentence = Baselines(True, 90, 0.1, 0.2, 0.6, gain).sentence()
    assert words in sentence
    assert sentence.endswith("always predicting the most frequent class: 60.00 % wrong")
