"""What `byhand predict --output` writes: a file of the kind that its suffix names, one prediction a line.

.csv, .tsv   file, id, prediction and, for classes, a score each; every cell as it is, quoted where it has to be
.jsonl       one JSON object each, as `--json` has them
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from byhand.cli.common import json_text
from byhand.errors import OptionError
from byhand.files import atomic_write

NOVEL = "unlike_training"  # key of an answer, and column of a file
NOT_SCORES = ("file", "index", "id", "class", "values", NOVEL)


def check_suffix(output: Path) -> None:
    """Raise OptionError for a file of a kind that is not written."""
    if output.suffix.lower() not in WRITERS:
        *others, last = WRITERS
        raise OptionError(
            f"predictions are written to {', '.join(others)} or {last} files, and {output} is none. Name another file."
        )


def write_predictions(output: Path, answers: list[dict[str, Any]]) -> None:
    """Write answers to a file, whole or not at all; check_suffix says which kinds there are."""
    text = WRITERS[output.suffix.lower()](answers)
    atomic_write(output, text.encode("utf-8", "surrogateescape"))


def _delimited(answers: list[dict[str, Any]], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    kinds = [key for key in (answers[0] if answers else {}) if key not in NOT_SCORES]
    names = sorted({name for answer in answers for kind in kinds for name in answer[kind]})
    n_values = max((len(answer["values"]) for answer in answers if "values" in answer), default=0)
    values = ["prediction"] if n_values < 2 else [f"prediction {i + 1}" for i in range(n_values)]
    novel = [NOVEL] if any(NOVEL in answer for answer in answers) else []
    writer.writerow(["file", "id", *values, *(f"{kind} {name}" for kind in kinds for name in names), *novel])
    for answer in answers:
        said = answer["values"] if "values" in answer else [answer["class"]]
        scores = [answer[kind].get(name, "") for kind in kinds for name in names]
        writer.writerow([answer["file"], answer.get("id") or answer["index"], *said, *scores, *_yes_no(answer, novel)])
    return text.getvalue()


def _yes_no(answer: dict[str, Any], keys: list[str]) -> list[str]:
    return ["yes" if answer[key] else "no" for key in keys]


def _lines_of_json(answers: list[dict[str, Any]]) -> str:
    return "".join(f"{json_text(answer)}\n" for answer in answers)


WRITERS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    ".csv": lambda answers: _delimited(answers, ","),
    ".tsv": lambda answers: _delimited(answers, "\t"),
    ".jsonl": _lines_of_json,
}
