"""Points in the plane: what a hidden layer is for, what no network can do better, and one's own points and weights."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def figure(lab: Any, name: str) -> float:
    """Return a figure by its whole name."""
    text = lab.page.evaluate(
        """name => [...document.querySelectorAll(".figures div")].find(one => {
            const term = one.querySelector("dt");
            return (term.querySelector(".term-word") ?? term).innerText === name;
        })?.querySelector("dd").innerText""",
        name,
    )
    return float(text.rstrip(" %").replace(",", ""))


def learn(lab: Any, hundreds: int) -> None:
    for i in range(hundreds):
        lab.page.click("button:has-text('100 epochs')")
        lab.says(".figures dd", f"{100 * (i + 1):,}")


def test_xor_needs_a_hidden_layer(site: str, open_lab: Any) -> None:
    address = f"{site}#view=plane&set=xor&noise=0&compare=yes&planeHidden=8&planeActivation=tanh"
    lab = open_lab(address)
    lab.says(".figures dd", "0")
    learn(lab, 3)
    assert figure(lab, "right") == 100
    assert figure(lab, "right, no hidden layer") <= 75
    assert lab.page.locator(".board").count() == 2
    assert "only straight lines" in lab.page.inner_text("section.plane")


def test_of_two_clouds_the_least_error_is_known(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=gaussians")
    lab.says(".figures dd", "0")
    assert figure(lab, "least error possible") == pytest.approx(11.77, abs=0.03)
    learn(lab, 1)
    assert figure(lab, "right") > 80


def test_three_arms_are_three_classes_and_training_runs_and_pauses(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=spiral&arms=3&planeOptimizer=adam&planeRate=0.01&planeHidden=24-24")
    lab.page.click("button.main")
    lab.until("() => Number(document.querySelector('.figures dd')?.innerText.replace(',', '')) > 60", within=20_000)
    lab.page.click("button.main")
    lab.says("button.main", "Start")
    before = lab.page.inner_text(".figures")
    lab.page.wait_for_timeout(300)
    assert lab.page.inner_text(".figures") == before
    assert figure(lab, "right") > 60


def test_points_of_ones_own_are_learned_and_are_in_the_address(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeHidden=8")
    lab.says(".figures dd", "0")
    for k, places in enumerate(
        [[(100, 100), (120, 90), (90, 130)], [(300, 300), (280, 310)], [(100, 300), (120, 320)]]
    ):
        lab.page.select_option("label:has-text('A press on the board puts') select", str(k))
        for x, y in places:
            lab.page.locator(".board").click(position={"x": x, "y": y})
            lab.page.wait_for_timeout(150)
    learn(lab, 2)
    assert figure(lab, "right") == 100
    lab.page.wait_for_timeout(400)
    again = open_lab(lab.page.url)
    again.says(".figures dd", "0")
    learn(again, 2)
    assert figure(again, "loss") == figure(lab, "loss")


def test_weights_can_be_changed_by_hand_and_output_biases_too(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeHidden=2")
    lab.says(".figures dd", "0")
    lab.page.click("summary")
    share = figure(lab, "right")
    bias = lab.page.locator("[aria-label='bias 0 of layer 2']")
    bias.fill("1000")
    bias.press("Enter")
    lab.until("() => [...document.querySelectorAll('.figures dd')].some(dd => dd.innerText === '50.0 %')")
    assert share != 50


def test_steps_too_long_are_caught_and_explained(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeRate=1000000&planeActivation=identity")
    lab.page.click("button.main")
    lab.says(".bad", "the steps are too long")
