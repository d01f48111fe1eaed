"""`byhand export` as it is typed: on real digits no class changes, and a page is written."""

from pathlib import Path

import pytest
from cli_runner import byhand

from byhand.exports import SUFFIXES


@pytest.mark.full
@pytest.mark.parametrize("kind", ["c", "js"])
def test_on_all_test_digits_no_class_changes(kind: str, tmp_path: Path, mnist_folder: Path) -> None:
    runs = tmp_path / "runs"
    assert byhand("train", "fast", "--data-dir", mnist_folder, "--runs", runs).code == 0
    made = tmp_path / f"digit{SUFFIXES[kind]}"
    found = byhand("export", kind, made, "--runs", runs, "--data-dir", mnist_folder, "--json").json
    assert (found["n"], found["n_mismatches"]) == (10_000, 0)
    assert found["max_abs_error"] < 1e-5


def test_a_page_is_for_drawings(tmp_path: Path) -> None:
    assert byhand("train", "digits", "--epochs", "1", "--runs", tmp_path / "runs").code == 0
    done = byhand("export", "page", tmp_path / "page.html", "--runs", tmp_path / "runs")
    assert done.code != 0
    assert "28×28" in done.err
