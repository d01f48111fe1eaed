"""One step under the microscope: any number can be recomputed from what is shown, and its Python prints it."""

import math
import re
import subprocess
import sys
from typing import Any

import pytest
from page_object import drawings

from byhand.random import DATA, RandomStream
from waiting import HANG

pytestmark = pytest.mark.browser
CELLS = 50  # of each of two networks
DIGITS = 6  # of a number that is opened; those it is made of have nine

ACTIVATIONS = {
    "z where z > 0, else 0": lambda z: max(z, 0.0),
    "z where z > 0, else 0.01 · z": lambda z: z if z > 0 else 0.01 * z,
    "1 / (1 + e⁻ᶻ)": lambda z: 1 / (1 + math.exp(-z)),
    "tanh z": math.tanh,
    "z, unchanged": lambda z: z,
}
SLOPES = {
    "1": lambda z, a: 1.0,
    "1 where z > 0, else 0": lambda z, a: float(z > 0),
    "1 where z > 0, else 0.01": lambda z, a: 1.0 if z > 0 else 0.01,
    "a · (1 − a)": lambda z, a: a * (1 - a),
    "1 − a²": lambda z, a: 1 - a * a,
}
READ = """() => {
    const text = (element) => element.innerText.replace(/\\s+/g, " ");
    const opened = document.querySelector("[data-form]"), rows = [...opened.querySelectorAll(".terms tbody tr")];
    return {
        form: opened.dataset.form, value: text(opened.querySelector(".result")),
        formula: text(opened.querySelector(".formula")),
        filled: opened.querySelector(".filled") ? text(opened.querySelector(".filled")) : "",
        parts: [...opened.querySelectorAll(".filled .trace, .filled .fixed")].map(text),
        terms: rows.map((row) => [...row.querySelectorAll(".number")].map(text)).filter((row) => row.length),
        sum: opened.querySelector("tfoot .number")?.innerText ?? null,
        chain: [...opened.querySelectorAll(".factors .number")].map(text),
        step: opened.querySelector(".factors tr:last-child th")?.innerText ?? "",
        code: opened.querySelector("pre").textContent,
        rate: document.querySelector(".across input[inputmode=decimal]").value,
    };
}"""


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def recomputed(shown: dict[str, Any]) -> float | None:
    """Work the number out as a person with a calculator would; None for what is given."""
    parts, terms = [read(part) for part in shown["parts"]], [[read(one) for one in row] for row in shown["terms"]]
    form, formula = shown["form"], shown["formula"].removeprefix("= ")
    if form == "sum":
        return math.fsum(left * right for left, right, _ in terms) + sum(parts)
    if form == "odds":
        inside = re.search(r"largest z: (\S+); (\S+) over", shown["filled"])
        assert inside is not None
        odds = [math.exp(z - read(inside[1])) for z, _ in terms]
        return read(inside[2]) / sum(odds)
    return {
        "given": lambda: None,
        "prepared": lambda: parts[0] * parts[1] + parts[2],
        "activation": lambda: ACTIVATIONS[formula](parts[0]),
        "slope": lambda: SLOPES[formula](*parts),
        "target": lambda: smoothed(parts[0], shown["filled"]),
        "difference": lambda: parts[0] - parts[1],
        "twice": lambda: 2 * (parts[0] - parts[1]),
        "product": lambda: parts[0] * parts[1],
        "same": lambda: parts[0],
        "step": lambda: parts[0] - float(shown["rate"]) * parts[1],
        "loss softmax_cross_entropy": lambda: -math.fsum(t * math.log(p) for p, t, _ in terms if t),
        "loss squared_error": lambda: math.fsum((a - t) ** 2 for a, t, _ in terms),
    }[form]()


def smoothed(target: float, filled: str) -> float:
    inside = re.match(r"\(1 − (\S+)\) · .* \+ (\S+) / (\d+)", filled)
    assert inside is not None
    return (1 - float(inside[1])) * target + float(inside[2]) / int(inside[3])


def agrees(value: float, shown: float, size: float) -> bool:
    """Is it the number that is shown, to its digits, and to what nine digits of numbers of that size allow?"""
    return abs(value - shown) <= 0.6 * 10.0 ** -(DIGITS - 1) * abs(shown) + 1e-8 * size


def printed(code: str) -> float:
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=HANG, check=True)
    return float(done.stdout)


