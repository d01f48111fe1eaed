"""What a sweep varies: for each field of a recipe the values to try, or the range to draw them from.

    0.01,0.1,1      these values           64-32,128     widths of hidden layers: a hyphen within, a comma between
    0.001:1:12      12 values from 0.001 to 1, both included
    0.001:1         a range, for a search that draws

Values of a range lie at equal ratios where its end is ten times its start or more, and at equal distances elsewhere;
a last `:log` or `:linear` says it outright.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from byhand.arguments import format_value
from byhand.errors import OptionError, lookup
from byhand.random import SPLIT, RandomStream
from byhand.recipes.recipe import MAX_SEED, RENAMED, check_fields, recipe_fields

MAX_RUNS = 100_000  # of one sweep: a line each, about 300 bytes
LOG_RATIO = 10.0  # from here on values lie at equal ratios
SCALES = ("log", "linear")
Fields = dict[str, Any]


@dataclass(frozen=True)
class Range:
    """Numbers from low to high.

    n : how many values a grid takes of it; None: it is for a search that draws   log : at equal ratios
    whole : whole numbers
    """

    low: float
    high: float
    n: int | None = None
    log: bool = False
    whole: bool = False

    def value_at(self, share: float) -> float | int:
        """Return the value at a share 0 … 1 of the way."""
        if self.log:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        value = float(f"{value:.6g}")  # readable in the results, and the same with every C library
        return round(value) if self.whole else value

    def grid(self) -> list[float | int]:
        """Return the n values, each once."""
        if self.n is None:
            raise OptionError(
                f"a grid got the range {self.low:g}:{self.high:g} without a number of values; write "
                f"{self.low:g}:{self.high:g}:5, or search at random."
            )
        shares = [i / (self.n - 1) for i in range(self.n)] if self.n > 1 else [0.0]
        return list(dict.fromkeys(self.value_at(share) for share in shares))


@dataclass(frozen=True)
class Dimension:
    """One field that is varied.

    choices : the values, or the Range they are drawn from
    """

    name: str
    choices: tuple[Any, ...] | Range

    def grid(self) -> list[Any]:
        """Return every value that a grid takes."""
        return self.choices.grid() if isinstance(self.choices, Range) else list(self.choices)

    def draw(self, share: float) -> Any:
        """Return the value for a number drawn from 0 … 1, 1 excluded."""
        if isinstance(self.choices, Range):
            return self.choices.value_at(share)
        return self.choices[int(share * len(self.choices))]


@dataclass(frozen=True)
class Space:
    """What is varied, and what is set for every run."""

    dimensions: tuple[Dimension, ...]
    fixed: Fields

    def grid(self) -> list[Fields]:
        """Return every combination, the last field varying fastest."""
        values = [dimension.grid() for dimension in self.dimensions]
        check_size(math.prod(map(len, values)))
        names = [dimension.name for dimension in self.dimensions]
        return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*values)]

    def draw(self, n: int, seed: int) -> list[Fields]:
        """Return n combinations drawn independently; the first ones stay the same when n grows."""
        check_size(n)
        return [self._draw_one(seed, trial) for trial in range(n)]

    def _draw_one(self, seed: int, trial: int) -> Fields:
        if not self.dimensions:
            return {}
        shares = RandomStream(seed, SPLIT, trial + 1).uniform(len(self.dimensions)).tolist()
        return {one.name: one.draw(share) for one, share in zip(self.dimensions, shares, strict=True)}


def check_size(n_runs: int) -> None:
    """Raise OptionError where a sweep has more runs than anyone waits for."""
    if n_runs > MAX_RUNS:
        raise OptionError(f"the sweep got {n_runs:,} runs; expected {MAX_RUNS:,} at most. Vary fewer fields or values.")


def read_space(caller: str, given: Mapping[str, Any]) -> Space:
    """Return the space for fields by name: a list or a text as above is varied, one value is set for every run.

    >>> read_space("sweep", {"learning_rate": "0.01:1:3", "hidden": [[64], [64, 32]], "epochs": 2}).grid()[1]
    {'learning_rate': 0.01, 'hidden': (64, 32)}
    """
    known = recipe_fields()
    dimensions: list[Dimension] = []
    fixed: Fields = {}
    for old_name, value in given.items():
        name = RENAMED.get(old_name, old_name)
        default = lookup("setting", name, known)[0]
        choices = _read_choices(caller, name, default, value)
        if isinstance(choices, Range) or len(choices) > 1:
            dimensions.append(Dimension(name, choices))
        else:
            fixed[name] = choices[0]
    return Space(tuple(dimensions), fixed)


def _read_choices(caller: str, name: str, default: Any, value: Any) -> tuple[Any, ...] | Range:
    """Return the values of one field, checked as a recipe checks them."""
    if isinstance(value, Range):
        return _check_range(caller, name, value)
    if isinstance(value, str):
        if not isinstance(default, str) and ":" in value:
            return _check_range(caller, name, _parse_range(caller, name, value, whole=type(default) is int))
        words: Iterable[Any] = (_parse_value(caller, name, default, word) for word in _split_words(name, value))
    elif isinstance(value, list | tuple | range) and not _is_widths(default, value):
        words = value
    else:
        words = (value,)
    choices = tuple(dict.fromkeys(check_fields(caller, {name: word})[name] for word in words))
    if not choices:
        raise OptionError(f"{caller} got no value for {name}; expected one or more.")
    return choices


def _is_widths(default: Any, value: Any) -> bool:
    """Is this one list of widths, as hidden=[64, 32], and not a list of several?"""
    return isinstance(default, tuple) and not any(isinstance(item, list | tuple) for item in value)


def _split_words(name: str, text: str) -> Iterator[str]:
    """Yield the values in a text; some fields have commas of their own and are never varied in one."""
    if name in ("drop", "missing_values"):
        yield text
        return
    yield from (word.strip() for word in text.split(","))


def _parse_value(caller: str, name: str, default: Any, word: str) -> Any:
    """Return a word as a value of the field's type; check_fields says what is wrong with another."""
    if isinstance(default, bool):
        return lookup(f"value of {name}", word.lower(), {"true": True, "yes": True, "false": False, "no": False})
    if isinstance(default, tuple):
        widths = [] if word == "none" else [_parse_number(caller, name, part, int) for part in word.split("-")]
        return tuple(widths)
    if isinstance(default, int | float):
        return _parse_number(caller, name, word, type(default))
    return word


