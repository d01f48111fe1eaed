"""Points in the plane: what a hidden layer is for, what no network can do better, and what training shows."""

from typing import Any

import numpy as np
import pytest
from plane_view import accuracy_of_the_line, do_idea, figure, learn, open_panel, set_named, shown, weights

from byhand.data.split import stratified_split

pytestmark = pytest.mark.browser


def test_xor_needs_a_hidden_layer(site: str, open_lab: Any) -> None:
    address = f"{site}#view=plane&set=xor&noise=0&compare=yes&planeLayers=8.tanh"
    lab = open_lab(address)
    lab.at_epoch(0)
    learn(lab, 3)
    assert figure(lab, "accuracy") == 100
    assert accuracy_of_the_line(lab) <= 75
    assert lab.page.locator(".board").count() == 2


def test_of_two_clouds_the_least_error_is_known(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=gaussians")
    lab.at_epoch(0)
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


def test_weights_can_be_changed_by_hand_and_output_biases_too(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeLayers=2.relu")
    lab.at_epoch(0)
    lab.says(".strip-title", "weight from x to unit 0 of layer 1")
    before = figure(lab, "accuracy")
    for _ in range(20):
        if lab.page.inner_text(".strip-title") == "bias of class 0":
            break
        lab.page.click("[aria-label='The next weight']")
    value = lab.page.get_by_label("bias of class 0").locator("visible=true").last
    value.fill("1000")
    value.press("Enter")
    lab.says(".bar .figures dd", "50.0 %")
    lab.page.click("button:text-is('Undo')")
    lab.says(".bar .figures dd", f"{before:.1f} %")


def test_steps_too_long_are_caught_and_explained(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeRate=1000000&planeLayers=16.identity~8.identity")
    lab.page.click("button.main")
    lab.says(".bad", "training diverged")
    lab.page.click("button:has-text('A tenth of the learning rate')")
    lab.until("() => document.querySelector('[data-setting=planeRate]').value === '100000'")
    lab.says(".plane .bad", "training diverged")


def test_units_that_all_died_are_named(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&planeRate=1000&planeLayers=16.relu~8.relu")
    assert not lab.page.inner_text(".board-card .readout")
    lab.page.click("button.main")
    lab.says(".bad", "so this layer learns nothing")
    lab.page.click("button:has-text('A tenth of the learning rate')")
    lab.until("() => document.querySelector('[data-setting=planeRate]').value === '100'")


def test_a_line_and_a_hidden_layer_at_xor_by_one_press(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane")
    lab.until("() => document.querySelector('.sets canvas')")
    do_idea(lab, "XOR beside a network")
    lab.until("() => [...document.querySelectorAll('.bar .figures dd')].some(dd => dd.innerText === '100.0\u00a0%')")
    assert accuracy_of_the_line(lab) <= 75
    assert lab.page.locator(".board").count() == 2


def test_layers_are_added_changed_and_removed_each_with_its_units(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane")
    lab.says("figcaption", "2-16-8-2")
    do_idea(lab, "2-4-4-2, small enough")
    lab.says("figcaption", "2-4-4-2")
    lab.page.click("button:text-is('+ layer')")
    lab.says("figcaption", "2-4-4-4-2")
    assert lab.page.locator("button.unit").count() == 12
    lab.page.click("[aria-label='One unit more in hidden layer 3']")
    lab.says("figcaption", "2-4-4-5-2")
    lab.page.click("[aria-label='One unit less in hidden layer 1']")
    lab.says("figcaption", "2-3-4-5-2")
    lab.page.click("button:text-is('− layer')")
    lab.says("figcaption", "2-3-4-2")
    open_panel(lab, "More settings")
    units = lab.page.locator("[aria-label='Units of hidden layer 2']")
    units.fill("7")
    units.press("Enter")
    lab.says("figcaption", "2-3-7-2")
    lab.page.select_option(".layer-head >> nth=1 >> select", "tanh")
    lab.page.click("[aria-label='Remove hidden layer 1']")
    lab.says("figcaption", "2-7-2")
    assert "planeLayers=7.tanh" in lab.address()
    units = lab.page.locator("[aria-label='Units of hidden layer 1']")
    units.fill("1000")
    units.press("Enter")
    assert "1 to 128 units" in lab.page.inner_text("#problem")


def test_a_curve_is_drawn_through_points_the_best_straight_line_beside_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=sine&planeLayers=16.tanh&planeRate=0.03")
    lab.at_epoch(0)
    line = figure(lab, "best straight line")
    learn(lab, 4)
    assert 0 < figure(lab, "squared error") < line / 4
    assert lab.page.locator(".board:visible").count() == 0
    lab.page.locator(".chart.pressed .u-over").click(position={"x": 40, "y": 40})
    lab.until("() => document.querySelector('.chart.pressed').getAttribute('aria-label').includes('through 81 points')")
    assert lab.page.inner_text(".figures dd >> nth=0") == "400"
    open_panel(lab, "Add points")
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
    again.says("#problem", 'Line 2 of the file flowers.csv: "two" is not a number')
    again.drop("numbers.csv", "\n".join(f"{x},{x * x}" for x in range(9)).encode())
    again.until(
        "() => document.querySelector('.chart.pressed')?.getAttribute('aria-label')?.includes('through 9 points')"
    )


def notes(lab: Any) -> str:
    return " ".join(lab.page.inner_text(".points > .hint").split())


def test_beside_a_table_it_is_said_how_it_is_split_and_what_leaks(site: str, open_lab: Any) -> None:
    """The split is Python's own; of the rows that are held out some equal one that trains."""
    rows = [(10 + i % 7, 200 + i * i % 11, "rose" if i % 5 < 2 else "tulip") for i in range(60)]
    train, held_out = stratified_split(np.array([int(kind == "tulip") for _, _, kind in rows]), share=0.2, seed=1)
    repeated = len([i for i in held_out if rows[i] in [rows[j] for j in train]])
    assert 0 < repeated < len(held_out) == 12
    lab = open_lab(site)
    lab.drop("flowers.csv", "\n".join(["long,wide,kind", *(",".join(map(str, row)) for row in rows)]).encode())
    lab.says(".points", "48 rows train, 12 are held out: a fifth, chosen by seed 1.")
    lab.says(".points", f"{repeated} of those held out equal a row that trains")
    assert "gives the class away" in notes(lab)
    learn(lab, 1)
    assert 0 <= figure(lab, "held out") <= 100
    assert figure(lab, "accuracy") == pytest.approx(100 * round(0.48 * figure(lab, "accuracy")) / 48, abs=0.051)
    link = lab.address()
    again = open_lab(link)
    again.says(".points", "12 are held out")
    again.page.click(".board", position={"x": 20, "y": 20})
    again.says(".points", "All 61 rows train and none is held out")
    again.page.click("button:text-is('Undo')")
    again.says(".points", "12 are held out")


def test_a_column_that_gives_the_class_away_is_named(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    rows = [f"{i + 1},{(7 * i) % 10},{'early' if i < 25 else 'late'}" for i in range(50)]
    lab.drop("rows.csv", "\n".join(["number,wide,kind", *rows]).encode())
    lab.says(".points", "number alone tells the classes apart: is it known before the class is?")
    lab.says(".points", "number is a new number in every row, like a row number")
    assert "No row is in both parts." in notes(lab)
    assert "wide alone" not in notes(lab)
    lab.drop("curve.csv", "\n".join(f"{x},{x * x}" for x in range(30)).encode())
    lab.says(".points", "24 rows train, 6 are held out")
    assert "No row is in both parts." in notes(lab)
    assert figure(lab, "held out") > 0
    lab.drop("few.csv", b"1,2,a\n2,1,b\n3,3,a")
    lab.says(".points", "All 3 rows train and none is held out")


def test_another_theme_or_a_visit_elsewhere_leaves_the_plane_as_it_is(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons")
    lab.at_epoch(0)
    learn(lab, 1)
    before = shown(lab)
    lab.set_theme("dark")
    lab.until("() => document.documentElement.dataset.theme === 'dark'")
    lab.at_epoch(100)
    assert shown(lab) == before
    lab.view("Draw")
    lab.view("Plane")
    lab.at_epoch(100)
    assert shown(lab) == before
    lab.page.click("button.main")
    lab.set_theme("light")
    lab.says("button.main", "Pause")


def test_an_empty_chart_looks_as_it_did_before_anything_was_drawn(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons")
    lab.at_epoch(0)
    chart = lab.page.locator(".loss-chart canvas")
    before = chart.evaluate("canvas => canvas.toDataURL()")
    learn(lab, 3)
    assert chart.evaluate("canvas => canvas.toDataURL()") != before
    lab.page.click("button:text-is('Reset')")
    lab.until("() => document.querySelector('.figures dd').innerText === '0'")
    lab.until("before => document.querySelector('.loss-chart canvas').toDataURL() === before", before)


def test_a_drag_over_the_loss_travels_and_the_way_back_is_the_same(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons&planeLayers=3.tanh")
    lab.at_epoch(0)
    learn(lab, 1)
    end = weights(lab)
    chart = lab.page.locator(".loss-chart")
    chart.focus()
    lab.page.keyboard.press("Home")
    lab.at_epoch(0)
    assert weights(lab) != end
    lab.page.click("button:text-is('One epoch')")
    lab.says(".loss .position", "epoch 1 of 100")
    box = lab.page.locator(".loss-chart .u-over").bounding_box()
    middle = box["y"] + box["height"] / 2
    lab.page.mouse.move(box["x"] + 5, middle)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
    lab.page.mouse.up()
    lab.quiet()
    assert 40 <= figure(lab, "epoch") <= 60
    lab.page.click("button:text-is('100 epochs')")  # the rest is what it was, and then it goes on
    lab.quiet()
    assert figure(lab, "epoch") > 100
    chart.focus()
    for _ in range(200):
        if figure(lab, "epoch") == 100:
            break
        lab.page.keyboard.press("ArrowLeft")
        lab.quiet()
    assert weights(lab) == end


def test_three_errors_are_on_one_ruler(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=plane&set=gaussians")
    lab.at_epoch(0)
    learn(lab, 1)
    order = lab.page.evaluate(
        "() => ['bayes', 'own', 'straight'].map(kind => parseFloat(document.querySelector('.tick.' + kind).style.left))"
    )
    assert order == sorted(order)
    set_named(lab, "moons")
    lab.until("() => document.querySelector('.ruler').hidden")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
def test_the_loop_of_the_plane_is_on_one_screen(site: str, open_lab: Any, width: int, height: int) -> None:
    lab = open_lab(f"{site}#view=plane&set=moons", viewport={"width": width, "height": height})
    lab.at_epoch(0)
    lowest = "one => document.querySelector(one).getBoundingClientRect().bottom"
    for part in (".board", ".stage-board", ".bar", ".loss-chart", ".try-this", ".next"):
        assert lab.page.evaluate(lowest, part) <= height, part
    assert lab.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_at_no_width_is_anything_cut_and_there_are_few_tab_stops(site: str, open_lab: Any) -> None:
    for width in (390, 820, 1280):
        lab = open_lab(
            f"{site}#view=plane&planeLayers=16.relu~16.tanh~8.relu~8.relu", viewport={"width": width, "height": 800}
        )
        lab.at_epoch(0)
        assert lab.page.evaluate("() => document.documentElement.scrollWidth") <= width
    stops = """() => [...document.querySelectorAll("main :is(a, button, input, select, summary, [tabindex])")]
        .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()).length"""
    assert lab.page.evaluate(stops) <= 40
