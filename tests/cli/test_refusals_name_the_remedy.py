"""Refusals on the command line say what is wrong with what was typed, and what to do instead."""

from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

import byhand as bh
from byhand.errors import OptionError
from byhand.inspection.explain import explain

ADDRESS = "https://example.org/a"


def write_pictures(folder: Path, side: int = 10) -> None:
    """Write twelve pictures of noise for each of two classes."""
    image = pytest.importorskip("PIL.Image", reason="pictures need Pillow")
    rng = np.random.default_rng(0)
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for i in range(12):
            image.fromarray(rng.integers(0, 255, (side, side), dtype=np.uint8)).save(folder / kind / f"{i}.png")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--epochs", "-3"], "-3 is not a whole number from 1 to 1,000,000."),
        (["--epochs", "0"], "0 is not a whole number from 1 to 1,000,000."),
        (["--seed", "-3"], "-3 is not a whole number from 0 to 2⁶⁴ − 1."),
        (["images"], "name their folder as data. On the command line: --data FOLDER.\n"),
        (["table"], "name it as data. On the command line: --data my.csv.\n"),
        (["--data", f"{ADDRESS}.csv"], f"{ADDRESS}.csv is an address; expected a table on this machine. Download"),
    ],
)
def test_what_was_typed_is_answered(tmp_path: Path, args: list[str], told: str) -> None:
    done = byhand("train", *args, "--runs", tmp_path)
    assert done.code in (2, 3)
    assert told in done.err


def test_python_is_told_the_same_range(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"run_recipe got epochs=-3; expected 1 … 1,000,000\."):
        bh.run_recipe("digits", epochs=-3, runs=tmp_path)


def test_a_picture_at_an_address_is_to_be_downloaded(trained: Path) -> None:
    done = byhand("predict", f"{ADDRESS}.png", "--model", trained)
    assert done.err == f"byhand: {ADDRESS}.png is an address; expected a picture on this machine. Download it first.\n"


def test_a_folder_without_data_names_both_kinds_of_folders(tmp_path: Path) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "1.png").write_bytes(b"")
    done = byhand("train", "--data", tmp_path / "flat", "--runs", tmp_path / "runs")
    assert done.code == 3
    assert "holds neither a folder of pictures for each class, as cat/1.png, nor the files of a data set" in done.err
    assert "--data-dir" not in done.err


def test_a_table_without_an_ending_is_to_be_renamed(tmp_path: Path) -> None:
    (tmp_path / "noext").write_text("a,b\n1,2\n")
    done = byhand("train", "--data", tmp_path / "noext", "--runs", tmp_path / "runs")
    assert done.code == 2
    assert "noext is a file without an ending; rename a table so that it ends in .csv or .tsv." in done.err


def test_a_size_is_advised_where_sizes_differ_alone(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pets")
    (tmp_path / "pets" / "cat" / "0.png").write_bytes(b"broken")
    done = byhand("train", "--data", tmp_path / "pets", "--runs", tmp_path / "runs")
    assert done.code == 3
    assert done.err.endswith("Correct or remove these files.\n")


def test_targets_that_are_missing_are_told_where_the_others_are_alike(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'yes' if i % 2 else ''}\n" for i in range(40))
    (tmp_path / "t.csv").write_text(f"a,bought\n{rows}")
    done = byhand("train", "--data", tmp_path / "t.csv", "--runs", tmp_path / "runs")
    assert done.code == 3
    assert "every target is 'yes', and 20 rows without one would be left out" in done.err
    assert "If an empty cell is a class, write a word there." in done.err


def test_weights_of_a_table_are_no_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    assert byhand("train", "xor", "--epochs", "1", "--runs", tmp_path).code == 0
    done = byhand("plot", tmp_path / "xor-1", "--kind", "weights")
    assert done.code == 3
    assert (
        "the network's inputs are not pictures; expected an image_shape, (height, width), as models and data"
        in done.err
    )


def test_one_prediction_is_one(trained: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros((1, 64)))
    done = byhand("predict", tmp_path / "one.npy", "--model", trained, "--output", tmp_path / "out.csv")
    assert "1 prediction written to" in done.err


def test_the_flags_that_are_fields_end_with_the_seed() -> None:
    for verb in ("train", "sweep"):
        said = " ".join(byhand(verb, "--help").out.split())
        assert "Every flag from --data to --seed is a field of the recipe" in said


def test_without_a_label_no_class_is_called_true() -> None:
    network, x = bh.Network.mlp([4, 3, 2], seed=0), np.ones(4)
    loss = bh.SoftmaxCrossEntropy(0.1)
    assert "0.95 for the true class" in str(explain(network, x, 1, loss=loss))
    without = str(explain(network, x, loss=loss))
    assert "0.95 for the predicted class, in place of the true one, and 0.05 for every other" in without
