"""On a terminal no line of a report is wider than it; in a pipe a line stays one record."""

import re
from pathlib import Path

import numpy as np
import pytest
from cli_runner import Done, byhand
from rich.cells import cell_len
from rich.text import Text

from byhand.cli.confusion_table import confusion_table
from byhand.cli.wrapping import fit_text
from byhand.course.exercise import solution_text
from byhand.formatting import format_number, typeset_minus

ANSI = re.compile(r"\x1b\[[0-9;]*m")
LONG = "a-rather-long-name-of-a-class"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line take its output for a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")


@pytest.fixture(scope="session")
def long_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table with long names of columns and classes, one of them in markup."""
    file = tmp_path_factory.mktemp("tables") / "long.csv"
    rng = np.random.default_rng(1)
    rows = [f"{x:.3f},{-x:.3f},[bold]{LONG} {int(x * 3)}" for x in rng.uniform(0, 1, 120)]
    file.write_text("\n".join([f"{LONG} of column 1,{LONG} of column 2,what it is", *rows]) + "\n")
    return file


def fits(done: Done) -> None:
    """Check that a command ended well and that no line it printed exceeds 80 columns."""
    assert done.code == 0, done.err
    too_wide = [line for line in ANSI.sub("", done.out + done.err).splitlines() if cell_len(line) > 80]
    assert not too_wide


@pytest.mark.usefixtures("terminal")
def test_a_solution_keeps_its_lines_on_a_terminal() -> None:
    done = byhand("exercise", "5", "--solution")
    assert done.code == 0
    assert ANSI.sub("", done.out).rstrip("\n") == solution_text(5).rstrip("\n")
    assert max(map(len, solution_text(5).splitlines())) > 80


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    "command",
    [
        ["train", "xor", "--epochs", "20"],
        ["train", "gaussians-16-8", "--epochs", "2", "--seeds", "2"],
        ["train", "digits", "--epochs", "2", "--validate", "--patience", "1", "--learning-rate", "1e-5"],
        ["data"],
        ["data", "digits", "--examples", "1"],
        ["data", "sine"],
        ["experiment"],
    ],
    ids=" ".join,
)
def test_reports_fit_a_terminal_of_80_columns(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # short paths: a word longer than the terminal is never broken
    fits(byhand(*command))


@pytest.mark.usefixtures("terminal")
def test_reports_on_a_model_fit_a_terminal_of_80_columns(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trained.parent)
    fits(byhand("evaluate", trained.name))


@pytest.mark.usefixtures("terminal")
def test_reports_on_long_names_fit_a_terminal_of_80_columns(
    long_names: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_bytes(long_names.read_bytes())
    for command in (
        ["train", "--data", "t.csv"],
        ["evaluate", "--data", "t.csv"],
        ["data", "t.csv"],
        ["predict", "t.csv"],
    ):
        fits(byhand(*command))


def test_a_line_of_a_pipe_is_one_record(trained: Path) -> None:
    done = byhand("train", "gaussians-16-8", "--epochs", "1", "--runs", trained.parent / "piped")
    assert max(map(len, done.err.splitlines())) > 80
    assert "…" not in done.err


@pytest.mark.usefixtures("terminal")
def test_a_class_called_like_an_emoji_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{':cat:' if i < 20 else ':dog:'}\n" for i in range(40)))
    assert ":cat:" in byhand("data", tmp_path / "t.csv").out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two three four", "one two\nthree four"),  # 10 cells, just so many
        ("key  one two", "key  one\n     two"),  # below the text, right of the label
        ("abcdefghijklmnop q", "abcdefghijklmnop\nq"),  # a word is never broken
        ("日本 語語語", "日本\n語語語"),  # 11 cells
    ],
)
def test_lines_are_broken_between_words(text: str, expected: str) -> None:
    assert fit_text(Text(text), 10).plain == expected


def test_a_command_is_broken_so_that_it_can_be_pasted() -> None:
    shown = fit_text(Text("Next: byhand train --epochs 10"), 25).plain
    assert shown == "Next: byhand train \\\n      --epochs 10"


def test_a_command_in_backticks_stays_whole() -> None:
    assert fit_text(Text("ends with `byhand lab` here"), 20).plain == "ends with\n`byhand lab` here"


def test_styles_survive_where_a_line_is_broken() -> None:
    shown = fit_text(Text.from_markup("plain [bold]one two[/bold]"), 9)
    assert shown.markup == "plain [bold]one[/bold]\n[bold]two[/bold]"


@pytest.mark.parametrize(("width", "most", "columns"), [(80, 1135, True), (62, 109, True), (50, 109, False)])
def test_a_confusion_table_without_room_keeps_its_rates(width: int, most: int, columns: bool) -> None:
    counts = np.diag([*range(100, 109), most])  # MNIST has 1,135 ones to be tested
    lines = [Text.from_markup(line).plain for line in confusion_table(counts, (), width)]
    assert max(map(len, lines)) <= width
    assert ("predicted →" in lines[0]) == columns
    assert [line.count("100.0 %") for line in lines[-10:]] == [2] * 10


def test_a_class_without_examples_has_no_recall() -> None:
    counts = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 0]])
    rows = [Text.from_markup(line).plain for line in confusion_table(counts, (), 80)[-3:]]
    assert [re.findall(r"\d+\.\d %|–", row) for row in rows] == [["75.0 %", "60.0 %"], ["–", "0.0 %"], ["0.0 %", "–"]]


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        (-1.5, ".2f", "−1.50"),
        (-0.001, ".2f", "0.00"),
        (-1e-5, ".1e", "−1.0e-05"),
        (0.25, "g", "0.25"),
        (-10, ",g", "−10"),
    ],
)
def test_negative_numbers_have_the_minus_sign_of_formulas(value: float, spec: str, expected: str) -> None:
    assert format_number(value, spec) == expected


def test_hyphens_between_words_and_sizes_stay() -> None:
    assert typeset_minus("784-128-10 at -3 and x-1, digits-1") == "784-128-10 at −3 and x-1, digits-1"


def test_a_report_writes_negative_numbers_with_a_minus_sign_and_json_with_a_hyphen() -> None:
    assert "−1 … 1" in re.sub(r"−\d\.\d+ … \d\.?\d*", "−1 … 1", byhand("data", "sine").out)
    assert byhand("data", "sine", "--json").json["range"][0] < 0


def test_names_of_classes_stay_whole_where_there_is_room() -> None:
    counts = np.array([[30, 2, 1], [3, 40, 0], [0, 1, 50]])
    names = ("early bird", "night owl", "neither")
    head = Text.from_markup(confusion_table(counts, names, 80)[1]).plain
    assert all(name in head for name in names)
    assert len(head) <= 80
