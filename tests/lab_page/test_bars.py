"""The bars of Train and Plane: one line where there is room, else rows in which no button stands alone."""

from itertools import pairwise
from typing import Any

import pytest

pytestmark = pytest.mark.browser
FLOWERS = "\n".join(["long,wide,kind", *(f"{i % 5},{i % 3},{'rose' if i % 5 < 2 else 'tulip'}" for i in range(60))])
LABELS = """(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    window.labels = [];
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        window.labels.push([String(text), x, y]);
        fillText.apply(this, arguments);
    };
})();"""


def rows_of(lab: Any, selector: str) -> list[int]:
    """Return how many of the visible elements stand in each row, from above."""
    tops = [round(one.bounding_box()["y"]) for one in lab.page.locator(selector).all()]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize("width", [360, 390, 820, 1280])
@pytest.mark.parametrize("view", ["train", "plane"])
def test_no_button_of_a_bar_stands_alone(view: str, width: int, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view={view}", viewport={"width": width, "height": 844})
    lab.quiet()
    rows = rows_of(lab, ".bar-buttons button:visible")
    assert sum(rows) >= 4
    assert min(rows) > 1


def test_a_bar_with_all_that_it_can_have_is_one_line_on_a_laptop(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane", viewport={"width": 1280, "height": 720})
    lab.drop("flowers.csv", FLOWERS.encode())
    lab.says(".bar dt", "held out")
    lab.page.click("button:text-is('Reset')")
    lab.page.click("button:text-is('Undo')")
    lab.page.locator("button:text-is('Redo')").wait_for()
    box = lab.page.locator(".bar").bounding_box()
    middles = [one.bounding_box() for one in lab.page.locator(".bar > *, .bar summary").all()]
    assert len(middles) == 5
    assert all(abs(one["y"] + one["height"] / 2 - box["y"] - box["height"] / 2) < 2 for one in middles)


def test_classes_of_a_table_are_called_by_their_names_at_the_board(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane")
    lab.says("figcaption", "class 0 class 1")
    lab.drop("flowers.csv", FLOWERS.encode())
    lab.says("figcaption", "rose tulip")


def test_labels_of_a_low_chart_leave_one_another_room(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane", script=LABELS, viewport={"width": 1280, "height": 720})
    lab.drop("flowers.csv", FLOWERS.encode())
    lab.page.click("button:text-is('100 epochs')")
    lab.says(".bar dd", "100")
    lab.quiet()
    lab.page.evaluate("window.labels.length = 0")
    lab.page.click("button:text-is('One epoch')")
    lab.says(".bar dd", "101")
    lab.until("() => window.labels.length > 4")
    labels = lab.page.evaluate("window.labels")
    heights = sorted({y for text, x, y in labels if text and x == min(at for _, at, _ in labels)})
    assert len(heights) > 1
    assert min(b - a for a, b in pairwise(heights)) >= 12


@pytest.mark.parametrize("width", [360, 390, 820])
def test_what_supposes_another_label_stands_beside_the_label(width: int, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=network", viewport={"width": width, "height": 844}, reduced_motion="reduce")
    lab.page.locator("button:has-text('Suppose it were')").wait_for()
    middle, button = (
        one.bounding_box() for one in (lab.page.locator(".subject .inline"), lab.page.locator(".subject button"))
    )
    assert abs(middle["y"] + middle["height"] / 2 - button["y"] - button["height"] / 2) < 2


def test_trains_fields_stand_below_its_buttons(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train", viewport={"width": 820, "height": 1180})
    button, field = (lab.page.locator(one).first.bounding_box() for one in (".bar-buttons button", ".quick .field"))
    assert field["y"] > button["y"]
    assert field["x"] == button["x"]


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_shows_all_digits_of_trains_fields(width: int, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train", viewport={"width": width, "height": 844})
    lab.quiet()
    fits = "all => all.map(one => one.clientWidth - 2 * parseFloat(getComputedStyle(one).paddingLeft))"
    assert min(lab.page.eval_on_selector_all(".quick .field input", fits)) >= 40, (
        "two digits and the arrows beside them"
    )


def test_what_is_left_out_is_one_line_on_a_phone(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train", viewport={"width": 390, "height": 844})
    lab.quiet()
    assert rows_of(lab, ".without .buttons button") == [2]


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize("width", [320, 390, 480, 540, 1200, 1280])
def test_the_way_back_stands_beside_what_the_signal_says(width: int, motion: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=draw", viewport={"width": width, "height": 900}, reduced_motion=motion)
    lab.settled()
    said, back = (lab.page.locator(f".stage-controls .inline > {one}").bounding_box() for one in ("p", "button"))
    assert abs(said["y"] + said["height"] / 2 - back["y"] - back["height"] / 2) < 2
    assert back["x"] > said["x"]
