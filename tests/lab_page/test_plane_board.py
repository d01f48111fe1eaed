"""Points in the plane by pointer and keys: points that are added, lines that are dragged, units that are looked at."""

from typing import Any

import pytest
from plane_view import figure, learn, line_at, open_panel, set_named, shown, weights

pytestmark = pytest.mark.browser
PAINTED = """() => [".board", ".unit canvas", ".weights-canvas"].map(part =>
    [...document.querySelectorAll(part)].map(canvas => canvas.toDataURL()).join())"""


def test_points_of_ones_own_are_learned_and_are_in_the_address(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=own&planeLayers=8.relu")
    lab.at_epoch(0)
    open_panel(lab, "Add points")
    for k, places in enumerate(
        [[(100, 100), (120, 90), (90, 130)], [(300, 300), (280, 310)], [(100, 300), (120, 320)]]
    ):
        lab.page.get_by_label("A click on the board adds").select_option(str(k))
        for x, y in places:
            lab.page.locator(".board").click(position={"x": x, "y": y})
            lab.quiet()
    learn(lab, 2)
    assert figure(lab, "accuracy") == 100
    again = open_lab(lab.address())
    again.at_epoch(0)
    learn(again, 2)
    assert figure(again, "loss") == figure(lab, "loss")


def test_a_line_is_dragged_by_the_mouse_and_moved_by_arrow_keys_and_taken_back(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=1.tanh")
    lab.at_epoch(0)
    first = weights(lab)
    mouse = lab.page.mouse
    mouse.move(*line_at(lab))
    mouse.down()
    mouse.move(line_at(lab)[0], line_at(lab)[1] - 40, steps=4)
    mouse.up()
    lab.quiet()
    handle = lab.page.locator(".handle")
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(first[0] + 0.8, abs=1e-3)
    assert lab.page.evaluate("() => document.activeElement.className") == "handle"
    lab.page.keyboard.press("ArrowDown")
    lab.quiet()
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(first[0] + 0.7, abs=1e-3)
    lab.page.click("button:text-is('Undo')")
    lab.page.click("button:text-is('Undo')")
    lab.quiet()
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(first[0], abs=1e-3)
    assert lab.page.is_disabled("button:text-is('Undo')")


def test_a_press_on_the_board_adds_a_point_and_undo_brings_points_and_training_back(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons")
    lab.at_epoch(0)
    learn(lab, 1)
    before = shown(lab)
    lab.page.locator(".board").click(position={"x": 60, "y": 60})
    lab.until("() => location.hash.includes('set=own')")
    assert lab.page.inner_text(".figures dd >> nth=0") == "100"  # it goes on from where it is
    assert len(lab.page.url.split("points=")[1].split("&")[0].split("%7E")) == 201
    lab.page.click("button:text-is('Undo')")
    lab.until("before => document.querySelector('.figures').innerText === before", before)
    assert lab.page.is_disabled("button:text-is('Undo')")
    lab.until("() => !location.hash.includes('set=own')")
    lab.page.keyboard.press("Control+Shift+z")
    lab.until("() => location.hash.includes('set=own')")
    lab.page.keyboard.press("Control+z")
    lab.until("before => document.querySelector('.figures').innerText === before", before)
    set_named(lab, "XOR")
    lab.at_epoch(0)
    lab.page.click("button:text-is('Undo')")
    lab.until("before => document.querySelector('.figures').innerText === before", before)


def test_points_are_added_while_it_learns(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=circles&planeSpeed=50")
    lab.at_epoch(0)
    lab.page.click("button.main")
    lab.until("() => Number(document.querySelector('.figures dd').innerText) > 5")
    lab.page.locator(".board").click(position={"x": 200, "y": 60})
    lab.until("() => location.hash.includes('set=own')")
    assert figure(lab, "epoch") > 5
    lab.says("button.main", "Pause")
    at = figure(lab, "epoch")
    lab.until("at => Number(document.querySelector('.figures dd').innerText) > at + 5", at)


def test_a_unit_that_is_pointed_at_is_alone_on_the_board(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=4.tanh~3.relu")
    lab.says("figcaption", "2-4-3-2")
    whole = lab.page.evaluate("() => document.querySelector('.board').toDataURL()")
    lab.page.locator("button.unit").nth(5).hover()
    lab.says("figcaption", "Unit 1, layer 2")
    assert lab.page.evaluate("() => document.querySelector('.board').toDataURL()") != whole
    lab.page.mouse.move(5, 5)
    lab.says("figcaption", "2-4-3-2")
    lab.until("before => document.querySelector('.board').toDataURL() === before", whole)
    lab.page.locator("button.unit").first.focus()
    lab.says("figcaption", "Unit 0, layer 1")
    lab.page.keyboard.press("ArrowRight")
    lab.says("figcaption", "Unit 0, layer 2")


def test_boundary_units_and_lines_change_while_it_learns(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=4.tanh")
    lab.at_epoch(0)
    before, first = lab.page.evaluate(PAINTED), weights(lab)
    lab.page.click("button:text-is('One epoch')")
    lab.at_epoch(1)
    for part, (old, new) in enumerate(zip(before, lab.page.evaluate(PAINTED), strict=True)):
        assert old != new, part
    assert weights(lab) != first


def test_nothing_moves_under_the_pointer_while_a_weight_is_dragged(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=2.tanh")
    lab.at_epoch(0)
    lab.page.evaluate("""() => {
        globalThis.shifts = 0;
        new PerformanceObserver(list => list.getEntries().forEach(one => { globalThis.shifts += one.value; }))
            .observe({ type: "layout-shift", buffered: false });
    }""")
    x, y = line_at(lab)
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    for step in range(10):
        lab.page.mouse.move(x, y - 6 * step)
        lab.quiet()
    assert lab.page.evaluate("() => globalThis.shifts") == 0
    lab.page.mouse.up()
