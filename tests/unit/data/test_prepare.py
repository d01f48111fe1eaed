"""Preparations: where the ends of the range go, and back again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from byhand.errors import OptionError
from byhand.preprocessing import SCALINGS, fit_scaler

ENDS = {"raw": (0, 255), "unit": (0, 1), "signed": (-1, 1)}


@pytest.mark.parametrize("name", ENDS)
def test_where_the_ends_go(name: str) -> None:
    preparation = fit_scaler(name, np.zeros((1, 1)), low=0, high=255)
    assert np.allclose(preparation.apply(np.array([0, 255], dtype=np.uint8)), ENDS[name], atol=1e-7)


@given(raw=arrays(np.float64, (20, 3), elements=st.floats(-1e3, 1e3)), per_column=st.booleans())
def test_standard_has_mean_0_and_spread_1_where_anything_changes(raw: np.ndarray, per_column: bool) -> None:
    x = fit_scaler("standard", raw, low=-1, high=1, per_column=per_column).apply(raw, np.float64)
    columns = x.T if per_column else x.reshape(1, -1)
    for before, after in zip(raw.T if per_column else raw.reshape(1, -1), columns, strict=True):
        constant = before.std() <= 1e-7 * abs(before.mean())
        assert abs(after.mean()) < 1e-4
        assert after.std() < 1e-4 if constant else abs(after.std() - 1) < 1e-4


@pytest.mark.parametrize("name", list(SCALINGS))
@given(raw=arrays(np.uint8, (4, 5)))
def test_there_and_back(name: str, raw: np.ndarray) -> None:
    preparation = fit_scaler(name, raw, low=0, high=255)
    assert np.allclose(preparation.invert(preparation.apply(raw, np.float64)), raw, atol=1e-9)
    if preparation.clip is None:  # far out, where a clip is flat, float32 holds too little to come back
        assert np.allclose(preparation.invert(preparation.apply(raw)), raw, atol=1e-3)


def test_the_input_is_not_written_to() -> None:
    raw = np.arange(6, dtype=np.float32).reshape(2, 3)
    fit_scaler("unit", raw, low=0, high=5).apply(raw)
    assert raw.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_large_set_is_measured_in_parts_as_a_whole() -> None:
    raw = np.random.default_rng(0).integers(0, 256, (5_000, 7), dtype=np.uint8)
    x = fit_scaler("standard", raw, low=0, high=255).apply(raw, np.float64)
    assert abs(x.mean()) < 1e-12
    assert abs(x.std() - 1) < 1e-12


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(OptionError, match="Did you mean 'standardize'"):
        fit_scaler("standardise", np.zeros((1, 1)), low=0, high=1)


@pytest.mark.parametrize("name", list(SCALINGS))
@pytest.mark.parametrize("value", [2.0**53, 1.7e18, -1.7e18, 3e38])
def test_a_constant_column_is_finite_however_large(name: str, value: float) -> None:
    """Nanoseconds since 1970 are 1.7e18: beside them the 1 that stands for no spread is lost."""
    raw = np.full((4, 2), value, dtype=np.float32)
    for low, high in ((value, value), (value, value + 1)):
        preparation = fit_scaler(name, raw, low=low, high=high, per_column=True)
        assert np.isfinite(preparation.scale).all()
        assert np.isfinite(preparation.apply(raw)).all()
