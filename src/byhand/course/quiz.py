"""The questions of the course: quiz.json, read and checked. Command line, lessons and documents show the same items."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from byhand.arguments import check_whole
from byhand.course.titles import TITLES

LETTERS = "abcd"


@dataclass(frozen=True)
class Question:
    """One item: choices of which one is right, why, and a command that shows it."""

    lesson: int
    text: str
    choices: tuple[str, ...]
    answer: int  # the place of the right choice
    why: str
    see: str
    in_article: bool  # one of the eight questions of the article


@cache
def questions() -> tuple[Question, ...]:
    """Return all questions in the order of the lessons."""
    items = json.loads((Path(__file__).parent / "quiz.json").read_text(encoding="utf-8"))
    return tuple(
        Question(
            lesson=item["lesson"],
            text=item["question"],
            choices=tuple(item["choices"]),
            answer=item["answer"],
            why=item["why"],
            see=item["see"],
            in_article=item.get("in_article", False),
        )
        for item in items
    )


def questions_of(lesson: int) -> tuple[Question, ...]:
    """Return the questions of one lesson; raise OptionError for a number that no lesson has."""
    number = check_whole("the quiz", "lesson", lesson, 1, len(TITLES))
    return tuple(question for question in questions() if question.lesson == number)


def questions_text(lesson: int) -> str:
    """Return the questions of a lesson with their choices, without the answers: for notebooks."""
    lines: list[str] = []
    for number, question in enumerate(questions_of(lesson), start=1):
        choices = zip(LETTERS, question.choices, strict=True)
        lines += [f"{number}. {question.text}", *(f"   {letter}) {choice}" for letter, choice in choices)]
    return "\n".join([*lines, "", f"Answers, each with its reason: byhand quiz {lesson} --show"])
