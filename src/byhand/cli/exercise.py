"""`byhand exercise`: write a file with holes, or check what was written into it."""

from pathlib import Path

import click

from byhand.cli.common import Reporter, escape_markup, output_options


@click.command("exercise")
@click.argument("number", type=click.IntRange(1, 12))
@click.option("--check", "file", type=click.Path(path_type=Path), help="Run FILE and say what is still wrong.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write the exercise.  [default: exercise_NN.py]"
)
@click.option("--solution", is_flag=True, help="Print the solution.")
@output_options
def command(number: int, file: Path | None, output: Path | None, solution: bool, reporter: Reporter) -> None:
    """Write exercise NUMBER as a file with empty functions, or --check what you wrote.

    --check runs your file: it is your code and does whatever it says, in a process of its own that is ended after 20
    seconds. Shapes are checked first, then gradients, then numbers.

    Example: byhand exercise 5 --solution
    """
    from byhand.course.cases import holes_of
    from byhand.course.exercise import exercise_text, solution_text

    if solution:
        solved = solution_text(number)
        shown = "\n".join(map(escape_markup, solved.splitlines()))
        reporter.result(shown, {"exercise": number, "solution": solved}, wraps=False)
    elif file is not None:
        _check(number, file, reporter)
    else:
        text = exercise_text(number, [hole.name for hole in holes_of(number)])
        _write(number, output or Path(f"exercise_{number:02}.py"), text, reporter)


def _write(number: int, path: Path, text: str, reporter: Reporter) -> None:
    """Write the file with holes where there is none yet: what somebody wrote is not lost."""
    from byhand.errors import OptionError
    from byhand.files import atomic_write

    if path.exists():
        raise OptionError(f"{path} already exists. Check it with --check {path}, or name another --output.")
    atomic_write(path, text.encode("utf-8"))
    again = f"byhand exercise {number} --check {path}"
    shown = escape_markup(f"wrote {path}: fill it in, then `{again}`")
    reporter.result(shown, {"exercise": number, "file": str(path), "check": again})


def _check(number: int, file: Path, reporter: Reporter) -> None:
    """Print what is wrong, or that all is right; the exit code is 3 when something is wrong."""
    from byhand.course.cases import holes_of
    from byhand.course.run_check import run_check

    wrong = run_check(number, file)
    n = len(holes_of(number))
    lines = [f"[red]✗[/red] {escape_markup(sentence)}" for sentence in wrong]
    lines.append(f"{n - len(wrong)} of {n} right." if wrong else f"All {n} right.")
    reporter.result("\n".join(lines), {"exercise": number, "functions": n, "wrong": wrong})
    if wrong:
        raise click.exceptions.Exit(3)
