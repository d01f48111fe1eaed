"""The page's experiments: beside the desk's, run by one press, brought back by a link, for everyone."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_access import violations

from byhand.experiments import experiments, run_experiment
from waiting import HANG

NODE = shutil.which("node")
in_node = pytest.mark.skipif(NODE is None, reason="needs node")


def frames_of(*arguments: str) -> dict[str, Any]:
    """Return the last frame of every experiment that the script conducts, by name."""
    script = str(Path(__file__).with_name("experiments.mjs"))
    done = subprocess.run([str(NODE), script, *arguments], capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {frame["experiment"]: frame for frame in found}


def values(frame: dict[str, Any]) -> dict[tuple[str, str], list[float]]:
    return {(run["name"], name): one["values"] for run in frame["runs"] for name, one in run["measures"].items()}


@in_node
@pytest.mark.full
def test_in_node_every_kind_runs_and_agrees_with_the_desk_where_the_data_are_the_same() -> None:
    frames = frames_of()
    assert {experiments()[name].kind for name in frames} == {one.kind for one in experiments().values()}
    for name, within in (("xor-line", 0.0), ("many-starts", 0.1), ("line-or-curve", 0.01)):
        ours, theirs = values(run_experiment(experiments()[name], 1).frame()), values(frames[name])
        assert ours.keys() == theirs.keys()
        for key, (number,) in theirs.items():
            assert number == pytest.approx(ours[key][0], abs=within or 1e-6), (name, key)
    marks = {mark["name"]: mark["value"] for mark in frames["line-or-curve"]["marks"]}
    assert marks == pytest.approx(run_experiment(experiments()["line-or-curve"], 1).marks, abs=1e-3)
    accuracies = values(frames["shuffled-pixels"])
    as_they_are, shuffled = (numbers[0] for numbers in accuracies.values())
    assert 0.85 < as_they_are != shuffled == pytest.approx(as_they_are, abs=0.04)
    assert values(frames["equal-start"])["all 0.01", "distinct_units"] == [1]


@in_node
@pytest.mark.full
def test_on_the_same_digits_the_page_finds_what_the_desk_finds(mnist_folder: Path) -> None:
    frame = frames_of(str(mnist_folder))["noise-and-nonsense"]
    desk = values(run_experiment(experiments()["noise-and-nonsense"], 1, data_dir=mnist_folder).frame())
    for key, (number,) in values(frame).items():
        assert number == pytest.approx(desk[key][0], abs=0.005), key


def run(lab: Any) -> None:
    lab.page.click("button.main")
    lab.says("button.main", "Run again")


def dots(lab: Any) -> list[str]:
    """Return what each row says of its seeds."""
    return [str(text) for text in lab.page.eval_on_selector_all(
        ".strip > svg", "rows => rows.map(row => row.getAttribute('aria-label'))")]  # fmt: skip


@pytest.mark.browser
def test_one_press_shows_dots_reading_and_what_would_hide_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=xor-line")
    lab.page.wait_for_selector(".experiments li button")
    assert lab.page.locator(".experiments li button").count() == 19
    assert lab.page.locator(".experiments li [aria-label='surprises even experts']").count() == 3
    assert dots(lab) == [f"{name}, starts that solve it: nothing yet" for name in ("no hidden layer", "8 tanh units")]
    run(lab)
    bad, good = dots(lab)
    assert bad.endswith("solve it: 0.0 %, 0.0 %, 0.0 %, 0.0 %, 0.0 %; mean 0.0 %".replace(" %", "\u00a0%"))
    assert good.endswith("mean 100.0\u00a0%")
    assert lab.page.locator(".strip path.bad").count() == lab.page.locator(".strip circle.good").count() == 5
    assert experiments()["xor-line"].reading in lab.page.inner_text(".reading")
    lab.says(".experiments", "✓ As expected")
    lab.page.click("main summary")
    lab.says("details ul", experiments()["xor-line"].hides[0])
    assert "small digits" not in lab.page.inner_text(".experiments")


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 820])
def test_where_the_list_is_low_an_item_is_cut_in_two(site: str, open_lab: Any, width: int) -> None:
    lab = open_lab(f"{site}#view=experiments", viewport={"width": width, "height": 844})
    lab.page.wait_for_selector(".shelves li button")
    cut = lab.page.evaluate(
        """() => {
            const end = document.querySelector(".shelves").getBoundingClientRect().bottom;
            return [...document.querySelectorAll(".shelves li span:nth-child(2)")].some(one => {
                const { top, bottom } = one.getBoundingClientRect();
                return top < end - 3 && end + 3 < bottom;
            });
        }"""
    )
    assert cut


@pytest.mark.browser
def test_a_link_brings_the_same_numbers_and_small_digits_are_told(site: str, open_lab: Any) -> None:
    address = f"{site}#view=experiments&experiment=squared-error&seeds=6"
    found = []
    for _ in range(2):
        lab = open_lab(address)
        run(lab)
        assert "may look different on these" in lab.page.inner_text(".experiments")
        found.append(dots(lab))
    assert found[0] == found[1]
    assert all(row.count("%") == 6 + 1 for row in found[0])


@pytest.mark.browser
def test_it_stops_when_asked_and_another_choice_begins_anew(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=removed-units&seeds=50")
    lab.page.click("button.main")
    lab.says(".readout", "Seed 2 of 50")
    lab.page.click("button.main")
    lab.says(".readout", "Stopped.")
    assert lab.page.locator(".reading").count() == 0
    lab.page.click("li button:has-text('XOR without')")
    lab.says("h3", "XOR without a hidden layer")
    lab.says("button.main", "Run")
    assert "experiment=" not in lab.address()  # the one that is shown where none is named
    assert all("nothing yet" in row for row in dots(lab))
    lab.page.fill(".experiments input[type=number]", "3")
    lab.page.keyboard.press("Enter")
    assert "from 5 to 50" in lab.page.inner_text("#problem")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_for_everyone_on_a_phone_too(site: str, open_lab: Any, scheme: str) -> None:
    phone = {"viewport": {"width": 375, "height": 740}, "has_touch": True}
    lab = open_lab(f"{site}#view=experiments&experiment=equal-start", color_scheme=scheme, **phone)
    run(lab)
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 375
    assert violations(lab.page) == []
    lab.page.set_viewport_size({"width": 1280, "height": 900})
    assert violations(lab.page) == []


@pytest.mark.browser
def test_another_theme_or_a_visit_elsewhere_does_not_end_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=xor-line")
    lab.page.click("button.main")
    lab.says("button.main", "Stop")
    lab.set_theme("dark")
    lab.view("Draw")
    lab.view("Experiments")
    lab.says("button.main", "Run again")
    assert all(row.count("%") == 5 + 1 for row in dots(lab))


@pytest.mark.browser
def test_what_the_small_digits_do_not_show_is_not_offered_on_them(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=overfitting")
    lab.says(".experiments .readout", "This effect needs MNIST")
    assert lab.page.locator("button.main").is_disabled()
    lab.page.click("li button:has-text('Squared error')")
    lab.says(".experiments .readout", "Click Run")
    assert lab.page.locator("button.main").is_enabled()


@pytest.mark.browser
def test_a_bet_is_placed_before_the_run_and_nothing_gives_the_answer_away(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=xor-line")
    lab.page.wait_for_selector(".bet input")
    assert lab.page.locator(".verdict-sign").count() == 0
    assert lab.page.locator(".shelves section").count() == 4
    assert lab.page.locator(".sparkline").count() == 19
    bet = lab.page.get_by_label("Bet: no hidden layer")
    bet.focus()
    bet.press("Home")
    lab.says("button.main", "Bet and run")
    assert lab.page.locator(".bet-mark").count() == 1
    run(lab)
    lab.says(".experiments .readout", "Your bet was within 3 points.")
    assert lab.page.locator(".verdict-sign").count() == 2
    assert lab.page.locator(".shelves [aria-label='run here']").count() == 1


@pytest.mark.browser
def test_a_run_opens_with_its_settings_and_the_chart_has_room(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=rate-too-high", viewport={"width": 820, "height": 1000})
    assert lab.page.locator(".strip").first.is_hidden()  # nothing is on its axis
    lab.page.locator(".bet input").first.press("Home")
    lab.page.wait_for_selector(".strip > svg")
    assert lab.page.evaluate("() => document.querySelector('.strip').clientWidth") >= 280
    lab.page.click("button:has-text('rate 3 → Train')")
    lab.says("h2", "Train")
    assert lab.page.input_value("[data-setting=learningRate]") == "3"
    assert lab.page.input_value("[data-setting=hidden]") == "50"
    lab.page.go_back()
    lab.says("h3", "Learning rate too high")
