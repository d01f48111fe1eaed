"""What lessons show in notebooks: a figure is a PNG or a sentence, and a slider has its values at every place."""

import html
import json
import re

import pytest

from byhand.course import picture, slider
from byhand.errors import MissingDependencyError, ShapeError


def test_a_figure_is_a_png_where_matplotlib_is_installed() -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    from byhand.plots.figure import new_figure

    assert picture(new_figure)._repr_png_().startswith(b"\x89PNG")


def test_without_matplotlib_a_figure_is_the_sentence_that_says_what_to_install() -> None:
    def draw() -> None:
        raise MissingDependencyError("plots need matplotlib.")

    found = picture(draw)
    assert found._repr_png_() is None
    assert repr(found) == "plots need matplotlib."


def points_of(page: str) -> list[dict[str, object]]:
    """Return what the slider's places hold."""
    held = re.search(r"data-points='([^']*)'", page)
    assert held
    return json.loads(html.unescape(held[1]))


def test_a_slider_says_each_curve_at_each_place() -> None:
    page = slider("z", [-1.0, 0.0, 1.0], {"a": [0.0, 0.0, 1.0], "slope": [0.0, 0.0, 1.0]})._repr_html_()
    assert [place["text"] for place in points_of(page)] == [
        "z = −1: a = 0, slope = 0",
        "z = 0: a = 0, slope = 0",
        "z = 1: a = 1, slope = 1",
    ]
    assert page.count("<polyline") == page.count("<circle") == 2
    assert "value='1'" in page, "it begins in the middle"
    assert "<script" not in page
    assert "http" not in page


def test_a_flat_curve_has_a_height() -> None:
    assert points_of(slider("x", [0, 1], {"one": [1.0, 1.0]})._repr_html_())[0]["ys"] == [190.0]


def test_a_label_is_text() -> None:
    page = slider("<b>'", [0, 1], {"<i>": [0, 1]})._repr_html_()
    assert "<b>" not in page
    assert "<i>" not in page


@pytest.mark.parametrize(("x", "curves"), [([0], {"a": [0]}), ([0, 1], {"a": [0]}), ([0, 1], {})])
def test_lengths_that_do_not_fit_are_refused(x: list[float], curves: dict[str, list[float]]) -> None:
    with pytest.raises(ShapeError, match="as long as x"):
        slider("x", x, curves)
