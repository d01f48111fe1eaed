"""Two laws of every room on its first opening: it is not empty, and what one acts on is seen with what answers."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
SIZES = [(1280, 720), (1440, 900)]
# what one acts on, and what answers
LOOPS = {
    "Draw": [".pad", ".inside .network-stage", ".verdict", ".bars tbody"],
    "Train": ["[data-lesson=train-start]", ".train-chart", ".own-digit .pad", ".own-said", ".probes", ".film"],
    "Plane": ["[data-lesson=plane-start]", "[data-lesson=plane-network]", "[data-lesson=plane-board]"],
    "Experiments": [".bets", "[data-lesson=experiment-start]"],
    "Lessons": [".lesson-cards li:first-child h3", ".lesson-cards li:first-child button"],
}
OUTSIDE = """selectors => selectors.filter(selector => {
    const { left, top, right, bottom, width } = document.querySelector(selector)?.getBoundingClientRect() ?? {};
    return !(width > 0 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight);
})"""
EMPTY = """() => {
    const pixelsOf = one =>
        new Uint32Array(one.getContext("2d").getImageData(0, 0, one.width, one.height).data.buffer);
    const isBlank = one => pixelsOf(one).every((pixel, _, [first]) => pixel === first);
    const isLine = pixel => {
        const [red, green, blue, alpha] = [0, 8, 16, 24].map(bits => (pixel >> bits) & 255);
        return alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
    };
    const holds = "canvas, svg, img, input, select, button, meter, i, textarea, .swatch";
    const isBox = one => one.matches(".card, figure, dd") || parseFloat(getComputedStyle(one).borderTopWidth) > 0;
    const kinds = {
        "a dash": one => !one.children.length && /^[–—-]$/.test(one.textContent.trim()),
        "blank": one => one.matches("canvas:not(.unit canvas)") && isBlank(one), // a unit may say the same everywhere
        "no line": one => one.matches(".chart") && ![...one.querySelectorAll("canvas")].some(
            canvas => pixelsOf(canvas).some(isLine)),
        "an empty box": one =>
            isBox(one) && !one.matches(holds) && !one.textContent.trim() && !one.querySelector(holds),
    };
    const seen = [...document.querySelectorAll("main *")].filter(
        one => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 8);
    return seen.flatMap(one => Object.keys(kinds).filter(kind => kinds[kind](one)).map(
        kind => `${kind}: ${one.nodeName} ${one.className}`));
}"""


def keeps_the_laws(lab: Any, room: str) -> None:
    lab.quiet()
    assert lab.page.evaluate("scrollY") == 0
    for width, height in SIZES:
        lab.page.set_viewport_size({"width": width, "height": height})
        assert lab.page.evaluate(EMPTY) == [], (room, width)
        assert lab.page.evaluate(OUTSIDE, LOOPS[room]) == [], (room, width)


def opens_well(address: str, open_lab: Any) -> None:
    lab = open_lab(address)
    for room in LOOPS:
        lab.open(f"{address.split('#')[0]}#view={room.lower()}")
        keeps_the_laws(lab, room)


def test_where_no_server_knows_of_byhand(site: str, open_lab: Any) -> None:
    opens_well(site, open_lab)


@pytest.mark.parametrize(("room", "title"), [("Draw", "Train"), ("Train", "Draw"), ("Plane", "Experiments")])
def test_a_room_leads_to_the_next(room: str, title: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view={room.lower()}")
    if room == "Train":  # once there is a network to draw for
        lab.page.click("main button:has-text('One epoch')")
    lab.page.wait_for_selector("main .next")
    assert lab.page.locator("main .next:visible").count() == 1
    lab.page.click("main .next")
    lab.until("title => document.title.startsWith(title)", title)


@pytest.mark.full
def test_with_mnist(lab: str, open_lab: Any) -> None:
    opens_well(lab, open_lab)


def test_with_a_network_of_8_by_8_pixels(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=16&epochs=2")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")
    for room in LOOPS:
        lab.view(room)
        if room == "Draw":
            lab.settled()
        keeps_the_laws(lab, room)
