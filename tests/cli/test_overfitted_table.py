"""A table that is learned by heart is told so, with the flags that help, not with another learning rate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand.recipes.run_diagnosis import beyond_early_stopping
from byhand.recipes.table import TABLE
from byhand.training.diagnosis import Finding

OTHERS = "Or: fewer --epochs, a larger --weight-decay, a smaller --hidden"
EARLY = ("--validation", "balanced", "--patience", "12", "--batch-size", "4")
SMALL = ("--hidden", "64", "--learning-rate", "0.001")  # the loss on other rows is lowest late


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of 400 rows and 120 numbers that say nothing of the label, of which 5 in 8 are "no"."""
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(400, 120)), rng.permutation([0] * 250 + [1] * 150)
    names = ",".join([*(f"c{i}" for i in range(120)), "label"])
    rows = [f"{','.join(f'{value:.3f}' for value in row)},{['no', 'yes'][yes]}" for row, yes in zip(x, y, strict=True)]
    (tmp_path / "own.csv").write_text("\n".join([names, *rows]))
    return tmp_path / "own.csv"


def last_lines(table: Path, *flags: str) -> list[str]:
    done = byhand("train", "--data", table, "--epochs", "20", *flags, "--runs", table.parent / "runs")
    assert done.code == 0, done.err
    return done.out.split("\n\n")[-1].splitlines()


def test_the_flags_that_help_are_named(table: Path) -> None:
    overfits, guesses, command, others = last_lines(table)
    assert overfits.startswith("Overfitting. It gets ")
    assert guesses.startswith("No better than guessing. ")
    assert "--patience 5" in command
    assert "--validation balanced" in command
    assert "--learning-rate" not in command
    assert others == OTHERS


def test_where_it_stops_early_already_a_smaller_network_is_next(table: Path) -> None:
    *_, command, others = last_lines(table, *EARLY, *SMALL)
    assert "--hidden 32 " in command
    assert "--patience 12" in command
    assert others == "Or: a larger --weight-decay"


@pytest.mark.parametrize(("decay", "more"), [(0.0, "0.01"), (0.05, "0.5")])
def test_a_linear_model_that_stops_early_wants_more_weight_decay(decay: float, more: str) -> None:
    finding = Finding("overfitting", "", "", "patience", "5", "", {"epochs": "fewer", "weight_decay": "a larger"})
    recipe = replace(TABLE, hidden=(), patience=5, weight_decay=decay)
    told = beyond_early_stopping(recipe, finding, "{}={}".format)
    assert told == replace(finding, setting="weight_decay", value=more, command=f"weight_decay={more}", others={})
    assert beyond_early_stopping(replace(recipe, patience=0), finding, "{}={}".format) == finding
