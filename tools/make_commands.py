"""The reference of the command line, from the commands themselves: python tools/make_commands.py prints it."""

import inspect

import click

from byhand.cli.main import COMMANDS, cli

ABOUT = "# Commands\n\n`byhand COMMAND --help` prints the same.\n"


def cell(text: str) -> str:
    """Return text as a cell of a table; what looks like a tag stays text."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def option_row(option: click.Option) -> str:
    """Return the row of an option: its flags, what it takes, and what it does."""
    flags = ", ".join(f"`{flag}`" for flag in [*option.opts, *option.secondary_opts])
    takes = "" if option.is_flag else " " + cell(option.metavar or option.type.name.upper())
    return f"| {flags}{takes} | {cell(option.help or '')} |"


def section(name: str) -> str:
    """Return what the page says about a command."""
    command = cli.get_command(click.Context(cli), name)
    context = click.Context(command, info_name=f"byhand {name}")
    usage = f"byhand {name} {' '.join(command.collect_usage_pieces(context))}"
    options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    rows = [option_row(option) for option in options]
    prose = inspect.cleandoc(command.help or "").replace("\b", "").replace("<", "&lt;")
    text, _, example = prose.partition("Example: ")
    lines = [f"## {name}", "", f"```\n{usage}\n```", "", text.strip(), ""]
    lines += [f"```\n{example.strip()}\n```", ""] if example else []
    return "\n".join([*lines, "| option | |", "|---|---|", *rows, ""])


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([ABOUT, *(section(name) for name in COMMANDS)])


if __name__ == "__main__":
    print(page())
