"""Checks of the public functions' arguments, so that a wrong value gets an error message that helps.

Numbers may be Python's or NumPy's scalars and come back as Python's own. A call with the wrong names or number of
arguments is Python's TypeError, as everywhere; a wrong value is OptionError.
"""

import inspect
import math
import numbers
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from byhand.errors import OptionError

T = TypeVar("T")
MAX_WIDTH = 2**31 - 1  # units of a layer: the C core has 32 bits for them
MAX_EPOCHS, MAX_BATCH = 1_000_000, 2**31 - 1


def check_number(who: str, name: str, value: Any, fits: Callable[[float], bool], expected: str) -> float:
    """Return `value` as a float if it is a finite number that fits; raise OptionError otherwise.

    >>> check_number("Momentum", "momentum", 0.9, lambda μ: 0 <= μ < 1, "0 ≤ μ < 1")
    0.9
    """
    if not isinstance(value, bool) and isinstance(value, numbers.Real):
        number = _as_float(value)
        if math.isfinite(number) and fits(number):
            return number
    raise OptionError(f"{who} got {name} {format_value(value)}; expected {expected}.")


def check_whole(who: str, name: str, value: Any, low: int, high: int | None = None) -> int:
    """Return `value` as an int if it is a whole number from low to high; raise OptionError otherwise.

    >>> check_whole("training", "epochs", 5, 1)
    5
    """
    expected = f"{low:,} or more" if high is None else f"{low:,} … {high:,}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise OptionError(f"{who} got {name}={format_value(value)}; expected a whole number, {expected}.")
    whole = int(value)
    if whole < low or (high is not None and whole > high):
        raise OptionError(f"{who} got {name}={format_value(whole)}; expected {expected}.")
    return whole


def check_flag(who: str, name: str, value: Any) -> bool:
    """Return `value` if it is True or False (NumPy's too); raise OptionError otherwise."""
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy.bool is a subclass of neither
        return bool(value)
    raise OptionError(f"{who} got {name} {format_value(value)}; expected True or False.")


def check_kind(who: str, name: str, value: Any, kind: type[T], expected: str) -> T:
    """Return `value` if it is an instance of `kind`; raise OptionError otherwise.

    expected : what to pass instead, as "a Network"
    """
    if isinstance(value, kind):
        return value
    raise OptionError(f"{who} got {name} {format_value(value)}; expected {expected}.")


def check_items(who: str, name: str, value: Any, expected: str) -> list[Any]:
    """Return the items of any iterable; raise OptionError for text and anything else."""
    try:
        items = None if isinstance(value, str | bytes) else list(value)
    except TypeError:
        items = None
    if items is None:
        raise OptionError(f"{who} got {name} {format_value(value)}; expected {expected}.")
    return items


def check_path(who: str, name: str, value: Any) -> Path:
    """Return the name of a file or folder as a Path; raise OptionError for anything but text or a path."""
    try:
        return Path(value)
    except TypeError:
        raise OptionError(f"{who} got {name} {format_value(value)}; expected the name of a file or folder.") from None


def format_value(value: Any) -> str:
    """Return a value as one short line."""
    if hasattr(value, "shape") and hasattr(value, "dtype") and value.shape:
        return f"an array of shape {value.shape}"
    line = " ".join(repr(value).split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def constructor_call(thing: Any) -> str:
    """Return the call that makes such an object, for a repr: its class with the arguments that it kept."""
    names = inspect.signature(type(thing)).parameters
    return f"{type(thing).__name__}({', '.join(f'{name}={getattr(thing, name)!r}' for name in names)})"


def _as_float(value: Any) -> float:
    """Return a real number as a float; beyond 1e308 as an infinite one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
