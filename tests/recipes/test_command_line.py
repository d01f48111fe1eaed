"""A suggested command has the flags that are needed, and trains what was suggested."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.cli.train import command
from byhand.recipes.command_line import train_command
from byhand.recipes.recipe import Recipe, recipe_fields
from byhand.recipes.request import make_request
from byhand.recipes.session import SILENT, prepare
from byhand.recipes.table import TABLE


def asked(line: str) -> tuple[Recipe, Any]:
    """Return the recipe that a command trains, adapted to its data, and the data."""
    _, _, *words = shlex.split(line)
    params = command.make_context("train", words).params
    changes = {name: params[name] for name in recipe_fields() if params[name] is not None}
    request, dataset = prepare(make_request(params["recipe"], changes, validate=params["validate"]), SILENT)
    return request.recipe, dataset


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table of classes and one of numbers, both so long that batches are larger than usual."""
    folder = tmp_path_factory.mktemp("tables")
    cells = np.random.default_rng(0).normal(size=(4500, 2)).round(2).tolist()
    for name, answers in (("kinds.csv", [f"k{i % 3}" for i in range(4500)]), ("sizes.csv", [a + b for a, b in cells])):
        lines = [f"{a},{b},{answer}" for (a, b), answer in zip(cells, answers, strict=True)]
        (folder / name).write_text("\n".join(["a,b,answer", *lines]))
    return folder


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("--data kinds.csv", "--data kinds.csv"),
        ("table --data sizes.csv --epochs 4", "--data sizes.csv --epochs 4"),
        ("--data sizes.csv --loss huber", "--data sizes.csv --loss huber"),
        ("--data kinds.csv --activation selu", "--data kinds.csv --activation selu"),
        ("--data kinds.csv --batch-size 64 --init-scale 1", "--data kinds.csv --batch-size 64"),
        ("--data kinds.csv --activation mish --init-scale 1", "--data kinds.csv --activation mish --init-scale 1.0"),
        ("--data kinds.csv --validate --header", "--data kinds.csv --validation balanced --header"),
        (
            "--data kinds.csv --drop a --missing-values - --missing-values x",
            "--data kinds.csv --drop a --missing-values -,x",
        ),
        ("vanilla --data kinds.csv", "vanilla --data kinds.csv"),
        ("--data sine", "vanilla --data sine"),
        ("digits --epochs 2", "digits --epochs 2"),
        ("vanilla --data digits --hidden 16 --no-shuffle", "vanilla --data digits --hidden 16 --no-shuffle"),
    ],
)
def test_what_the_data_decide_needs_no_flag(
    tables: Path, monkeypatch: pytest.MonkeyPatch, given: str, expected: str
) -> None:
    monkeypatch.chdir(tables)
    recipe, dataset = asked(f"byhand train {given}")
    again = train_command(recipe, {}, dataset)
    assert again == f"byhand train {expected}"
    assert asked(again)[0] == recipe
    changed, _ = asked(train_command(recipe, {"learning_rate": "0.02", "scaling": "minmax"}, dataset))
    assert (changed.learning_rate, changed.scaling) == (0.02, "minmax")
    assert [name for name in recipe_fields() if getattr(changed, name) != getattr(recipe, name)] == [
        "scaling",
        "learning_rate",
    ]


def test_without_the_data_a_chosen_batch_size_stays() -> None:
    recipe = replace(TABLE, data="t.csv", batch_size=64, learning_rate=0.02)
    command = train_command(recipe, {}, chosen=("batch_size", "learning_rate", "dropout"))
    assert command == "byhand train --data t.csv --learning-rate 0.02 --batch-size 64"
    assert train_command(recipe, {}) == "byhand train --data t.csv --learning-rate 0.02"
