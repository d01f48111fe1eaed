"""Novelty detection: what lies off the directions of the training inputs is found; what lies on them is not."""

import numpy as np
import pytest

from byhand.errors import ShapeError
from byhand.novelty import FALSE_ALARMS, NoveltyDetector, fit_novelty_detector
from byhand.random import DATA, RandomStream

N, FEATURES = 4_000, 16


def inputs(n: int, epoch: int) -> np.ndarray:
    """Return inputs (n, 16) that differ much in two features and little in the others."""
    spread = np.full(FEATURES, 0.1)
    spread[:2] = 10
    return RandomStream(1, DATA, epoch).normal(n, FEATURES) * spread


def test_the_error_is_the_distance_to_the_plane_of_the_components() -> None:
    plane = np.eye(3)[:, :2]
    detector = NoveltyDetector(np.ones(3), plane, 2.0)
    x = np.array([[5.0, -7.0, 1.0], [1.0, 1.0, 4.0], [0.0, 0.0, -1.0]])  # off the plane by 0, 3 and 2
    np.testing.assert_allclose(detector.errors(x), [0, 3, 2])
    assert detector.is_novel(x).tolist() == [False, True, False]


def test_false_alarms_are_as_stated() -> None:
    detector = fit_novelty_detector(inputs(N, 0))
    assert detector is not None
    assert detector.components.shape == (FEATURES, 2)
    share = detector.is_novel(inputs(N, 1)).mean()
    assert share == pytest.approx(FALSE_ALARMS, abs=3 * np.sqrt(3 * FALSE_ALARMS / N))  # 2 000 and 4 000 examples


def test_a_small_step_off_the_directions_is_found_and_a_large_one_along_them_is_not() -> None:
    detector = fit_novelty_detector(inputs(N, 0))
    assert detector is not None
    step = np.eye(FEATURES)
    assert detector.is_novel(2 * step[2:]).all()
    assert not detector.is_novel(20 * step[:2]).any()


def test_too_few_or_too_wide_inputs_have_no_detector() -> None:
    assert fit_novelty_detector(inputs(399, 0)) is None
    assert fit_novelty_detector(np.zeros((400, 1025))) is None


@pytest.mark.parametrize("mean", [np.zeros(2), np.zeros((3, 1)), np.array([0, np.nan, 0])])
def test_parts_that_do_not_fit_are_refused(mean: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="novelty detector"):
        NoveltyDetector(mean, np.eye(3)[:, :2], 1.0)