def some_cells(lab: Any, n: int, seed: int) -> list[str]:
    """Return addresses of cells of every array, drawn at random."""
    chips = "[...document.querySelectorAll('.phase .chip')].map(({ dataset }) => dataset)"
    shapes = [(one["name"], int(one["rows"]), int(one["cols"])) for one in lab.page.evaluate(f"() => {chips}")]
    draws = RandomStream(seed, DATA).uniform(2 * n)
    return [
        f"{name}.{int(draws[2 * i] * rows)}.{int(draws[2 * i + 1] * cols)}"
        for i, (name, rows, cols) in ((i, shapes[i % len(shapes)]) for i in range(n))
    ]


def every_number_can_be_recomputed(lab: Any, seed: int) -> None:
    forms = set()
    lab.address()  # the loop edits it, so it must have everything that was chosen
    for cell in some_cells(lab, CELLS, seed):
        lab.page.evaluate(
            "cell => { location.hash = location.hash.replace(/&cell=[^&]*/, '') + `&cell=${cell}`; }", cell
        )
        lab.until("cell => document.querySelector('[data-form]')?.dataset.cell === cell", cell)
        shown = lab.page.evaluate(READ)
        value, size = read(shown["value"]), max([1.0] + [abs(read(row[-1])) for row in shown["terms"]])
        by_hand = recomputed(shown)
        assert by_hand is None or agrees(by_hand, value, size), (cell, by_hand, shown)
        assert printed(shown["code"]) == pytest.approx(value, rel=1e-5, abs=1e-15), cell
        if shown["chain"]:
            *factors, gradient, moved = map(read, shown["chain"])
            assert math.prod(factors) == pytest.approx(gradient, rel=1e-7, abs=1e-15), cell
            old = read(shown["step"].split("= ")[1].split(" − ")[0])
            assert old - float(shown["rate"]) * gradient == pytest.approx(moved, rel=1e-7, abs=1e-9), cell
        forms.add(shown["form"])
    assert {"sum", "activation", "slope", "product", "step", "given", "difference", "odds"} <= forms


def test_at_full_size_a_drawn_digit(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[4])
    lab.settled()
    lab.view("Microscope")
    lab.says(".microscope", "Which digit is it?")
    lab.page.select_option("label:has-text('It is a') select", str(drawings()[4]["digit"]))
    lab.page.wait_for_selector("[data-form=sum] tfoot")
    lab.quiet()
    every_number_can_be_recomputed(lab, 1)


@pytest.mark.parametrize("activation", ["tanh", "leaky_relu"])
def test_a_point_of_the_plane(site: str, open_lab: Any, activation: str) -> None:
    lab = open_lab(f"{site}#view=microscope&of=plane&point=7&stepRate=0.25&planeLayers=4.{activation}~4.sigmoid")
    lab.page.wait_for_selector("[data-form=sum] tfoot")
    every_number_can_be_recomputed(lab, 2)


