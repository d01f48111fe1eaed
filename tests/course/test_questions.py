"""The quiz: enough items a lesson, one right choice each, and a run behind every answer that exists."""

import re
from collections import Counter
from pathlib import Path

import pytest

from byhand.cli.main import COMMANDS
from byhand.course.quiz import Question, questions, questions_of, questions_text
from byhand.course.titles import TITLES
from byhand.errors import OptionError
from byhand.experiments import experiments
from byhand.recipes import RECIPES

ROOT = Path(__file__).parents[2]
each_question = pytest.mark.parametrize("question", questions(), ids=lambda one: f"{one.lesson}-{one.text[:30]}")


def test_every_lesson_has_four_questions_beside_those_of_the_article() -> None:
    own = Counter(one.lesson for one in questions() if not one.in_article)
    assert all(own[lesson] >= 4 for lesson in TITLES)
    assert sum(one.in_article for one in questions()) == 8


@each_question
def test_an_item_has_four_different_choices_and_a_reason(question: Question) -> None:
    assert len(set(question.choices)) == 4
    assert 0 <= question.answer < 4
    assert question.why.endswith(".")
    assert len(question.why) > 20


def test_the_right_choice_is_not_always_at_one_place() -> None:
    places = Counter(one.answer for one in questions())
    assert min(places[i] for i in range(4)) >= len(questions()) // 8


@each_question
def test_what_an_answer_points_to_exists(question: Question) -> None:
    if question.see.startswith("byhand "):
        _, verb, *rest = question.see.replace(",", "").split()
        assert verb in COMMANDS
        if verb == "experiment":
            assert rest[0] in experiments()
        if verb == "train" and rest and not rest[0].startswith("-"):
            assert rest[0] in RECIPES
    elif question.see.startswith("lesson "):
        number = int(question.see.split()[1].strip(","))
        text = next((ROOT / "lessons").glob(f"{number:02}_*.py")).read_text(encoding="utf-8")
        assert all(quoted in text for quoted in re.findall(r'"([^"]+)"', question.see))
    else:
        assert (ROOT / question.see.split(",")[0]).is_file()


def test_a_lesson_shows_questions_without_answers() -> None:
    printed = questions_text(5)
    assert questions_of(5)[0].text in printed
    assert questions_of(5)[0].why not in printed


def test_a_lesson_that_is_not_there_is_refused() -> None:
    with pytest.raises(OptionError, match="13"):
        questions_of(13)
