"""The browser's history and addresses: Back stays in the lab, and a link that cannot be kept says so."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from page_object import STATIC, drawings

from waiting import HANG, wait_until

pytestmark = pytest.mark.browser
CHANGE_AND_LEAVE = """() => {
    const slider = document.querySelector("[data-setting=noise]");
    slider.value = 0.5;
    slider.dispatchEvent(new Event("change"));
    history.back();
}"""


def test_back_leads_to_the_view_before_with_its_settings(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeSeed=7")
    lab.view("Train")
    lab.view("Experiments")
    lab.page.go_back()
    lab.says("h2", "Train")
    lab.page.go_back()
    lab.says("h2", "Points in the plane")
    lab.until("() => document.querySelector('[data-setting=planeSeed]')?.value === '7'")


def test_a_change_just_before_back_is_there_again_after_forward(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train")
    lab.view("Plane")
    lab.address()
    lab.page.evaluate(CHANGE_AND_LEAVE)
    lab.says("h2", "Train")
    assert "noise" not in lab.address()
    lab.page.go_forward()
    lab.says("h2", "Points in the plane")
    assert "noise=0.5" in lab.address()
    assert lab.page.input_value("[data-setting=noise]") == "0.5"


def test_a_page_opens_with_the_address_that_it_writes(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#seed=7&view=train&nonsense=1&epochs=10")
    assert lab.page.url == f"{site}#view=train&seed=7"
    assert open_lab(site).page.url == site


def test_a_link_to_a_network_that_is_not_here_says_so(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&model=trained")
    lab.says("#problem", "trained in another tab")


def test_a_link_to_a_moment_trains_up_to_it_and_says_what_is_shown_meanwhile(site: str, open_lab: Any) -> None:
    link = f"{site}#view=train&hidden=16&epochs=3&moment=20&model=moment"
    lab = open_lab(link)
    lab.says("#problem", "trained in another tab")
    lab.says(".position", "after step 20")
    chosen = "() => document.querySelector('[aria-label=Network]').value"
    assert lab.page.evaluate(chosen) == "pretrained"


@pytest.mark.full
def test_a_link_without_a_token_or_with_an_old_one_says_where_the_right_one_is(lab: str, open_lab: Any) -> None:
    for link in (lab.split("#")[0] + "#data=mnist&view=train", lab.split("#")[0] + "#token=old&data=mnist&view=train"):
        page = open_lab(link)
        page.faults.clear()
        page.page.click("button.main")
        page.says("#problem", "open the address that byhand lab printed")
        page.faults.clear()  # the browser writes each 401 to its console


@pytest.mark.full
def test_an_address_typed_on_the_page_takes_what_it_takes_when_opened_first(lab: str, open_lab: Any) -> None:
    page = open_lab(f"{lab}&view=train&data=digits")
    page.says("h2", "Train")
    page.quiet()
    page.page.evaluate("() => { location.hash = '#view=mistakes'; }")
    page.says(".test-verdict", "of 10,000 right")
    assert "data=mnist" in page.address()
    page.page.go_back()
    page.says("h2", "Train")
    assert "data=mnist" not in page.address()


def test_a_link_brings_back_the_strokes_and_they_can_be_taken_back(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    drawing = next(drawing for drawing in drawings() if len(drawing["strokes"]) > 1)
    lab.draw(drawing)
    lab.settled()
    link, verdict = lab.address(), lab.verdict()
    assert len(link) < 3000
    again = open_lab(link)
    again.settled()
    assert again.verdict() == verdict
    again.page.click("button:text-is('Undo')")
    again.until("before => !location.hash.includes(before)", link.split("picture=")[1].split("&")[0])
    again.settled()
    once = open_lab(site)
    once.draw({**drawing, "strokes": drawing["strokes"][:-1]})
    once.settled()
    once.address()
    assert again.verdict()[0] == once.verdict()[0]
    assert len(strokes_in(again.address())) == len(drawing["strokes"]) - 1


def strokes_in(address: str) -> list[str]:
    return parse_qs(address.split("#")[1])["strokes"][0].split("~")


def test_strokes_on_a_linked_picture_lie_on_it_again(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[8])
    lab.settled()
    under = open_lab(lab.address().split("&strokes")[0])
    under.settled()
    under.draw_more([[[0.1, 0.1], [0.1, 0.4]]])
    under.until("() => location.hash.includes('under=')")
    under.settled()
    again = open_lab(under.address())
    again.settled()
    assert again.verdict() == under.verdict()
    again.page.click("button:text-is('Undo')")
    again.settled()
    assert again.verdict() == lab.verdict()


@pytest.mark.parametrize(
    "text",
    ["strokes=m1.2.3", "strokes=x1.2", "strokes=m9999.1", "under=zzz&strokes=m1e9.4", "strokes=m", "under=AAAA"],
)
def test_a_hostile_address_opens_the_page_as_it_is_without_it(text: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#seed=7&{text}")
    lab.settled()
    assert lab.verdict()[0] == "4"
    assert not lab.page.is_visible("#problem")


def test_back_restores_how_far_the_page_was_scrolled(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train", viewport={"width": 600, "height": 400})
    lab.quiet()
    lab.page.evaluate("() => scrollTo(0, 300)")
    lab.until("() => scrollY === 300")
    lab.view("Experiments")
    lab.page.go_back()
    lab.says("h2", "Train")
    lab.until("() => scrollY === 300")


def test_back_leads_to_the_experiment_before(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=many-starts")
    lab.page.click("button:has-text('Next')")
    lab.until("() => !location.hash.includes('many-starts')")
    lab.page.go_back()
    lab.says("main h3", "Many starts")


@pytest.mark.full
def test_mnist_is_fetched_when_it_is_first_needed_and_not_before_the_page_is_there(lab: str, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab)
    page.wait_for_selector("html[data-ready]", timeout=1000 * HANG)
    assert [url for url in asked if url.endswith("hello.json")]
    assert not [url for url in asked if "/api/data/" in url or "ubyte" in url]
    page.click("button:has-text('Next')")
    with_answers = "() => document.documentElement.dataset.pending === '0'"
    wait_until(lambda: page.evaluate(with_answers) and any("/api/data/" in url for url in asked))
    assert len([url for url in asked if "/api/data/" in url]) == 4
    assert page.inner_text(".verdict")
    page.close()


def test_from_disk_the_page_says_what_to_do(browser: Any) -> None:
    page = browser.new_page()
    page.goto((STATIC / "index.html").as_uri())
    page.wait_for_selector("text=cannot run from disk")
    page.close()
