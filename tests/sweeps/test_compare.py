"""Comparisons: intervals worked by hand, pairs by seed, and no difference where chance can have made it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand.data.examples import Examples
from byhand.errors import DataError, OptionError
from byhand.sweeps.compare import compare_models, compare_runs, compare_values
from byhand.sweeps.paired import paired_accuracy, paired_errors

SMALL: dict[str, Any] = {"data": "moons", "examples": 120, "epochs": 2, "executor": "serial", "seeds": 2}


def test_the_interval_is_students_t_of_the_differences() -> None:
    found = compare_values("A", "B", [0.90, 0.91, 0.92], [0.91, 0.93, 0.95], what="validation accuracy")
    assert found.difference == pytest.approx(0.02)
    assert found.interval is not None
    assert found.interval == pytest.approx((0.02 - 4.30265 * 0.01 / 3**0.5, 0.02 + 4.30265 * 0.01 / 3**0.5), abs=1e-5)
    assert found.better is None
    assert found.sentence().startswith(
        "no difference that these 3 runs can show: B − A is 2.00 percentage points of validation accuracy, 95 %"
    )
    sure = compare_values("A", "B", [0.90, 0.91, 0.92], [0.95, 0.961, 0.97], what="validation accuracy")
    assert sure.better == "B"
    assert sure.sentence().startswith("B is better: B − A is 5.03 percentage points")
    assert compare_values("A", "B", [0.95, 0.96], [0.90, 0.9101], what="validation accuracy").better == "A"


def test_no_accuracy_differs_by_more_than_all_of_it() -> None:
    wide = compare_values("A", "B", [0.1, 0.9], [0.9, 0.1], what="validation accuracy")
    assert wide.interval == (-1.0, 1.0)
    assert wide.sentence().endswith("95 % interval −100.00 … 100.00")
    free = compare_values("A", "B", [0.1, 0.9], [0.9, 0.1], what="validation R²")
    assert free.interval == pytest.approx((-12.7062 * 0.8, 12.7062 * 0.8), rel=1e-5)


def test_one_run_shows_nothing() -> None:
    found = compare_values("A", "B", [0.5], [0.9], what="validation accuracy")
    assert (found.interval, found.better) == (None, None)
    assert found.sentence().startswith("one run cannot show a difference")


def test_only_examples_on_which_two_models_differ_count() -> None:
    right_a = np.array([True] * 90 + [False] * 10)
    right_b = np.array([True] * 90 + [True] * 8 + [False] * 2)
    difference, (low, high) = paired_accuracy(right_a, right_b)
    assert difference == pytest.approx(0.08)
    half = 1.959964 * ((0.5 + 8.5) - 8**2 / 102) ** 0.5 / 102  # Agresti & Min, by hand
    assert (low, high) == pytest.approx((8 / 102 - half, 8 / 102 + half))
    assert low > 0
    same, (low, high) = paired_accuracy(right_a, right_a)
    assert same == 0
    assert low < 0 < high


def test_errors_in_regression_are_compared_example_by_example() -> None:
    y = np.zeros((4, 1))
    a, b = np.array([[1.0], [1.0], [1.0], [1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
    difference, interval = paired_errors(a, b, y)
    assert difference == -0.5
    assert interval is not None
    assert interval[0] == pytest.approx(-0.5 - 3.18245 * (1 / 3) ** 0.5 / 2, abs=1e-5)
    assert paired_errors(a[:1], b[:1], y[:1])[1] is None


def test_a_recipe_does_not_differ_from_itself_and_pairs_have_the_same_seed() -> None:
    found = bh.compare("vanilla", "vanilla", **SMALL)
    assert found.values_a == found.values_b
    assert found.seeds == (0, 1)
    assert found.better is None


def test_a_name_with_changes_is_a_recipe() -> None:
    found = bh.compare("vanilla:learning-rate=0.5,hidden=8", bh.RECIPES["vanilla"], **SMALL)
    one = replace(bh.RECIPES["vanilla"], learning_rate=0.5, hidden=(8,))
    same = bh.compare(one, bh.RECIPES["vanilla"], **SMALL)
    assert found.values_a == same.values_a
    assert len(found.values_a) == 2
    assert found.values_a != found.values_b


def test_saved_runs_are_paired_by_seed(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": "moons", "examples": 60, "runs": tmp_path, "seeds": 3, "validate": True}
    a = bh.run_recipe("vanilla", epochs=1, **options)
    b = bh.run_recipe("vanilla", epochs=4, **options)
    found = bh.compare(a.path, b.path)
    assert found.values_a == tuple(seed.evaluation.accuracy for seed in a.seeds)
    assert found.seeds == (0, 1, 2)
    assert found.what == "validation accuracy"
    tested = bh.run_recipe("vanilla", epochs=1, data="moons", examples=60, runs=tmp_path)
    with pytest.raises(OptionError, match="different kinds"):
        compare_runs(a.path, tested.path)
    (tmp_path / "vanilla-1" / "record.json").write_text('{"status": "finished", "seeds": ["x"], "test_accuracy": 3}')
    with pytest.raises(DataError, match="does not say"):
        compare_runs(a.path, b.path)


def test_models_are_compared_on_data_that_are_given() -> None:
    moons = bh.data.moons(200, seed=3).train
    sets = [bh.Network.mlp([2, 8, 2], seed=seed) for seed in (1, 2)]
    bh.fit(sets[1], moons, loss="softmax_cross_entropy", epochs=20, batch_size=10, learning_rate=0.01)
    a, b = (bh.Model(network, moons.preparation, bh.Output.SOFTMAX_LOGITS) for network in sets)
    new = bh.data.moons(300, seed=4).train
    found = bh.compare(a, b, new)
    assert found.pairs == "300 examples"
    assert found.better == "B"
    assert found.difference == pytest.approx(
        float((b.predict(new.raw) == new.y).mean() - (a.predict(new.raw) == new.y).mean())
    )
    with pytest.raises(OptionError, match="different kinds"):
        compare_models(a, b, Examples(new.raw, new.y.astype(np.float64), new.preparation))
    with pytest.raises(OptionError, match="expected Examples"):
        bh.compare(a, b)


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("vanilla", "vanila", "Did you mean 'vanilla'"),
        ("vanilla", "vanilla:epochs", "expected FIELD=VALUE"),
        ("vanilla", "vanilla:epochs=x", "a whole number"),
        ("vanilla", 3, "its name, a Recipe"),
    ],
)
def test_what_cannot_be_compared_is_refused(a: Any, b: Any, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        bh.compare(a, b)


def test_several_values_are_for_a_sweep() -> None:
    with pytest.raises(OptionError, match="Sweep over several"):
        bh.compare("vanilla", "vanilla", epochs=[1, 2])
