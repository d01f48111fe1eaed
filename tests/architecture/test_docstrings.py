"""Every public module, class, function and method of the package says in a docstring what it is or does."""

import ast
import inspect
import operator
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def module_name(path: Path) -> str:
    """Return the name under which a file of the package is imported."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


TREES = {
    module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / "byhand").rglob("*.py"))
}


def undocumented(node: ast.AST, prefix: str = "", *, of_class: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the dotted names of what has no docstring of its own, and whether it is a method.

    Nested functions are left out, and so are names with an underscore in front; public methods of such classes are not.
    """
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*FUNCTIONS, ast.ClassDef)):
            yield from undocumented(child, prefix, of_class=of_class)
            continue
        name = prefix + child.name
        if not child.name.startswith("_") and not ast.get_docstring(child):
            yield name, of_class and isinstance(child, FUNCTIONS)
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{name}.", of_class=True)


METHODS = {module: [name for name, is_method in undocumented(tree) if is_method] for module, tree in TREES.items()}


def test_every_module_has_a_docstring() -> None:
    assert [module for module, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_every_public_class_and_function_has_a_docstring() -> None:
    names = (
        (module, name) for module, tree in TREES.items() for name, is_method in undocumented(tree) if not is_method
    )
    assert [f"{module}:{name}" for module, name in names] == []


@pytest.mark.parametrize("module", [module for module, names in METHODS.items() if names])
def test_a_method_without_a_docstring_overrides_one_that_has_it(module: str) -> None:
    loaded = pytest.importorskip(module)  # an extra may be missing
    inherited = {name: inspect.getdoc(operator.attrgetter(name)(loaded)) for name in METHODS[module]}
    assert [name for name, text in inherited.items() if not text] == []


def test_what_has_no_docstring_is_found() -> None:
    code = (
        "def f():\n    def g(): ...\ndef _h(): ...\ndef k():\n    'Return nothing.'\n"
        "if f:\n    class C:\n        def __init__(self): ...\n        async def m(self): ...\n"
        "class _D:\n    @property\n    def p(self): ...\n"
    )
    assert list(undocumented(ast.parse(code))) == [("f", False), ("C", False), ("C.m", True), ("_D.p", True)]
    assert module_name(SOURCE / "byhand" / "cli" / "__init__.py") == "byhand.cli"
