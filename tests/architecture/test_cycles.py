"""No two modules import each other, by whatever way round: an import inside a function counts like one at the top."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "byhand"


def module_name(path: Path) -> str:
    """Return the dotted name of a source file: byhand.data.idx; a package's __init__.py is the package."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(source: str, known: set[str]) -> set[str]:
    """Return the modules of byhand that a source text imports, at the top, in functions or for type checkers."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & known or {node.module or ""}
    return found & known


def import_cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return one cycle, first module last again; [] when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return []


def test_there_is_no_import_cycle() -> None:
    paths = {module_name(path): path for path in SOURCE.rglob("*.py")}
    graph = {name: imported_modules(path.read_text(encoding="utf-8"), set(paths)) for name, path in paths.items()}
    assert len(graph) > 150
    assert import_cycle(graph) == []


def test_an_import_in_a_function_is_found() -> None:
    known = {"byhand.network", "byhand.mlp"}
    graph = {
        "byhand.network": imported_modules("def mlp():\n    from byhand.mlp import layers", known),
        "byhand.mlp": imported_modules("from byhand.network import Network", known),
    }
    assert import_cycle(graph) in (
        ["byhand.network", "byhand.mlp", "byhand.network"],
        ["byhand.mlp", "byhand.network", "byhand.mlp"],
    )
