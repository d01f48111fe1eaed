"""A drawing made into MNIST's form: twenty pixels of ink, centred by mass, wherever and however large it was drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_images import likeness, noisy, page, stroke

from byhand.data.foreground import EmptyImageError
from byhand.data.mnist_preprocess import normalize_digit
from byhand.errors import ShapeError

REFERENCE = normalize_digit(page(stroke(150, 90)))


def ink_sides(picture: np.ndarray) -> tuple[int, int]:
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


def centre(picture: np.ndarray) -> tuple[float, float]:
    mass = picture / picture.sum()
    return float(mass.sum(axis=1) @ np.arange(28)), float(mass.sum(axis=0) @ np.arange(28))


@settings(max_examples=30)
@given(height=st.integers(12, 200), width=st.integers(12, 200), down=st.integers(0, 90), right=st.integers(0, 190))
def test_the_form_of_mnist_whatever_the_drawing(height: int, width: int, down: int, right: int) -> None:
    made = normalize_digit(page(stroke(height, width), at=(down, right)))
    assert (made.shape, made.dtype, made.max()) == ((28, 28), np.uint8, 255)
    assert max(ink_sides(made)) == 20
    assert abs(min(ink_sides(made)) - 20 * min(height, width) / max(height, width)) <= 1
    for axis, middle in enumerate(centre(made)):
        # within half a pixel, unless the middle of mass is so far off that ink would be lost
        outside = ink_sides(made)[axis] == 20 and abs(middle - 14) < 4.5
        assert abs(middle - 14) <= 0.5 + 1e-9 or outside


@settings(max_examples=30)
@given(down=st.integers(0, 150), right=st.integers(0, 310))
def test_the_place_on_the_page_changes_nothing(down: int, right: int) -> None:
    assert likeness(normalize_digit(page(stroke(150, 90), at=(down, right))), REFERENCE) > 0.999


@pytest.mark.parametrize("factor", [0.3, 0.5, 1.7, 4, 9])
def test_the_size_changes_little(factor: float) -> None:
    drawn = stroke(round(150 * factor), round(90 * factor))
    size = (round(300 * factor) + 40, round(400 * factor) + 40)
    assert likeness(normalize_digit(page(drawn, size=size, at=(20, 20))), REFERENCE) > 0.97


@pytest.mark.parametrize(("paper", "pen"), [(255, 0), (0, 255), (20, 90), (200, 120), (128, 160)])
def test_the_colours_change_nothing(paper: float, pen: float) -> None:
    assert likeness(normalize_digit(page(stroke(150, 90), paper=paper, pen=pen)), REFERENCE) > 0.995


@pytest.mark.parametrize("thickness", [1, 2, 5])
def test_a_thin_line_survives(thickness: int) -> None:
    line = np.zeros((200, 60))
    line[:, 20 : 20 + thickness] = 1
    made = normalize_digit(page(line, at=(50, 100)))
    assert ink_sides(made)[0] == 20
    assert made.max() == 255
    assert 1 <= ink_sides(made)[1] <= 3


def test_one_pixel_and_one_line_and_a_full_page() -> None:
    dot = np.full((60, 60), 255.0)
    dot[30, 30] = 0
    assert normalize_digit(dot).max() == 255
    flat = np.full((60, 60), 255.0)
    flat[30] = 0
    assert ink_sides(normalize_digit(flat)) == (1, 20)


def test_ink_that_touches_the_border_is_kept() -> None:
    made = normalize_digit(page(stroke(300, 200), at=(0, 0)))
    assert likeness(made, normalize_digit(page(stroke(300, 200), size=(400, 400), at=(50, 100)))) > 0.99


@pytest.mark.parametrize("grey", [np.zeros((5, 5, 3)), np.zeros((0, 4)), np.zeros(7), np.full((9, 9), np.nan)])
def test_no_picture(grey: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="expected \\(h, w\\) finite grey values"):
        normalize_digit(grey)


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (300, 200)])
def test_nothing_on_it(grey: int, shape: tuple[int, int]) -> None:
    with pytest.raises(EmptyImageError, match="no ink"):
        normalize_digit(np.full(shape, grey, dtype=np.uint8))


def test_nothing_but_noise() -> None:
    for seed in range(20):
        with pytest.raises(EmptyImageError):
            normalize_digit(noisy(np.full((200, 200), 180.0), sigma=4, seed=seed))
