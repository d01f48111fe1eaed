"""Every room looks as it was drawn: at four sizes, light and dark."""

from typing import Any

import pytest
from room_pictures import (
    FOLDER,
    MOST_TILES,
    ROOMS,
    SIZES,
    THEMES,
    difference,
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


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "size", [SIZES[0], *(pytest.param(one, marks=pytest.mark.full) for one in SIZES[1:3]), SIZES[3]]
)
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_looks_as_it_was_drawn(room: str, size: tuple[int, int], theme: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view={room}", **options_of(size, theme))
    part = difference(photograph(lab.page), read_reference(FOLDER / name_of(room, size, theme)))
    assert part <= MOST_TILES, f"{part:.1%} of it differs; if that is wanted: python tools/make_room_pictures.py {room}"


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
    whole = photograph(lab.page)
    lab.page.evaluate(ADD_STYLE, breaks)
    broken = reduce_picture(lab.page.screenshot(animations="disabled", caret="hide"))
    assert difference(whole, broken) > MOST_TILES, what


def test_another_way_to_draw_fonts_is_not(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=draw", **options_of(SIZES[0], "light"))
    whole = photograph(lab.page)
    finer = open_lab(f"{site}#view=draw", **options_of(SIZES[0], "light"), device_scale_factor=2)
    assert difference(whole, photograph(finer.page, scale=2)) <= MOST_TILES / 2


def test_there_is_one_reference_for_each_and_they_are_small() -> None:
    names = {name_of(room, size, theme) for room in ROOMS for size in SIZES for theme in THEMES}
    files = list(FOLDER.iterdir())
    assert {path.name for path in files} == names
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
