"""The header and the rooms: low, named, marked in every theme, there before the data."""

import re
from typing import Any

import pytest
from page_object import STATIC

import byhand as bh
from byhand import data
from waiting import HANG

pytestmark = pytest.mark.browser
ROOMS = ["Draw", "Train", "Plane", "Experiments"]
MOST_STOPS = 40  # of the Tab key in a view
DRAWN = {"Microscope": ".terms", "Mistakes": ".confusion"}  # once these are there, all is
STOPS = """() => [...(document.querySelector("dialog:modal") ?? document.querySelector("main")).querySelectorAll(
    "a[href], button, select, input, summary, [tabindex]")].filter(one =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })).length"""


@pytest.mark.parametrize(
    ("width", "height", "most"), [(1440, 900, 56), (820, 1180, 56), (768, 1024, 56), (375, 740, 48)]
)
def test_the_header_is_low_and_nothing_leaves_it(site: str, open_lab: Any, width: int, height: int, most: int) -> None:
    lab = open_lab(site, viewport={"width": width, "height": height})
    assert lab.page.evaluate("document.querySelector('header').offsetHeight") <= most
    outside = lab.page.evaluate(
        """() => [...document.querySelectorAll("header > *, header a, header summary, header label")].filter(one => {
            const { left, right, width } = one.getBoundingClientRect();
            return width && (left < 0 || right > innerWidth + 0.5);
        }).map(one => one.outerHTML.slice(0, 60))"""
    )
    assert outside == []
    boxes = [link.bounding_box() for link in lab.page.locator("header nav > a").all()]
    assert len(boxes) >= len(ROOMS)
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)


@pytest.mark.parametrize("view", ["network", "microscope"])
def test_all_rooms_are_within_the_narrowest_page(site: str, open_lab: Any, view: str) -> None:
    lab = open_lab(f"{site}#view={view}", viewport={"width": 320, "height": 640})
    boxes = [one.bounding_box() for one in lab.page.locator("header nav > a, header nav summary").all()]
    assert len(boxes) > len(ROOMS)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes)