def test_a_number_is_followed_to_where_it_came_from_and_where_it_goes(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope&of=plane&planeLayers=4.relu~4.relu&cell=L.0.0")
    lab.says(".value", "L =")
    for selector, wanted in [(".terms .trace", "p[0]"), (".terms .trace", "a₃[0]"), (".filled .trace", "z₃[0]")]:
        lab.page.locator(selector).first.click()
        lab.says(".value", wanted)
    lab.page.locator(".goes .chip").first.click()
    lab.says(".value", "a₃[0]")
    lab.page.click(".phases button:has-text('Next')")
    lab.says(".value", "p[0]")
    lab.page.click(".phases button:has-text('Back')")
    lab.says(".value", "a₃[0]")
    lab.page.click(".chip:text-is('∂L/∂W₂')")
    lab.says(".value", "∂L/∂W₂[0, 0]")
    lab.page.locator(".cell.chosen").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.says(".value", "∂L/∂W₂[0, 1]")
    assert lab.page.evaluate("document.activeElement.className") == "cell chosen"
    assert "layers/dense.py" in lab.page.inner_text("[data-form]")


FOCUSED = """() => {
    const one = document.activeElement, cell = one.closest("td"), row = cell?.closest("tr");
    const place = cell && [[...row.parentElement.children].indexOf(row), [...row.querySelectorAll("td")].indexOf(cell)];
    return [one.closest("[role=grid]")?.className ?? null, place, one.ariaLabel ?? one.innerText];
}"""

TAB_STOPS_OF_GRIDS = """() => [...document.querySelectorAll("[role=grid]")].map(
    grid => grid.querySelectorAll("button:not([tabindex='-1']), [tabindex='0']").length)"""


def focused(lab: Any) -> list[Any]:
    """Return the class of the grid that has the focus, row and column in it, and what is read out."""
    return list(lab.page.evaluate(FOCUSED))


def keys_walk_through_the_array(lab: Any) -> None:
    lab.page.locator(".cell.chosen").focus()
    for key, name in [
        ("ArrowDown", "W₁[10, 2]"),
        ("End", "W₁[10, 127]"),
        ("PageDown", "W₁[18, 127]"),
        ("Home", "W₁[18, 0]"),
        ("Control+End", "W₁[783, 127]"),
        ("PageUp", "W₁[775, 127]"),
        ("Control+Home", "W₁[0, 0]"),
        ("ArrowUp", "W₁[0, 0]"),
    ]:
        lab.page.keyboard.press(key)
        lab.says(".value", f"{name} =")
        lab.until("name => document.activeElement.ariaLabel?.startsWith(name)", f"{name}: ")


def keys_walk_through_the_terms(lab: Any) -> None:
    rows = lab.page.locator(".terms tr:has(td)").count()
    lab.page.locator(".terms [tabindex='0']").focus()
    for key, place in [
        ("ArrowDown", [1, 0]),
        ("ArrowRight", [1, 1]),
        ("PageDown", [9, 1]),
        ("End", [9, 2]),
        ("Control+End", [0, 0]),  # of the foot, the sum
        ("ArrowUp", [rows - 2, 0]),
        ("Control+Home", [0, 0]),
    ]:
        lab.page.keyboard.press(key)
        assert focused(lab)[:2] == ["sum terms", place], key


def test_a_table_is_one_tab_stop_and_keys_walk_through_it(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope&cell=W1.9.2")
    lab.says(".value", "W₁[9, 2]")
    keys_walk_through_the_array(lab)
    size = lab.page.locator(".cells").evaluate("one => [one.ariaRowCount, one.ariaColCount]")
    assert size == ["784", "128"]
    lab.page.click(".chip[data-name=z1]")
    lab.page.wait_for_selector(".terms tbody tr")
    assert lab.page.evaluate(TAB_STOPS_OF_GRIDS) == [1, 1]  # numbers of the array, terms of the sum
    keys_walk_through_the_terms(lab)
    for key in ("ArrowRight", "Tab", "Shift+Tab"):
        lab.page.keyboard.press(key)
    grid, place, label = focused(lab)
    assert (grid, place) == ("sum terms", [0, 1])
    lab.page.keyboard.press("Enter")
    opened = "name => document.activeElement.matches('.value') && document.activeElement.innerText.startsWith(name)"
    lab.until(opened, label.split(" = ")[0])


def test_every_number_of_a_short_vector_is_within_reach_of_the_pointer(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope&of=plane&planeLayers=16.relu~10.relu&cell=z1.0.0")
    for name, n in (("z1", 16), ("z2", 10), ("W3", 20)):
        lab.page.click(f".chip[data-name='{name}']")
        lab.page.wait_for_selector(f".chip[data-name='{name}'][aria-pressed=true]")
        shown = lab.page.locator("button.cell").count()
        assert shown == n or lab.page.locator(".overview").count() == 1, name
        assert lab.page.locator(".legend").count() == lab.page.locator(".overview").count(), name
    lab.page.click(".chip[data-name='z1']")
    lab.page.locator("button.cell").nth(15).click()
    lab.says(".value", "z₁[15]")


def test_a_network_of_squared_errors_is_shown_its_own_loss(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope&of=plane&set=sine&planeLayers=4.tanh&cell=t.0.0")
    lab.says(".value", "t[0]")
    said = lab.page.inner_text("[data-form]")
    assert "squared_error.py" in said
    assert "smoothing" not in said


def value_at(lab: Any, cell: str) -> str:
    """Open a number and return it as it is shown."""
    lab.page.evaluate("cell => { location.hash = location.hash.replace(/&cell=[^&]*/, '') + `&cell=${cell}`; }", cell)
    lab.until("cell => document.querySelector('[data-form]')?.dataset.cell === cell", cell)
    return str(lab.page.inner_text(".result"))


def sum_of_the_terms(lab: Any) -> float:
    """Work a sum out from what is shown: inputs, weights, and the bias."""
    terms = lab.page.locator(".terms tbody tr:has(td + th)").all()
    products = [math.prod(map(read, row.locator(".trace").all_inner_texts())) for row in terms]
    return math.fsum(products) + read(lab.page.inner_text(".filled .trace"))


def fill_in(lab: Any, text: str) -> None:
    lab.page.get_by_label("Your number").fill(text)
    lab.page.click("button:text-is('Check')")


def test_a_link_hides_what_is_computed_until_it_is_worked_out_and_filled_in(site: str, open_lab: Any) -> None:
    teacher = open_lab(f"{site}#view=plane&planeLayers=4.tanh", permissions=["clipboard-read", "clipboard-write"])
    teacher.at_epoch(0)
    teacher.page.click("summary:has-text('Share')")
    teacher.page.click("[data-share=blanks]")
    teacher.says(".share-said", "Copied")
    link = teacher.page.evaluate("() => navigator.clipboard.readText()")
    cells = ("z1.0.0", "z1.0.1", "a1.0.0", "z2.0.1", "p.0.0", "L.0.0", "da2.0.1", "dz1.0.2", "dW1.1.0", "vW2.0.0")
    whole = open_lab(link.replace("&blanks=yes", ""))
    answers = {cell: value_at(whole, cell) for cell in cells}
    lab = open_lab(link)
    lab.says(".microscope", "may be 0.5 % off")
    for cell, answer in answers.items():
        assert value_at(lab, cell) == "?"
        assert answer[:6] not in lab.page.locator("main").evaluate("main => main.outerHTML"), cell
    assert value_at(lab, "W1.1.0") == value_at(whole, "W1.1.0")  # given
    value_at(lab, "z1.0.0")
    worked_out = sum_of_the_terms(lab)
    for wrong in (f"{1.01 * worked_out}", "much", ""):
        fill_in(lab, wrong)
        lab.says(".microscope form", "another number")
        assert lab.page.inner_text(".result") == "?"
    fill_in(lab, f"{worked_out:.3g}".replace("-", "−").replace(".", ","))
    lab.says(".result", answers["z1.0.0"])
    assert read(lab.page.inner_text(".cells .cell >> nth=0")) == pytest.approx(worked_out, rel=0.01)
    assert lab.page.locator(".cells .cell >> nth=1").inner_text() == "?"
    lab.set_theme("dark")
    lab.says(".result", answers["z1.0.0"])
    assert value_at(lab, "z1.0.1") == "?"
    lab.page.click("button:text-is('Show it')")
    lab.says(".result", answers["z1.0.1"])
    lab.page.click("button:text-is('Show all numbers')")
    lab.until("() => ![...document.querySelectorAll('.result, .cell')].some(one => one.innerText === '?')")
    assert "blanks" not in lab.address()


WIDE, PHONE = (1280, 720), (390, 844)
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll("main *")].filter(one =>
    one.checkVisibility() && one.scrollWidth > one.clientWidth
    && (one.matches("html") || getComputedStyle(one).overflowX === "auto"))
    .map(one => one.className)"""
NUMBERS = ".terms tbody, .factors tbody"


@pytest.mark.parametrize("cell", ["z1.0.0", "p.0.0", "L.0.0", "dW1.405.3", "da1.0.3"])
def test_what_a_number_is_made_of_fits_a_phone(cell: str, site: str, open_lab: Any) -> None:
    found = []
    for width, height in (WIDE, PHONE):
        lab = open_lab(f"{site}#view=microscope&cell={cell}", viewport={"width": width, "height": height})
        lab.until("cell => document.querySelector('[data-form]')?.dataset.cell === cell", cell)
        found.append(re.sub(r"\s+", "", lab.page.inner_text(NUMBERS)))
    assert lab.page.evaluate(SIDEWAYS) == []
    assert found[0] == found[1] != ""


FRAME = """() => {
    const canvas = document.querySelector(".overview canvas");
    const at = (x, y) => [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].join();
    return [at(6, 8), at(1, 8), at(8, 1), at(0, 8), at(8, 0)];
}"""


def test_the_frame_of_a_cell_in_the_corner_is_whole(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope&cell=z1.0.0")
    lab.page.wait_for_selector(".overview canvas")
    inside, *frame = lab.page.evaluate(FRAME)
    assert len(set(frame)) == 1
    assert inside not in frame


def test_the_learning_rate_is_named_and_what_it_cannot_be_is_told(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope")
    field = lab.page.get_by_role("textbox", name="Learning rate", exact=True)
    field.fill("1e9")
    field.press("Enter")
    lab.says("#problem", "it is a number from 0.000001 to 1000000")
    field.fill("0.2")
    field.press("Enter")
    assert "stepRate=0.2" in lab.address()


def test_nothing_empty_stands_above_the_sentence_on_blanks(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#view=microscope&of=plane&planeLayers=4.tanh&blanks=yes")
    lab.says(".microscope", "may be 0.5 % off")
    parts = lab.page.locator(".microscope > *:visible").all()
    assert len(parts) > 3
    assert all(part.inner_text().strip() or part.locator("input").count() for part in parts)
