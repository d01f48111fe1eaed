"""Two depths of an explanation: each sentence is in one source, and page and site agree on the switch."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_glossary

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "byhand" / "lab" / "static"
SITE, PAGE = ROOT / "docs" / "_static", STATIC / "ui" / "depth.js"
HIDE = 'html[data-depth="plain"] .depth-exact,\nhtml[data-depth="exact"] .depth-plain {\n  display: none;\n}\n'


def lesson_pairs() -> list[str]:
    """Return what the lessons say plainly and exactly."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "lessons").glob("*.py")))
    quotes = (
        quote for text in texts for quote in re.findall(r"^# > \*\*\w+\.\*\* ((?:.+\n# > )*.+)$", text, re.MULTILINE)
    )
    return [quote.replace("\n# > ", " ") for quote in quotes]


def test_no_explanation_is_written_twice() -> None:
    explanations = [*lesson_pairs(), *(sentence for pair in make_glossary.terms().values() for sentence in pair)]
    assert len(explanations) > 120
    assert [text for text, n in Counter(explanations).items() if n > 1] == []
    sources = [
        *(ROOT / "lessons").glob("*.py"),
        *STATIC.glob("*/*.js"),
        *STATIC.glob("data/*.json"),
        ROOT / "README.md",
    ]
    written_by_tool = STATIC / "ui" / "glossary.js"
    everything = " ".join(
        re.sub(r"\s*\n# > ", " ", path.read_text(encoding="utf-8")) for path in sources if path != written_by_tool
    )
    assert [text for text in lesson_pairs() if everything.count(text) != 1] == []
    plain = [plain for plain, _ in make_glossary.terms().values()]
    assert [text for text in plain if text in everything] == []


def test_page_and_site_keep_one_choice() -> None:
    """They have the same key in the browser's storage, the same depths, and hide the same classes."""
    site, page, kept = (
        dict(re.findall(r"^const (KEY|DEPTHS|PREFERENCE|PREFIX) = (.*?);", path.read_text("utf-8"), re.MULTILINE))
        for path in (SITE / "depth.js", PAGE, PAGE.with_name("preferences.js"))
    )
    assert json.loads(site["KEY"]) == json.loads(kept["PREFIX"]) + json.loads(page["PREFERENCE"])
    assert site["DEPTHS"] == page["DEPTHS"]
    for path in (SITE / "depth.css", STATIC / "stylesheets" / "tooltips.css"):
        assert HIDE in path.read_text(encoding="utf-8")


MARKDOWN = """> **Plain.** A.

> **Exact.** B.

> Another.

| term | plainly | exactly |
|---|---|---|
| z | C | D |
"""


def test_the_site_marks_both_depths() -> None:
    reason = "needs the extra docs"
    core, parser = (pytest.importorskip(name, reason=reason) for name in ("docutils.core", "myst_parser.docutils_"))
    site_build = pytest.importorskip("site_build", reason=reason)
    doctree = core.publish_doctree(MARKDOWN, parser=parser.Parser())
    site_build.on_doctree(None, doctree)
    found = [(node["classes"], node.astext()) for node in doctree.findall(lambda node: hasattr(node, "attributes"))]
    marked = [(kinds[0].removeprefix("depth-"), text) for kinds, text in found if kinds and "depth-" in kinds[0]]
    assert marked == [
        ("plain", "Plain. A."),
        ("exact", "Exact. B."),
        ("plain", "plainly"),
        ("exact", "exactly"),
        ("plain", "C"),
        ("exact", "D"),
    ]
