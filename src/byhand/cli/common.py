"""Options that the commands share, and the reporter that prints their output."""

import functools
import io
import json
import math
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

import click

from byhand.cli.wrapping import fit_text
from byhand.errors import OptionError
from byhand.formatting import format_number
from byhand.untrusted import UntrustedText, escape_control_chars

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STOPPED = 130  # exit code of a command that Ctrl-C or Ctrl-D ended before its work was done
SCHEMA = 1  # of every --json object; changes when a name changes its meaning


@dataclass(frozen=True)
class Reporter:
    """How to print: progress messages go to stderr unless quiet, results to stdout, as text or as one JSON object."""

    as_json: bool
    quiet: bool
    color: bool | None  # None: the terminal decides

    def console(self, *, stderr: bool = True) -> "Console":
        """Return a rich console for progress messages, or for results with stderr=False."""
        from rich.console import Console

        console = Console(
            file=cast("IO[str]", Narration(sys.stderr)) if stderr else None,
            quiet=self.quiet and stderr,
            highlight=False,
            emoji=False,  # a class may be named ":cat:"
            soft_wrap=True,
            no_color=self.color is False,
        )
        if console.width < 1:  # COLUMNS=0: nothing would be shown at all
            console.width = 80
        return console

    def print(self, text: "Text", *, stderr: bool, wraps: bool = True) -> None:
        """Print text: wrapped on a terminal; elsewhere, or if it is code, unwrapped: a line stays one record."""
        console = self.console(stderr=stderr)
        wraps = wraps and console.is_terminal
        console.print(fit_text(text, console.width) if wraps else text, soft_wrap=not wraps)

    @property
    def width(self) -> int:
        """How many characters a line of the result has room for."""
        return self.console(stderr=False).width

    def info(self, text: str) -> None:
        """Print one progress message."""
        from rich.text import Text

        self.print(Text(escape_control_chars(text)), stderr=True)

    def warn(self, text: str) -> None:
        """Print a warning; --quiet does not silence it."""
        print_warning(text)

    def result(self, text: str, values: dict[str, Any], *, wraps: bool = True) -> None:
        """Print the result: `text` for people, or `values` as the one JSON object. wraps : False for code"""
        if self.as_json:
            click.echo(json_text({"schema": SCHEMA, **values}))
        else:
            from rich.text import Text

            self.print(Text.from_markup(text, emoji=False), stderr=False, wraps=wraps)


def print_warning(text: str) -> None:
    """Print a warning to stderr, as `byhand: …`; --quiet does not silence it."""
    from rich.text import Text

    Reporter(as_json=False, quiet=False, color=False).print(Text(f"byhand: {escape_control_chars(text)}"), stderr=True)


class Narration(io.TextIOBase):
    """A stream for messages that may be lost: if it cannot be written (a full device), the work continues.

    A reader that has closed the pipe is another matter: that ends the program, as everywhere.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_lost = False

    def write(self, text: str) -> int:
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self._stream.flush)

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def _try(self, act: Callable[[], object]) -> None:
        if self._is_lost:
            return
        try:
            act()
        except BrokenPipeError:
            raise
        except OSError:  # there is nowhere to say so
            self._is_lost = True
            if sys.stderr is self._stream:
                sys.stderr = self  # or Python would try, and fail, to write the rest at its end


class NonNegativeFloat(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """A finite number, 0 or larger; float() would accept nan and infinity."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 <= number < math.inf:
            self.fail(f"{value!r} is not a finite number from 0 on.", param, ctx)
        return number


def check_output(output: Path, sources: Iterable[Path]) -> None:
    """Raise OptionError where writing `output` would replace a file that it is made from."""
    if any(output.exists() and path.exists() and output.samefile(path) for path in sources):
        raise OptionError(f"{output} is one of the files that are read, and would be replaced. Name another file.")


def output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --json, --quiet and --no-color, handed to it as one `reporter`."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on stdout.")
    @click.option("-q", "--quiet", is_flag=True, help="No progress messages.")
    @click.option("--no-color", is_flag=True, help="No colours (NO_COLOR works too).")
    @functools.wraps(function)
    def with_reporter(*args: Any, as_json: bool, quiet: bool, no_color: bool, **kwargs: Any) -> Any:
        reporter = Reporter(as_json, quiet, False if no_color or os.environ.get("NO_COLOR") else None)
        return function(*args, reporter=reporter, **kwargs)

    return with_reporter


def data_dir_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --data-dir."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        help="Folder with the four IDX files of MNIST or a look-alike (else BYHAND_DATA, else the cache).",
    )(function)


def runs_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --runs."""
    return click.option(
        "--runs",
        type=click.Path(path_type=Path),
        default=Path("runs"),
        show_default=True,
        help="Folder that holds the run folders.",
    )(function)


def model_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an optional MODEL: a model file or a run folder; default: the newest run."""
    return click.argument("model", required=False, type=click.Path(path_type=Path))(function)


def encoding_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --encoding."""
    return click.option("--encoding", help="Of a table: utf-8, cp1252, …; default: that of the table of the training.")(
        function
    )


def json_text(values: dict[str, Any]) -> str:
    """Return strict JSON that contains no control characters.

    A number that is not finite becomes null; control characters and lone surrogates are escaped.
    """
    text = json.dumps(_finite(values), ensure_ascii=False, allow_nan=False)
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, UntrustedText):
        return value.for_json()
    if isinstance(value, dict):
        return {_finite(key): _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def escape_markup(text: str | UntrustedText) -> str:
    """Return untrusted text escaped for rich markup, where square brackets are special."""
    from rich.markup import escape

    return escape(text.for_terminal() if isinstance(text, UntrustedText) else escape_control_chars(text))


def percent(fraction: float, digits: int = 2) -> str:
    """Return a fraction as a percentage: 98.24 %."""
    return f"{format_number(100 * fraction, f'.{digits}f')} %"
