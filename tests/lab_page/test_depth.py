"""Plain, exact or both: the switch in the page and on the site, kept over pages; without JavaScript both are there."""

from pathlib import Path
from typing import Any

import pytest

SITE = Path(__file__).parents[2] / "docs" / "_static"
TEXT = """<!doctype html><html><head><link rel="stylesheet" href="depth.css"><script src="depth.js"></script></head>
<body><h1>Lesson</h1><p class="depth-plain">In words.</p><p class="depth-exact">In symbols.</p></body></html>"""
pytestmark = pytest.mark.browser


def shown(page: Any) -> list[bool]:
    return [page.locator(f".depth-{depth} >> visible=true").count() > 0 for depth in ("plain", "exact")]


def test_the_page_shows_a_lesson_s_terms_in_the_depth_that_was_chosen(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=lessons")
    lab.page.get_by_label("plain", exact=True).check()
    lab.page.click("li:has(h3:text-is('Why 4 and not 9?')) button")
    lab.says(".lesson-terms", "The number that the last layer computes for a class")
    assert shown(lab.page) == [True, False]
    lab.page.locator(".lesson").get_by_label("exact", exact=True).check()
    assert shown(lab.page) == [False, True]
    lab.says(".lesson-terms", "log(p[j] / p[k])")
    lab.open(f"{site}#lesson=why.1")  # loaded anew
    lab.says(".lesson-terms", "log(p[j] / p[k])")
    assert shown(lab.page) == [False, True]
    lab.page.locator(".lesson").get_by_label("both", exact=True).check()
    assert shown(lab.page) == [True, True]


def test_two_switches_in_sight_agree(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=lessons&lesson=why.1")
    lab.says(".lesson-terms", "logit")
    lab.view("Lessons")
    lab.page.locator("main").get_by_label("plain", exact=True).check()
    assert lab.page.locator(".lesson").get_by_label("plain", exact=True).is_checked()


@pytest.fixture
def pages(tmp_path: Path) -> list[str]:
    """Return the addresses of two pages on the disk, as `make docs` writes them."""
    for path in SITE.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name in ("one.html", "two.html"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    return [(tmp_path / name).as_uri() for name in ("one.html", "two.html")]


def test_the_site_keeps_the_choice_over_its_pages(browser: Any, pages: list[str]) -> None:
    page = browser.new_page()
    page.goto(pages[0])
    assert shown(page) == [True, True]
    page.get_by_label("plain", exact=True).check()
    assert shown(page) == [True, False]
    page.goto(pages[1])
    assert page.get_by_label("plain", exact=True).is_checked()
    assert shown(page) == [True, False]
    page.close()


def test_without_javascript_the_site_shows_both(browser: Any, pages: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages[0])
    assert shown(page) == [True, True]
    assert page.locator(".depths").count() == 0
    context.close()


def test_a_page_without_explanations_has_no_switch(browser: Any, pages: list[str], tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(TEXT.replace("depth-exact", "other"), encoding="utf-8")
    page = browser.new_page()
    page.goto(pages[0])
    assert page.locator(".depths").count() == 0
    page.close()
