"""A page with the rooms that were chosen: their links and code are in it, those of others are not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from page_object import STATIC

import byhand as bh
from byhand.errors import OptionError
from byhand.exports.to_html import modules, to_html

MODEL = STATIC / "models" / "draw.safetensors"
PARTS = json.loads((STATIC / "export" / "parts.json").read_text(encoding="utf-8"))
VIEWS: list[str] = PARTS["views"]
FOLDS = {"network", "microscope", "mistakes"}  # more than one of them is in a menu


def views_in(names: set[str]) -> set[str]:
    """Return the views that a page's modules belong to."""
    return {name.split("/")[1] for name in names if name.startswith("views/") and name != "views/views.js"}


def save_page(folder: Path, *views: str) -> str:
    """Write a page with these views; return its address."""
    page = folder / "page.html"
    page.write_bytes(to_html(bh.load_model(MODEL), views))
    return page.as_uri()


def test_the_table_names_the_views_that_the_lab_has() -> None:
    text = (STATIC / "views" / "views.js").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w+): \w+View,$", text, flags=re.MULTILINE) == VIEWS
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    for sheet in PARTS["styles"]:
        assert f'href="{sheet}"' in index
    for name in [*PARTS["stubs"], *(stub["stub"] for stub in PARTS["stubs"].values()), PARTS["charts"]["script"]]:
        assert (STATIC / name).is_file()


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_has_the_code_of_its_view_and_of_no_other(view: str) -> None:
    room = PARTS["drawers"].get(view, view)
    assert views_in(modules([room])) == {room}


def test_a_chart_brings_the_library_of_charts() -> None:
    for view in VIEWS:
        content = to_html(bh.load_model(MODEL), [view]).decode()
        assert ("uPlot=function" in content) == ("ui/charts.js" in modules([view])) == (view in ("train", "plane")), (
            view
        )


@pytest.mark.parametrize("views", [[], ["dram"], ["draw", "trian"], ["Draw"], [""], "dram"])
def test_an_unknown_view_is_one_sentence_with_those_that_exist(views: list[str]) -> None:
    with pytest.raises(OptionError, match="the lab's views are draw, network, train, plane, microscope, mistakes"):
        to_html(bh.load_model(MODEL), views)


def test_a_view_that_is_named_twice_is_there_once() -> None:
    model = bh.load_model(MODEL)
    is_same = to_html(model, ["plane", "draw", "plane"]) == to_html(model, ["plane", "draw"])
    assert is_same


