"""`byhand quiz` and `byhand exercise`, as they are typed."""

from pathlib import Path

import click
import pytest
from cli_runner import byhand

from byhand.course.child import LARGEST_FILE
from byhand.course.exercise import solution_text
from byhand.course.quiz import questions_of
from byhand.course.run_check import UnansweredExerciseError, run_check


def test_a_quiz_without_somebody_to_answer_prints_questions_and_answers() -> None:
    done = byhand("quiz", "5")
    assert done.code == 0
    first = questions_of(5)[0]
    assert first.text in done.out
    assert f"✓ {'abcd'[first.answer]}) {first.choices[first.answer]}" in done.out
    assert first.why in done.out


def test_the_eight_of_the_article_come_without_a_number() -> None:
    done = byhand("quiz", "--json")
    assert len(done.json["questions"]) == 8
    assert list(done.json["questions"][0]) == ["lesson", "text", "choices", "answer", "why", "see", "in_article"]


def test_a_lesson_that_is_not_there() -> None:
    done = byhand("quiz", "13")
    assert done.code == 2
    assert "13" in done.err


def test_answers_are_asked_for_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter("abcd"[question.answer] for question in questions_of(1))
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(said))
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    done = byhand("quiz", "1")
    assert done.code == 0, done.err
    assert "5 of 5 right." in done.out


@pytest.mark.parametrize("stop", [click.Abort, KeyboardInterrupt])
def test_what_was_answered_before_the_end_of_a_quiz_counts(
    monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    said = iter("abcd"[question.answer] for question in questions_of(1)[:2])

    def prompt(*_: object, **__: object) -> str:
        for answer in said:
            return answer
        raise stop

    monkeypatch.setattr("click.prompt", prompt)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    done = byhand("quiz", "1")
    assert done.code == 130
    assert done.out.endswith("2 of 2 right. 3 questions not answered.\n")


def test_an_exercise_is_written_once_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    assert byhand("exercise", "5", "--output", file).code == 0
    again = byhand("exercise", "5", "--output", file)
    assert again.code == 2
    assert "already exists" in again.err
    done = byhand("exercise", "5", "--check", file)
    assert done.code == 3
    assert "backward is not written yet. Read lesson 5, Code." in done.out
    file.write_text(solution_text(5), encoding="utf-8")
    done = byhand("exercise", "5", "--check", file)
    assert (done.code, done.out.strip()) == (0, "All 2 right.")


def test_what_a_file_prints_does_not_disturb_the_check(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text('print("byhand-check:[]")\n' + solution_text(2).replace("* width", "+ width"), encoding="utf-8")
    done = byhand("exercise", "2", "--check", file, "--json")
    assert done.code == 3
    assert [sentence.split()[0] for sentence in done.json["wrong"]] == ["pixel_index"]


def test_a_loop_without_an_end_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("while True:\n    pass\n", encoding="utf-8")
    with pytest.raises(UnansweredExerciseError, match="without an end"):
        run_check(1, file, seconds=1.0)


def test_a_file_that_ends_the_process_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("import os\nos._exit(7)\n", encoding="utf-8")
    with pytest.raises(UnansweredExerciseError, match="exit code 7"):
        run_check(1, file)


def test_files_that_are_not_there_or_far_too_large_are_refused(tmp_path: Path) -> None:
    done = byhand("exercise", "1", "--check", tmp_path / "none.py")
    assert done.code == 3
    assert "none.py" in done.err
    (tmp_path / "large.py").write_bytes(b"#" * (LARGEST_FILE + 1))
    done = byhand("exercise", "1", "--check", tmp_path / "large.py")
    assert done.code == 3
    assert "large.py" in done.err


def test_a_solution_is_printed_as_it_is() -> None:
    assert byhand("exercise", "5", "--solution").out.strip() == solution_text(5).strip()
