"""Homework: the key is the reference's, right answers pass, and each wrong one is named without the right number."""

import csv
import io
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand.course.homework import PARTS, Homework, answer_key, answer_sheet, check_answers, given_and_answers, sheet
from byhand.errors import DataError, OptionError


def filled(homework: Homework, **changes: str) -> str:
    """Return the table with the right answers, some of them changed."""
    head, *rows = csv.reader(io.StringIO(answer_sheet(homework)))
    key = answer_key(homework)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([name, changes.get(name, f"{key[name]:.{homework.digits}f}")] for name, _ in rows)
    return text.getvalue()


def test_the_key_is_what_the_numpy_implementation_computes() -> None:
    given, answers = given_and_answers(Homework((2, 3, 2), seed=5, rate=0.1))
    network = bh.Network.mlp([2, 3, 2], activation="sigmoid", output="sigmoid").astype(np.float64)
    for layer, name in ((1, "0"), (2, "2")):
        W, b = network.params[f"{name}.W"], network.params[f"{name}.b"]
        for i, j in np.ndindex(W.shape):
            W[i, j] = given[f"W{layer}[{i},{j}]"]
        b[:] = [given[f"b{layer}[{j}]"] for j in range(len(b))]
    x, t = (np.array([[given[f"{name}[{i}]"] for i in range(2)]]) for name in "xt")
    loss, trace = bh.SquaredError(), network.forward(x)
    value, saved = loss.forward(trace.output, t)
    grads = network.backward(loss.backward(saved), trace)
    assert answers["L"] == pytest.approx(float(value))
    assert answers["a1[2]"] == pytest.approx(trace.steps[1].y[0, 2])
    assert answers["dW1[1,0]"] == pytest.approx(grads["0.W"][1, 0])
    assert answers["db2[1]"] == pytest.approx(grads["2.b"][1])
    assert answers["new W2[2,1]"] == pytest.approx(given["W2[2,1]"] - 0.1 * grads["2.W"][2, 1])


def test_given_numbers_have_two_places_and_the_settings_make_them() -> None:
    given, _ = given_and_answers(Homework(seed=3))
    assert all(round(number, 2) == number for number in given.values())
    assert given == given_and_answers(Homework.from_settings(Homework(seed=3).settings))[0]
    assert given != given_and_answers(Homework(seed=4))[0]


def test_right_answers_pass_however_they_are_written() -> None:
    homework = Homework(seed=2)
    assert check_answers(filled(homework)) == (homework, [])
    key = answer_key(homework)
    comma = f"{key['L']:.4f}".replace(".", ",")
    minus = {name: f"{number:.4f}".replace("-", "−") for name, number in key.items()}
    assert check_answers(filled(homework, **(minus | {"L": comma})))[1] == []


def test_what_is_wrong_is_named_and_the_right_number_is_not() -> None:
    homework = Homework(seed=2)
    key = answer_key(homework)
    changes = {"L": "", "z1[0]": "x", "a1[0]": f"{key['a1[0]'] + 0.01:.4f}", "dW1[0,0]": f"{-key['dW1[0,0]']:.4f}"}
    wrong = check_answers(filled(homework, **changes))[1]
    assert wrong == [
        "z1[0] is not a number", "a1[0] is not right", "L is still blank", "dW1[0,0] has the wrong sign"
    ]  # fmt: skip


def test_only_what_is_asked_is_blank() -> None:
    homework = Homework(ask=("dW",))
    assert all(name.startswith("dW") for name in answer_key(homework))
    assert f"| L | {given_and_answers(homework)[1]['L']:.4f} |" in sheet(homework)
    assert "| dW1[0,0] |  |" in sheet(homework)


@pytest.mark.parametrize("text", ["", "a,b\n", "byhand homework,sizes=9-9-9\n", "byhand homework,\n"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        check_answers(text)


@pytest.mark.parametrize(
    "settings", [{"sizes": (2,)}, {"sizes": (2, 99)}, {"rate": 0.0}, {"ask": ("q",)}, {"digits": 1}]
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="homework got"):
        Homework(**settings)


def test_every_part_can_be_asked_for() -> None:
    assert all(answer_key(Homework(ask=(part,))) for part in PARTS)
