"""Write the page's ui/glossary.js from the terms of docs/glossary.md: python tools/make_glossary.py"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE, PATH = ROOT / "docs" / "glossary.md", ROOT / "src" / "byhand" / "lab" / "static" / "ui" / "glossary.js"
ABOUT = "// One plain sentence for every term: written by tools/make_glossary.py from docs/glossary.md."


def terms() -> dict[str, str]:
    """Return each of the field's terms with its sentence."""
    section = SOURCE.read_text(encoding="utf-8").partition("## The field's terms\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return {term.strip(): sentence.strip() for term, sentence in rows}


def text() -> str:
    """Return the file as it should be."""
    entries = [
        f"  {json.dumps(term)}: {json.dumps(sentence, ensure_ascii=False)},\n" for term, sentence in terms().items()
    ]
    return f"{ABOUT}\n\n/** @type {{Record<string, string>}} */\nexport const GLOSSARY = {{\n{''.join(entries)}}};\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
