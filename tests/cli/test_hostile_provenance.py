"""What a model's file says of its training informs and never acts: no path is opened, no number is a size."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import byhand

from byhand.cli.model_lookup import built_in_sets, data_for, loss_of
from byhand.errors import DataError
from byhand.network import Network
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler

RAW = InputScaler("raw", np.asarray(1.0), np.asarray(0.0))


def model_that_tells(folder: Path, **recipe: Any) -> Path:
    """Save a model of two features whose provenance has these words, and return its file."""
    told = {"recipe": {"name": "x", "hidden": [3], "title": "", "expects": "", **recipe}}
    save_model(Model(Network.mlp([2, 3, 2], seed=0), RAW, Output.SOFTMAX_LOGITS, provenance=told), folder / "model")
    return folder / "model"


COMMANDS = {"evaluate": [], "explain": [], "export": ["python", "made.py", "--model"]}


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("name", ["pipe", "pipe.csv", "folder", "\\\\server\\share\\t.csv", "x.npz"])
def test_no_path_that_it_names_is_opened(verb: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if name.startswith("pipe"):
        os.mkfifo(name)  # whoever opens it hangs
    elif name == "folder":
        Path(name).mkdir()
        os.mkfifo("folder/train-images-idx3-ubyte")
    path = model_that_tells(tmp_path, data=str(tmp_path / name) if name.startswith("pipe") else name)
    done = byhand(verb, *COMMANDS[verb], path)
    if verb == "export":  # which is verified on random numbers then
        assert done.code == 0
    else:
        assert done.code == 3
        assert "--data" in done.err


@pytest.mark.parametrize("verb", COMMANDS)
def test_it_makes_no_more_examples_than_the_program_would(verb: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = model_that_tells(tmp_path, data="moons", examples=2_000_000_000, noise=1e300, seed=10**30)
    assert byhand(verb, *COMMANDS[verb], path).code == 0
    assert len(data_for(load_model(path), None, None).train) == 1000


def test_the_built_in_sets_have_the_program_s_own_sizes(tmp_path: Path) -> None:
    assert {"mnist", "digits", "xor", "gaussians", "gaussians-equal"} < set(built_in_sets())
    for name in built_in_sets():
        assert not Path(name).suffix
    assert len(data_for(load_model(model_that_tells(tmp_path, data="xor")), None, None).train) == 4


def test_points_of_clouds_are_new_ones(tmp_path: Path) -> None:
    dataset = data_for(load_model(model_that_tells(tmp_path, data="gaussians", seed=0)), None, None)
    assert dataset.test is not None
    from byhand.data import gaussians

    assert not np.isin(dataset.test.raw, gaussians(1000, seed=0).train.raw).any()


@pytest.mark.parametrize("told", [{}, {"data": None}, {"data": ["mnist"]}, {"data": "my \x1b[2J.csv"}])
def test_what_it_does_not_tell_is_asked_for(told: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--data") as caught:
        data_for(load_model(model_that_tells(tmp_path, **told)), None, None)
    assert str(caught.value).isprintable()


def test_the_loss_is_what_the_outputs_tell(tmp_path: Path) -> None:
    model = load_model(model_that_tells(tmp_path, label_smoothing=0.1, loss="os.system"))
    assert loss_of(model).kind == "softmax_cross_entropy"
    assert getattr(loss_of(model), "label_smoothing", None) == 0.1
    for output, kind in ((Output.SIGMOID_LOGITS, "binary_cross_entropy"), (Output.SCORES, "squared_error")):
        assert loss_of(replace(model, output=output)).kind == kind
    for nonsense in (2.0, float("nan"), "0.1", None):
        told = {"recipe": {"label_smoothing": nonsense}}
        assert getattr(loss_of(replace(model, provenance=told)), "label_smoothing", None) == 0.0
