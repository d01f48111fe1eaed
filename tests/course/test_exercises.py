"""Exercises: the solution passes, the empty file does not, and each kind of mistake is named as what it is."""

import pytest

from byhand.course.bug_hunt import BUGS, bug_hunt_text
from byhand.course.cases import EXERCISES, holes_of
from byhand.course.child import check_text
from byhand.course.exercise import exercise_text, solution_text
from byhand.course.titles import TITLES

each_exercise = pytest.mark.parametrize("number", sorted(EXERCISES))


def checked(number: int, before: str, after: str) -> str:
    """Return what is said about a solution in which one text was replaced by another."""
    solution = solution_text(number)
    assert before in solution
    found = check_text(number, solution.replace(before, after), "mine.py")
    assert len(found) == 1, found
    return found[0]


def test_every_lesson_has_one() -> None:
    assert set(EXERCISES) == set(TITLES)


@each_exercise
def test_the_solution_is_right(number: int) -> None:
    assert check_text(number, solution_text(number), "solution.py") == []


@each_exercise
def test_the_file_with_holes_is_python_that_says_what_to_do_and_is_wrong_in_every_function(number: int) -> None:
    names = [hole.name for hole in holes_of(number)]
    text = exercise_text(number, names)
    compile(text, "holes.py", "exec")
    wrong = check_text(number, text, "holes.py")
    assert [sentence.split()[0] for sentence in wrong] == names
    assert all("Read lesson" in sentence for sentence in wrong)
    assert not any("?." in sentence for sentence in wrong), "the title of a section ends the sentence itself"


def test_what_is_not_written_yet_is_said() -> None:
    assert check_text(1, exercise_text(1, ["neuron"]), "mine.py") == [
        "neuron is not written yet. Read lesson 1, Numbers by hand."
    ]


def test_shapes_come_first() -> None:
    found = checked(5, '"dW1": x.T @ dz1', '"dW1": 2 * dz1.T @ x')
    assert found == "backward returned dW1 of shape (5, 3); expected (3, 5). Read lesson 5, Code."


def test_then_the_gradient_check_names_array_entry_and_both_numbers() -> None:
    found = checked(5, " * (z1 > 0)", "")
    assert found.startswith("backward fails the gradient check: dW1[")
    assert "by nudging" in found
    assert "dW2" not in found, "the output layer's gradients are right"


def test_then_numbers() -> None:
    found = checked(2, "row * width + column", "column * width + row")
    assert found == "pixel_index got 3, 5, 28 and returned 143; expected 89. Read lesson 2, Mental model."


def test_a_changed_argument_is_named() -> None:
    found = checked(6, "return W - rate * dW\n", "W -= rate * dW\n    return W\n")
    assert "changed an array that it was given" in found


def test_an_exception_is_told_with_its_line() -> None:
    assert "ZeroDivisionError in line 8" in checked(2, "return row * width + column", "return row / 0")


def test_a_missing_part_and_a_missing_function_are_named() -> None:
    assert "returned W; expected W, b" in checked(3, ', "b": b1 @ W2 + b2}', "}")
    assert check_text(3, "def forward(x): pass", "mine.py")[1].startswith("count_parameters is not in the file")


def test_nothing_and_text_are_refused() -> None:
    assert "returned nothing" in checked(2, "return row * width + column", "row * width + column")
    assert "is not made of numbers" in checked(2, "return row * width + column", 'return "89"[:1] + "x"')


def test_a_file_that_is_not_python_is_refused() -> None:
    assert check_text(1, "def neuron(:", "mine.py")[0].startswith("the file could not be run: SyntaxError in line 1")


@pytest.mark.parametrize("number", range(1, len(BUGS) + 1))
def test_every_bug_of_the_hunt_fails_and_mending_it_alone_helps(number: int) -> None:
    wrong = check_text(10, bug_hunt_text(), "mine.py")
    assert len(wrong) == len(BUGS)
    assert wrong[number - 1].startswith(f"backward_{number:02} ")
    bug = BUGS[number - 1]
    head, mark, tail = bug_hunt_text().partition(f"def backward_{number:02}")
    mended = head + mark + tail.replace(bug.wrong, bug.right, 1)
    assert len(check_text(10, mended, "mine.py")) == len(BUGS) - 1


def test_the_bugs_differ() -> None:
    assert len({(bug.right, bug.wrong) for bug in BUGS}) == 10
    assert all(bug.why in bug_hunt_text(solved=True) for bug in BUGS)
