"""`byhand homework`, as it is typed: written once, checked, and its key printed."""

from pathlib import Path

from cli_runner import byhand

from byhand.course.homework import Homework, answer_key


def test_a_sheet_is_written_filled_in_and_checked(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    done = byhand("homework", "--seed", "7", "--output", sheet, "--json")
    assert done.code == 0, done.err
    table = Path(done.json["table"])
    assert "One step of gradient descent" in sheet.read_text(encoding="utf-8")
    blank = byhand("homework", "--check", table)
    assert blank.code == 3
    assert "L is still blank" in blank.out
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    key = answer_key(Homework(seed=7))
    right = [f'"{name}",{number:.4f}' for name, number in key.items()]
    assert len(right) == len(rows)
    table.write_text("\n".join([head, *right]) + "\n", encoding="utf-8")
    done = byhand("homework", "--check", table)
    assert (done.code, done.out.strip()) == (0, f"All {len(key)} right.")


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("filled in", encoding="utf-8")
    done = byhand("homework", "--output", tmp_path / "mine.md")
    assert done.code == 2
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "filled in"


def test_the_key_has_the_digits_that_are_asked_for() -> None:
    lines = byhand("homework", "--key", "--seed", "7").out.splitlines()
    assert [line[:12].strip() for line in lines] == list(answer_key(Homework(seed=7)))
    done = byhand("homework", "--key", "--seed", "7", "--digits", "6", "--ask", "L")
    assert done.out.split() == ["L", f"{answer_key(Homework(seed=7))['L']:.6f}"]


def test_wrong_settings_and_files_are_answered_in_a_sentence(tmp_path: Path) -> None:
    for words in (["--sizes", "2-x"], ["--ask", "q"], ["--rate", "nan"]):
        done = byhand("homework", *words)
        assert done.code == 2, done.err
        assert "homework got" in done.err
    assert "got sizes '2-x'; expected widths with a hyphen between" in byhand("homework", "--sizes", "2-x").err
    assert "got a width=100; expected 1 … 8." in byhand("homework", "--sizes", "100-100-100").err
    other = tmp_path / "other.csv"
    other.write_text("a,b\n", encoding="utf-8")
    assert byhand("homework", "--check", other).code == 3
