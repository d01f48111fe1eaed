"""Nothing moves by itself: from the first paint to rest the layout of no room shifts."""

from pathlib import Path
from typing import Any

import pytest
from page_object import STATIC

import byhand as bh
from byhand.exports.to_html import to_html

pytestmark = pytest.mark.browser
ROOMS = ["draw", "network", "train", "plane", "microscope", "mistakes", "experiments", "lessons"]
SIZES = [(1440, 900), pytest.param((820, 1180), marks=pytest.mark.full), (390, 844)]
MOST = 0.01  # of 1: a tenth of what is called good (web.dev/articles/cls)
REST_MS = 600  # without a request and without a shift
WATCH = """
    window.shifts = [];
    window.lastShift = 0;
    const name = node => node?.nodeType === 1 ? `${node.nodeName}.${node.className}` : node?.parentNode?.className;
    new PerformanceObserver(list => {
        for (const { value, hadRecentInput, sources } of list.getEntries())
            if (!hadRecentInput) shifts.push([value, ...sources.map(({ node }) => name(node))]);
        lastShift = performance.now();
    }).observe({ type: "layout-shift", buffered: true });
"""
AT_REST = """ms => new Promise(resolve => {
    let busy = performance.now();
    const look = () => {
        const now = performance.now();
        if (document.documentElement.dataset.pending !== "0") busy = now;
        now - Math.max(busy, lastShift) > ms ? resolve(shifts) : setTimeout(look, 30);
    };
    look();
})"""


def shifts(lab: Any) -> list[list[Any]]:
    """Return what shifted until the page rests: how far, and what."""
    return list(lab.page.evaluate(AT_REST, REST_MS))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_does_not_shift_while_it_opens(room: str, size: tuple[int, int], site: str, open_lab: Any) -> None:
    width, height = size
    lab = open_lab(f"{site}#view={room}", viewport={"width": width, "height": height}, script=WATCH)
    found = shifts(lab)
    assert sum(value for value, *_ in found) < MOST, found


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("fragment", "is_new"), [("", True), ("#lesson=why.3", False)])
def test_nor_does_the_page_for_who_is_new_or_in_a_lesson(
    fragment: str, is_new: bool, size: tuple[int, int], site: str, open_lab: Any
) -> None:
    width, height = size
    lab = open_lab(f"{site}{fragment}", is_new, viewport={"width": width, "height": height}, script=WATCH)
    found = shifts(lab)
    assert sum(value for value, *_ in found) < MOST, found


@pytest.mark.parametrize("views", [("lessons", "plane"), ("lessons", "draw")], ids=str)
def test_nor_does_an_exported_page_with_lessons(views: tuple[str, ...], open_lab: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(to_html(bh.load_model(STATIC / "models" / "draw.safetensors"), views))
    lab = open_lab(page.as_uri(), True, WATCH, viewport={"width": 390, "height": 844})
    found = shifts(lab)
    assert sum(value for value, *_ in found) < MOST, found
    assert lab.page.is_visible(".welcome") == ("draw" in views)


# every shift from now on, those that follow an input too
WATCH_FROM_NOW = """() => {
    globalThis.moved = [];
    const name = node => node?.nodeType === 1 ? `${node.nodeName}.${node.className}` : node?.parentNode?.className;
    new PerformanceObserver(list => {
        for (const { value, sources } of list.getEntries()) moved.push([value, ...sources.map(one => name(one.node))]);
    }).observe({ type: "layout-shift" });
}"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(moved), 50)))"
HELD = [  # room, and where a pointer is pressed and moved
    ("draw", ".pad"),
    ("draw", ".inside [type=range]"),
    ("train", ".own-digit .pad"),
    ("plane", "[data-setting=noise]"),
    ("plane", ".board"),
    ("experiments", ".bets [type=range]"),
]


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=str)
@pytest.mark.parametrize(("room", "part"), HELD)
def test_nothing_shifts_while_a_pointer_is_down(
    room: str, part: str, size: tuple[int, int], site: str, open_lab: Any
) -> None:
    width, height = size
    lab = open_lab(f"{site}#view={room}", script=WATCH, viewport={"width": width, "height": height})
    lab.page.locator(part).first.scroll_into_view_if_needed()
    shifts(lab)
    box, mouse = lab.page.locator(part).first.bounding_box(), lab.page.mouse
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    lab.page.evaluate(WATCH_FROM_NOW)
    mouse.down()
    for step in range(8):
        mouse.move(x + 5 * step, y - 3 * step)
        lab.quiet()
    assert lab.page.evaluate(PAINTED) == []
    mouse.up()


def test_a_shift_would_be_seen(site: str, open_lab: Any) -> None:
    lab = open_lab(site, script=WATCH)
    shifts(lab)
    lab.page.evaluate("() => document.querySelector('main').style.marginTop = '200px'")
    lab.until("() => shifts.length > 0")
    assert sum(value for value, *_ in shifts(lab)) > MOST
