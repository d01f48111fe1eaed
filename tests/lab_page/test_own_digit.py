"""The pad in Train: one's own digit is answered while the network learns."""

import re
from typing import Any

import pytest
from page_object import drawings

pytestmark = pytest.mark.browser
PAINTED = "() => document.querySelector('.pad').toDataURL()"
SAID = "() => document.querySelector('.own-said').innerText.replace(/\\s+/g, ' ')"
ANSWERED = "() => /^\\d \\d/.test((document.querySelector('.own-said')?.innerText ?? '').replace(/\\s+/g, ' '))"


def answered(lab: Any) -> str:
    """Wait for the answer to one's own digit; return it, as "4 98.5 %"."""
    lab.until(ANSWERED)
    lab.quiet()
    return str(lab.page.evaluate(SAID))


def test_it_holds_the_opening_digit_or_the_drawing_of_draw(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train")
    answered(lab)
    opening = lab.page.evaluate(PAINTED)
    lab.view("Draw")
    lab.settled()
    assert lab.page.evaluate(PAINTED) == opening
    lab.draw(drawings()[6])
    lab.settled()
    drawn = lab.page.evaluate(PAINTED)
    assert drawn != opening
    lab.view("Train")
    answered(lab)
    assert lab.page.evaluate(PAINTED) == drawn


def test_what_is_drawn_in_train_is_answered_while_it_learns(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=32&epochs=20")
    answered(lab)
    drawing = drawings()[6]
    lab.draw_more(drawing["strokes"])  # over the opening digit
    lab.page.click("[data-key=clear]")
    lab.says(".own-said", "draw a digit")
    lab.draw_more(drawing["strokes"])
    said = [answered(lab)]
    for epoch in range(1, 4):
        lab.page.click("button:has-text('One epoch')")
        lab.page.wait_for_selector(f".figures dd:text-is('{epoch} of 20')")
        lab.until("before => document.querySelector('.own-said').innerText.replace(/\\s+/g, ' ') !== before", said[-1])
        said.append(answered(lab))
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    assert answered(lab)[0] == str(drawing["digit"])
    assert len(set(said)) == 4
    bars = lab.page.locator(".own-bars > span")
    assert bars.count() == 10
    assert bars.nth(drawing["digit"]).get_attribute("class") == "winner"
    lab.page.click("button:has-text('Draw for this network')")
    lab.settled()
    assert lab.verdict()[0] == str(drawing["digit"])  # it is on the sheet of Draw


def test_a_sheet_that_was_cleared_in_draw_stays_cleared_there(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    opening = lab.page.evaluate(PAINTED)
    lab.page.click("button:text-is('Clear')")
    lab.says(".answer", "Nothing is drawn yet")
    lab.view("Train")
    answered(lab)
    assert lab.page.evaluate(PAINTED) == opening
    lab.view("Draw")
    lab.says(".answer", "Nothing is drawn yet")
    assert "picture=none" in lab.address()


def test_undo_takes_a_stroke_back_and_a_first_stroke_is_alone_on_the_sheet(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&picture=none")
    answered(lab)
    lab.draw_more([[[0.5, 0.15], [0.5, 0.85]]])
    lab.until("() => document.querySelector('.own-said b')?.innerText")
    lab.quiet()
    assert lab.address().count("strokes=") == 1
    one = lab.page.evaluate(PAINTED)
    lab.draw_more([[[0.2, 0.2], [0.8, 0.2]]])
    assert lab.page.evaluate(PAINTED) != one
    lab.page.click("[data-key=undo]")
    assert lab.page.evaluate(PAINTED) == one


def test_a_picture_of_another_size_is_read_as_the_ink_that_it_is(site: str, open_lab: Any) -> None:
    """A picture of 28 × 28 pixels that was loaded, without strokes, before a network of 8 × 8 pixels."""
    lab = open_lab(site)
    lab.draw(drawings()[3])
    lab.settled()
    link = re.sub(r"&(strokes|under)=[^&]*", "", lab.address())
    again = open_lab(f"{link}&view=train&hidden=32&epochs=20")
    again.page.click("button.main")
    again.says(".readout", "Done.")
    assert answered(again)  # without ink there is none


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
def test_the_loop_of_train_is_on_one_screen(site: str, open_lab: Any, width: int, height: int) -> None:
    lab = open_lab(f"{site}#view=train&hidden=16&epochs=3", viewport={"width": width, "height": height})
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    for part in (".bar .figures", ".train-chart", ".own-digit .pad", ".own-said", ".probes", ".film"):
        box = lab.page.locator(part).bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= height, part
