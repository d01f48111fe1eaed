"""`byhand explain`: the lines it points to exist, and every number it tells can be recomputed from the others."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import byhand

import byhand as package
from byhand import data
from byhand.losses import SoftmaxCrossEntropy
from byhand.optimizers import SGD
from byhand.persistence.model import load_model
from byhand.step import train_step

SOURCE = Path(package.__file__).parent
NUMBER = r"(-?\d[\d.]*(?:e[-+]?\d+)?)"
INDEX, RATE = 3, 0.1
ROUNDED = 2e-3  # terms are told with four digits


@pytest.fixture(scope="module")
def told(trained: Path) -> Any:
    return byhand("explain", trained, "--index", str(INDEX), "--learning-rate", str(RATE), "--json").json


def lines(told: Any, phase: str, formula: str) -> list[str]:
    return [
        re.sub(r"−(?=\d)", "-", line["numbers"])
        for line in told["lines"]
        if line["phase"] == phase and formula in line["formula"]
    ]


def numbers(pattern: str, text: str) -> list[float]:
    found = re.search(pattern.replace("#", NUMBER), text)
    assert found, text
    return [float(part) for part in found.groups()]


def total(text: str) -> float:
    """Return the sum of the terms a·b and of the rest that is told in brackets."""
    terms = [float(a) * float(b) for a, b in re.findall(f"{NUMBER}·{NUMBER}", text)]
    return sum(terms) + sum(float(rest) for rest in re.findall(rf"more \({NUMBER}\)", text))


def test_the_phases_come_in_their_order(told: Any) -> None:
    phases = [line["phase"] for line in told["lines"]]
    assert list(dict.fromkeys(phases)) == ["forward", "loss", "backward", "update"]
    assert phases == sorted(phases, key=["forward", "loss", "backward", "update"].index)
    assert told["example"] == f"example {INDEX} of digits, 3"


def test_every_place_is_a_line_of_the_formula(told: Any) -> None:
    for line in told["lines"]:
        file, _, number = line["place"].partition(":")
        code = (SOURCE / file).read_text(encoding="utf-8").splitlines()[int(number) - 1]
        assert re.search(r"#.*\(\d\)", code) or code.strip().startswith("def "), line["place"]


def test_the_sums_of_the_dense_layers_add_up(told: Any) -> None:
    dense = lines(told, "forward", "dense")
    assert len(dense) == 2
    for text in dense:
        bias, z = numbers(r"\+ b # = #", text)
        assert total(text) + bias == pytest.approx(z, rel=ROUNDED, abs=ROUNDED)


def test_the_loss_is_that_of_the_probabilities(told: Any) -> None:
    (text,) = lines(told, "loss", "softmax")
    target, p, loss = numbers(r"target # on class 3 where p is #.*L = #", text)
    assert target == pytest.approx(1 - 0.1 + 0.1 / 10)  # the recipe smooths its labels by 0.1
    assert loss == pytest.approx(told["loss_before"], rel=1e-5)
    assert loss > -target * math.log(p)
    assert numbers("unit 3: #;", lines(told, "backward", "loss:")[0])[0] == pytest.approx(p - target, abs=1e-4)


def test_the_gradients_are_products_and_sums(told: Any) -> None:
    for text in lines(told, "backward", "dense"):
        x, dz, dW = numbers(r"dW\[\d+, \d+\] = x\[\d+\] # · dz\[\d+\] # = #", text)
        assert x * dz == pytest.approx(dW, rel=1e-4)
        if "; dx[" in text:
            shown = text.partition("; dx[")[2]
            assert total(shown) == pytest.approx(numbers(" = #$", shown)[0], rel=ROUNDED, abs=1e-4)


def test_the_step_is_the_rate_times_the_gradient(told: Any) -> None:
    updates, gradients = lines(told, "update", "W ← W"), lines(told, "backward", "dense")
    assert len(updates) == 2
    for text, gradient in zip(updates, reversed(gradients), strict=True):
        old, rate, dW, new = numbers(r"\]: # − # · # → #;", text)
        assert rate == RATE
        assert new == pytest.approx(old - rate * dW, rel=1e-5)
        assert dW == numbers(r"dW\[\d+, \d+\] = .*? = #(?:;|$)", gradient)[0]


def test_the_story_is_that_of_a_real_step(told: Any, trained: Path) -> None:
    model = load_model(trained)
    network, loss = model.network.astype(np.float64), SoftmaxCrossEntropy(0.1)
    digits = data.digits().train
    x = model.preparation.apply(digits.raw[INDEX : INDEX + 1]).astype(np.float64)
    y = digits.y[INDEX : INDEX + 1]
    before, _ = train_step(network, loss, SGD(), RATE, x, y, None)
    after, _ = loss.forward(network.predict(x), y)
    assert told["loss_before"] == pytest.approx(float(before), rel=1e-9)
    assert told["loss_after"] == pytest.approx(float(after), rel=1e-9)
    assert after < before


def test_it_changes_nothing_on_disk(trained: Path) -> None:
    before = {path: path.read_bytes() for path in trained.iterdir()}
    assert byhand("explain", trained).code == 0
    assert {path: path.read_bytes() for path in trained.iterdir()} == before


def test_a_step_of_nothing_changes_nothing(trained: Path) -> None:
    told = byhand("explain", trained, "--learning-rate", "0", "--json").json
    assert told["loss_before"] == told["loss_after"]


def test_in_words_it_says_the_same(trained: Path, told: Any) -> None:
    shown = " ".join(byhand("explain", trained, "--index", str(INDEX)).out.split())
    assert all(phase in shown for phase in ("FORWARD", "LOSS", "BACKWARD", "UPDATE"))
    for line in told["lines"]:
        assert f"{line['formula']} [{line['shape']}] {line['place']}" in shown
        assert line["numbers"] in shown


@pytest.mark.parametrize("recipe", ["gaussians-4-4", "xor"])
def test_every_kind_of_network_is_explained(tmp_path: Path, recipe: str) -> None:
    assert byhand("train", recipe, "--epochs", "1", "--quiet", "--runs", tmp_path).code == 0
    assert json.loads(byhand("explain", "--runs", tmp_path, "--json").out)["lines"]


@pytest.mark.parametrize(
    "flags", [("--activation", "tanh"), ("--batch-norm",), ("--residual", "--hidden", "8-8"), ("--dropout", "0.3")]
)
def test_every_kind_of_layer_is_explained(tmp_path: Path, flags: tuple[str, ...]) -> None:
    train = ["train", "vanilla", "--data", "moons", "--hidden", "8", "--epochs", "1", "--quiet", "--runs", tmp_path]
    assert byhand(*train, *flags).code == 0
    done = byhand("explain", "--runs", tmp_path)
    assert done.code == 0
    assert "UPDATE" in done.out


def test_beyond_the_last_example(trained: Path) -> None:
    done = byhand("explain", trained, "--index", "99999")
    assert done.code == 2
    assert "1,797" in done.err


def test_a_step_that_goes_too_far_says_so_and_which_rate_falls(trained: Path) -> None:
    rate = ["--index", str(INDEX), "--learning-rate"]
    told = byhand("explain", trained, *rate, "50", "--json").json
    assert told["loss_after"] > told["loss_before"]
    (note,) = [note for note in told["notes"] if note.startswith("It rose")]
    shorter, falls_to = numbers(r"At # it falls to #\. In", note)
    assert shorter < 50
    found = byhand("explain", trained, *rate, repr(shorter), "--json").json
    assert found["loss_after"] == pytest.approx(falls_to, rel=1e-2)  # the rate is told with four digits
    assert found["loss_after"] < found["loss_before"]
    assert not [note for note in found["notes"] if note.startswith("It rose")]


def test_label_smoothing_is_explained(told: Any) -> None:
    note = (
        "Label smoothing 0.1: the target is 0.91 for the true class and 0.01 for every other, so the loss cannot fall"
    )
    assert f"{note} below 0.5003." in told["notes"]


def test_an_example_at_which_no_gradient_flows_is_told() -> None:
    network = package.Network.mlp([2, 3, 4, 2], seed=1)
    network.params["2.b"][:] = -100
    (note,) = package.explain(network, np.array([1.0, 2.0]), 1).notes
    assert note.startswith("No gradient gets past layer 2: all its units are off here, so layers 1 to 2 learn")


def test_layers_are_counted_as_formulas_count_them(told: Any) -> None:
    forward = [line["formula"].partition(":")[0] for line in told["lines"] if line["phase"] == "forward"]
    assert forward == ["layer 1, dense", "layer 1, relu", "layer 2, dense"]


def test_no_line_is_longer_than_the_terminal(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = byhand("explain", trained).out + byhand("show", "784-128-64-32-16-10").out
    assert max(map(len, shown.splitlines())) <= 80
    assert "\\[" not in shown


def test_minus_signs_are_minus_signs(told: Any) -> None:
    assert not any(re.search(r"(?<![\w.])-\d", line["numbers"]) for line in told["lines"])


def test_the_training_examples_that_pushed_the_answer_most_are_listed(trained: Path) -> None:
    found = byhand("explain", trained, "--index", str(INDEX), "--influence", "4", "--json").json["influence"]
    train = data.digits().train
    assert found["n_train"] == len(train)
    assert 1 <= len(found["supporters"]) <= 4
    for which, sign in (("supporters", 1), ("opponents", -1)):
        assert all(sign * one["score"] > 0 for one in found[which])
        assert [one["class"] for one in found[which]] == [str(train.y[one["index"]]) for one in found[which]]
        assert sorted(found[which], key=lambda one: -sign * one["score"]) == found[which]
    assert found["supporters"][0]["class"] == found["class"]  # what is called so speaks for it
    printed = byhand("explain", trained, "--index", str(INDEX), "--influence", "4").out
    assert f"on the answer {found['class']}" in printed
    assert str(found["supporters"][0]["index"]) in printed
