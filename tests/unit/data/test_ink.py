"""Ink is told from paper: under uneven light, a camera's noise and specks of dirt, and on real digits."""

from pathlib import Path

import numpy as np
import pytest
from synthetic_images import likeness, lit_unevenly, noisy, page, stroke

from byhand import data
from byhand.data.foreground import EmptyImageError, segment_foreground
from byhand.data.mnist_preprocess import normalize_digit

CLEAN = normalize_digit(page(stroke(150, 90)))


@pytest.mark.parametrize("darkest", [0.9, 0.7, 0.5])
@pytest.mark.parametrize("pen", [20, 120])
def test_uneven_light(darkest: float, pen: float) -> None:
    assert likeness(normalize_digit(lit_unevenly(page(stroke(150, 90), pen=pen), darkest=darkest)), CLEAN) > 0.97


@pytest.mark.parametrize("sigma", [2, 6, 12])
def test_noise(sigma: float) -> None:
    for seed in range(5):
        assert likeness(normalize_digit(noisy(page(stroke(150, 90)), sigma=sigma, seed=seed)), CLEAN) > 0.97


def test_specks_far_from_the_stroke_do_not_count() -> None:
    grey = page(stroke(150, 90))
    for down, right in [(5, 5), (280, 380), (20, 350), (270, 30)]:
        grey[down : down + 3, right : right + 3] = 0
    assert likeness(normalize_digit(grey), CLEAN) > 0.999


def test_a_stroke_of_two_pieces_keeps_both() -> None:
    two = np.zeros((150, 90))
    two[:40], two[110:] = 1, 1
    made = normalize_digit(page(two))
    rows = made.sum(axis=1)
    assert np.count_nonzero(rows) < 20
    assert np.flatnonzero(rows)[-1] - np.flatnonzero(rows)[0] == 19


def test_paper_alone_has_no_ink_even_in_uneven_light() -> None:
    paper = np.full((300, 400), 230.0)
    for grey in (paper, lit_unevenly(paper), noisy(paper, sigma=3), noisy(lit_unevenly(paper), sigma=3)):
        with pytest.raises(EmptyImageError):
            segment_foreground(grey)


def test_ink_is_between_0_and_1_and_cut_to_itself() -> None:
    ink = segment_foreground(noisy(page(stroke(150, 90))))
    assert ink.min() == 0
    assert ink.max() == 1
    assert ink[0].any()
    assert ink[-1].any()
    assert ink[:, 0].any()
    assert ink[:, -1].any()
    assert abs(ink.shape[0] - 150) < 8


def moved_likeness(made: np.ndarray, digit: np.ndarray) -> float:
    """Return the likeness in the best place within two pixels: a faint edge more or less moves the whole digit."""
    places = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    return max(likeness(np.roll(made, place, axis=(0, 1)), digit) for place in places)


def test_real_digits_come_back_from_a_page_and_from_a_photograph(mnist_folder: Path) -> None:
    digits = data.mnist(mnist_folder, validation=None).test
    assert digits is not None
    drawn, photographed = [], []
    for i in range(0, 10_000, 300):
        digit = digits.raw[i].reshape(28, 28)
        on_page = page(digit.repeat(6, axis=0).repeat(6, axis=1) / 255, paper=240, pen=40)
        drawn.append(likeness(normalize_digit(on_page), digit))
        photographed.append(moved_likeness(normalize_digit(noisy(lit_unevenly(on_page), seed=i)), digit))
    assert np.quantile(drawn, 0.05) > 0.999
    assert np.median(photographed) > 0.95
    assert min(photographed) > 0.8
