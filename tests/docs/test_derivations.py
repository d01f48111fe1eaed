"""Formula, code and page say the same: for every layer and loss, found by listing the folders."""

import ast
import re
import sys
import tokenize
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import derivation_rows as lines_of
import make_derivation_examples as tool

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "byhand"
PAGES = ROOT / "docs" / "derivations"
PAGE_NAMED = re.compile(r"docs/derivations/(\w+)\.md")


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def has_to_be_derived(path: Path) -> bool:
    return path.parent.name in ("layers", "losses") and path.name not in ("__init__.py", "base.py")


# Layers and losses always; any other file as soon as its docstring promises a page.
MODULES = sorted(p for p in SOURCE.rglob("*.py") if has_to_be_derived(p) or PAGE_NAMED.search(docstring(p)))
NAMES = sorted(p.stem for p in PAGES.glob("*.md") if p.name != "README.md")

each_module = pytest.mark.parametrize("module", MODULES, ids=[path.stem for path in MODULES])
each_page = pytest.mark.parametrize("name", NAMES)


def numbers_in_comments(path: Path) -> set[int]:
    """Return n of every comment that begins with (n), or (n), (m)."""
    with path.open("rb") as file:
        comments = [t.string for t in tokenize.tokenize(file.readline) if t.type == tokenize.COMMENT]
    tags = [re.match(r"# (\(\d+\)(?:, \(\d+\))*)", comment) for comment in comments]
    return {int(n) for tag in tags if tag for n in re.findall(r"\d+", tag[1])}


def numbers_in_docstring(path: Path) -> set[int]:
    return {int(n) for n in re.findall(r"\((\d{1,2})\)(?=\s|,|;|\.|$)", docstring(path))}


def numbers_in_page(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\\tag\{(\d+)\}", text)]


def formulas(text: str) -> list[str]:
    """Return what stands between dollar signs, outside of code."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    return [display or inline for display, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", prose, flags=re.DOTALL)]


def test_folders_were_found():
    assert {"layers", "losses", "optimizers"} <= {path.parent.name for path in MODULES}
    assert {"dense", "softmax_cross_entropy", "sgd"} <= {path.stem for path in MODULES}


@each_module
def test_docstring_names_its_page(module):
    assert PAGE_NAMED.findall(docstring(module)) == [module.stem]
    assert (PAGES / f"{module.stem}.md").is_file()


@each_module
def test_a_gradient_test_bears_its_name(module):
    if has_to_be_derived(module):
        assert (ROOT / "tests" / "gradients" / f"test_{module.stem}.py").is_file()


@each_module
def test_every_equation_in_the_code_is_in_docstring_and_page(module):
    tagged = numbers_in_comments(module)
    assert tagged, "no line of code carries the number of an equation"
    assert tagged <= numbers_in_docstring(module)
    assert tagged <= set(numbers_in_page(page(module.stem)))


@each_module
def test_docstring_and_page_number_the_same_equations(module):
    on_page = numbers_in_page(page(module.stem))
    assert on_page == list(range(1, len(on_page) + 1)), "each number once and in order"
    assert set(on_page) == numbers_in_docstring(module)


@each_page
def test_page_belongs_to_a_file_and_leads_to_it(name):
    assert name in {path.stem for path in MODULES}
    linked = re.search(r"^Code: \[`(.+)`\]\((.+)\)$", page(name), flags=re.MULTILINE)
    assert linked
    assert (ROOT / linked[1]) == (PAGES / linked[2]).resolve()
    assert (ROOT / linked[1]) in MODULES


@each_page
def test_page_has_its_sections(name):
    headings = re.findall(r"^## (.+)$", page(name), flags=re.MULTILINE)
    assert headings[-2:] == ["Two units, in numbers", "Where it goes wrong"]
    assert page(name).split("## Where it goes wrong")[1].count("\n- **") >= 3


@each_page
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page(name)):
        assert (PAGES / target).exists(), target


def test_index_lists_every_page_once():
    listed = re.findall(r"^\d+\. \[[^\]]+\]\((\w+)\.md\)", page("README"), flags=re.MULTILINE)
    assert sorted(listed) == NAMES


def test_every_page_has_an_example():
    assert sorted(tool.EXAMPLES) == NAMES


@each_page
def test_numbers_are_fresh(name):
    assert page(name) == tool.with_numbers(name, page(name)), "run python tools/make_derivation_examples.py"


@each_page
def test_every_equation_is_in_the_example(name):
    """An equation that no number follows is one nobody can check with a pencil."""
    shown = page(name).split("<!-- numbers: begin -->")[1].split("<!-- numbers: end -->")[0]
    assert {int(n) for n in re.findall(r"\s\((\d+)\)\s", shown)} == set(numbers_in_page(page(name)))


def test_tool_refuses_a_wrong_gradient():
    array = np.array([[1.0, 2.0]])
    with pytest.raises(ValueError, match="nudging"):
        lines_of.gradient("dx", 3 * array, lambda x: float((x * x).sum()), array, "(1)")


def test_tool_refuses_a_page_without_markers():
    with pytest.raises(ValueError, match="markers"):
        tool.with_numbers("dense", "# Dense\n")


@pytest.mark.parametrize(
    ("value", "text"), [(-1e-12, "0.0000"), (0.15625, "0.1562"), (0.15625 + 1e-11, "0.1562"), (-2.0, "-2.0000")]
)
def test_numbers_look_the_same_on_every_machine(value, text):
    assert lines_of.number(value) == text


@each_page
def test_formulas_survive_github(name):
    r"""GitHub reads Markdown first: it takes the backslash from \, \{ \\ and may read < as the start of a tag."""
    for formula in formulas(page(name)):
        assert not re.search(r"\\[^a-zA-Z]|<|>|\*|\|", formula), formula
        assert formula.count("{") == formula.count("}"), formula
        assert formula.count(r"\left") - formula.count(r"\leftarrow") == formula.count(r"\right"), formula
        assert "\n" not in formula, "keep a formula on one line"
    assert re.sub(r"```.*?```|`[^`\n]*`", "", page(name), flags=re.DOTALL).count("$") % 2 == 0
