"""The command line: one module per command, loaded on demand, and one place that turns errors into exit codes.

Results go to stdout, progress messages to stderr. Exit codes: 0 done, 1 internal error, 2 usage, 3 unreadable or bad
input, 4 environment, 5 training diverged, 130 stopped by Ctrl-C after saving, 141 the reader of the output is gone.
"""

import difflib
import importlib
import io
import os
import sys
import warnings
from typing import Any, NoReturn

import click

from byhand._version import __version__
from byhand.cli.common import STOPPED, print_warning
from byhand.errors import ByhandError

COMMANDS = {
    "train": "train a network: by recipe, on MNIST or your own data",
    "sweep": "train with many values of any setting, and find the best by validation",
    "compare": "compare two recipes, runs or models: is the difference more than chance?",
    "evaluate": "evaluate a saved model on held-out examples",
    "predict": "classify pictures, arrays, IDX files or tables with a saved model",
    "explain": "trace one example through forward, loss, backward and update",
    "experiment": "reproduce a textbook pitfall with runs side by side, over several seeds",
    "plot": "draw curves, mistakes, weights and more of a run, a model or a data set",
    "card": "print one page on a model: its figures, how to load it, how to make it again",
    "show": "draw a network with its shapes and parameter counts",
    "data": "look at a data set, or fetch MNIST",
    "export": "write a model as C, JavaScript, Python or ONNX, verified by running it",
    "lab": "serve the lab: a page to draw digits, train networks and inspect every number",
    "quiz": "answer the course's questions, each with its reason",
    "guess": "read the pictures that a network finds hardest, and compare your answers with its own",
    "exercise": "write one of the course's exercises as a file, or check it",
    "homework": "write a step to be worked out by hand as a sheet, and check what was filled in",
    "bench": "time an epoch beside the other frameworks that are installed",
    "recipes": "list the recipes, or show one with all its settings",
}

FLAGS = {  # argument of byhand's functions that an error names → the flag that sets it
    "validation": "--validate",
    "engine": "--engine NAME",
    "folder": "--data-dir",
    "data": "--data my.csv",
    "pictures": "--data FOLDER",
    "runs": "--runs DIR",
    "encoding": "--encoding NAME, of byhand train, sweep, compare, data, predict, evaluate and explain",
    "decimal": "--decimal ',' (byhand train, byhand data)",
    "drop": "byhand train --drop COLUMN or --missing-values WORDS",
    "target": "--target COLUMN",
    "fields": "--learning-rate 0.01,0.1",
    "missing": "--missing indicator, --missing mean or --missing drop",
    "image_size": "--image-size 28",
    "quantile": "--loss quantile",
    "huber_delta": "--loss huber",
}

FIRST_STEPS = """\
byhand: the multilayer perceptron, every step by hand and visible.

Try these first:
  byhand train                     train on MNIST, test once, save       (about 2 seconds)
  byhand explain                   one digit through forward, loss, backward and update, with the numbers
  byhand show 784-128-64-10        draw a network with its shapes and parameter counts
  byhand data mnist                look at the digits
  byhand experiment                textbook warnings as runs side by side, five seeds each
  byhand recipes                   the named systems and the figures they must reach

byhand --help lists everything.
"""


READER_HAS_LEFT = 141  # exit code; no message


class Commands(click.Group):
    """A group whose commands live in modules of their own, and whose errors are sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"byhand.cli.{name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return the command's name, the command and its arguments; raise UsageError for an unknown name."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(COMMANDS)}."
            raise click.UsageError(f"unknown command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):  # from the table, so that --help loads no command
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run, and turn any exception into an exit code and one line on stderr."""
        kwargs["standalone_mode"] = False
        warnings.simplefilter("ignore", RuntimeWarning)  # an overflow is reported as a diverged training
        try:
            code = super().main(*args, **kwargs)
        except SystemExit as left:  # how click and rich end on a closed pipe, as after `| head`
            sys.exit(left.code and READER_HAS_LEFT)
        except Exception as error:
            if os.environ.get("BYHAND_TRACEBACK"):
                raise
            sys.exit(_tell(error))
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Exception) -> int:
    """Print the error and return the exit code."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return STOPPED
    message, code = _message_and_code(error)
    print_warning(message)
    return code


def _message_and_code(error: Exception) -> tuple[str, int]:
    if isinstance(error, click.ClickException):
        where = f" See `{error.ctx.command_path} --help`." if isinstance(error, click.UsageError) and error.ctx else ""
        text = " ".join(error.format_message().split())
        return text + "." * (not text.endswith((".", "?"))) + where, 2
    if isinstance(error, ByhandError):
        flag = FLAGS.get(error.argument or "")
        return f"{error} On the command line: {flag}." if flag else str(error), error.exit_code
    if isinstance(error, MemoryError):
        return f"not enough memory: {error}. Use a smaller batch_size or fewer examples.", 4
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}.", 4
    return f"internal error: {type(error).__name__}: {error}. Set BYHAND_TRACEBACK=1 to see where, and report it.", 1


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="byhand")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """The multilayer perceptron, every step by hand and visible.

    Example: byhand train vanilla
    """
    if ctx.invoked_subcommand is None:
        click.echo(FIRST_STEPS, nl=False)


def main() -> NoReturn:
    """The entry point of the `byhand` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character that the encoding lacks becomes ?
    if os.environ.get("COLUMNS", "").strip("0") == "":  # some terminals and CI systems set 0 or nothing for "unknown"
        os.environ.pop("COLUMNS", None)
    cli.main(prog_name="byhand")
