"""A training in the page that went wrong without failing says so, in the words of the table that the desk reads."""

import json
import re
from typing import Any

import pytest
from page_object import STATIC

pytestmark = pytest.mark.browser
TABLE = json.loads((STATIC / "data" / "diagnosis.json").read_text(encoding="utf-8"))
VIEW = "view=train&hidden=16&epochs=3"


def trained(lab: Any) -> str:
    """Train to the end and return what is said then."""
    lab.page.click("button.main")
    lab.until("() => /^3 of 3/.test(document.querySelector('.figures dd')?.innerText)")
    lab.until("() => document.querySelector('.curves .readout').innerText.length > 0")
    return str(lab.page.inner_text(".curves .readout"))


def is_told(finding: str, said: str) -> bool:
    """Is the finding's sentence there, whatever the numbers are?"""
    sentence = TABLE["findings"][finding]["sentence"]
    pattern = re.sub(r"\\\{\w+\\\}", r"[\\d.,%\\s]+?(?:epochs?)?", re.escape(sentence))
    return f"{TABLE['findings'][finding]['title']}. " in said and re.search(pattern, said) is not None


def test_a_dead_rate_is_told_with_what_to_try(site: str, open_lab: Any) -> None:
    said = trained(open_lab(f"{site}#{VIEW}&learningRate=10"))
    assert is_told("dead_units", said)
    assert is_told("near_guessing", said)
    assert not is_told("diverged", said)
    assert "Layer 1: 16 of 16 ReLU units are 0 for each of 1,000" in said
    assert said.endswith("Set Learning rate to 0.1, click Reset, then Start.")


def test_a_loss_that_grew_is_told_though_it_is_a_number(site: str, open_lab: Any) -> None:
    lab = open_lab(f"{site}#{VIEW}&learningRate=30&activation=tanh")
    said = trained(lab)
    assert is_told("diverged", said)
    assert "would cost 2.3." in said  # ten classes, nearly equally frequent: ln 10 = 2.303
    lab.page.click("button:has-text('Reset')")
    lab.says(".curves .readout", "Click Start")


def test_steps_next_to_nothing_and_zero_weights_name_their_settings(site: str, open_lab: Any) -> None:
    said = trained(open_lab(f"{site}#{VIEW}&learningRate=1e-6"))
    assert is_told("not_moving", said)
    assert said.endswith("Set Learning rate to 0.01, click Reset, then Start.")
    said = trained(open_lab(f"{site}#{VIEW}&initializer=zeros"))
    assert is_told("zero_weights", said)
    assert said.endswith("Set Initialization to He, click Reset, then Start.")


def test_unscaled_inputs_and_flat_units_name_their_settings(site: str, open_lab: Any) -> None:
    said = trained(open_lab(f"{site}#{VIEW}&preparation=raw"))
    assert is_told("unscaled_inputs", said)
    assert said.endswith("Set Input scaling to standardize: mean 0, standard deviation 1, click Reset, then Start.")
    said = trained(open_lab(f"{site}#{VIEW}&activation=sigmoid&learningRate=100"))
    assert is_told("saturated_units", said)


def test_a_healthy_training_is_done(site: str, open_lab: Any) -> None:
    assert trained(open_lab(f"{site}#{VIEW}")) == "Done. Draw, Network and Mistakes can now show this network."


def test_the_page_has_no_thresholds_or_sentences_of_its_own() -> None:
    view = STATIC / "views" / "train" / "curve-card.js"
    workers = [STATIC / "worker" / name for name in ("diagnosis.js", "diagnosis-checks.js")]
    words = [STATIC / "ui" / name for name in ("strings.js", "strings-train.js")]
    own = "".join(path.read_text(encoding="utf-8") for path in (view, *words, *workers))
    assert not [one["title"] for one in TABLE["findings"].values() if one["title"] in own]
    numbers = set(re.findall(r"[\d.]*\d", "".join(path.read_text(encoding="utf-8") for path in (view, *workers))))
    assert not numbers & {str(value) for value in TABLE["thresholds"].values()}
