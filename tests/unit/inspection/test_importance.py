"""Permutation importance: of a column that decides all, of one that decides nothing, and of ones that go together."""

import numpy as np
import pytest

from byhand.errors import DataError, OptionError
from byhand.inspection.importance import permutation_importance

RNG = np.random.default_rng(0)
RAW = RNG.normal(size=(600, 3))


def test_a_column_that_decides_alone_is_worth_what_guessing_loses() -> None:
    y = (RAW[:, 1] > 0).astype(int)
    found = permutation_importance(lambda raw: (raw[:, 1] > 0).astype(int), RAW, y, repeats=20)
    assert (found.what, found.score, found.n) == ("accuracy", 1.0, 600)
    first, *others = found.columns
    assert first.name == "column 2"
    assert first.mean == pytest.approx(0.5, abs=0.05)  # half of the shuffled signs are right
    assert first.interval[0] < first.mean < first.interval[1]
    assert len(first.drops) == 20
    assert [one.mean for one in others] == [0.0, 0.0]


def test_of_numbers_it_is_twice_the_share_of_the_variance() -> None:
    y = (3 * RAW[:, 0] + 4 * RAW[:, 1]).reshape(-1, 1)
    found = permutation_importance(lambda raw: (3 * raw[:, 0] + 4 * raw[:, 1]).reshape(-1, 1), RAW, y, repeats=20)
    by_name = {one.name: one.mean for one in found.columns}
    assert found.what == "R²"
    assert by_name["column 1"] == pytest.approx(2 * 9 / 25, rel=0.1)
    assert by_name["column 2"] == pytest.approx(2 * 16 / 25, rel=0.1)


def test_features_of_one_column_are_shuffled_together() -> None:
    onehot = np.eye(3)[RNG.integers(0, 3, 300)]
    seen: set[tuple[float, ...]] = set()

    def predict(raw: np.ndarray) -> np.ndarray:
        seen.update(map(tuple, raw.tolist()))
        return raw.argmax(axis=1)

    permutation_importance(predict, onehot, onehot.argmax(axis=1), columns=[("color", (0, 1, 2))])
    assert seen == {(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)}


def test_equal_seeds_shuffle_alike_and_the_rows_stay_as_they_were() -> None:
    y = (RAW.sum(axis=1) > 0).astype(int)
    before = RAW.copy()
    one, two = (permutation_importance(lambda raw: (raw.sum(axis=1) > 0).astype(int), RAW, y, seed=4) for _ in "ab")
    assert one == two
    assert (before == RAW).all()
    assert "accuracy 1.0000 on 600 rows" in str(one)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(DataError, match="two rows or more"):
        permutation_importance(lambda raw: raw[:, 0], RAW[:1], np.zeros(1, dtype=int))
    with pytest.raises(OptionError, match="repeats"):
        permutation_importance(lambda raw: raw[:, 0], RAW, np.zeros(600, dtype=int), repeats=1)


def test_words_are_classes() -> None:
    y = np.where(RAW[:, 1] > 0, "yes", "no")
    found = permutation_importance(lambda raw: np.where(raw[:, 1] > 0, "yes", "no"), RAW.tolist(), y.tolist())
    assert (found.what, found.score, found.columns[0].name) == ("accuracy", 1, "column 2")
