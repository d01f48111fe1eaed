"""Laws of the metrics, the schedules and the history, for anything they can be given."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import law

from byhand.metrics import (
    accuracy,
    calibration_error,
    confusion_matrix,
    precision_recall_f1,
    top_k_accuracy,
    wilson_interval,
)
from byhand.schedules import Constant, CosineDecay, LinearDecay, LinearWarmup, OneCycle, Schedule, StepDecay
from byhand.training.history import EpochRecord, from_json_lines, to_json_lines

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50)
numbers = st.floats(allow_nan=False)


@law
@given(pairs)
def test_a_confusion_matrix_counts_every_example_once(answers: list[tuple[int, int]]) -> None:
    predicted, y = np.array(answers).T
    confusion = confusion_matrix(predicted, y, 5)
    assert confusion.sum() == len(y)
    assert np.trace(confusion) / len(y) == accuracy(predicted, y)
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(y, minlength=5))
    np.testing.assert_array_equal(confusion_matrix(y, predicted, 5), confusion.T)
    found = precision_recall_f1(confusion)
    for share in (found.precision, found.recall, found.f1):
        assert ((share >= 0) & (share <= 1)).all()
    low, high = np.minimum(found.precision, found.recall), np.maximum(found.precision, found.recall)
    assert ((found.f1 >= low - 1e-15) & (found.f1 <= high + 1e-15)).all()


@law
@given(st.integers(1, 10**6), st.data())
def test_a_wilson_interval_holds_what_was_seen_and_narrows_with_more(n: int, data: st.DataObject) -> None:
    share = data.draw(st.integers(0, n)) / n
    low, high = wilson_interval(share, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    wider = wilson_interval(share, n, z=3.0)
    assert wider[1] - wider[0] > high - low
    narrower = wilson_interval(share, 4 * n)
    assert narrower[1] - narrower[0] < high - low


@law
@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=20), st.data())
def test_top_k_grows_with_k_and_calibration_lies_in_0_to_1(scores: list[list[float]], data: st.DataObject) -> None:
    output = np.array(scores)
    y = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(scores), max_size=len(scores))))
    shares = [top_k_accuracy(output, y, k) for k in (1, 2, 3)]
    assert shares == sorted(shares)
    assert shares[2] == 1
    assert 0 <= calibration_error(output, y) <= 1


@law
@given(st.floats(1e-6, 10), st.integers(1, 500), st.floats(0, 1))
def test_a_schedule_gives_every_step_a_rate_above_0_and_peaks_where_it_should(
    rate: float, n_steps: int, share: float
) -> None:
    plain: list[Schedule] = [
        Constant(rate),
        StepDecay(rate),
        LinearDecay(rate),
        CosineDecay(rate),
        OneCycle(rate, share),
    ]
    for schedule in [*plain, *[LinearWarmup(inner, share) for inner in plain]]:
        rates = schedule(n_steps)
        assert rates.shape == (n_steps,)
        assert rates.min() > 0
        assert math.isclose(rates.max(), rate, rel_tol=1e-12)


@law
@given(st.lists(st.builds(
    EpochRecord, st.integers(1, 10**6), numbers, st.none() | numbers, st.none() | numbers, st.none() | numbers,
    numbers, numbers,
)))  # fmt: skip
def test_history_comes_back_from_its_lines_to_the_bit(history: list[EpochRecord]) -> None:
    assert from_json_lines(to_json_lines(history)) == history
