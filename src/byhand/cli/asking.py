"""Questions in the terminal, one after the other, that Ctrl-C and Ctrl-D may end early."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import click

Question = TypeVar("Question")
Answer = TypeVar("Answer")


def ask_each(ask: Callable[[Question], Answer], questions: Iterable[Question]) -> tuple[list[Answer], bool]:
    """Return the answers that were given, and whether the asking was stopped early.

    Raises click.Abort where it was stopped before the first answer: there is nothing to tell.
    """
    answers: list[Answer] = []
    try:
        answers.extend(map(ask, questions))  # one by one: what is there when it stops stays
    except (click.Abort, KeyboardInterrupt):
        click.echo(err=True)  # the line of the prompt ends here
        if not answers:
            raise click.Abort from None
        return answers, True
    return answers, False
