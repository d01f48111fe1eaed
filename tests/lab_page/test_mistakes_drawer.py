"""Mistakes are a drawer of Draw: opened by its button, its address and the menu; left by every way that leads out."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
OPENER = "button:text-is('What it gets wrong')"
DRAWER = ".mistakes-drawer"
OUTSIDE = """() => {
    const { activeElement } = document, drawer = document.querySelector(".mistakes-drawer");
    return activeElement !== document.body && !drawer.contains(activeElement);
}"""
FOCUSED = "selector => document.activeElement?.matches(selector)"
SIZES = "selector => (({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector(selector))"
PAINTED = "() => document.querySelector('.pad').toDataURL()"


def opened(lab: Any) -> None:
    """Wait until the drawer has the whole test set."""
    lab.page.wait_for_selector(f"{DRAWER} .confusion")
    lab.quiet()


def shut(lab: Any) -> None:
    lab.page.wait_for_selector(DRAWER, state="hidden")


def test_its_button_its_address_and_the_menu_open_it_over_draw(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    lab.page.click(OPENER)
    opened(lab)
    assert "view=mistakes" in lab.address()
    assert "Mistakes" in lab.page.title()
    assert lab.page.is_visible(".pad")  # the room is below it
    lab.says(".drawer-about", "784-128-10, pretrained")
    opened(open_lab(f"{site}#view=mistakes"))
    other = open_lab(f"{site}#view=plane")
    other.view("Mistakes")
    opened(other)
    assert other.page.inner_text("nav a[aria-current]") == "Draw"


@pytest.mark.parametrize("way", ["Escape", "Close", "beside", "Back"])
def test_every_way_out_leads_back_to_draw_with_the_focus_where_it_was(way: str, site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    before = lab.page.evaluate(PAINTED)
    lab.page.focus(OPENER)
    lab.page.keyboard.press("Enter")
    opened(lab)
    if way == "Escape":
        lab.page.keyboard.press("Escape")
    elif way == "Close":
        lab.page.click(".drawer-close")
    elif way == "beside":
        lab.page.mouse.click(40, 400)
    else:
        lab.page.go_back()
    shut(lab)
    lab.until("() => document.activeElement?.innerText === 'What it gets wrong'")
    assert "view=" not in lab.address()
    assert lab.page.evaluate(PAINTED) == before


def test_tab_stays_in_the_drawer(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes")
    opened(lab)
    assert lab.page.evaluate(FOCUSED, ".drawer-close")
    stops = lab.page.locator(f"{DRAWER} :is(button:not([tabindex='-1']), summary, [tabindex='0']):visible").count()
    for key in ["Tab"] * (stops + 5) + ["Shift+Tab"] * 10:
        lab.page.keyboard.press(key)
        assert not lab.page.evaluate(OUTSIDE), key


def test_arrows_lead_through_the_matrix_and_the_mistakes(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes", viewport={"width": 1280, "height": 900})
    opened(lab)
    press, page = lab.page.keyboard.press, lab.page
    page.locator(".confusion [tabindex='0']").focus()
    for key, place in [("Control+Home", [0, 0]), ("ArrowDown", [1, 0]), ("End", [1, 9]), ("PageDown", [9, 9])]:
        press(key)
        where = page.evaluate(
            "() => { const cell = document.activeElement.closest('td'); "
            "return [cell.parentElement.rowIndex - 1, cell.cellIndex - 1]; }"
        )
        assert where == place, key
    press("Tab")
    index = "() => [...document.querySelector('.gallery .thumbnails').children].indexOf(document.activeElement)"
    assert page.evaluate(index) == 0
    press("ArrowRight")
    assert page.evaluate(index) == 1
    press("ArrowDown")
    beside = page.evaluate(index) - 1
    press("Control+End")
    assert 1 < beside < page.evaluate(index) == page.locator(".gallery .thumbnail").count() - 1
    press("Home")
    assert page.evaluate(index) % beside == 0


def test_escape_closes_what_is_open_in_it_first(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes")
    opened(lab)
    lab.page.focus(f"{DRAWER} .term-word")
    assert lab.page.is_visible(f"{DRAWER} .term-sentence")
    lab.page.keyboard.press("Escape")
    assert not lab.page.is_visible(f"{DRAWER} .term-sentence")
    lab.page.click(f"{DRAWER} summary")
    lab.page.keyboard.press("Escape")
    assert lab.page.locator(f"{DRAWER} details[open]").count() == 0
    assert lab.page.is_visible(DRAWER)
    lab.page.keyboard.press("Escape")
    shut(lab)


def test_a_mistake_goes_to_the_pad_and_back_leads_to_where_it_was_found(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes")
    opened(lab)
    before = lab.page.evaluate(PAINTED)
    cell = lab.page.locator(".confusion button").last
    name = str(cell.get_attribute("aria-label"))  # "9 taken for 4, 3 times"
    cell.click()
    lab.says(".gallery h3", name.split(",")[0])
    assert f"confusion={name[0]}.{name[12]}" in lab.address()
    card = lab.page.locator(".gallery .thumbnail").last
    index = card.get_attribute("data-index")
    card.click()
    shut(lab)
    lab.settled()
    assert lab.page.evaluate(PAINTED) != before
    assert f"digit={index}" in lab.address()
    lab.says(".test-digits", f"Test digit {index}: it is a {name[0]}.")
    assert lab.page.evaluate("scrollY") == 0
    lab.page.go_back()
    opened(lab)
    lab.says(".gallery h3", name.split(",")[0])
    lab.until(FOCUSED, f"[data-index='{index}']")


def test_j_and_k_walk_through_the_mistakes(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes")
    opened(lab)
    cards = lab.page.locator(".gallery .thumbnail")
    first, second = (str(cards.nth(i).get_attribute("data-index")) for i in range(2))
    cards.first.click()
    lab.says(".mistake-walk", "mistake 1 of ")
    assert lab.page.locator("[data-key=previous-mistake]").is_disabled()
    lab.page.keyboard.press("j")
    lab.says(".mistake-walk", "mistake 2 of ")
    assert f"digit={second}" in lab.address()
    lab.page.keyboard.press("k")
    lab.says(".mistake-walk", "mistake 1 of ")
    lab.settled()
    assert f"digit={first}" in lab.address()
    lab.page.click(".sample >> nth=0")  # another drawing is not a mistake
    lab.page.wait_for_selector(".mistake-walk", state="hidden")


def test_a_cell_that_the_network_does_not_have_is_all_mistakes(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes&confusion=9.4")
    opened(lab)
    lab.says(".gallery h3", "9 taken for 4")
    for wrong in ("10.4", "a.b", "9"):
        lab = open_lab(f"{site}#view=mistakes&confusion={wrong}")
        opened(lab)
        lab.says(".gallery h3", "All mistakes")


def test_on_a_phone_it_is_a_sheet(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes", viewport={"width": 375, "height": 740}, has_touch=True)
    opened(lab)
    box = lab.page.locator(DRAWER).bounding_box()
    assert (box["x"], box["width"]) == (0, 375)
    assert box["y"] >= 40  # what lies below it is seen, and a press there closes it
    assert box["y"] + box["height"] == 740
    share, close = (lab.page.locator(f"{DRAWER} .drawer-bar > {one}").bounding_box() for one in (".share", "button"))
    assert share["x"] + share["width"] <= close["x"]
    assert abs(share["y"] - close["y"]) < 2
    for part in (DRAWER, f"{DRAWER} .scroll"):  # no column of the matrix is out of sight
        width, room = lab.page.evaluate(SIZES, part)
        assert width <= room, part
    lab.page.touchscreen.tap(180, 15)
    shut(lab)


def test_the_share_of_right_answers_is_not_torn_from_its_unit(site: str, open_lab: Any) -> None:
    """At every width the number and its unit are in one line."""
    lab = open_lab(f"{site}#view=mistakes", viewport={"width": 375, "height": 740})
    opened(lab)
    for width in range(160, 376, 5):
        lines = lab.page.evaluate(
            """width => {
                const host = document.querySelector(".test-verdict");
                host.style.width = `${width}px`;
                const text = host.firstChild, range = document.createRange();
                range.setStart(text, text.data.lastIndexOf(" ") + 1);
                range.setEnd(text, text.data.length);
                return [range.toString(), range.getClientRects().length];
            }""",
            width,
        )
        assert lines[0].endswith("\u00a0%"), lines
        assert lines[1] == 1, width


def test_in_a_lesson_its_rail_stays_in_reach(site: str, open_lab: Any) -> None:
    for width in (390, 1280):
        lab = open_lab(f"{site}#lesson=mistakes.2&model=pretrained", viewport={"width": width, "height": 844})
        opened(lab)
        drawer, rail = (lab.page.locator(one).bounding_box() for one in (DRAWER, ".lesson"))
        assert drawer["x"] >= rail["x"] + rail["width"] - 1 or drawer["y"] + drawer["height"] <= rail["y"] + 1, width
        lab.page.click(".lesson-choices button >> nth=1")
        lab.page.keyboard.press("PageDown")
        lab.says(".lesson", "Open one of the mistakes")
        lab.page.click(".lesson-do")
        lab.until("() => document.querySelector('.lesson-ways button.main')")
        shut(lab)


def test_in_a_frame_of_another_page_it_stands_alone(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#embed=mistakes")
    opened(lab)
    assert lab.page.is_hidden(".draw-room")
    assert lab.page.is_hidden(".drawer-bar")
    box = lab.page.locator(DRAWER).bounding_box()
    assert lab.page.evaluate("() => document.documentElement.scrollHeight") >= box["height"]
    lab.page.locator(".gallery .thumbnail").first.click()
    lab.settled()
    assert lab.page.is_visible(".pad")
