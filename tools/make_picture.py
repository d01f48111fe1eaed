"""Make the README's picture, a real session in a terminal: python tools/make_picture.py

Runs the commands it shows, in an empty folder, and draws what they print. Needs MNIST (BYHAND_DATA or the cache).
"""

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "session.svg"
WIDTH = 112
COMMANDS = ["train", "show 784-128-10", "explain --index 18"]
LINES = {"show 784-128-10": 17, "explain --index 18": 34}  # the first lines of what is long

INKS = [(56, 58, 66), (202, 80, 62), (46, 125, 50), (176, 112, 0), (28, 98, 176), (140, 60, 150), (0, 120, 135)]
THEME = TerminalTheme((253, 253, 251), (56, 58, 66), [*INKS, (120, 122, 130)])


def output_of(command: str, folder: str) -> str:
    """Return what a command prints in a colour terminal of this width."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "byhand", *command.split()],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    lines = done.stdout.rstrip().splitlines()
    shown = lines[: LINES.get(command, len(lines))]
    return "\n".join([*shown, "  …"] if len(shown) < len(lines) else shown)


def main() -> None:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            console.print(Text.assemble(("$ ", "dim"), (f"byhand {command}", "bold")))
            console.print(Text.from_ansi(output_of(command, folder)))
            console.print()
    svg = console.export_svg(title="byhand", theme=THEME)
    PICTURE.write_text(without_links(svg), encoding="utf-8")
    print(PICTURE.name)


def without_links(svg: str) -> str:
    """Return the picture without the addresses of web fonts: it must look the same offline."""
    start, end = svg.index("<style>") + len("<style>"), svg.index("</style>")
    rules = svg[start:end].split("@font-face")
    kept = [rules[0], *(rule.partition("}")[2] for rule in rules[1:])]
    return (
        svg[:start] + "".join(kept).replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono") + svg[end:]
    )


if __name__ == "__main__":
    main()
