"""The room Draw: never empty, pad and answer seen together, and nothing lost; the network moving on one canvas."""

import re
from itertools import pairwise
from typing import Any

import pytest
from page_object import drawings

pytestmark = pytest.mark.browser
EMPTY = ("Nothing is drawn", "Draw a digit first", "not at hand")
ZERO = re.compile(r"(?<![\d.])[−-]?0\.0+(?![\d])")  # a number whose digits are all zeros


@pytest.mark.parametrize("view", ["draw", "network", "microscope", "plane", "mistakes"])
def test_no_view_is_empty_on_a_first_visit_to_a_host_that_knows_nothing(view: str, site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view={view}")
    lab.quiet()
    said = lab.page.inner_text("main")
    assert not [words for words in EMPTY if words in said]
    assert lab.page.locator("main canvas:visible, main table:visible, main .u-over:visible").count() > 0


def test_a_first_visit_shows_a_digit_its_answer_why_and_how_sure(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    assert lab.verdict().startswith("4 with 9")
    assert lab.page.input_value("[aria-label='rather than']") == "9"  # the runner-up
    lab.says(".sum .total", "logit of 4 less that of 9: ")
    above, below, rest, lead = (
        float(text.replace("−", "-")) for text in lab.page.locator(".sum .number").all_inner_texts()
    )
    assert above + below + rest == pytest.approx(lead, abs=0.002)
    logits = re.search(r"9: ([\d.]+) − ([\d.]+)", lab.page.inner_text(".sum .total"))
    assert logits is not None
    assert float(logits[1]) - float(logits[2]) == pytest.approx(lead, abs=0.0011)
    assert "picture" not in lab.page.url  # what every visitor sees is in no address


def test_a_cleared_sheet_stays_cleared_in_its_address(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.page.click("button:text-is('Clear')")
    lab.says(".answer", "Nothing is drawn yet")
    again = open_lab(lab.address())
    again.says(".answer", "Nothing is drawn yet")
    lab.page.click("button:text-is('Undo')")
    lab.settled()
    assert lab.verdict()[0] == "4"


@pytest.mark.parametrize(("width", "height"), [(375, 812), (1280, 720), (1440, 900)])
def test_pad_and_answer_are_seen_together(width: int, height: int, site: str, open_lab: Any) -> None:
    lab = open_lab(site, viewport={"width": width, "height": height})
    lab.settled()
    for part in (".pad", ".verdict", ".bars tbody"):
        box = lab.page.locator(part).bounding_box()
        assert box["x"] >= 0, part
        assert box["y"] >= 0, part
        assert box["x"] + box["width"] <= width, part
        assert box["y"] + box["height"] <= height, part


def test_a_press_on_a_bar_asks_why_not_that_one(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    lab.page.locator(".bars tbody tr").nth(7).click()
    lab.says(".sum .total", "4 leads 7 by")


def test_a_sample_and_the_drawing_before_it_come_back(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[6])
    lab.settled()
    before = lab.page.inner_text(".bars")
    lab.page.locator(".sample").nth(1).click()
    lab.until("before => document.querySelector('.bars').innerText !== before", before)
    lab.settled()
    after = lab.page.inner_text(".bars")
    for name, wanted in [("Undo", before), ("Redo", after), ("Undo", before)]:
        lab.page.click(f"button:text-is('{name}')")
        lab.until("wanted => document.querySelector('.bars').innerText === wanted", wanted)


def test_no_number_that_is_not_zero_is_printed_as_zero(site: str, open_lab: Any) -> None:
    """Backpropagation of a right and sure answer: gradients of a thousandth have three digits."""
    lab = open_lab(f"{site}#view=network&phase=0")
    lab.says(".caption", "784 numbers go in")
    for _ in range(12):
        said = lab.page.inner_text(".caption")
        assert not ZERO.findall(said), said
        lab.page.click("button:text-is('Step')")
        lab.until("said => document.querySelector('.caption').innerText !== said", said)
    names = lab.page.locator(".network-stage .unit").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert len(names) == 138
    # a unit that is switched off has no gradient, and an output always has one
    assert not [name for name in names[128:] if re.search(r"= [−-]?0\.0+$", name)]


def test_the_way_forwards_ends_in_the_answer(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=network&phase=5")
    lab.says(".caption .phase-said", "4, 98.")
    lab.page.click("button:text-is('Suppose it were a 9')")
    lab.page.click("button:text-is('Step')")
    lab.page.click("button:text-is('Step')")
    lab.says(".caption", "too much for 4, 0.9")
    lab.says(".caption", "too little for 9")


# Time in the page goes on when the test says so: a busy machine paints as many frames as a quiet one.
CLOCK_OF_FRAMES = """() => {
    let now = performance.now(), last = 0, waiting = new Map();
    performance.now = () => now;
    window.requestAnimationFrame = frame => (waiting.set(++last, frame), last);
    window.cancelAnimationFrame = id => waiting.delete(id);
    window.passes = ms => {
        const frames = waiting;
        waiting = new Map();
        now += ms;
        for (const frame of frames.values()) frame(now);
    };
}"""

PAINTED = """() => {
    const canvas = [...document.querySelectorAll(".stage-canvas")].find(one => one.offsetParent);
    const { width, height } = canvas, rgba = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    let sum = 0;
    for (let i = 3; i < rgba.length; i += 4) sum += rgba[i] * (1 + (i % 977));
    return sum;
}"""


def test_the_signal_moves_on_the_canvas(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=network&phase=0")
    lab.says(".caption", "784 numbers go in")
    lab.page.evaluate(CLOCK_OF_FRAMES)
    lab.page.click("button:text-is('Forward propagation')")
    seen = set()
    for _ in range(20):  # five phases of 0.8 s
        lab.page.evaluate("passes(200)")
        seen.add(lab.page.evaluate(PAINTED))
    assert len(seen) >= 10
    lab.says(".caption .phase-said", "4, 98.")


@pytest.mark.parametrize(("hidden", "n_lines"), [("4.tanh~4.tanh", 32), ("16.relu~8.relu", 176)])
def test_a_small_network_of_the_plane_is_drawn_with_all_its_weights(
    hidden: str, n_lines: int, site: str, open_lab: Any
) -> None:
    lab = open_lab(f"{site}#view=network&of=plane&planeLayers={hidden}&phase=5")
    lab.says(".caption", "z of layer 3")
    assert lab.page.locator(".network-stage:visible").get_attribute("data-lines") == str(n_lines)


def test_the_speed_of_the_signal_is_chosen_and_remembered(site: str, open_lab: Any) -> None:
    """The slider is at the time that has passed, in phases of 0.8 s at the usual speed."""
    lab = open_lab(site)
    lab.settled()
    lab.page.evaluate(CLOCK_OF_FRAMES)
    choice, slider = lab.page.get_by_label("Speed of the signal"), lab.page.get_by_label("Where the signal is")

    def after(milliseconds: int) -> float:
        lab.page.evaluate(f"passes({milliseconds})")
        return float(slider.input_value())

    assert choice.input_value() == "1"
    lab.page.click(".stage-controls .play")
    assert after(400) == 0.5
    choice.select_option("4")
    assert after(100) == 1.0  # what plays goes on, faster
    choice.select_option("0.5")
    assert after(800) == 1.5
    lab.open(f"{site}#view=network")
    assert choice.input_value() == "0.5"
    still = open_lab(site, reduced_motion="reduce")
    still.settled()
    assert not still.page.get_by_label("Speed of the signal").is_visible()
    still.page.click(".stage-controls .play")
    still.until("() => document.querySelector('.stage-controls input').value === '6'")  # the end, at once


def test_the_network_opens_with_its_answer_and_goes_on_from_there(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=network")
    lab.says(".caption .phase-said", "4, 98.")
    lab.page.click("button:text-is('Step')")
    lab.says(".caption", "loss")
    lab.page.click("button:text-is('From the start')")
    lab.says(".caption", "784 numbers go in")


def test_the_layers_of_a_deep_network_do_not_overlap(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=network")
    edges = lab.page.evaluate(
        """async () => {
            const { placesOf } = await import(new URL("ui/stage/places.js", document.baseURI));
            const of = (widths, width) => placesOf(widths, { width, height: 420 }, { nInputs: 784, isPicture: true });
            return [[512, 64, 32, 10], [512, 64, 32, 16, 10], [128, 10], [10]].flatMap(widths =>
                [700, 900, 1300].map(width => of(widths, width).layers.map(({ x0, x1 }) => [x0, x1])));
        }"""
    )
    for layers in edges:
        for (_, end), (begin, _) in pairwise(layers):
            assert end + 10 <= begin, layers


def test_beside_a_lesson_nothing_of_the_stage_is_clipped_or_overlaps(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=lessons", viewport={"width": 1280, "height": 720})
    lab.page.click(".lesson-cards button >> nth=0")
    lab.says(".stage-heads", "outputs")
    lab.page.wait_for_selector("html[data-in-lesson]")
    card = lab.page.locator(".inside").bounding_box()
    controls = [one.bounding_box() for one in lab.page.locator(".stage-controls > *:visible").all()]
    assert len(controls) > 3
    assert all(box["x"] + box["width"] <= card["x"] + card["width"] for box in controls)
    heads = [one.bounding_box() for one in lab.page.locator(".stage-heads p").all()]
    assert all(one["x"] + one["width"] < other["x"] for one, other in pairwise(heads))


def test_who_taught_it_shows_digits_for_and_against(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=16&epochs=3")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Draw")
    lab.page.wait_for_selector(".teacher-row .thumbnail")
    lab.settled()
    scores = [
        [float(text.split()[-1].replace("−", "-")) for text in row.locator("small").all_inner_texts()]
        for row in lab.page.locator(".teacher-row").all()
    ]
    assert all(score > 0 for score in scores[0])
    assert all(score < 0 for score in scores[1])
    assert scores[0] == sorted(scores[0], reverse=True)
    before = lab.page.inner_text(".bars")
    lab.page.locator(".teacher-row .thumbnail").first.click()
    lab.until("before => document.querySelector('.bars').innerText !== before", before)


def test_a_network_of_the_small_digits_reads_drawings(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=train&hidden=64&epochs=20")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Draw")
    right = 0
    for drawing in drawings():
        lab.draw_at_once(drawing)
        lab.answered()
        right += lab.verdict()[0] == str(drawing["digit"])
    print(f"read: {right} of {len(drawings())}")
    assert right >= 13


def test_a_number_opens_the_microscope_as_a_drawer_and_escape_closes_it(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.settled()
    logit = lab.page.inner_text("[data-logit='9']")
    lab.page.click("[data-logit='9'] button")
    lab.says("dialog .value", "a₂[9] = ")
    shown = float(lab.page.inner_text("dialog .result").replace("−", "-"))
    assert shown == pytest.approx(float(logit.replace("−", "-")), abs=0.0006)
    lab.page.locator("dialog .filled .trace").first.click()
    lab.says("dialog .value", "z₂[9] = ")
    assert lab.page.inner_text("h2") == "Draw a digit"  # the view below is where it was
    lab.page.keyboard.press("Escape")
    assert not lab.page.locator("dialog.drawer[aria-label=Microscope]").is_visible()
    lab.view("Network")
    lab.page.locator(".unit-place .total .trace").click()
    lab.says("dialog .value", "z₁[0] = ")


def test_every_one_of_ten_outputs_is_within_reach_of_the_pointer(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope")
    for name in ("p", "t", "z2", "a2", "da2", "dz2", "b2", "vb2"):
        lab.page.click(f".chip[data-name='{name}']")
        lab.page.wait_for_selector(f".chip[data-name='{name}'][aria-pressed=true]")
        assert lab.page.locator("button.cell").count() == 10, name
    lab.page.locator("button.cell").nth(9).click()
    lab.says(".value", "new b₂[9]")


def test_a_mistake_opens_with_the_question_why_that_and_not_what_it_is(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=mistakes")
    lab.says(".test-verdict", "of 360 right")
    lab.says(".test-verdict", "enlarged")
    said = lab.page.locator(".gallery .thumbnail").first.inner_text()
    found = re.search(r"(\d) → (\d)", said)
    assert found is not None
    assert "next" in said
    lab.page.locator(".gallery .thumbnail").first.click()
    lab.says(".sum .total", f"{found[2]} leads {found[1]} by")
    lab.says(".test-digits", f"it is a {found[1]}.")