@pytest.mark.browser
@pytest.mark.parametrize(
    "views",
    [
        ("train", "draw"),
        ("plane",),
        ("mistakes", "network", "microscope"),
        ("experiments", "train", "draw"),
        ("lessons", "plane"),
    ],
)
def test_it_opens_from_disk_with_the_first_and_leads_to_no_other(
    views: tuple[str, ...], open_lab: Any, tmp_path: Path
) -> None:
    lab = open_lab(save_page(tmp_path, *views), offline=True)
    title = {name: name.capitalize() for name in VIEWS}
    assert lab.page.title().startswith(f"{title[views[0]]} ·")
    found = lab.page.locator("nav a").evaluate_all("links => links.map(link => link.textContent)")
    rooms = {PARTS["drawers"][name] for name in views if name in PARTS["drawers"]}
    assert sorted(found) == sorted(title[name] for name in {*views, *rooms})
    listed = lab.page.evaluate("document.querySelector('dialog.keys').textContent")
    absent = [title[name] for name in VIEWS if name not in {*views, *rooms} and name != "network"]
    assert not [name for name in absent if re.search(rf"\b{name}\b", listed)], listed
    assert ("lesson" in listed) == ("lessons" in views)
    assert ("next mistake" in listed) == ("mistakes" in views)
    for view in views:
        lab.view(title[view])
        lab.quiet()
        assert lab.page.is_hidden("#problem"), view
        text = lab.page.inner_text("main") + " ".join(
            lab.page.locator("main [aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
        )
        assert "in Draw" not in text or "draw" in views or view in ("microscope", "network"), text


@pytest.mark.browser
def test_every_button_of_a_page_stays_in_its_rooms(open_lab: Any, tmp_path: Path) -> None:
    lab = open_lab(save_page(tmp_path, "draw"), offline=True)
    lab.settled()
    for i in range(lab.page.locator("main button").count()):
        button = lab.page.locator("main button").nth(i)
        if button.is_visible() and button.is_enabled():
            button.evaluate("one => one.click()")
            lab.quiet()
            assert "view=" not in lab.page.url, button.inner_text()
    assert lab.page.locator("nav a[aria-current]").all_inner_texts() == ["Draw"]


@pytest.mark.browser
def test_rooms_work_from_disk(open_lab: Any, tmp_path: Path) -> None:
    lab = open_lab(save_page(tmp_path, "train", "plane", "experiments", "mistakes"), offline=True)
    lab.page.fill("[data-setting=epochs]", "2")
    lab.page.keyboard.press("Enter")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    assert lab.page.locator(".train-chart canvas").count()
    lab.view("Plane")
    lab.page.wait_for_selector(".sets canvas")
    lab.page.click("button:has-text('100 epochs')")
    lab.at_epoch(100)
    lab.view("Experiments")
    lab.page.click("li button:has-text('equal') >> nth=0")
    lab.page.click("button.main")
    lab.says("button.main", "Run again")
    lab.view("Mistakes")
    lab.page.wait_for_selector(".confusion")
    lab.page.click("button[data-lesson=mistake] >> nth=0")
    lab.settled()


@pytest.mark.browser
def test_a_lesson_that_needs_an_absent_room_is_not_offered(open_lab: Any, tmp_path: Path) -> None:
    table = json.loads((STATIC / "data" / "lessons.json").read_text(encoding="utf-8"))
    titles = [lesson["title"] for lesson in table["lessons"] if views_of(lesson) <= {"plane", "lessons"}]
    assert titles
    lab = open_lab(save_page(tmp_path, "lessons", "plane"), offline=True)
    lab.page.wait_for_selector(".lesson-cards h3")
    assert lab.page.locator(".lesson-cards h3").all_inner_texts() == titles
    lab.open(lab.page.url.split("#")[0] + "#lesson=why.2")
    assert lab.page.is_hidden(".lesson")
    lab.page.click(".lesson-cards button >> nth=0")
    lab.page.wait_for_selector(".lesson:not([hidden])")
    assert lab.page.is_visible(".stage")
    alone = open_lab(save_page(tmp_path, "lessons"), offline=True)
    alone.says("main", "rooms that this page has not")


def views_of(lesson: dict[str, Any]) -> set[str]:
    """Return the views that a lesson sets."""
    settings = [step.get("state", {}) for step in lesson["steps"]]
    settings += [action.get("set", {}) for step in lesson["steps"] for action in step.get("do", [])]
    return {one["view"] for one in settings if "view" in one}


@pytest.mark.browser
def test_the_menu_makes_what_export_makes(site: str, open_lab: Any) -> None:
    model = bh.load_model(MODEL)
    lab = open_lab(f"{site}#view=train")
    lab.page.click("summary:has-text('Share')")
    lab.page.click("[data-share=page]")
    lab.says("dialog[open]", "It opens with Train.")
    for name in ("Draw", "Network", "Train"):
        lab.page.get_by_label(name, exact=True).last.uncheck()
    lab.says("dialog[open]", "Choose one room or more.")
    assert lab.page.is_disabled("[data-share=save-page]")
    for name in ("Lessons", "Plane"):
        lab.page.get_by_label(name, exact=True).last.check()
    lab.says("dialog[open]", "It opens with Plane.")
    with lab.page.expect_download() as download:
        lab.page.click("[data-share=save-page]")
    assert download.value.suggested_filename == "byhand-plane.html"
    is_desk_s = Path(download.value.path()).read_bytes() == to_html(model, ["plane", "lessons"])
    assert is_desk_s
    lab.says("dialog[open]", "Saved as byhand-plane.html")
