"""Write the page's ui/glossary.js from the terms of docs/glossary.md: python tools/make_glossary.py"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE, PATH = ROOT / "docs" / "glossary.md", ROOT / "src" / "byhand" / "lab" / "static" / "ui" / "glossary.js"
ABOUT = "// Every term plainly and exactly: written by tools/make_glossary.py from docs/glossary.md."


def terms() -> dict[str, tuple[str, str]]:
    """Return each of the field's terms with its plain sentence and its exact one."""
    section = SOURCE.read_text(encoding="utf-8").partition("## The field's terms\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return {term.strip(): (plain.strip(), exact.strip()) for term, plain, exact in rows}


def text() -> str:
    """Return the file as it should be."""
    entries = [
        f"  {_quote(term)}: [\n    {_quote(plain)},\n    {_quote(exact)},\n  ],\n"
        for term, (plain, exact) in terms().items()
    ]
    kind = "/** @type {Record<string, [plain: string, exact: string]>} */"
    return f"{ABOUT}\n\n{kind}\nexport const GLOSSARY = {{\n{''.join(entries)}}};\n"


def _quote(sentence: str) -> str:
    return json.dumps(sentence, ensure_ascii=False)


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
