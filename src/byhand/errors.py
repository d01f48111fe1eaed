"""The errors that byhand raises on purpose.

Each message says who got what, what was expected, and what to do: one to three sentences, values shown.
`exit_code` is the exit code of the command line.
"""

import difflib
from collections.abc import Mapping
from typing import TypeVar


class ByhandError(Exception):
    """Base class of all errors that byhand raises on purpose.

    argument : the argument of byhand's functions that would help; the command line adds the flag that sets it
    """

    exit_code = 1
    argument: str | None = None

    def __init__(self, *args: object, argument: str | None = None) -> None:
        super().__init__(*args)
        if argument is not None:
            self.argument = argument


class ShapeError(ByhandError, ValueError):
    """An array has another shape than the formula needs."""

    exit_code = 3


class OptionError(ByhandError, ValueError):
    """An option is unknown, out of range, or does not go with another."""

    exit_code = 2


class DataError(ByhandError):
    """Data are missing, damaged, or not what they claim to be."""

    exit_code = 3


class ModelFormatError(DataError):
    """A file is not a byhand model, or a damaged or newer one."""


class SystemResourceError(ByhandError):
    """An operating-system resource failed: disk, permissions, network, memory."""

    exit_code = 4


class MissingDependencyError(SystemResourceError, ImportError):
    """A feature needs an optional package that is not installed."""


class DivergedError(ByhandError, ArithmeticError):
    """The loss is no longer a finite number.

    epoch, batch : counted from 1, where it was noticed
    learning_rate : the rate of that step
    """

    exit_code = 5

    def __init__(self, epoch: int, batch: int, learning_rate: float) -> None:
        self.epoch, self.batch, self.learning_rate = epoch, batch, learning_rate
        super().__init__(
            f"training diverged: the loss was no finite number in epoch {epoch}, batch {batch} "
            f"(learning rate {learning_rate:g}). Try a learning rate ten times smaller, or check that the inputs "
            f"are scaled to about 1."
        )


T = TypeVar("T")


def lookup(what: str, name: str, known: Mapping[str, T]) -> T:
    """Return known[name]; raise OptionError that suggests the nearest known name when there is none."""
    if not isinstance(name, str):
        raise OptionError(f"{what} got {type(name).__name__}; expected a word, one of {', '.join(known)}.")
    if name in known:
        return known[name]
    near = [] if name.isdecimal() else difflib.get_close_matches(name, known, n=1)  # 12 is not a misspelt 2
    hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known)}."
    raise OptionError(f"unknown {what} {name!r}. {hint}")
