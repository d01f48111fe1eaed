"""The bundled digits: all there, with their licence, and split when asked."""

import numpy as np

from byhand import data
from byhand.data.digits import BUNDLED


def test_all_of_them_and_whose_they_are() -> None:
    digits = data.digits()
    assert (digits.train.raw.shape, digits.image_shape, digits.validation, digits.test) == (
        (1797, 64),
        (8, 8),
        None,
        None,
    )
    assert (digits.train.raw.min(), digits.train.raw.max()) == (0, 16)
    assert np.bincount(digits.train.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    licence = (BUNDLED / "LICENSE.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0" in licence
    assert "10.24432/C50P49" in licence


def test_a_share_held_back() -> None:
    digits = data.digits(validation=0.2, seed=3)
    assert digits.validation is not None
    assert len(digits.train) + len(digits.validation) == 1797
    assert abs(np.bincount(digits.validation.y) - 36).max() <= 1
    assert digits.train.x.max() == 1.0
