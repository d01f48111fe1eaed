"""`byhand export` as it is typed: on real digits no class changes, and a page is written."""

from pathlib import Path

import pytest
from cli_runner import byhand

import byhand.lab as byhand_lab
from byhand.exports import SUFFIXES

LAB_MODEL = Path(byhand_lab.__file__).with_name("static") / "models" / "draw.safetensors"


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


def test_a_page_has_the_views_that_are_named(tmp_path: Path) -> None:
    from byhand.exports import to_html
    from byhand.persistence.model import load_model

    done = byhand("export", "page", tmp_path / "page.html", "--model", LAB_MODEL, "--views", "plane, Lessons")
    assert done.code == 0
    is_the_library_s = (tmp_path / "page.html").read_bytes() == to_html(load_model(LAB_MODEL), ["plane", "lessons"])
    assert is_the_library_s


@pytest.mark.parametrize(
    ("kind", "views", "sentence"),
    [
        ("page", "draw,trian", "views got 'trian'; the lab's views are draw, network, train, plane, microscope"),
        ("page", "", "views got ''; the lab's views are"),
        ("c", "draw", "--views chooses the views of a page, and export c writes none; leave it out."),
    ],
)
def test_views_that_cannot_be_are_one_sentence(kind: str, views: str, sentence: str, tmp_path: Path) -> None:
    done = byhand("export", kind, tmp_path / "made", "--model", LAB_MODEL, "--views", views)
    assert done.code != 0
    assert sentence in " ".join(done.err.split())
    assert not (tmp_path / "made").exists()


def test_a_page_is_not_run_and_says_who_runs_it(tmp_path: Path) -> None:
    done = byhand("export", "page", tmp_path / "page.html", "--model", LAB_MODEL)
    assert done.code == 0, done.err
    assert "a page runs in a browser: open it" in done.out
