"""The browser's history and addresses: Back stays in the lab, and a link that cannot be kept says so."""

from typing import Any

import pytest
from page_object import STATIC

from waiting import HANG, wait_until

pytestmark = pytest.mark.browser


def test_back_leads_to_the_view_before_with_its_settings(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeSeed=7")
    lab.view("Train")
    lab.view("Experiments")
    lab.page.go_back()
    lab.says("h2", "Train")
    lab.page.go_back()
    lab.says("h2", "Points in the plane")
    lab.until("() => document.querySelector('[data-setting=planeSeed]')?.value === '7'")


def test_a_link_to_a_network_that_is_not_here_says_so(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&model=trained")
    lab.says("#problem", "trained in another tab")


def test_a_link_to_a_moment_trains_up_to_it_and_says_what_is_shown_meanwhile(site: str, open_lab: Any) -> None:
    link = f"{site}#view=train&hidden=16&epochs=3&moment=20&model=moment"
    lab = open_lab(link)
    lab.says("#problem", "trained in another tab")
    lab.says(".told", "after step 20")
    chosen = "() => document.querySelector('[aria-label=Network]').value"
    assert lab.page.evaluate(chosen) == "pretrained"


@pytest.mark.full
def test_a_link_without_a_token_or_with_an_old_one_says_where_the_right_one_is(lab: str, open_lab: Any) -> None:
    for link in (lab.split("#")[0] + "#data=mnist&view=train", lab.split("#")[0] + "#token=old&data=mnist&view=train"):
        page = open_lab(link)
        page.faults.clear()
        page.page.click("button.main")
        page.says("#problem", "token")
        page.faults.clear()  # the browser writes each 401 to its console


@pytest.mark.full
def test_mnist_is_fetched_when_it_is_first_needed_and_not_before_the_page_is_there(lab: str, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab)
    page.wait_for_selector("html[data-ready]", timeout=1000 * HANG)
    assert [url for url in asked if url.endswith("api/hello")]
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
