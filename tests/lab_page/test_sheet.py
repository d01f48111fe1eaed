"""The sheet in Draw: strokes add to what lies on it, every step can be taken back, a picture file is a drawing too."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_object import drawings
from PIL import Image, ImageDraw
from test_draw import unpacked

from byhand.data.images import prepare_image

pytestmark = pytest.mark.browser
MEAN = """() => {
    const pad = document.querySelector(".pad"), rgba = pad.getContext("2d").getImageData(0, 0, 560, 560).data;
    let sum = 0;
    for (let i = 3; i < rgba.length; i += 4) sum += rgba[i] * (255 - rgba[i - 1]);
    return sum;
}"""


def seen(lab: Any) -> np.ndarray:
    """Return what the network sees, as the address has it."""
    lab.settled()
    lab.page.wait_for_timeout(500)
    return unpacked(lab.page.url)


def stroke(lab: Any) -> None:
    """Draw a short stroke at the left, which covers no digit wholly."""
    lab.page.locator(".pad").scroll_into_view_if_needed()
    box, mouse = lab.page.locator(".pad").bounding_box(), lab.page.mouse
    mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.3 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.6 * box["height"])
    mouse.up()


def test_a_stroke_adds_to_a_linked_picture_and_is_taken_back(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[3])
    before = seen(lab)
    linked = open_lab(lab.page.url.split("&strokes=")[0])  # as links were before they held strokes
    linked.settled()
    stroke(linked)
    linked.page.wait_for_timeout(300)
    both = seen(linked)
    assert (both >= before).all()
    assert both.sum() > before.sum()
    linked.page.click("button:text-is('Undo')")
    np.testing.assert_array_equal(seen(linked), before)


def test_strokes_outlive_the_theme_and_the_view(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(next(one for one in drawings() if len(one["strokes"]) == 1))
    first = seen(lab)
    stroke(lab)
    lab.page.wait_for_timeout(300)
    second = seen(lab)
    assert (first != second).any()
    lab.set_theme("dark")
    lab.view("Network")
    lab.view("Draw")
    np.testing.assert_array_equal(seen(lab), second)
    lab.page.click("button:text-is('Undo')")
    np.testing.assert_array_equal(seen(lab), first)


def test_what_is_taken_lies_on_the_pad_too_and_the_readout_follows_an_edit(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[8])
    lab.settled()
    strokes = lab.page.evaluate(MEAN)
    before = lab.verdict()[0]
    lab.page.click("button:has-text('Try it')")
    lab.until(f"() => document.querySelector('.verdict').innerText[0] !== '{before}'")
    assert lab.page.evaluate(MEAN) != strokes
    lab.page.click("button:text-is('Undo')")
    lab.settled()
    assert lab.page.evaluate(MEAN) == strokes
    lab.page.focus(".editable")
    lab.page.keyboard.press("Enter")
    lab.settled()
    said = lab.page.inner_text(".pixels > .readout")
    lab.page.keyboard.press("Enter")
    lab.page.wait_for_timeout(200)
    levels = {
        said.split("pixel value ")[1][:3],
        lab.page.inner_text(".pixels > .readout").split("pixel value ")[1][:3],
    }
    assert len(levels) == 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_file_is_read_as_predict_reads_it(site: str, open_lab: Any, tmp_path: Path, kind: str) -> None:
    picture = Image.new("RGB", (200, 260), "white")
    for points in drawings()[3]["strokes"]:
        ImageDraw.Draw(picture).line([(40 + 120 * x, 60 + 140 * y) for x, y in points], fill=(30, 30, 60), width=12)
    content = io.BytesIO()
    picture.save(content, kind, quality=95)
    path = tmp_path / f"digit.{kind.lower()}"
    path.write_bytes(content.getvalue())
    lab = open_lab(site)
    lab.view("Network")
    lab.drop(path.name, path.read_bytes())
    lab.says("h2", "Draw a digit")
    difference = np.abs(seen(lab).reshape(28, 28).astype(int) - prepare_image(path))
    assert difference.max() <= (1 if kind == "PNG" else 3)  # a browser decodes JPEG in its own rounding


def test_a_picture_without_ink_or_that_is_none_says_so(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    content = io.BytesIO()
    Image.new("L", (60, 60), 200).save(content, "PNG")
    lab.drop("empty.png", content.getvalue())
    lab.says("#problem", "The picture has no ink")
    lab.drop("cat.png", b"not a picture")
    lab.says("#problem", "The file cat.png is not a picture")
