"""Each view does what it says: signal, training, mistakes; and the address brings everything back."""

import re
from typing import Any

import pytest
from page_object import LONG_TRAINING, drawings

pytestmark = pytest.mark.browser


def text_of(lab: Any, term: str) -> str:
    """Return a figure of the training by its name."""
    return str(lab.page.inner_text(f".figures div:has(dt button:text-is('{term}')) dd"))


def trained(lab: Any) -> None:
    lab.page.click("button.main")
    lab.says(".readout", "Done.")


def start_of_the_signal(lab: Any) -> None:
    """Draw a digit and go to the first phase of its way through the network."""
    lab.draw(drawings()[6])
    lab.settled()
    lab.view("Network")
    lab.page.click("button:text-is('From the start')")
    lab.says(".caption", "784 numbers")


def test_the_signal_goes_forwards_and_back_step_by_step(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    start_of_the_signal(lab)
    lab.page.select_option("label:has-text('It is a') select", str(drawings()[6]["digit"]))
    lab.until("() => !document.querySelectorAll('.buttons button')[1].disabled")
    said = []
    for _ in range(13):
        said.append(lab.page.inner_text(".caption"))
        lab.page.click("button:has-text('Step')")
        if len(said) < 13:
            lab.until("said => document.querySelector('.caption').innerText !== said", said[-1])
    order = ["The input", "z of layer 1", "activation of layer 1", "z of layer 2", "activation of layer 2"]
    order += ["The answer", "loss", "how the loss changes", "activation of layer 2", "gradient", "chain rule"]
    order += ["activation of layer 1", "gradient"]
    for found, wanted in zip((re.sub(r"\s+", " ", text) for text in said), order, strict=True):
        assert wanted in found
    lab.page.click("button:has-text('From the start')")
    lab.page.click("button:has-text('Forward propagation')")
    lab.says(".caption", "z of layer")
    lab.page.click("button:has-text('Pause')")
    held = lab.page.inner_text(".caption")
    lab.page.wait_for_timeout(1_500)
    assert lab.page.inner_text(".caption") == held


def test_without_motion_the_end_is_shown_at_once(site: str, open_lab: Any) -> None:
    lab = open_lab(site, reduced_motion="reduce")
    start_of_the_signal(lab)
    lab.page.select_option("label:has-text('It is a') select", "3")
    lab.page.click("button:has-text('Backpropagation')")
    lab.says(".caption", "gradient of layer 1")


def test_small_digits_are_learned_and_shown_everywhere(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&epochs=15")
    trained(lab)
    accuracy = float(text_of(lab, "validation").rstrip(" %"))
    assert accuracy >= 95
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Mistakes")
    lab.page.wait_for_selector(".confusion")
    shown = re.search(r"(\d+) of (\d+) right", lab.page.inner_text(".test-verdict"))
    assert shown is not None
    right, n = int(shown[1]), int(shown[2])
    assert 100 * right / n == pytest.approx(accuracy, abs=0.01)
    diagonal = sum(int(text.replace("·", "0")) for text in lab.page.locator(".confusion .right").all_inner_texts())
    assert diagonal == right
    assert lab.page.locator(".gallery .thumbnail").count() == n - right
    lab.page.locator(".gallery .thumbnail").first.click()
    lab.answered()
    assert lab.page.inner_text("h2") == "Draw a digit"
    lab.view("Network")
    lab.page.wait_for_selector("text=The test digits with its largest activations")


def test_train_opens_with_a_network_before_its_first_step(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train")
    lab.until("() => document.querySelectorAll('.probes li').length === 6")
    lab.until("() => document.querySelectorAll('.film .moment canvas').length === 6")
    lab.says(".curves .readout", "Click Start")
    assert text_of(lab, "step") == "0"


def test_pause_step_reset_and_the_time_line(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{LONG_TRAINING}&activation=tanh&optimizer=adam")
    lab.page.click("button:has-text('One step')")
    lab.page.wait_for_selector(".figures div:has(dt .term-word:text-is('step')) dd:text-is('1')")
    lab.page.click("button:has-text('One epoch')")
    lab.page.wait_for_selector(".figures dd:text-is('1 of 1000')")
    lab.page.click("button.main")
    lab.until("() => Number(document.querySelector('.figures dd').innerText.split(' ')[0]) >= 5")
    lab.page.click("button.main")
    lab.page.wait_for_selector("button.main:text-is('Start')")
    paused = text_of(lab, "step")
    lab.page.wait_for_timeout(300)
    assert text_of(lab, "step") == paused
    lab.page.focus(".train-chart")
    lab.page.keyboard.press("Home")
    lab.says(".position", "after step 0, in epoch 1")
    lab.page.click("button:has-text('Reset')")
    lab.page.wait_for_selector(".figures dd:text-is('0 of 1000')")


def test_another_theme_or_a_visit_elsewhere_leaves_the_training_as_it_is(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=16&epochs=2")
    trained(lab)
    lab.quiet()
    before = lab.page.inner_text(".figures")
    lab.set_theme("dark")
    lab.view("Draw")
    lab.view("Train")
    lab.says(".readout", "Done.")
    assert lab.page.inner_text(".figures") == before


def test_the_same_settings_give_the_same_training(site: str, open_lab: Any) -> None:
    address = f"{site}#view=train&hidden=20&epochs=3&seed=5&optimizer=momentum&learningRate=0.02"
    found = []
    for _ in range(2):
        lab = open_lab(address)
        trained(lab)
        found.append((text_of(lab, "loss"), text_of(lab, "validation")))
    assert found[0] == found[1]


def test_a_training_that_flies_apart_says_so(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&learningRate=100000&preparation=raw&activation=identity")
    lab.page.click("button.main")
    lab.says(".bad", "the learning rate is too high")


def test_what_cannot_be_is_told_and_not_taken(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train")
    field = lab.page.locator("[data-setting=hidden]")
    field.fill("many")
    field.press("Enter")
    assert "write widths like 128" in lab.page.inner_text("#problem")
    assert field.get_attribute("aria-invalid") == "true"
    lab.page.fill("[data-setting=learningRate]", "1e9")
    lab.page.keyboard.press("Enter")
    lab.says("#problem", 'Learning rate cannot be "1e9"; it is a number from 0.000001 to 1000000.')


def test_the_state_comes_back_from_its_address(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[3])
    lab.settled()
    lab.page.select_option("[aria-label='rather than']", "8")
    lab.settled()
    before = [lab.verdict(), lab.page.inner_text(".sum"), lab.page.inner_text(".beside")]
    again = open_lab(lab.address())
    again.settled()
    assert [again.verdict(), again.page.inner_text(".sum"), again.page.inner_text(".beside")] == before
    broken = open_lab(f"{site}#view=nowhere&picture=%%%&seed=-1&hidden=x&against=77")
    assert broken.page.inner_text("h2") == "Draw a digit"


def test_a_file_that_is_no_model_gets_a_sentence(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.drop("wrong.safetensors", bytes(100))
    lab.page.wait_for_selector("#problem:has-text('not a model of byhand')")
    lab.drop("f-zero.csv", b"")
    lab.says("#problem", "The file f-zero.csv is empty.")
    lab.drop("thesis.pdf", b"%PDF-1.7 and more")
    lab.says("#problem", "The file thesis.pdf is not a picture, a model, a table (.csv)")


@pytest.mark.full
def test_mnist_is_learned_to_ninety_seven_percent_within_a_minute(lab: str, open_lab: Any) -> None:
    page = open_lab(lab)
    page.view("Train")
    page.page.fill("[data-setting=epochs]", "8")
    page.page.keyboard.press("Enter")
    trained(page)
    assert float(text_of(page, "validation").rstrip(" %")) >= 97
    page.page.select_option("[aria-label=Network]", "trained")
    page.view("Mistakes")
    page.page.wait_for_selector(".confusion")
    assert " of 10,000 right" in page.page.inner_text(".test-verdict")
    assert "token" not in page.page.url


def test_which_units_are_shown_is_said_where_it_is_not_all(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=128")
    lab.page.click("button:text-is('One step')")
    lab.says(".hint", "Shown: the first 64 of 128 units.")
    lab = open_lab(f"{site}#view=plane&planeLayers=32.relu")
    lab.says(".layer-head", "the first 24 of 32 units")


def test_escape_closes_a_tooltip(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    word = lab.page.locator(".term-word").first
    sentence = lab.page.locator(".term-sentence").first
    word.focus()
    assert sentence.is_visible()
    word.press("Escape")
    assert not sentence.is_visible()


def test_a_tooltip_opens_upward_at_the_lower_edge(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train")
    word = lab.page.locator("main .term-word:visible").last
    sentence = word.locator("xpath=following-sibling::*[@role='tooltip']")
    for below, is_above in ((30, True), (300, False)):
        lab.page.set_viewport_size({"width": 1000, "height": 700})
        bottom = word.evaluate("word => word.getBoundingClientRect().bottom")
        lab.page.set_viewport_size({"width": 1000, "height": round(bottom) + below})
        word.focus()
        box, own = sentence.bounding_box(), word.bounding_box()
        assert (box["y"] + box["height"] <= own["y"]) == is_above, f"{below} pixels below the word"
        assert (box["y"] >= own["y"] + own["height"]) != is_above
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 900
        word.evaluate("word => word.blur()")
        assert not sentence.is_visible()