def test_the_title_of_a_drawer_is_within_the_narrowest_page(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes", viewport={"width": 320, "height": 640})
    parts = lab.page.locator(".mistakes-drawer .drawer-bar > *:visible").all()
    assert len(parts) >= 3
    for one in parts:
        box = one.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


def test_the_network_at_hand_is_named_with_its_accuracy(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=16&epochs=2")
    lab.says(".network-chip", "784-128-10 98.4 % pretrained")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.says(".network-chip", "64-16-10")
    share = lab.page.evaluate("document.querySelector('.chip-accuracy').innerText")
    assert re.fullmatch(r"\d\d\.\d\s%", share)


@pytest.mark.full
def test_the_pretrained_network_s_accuracy_is_what_the_chip_says(mnist_folder: Any) -> None:
    text = (STATIC / "shared" / "constants.js").read_text(encoding="utf-8")
    said = re.search(r"PRETRAINED_ACCURACY = ([\d.]+);", text)
    assert said
    test = data.mnist(mnist_folder).test
    model = bh.load_model(STATIC / "models" / "draw.safetensors")
    assert float((model.predict(test.raw) == test.y).mean()) == pytest.approx(float(said[1]), abs=1e-9)


@pytest.mark.parametrize("name", ["network", "microscope"])
def test_a_view_that_rooms_lead_to_keeps_its_address_and_is_named(site: str, open_lab: Any, name: str) -> None:
    lab = open_lab(f"{site}#view={name}")
    lab.says("nav summary.current", name.capitalize())
    lab.page.click("nav summary")
    assert lab.page.inner_text("nav .menu-body a[aria-current]") == name.capitalize()
    lab.view("Train")
    lab.says("nav summary", "Closer")


def test_a_menu_closes_by_a_press_elsewhere_and_by_escape(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    summary = "summary[aria-label=Settings]"
    opened = "document.querySelectorAll('header details[open]').length"
    lab.page.click(summary)
    assert lab.page.evaluate(opened) == 1
    lab.page.click("nav summary")
    assert lab.page.evaluate(opened) == 1
    lab.page.click("footer")
    assert lab.page.evaluate(opened) == 0
    lab.page.click(summary)
    lab.page.keyboard.press("Escape")
    assert lab.page.evaluate(opened) == 0
    assert lab.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Settings"


def test_a_menu_closes_when_the_focus_leaves_it_and_by_escape_outside(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    opened = "() => document.querySelectorAll('header details[open]').length"
    lab.page.focus("summary[aria-label=Settings]")
    lab.page.keyboard.press("Enter")
    assert lab.page.evaluate(opened) == 1
    lab.page.keyboard.press("Shift+Tab")
    lab.says(":focus", "Share")
    assert lab.page.evaluate(opened) == 0
    lab.page.keyboard.press("Enter")
    lab.page.evaluate("document.activeElement.blur()")
    assert lab.page.evaluate(opened) == 1
    lab.page.keyboard.press("Escape")
    lab.until("() => !document.querySelector('header details[open]')")
    assert lab.page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_file_is_opened_without_dropping_it(site: str, open_lab: Any) -> None:
    lab = open_lab(site, viewport={"width": 390, "height": 844}, has_touch=True)
    table = {"name": "own.csv", "mimeType": "text/csv", "buffer": b"long,wide,kind\n1,2,a\n3,1,b\n2,4,a"}
    for _ in range(2):  # the same file again, too
        lab.view("Draw")
        with lab.page.expect_file_chooser() as chooser:
            lab.page.tap("summary[aria-label=Settings]")
            lab.page.tap("button:has-text('Open a file')")
        chooser.value.set_files(table)
        lab.says("section.plane", "long")


@pytest.mark.parametrize("view", ["draw", "plane", "microscope", "experiments", "lessons"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
def test_what_has_the_focus_is_not_behind_the_rooms(
    site: str, open_lab: Any, view: str, width: int, height: int
) -> None:
    lab = open_lab(f"{site}#view={view}", viewport={"width": width, "height": height})
    lab.quiet()
    lab.page.focus("main")
    lowest = "document.activeElement.closest('main') && document.activeElement.getBoundingClientRect().bottom"
    bar = lab.page.locator("header nav").bounding_box()["y"]
    for n in range(MOST_STOPS + 2):
        lab.page.keyboard.press("Tab")
        bottom = lab.page.evaluate(lowest)
        if bottom is None:
            break
        assert bottom <= bar, f"{n}: {lab.page.evaluate('document.activeElement.outerHTML.slice(0, 80)')}"
    assert n > 5


@pytest.mark.parametrize("view", ["draw", "plane"])
def test_what_has_the_focus_on_a_phone_is_not_behind_what_sticks_to_the_top(
    site: str, open_lab: Any, view: str
) -> None:
    lab = open_lab(f"{site}#view={view}", viewport={"width": 390, "height": 844})
    lab.quiet()
    covered, n_stops = lab.page.evaluate("""() => {
        const all = [...document.querySelectorAll("main :is(button, select, input, [tabindex='0'])")];
        const focus = (one) => {
            document.activeElement.blur();
            scrollBy(0, one.getBoundingClientRect().top - 10); // at the upper edge, where something may stick
            one.focus();
            return document.activeElement === one; // not in a menu that is closed
        };
        const stops = all.filter((one) => one.tabIndex === 0 && focus(one));
        const covered = stops.filter((one) => {
            focus(one);
            const { left, top, width, height } = one.getBoundingClientRect();
            const there = document.elementFromPoint(left + width / 2, top + height / 2);
            return !there || !(one.contains(there) || there.contains(one) || one.closest("label")?.contains(there));
        });
        return [covered.map((one) => one.outerHTML.slice(0, 80)), stops.length];
    }""")
    assert covered == []
    assert n_stops > 5


def test_forced_colours_mark_the_current_room(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane", forced_colors="active")
    colours = lab.page.evaluate(
        "() => [...document.querySelectorAll('header nav > a')].map(one => getComputedStyle(one).backgroundColor)"
    )
    plane = ROOMS.index("Plane")
    assert [colour != colours[0] for colour in colours[1 : len(ROOMS)]] == [i == plane for i in range(1, len(ROOMS))]


def test_the_first_view_is_there_before_any_data(site: str, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/draw.safetensors", lambda route: None)  # the network does not come
    page.goto(site)
    page.wait_for_selector("nav a:text-is('Plane')", timeout=1000 * HANG)
    assert page.evaluate("document.documentElement.dataset.ready") is None
    page.unroute("**/draw.safetensors")
    page.goto("about:blank")
    page.goto(site)
    page.wait_for_selector("html[data-ready]", timeout=1000 * HANG)
    assert [url for url in asked if "ubyte" in url or "/api/data/" in url] == []
    page.close()


@pytest.mark.parametrize("view", [*ROOMS, "Network", "Lessons", "Microscope", "Mistakes"])
def test_a_view_has_few_tab_stops(site: str, open_lab: Any, view: str) -> None:
    lab = open_lab(f"{site}#view={view.lower()}")
    lab.quiet()
    if view in DRAWN:
        lab.page.wait_for_selector(DRAWN[view])
    assert lab.page.evaluate(STOPS) <= MOST_STOPS
