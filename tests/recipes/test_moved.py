"""How much a network minds moved pictures, worked by hand on 3×3 pixels."""

import numpy as np
import pytest

from byhand.data.examples import Examples
from byhand.layers import Dense
from byhand.network import Network
from byhand.preprocessing import fit_scaler
from byhand.training.evaluate import evaluate
from byhand.training.shift_robustness import accuracy_under_shift


def sees_the_middle() -> Network:
    """Return a network that says 1 if the middle pixel is lit, else 0."""
    dense = Dense(9, 2)
    dense.params["W"][:] = 0
    dense.params["W"][4, 1] = 1
    dense.params["b"][:] = [0.5, 0]
    return Network([dense])


def lit(*pixels: int) -> Examples:
    """Return pictures with one lit pixel each; the class says whether it is the middle one."""
    raw = np.zeros((len(pixels), 9), dtype=np.uint8)
    raw[np.arange(len(pixels)), pixels] = 1
    return Examples(raw, (np.array(pixels) == 4).astype(np.int64), fit_scaler("raw", raw, low=0, high=1))


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ([4], 0.0),  # the middle leaves the middle, whichever way it is moved
        ([3], 0.75),  # the left one moved right is taken for the middle
        ([0], 1.0),  # a corner never reaches the middle in one move
        ([4, 3, 1, 0], (0 + 0.75 + 0.75 + 1) / 4),
    ],
)
def test_the_mean_over_four_moves(pixels: list[int], expected: float) -> None:
    examples = lit(*pixels)
    assert evaluate(sees_the_middle(), examples).accuracy == 1
    assert accuracy_under_shift(sees_the_middle(), examples, (3, 3), 1) == expected


def test_not_moved_is_as_it_is() -> None:
    examples = lit(4, 0, 3)
    assert (
        accuracy_under_shift(sees_the_middle(), examples, (3, 3), 0) == evaluate(sees_the_middle(), examples).accuracy
    )


def test_moved_out_of_the_picture_nothing_is_left() -> None:
    assert (
        accuracy_under_shift(sees_the_middle(), lit(4, 3), (3, 3), 3) == 0.5
    )  # all dark: 0 is right for one of the two
