"""`byhand train --as-article`: the article's five rows below ours, and its test column without ours."""

import re
from pathlib import Path

import pytest
from cli_runner import byhand

from byhand.cli.article import ROWS


def test_the_rows_stand_below_ours_and_no_smoothing_raises_the_loss(look_alike: Path, tmp_path: Path) -> None:
    done = byhand("train", "--as-article", "--data-dir", look_alike, "--epochs", "6", "--runs", tmp_path)
    assert done.code == 0, done.err
    theirs = [line.split() for line in done.err.splitlines() if re.match(r"\s+article ", line)]
    assert [float(row[1]) for row in theirs] == [loss for loss, _, _ in ROWS]
    assert theirs[4][2:6:2] == ["98.39", "97.66"]
    assert "label smoothing" not in done.err
    assert '"label_smoothing": 0.0' in (tmp_path / "vanilla-1" / "record.json").read_text(encoding="utf-8")


def test_the_test_set_is_left_alone(look_alike: Path, tmp_path: Path) -> None:
    done = byhand("train", "--as-article", "--data-dir", look_alike, "--epochs", "1", "--runs", tmp_path, "--json")
    assert done.json.get("test_accuracy") is None


@pytest.mark.parametrize("words", [["digits"], ["vanilla", "--data", "digits"]])
def test_the_rows_of_another_network_are_not_shown(words: list[str], tmp_path: Path) -> None:
    done = byhand("train", *words, "--as-article", "--runs", tmp_path)
    assert done.code == 2
    assert "--as-article got" in done.err
