"""The names in every --json object: programs rely on them. Changing one is a new schema number."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import byhand

from byhand.recipes.recipe import recipe_fields

TRAINED = ["schema", "recipe", "data", "engine", "seeds", "tested", "train_seconds", "model", "run"]
AFTER = ["diagnosis", "test_evaluations"]
SPREAD = ["mean", "median", "min", "max", "values"]
EVALUATED = ["schema", "model", "data", "n", "test_evaluations"]
BESIDE = ["baseline", "balanced_accuracy", "area_under_curve"]
CLASSES = ["accuracy", "interval", *BESIDE, "confusion", "precision", "recall", "f1", "calibration_error", "held_out"]
ERRORS = ["root_mean_squared_error", "mean_absolute_error", "baseline_root_mean_squared_error"]
DATA = ["schema", "data", "source", "n", "n_features", "image_shape", "range", "class_names"]
LINE = ["phase", "formula", "shape", "numbers", "place"]


def names(*args: str | Path) -> tuple[list[str], Any]:
    """Return the names in the object that a command prints, and the object."""
    done = byhand(*args, "--json")
    assert done.code == 0, done.err
    return list(done.json), done.json


def test_train_on_a_test_set(look_alike: Path, tmp_path: Path) -> None:
    found, values = names("train", "draw", "--data-dir", look_alike, "--epochs", "1", "--quiet", "--runs", tmp_path)
    assert found == [
        *TRAINED,
        "test_accuracy",
        "interval",
        "top_confusions",
        "accuracy_moved_by_3",
        "diagnosis",
        "test_evaluations",
    ]
    assert list(values["test_accuracy"]) == list(values["train_seconds"]) == SPREAD
    assert list(values["interval"]) == ["of", "level", "bounds"]
    assert all(list(pair) == ["true", "predicted", "count"] for pair in values["top_confusions"])
    assert values["tested"] == "on 300 test examples"


def test_train_in_folds_and_over_seeds(tmp_path: Path) -> None:
    found, values = names("train", "digits", "--epochs", "1", "--seeds", "2", "--quiet", "--runs", tmp_path)
    assert found == [
        *TRAINED,
        "test_accuracy",
        "interval",
        "top_confusions",
        "accuracy_in_file_order",
        "diagnosis",
        "test_evaluations",
    ]
    assert list(values["test_accuracy"]) == [*SPREAD, "std", "mean_interval_95"]
    assert values["interval"]["of"] == "seed 0"


def test_train_on_clouds_and_on_xor(tmp_path: Path) -> None:
    found, _ = names("train", "gaussians-4-4", "--epochs", "1", "--quiet", "--runs", tmp_path)
    plane = ["error", "bayes_error", "best_line_error", "excess_over_bayes", "share_of_failed_starts"]
    assert found == [*TRAINED, "test_accuracy", *plane, *AFTER]
    found, _ = names("train", "xor", "--epochs", "1", "--quiet", "--runs", tmp_path)
    shares = [f"share_of_200_starts_with_{hidden}_hidden_units" for hidden in (0, 2, 4, 8)]
    assert found == [*TRAINED, "test_accuracy", "top_confusions", *shares, *AFTER]


def test_regression(tmp_path: Path) -> None:
    found, values = names("train", "--data", "sine", "--learning-rate", "0.01", "--quiet", "--runs", tmp_path)
    assert found == [*TRAINED, "r_squared", *AFTER]
    found, _ = names("evaluate", values["model"])
    assert found == [*EVALUATED, "mean_squared_error", *ERRORS, "r_squared", "held_out"]
    np.save(tmp_path / "one.npy", np.zeros((1, 1)))
    _, values = names("predict", tmp_path / "one.npy", "--model", values["model"])
    assert [list(answer) for answer in values["predictions"]] == [["file", "index", "values"]]


def test_evaluate(trained: Path) -> None:
    found, values = names("evaluate", trained)
    assert found == [*EVALUATED, *CLASSES]
    assert values["n"] == 1797
    assert values["test_evaluations"] is None  # the bundled digits have no test set
    assert values["held_out"] is False
    assert values["interval"] is None, "no interval of examples that were trained on"


@pytest.mark.parametrize(
    ("loss", "what"),
    [("softmax_cross_entropy", "probabilities"), ("squared_error", "scores"), ("binary_cross_entropy", "yes_no")],
)
def test_predict(tmp_path: Path, loss: str, what: str) -> None:
    flags = ["--epochs", "2", "--loss", loss, "--label-smoothing", "0", "--learning-rate", "0.01"]
    assert byhand("train", "digits", *flags, "--quiet", "--runs", tmp_path).code == 0
    np.save(tmp_path / "two.npy", np.eye(64)[:2])
    found, values = names("predict", tmp_path / "two.npy", "--model", tmp_path / "digits-1", "--top", "4")
    assert found == ["schema", "predictions"]
    assert [list(answer) for answer in values["predictions"]] == [
        ["file", "index", "class", what, "unlike_training"]
    ] * 2
    assert [answer["index"] for answer in values["predictions"]] == [0, 1]
    for answer in values["predictions"]:
        shown = list(answer[what].values())
        assert len(shown) == 4
        assert shown == sorted(shown, reverse=True)
        assert answer["class"] == next(iter(answer[what]))


def test_explain(trained: Path) -> None:
    found, values = names("explain", trained)
    assert found == ["schema", "example", "lines", "loss_before", "loss_after", "notes"]
    assert all(list(line) == LINE for line in values["lines"])


def test_show() -> None:
    found, values = names("show", "2-4-2")
    assert found == ["schema", "sizes", "parameters", "layers", "trained"]
    assert all(list(row) == ["kind", "n_in", "n_out", "parameters", "shapes"] for row in values["layers"])
    assert sum(row["parameters"] for row in values["layers"]) == values["parameters"] == 2 * 4 + 4 + 4 * 2 + 2


def test_data(look_alike: Path) -> None:
    assert names("data")[0] == ["schema", "sets"]
    assert names("data", "sine")[0] == DATA
    assert names("data", "xor")[0] == [*DATA, "class_counts"]
    found, values = names("data", "--data-dir", look_alike)
    assert found == [*DATA, "class_counts"]
    assert values["n"] == {"train": 900, "test": 300}
    assert values["image_shape"] == [28, 28]


def test_recipes() -> None:
    found, values = names("recipes")
    assert found == ["schema", "recipes"]
    fields = ["name", "title", "expects", "floor", *recipe_fields()]
    assert all(list(recipe) == fields for recipe in values["recipes"])
    assert names("recipes", "vanilla")[0] == ["schema", "recipe"]
