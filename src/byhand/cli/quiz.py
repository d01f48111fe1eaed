"""`byhand quiz`: the course's questions, one after the other, each with its reason."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from byhand.cli.asking import ask_each
from byhand.cli.common import STOPPED, Reporter, escape_markup, output_options
from byhand.formatting import count_noun

if TYPE_CHECKING:
    from byhand.course.quiz import Question


@click.command("quiz")
@click.argument("lesson", type=click.IntRange(1, 12), required=False)
@click.option("--show", is_flag=True, help="Print questions and answers; ask nothing.")
@output_options
def command(lesson: int | None, show: bool, reporter: Reporter) -> int:
    """Ask the questions of LESSON 1 … 12, or the eight of the article, and say why each answer is right.

    Where nobody can answer (a pipe, --json), questions and answers are printed. Ctrl-C or Ctrl-D ends the quiz; what
    was answered counts.

    Example: byhand quiz 5 --show
    """
    from byhand.course.quiz import questions, questions_of

    chosen = questions_of(lesson) if lesson else tuple(one for one in questions() if one.in_article)
    if show or reporter.as_json or not sys.stdin.isatty():
        text = "\n\n".join(_solved(number, question) for number, question in enumerate(chosen, start=1))
        reporter.result(text, {"questions": [asdict(question) for question in chosen]})
        return 0
    verdicts, is_stopped = ask_each(lambda number: _ask(number, chosen[number - 1]), range(1, len(chosen) + 1))
    rest = f" {count_noun(len(chosen) - len(verdicts), 'question')} not answered." if is_stopped else ""
    counts = {"right": sum(verdicts), "questions": len(verdicts)}
    reporter.result(f"{sum(verdicts)} of {len(verdicts)} right.{rest}", counts)
    return STOPPED if is_stopped else 0


def _question_lines(number: int, question: "Question") -> list[str]:
    """Return a question with its choices as lines."""
    from byhand.course.quiz import LETTERS

    choices = [
        f"   {letter}) {escape_markup(choice)}" for letter, choice in zip(LETTERS, question.choices, strict=True)
    ]
    return [f"[bold]{number}. {escape_markup(question.text)}[/bold]", *choices]


def _reason(question: "Question") -> str:
    return f"   {escape_markup(question.why)}\n   [dim]See: {escape_markup(question.see)}[/dim]"


def _solved(number: int, question: "Question") -> str:
    """Return a question with the right choice marked, the reason, and where to see it."""
    lines = _question_lines(number, question)
    lines[1 + question.answer] = lines[1 + question.answer].replace("   ", " ✓ ", 1)
    return "\n".join([*lines, _reason(question)])


def _ask(number: int, question: "Question") -> bool:
    """Ask one question in the terminal; return whether the answer was right."""
    from byhand.course.quiz import LETTERS

    speak = Reporter(as_json=False, quiet=False, color=None).result
    speak("\n".join(_question_lines(number, question)), {})
    said = click.prompt("   Your answer", type=click.Choice(list(LETTERS), case_sensitive=False), err=True)
    is_right = LETTERS.index(said.lower()) == question.answer
    verdict = "Right." if is_right else f"No, it is {LETTERS[question.answer]})."
    speak(f"   {verdict}\n{_reason(question)}\n", {})
    return is_right
