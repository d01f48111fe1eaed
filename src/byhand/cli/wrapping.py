"""Text wrapped between words to the width of a terminal.

A line continues below its text, to the right of its label where it has one. A command that is too long is broken with
a backslash, so that it can be pasted; one in backticks stays whole where a line has room for it.
"""

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

LABEL = re.compile(r" *(?:\S+(?: \S+)* {2,})?")  # what stands to the left of a line's text: "model     "
COMMAND = re.compile(r" *[\w ]+: (?=byhand )")  # "Next: byhand explain"
WORD = re.compile(r"`[^`]*`\S*|\S+")
BACKSLASH = " \\"


def fit_text(text: "Text", width: int) -> "Text":
    """Return text whose lines have at most `width` cells each; a longer word stays whole."""
    from rich.text import Text

    lines = [part for line in text.split("\n", allow_blank=True) for part in _fit_line(line, width)]
    return Text("\n").join(lines)


def _fit_line(line: "Text", width: int) -> "list[Text]":
    from rich.text import Text

    if line.cell_len <= width:
        return [line]
    is_command = COMMAND.match(line.plain) is not None
    if is_command and sys.platform == "win32":  # its shells know no backslash
        return [line]
    tail = BACKSLASH if is_command else ""
    indent = _indent(line.plain, width)
    first, *more = line.divide(_breaks(line.plain, width - len(tail), indent))
    parts = [first, *(Text(" " * indent).append_text(part) for part in more)]
    for part in parts:
        part.rstrip()
    return [part.append(tail) for part in parts[:-1]] + parts[-1:]


def _indent(line: str, width: int) -> int:
    """Return the cells before a line's text: those of its label, or of its margin where the label is half the width."""
    label = COMMAND.match(line) or LABEL.match(line)
    n = len(label.group()) if label else 0
    return n if n <= width // 2 else len(line) - len(line.lstrip())


def _breaks(line: str, width: int, indent: int) -> list[int]:
    """Return the places in a line where a new one begins."""
    from rich.cells import cell_len

    breaks: list[int] = []
    start = 0
    for begin, end in _words(line, width - indent):
        room = width - (indent if breaks else 0)
        if cell_len(line[start:end]) > room and line[start:begin].strip():
            breaks.append(begin)
            start = begin
    return breaks


def _words(line: str, room: int) -> list[tuple[int, int]]:
    """Return where each word begins and ends; what is in backticks is one word if it has room in a line."""
    words = []
    for match in WORD.finditer(line):
        if len(match.group()) <= room:
            words.append(match.span())
        else:
            words += [
                (match.start() + one.start(), match.start() + one.end()) for one in re.finditer(r"\S+", match.group())
            ]
    return words
