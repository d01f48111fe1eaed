"""`byhand homework`: write a sheet to be worked out by hand, print its answer key, or check what was filled in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byhand.cli.common import Reporter, escape_markup, output_options

if TYPE_CHECKING:
    from byhand.course.homework import Homework

MOST_BYTES = 1 << 16
WRONG = 3  # exit code


@click.command("homework")
@click.option("--sizes", default="2-2-2", show_default=True, help="Widths from input to output.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Seed of the numbers.")
@click.option("--rate", type=float, default=0.5, show_default=True, help="Learning rate of the step.")
@click.option(
    "--digits", type=click.IntRange(2, 8), default=4, show_default=True, help="Decimal places that are checked."
)
@click.option("--ask", default="z,a,L,dW,db,W", show_default=True, help="What to leave blank, separated by commas.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write the sheet.  [default: homework_SEED.md]"
)
@click.option("--key", is_flag=True, help="Print the answer key instead.")
@click.option("--check", "file", type=click.Path(path_type=Path), help="Check a completed table.")
@output_options
def command(
    sizes: str,
    seed: int,
    rate: float,
    digits: int,
    ask: str,
    output: Path | None,
    key: bool,
    file: Path | None,
    reporter: Reporter,
) -> None:
    """Write one step of gradient descent as homework: a sheet to print, and a table to fill in.

    The numbers follow from the settings, so the same line makes the same sheet and key on every machine; the table
    carries them in its first line, and --check needs nothing else. The check says which answers are wrong, not what is
    right.

    Example: byhand homework --seed 7 --ask dW,db
    """
    from byhand.course.homework import Homework, key_rows

    if file is not None:
        _check(file, reporter)
        return
    homework = Homework(_widths(sizes), seed, rate, digits, tuple(word.strip() for word in ask.split(",")))
    if key:
        rows = key_rows(homework)
        lines = [escape_markup(f"{name:<12} {number:.{digits}f}") for name, number in rows.items()]
        reporter.result("\n".join(lines), {"settings": homework.settings, "key": rows})
        return
    _write(homework, output or Path(f"homework_{seed}.md"), reporter)


def _widths(sizes: str) -> tuple[int, ...]:
    """Return the widths in a text such as 2-2-2."""
    from byhand.arguments import format_value
    from byhand.errors import OptionError

    words = sizes.split("-")
    if not all(word.isdecimal() and len(word) < 10 for word in words):
        raise OptionError(f"homework got sizes {format_value(sizes)}; expected widths with a hyphen between, as 2-2-2.")
    return tuple(map(int, words))


def _write(homework: "Homework", path: Path, reporter: Reporter) -> None:
    """Write sheet and table where there are none yet: what somebody filled in is not lost."""
    from byhand.course.homework import answer_sheet, sheet
    from byhand.errors import OptionError
    from byhand.files import atomic_write

    table = path.with_suffix(".csv")
    for file in (path, table):
        if file.exists():
            raise OptionError(f"{file} already exists. Name another --output, or check it with --check {table}.")
    atomic_write(path, sheet(homework).encode("utf-8"))
    atomic_write(table, answer_sheet(homework).encode("utf-8"))
    check = f"byhand homework --check {table}"
    print_me, fill_in = (f"[bold]{escape_markup(str(file))}[/bold]" for file in (path, table))
    shown = f"wrote {print_me} to print and {fill_in} to fill in; then {escape_markup(f'`{check}`')}"
    reporter.result(shown, {"sheet": str(path), "table": str(table), "check": check, "settings": homework.settings})


def _check(file: Path, reporter: Reporter) -> None:
    """Print what is wrong, or that all is right; the exit code is 3 when something is wrong."""
    from byhand.course.homework import answer_key, check_answers
    from byhand.files import read_bytes_limited

    text = read_bytes_limited(file, "a homework", MOST_BYTES).decode("utf-8-sig", "replace")
    homework, wrong = check_answers(text)
    n = len(answer_key(homework))
    lines = [f"[red]✗[/red] {escape_markup(sentence)}" for sentence in wrong]
    lines.append(f"{n} answers, {len(wrong)} to be looked at again." if wrong else f"All {n} right.")
    reporter.result("\n".join(lines), {"settings": homework.settings, "answers": n, "wrong": wrong})
    if wrong:
        raise click.exceptions.Exit(WRONG)
