"""`byhand experiment`: the list, one experiment, all of them; dots on one scale."""

from pathlib import Path

import pytest
from cli_runner import byhand

from byhand.cli.dot_plot import MORE, ONE, RULE, Scale
from byhand.experiments import experiments


def test_the_list_has_all_and_marks_what_surprises() -> None:
    listed = byhand("experiment").out
    rows = [line for line in listed.splitlines() if line[:3].strip().isdigit()]
    assert [row.split()[1] for row in rows] == list(experiments())
    assert [int(row.split()[0]) for row in rows if "★" in row] == [8, 16, 19]
    values = byhand("experiment", "--json").json
    assert list(values) == ["schema", "experiments"]
    assert len(values["experiments"]) == 19


def test_one_shows_dots_reading_verdict_and_what_would_hide_it() -> None:
    done = byhand("experiment", "xor-line", "--seeds", "3")
    assert (done.code, done.err) == (0, "")
    experiment = experiments()["xor-line"]
    shown = " ".join(done.out.split())
    for text in (
        experiment.question,
        experiment.reading,
        "seeds 1 – 3",
        "Not judged: 3 of 5 seeds:",
        *experiment.hides,
    ):
        assert text in shown
    bad, good = (next(line for line in done.out.splitlines() if name in line) for name in ("no hidden", "8 tanh"))
    assert bad.strip().startswith("✗")
    assert bad.rstrip().endswith("0.00 % ± 0.00")
    assert good.strip().startswith("✓")
    assert good.index(MORE) > bad.index(MORE)


def test_a_single_seed_has_no_spread_and_json_has_every_value() -> None:
    assert "±" not in byhand("experiment", "1", "--seeds", "1").out
    values = byhand("experiment", "1", "--seeds", "2", "--json").json
    assert list(values) == ["schema", "kind", "experiment", "data", "seeds", "runs", "marks", "findings", "as_expected"]
    assert values["seeds"] == [1, 2]
    assert [run["measures"]["solved"]["values"] for run in values["runs"]] == [[0, 0], [1, 1]]


def test_the_seeds_that_it_states_are_judged() -> None:
    assert "✓ As expected:" in byhand("experiment", "xor-line").out
    assert byhand("experiment", "xor-line", "--seeds", "2", "--json").json["as_expected"] == "not judged: 2 of 5 seeds"


def test_known_limits_are_marked_through_all_rows() -> None:
    out = byhand("experiment", "line-or-curve", "--seeds", "1").out
    assert out.count(RULE) >= 2 * 2
    assert "the best straight line: 19.78 %" in out


@pytest.mark.parametrize(
    ("name", "code", "hint"), [("xor-lines", 2, "'xor-line'"), ("20", 2, "Known"), ("", 2, "Known")]
)
def test_an_unknown_name_is_answered(name: str, code: int, hint: str) -> None:
    done = byhand("experiment", name)
    assert (done.code, done.out) == (code, "")
    assert hint in done.err


@pytest.mark.usefixtures("no_network")
def test_without_mnist_it_is_told_where_to_put_it() -> None:
    done = byhand("experiment", "raw-pixels")
    assert (done.code, done.out) == (4, "")
    assert "--data-dir" in done.err


@pytest.mark.full
def test_all_of_them_on_a_look_alike(look_alike: Path) -> None:
    done = byhand("experiment", "all", "--seeds", "1", "--data-dir", look_alike)
    assert done.code == 0, done.err
    assert done.out.count("Not judged: 1 of 5 seeds:") == 19
    assert done.out.count("Would hide it") == 19


def test_dots_stand_where_their_numbers_are() -> None:
    scale = Scale.holding((0, 1), [0.5, 1.25], width=41)
    assert (scale.low, scale.high) == (0, 1.25)
    row = scale.row([0, 1.25, 1.25], marks=[0.625])
    assert (row[0], row[20], row[-1], len(row)) == (ONE, RULE, MORE, 41)
    assert len(scale.ends("0 %", "125 %")) == 41


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for name in ("xor-line", "line-or-curve"):
        lines = byhand("experiment", name, "--seeds", "2").out.splitlines()
        assert max(map(len, lines)) <= columns


@pytest.mark.usefixtures("no_network")
def test_without_mnist_all_that_can_be_is_conducted(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: experiments()[name] for name in ("xor-line", "sorted-by-class", "equal-start")}
    monkeypatch.setattr("byhand.experiments.experiments", lambda: few)
    done = byhand("experiment", "all", "--seeds", "1")
    assert done.code == 0, done.err
    assert "Not judged: xor-line (1 of 5 seeds)" in done.out
    assert "Not run, because they need MNIST: sorted-by-class, equal-start. MNIST is not" in done.out
