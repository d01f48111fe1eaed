"""Checking what a learner wrote: shapes first, then the gradient check, then numbers. The first thing wrong is named.

Every refusal says what was got, what was expected, and where to read.
"""

import copy
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.course.cases import holes_of
from byhand.course.exercise import Hole

Functions = dict[str, Callable[..., Any]]
NUDGE = 1e-5


class WrongAnswerError(Exception):
    """What is wrong with a function, as a sentence."""


def check_functions(number: int, learner: Functions, right: Functions, filename: str) -> list[str]:
    """Return what is wrong with a learner's functions: at most one sentence each; none if all are right."""
    return [found for hole in holes_of(number) if (found := _check_hole(hole, learner, right, filename))]


def _check_hole(hole: Hole, learner: Functions, right: Functions, filename: str) -> str | None:
    """Return what is wrong with one function, or None."""
    try:
        if hole.name not in learner:
            raise WrongAnswerError("is not in the file; keep the name that it had")
        results = [(_call(hole, learner, case, filename), parts(right[hole.name](*case)), case) for case in hole.cases]
        for found, expected, _ in results:
            _check_shapes(found, expected)
        for found, _, case in results:
            _check_gradients(hole, found, right["loss"] if hole.gradients else None, case)
        for found, expected, case in results:
            _check_numbers(hole, found, expected, case)
    except WrongAnswerError as wrong:
        return f"{hole.name} {wrong}. Read {hole.read}{'' if hole.read.endswith('?') else '.'}"
    return None


def _call(hole: Hole, learner: Functions, case: tuple[Any, ...], filename: str) -> dict[str, Array]:
    """Return what the learner's function gives, by part."""
    given = copy.deepcopy(case)
    try:
        found = learner[hole.name](*given)
    except NotImplementedError:
        raise WrongAnswerError("is not written yet") from None
    except Exception as error:
        raise WrongAnswerError(f"got {_format_case(case)} and stopped with {error_place(error, filename)}") from error
    if any(not np.array_equal(before, after) for before, after in _arrays(case, given)):
        raise WrongAnswerError("changed an array that it was given; it should make new ones")
    if found is None:
        raise WrongAnswerError("returned nothing; end it with `return`")
    try:
        return parts(found)
    except (TypeError, ValueError):
        raise WrongAnswerError(f"returned a {type(found).__name__} that is not made of numbers") from None


def _arrays(case: tuple[Any, ...], given: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    return ((a, b) for a, b in zip(case, given, strict=True) if isinstance(a, np.ndarray))


def parts(result: Any) -> dict[str, Array]:
    """Return a result as named arrays: of a dict its values, of a list of lists its rows, of all else the whole."""
    if isinstance(result, dict):
        return {str(name): np.asarray(value, dtype=float) for name, value in result.items()}
    if isinstance(result, list) and any(isinstance(row, list) for row in result):
        return {f"part {i}": np.asarray(row, dtype=float) for i, row in enumerate(result)}
    return {"": np.asarray(result, dtype=float)}


def _check_shapes(found: dict[str, Array], expected: dict[str, Array]) -> None:
    if list(found) != list(expected) and set(found) != set(expected):
        raise WrongAnswerError(f"returned {_names(found)}; expected {_names(expected)}")
    for name, array in expected.items():
        if found[name].shape != array.shape:
            what = f"{name} of shape" if name else "the shape"
            raise WrongAnswerError(f"returned {what} {found[name].shape}; expected {array.shape}")


def _names(result: dict[str, Array]) -> str:
    return ", ".join(name or "one array" for name in result) or "nothing"


def _check_gradients(
    hole: Hole, found: dict[str, Array], loss: Callable[..., float] | None, case: tuple[Any, ...]
) -> None:
    """Compare gradients with the change of the loss when each entry is nudged."""
    if loss is None:
        return
    wrong = []
    for name, place in hole.gradients.items():
        nudged = _by_nudging(loss, case, place)
        error = np.abs(found[name] - nudged).max() / max(np.abs(nudged).max(), 1e-12)
        if not error <= 1e-5:
            at = tuple(int(i) for i in np.unravel_index(np.abs(found[name] - nudged).argmax(), nudged.shape))
            wrong.append(f"{name}{list(at)} is {found[name][at]:.6g}, by nudging {nudged[at]:.6g}")
    if wrong:
        raise WrongAnswerError(f"fails the gradient check: {'; '.join(wrong)}")


def _by_nudging(loss: Callable[..., float], case: tuple[Any, ...], place: int) -> Array:
    """Return the gradient of the loss with respect to one argument, by central differences."""
    gradient = np.zeros_like(case[place])
    for entry in np.ndindex(gradient.shape):
        changed = list(copy.deepcopy(case))
        changed[place][entry] += NUDGE
        above = loss(*changed)
        changed[place][entry] -= 2 * NUDGE
        gradient[entry] = (above - loss(*changed)) / (2 * NUDGE)
    return gradient


def _check_numbers(hole: Hole, found: dict[str, Array], expected: dict[str, Array], case: tuple[Any, ...]) -> None:
    for name, array in expected.items():
        close = np.isclose(found[name], array, rtol=hole.tolerance, atol=1e-9)
        if not close.all():
            at = tuple(int(i) for i in np.argwhere(~close)[0])
            entry = f"{name}{list(at) if at else ''} = " if name or at else ""
            got, wanted = (f"{float(one[at]):.6g}" for one in (found[name], array))
            raise WrongAnswerError(f"got {_format_case(case)} and returned {entry}{got}; expected {wanted}")


def _format_case(case: tuple[Any, ...]) -> str:
    """Return arguments in few characters: arrays by their shapes."""
    return ", ".join(f"an array {one.shape}" if isinstance(one, np.ndarray) else repr(one)[:40] for one in case)


def error_place(error: Exception, filename: str) -> str:
    """Return an error as its kind, its text, and the line of the learner's file."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
    where = f" in line {line}" if line else ""
    return f"{type(error).__name__}{where}: {error}"
