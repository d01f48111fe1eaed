"""The menu Share: links, QR codes, frames in other pages, figures. And the view for projectors and its keys."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_object import STATIC, drawings

from waiting import HANG, wait_until

pytestmark = pytest.mark.browser
SVG = """() => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("aria-label", "A figure. With a sentence");
    svg.innerHTML = '<rect width="20" height="10"/>';
    document.querySelector("main").prepend(svg);
}"""


def press(lab: Any, what: str) -> None:
    """Press an entry of the menu Share."""
    lab.page.click("summary:has-text('Share')")
    lab.page.click(f"[data-share={what}]")


def saved(lab: Any, figure: str, kind: str) -> bytes:
    """Save a figure of the dialog."""
    with lab.page.expect_download() as download:
        lab.page.click(f".figures-list li:has-text('{figure}') button:text-is('{kind}')")
    return Path(download.value.path()).read_bytes()


def test_a_link_is_copied_and_its_length_told(site: str, open_lab: Any) -> None:
    lab = open_lab(site, permissions=["clipboard-read", "clipboard-write"])
    lab.draw(drawings()[8])
    lab.settled()
    press(lab, "link")
    lab.says(".share-said", "Copied")
    link = lab.page.evaluate("() => navigator.clipboard.readText()")
    assert lab.page.inner_text(".share-said") == f"Copied, {len(link):,} characters"
    again = open_lab(link)
    again.settled()
    assert again.verdict() == lab.verdict()


def test_a_link_that_is_passed_on_has_no_token(lab: str, open_lab: Any) -> None:
    page = open_lab(lab, permissions=["clipboard-read", "clipboard-write"])
    press(page, "link")
    page.says(".share-said", "Copied")
    link = page.page.evaluate("() => navigator.clipboard.readText()")
    assert "token" in lab
    assert "token" not in link


def test_where_the_page_may_not_copy_the_address_is_shown(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=spiral")
    lab.page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    press(lab, "link")
    lab.says("dialog[open]", "copy the address yourself")
    assert lab.page.input_value("dialog[open] textarea") == f"{site}#view=plane&set=spiral"


def test_a_qr_code_is_drawn_and_says_that_it_leads_to_this_machine_only(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=spiral")
    press(lab, "qr")
    assert lab.page.locator("dialog .qr path").get_attribute("d").count("M") > 200
    assert "this machine only" in lab.page.inner_text("dialog[open]")
    assert lab.page.input_value("dialog[open] textarea") == f"{site}#view=plane&set=spiral"
    lab.page.keyboard.press("Escape")
    assert not lab.page.is_visible("dialog")


def test_an_address_too_long_for_a_camera_is_told_instead_of_drawn(site: str, open_lab: Any) -> None:
    points = "~".join(f"{i / 100:.2f}_{i / 50:.2f}_0" for i in range(200))
    lab = open_lab(f"{site}#view=plane&set=own&points={points}")
    press(lab, "qr")
    lab.says("#problem", "too many for a QR code")
    assert not lab.page.is_visible("dialog")


def test_a_figure_is_saved_as_a_png_on_the_ground_it_has_on_the_page(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#theme=dark")
    lab.settled()
    press(lab, "figure")
    assert saved(lab, "What the network sees", "PNG").startswith(b"\x89PNG")


def test_a_drawing_is_saved_as_an_svg_that_stands_alone(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=xor")
    lab.quiet()
    lab.page.evaluate(SVG)
    press(lab, "figure")
    text = saved(lab, "A figure", "SVG").decode()
    assert 'xmlns="http://www.w3.org/2000/svg"' in text
    assert "fill:" in text[text.index("<rect") :]
    assert "sentence" not in lab.page.inner_text(".figures-list")
    assert saved(lab, "A figure", "PNG").startswith(b"\x89PNG")


def test_a_chart_is_a_figure(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=16&epochs=1")
    lab.page.click("[data-lesson~=train-start]")
    lab.says("body", "Done.")
    press(lab, "figure")
    assert saved(lab, "Loss and accuracy", "PNG").startswith(b"\x89PNG")


def test_the_projector_view_has_no_header_and_is_left_by_its_button(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    size = "() => getComputedStyle(document.documentElement).fontSize"
    lab.page.keyboard.press("Shift+P")
    lab.until("() => document.documentElement.hasAttribute('data-projector')")
    assert not lab.page.is_visible("body > header")
    assert lab.page.evaluate(size) == "22px"
    assert "projector=yes" in lab.address()
    lab.page.keyboard.press("b")
    assert not lab.page.is_visible("main")
    lab.page.keyboard.press("b")
    lab.page.keyboard.press("3")
    lab.says("h2", "Points in the plane")
    lab.page.click(".projector-leave")
    assert lab.page.is_visible("body > header")
    assert lab.page.evaluate(size) == "16px"


def test_keys_are_listed_and_do_what_the_list_says(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[8])
    lab.settled()
    lab.page.keyboard.press("?")
    lab.says("dialog[open]", "undo the last stroke")
    lab.page.keyboard.press("t")  # a dialog has the keys to itself
    assert lab.page.is_visible(".pad")
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("c")
    lab.until("() => !document.querySelector('.verdict')?.innerText")
    lab.page.keyboard.press("z")
    lab.settled()
    lab.page.keyboard.press("c")
    lab.says(".answer", "Nothing is drawn yet")
    lab.page.keyboard.press("Control+z")
    lab.settled()
    lab.page.keyboard.press("e")
    lab.says("h2", "Experiments")


def test_keys_of_one_character_are_switched_off_and_stay_off(site: str, open_lab: Any) -> None:
    """WCAG 2.1.4: who dictates to a computer must be able to switch them off, and to find the switch again."""
    lab = open_lab(f"{site}#view=plane")
    lab.page.keyboard.press("?")
    control = lab.page.get_by_role("switch")
    assert control.is_checked()
    control.focus()
    lab.page.keyboard.press("Space")
    assert not control.is_checked()
    lab.says("dialog.keys", "They do nothing now")
    lab.page.keyboard.press("Escape")
    lab.page.reload()
    lab.page.wait_for_selector("html[data-ready]")
    title, address = lab.page.title(), lab.address()
    for key in [*"dtpelzcmb0123456789?", "Shift+P"]:
        lab.page.keyboard.press(key)
    assert (lab.page.title(), lab.address()) == (title, address)
    assert lab.page.locator("dialog[open], html[data-projector]").count() == 0
    lab.says("[data-lesson~=plane-start]", "Start")
    lab.quiet()
    lab.page.keyboard.press("Space")  # a key without a character goes on
    lab.says("[data-lesson~=plane-start]", "Pause")
    lab.page.click("summary[aria-label=Settings]")
    lab.page.click("button:text-is('Keys (?)')")
    control.check()
    lab.page.keyboard.press("Escape")
    lab.page.wait_for_selector("dialog.keys", state="hidden")
    assert lab.page.evaluate("() => document.activeElement.ariaLabel") == "Settings"
    lab.page.keyboard.press("t")
    lab.says("h2", "Train")
    assert "keys" not in lab.address()  # it is of this browser, and goes into no link


def test_where_the_browser_stores_nothing_keys_are_off_until_the_page_is_left(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.page.evaluate("() => { Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new Error(); }; }")
    lab.page.keyboard.press("?")
    lab.page.get_by_role("switch").uncheck()
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("t")
    lab.quiet()
    assert "Draw" in lab.page.title()


def test_keys_in_a_field_are_the_field_s(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane")
    lab.quiet()
    lab.page.focus("[data-setting=planeRate]")
    lab.page.keyboard.press("t")
    assert "Plane" in lab.page.title()


def test_an_embedded_view_has_no_header_and_only_the_parts_that_are_named(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#embed=draw&show=pad,answer")
    lab.draw_more(drawings()[8]["strokes"])
    lab.answered()
    assert lab.page.is_visible(".pad")
    assert lab.page.is_visible("[data-lesson~=answer]")
    for hidden in ("body > header", "#footer", ".inside", ".pixels", "[data-lesson~=why]", "[data-lesson~=sure]"):
        assert not lab.page.is_visible(hidden), hidden


class Page(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the address and the folder of a site of somebody else's."""
    handler = functools.partial(Page, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", tmp_path
        server.shutdown()


def test_another_page_shows_it_drives_it_and_hears_where_it_is(
    site: str, elsewhere: tuple[str, Path], browser: Any
) -> None:
    address, folder = elsewhere
    (folder / "byhand-lab.js").write_bytes((STATIC / "embed" / "byhand-lab.js").read_bytes())
    (folder / "favicon.ico").write_bytes(b"")
    (folder / "index.html").write_text(
        '<script type="module" src="byhand-lab.js"></script>'
        f'<byhand-lab src="{site}" view="plane" set="spiral" theme="dark" height="500"></byhand-lab>'
        "<script>addEventListener('message', ({ data }) => (window.heard ??= []).push(data));</script>"
    )
    page = browser.new_page()
    page.goto(address)
    inside = page.frame_locator("iframe")
    inside.locator("html[data-ready]").wait_for(timeout=1000 * HANG)
    assert inside.locator("html").get_attribute("data-theme") == "dark"
    assert not inside.locator("body > header").is_visible()
    page.evaluate("() => document.querySelector('byhand-lab').setState({ set: 'xor', planeSeed: '7', view: '<b>' })")
    wait_until(lambda: page.evaluate("() => window.heard?.some(({ state }) => state?.includes('set=xor'))"))
    heard = json.dumps(page.evaluate("() => window.heard"))
    assert "planeSeed=7" in heard
    page.close()


def test_the_lines_to_embed_hold_the_view_and_no_lesson(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=spiral&lesson=line.1")
    press(lab, "embed")
    tag, frame = (lab.page.locator("dialog textarea").nth(i).input_value() for i in range(2))
    assert f'src="{site}"' in tag
    assert "embed=plane" in tag
    assert "set=spiral" in frame
    assert "lesson" not in tag + frame
