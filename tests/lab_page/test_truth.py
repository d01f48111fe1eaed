"""What a digit is: a loaded one's label is known and used, a drawn one's is asked for; networks that look at none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_object import LONG_TRAINING
from test_export import taken
from test_sheet import stroke

import byhand as bh
from byhand.network import Network
from byhand.persistence.model import Model, save_model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler

pytestmark = pytest.mark.browser
CHOICE = "label:has-text('It is a') select"


def trained(lab: Any) -> None:
    """Train a little and show the network that comes of it."""
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")


def test_a_test_digit_s_label_is_used_and_sticks_to_nothing_else(site: str, open_lab: Any) -> None:
    labels = bh.data.digits().train.y[::5]
    lab = open_lab(f"{site}#view=train&hidden=8&epochs=1")
    trained(lab)
    lab.view("Mistakes")
    lab.page.locator(".gallery .thumbnail").first.click()
    lab.says("h2", "Draw a digit")
    lab.settled()
    for _ in range(2):
        lab.view("Draw")
        before = lab.page.input_value("[aria-label='Number of the test digit']")
        lab.page.click("button:text-is('Next test digit')")
        lab.until(
            "before => document.querySelector('[aria-label=\"Number of the test digit\"]').value !== before", before
        )
        lab.answered()
        digit = int(lab.page.input_value("[aria-label='Number of the test digit']"))
        lab.says(".card", f"Test digit {digit}: it is a {labels[digit]}.")
        lab.view("Network")
        lab.says(".subject", "its label in the test set")
        assert lab.page.input_value(CHOICE) == str(labels[digit])
    lab.page.select_option(CHOICE, str((labels[digit] + 1) % 10))
    lab.view("Draw")
    stroke(lab)
    lab.answered()
    lab.page.wait_for_timeout(300)
    lab.view("Network")
    lab.says(".caption", "Which digit is it?")
    assert lab.page.input_value(CHOICE) == "-1"
    assert lab.page.is_disabled("button:text-is('Backpropagation')")
    assert "∂L" not in lab.page.inner_text(".columns")


def test_the_answer_follows_a_network_that_still_learns(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{LONG_TRAINING}")
    lab.page.click("button.main")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Draw")
    lab.page.click("button:text-is('Next test digit')")
    lab.page.wait_for_selector("[data-logit='0']")
    logit = lab.page.inner_text("[data-logit='0']")
    lab.until("logit => document.querySelector(\"[data-logit='0']\").innerText !== logit", logit)


def test_mistakes_follow_a_network_that_still_learns(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{LONG_TRAINING}")
    lab.page.click("button.main")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Mistakes")
    lab.page.wait_for_selector(".confusion")
    verdict = lab.page.inner_text(".test-verdict")
    lab.until("verdict => document.querySelector('.test-verdict').innerText !== verdict", verdict)


def test_no_number_of_the_confusion_matrix_leaves_its_cell(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes")
    for width in (1440, 900, 375):
        lab.page.set_viewport_size({"width": width, "height": 800})
        lab.page.wait_for_selector(".confusion")
        leaving = lab.page.evaluate(
            """() => [...document.querySelectorAll(".confusion .right, .confusion .wrong")].filter(cell => {
                const number = cell.firstElementChild;
                number.textContent = "1135"; // all the ones of MNIST's test set
                const text = document.createRange();
                text.selectNodeContents(number);
                const [inner, outer] = [text.getBoundingClientRect(), cell.getBoundingClientRect()];
                return inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5;
            }).length"""
        )
        assert lab.page.locator(".confusion .right").count() == 10
        assert leaving == 0, f"{leaving} cells at {width} pixels"


def test_mistakes_say_how_many_are_shown(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=8&epochs=1&learningRate=0.01")
    trained(lab)
    lab.view("Mistakes")
    lab.page.wait_for_selector(".confusion")
    right, n = (
        int(word) for word in lab.page.inner_text(".test-verdict").replace(" right", "").split(":")[0].split(" of ")
    )
    assert n - right > 60
    lab.says("h3", f"60 of {n - right} shown")
    lab.page.click("button:has-text('more')")
    assert lab.page.locator(".gallery .thumbnail").count() == min(120, n - right)


def test_a_network_without_a_picture_says_what_it_takes_in_every_view(site: str, open_lab: Any, tmp_path: Path) -> None:
    network = Network.mlp([2, 4, 2])
    save_model(Model(network, InputScaler("raw", np.array(1.0), np.array(0.0)), Output.SOFTMAX_LOGITS), tmp_path)
    lab = open_lab(site)
    lab.open_model((tmp_path / "model.safetensors").read_bytes())
    for view in ("Draw", "Network", "Mistakes", "Microscope"):
        lab.view(view)
        lab.says("main", "This network takes 2 numbers, not a picture")
        assert lab.page.is_hidden("#problem"), view
    lab.page.click("button:text-is('Show the pretrained network')")
    lab.page.wait_for_selector(".unreadable", state="detached")


def test_the_plane_s_own_network_is_taken_away(site: str, open_lab: Any, tmp_path: Path) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=5.tanh")
    lab.page.click("button:text-is('One epoch')")
    lab.at_epoch(1)
    path = tmp_path / "model.safetensors"
    path.write_bytes(taken(lab, "model"))
    model = bh.load_model(path)
    assert model.network.widths == [2, 5, 5, 2]
    assert model.image_shape is None
    (tmp_path / "again").mkdir()
    save_model(model, tmp_path / "again")
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == path.read_bytes()
    lab.page.click("summary:has-text('Share')")
    lab.page.click("[data-share=page]")
    lab.says(".share-dialog", "It opens with Plane.")  # with the network of Draw: a page reads drawings
