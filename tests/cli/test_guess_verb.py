"""`byhand guess`: the hardest pictures, one's own answers beside the network's, and a file of both."""

import csv
from pathlib import Path

import click
import pytest
from cli_runner import byhand

from byhand.cli.guess import _small_digits, hardest


def test_where_nobody_can_answer_the_network_is_alone() -> None:
    done = byhand("guess", "--examples", "5", "--json")
    assert done.code == 0, done.err
    assert done.json["pictures"] == len(done.json["rounds"]) == 5
    assert done.json["you_right"] is None
    assert all(one["you"] is None for one in done.json["rounds"])


def test_the_least_certain_come_first() -> None:
    model, examples = _small_digits()
    scores = model.scores(examples.raw).max(axis=1)
    order = hardest(model, examples, 10)
    assert scores[order[0]] == scores.min()
    assert sorted(scores[order]) == list(scores[order])


def test_answers_are_counted_and_kept_beside_the_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, examples = _small_digits()
    truth = [str(examples.y[i]) for i in hardest(model, examples, 6)]
    said = iter([*truth[:5], str((int(truth[5]) + 1) % 10)])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(said))
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    done = byhand("guess", "--examples", "6", "--output", tmp_path / "mine.csv")
    assert done.code == 0, done.err
    assert "You: 5 of 6." in done.out
    rows = list(csv.DictReader((tmp_path / "mine.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["true"] for row in rows] == truth
    assert [row["you"] for row in rows][:5] == truth[:5]
    assert all(row["network"] in "0123456789" for row in rows)


def test_what_was_answered_before_ctrl_c_is_scored_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, examples = _small_digits()
    truth = [str(examples.y[i]) for i in hardest(model, examples, 6)]
    said = iter(truth[:2])

    def prompt(*_: object, **__: object) -> str:
        for answer in said:
            return answer
        raise click.Abort

    monkeypatch.setattr("click.prompt", prompt)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    done = byhand("guess", "--examples", "6", "--output", tmp_path / "mine.csv")
    assert done.code == 130
    assert "You: 2 of 2." in done.out
    assert done.err.endswith("\n"), "the prompt's line is ended"
    rows = list(csv.DictReader((tmp_path / "mine.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["you"] for row in rows] == truth[:2]
    nothing = byhand("guess", "--examples", "6", "--output", tmp_path / "none.csv")
    assert (nothing.code, (tmp_path / "none.csv").exists()) == (130, False)


def test_a_trained_model_is_asked_about_its_own_data(trained: Path) -> None:
    done = byhand("guess", "--model", trained, "--examples", "3", "--json")
    assert done.code == 0, done.err
    assert len(done.json["rounds"]) == 3


def test_a_model_without_pictures_is_refused(tmp_path: Path) -> None:
    assert byhand("train", "gaussians-4-4", "--epochs", "1", "--runs", tmp_path).code == 0
    done = byhand("guess", "--model", tmp_path / "gaussians-4-4-1")
    assert done.code == 3
    assert "is not a model of pictures" in done.err
