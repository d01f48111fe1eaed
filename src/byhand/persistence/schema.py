"""Plain data (JSON) from an untrusted file: parsed within limits, then validated field by field.

A reader is a function (name, value) → value: it returns the value if it is valid, else it raises a ValueError with the
field's name and what was expected. Readers are combined: a schema is a table of readers.
"""

import json
import reprlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Reader: TypeAlias = Callable[[str, Any], Any]

MAX_LABEL = 64_000  # characters: as many as a cell of a table may have
MOST_WORDS = 12  # that a sentence lists
MAX_DEPTH = 64  # of nested lists and objects, so that later code may recurse


def short_repr(value: object) -> str:
    """Return a value from a file as one short line without control characters."""
    line = reprlib.repr(value)
    return line if len(line) <= 80 else f"{line[:77]}..."


def parse_json(json_text: str) -> Any:
    """Return the value of a JSON text. Raises ValueError if it is not JSON, names a field twice or nests too deep."""
    try:
        value = json.loads(json_text, object_pairs_hook=_object)
    except RecursionError as error:
        raise ValueError("its JSON nests too deep to be read") from error
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict; a name that comes twice is refused, for readers differ in which one they take."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise ValueError(f"its JSON has {short_repr(name)} twice; expected every name once")
        fields[name] = value
    return fields


def _check_depth(value: object) -> None:
    """Raise ValueError if lists and objects nest deeper than MAX_DEPTH; breadth first, without recursion."""
    level = _nested([value])
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _nested(outer)]
        if not level:
            return
    raise ValueError(f"its JSON nests deeper than {MAX_DEPTH} levels")


def _nested(container: Any) -> list[Any]:
    """Return the lists and objects directly in this one."""
    values = container.values() if isinstance(container, dict) else container
    return [value for value in values if isinstance(value, dict | list)]


def integer(low: int, high: int) -> Reader:
    """Read a whole number from low to high."""

    def read(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"{name} is {short_repr(value)}; expected a whole number from {low:,} to {high:,}")
        return value

    return read


def real(low: float, high: float) -> Reader:
    """Read a number from low to high; NaN is refused."""

    def read(name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"{name} is {short_repr(value)}; expected a number from {low:g} to {high:g}")
        return value

    return read


def string(name: str, value: Any) -> str:
    """Read a string."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is {short_repr(value)}; expected text")
    return value


def label(name: str, value: Any) -> str:
    """Read a string that people will see: the name of a column, a class or a category."""
    if len(string(name, value)) > MAX_LABEL:
        raise ValueError(f"{name} has {len(value):,} characters; expected {MAX_LABEL:,} at most")
    return str(value)


def plain_object(name: str, value: Any) -> dict[str, Any]:
    """Read an object with any fields."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {short_repr(value)}; expected an object")
    return value


def one_of(*known: str) -> Reader:
    """Read one of a few words."""

    def read(name: str, value: Any) -> str:
        if value not in known:
            more = f" and {len(known) - MOST_WORDS} more" if len(known) > MOST_WORDS else ""
            raise ValueError(f"{name} is {short_repr(value)}; expected one of {', '.join(known[:MOST_WORDS])}{more}")
        return str(value)

    return read


def optional(reader: Reader) -> Reader:
    """Read null as None, anything else with `reader`."""
    return lambda name, value: None if value is None else reader(name, value)


def list_of(reader: Reader) -> Reader:
    """Read a list whose every entry `reader` accepts."""

    def read(name: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(f"{name} is {short_repr(value)}; expected a list")
        return [reader(f"{name}[{i}]", entry) for i, entry in enumerate(value)]

    return read


def object_of(readers: Mapping[str, Reader]) -> Reader:
    """Read an object that has exactly these fields, each accepted by its own reader."""

    def read(name: str, value: Any) -> dict[str, Any]:
        fields = plain_object(name, value)
        for field in sorted(readers.keys() ^ fields.keys()):
            problem = "unknown" if field in fields else "missing"
            expected = ", ".join(readers) or "none"
            raise ValueError(f"the field {short_repr(field)} of {name} is {problem}; expected {expected}")
        return {field: reader(f"{name}.{field}", fields[field]) for field, reader in readers.items()}

    return read
