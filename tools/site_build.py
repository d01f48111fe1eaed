"""What the docs site needs beside Sphinx, furo and MyST-NB: lessons as they were run, two depths, docstrings, MathML.

A Sphinx extension, named in docs/conf.py. It needs the extra `docs`.
"""

import re
import shutil
from pathlib import Path
from typing import Any

import latex2mathml.converter
import nbformat
from docstring_markup import as_restructured
from docutils import nodes
from make_commands import page as page_of_commands
from make_lessons import notebook_of

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "build" / "lessons"
LAB = ROOT / "src" / "byhand" / "lab" / "static"
DEPTHS = {"Plain.": "depth-plain", "Exact.": "depth-exact", "plainly": "depth-plain", "exactly": "depth-exact"}
FORWARD = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=docs/index.html">\n'


def read_lesson(source: str) -> nbformat.NotebookNode:
    """Return a lesson with its outputs; raise ValueError where it was changed after it was run."""
    cells = [cell.source for cell in notebook_of(source).cells]
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if [cell.source for cell in notebook.cells] == cells:
            return notebook
    raise ValueError(f"{cells[0].splitlines()[0]!r} has no run in {NOTEBOOKS}; run `make lessons` first")


def on_source(app: Any, name: str, source: list[str]) -> None:
    """Sphinx's event: fill in the page of commands; make links to source files such, and not links to pages."""
    if name == "docs/reference/commands":
        source[0] = page_of_commands()
    source[0] = re.sub(r"\]\(((?:\.\./)*src/[^)\s]+)\)", r"](path:\1)", source[0])


def on_doctree(app: Any, doctree: nodes.document) -> None:
    """Sphinx's event: mark what is said plainly and what exactly, for the switch of docs/_static/depth.js.

    In a lesson these are quotes that begin with **Plain.** or **Exact.**, in the glossary columns of the table.
    """
    for quote in doctree.findall(nodes.block_quote):
        label = next(iter(quote.findall(nodes.strong)), None)
        _mark(quote, label)
    for table in doctree.findall(nodes.tgroup):
        head, *rows = (row.children for row in table.findall(nodes.row))
        for row in [head, *rows]:
            for title, entry in zip(head, row, strict=False):  # a cell may span columns
                _mark(entry, title)


def _mark(node: nodes.Element, label: nodes.Node | None) -> None:
    if label is not None and label.astext() in DEPTHS:
        node["classes"].append(DEPTHS[label.astext()])


def on_docstring(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Autodoc's event: replace a docstring's lines."""
    lines[:] = as_restructured(lines)


def _mathml(formula: str, display: str) -> str:
    """Return a formula as MathML; the number of \\tag stands to its right."""
    tag = re.search(r"\\tag\{(\w+)\}", formula)
    mathml = latex2mathml.converter.convert(re.sub(r"\\tag\{\w+\}", "", formula), display=display)
    return f"{mathml} <span class='eqno'>({tag[1]})</span>" if tag else mathml


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula on a line of its own."""
    translator.body.append(f"<div class='math'>{_mathml(node.astext(), 'block')}</div>\n")
    raise nodes.SkipNode


def on_finish(app: Any, error: Exception | None) -> None:
    """Put a first page at the root, and the lab, which needs no server of its own, beside the pages."""
    if error is None:
        (Path(app.outdir) / "index.html").write_text(FORWARD, encoding="utf-8")
        shutil.copytree(LAB, Path(app.outdir) / "lab", dirs_exist_ok=True)


def setup(app: Any) -> dict[str, bool]:
    """Sphinx's entry point."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("source-read", on_source)
    app.connect("doctree-read", on_doctree)
    app.connect("autodoc-process-docstring", on_docstring)
    app.connect("build-finished", on_finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
