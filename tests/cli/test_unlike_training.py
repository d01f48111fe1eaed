"""`byhand predict` marks a picture unlike those of training, and does not mark a digit."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand import data
from byhand.persistence.model import load_model, save_model

DIGITS = [1700 + i for i in range(20)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of 20 digits, then 5 pictures of noise."""
    file = tmp_path_factory.mktemp("pictures") / "pictures.npy"
    noise = np.random.default_rng(1).integers(0, 17, (5, 64))
    np.save(file, np.vstack([data.digits().train.raw[DIGITS], noise]))
    return file


def test_noise_is_marked_and_digits_are_not(trained: Path, pictures: Path) -> None:
    found = byhand("predict", pictures, "--model", trained, "--json").json["predictions"]
    marks = [answer["unlike_training"] for answer in found]
    assert sum(marks[:20]) <= 1
    assert all(marks[20:])


def test_the_mark_is_in_the_line_and_in_the_table(trained: Path, pictures: Path, tmp_path: Path) -> None:
    lines = byhand("predict", pictures, "--model", trained).out.replace("\n ", " ").splitlines()
    assert "unlike the training pictures" in " ".join(lines[-5:])
    assert "unlike" not in lines[0]
    assert byhand("predict", pictures, "--model", trained, "--output", tmp_path / "out.csv").code == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["unlike_training"] for row in rows[20:]] == ["yes"] * 5
    assert rows[0]["unlike_training"] == "no"


def test_the_detector_is_in_the_file_to_the_bit(trained: Path, pictures: Path, tmp_path: Path) -> None:
    model = load_model(trained)
    assert model.novelty is not None
    save_model(model, tmp_path / "again")
    again = load_model(tmp_path / "again").novelty
    assert again is not None
    np.testing.assert_array_equal(again.errors(np.load(pictures)), model.novelty.errors(np.load(pictures)))
    assert again.threshold == model.novelty.threshold


def test_a_model_without_a_detector_says_nothing_of_it(trained: Path, pictures: Path, tmp_path: Path) -> None:
    save_model(replace(load_model(trained), novelty=None), tmp_path / "plain")
    assert b'\\"version\\": 1' in (tmp_path / "plain").read_bytes()
    found = byhand("predict", pictures, "--model", tmp_path / "plain", "--json").json["predictions"]
    assert not any("unlike_training" in answer for answer in found)


def test_one_bad_picture_among_many_is_reported_and_the_others_are_answered(
    trained: Path, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    done = byhand("predict", pictures, tmp_path / "bad.png", pictures, "--model", trained, "--json")
    assert done.code == 3
    assert "bad.png" in done.err
    assert len(done.json["predictions"]) == 50


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_scores_are_not_printed_as_percentages(pictures: Path, tmp_path: Path, loss: str) -> None:
    flags = ["--epochs", "1", "--loss", loss, "--label-smoothing", "0", "--learning-rate", "0.01", "--quiet"]
    assert byhand("train", "digits", *flags, "--runs", tmp_path).code == 0
    done = byhand("predict", pictures, "--model", tmp_path / "digits-1")
    assert done.code == 0
    assert "%" not in done.out
