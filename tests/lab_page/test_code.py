"""Share: what is on the screen comes out of a script and of a notebook, each really run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page_object import drawings

from waiting import HANG

pytestmark = pytest.mark.browser
NUMBER = r"-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?"


def taken(lab: Any, kind: str, folder: Path) -> Path:
    """Press it in the menu Share and keep the file."""
    within = "dialog:modal " if lab.page.locator("dialog:modal").count() else "header "
    lab.page.click(f"{within}summary:has-text('Share')")
    with lab.page.expect_download() as download:
        lab.page.click(f"{within}[data-share={kind}]")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def run(script: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=HANG, cwd=script.parent
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def script_of(lab: Any, folder: Path) -> str:
    return run(taken(lab, "script", folder))


def after(text: str, words: str) -> float:
    """Return the number behind these words."""
    found = re.search(re.escape(words) + r"\W*?(" + NUMBER + ")", text.replace("−", "-"))
    assert found is not None, (words, text)
    return float(found[1].replace(",", ""))


def figure(lab: Any, name: str) -> float:
    text = lab.page.inner_text(f".figures div:has(dt:text-is('{name}'), dt .term-word:text-is('{name}')) dd")
    return float(text.rstrip(" %").replace(",", ""))


def test_draw_says_the_same_probabilities_attributions_and_robustness(site: str, open_lab: Any, tmp_path: Path) -> None:
    lab = open_lab(site)
    lab.draw(drawings()[3])
    lab.settled()
    said = script_of(lab, tmp_path)
    bars = lab.page.locator(".bars tbody tr").all_inner_texts()
    assert len(bars) == 10
    for k, bar in enumerate(bars):
        assert after(said, f"\n{k}" if k else "0") == pytest.approx(
            float(re.findall(r"([\d.]+)\s%", bar)[0]), abs=0.051
        )
    shown = lab.page.inner_text(".sum").replace("−", "-")
    for words, found in re.findall(r"(for|against|bias term): (-?[\d.]+)", said):
        assert found in shown, (words, found, shown)
    certified = said.split("certified: ")[1].split("\n")[0]
    assert f"up to ±{certified} pixel value" in lab.page.inner_text("main")


def test_network_and_microscope_print_the_numbers_of_a_digit(site: str, open_lab: Any, tmp_path: Path) -> None:
    lab = open_lab(f"{site}#layer=1&unit=4&cell=dW1.406.37")
    lab.draw(drawings()[3])
    lab.settled()
    lab.view("Network")
    lab.page.wait_for_selector(".network-stage .unit.chosen")
    said = script_of(lab, tmp_path)
    lab.says("main", "layer 2")
    shown = lab.page.inner_text("main").replace("−", "-")
    assert f"{after(said, 'z:'):.4f}" in shown
    assert "dz:" not in said  # nobody has said which digit it is
    lab.view("Microscope")
    lab.page.select_option("label:has-text('It is a') select", str(drawings()[3]["digit"]))
    lab.page.wait_for_selector("[data-cell='dW1.406.37']")
    assert after(script_of(lab, tmp_path), "dW1[406, 37]") == pytest.approx(value_of(lab), rel=1e-5)


def value_of(lab: Any) -> float:
    return float(lab.page.inner_text(".result").replace("−", "-"))


@pytest.mark.parametrize("points", ["set=moons", "set=sine"])
def test_microscope_on_the_plane(site: str, open_lab: Any, tmp_path: Path, points: str) -> None:
    address = f"{site}#view=microscope&of=plane&point=3&{points}&planeLayers=4.tanh~4.relu&stepRate=0.2"
    for cell in ("vW2.1.2", "da1.0.2", "L.0.0", "s1.0.1"):
        lab = open_lab(f"{address}&cell={cell}")
        lab.page.wait_for_selector(f"[data-cell='{cell}']")
        found = re.findall(r"\]: (\S+)", script_of(lab, tmp_path))[-1]
        assert float(found) == pytest.approx(value_of(lab), rel=1e-5, abs=1e-12), cell


TRAININGS = [
    "hidden=16&optimizer=adam&learningRate=0.003&epochs=4",
    "hidden=12-8&activation=tanh&optimizer=momentum&learningRate=0.02&epochs=3&preparation=signed&loss=squared_error",
    "hidden=16&epochs=3&without=batch.20~class.7.50&initializer=normal&shuffle=no",
    "hidden=16-16&epochs=3&batchNorm=yes&residual=yes&dropout=0.1&schedule=one_cycle&labelSmoothing=0.1"
    "&preparation=standard",
]


@pytest.mark.parametrize("settings", TRAININGS)
def test_train_ends_with_the_same_figures(site: str, open_lab: Any, tmp_path: Path, settings: str) -> None:
    lab = open_lab(f"{site}#view=train&{settings}")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    last = script_of(lab, tmp_path).splitlines()[-1]
    assert after(last, "step") == figure(lab, "step")
    assert after(last, "loss") == pytest.approx(figure(lab, "loss"), rel=2e-3)
    assert after(last, "accuracy") == pytest.approx(figure(lab, "accuracy"), abs=0.3)
    assert after(last, "validation") == pytest.approx(figure(lab, "validation"), abs=0.6)  # two of 360


PLANES = ["set=moons", "set=gaussians&spread1=1", "set=spiral&arms=3&planeLayers=12.tanh&planeRate=0.02", "set=teacher"]


@pytest.mark.parametrize("settings", PLANES)
def test_plane_ends_with_the_same_figures(site: str, open_lab: Any, tmp_path: Path, settings: str) -> None:
    lab = open_lab(f"{site}#view=plane&{settings}")
    lab.at_epoch(0)
    lab.page.click("button:has-text('100 epochs')")
    lab.at_epoch(100)
    said = script_of(lab, tmp_path)
    shown = "squared error" if "teacher" in settings else "loss"
    assert after(said, "epoch 100: loss") == pytest.approx(figure(lab, shown), rel=0.02)
    if "teacher" not in settings:
        assert after(said, "accuracy") == pytest.approx(figure(lab, "accuracy"), abs=0.6)


@pytest.mark.parametrize("columns", ["x,y,kind", "x,t"])
def test_a_table_ends_with_the_same_figures_on_what_is_held_out(
    site: str, open_lab: Any, tmp_path: Path, columns: str
) -> None:
    lab = open_lab(f"{site}#view=plane")
    rows = [f"{i % 13},{i * i % 17}" + (f",{'ab'[i * i % 17 > 8]}" if "kind" in columns else "") for i in range(90)]
    lab.drop("table.csv", "\n".join([columns, *rows]).encode())
    lab.says(".points", "72 rows train, 18 are held out")
    lab.page.click("button:has-text('100 epochs')")
    lab.at_epoch(100)
    found = after(script_of(lab, tmp_path), "held out")
    assert found == pytest.approx(figure(lab, "held out"), rel=0.02, abs=0.6 if "kind" in columns else 0)


def test_mistakes_are_counted_the_same_and_as_a_notebook(site: str, open_lab: Any, tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    lab = open_lab(f"{site}#view=train&epochs=4&hidden=16")
    lab.page.click("button.main")
    lab.says(".readout", "Done.")
    lab.page.select_option("[aria-label=Network]", "trained")
    lab.view("Mistakes")
    lab.page.wait_for_selector(".confusion")
    notebook = nbformat.read(taken(lab, "notebook", tmp_path), as_version=4)
    nbformat.validate(notebook)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    NotebookClient(notebook, timeout=HANG, kernel_name="python3").execute()
    printed = notebook.cells[-1].outputs[0]["text"]
    said = lab.page.inner_text(".test-verdict")
    right, n = re.search(r"(\d+) of (\d+) right", said).groups()  # type: ignore[union-attr]
    assert f"{right} of {n} right" in printed
    diagonal = [text.replace("·", "0") for text in lab.page.locator(".confusion .right").all_inner_texts()]
    rows = [row.strip(" []").split() for row in printed.splitlines()[1:]]
    assert [rows[k][k] for k in range(10)] == diagonal


def test_an_experiment_comes_out_the_same(site: str, open_lab: Any, tmp_path: Path) -> None:
    lab = open_lab(f"{site}#view=experiments&experiment=xor-line")
    lab.page.click("button.main")
    lab.says("button.main", "Run again")
    said = script_of(lab, tmp_path)
    assert said.splitlines()[-1] == "as expected"
    means = [float(mean) for mean in re.findall(r"mean (\S+) of", said)]
    shown = [float(text.rstrip(" %")) / 100 for text in lab.page.locator(".trial .mean").all_inner_texts()]
    assert shown == pytest.approx(means, abs=0.01)


def test_where_there_is_nothing_there_is_a_sentence(site: str, open_lab: Any) -> None:
    lab = open_lab(site)
    lab.page.click("button:text-is('Clear')")
    lab.page.click("summary:has-text('Share')")
    lab.page.click("[data-share=script]")
    lab.says("#problem", "Nothing is drawn yet")
