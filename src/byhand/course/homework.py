"""Homework: one step of gradient descent to be worked out by hand, on a sheet whose numbers follow from a few settings.

Whoever has the settings has the sheet, the answer key and the check: no account and no server. Every number comes from
reference.py, the implementation in pure Python; weights and inputs are rounded first, so that a pencil is enough.
"""

import csv
import io
from dataclasses import dataclass, fields
from typing import Any

from byhand import reference
from byhand.arguments import check_number, check_whole
from byhand.errors import DataError, OptionError

PARTS = ("z", "a", "L", "dW", "db", "W")  # what can be asked for: L is the loss, W the weights after the step
MOST_WIDTH, MOST_SIZES, PLACES = 8, 4, 2  # the numbers that are given have two decimal places
HEAD = "byhand homework"


@dataclass(frozen=True)
class Homework:
    """The settings of a sheet.

    sizes : widths from input to output, sigmoid units throughout   digits : decimal places that are checked
    ask : the parts that are left blank, of PARTS
    """

    sizes: tuple[int, ...] = (2, 2, 2)
    seed: int = 1
    rate: float = 0.5
    digits: int = 4
    ask: tuple[str, ...] = PARTS

    def __post_init__(self) -> None:
        if not 2 <= len(self.sizes) <= MOST_SIZES:
            raise OptionError(f"homework got {len(self.sizes)} sizes; expected 2 … {MOST_SIZES}, as 2-2-2.")
        for size in self.sizes:
            check_whole("homework", "a width", size, 1, MOST_WIDTH)
        check_whole("homework", "seed", self.seed, 0, 2**32 - 1)
        check_whole("homework", "digits", self.digits, 2, 8)
        check_number("homework", "rate", self.rate, lambda rate: 0 < rate <= 100, "a number above 0, at most 100")
        unknown = [part for part in self.ask if part not in PARTS]
        if unknown or not self.ask:
            raise OptionError(f"homework got ask={unknown or 'nothing'}; expected some of {', '.join(PARTS)}.")

    @property
    def settings(self) -> str:
        """All settings in one line: what is passed on."""
        sizes, ask = "-".join(map(str, self.sizes)), "+".join(self.ask)
        return f"sizes={sizes} seed={self.seed} rate={self.rate:g} digits={self.digits} ask={ask}"

    @classmethod
    def from_settings(cls, line: str) -> "Homework":
        """Return the homework of such a line; raise DataError where it is not one."""
        given = dict(word.partition("=")[::2] for word in line.split())
        try:
            if set(given) != {field.name for field in fields(cls)}:
                raise ValueError
            sizes, ask = tuple(map(int, given["sizes"].split("-"))), tuple(given["ask"].split("+"))
            return cls(sizes, int(given["seed"]), float(given["rate"]), int(given["digits"]), ask)
        except (ValueError, OptionError) as error:
            raise DataError(f"{line[:80]!r} is not the settings of a homework; expected {cls().settings!r}.") from error


def _network(homework: Homework) -> reference.Network:
    """Return the network of a homework, its weights and biases rounded."""
    layers = reference.mlp(list(homework.sizes), reference.SIGMOID, homework.seed, reference.normal(0.7))
    network: reference.Network = [*layers, reference.SIGMOID]
    stream = reference.RandomStream(homework.seed, reference.DATA, epoch=1)
    for layer in network:
        if isinstance(layer, reference.Dense):
            layer.b[:] = [0.3 * number for number in stream.normal(len(layer.b))]
    for row in reference.parameters(network):
        row[:] = [round(number, PLACES) + 0.0 for number in row]
    return network


def given_and_answers(homework: Homework) -> tuple[dict[str, float], dict[str, float]]:
    """Return the numbers that are given, and all that follow from them, by name: z1[0], dW2[0,1], L."""
    network = _network(homework)
    stream = reference.RandomStream(homework.seed, reference.DATA)
    x = [round(number, PLACES) for number in stream.uniform(homework.sizes[0])]
    t = [round(number, PLACES) for number in stream.uniform(homework.sizes[-1])]
    given = _vector("x", x) | _weights(network, reference.parameters(network), "") | _vector("t", t)
    values = reference.forward(network, x)
    answers: dict[str, float] = {}
    for i in range(1, len(values)):
        answers |= _vector(f"{'za'[(i - 1) % 2]}{(i + 1) // 2}", values[i])
    answers["L"], d_output = reference.squared_error(values[-1], t)
    grads = reference.backward(network, values, d_output)
    answers |= _weights(network, grads, "d")
    reference.SGD().update(reference.parameters(network), grads, homework.rate)
    return given, answers | _weights(network, reference.parameters(network), "new ")


