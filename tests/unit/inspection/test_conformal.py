"""Prediction sets: the stated coverage is got, whatever the network; nonsense is refused; by hand and by law."""

import math

import numpy as np
import pytest

from byhand.data.examples import Examples
from byhand.errors import DataError, OptionError
from byhand.inspection.conformal import ConformalPredictor, conformal_predictor, conformal_quantile
from byhand.layers import Dense, Softmax
from byhand.network import Network
from byhand.preprocessing import UNSCALED

CLASSES, FEATURES = 3, 6
CENTRES = np.random.default_rng(9).normal(size=(CLASSES, FEATURES)) * 2


def clouds(n: int, seed: int) -> Examples:
    """Return overlapping clouds of three classes."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, CLASSES, n)
    return Examples((CENTRES[y] + rng.normal(size=(n, FEATURES)) * 1.5).astype(np.float32), y, UNSCALED)


def network(good: bool = True) -> Network:
    """Return the Bayes classifier of the clouds behind a layer of units, or one that knows nothing."""
    made = Network.mlp([FEATURES, FEATURES, CLASSES], activation="identity", seed=1)
    if good:
        made.params["0.W"][...] = np.eye(FEATURES)
        made.params["2.W"][...] = CENTRES.T / 2.25
        made.params["2.b"][...] = -(CENTRES**2).sum(axis=1) / 4.5
    return made


def calibrated(coverage: float = 0.9, n: int = 2000, good: bool = True, seed: int = 1) -> ConformalPredictor:
    return conformal_predictor(network(good), clouds(n, seed), coverage)


def test_the_threshold_is_the_smallest_that_covers_one_more_example() -> None:
    scores = np.arange(1, 20) / 20  # 19 of them
    assert conformal_quantile(scores, 0.9) == 18 / 20  # ⌈20 · 0.9⌉ = 18th
    assert conformal_quantile(scores, 0.95) == 19 / 20
    assert conformal_quantile(scores, 0.96) == math.inf  # the 20th of 19: only everything covers


@pytest.mark.parametrize("good", [True, False], ids=["a good network", "one that knows nothing"])
@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.98])
def test_the_stated_coverage_is_got_whatever_the_network(coverage: float, good: bool) -> None:
    """Mean over 20 calibrations: at least the stated share, within three standard errors of the law."""
    new = clouds(4000, 77)
    got = [calibrated(coverage, 600, good, seed).sets(new.raw).coverage(new.y) for seed in range(20)]
    slack = 3 * math.sqrt(coverage * (1 - coverage) / 600 / 20) + 3 * math.sqrt(coverage * (1 - coverage) / 4000)
    assert np.mean(got) >= coverage - slack
    assert np.mean(got) <= coverage + (1 - coverage) + slack / 3  # never all by default


def test_a_better_network_has_smaller_sets() -> None:
    new = clouds(2000, 5)
    assert calibrated(good=True).sets(new.raw).mean_size < calibrated(good=False).sets(new.raw).mean_size - 0.5


def test_more_coverage_never_takes_a_class_away_from_an_example_that_is_kept() -> None:
    new = clouds(500, 5)
    less, more = (calibrated(coverage).sets(new.raw) for coverage in (0.8, 0.95))
    assert (more.is_in_set >= less.is_in_set).all()
    assert (more.refused <= less.refused).all()


def test_what_is_far_from_everything_is_refused_and_what_was_held_out_is_not() -> None:
    predictor = calibrated()
    nonsense = predictor.sets((np.random.default_rng(2).normal(size=(200, FEATURES)) * 40).astype(np.float32))
    assert nonsense.refused.mean() > 0.9
    assert [nonsense.classes(i) for i in np.flatnonzero(nonsense.refused)[:3]] == [[], [], []]
    share = predictor.sets(clouds(4000, 8).raw).refused.mean()
    assert share < 0.02 + 0.02  # a fifth of what a coverage of 0.9 may miss


def test_probabilities_of_a_softmax_layer_are_used_as_they_are() -> None:
    plain = network()
    ended = Network([*plain.layers, Softmax()])
    raw, held_out = clouds(100, 3).raw, clouds(500, 4)
    a, b = (conformal_predictor(made, held_out, 0.9).sets(raw) for made in (plain, ended))
    assert (a.is_in_set == b.is_in_set).all()


def test_what_it_cannot_calibrate_is_a_sentence() -> None:
    with pytest.raises(DataError, match=r"got 50 held-out examples; a coverage of 0.99 needs 1000"):
        conformal_predictor(network(), clouds(50, 1), 0.99)
    with pytest.raises(OptionError, match=r"coverage=1\.0|coverage"):
        conformal_predictor(network(), clouds(500, 1), 1.0)
    with pytest.raises(OptionError, match="network of one output"):
        conformal_predictor(Network([Dense(FEATURES, 1)]), clouds(500, 1), 0.9)
    numbers = Examples(clouds(500, 1).raw, np.ones((500, 2), dtype=np.float32), UNSCALED)
    with pytest.raises(DataError, match="without classes"):
        conformal_predictor(network(), numbers)
