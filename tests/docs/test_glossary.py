"""One glossary for code, page and documents: the page's tooltips are its sentences, and its banned words stay out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
PAGES = [
    "README.md",
    "ARCHITECTURE.md",
    "CONVENTIONS.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "core/README.md",
    "docs/api.md",
    "docs/core.md",
    "docs/decisions/README.md",
    "docs/estimators.md",
    "docs/results.md",
]


def rows_of(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading of the glossary."""
    section = GLOSSARY.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_term_is_there_once_and_in_order() -> None:
    terms = [term for term, *_ in rows_of("The field's terms")]
    assert len(terms) > 30
    assert terms == sorted(set(terms), key=str.lower)


def test_every_term_is_said_plainly_and_exactly() -> None:
    for term, plain, exact in rows_of("The field's terms"):
        assert plain.endswith("."), term
        assert exact.endswith("."), term
        assert plain != exact


def banned_words(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").lower()
    banned = [word for word, _ in rows_of("Words we do not use")]
    return [word for word in banned if re.search(rf"\b{re.escape(word)}\b", text)]


@pytest.mark.parametrize("page", PAGES)
def test_banned_words_stay_out_of_the_documents(page: str) -> None:
    assert banned_words(ROOT / page) == []


def test_banned_words_stay_out_of_the_python_code() -> None:
    paths = (ROOT / "src" / "byhand").rglob("*.py")
    found = {path.relative_to(ROOT).as_posix(): banned_words(path) for path in sorted(paths)}
    assert {path: words for path, words in found.items() if words} == {}


SCRIPTS = [path for path in sorted((ROOT / "src/byhand/lab/static").rglob("*.js")) if "vendor" not in path.parts]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT / "src/byhand/lab/static").as_posix())
def test_banned_words_stay_out_of_the_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = text.replace("silent_units", "")  # a measure's key in experiments.json
    names = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()  # wayAround, way_around and "way around" are one
    words = re.sub(r"[\s_-]+", " ", names)
    banned = [word for word, _ in rows_of("Words we do not use")] + ["minibatch", "grey level", "sure ness"]
    assert [word for word in banned if re.search(rf"\b{re.escape(word)}s?\b", words)] == []
