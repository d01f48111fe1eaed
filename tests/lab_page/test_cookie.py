"""The token opens the page once; from then on a cookie does, and who has none is told what to do."""

from collections.abc import Iterator
from typing import Any

import pytest
from page_object import STATIC

from byhand.lab.mnist_source import PictureSource
from byhand.lab.model_file import saved_model
from byhand.lab.server import Server

pytestmark = pytest.mark.browser
CHOSEN = "() => document.querySelector('[aria-label=Network]')?.value"
STORED = "() => document.cookie + JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state])"


@pytest.fixture
def server() -> Iterator[Server]:
    """Yield a server with a model, which only who has the token is shown."""
    server = Server(port=0, pictures=PictureSource(None), model=saved_model(STATIC / "models" / "draw.safetensors"))
    server.start()
    yield server
    server.stop()


def address(server: Server, fragment: str = "") -> str:
    return f"{server.url.split('#')[0]}#{fragment}"


def test_the_token_leaves_the_address_and_no_later_request_carries_it(server: Server, open_lab: Any) -> None:
    lab = open_lab(address(server, "view=network&layer=1"))
    lab.faults.clear()
    asked: list[Any] = []
    lab.page.on("request", lambda one: asked.append(one))
    lab.open(f"{server.url}&view=network")
    assert lab.page.evaluate(CHOSEN) == "uploaded"
    assert lab.page.url == address(server, "view=network&model=uploaded")
    carrying = [one.url for one in asked if server.token in one.url or "x-byhand-token" in one.headers]
    assert carrying == [address(server).rstrip("#") + "api/session"]
    assert server.token not in lab.page.evaluate(STORED)
    lab.page.close()


def test_a_second_tab_needs_no_token(server: Server, open_lab: Any) -> None:
    lab = open_lab(server.url)
    tab = lab.page.context.new_page()
    tab.goto(address(server, "view=network"))
    tab.wait_for_selector("html[data-ready]")
    assert tab.evaluate(CHOSEN) == "uploaded"
    assert tab.is_hidden("#problem")
    tab.close()
    lab.page.close()


def test_who_has_no_cookie_any_more_is_told_what_to_do(server: Server, open_lab: Any) -> None:
    lab = open_lab(server.url)
    lab.page.context.clear_cookies()
    lab.open(address(server))
    lab.says("#problem", "its access has expired: open the address that byhand lab printed")
    assert lab.page.evaluate(CHOSEN) == "pretrained"
    lab.page.evaluate("fragment => (location.hash = fragment)", server.url.split("#")[1])
    lab.until("() => document.querySelector('#problem').hidden")
    assert "token" not in lab.page.url
    lab.page.close()


def test_a_training_on_data_that_closed_meanwhile_says_so(server: Server, open_lab: Any) -> None:
    lab = open_lab(f"{server.url}&view=train&data=mnist")
    lab.page.context.clear_cookies()
    lab.page.click("button.main")
    lab.says("#problem", "its access has expired: open the address that byhand lab printed")
    lab.faults.clear()  # the browser writes each 401 to its console
    lab.page.close()


def test_a_token_of_an_earlier_start_is_named_as_such(server: Server, open_lab: Any) -> None:
    lab = open_lab(address(server, "token=0123456789abcdef"))
    lab.says("#problem", "of an earlier start of byhand lab: open the address that it printed last")
    lab.faults.clear()
    lab.page.close()


def test_a_browser_that_keeps_no_cookies_is_told_so(server: Server, open_lab: Any) -> None:
    lab = open_lab(address(server))
    lab.page.route("**/api/session", lambda route: route.fulfill(status=204))
    lab.open(server.url)
    lab.says("#problem", "keeps no cookie for this page")
    lab.page.close()


def test_a_frame_says_nothing_of_tokens(server: Server, open_lab: Any) -> None:
    lab = open_lab(address(server, "embed=plane"))
    assert lab.page.is_hidden("#problem")
    lab.page.close()
