"""For everyone: no violation that axe finds, light and dark; all by keyboard; a phone's width; fingers."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from page_object import drawings

pytestmark = pytest.mark.browser
VIEWS = ["Draw", "Network", "Train", "Plane", "Microscope", "Mistakes", "Experiments", "Lessons"]
LEAST_TARGET = 44  # CSS pixels a side, of what fingers press


def with_a_digit(lab: Any) -> None:
    lab.draw(drawings()[5])
    lab.settled()


def violations(page: Any) -> list[str]:
    package = importlib.util.find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    page.evaluate(Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}" for one in found for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(site: str, open_lab: Any, scheme: str) -> None:
    lab = open_lab(f"{site}#epochs=20", color_scheme=scheme)
    with_a_digit(lab)
    for view in VIEWS:
        if view == "Mistakes":
            lab.page.select_option("[aria-label=Network]", "trained")
        lab.view(view)
        if view == "Train":
            lab.page.click("button.main")
            lab.says(".readout", "Done.")
        if view == "Mistakes":
            lab.page.wait_for_selector(".confusion")
        lab.quiet()
        assert violations(lab.page) == [], view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_lesson_nor_for_who_is_new(site: str, open_lab: Any, scheme: str) -> None:
    for width in (390, 1280):
        lab = open_lab(f"{site}#lesson=why.3", color_scheme=scheme, viewport={"width": width, "height": 844})
        lab.settled()
        lab.page.click(".lesson-choices button >> nth=0")
        lab.says(".lesson-then", "exact")
        assert violations(lab.page) == [], width
    new = open_lab(site, is_new=True, color_scheme=scheme)
    new.settled()
    assert violations(new.page) == []


def go_to(lab: Any, selector: str) -> None:
    """Press Tab until the focus is there, and seen to be."""
    for _ in range(150):
        if lab.page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            shown = lab.page.evaluate(
                "() => getComputedStyle(document.activeElement).outlineStyle !== 'none' "
                "|| Boolean(document.activeElement.querySelector('.dot'))"
            )
            assert shown, f"{selector} has the focus and does not show it"
            return
        lab.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def draw_by_keyboard(lab: Any) -> None:
    go_to(lab, "[data-key=clear]")
    lab.page.keyboard.press("Enter")
    go_to(lab, ".editable")
    for key in ["ArrowUp"] * 6 + [" ", "ArrowDown"] * 13:
        lab.page.keyboard.press(key)
    lab.settled()
    go_to(lab, "[aria-label='rather than']")
    go_to(lab, ".beside button.small")
    lab.until("() => location.hash.includes('picture=')")  # written a moment after the last change


def step_by_keyboard(lab: Any) -> None:
    go_to(lab, "nav summary")
    lab.page.keyboard.press("Enter")
    go_to(lab, "nav .menu-body a[href*=network]")
    lab.page.keyboard.press("Enter")
    lab.page.wait_for_selector(".unit.chosen")
    go_to(lab, ".network-view .buttons button:nth-child(5)")
    lab.page.keyboard.press("Enter")
    lab.says(".caption", "784 numbers")
    go_to(lab, ".network-view .buttons button:nth-child(4)")
    lab.page.keyboard.press("Enter")
    lab.says(".caption", "z of layer 1")
    go_to(lab, ".unit.chosen")
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_selector("h3:has-text('1 of layer 1')")


def train_by_keyboard(lab: Any) -> None:
    go_to(lab, "nav > a:nth-child(2)")
    lab.page.keyboard.press("Enter")
    go_to(lab, "button.main")
    lab.page.keyboard.press("Enter")
    lab.says(".readout", "Done.")
    go_to(lab, ".train-chart")
    lab.page.keyboard.press("Home")
    lab.says(".position", "after step 0")


def learn_the_plane_by_keyboard(lab: Any) -> None:
    go_to(lab, "nav > a:nth-child(3)")
    lab.page.keyboard.press("Enter")
    go_to(lab, ".bar-buttons button:nth-child(3)")
    lab.page.keyboard.press("Enter")
    lab.at_epoch(1)
    go_to(lab, "button.unit")
    lab.says("figcaption", "Unit 0, layer 1")
    go_to(lab, ".strip-of-weight input")
    go_to(lab, ".loss-chart")
    lab.page.keyboard.press("Home")
    lab.says(".loss .position", "epoch 0 of 1")


def open_numbers_by_keyboard(lab: Any) -> None:
    go_to(lab, "nav summary")
    lab.page.keyboard.press("Enter")
    go_to(lab, "nav .menu-body a[href*=microscope]")
    lab.page.keyboard.press("Enter")
    go_to(lab, ".settings.across label:nth-child(2) select")
    lab.page.keyboard.press("3")
    lab.page.wait_for_selector("[data-form]")
    go_to(lab, ".cell.chosen")
    lab.page.keyboard.press("ArrowDown")
    lab.page.wait_for_selector("[data-cell='z1.0.8']")
    go_to(lab, ".terms .trace")
    lab.page.keyboard.press("Enter")
    lab.page.wait_for_selector("[data-form=prepared]")


def test_the_whole_tour_by_keyboard_alone(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    draw_by_keyboard(lab)
    for rest in (step_by_keyboard, train_by_keyboard, learn_the_plane_by_keyboard, open_numbers_by_keyboard):
        lab.page.reload()
        lab.page.wait_for_selector("html[data-ready]")
        rest(lab)


def test_a_phone_has_room_for_everything(site: str, open_lab: Any) -> None:
    lab = open_lab(site, viewport={"width": 375, "height": 740}, has_touch=True)
    with_a_digit(lab)
    hidden = (
        "() => [...document.querySelectorAll('header a')].filter(a => a.getBoundingClientRect().right > 375).length"
    )
    assert lab.page.evaluate(hidden) == 0
    for view in VIEWS:
        lab.view(view)
        lab.quiet()
        assert lab.page.evaluate("document.documentElement.scrollWidth") <= 375, view
        small = lab.page.evaluate(
            """least => [...document.querySelectorAll("main button, main select, nav a, header select")]
                .filter(one => one.offsetParent && !one.matches(".term-word, .confusion button, .unit"))
                .filter(one => one.getBoundingClientRect().height < least - 0.5)
                .map(one => one.outerHTML.slice(0, 80))""",
            LEAST_TARGET,
        )
        assert small == [], view


def test_text_twice_as_large_fits(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    sizes = {"standard": 32, "fixed": 26}  # pixels, where 16 and 13 are usual
    lab.page.context.new_cdp_session(lab.page).send("Page.setFontSizes", {"fontSizes": sizes})
    lab.until("() => getComputedStyle(document.documentElement).fontSize === '32px'")
    last = "() => document.querySelector('header > :last-child').getBoundingClientRect().right"
    for view in VIEWS:
        lab.view(view)
        lab.quiet()
        assert lab.page.evaluate("document.documentElement.scrollWidth") <= 1280, view
        assert lab.page.evaluate(last) <= 1280, view


def test_a_finger_draws(site: str, open_lab: Any) -> None:
    lab = open_lab(site, viewport={"width": 375, "height": 740}, has_touch=True)
    lab.page.click("button:text-is('Clear')")
    box = lab.page.locator(".pad").bounding_box()
    session = lab.page.context.new_cdp_session(lab.page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.5, 0.15)
    for i in range(1, 15):
        touch("touchMove", 0.5, 0.15 + 0.05 * i)
    touch("touchEnd", 0.5, 0.85)
    lab.settled()
    assert lab.verdict()[0] == "1"