def _parse_number(caller: str, name: str, word: str, kind: type[int] | type[float]) -> float | int:
    try:
        return kind(word)
    except ValueError:
        expected = "a whole number" if kind is int else "a number"
        raise OptionError(
            f"{caller} got {name} {format_value(word)}; expected {expected}, a list as 1,2 or 1:10:4."
        ) from None


def _parse_range(caller: str, name: str, text: str, *, whole: bool) -> Range:
    """Return the range in low:high, low:high:n or with :log or :linear behind it."""
    parts = text.split(":")
    scale = parts.pop() if parts[-1] in SCALES else None
    if len(parts) not in (2, 3):
        raise OptionError(f"{caller} got {name} {format_value(text)}; expected low:high or low:high:n, as 0.001:1:12.")
    low, high = (float(_parse_number(caller, name, part, float)) for part in parts[:2])
    n = int(_parse_number(caller, name, parts[2], int)) if len(parts) == 3 else None
    log = low > 0 and high >= LOG_RATIO * low if scale is None else scale == "log"
    return Range(low, high, n, log, whole)


def _check_range(caller: str, name: str, given: Range) -> Range:
    """Return the range if its ends are values of the field and in order."""
    default = recipe_fields()[name][0]
    if isinstance(default, bool) or not isinstance(default, int | float):
        raise OptionError(f"{caller} got a range for {name}, which is not a number; expected values with commas.")
    if not 0 <= given.low < given.high <= MAX_SEED or (given.log and given.low <= 0):
        least = "above 0, for equal ratios" if given.log else "0 or more"
        raise OptionError(
            f"{caller} got {name} from {given.low:g} to {given.high:g}; expected low < high, both {least}."
        )
    if given.n is not None and not 1 <= given.n <= MAX_RUNS:
        raise OptionError(f"{caller} got {given.n} values of {name}; expected 1 … {MAX_RUNS:,}.")
    return Range(given.low, given.high, given.n, given.log, type(default) is int)
