"""Every room looks as it was drawn: at four sizes, light and dark."""

from itertools import product
from typing import Any

import pytest
from room_pictures import (
    FOLDER,
    MOST_TILES,
    ROOMS,
    SIZES,
    THEMES,
    difference,
    load_again,
    name_of,
    options_of,
    photograph,
    read_reference,
    reduce_picture,
)

pytestmark = pytest.mark.browser
ADD_STYLE = """text => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
}"""
MOST_BYTES = 300_000  # of all references


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_looks_as_it_was_drawn(room: str, site: str, open_lab: Any) -> None:
    page = open_lab(f"{site}#view={room}", **options_of(SIZES[0], THEMES[0])).page
    load_again(page)
    parts = {
        name_of(room, size, theme): difference(photograph(page, size, theme), read_reference(room, size, theme))
        for size, theme in product(SIZES, THEMES)
    }
    different = {name: f"{part:.1%}" for name, part in parts.items() if part > MOST_TILES}
    assert not different, f"if that is wanted: python tools/make_room_pictures.py {room}"


@pytest.mark.parametrize(
    ("breaks", "what"),
    [
        (".draw-room > .answer { visibility: hidden; }", "a column vanishes"),
        (".draw-room { display: block !important; }", "columns fall below one another"),
        (":root { --paper: #101216 !important; }", "the dark ground in the light theme"),
        (":root { --card: #7a1f1f !important; }", "cards of another colour"),
    ],
)
def test_what_breaks_is_seen(breaks: str, what: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=draw", **options_of(SIZES[0], "light"))
    load_again(lab.page)
    whole = photograph(lab.page, SIZES[0], "light")
    lab.page.evaluate(ADD_STYLE, breaks)
    broken = reduce_picture(lab.page.screenshot(animations="disabled", caret="hide"))
    assert difference(whole, broken) > MOST_TILES, what


def test_another_way_to_draw_fonts_is_not(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=draw", **options_of(SIZES[0], "light"))
    finer = open_lab(f"{site}#view=draw", **options_of(SIZES[0], "light"), device_scale_factor=2)
    load_again(lab.page)
    load_again(finer.page)
    whole = photograph(lab.page, SIZES[0], "light")
    assert difference(whole, photograph(finer.page, SIZES[0], "light", scale=2)) <= MOST_TILES / 2


def test_there_is_one_reference_for_each_and_they_are_small() -> None:
    names = {name_of(room, size, theme) for room in ROOMS for size in SIZES for theme in THEMES}
    files = list(FOLDER.iterdir())
    assert {path.name for path in files} == names
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
