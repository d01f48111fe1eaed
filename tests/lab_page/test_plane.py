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
    address = f"{site}#view=plane&set=xor&noise=0&compare=yes&planeLayers=8.tanh"
    lab = open_lab(address)
    lab.says(".figures dd", "0")
    learn(lab, 3)
    assert figure(lab, "accuracy") == 100
    assert figure(lab, "accuracy, no hidden layer") <= 75
    assert lab.page.locator(".board").count() == 2
    assert "only straight lines" in lab.page.inner_text("section.plane")


def test_of_two_clouds_the_least_error_is_known(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=gaussians")
    lab.says(".figures dd", "0")
    assert figure(lab, "Bayes error") == pytest.approx(11.77, abs=0.03)
    assert figure(lab, "best straight line") == pytest.approx(19.78, abs=0.03)
    learn(lab, 1)
    assert figure(lab, "accuracy") > 80
    assert 11.77 < figure(lab, "true error") < 19.78


def test_three_arms_are_three_classes_and_training_runs_and_pauses(site: str, open_lab: Any) -> None:
    lab = open_lab(
        f"{site}#view=plane&set=spiral&arms=3&planeOptimizer=adam&planeRate=0.01&planeLayers=24.relu~24.relu"
    )
    lab.page.click("button.main")
    lab.until("() => Number(document.querySelector('.figures dd')?.innerText.replace(',', '')) > 60")
    lab.page.click("button.main")
    lab.says("button.main", "Start")
    before = lab.page.inner_text(".figures")
    lab.page.wait_for_timeout(300)
    assert lab.page.inner_text(".figures") == before
    assert figure(lab, "accuracy") > 60


def test_points_of_ones_own_are_learned_and_are_in_the_address(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=own&planeLayers=8.relu")
    lab.says(".figures dd", "0")
    for k, places in enumerate(
        [[(100, 100), (120, 90), (90, 130)], [(300, 300), (280, 310)], [(100, 300), (120, 320)]]
    ):
        lab.page.select_option("label:has-text('A click on the board adds') select", str(k))
        for x, y in places:
            lab.page.locator(".board").click(position={"x": x, "y": y})
            lab.quiet()
    learn(lab, 2)
    assert figure(lab, "accuracy") == 100
    again = open_lab(lab.address())
    again.says(".figures dd", "0")
    learn(again, 2)
    assert figure(again, "loss") == figure(lab, "loss")


def test_weights_can_be_changed_by_hand_and_output_biases_too(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=2.relu")
    lab.says(".figures dd", "0")
    lab.page.click("main summary")
    share = figure(lab, "accuracy")
    bias = lab.page.locator("[aria-label='bias 0 of layer 2']")
    bias.fill("1000")
    bias.press("Enter")
    lab.until("() => [...document.querySelectorAll('.figures dd')].some(dd => dd.innerText === '50.0 %')")
    assert share != 50


def test_steps_too_long_are_caught_and_explained(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeRate=1000000&planeLayers=16.identity~8.identity")
    lab.page.click("button.main")
    lab.says(".bad", "training diverged")
    lab.page.click("button:has-text('A tenth of the learning rate')")
    lab.until("() => document.querySelector('[data-setting=planeRate]').value === '100000'")
    lab.says(".bad", "training diverged")


def test_a_line_and_a_hidden_layer_at_xor_by_one_press(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane")
    lab.page.click("button:has-text('XOR: a line, and a hidden layer')")
    lab.until(
        """() => [...document.querySelectorAll(".figures div")].some(({ innerText }) =>
            innerText.startsWith("accuracy") && !innerText.includes("no hidden") && innerText.includes("100.0"))""",
    )
    assert figure(lab, "accuracy, no hidden layer") <= 75
    assert lab.page.locator(".board").count() == 2


def test_layers_are_added_changed_and_removed_each_with_its_units(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane")
    lab.says("figcaption", "2-16-8-2")
    lab.page.click("button:has-text('2-4-4-2')")
    lab.says("figcaption", "2-4-4-2")
    lab.page.click("button:has-text('Add a layer')")
    lab.says("figcaption", "2-4-4-4-2")
    units = lab.page.locator("[aria-label='Units of hidden layer 2']")
    units.fill("7")
    units.press("Enter")
    lab.page.select_option("[aria-label='Activation of hidden layer 2']", "tanh")
    lab.page.click("[aria-label='Remove hidden layer 1']")
    lab.says("figcaption", "2-7-4-2")
    assert lab.page.locator(".layer .hint").all_inner_texts() == ["layer 1, tanh", "layer 2, ReLU"]
    assert "planeLayers=7.tanh%7E4.relu" in lab.address()
    units = lab.page.locator("[aria-label='Units of hidden layer 1']")
    units.fill("1000")
    units.press("Enter")
    assert "1 to 128 units" in lab.page.inner_text("#problem")


def test_a_curve_is_drawn_through_points_the_best_straight_line_beside_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=sine&planeLayers=16.tanh&planeRate=0.03")
    lab.says(".figures dd", "0")
    line = figure(lab, "best straight line")
    learn(lab, 4)
    assert 0 < figure(lab, "squared error") < line / 4
    assert lab.page.locator(".board:visible").count() == 0
    lab.page.locator(".chart.pressed .u-over").click(position={"x": 40, "y": 40})
    lab.says(".figures dd", "0")
    lab.page.fill("[aria-label=x]", "1")
    lab.page.fill("[aria-label=t]", "-0.5")
    lab.page.click("button:has-text('Add a point there')")
    lab.until("() => document.querySelector('.chart.pressed').getAttribute('aria-label').includes('through 82 points')")


def test_a_table_that_is_dropped_is_learned_and_a_bad_one_gets_a_sentence(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    rows = [f"{10 + i % 5},{200 + i % 3},{'rose' if i % 5 < 2 else 'tulip'}" for i in range(60)]
    lab.drop("flowers.csv", "\n".join(["long,wide,kind", *rows]).encode())
    lab.says("section.plane", "x = (long − 12.000) / 1.414; y = (wide − 201.000) / 0.816")
    lab.says("section.plane", "rose tulip")
    learn(lab, 1)
    assert figure(lab, "accuracy") == 100
    again = open_lab(lab.address())
    again.says("section.plane", "rose tulip")
    again.drop("flowers.csv", b"1,2,a\n1,two,b")
    again.says("#problem", 'Line 2 of flowers.csv: "two" is no number')
    again.drop("numbers.csv", "\n".join(f"{x},{x * x}" for x in range(9)).encode())
    again.until(
        "() => document.querySelector('.chart.pressed')?.getAttribute('aria-label')?.includes('through 9 points')"
    )


def shown(lab: Any) -> str:
    """Return all figures, as they are read."""
    return str(lab.page.inner_text(".figures"))


def test_a_press_on_the_board_adds_a_point_and_undo_brings_points_and_training_back(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons")
    lab.says(".figures dd", "0")
    learn(lab, 1)
    before = shown(lab)
    lab.page.locator(".board").click(position={"x": 60, "y": 60})
    lab.until("() => document.querySelector('[data-setting=planeSeed]') && location.hash.includes('set=own')")
    assert len(lab.page.url.split("points=")[1].split("&")[0].split("%7E")) == 201
    lab.page.click("button:text-is('Undo')")
    lab.until("before => document.querySelector('.figures').innerText === before", before)
    assert lab.page.locator("button:text-is('Undo')").count() == 0
    lab.page.select_option("label:has-text('Points') select >> nth=0", "xor")
    lab.says(".figures dd", "0")
    lab.page.click("button:text-is('Undo')")
    lab.until("before => document.querySelector('.figures').innerText === before", before)


def test_another_theme_or_a_visit_elsewhere_leaves_the_plane_as_it_is(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons")
    lab.says(".figures dd", "0")
    learn(lab, 1)
    before = shown(lab)
    lab.page.select_option("[aria-label=Theme]", "dark")
    lab.until("() => document.documentElement.dataset.theme === 'dark'")
    lab.says(".figures dd", "100")
    assert shown(lab) == before
    lab.view("Draw")
    lab.view("Plane")
    lab.says(".figures dd", "100")
    assert shown(lab) == before
    lab.page.click("button.main")
    lab.page.select_option("[aria-label=Theme]", "light")
    lab.says("button.main", "Pause")


def test_an_empty_chart_looks_as_it_did_before_anything_was_drawn(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons")
    lab.says(".figures dd", "0")
    chart = lab.page.locator(".chart.low canvas")
    before = chart.evaluate("canvas => canvas.toDataURL()")
    learn(lab, 3)
    assert chart.evaluate("canvas => canvas.toDataURL()") != before
    lab.page.click("button:text-is('Reset')")
    lab.until("() => document.querySelector('.figures dd').innerText === '0'")
    lab.until("before => document.querySelector('.chart.low canvas').toDataURL() === before", before)
