"""Docstrings of this project, which are plain text, as reStructuredText, which Sphinx's autodoc reads.

What they are made of: prose, with code between backticks; fields, `name : meaning`; and what is indented or an example
of doctest, which is shown as it stands.
"""

import re

FIELD = re.compile(r"([A-Za-z_][\w, *]*) : (.*)")
NEXT_FIELD = re.compile(r" {3,}(?=[A-Za-z_][\w, *]* : )")
Block = tuple[str, list[str]]  # "prose", "field" or "literal", and its lines


def escape(text: str) -> str:
    """Return prose as reStructuredText: code between backticks stays code, every other character is literal."""
    pieces = text.split("`")
    return "".join(
        f"``{piece}``" if place % 2 and piece else re.sub(r"([\\*_|])", r"\\\1", piece)
        for place, piece in enumerate(pieces)
    )


def docstring_blocks(lines: list[str]) -> list[Block]:
    """Return a docstring as blocks of lines."""
    blocks: list[Block] = [("prose", [])]
    for line in lines:
        kind, (previous, block) = _kind(line), blocks[-1]
        in_example = previous == "literal" and block[:1] and block[0].startswith(">>>")
        if not line.strip():
            blocks.append((previous if previous == "literal" else "prose", []))
        elif kind == "field" or (kind == "indented" and previous == "field"):
            first, *others = NEXT_FIELD.split(line.strip())
            if kind == "field":
                blocks.append(("field", []))
            blocks[-1][1].append(first)
            blocks += [("field", [field]) for field in others]
        else:
            _add(blocks, "literal" if kind in ("indented", "example") or in_example else "prose", line)
    return [(kind, block) for kind, block in blocks if block]


def _kind(line: str) -> str:
    if line.startswith("  "):
        return "indented"
    if line.startswith(">>>"):
        return "example"
    return "field" if FIELD.match(line) else "prose"


def _add(blocks: list[Block], kind: str, line: str) -> None:
    """Add a line to the last block, or to a new one where that is of another kind."""
    if blocks[-1][0] != kind:
        blocks.append((kind, []))
    blocks[-1][1].append(line)


def as_restructured(lines: list[str]) -> list[str]:
    """Return a docstring of this project, which is plain text, as reStructuredText."""
    written: list[str] = []
    for kind, block in docstring_blocks(lines):
        if kind == "literal":
            written += ["", ".. code-block:: text", "", *(f"   {line}" for line in block), ""]
        elif kind == "field":
            name, _, meaning = " ".join(block).partition(" : ")
            written += ["", f"- ``{name.strip()}``: {escape(meaning)}", ""]
        else:
            written += ["", escape(" ".join(block)), ""]
    return written
