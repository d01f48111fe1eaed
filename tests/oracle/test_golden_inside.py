"""What the core must repeat of a step's numbers is as the arrays make it; that the core does is tested beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "golden"
TOLERANCE = {"about": 0.0, "traces": 1e-12, "beginnings": 2e-7, "toys": 2e-7}  # of doubles; of float32s in nine digits


def compare(made: Any, golden: Any, tolerance: float, where: str) -> None:
    """Compare two JSON documents: numbers within the tolerance, as a share where they are above 1, all else exactly."""
    if isinstance(golden, dict):
        assert made.keys() == golden.keys(), where
        for name in golden:
            compare(made[name], golden[name], tolerance, f"{where}.{name}")
    elif isinstance(golden, list):
        assert len(made) == len(golden), where
        for i, (one, other) in enumerate(zip(made, golden, strict=True)):
            compare(one, other, tolerance, f"{where}[{i}]")
    elif isinstance(golden, float):
        assert made == pytest.approx(golden, rel=tolerance, abs=tolerance), where
    else:
        assert made == golden, where


@pytest.fixture
def make_inside(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(FOLDER))
    import make_inside

    return make_inside


def test_the_file_is_as_it_is_made(make_inside: Any) -> None:
    made, golden = json.loads(make_inside.text()), json.loads(make_inside.PATH.read_text(encoding="utf-8"))
    assert made.keys() == golden.keys() == TOLERANCE.keys()
    for part, tolerance in TOLERANCE.items():
        compare(made[part], golden[part], tolerance, part)


@pytest.mark.parametrize("wrong", [{"a": [1.0, 2.0 + 1e-9]}, {"a": [1.0]}, {"b": [1.0, 2.0]}, {"a": [1.0, "2.0"]}])
def test_another_number_or_shape_is_noticed(wrong: Any) -> None:
    compare({"a": [1.0, 2.0 + 1e-13]}, {"a": [1.0, 2.0]}, 1e-12, "all")
    with pytest.raises(AssertionError):
        compare(wrong, {"a": [1.0, 2.0]}, 1e-12, "all")
