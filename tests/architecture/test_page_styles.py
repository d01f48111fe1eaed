"""The page's stylesheets: one idea a file, all of them linked once."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src" / "byhand" / "lab" / "static"
SHEETS = sorted((STATIC / "stylesheets").glob("*.css"))
LONGEST_FILE = 400
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
LINKED = re.findall(r'href="stylesheets/([\w-]+)\.css"', (STATIC / "index.html").read_text(encoding="utf-8"))
OF_UPLOT = {"u-title", "u-over"}


def selectors(text: str) -> list[str]:
    """Return the selectors of a stylesheet, those inside of media queries too."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [found.strip() for found in re.findall(r"([^{};]+)\{", text) if not found.strip().startswith("@")]


def test_every_stylesheet_is_linked_once() -> None:
    assert sorted(LINKED) == sorted(path.stem for path in SHEETS)
    assert list(STATIC.glob("*.css")) == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_stylesheet_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("/* ")
    assert text.count("\n") <= LONGEST_FILE


def test_every_class_is_one_that_the_page_sets() -> None:
    scripts = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    page = [STATIC / "index.html", *scripts]
    words = {word for path in page for word in re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))}
    # of the network chip: made of chip- and a name
    made = {"chip-sizes", "chip-accuracy", "chip-origin"}
    named = {
        name for path in SHEETS for one in selectors(path.read_text(encoding="utf-8")) for name in CLASS.findall(one)
    }
    assert len(named) > 200
    assert named - words - made - OF_UPLOT == set()


def test_selectors_are_found_inside_of_media_queries() -> None:
    assert selectors("/* a { */ .b { c: d; }\n@media x { e > f { g: h; } }") == [".b", "e > f"]
