"""The browser's history and addresses: Back stays in the lab, and a link that cannot be kept says so."""

from typing import Any

import pytest
from page_object import STATIC

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


def test_from_disk_the_page_says_what_to_do(browser: Any) -> None:
    page = browser.new_page()
    page.goto((STATIC / "index.html").as_uri())
    page.wait_for_selector("text=cannot run from disk")
    page.close()


def test_a_training_at_a_dead_rate_says_so_and_which_setting_to_turn(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&learningRate=50&epochs=2")
    lab.page.click("button.main")
    lab.says(".bad", "Set the learning rate to 0.1")
