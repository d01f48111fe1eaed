"""Functions of the page are named as everywhere: a verb, or the noun that they return; not a participle alone."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src" / "byhand" / "lab" / "static"
SCRIPTS = [path for path in sorted(STATIC.rglob("*.js")) if "vendor" not in path.parts]
FUNCTION = re.compile(
    r"\bfunction\*? (\w+)|"  # a declaration
    r"\b(?:const|let) (\w+) = (?:async )?(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\w+) =>|"  # an arrow with a name
    r"^ +(?:static |async |\*)*(#?\w+)\([^;\n]*\) \{$",  # a method
    flags=re.MULTILINE,
)
NOT_METHODS = {"if", "for", "while", "switch", "catch"}
OF_THE_BROWSER = {"connectedCallback", "disconnectedCallback"}
VERBS = {"create", "describe", "draw", "find", "list", "paint", "show"}
ASKS = {"is", "has", "can", "needs"}
PREPOSITIONS = {"as", "at", "by", "down", "in", "into", "of", "on", "out", "over", "to", "with"}
ENDS_IN_ED = {"need", "feed", "seed", "speed", "embed", "exceed"}  # and is not a participle
# fmt: off
IRREGULAR = {  # not "left", the side, nor "split", the verb
    "begun", "bent", "bound", "broken", "brought", "built", "chosen", "done", "drawn", "driven", "felt",
    "forgotten", "found", "given", "gone", "grown", "heard", "held", "hidden", "kept", "known", "laid", "lent",
    "lost", "made", "meant", "met", "paid", "said", "seen", "sent", "shown", "sold", "spent", "spoken", "struck",
    "taken", "taught", "thought", "thrown", "told", "understood", "won", "wound", "worn", "written",
}
# fmt: on


def is_participle(word: str) -> bool:
    return word in IRREGULAR or (word.endswith("ed") and word not in ENDS_IN_ED)


def words_of(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def is_banned(name: str) -> bool:
    """Is it a participle alone, one before a preposition, or a noun and one: told, shownAs, modelNamed?"""
    first, *rest = words_of(name) or [""]
    if first in ASKS or name in OF_THE_BROWSER:
        return False
    if is_participle(first):
        return set(rest) <= PREPOSITIONS
    return len(rest) == 1 and is_participle(rest[0]) and first not in VERBS


def functions(text: str) -> list[str]:
    names = [next(group for group in found.groups() if group) for found in FUNCTION.finditer(text)]
    return [name for name in names if name not in NOT_METHODS]


def test_no_function_of_the_page_is_a_participle() -> None:
    names = {
        f"{path.relative_to(STATIC).as_posix()} {name}"
        for path in SCRIPTS
        for name in functions(path.read_text(encoding="utf-8"))
    }
    assert len(names) > 1000
    assert {name for name in names if is_banned(name.rpartition(" ")[2])} == set()


@pytest.mark.parametrize(
    ("name", "banned"),
    [
        ("told", True),
        ("shownAs", True),
        ("modelNamed", True),
        ("#drawn", True),
        ("rounded", True),
        ("isKnown", False),
        ("paintSigned", False),
        ("hiddenOutputs", False),
        ("embed", False),
        ("split", False),
    ],
)
def test_participles_are_known(name: str, banned: bool) -> None:
    assert is_banned(name) is banned


def test_functions_are_found() -> None:
    text = "function a(b) {}\nconst c = (d, [e]) => e;\nconst f = 3;\nclass G {\n  #h(i) {\n  }\n  if (j) {\n  }\n}\n"
    assert functions(text) == ["a", "c", "#h"]