def _vector(name: str, numbers: list[float]) -> dict[str, float]:
    return {f"{name}[{j}]": number for j, number in enumerate(numbers)}


def _weights(network: reference.Network, rows: list[list[float]], prefix: str) -> dict[str, float]:
    """Return the rows of each dense layer by the names of their entries: W1[i,j] is from input i to unit j."""
    named: dict[str, float] = {}
    rest = iter(rows)
    for number, layer in enumerate((one for one in network if isinstance(one, reference.Dense)), start=1):
        for i in range(len(layer.W)):
            named |= {f"{prefix}W{number}[{i},{j}]": entry for j, entry in enumerate(next(rest))}
        named |= _vector(f"{prefix}b{number}", next(rest))
    return named


def answer_key(homework: Homework) -> dict[str, float]:
    """Return what is asked for, with the right numbers."""
    _, answers = given_and_answers(homework)
    return {name: number for name, number in answers.items() if _part_of(name) in homework.ask}


def _part_of(name: str) -> str:
    """Return the part that an answer belongs to; new biases belong to the new weights."""
    if name.startswith("new "):
        return "W"
    return name[:2] if name.startswith("d") else name[0]


def sheet(homework: Homework) -> str:
    """Return the sheet as Markdown: what is given, what is asked, and how to hand it in."""
    given, answers = given_and_answers(homework)
    rate, digits = f"{homework.rate:g}", homework.digits
    lines = [
        "# One step of gradient descent, by hand",
        "",
        f"A network {'-'.join(map(str, homework.sizes))} of sigmoid units. W1[i,j] leads from input i to unit j, and",
        "counting starts at 0.",
        "",
        f"- z = x W + b, a = 1 / (1 + e⁻ᶻ), layer by layer; L = Σ (a − t)²; W ← W − η dW with η = {rate}",
        f"- Round to {digits} decimal places at the end, not on the way.",
        "",
        "| given | |",
        "|---|--:|",
        *(f"| {name} | {number:.{PLACES}f} |" for name, number in given.items()),
        "",
        "| find | |",
        "|---|---|",
    ]
    for name, number in answers.items():
        lines.append(f"| {name} | {'' if _part_of(name) in homework.ask else f'{number:.{digits}f}'} |")
    return "\n".join([*lines, "", f"Settings: `{homework.settings}`", ""])


def answer_sheet(homework: Homework) -> str:
    """Return the table to fill in, as CSV; its first line has the settings."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([HEAD, homework.settings])
    writer.writerows([name, ""] for name in answer_key(homework))
    return text.getvalue()


def check_answers(text: str) -> tuple[Homework, list[str]]:
    """Return the homework of a filled-in table, and a sentence for each answer that is wrong or not there.

    The right number is not told. Raises DataError for another kind of file.
    """
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if not rows or len(rows[0]) != 2 or rows[0][0].strip() != HEAD:
        raise DataError(f"this is not a homework; its first line must be {HEAD!r} and its settings.")
    homework = Homework.from_settings(rows[0][1])
    key = answer_key(homework)
    answers = {row[0].strip(): row[1].strip() for row in rows[1:] if len(row) > 1}
    wrong = [f"{name[:20]!r} is not asked for" for name in answers if name not in key]
    for name, right in key.items():
        if said := _what_is_wrong(answers.get(name, ""), right, homework.digits):
            wrong.append(f"{name} {said}")
    return homework, wrong


def _what_is_wrong(answer: str, right: float, digits: int) -> str | None:
    """Return what is wrong with an answer; one in the last place is allowed for rounding."""
    if not answer:
        return "is still blank"
    try:
        number = float(answer.replace("\N{MINUS SIGN}", "-").replace(",", "."))
    except ValueError:
        return "is not a number"
    if abs(number - right) <= 1.01 * 10.0**-digits:
        return None
    return "has the wrong sign" if abs(number + right) <= 1.01 * 10.0**-digits else "is not right"


def key_rows(homework: Homework) -> dict[str, Any]:
    """Return the answer key, rounded as it is to be given."""
    return {name: round(number, homework.digits) + 0.0 for name, number in answer_key(homework).items()}
