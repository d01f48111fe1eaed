"""A model as one HTML file: the views of the lab that were chosen, the core and the weights, without a network or a
server.

The page's own files go into it as they are, beside export/loader.js, which starts them; export/parts.json says what a
view needs. The page's menu "Share" makes the same bytes: src/byhand/lab/static/export/page-file.js is the
counterpart of this file.
"""

import base64
import json
import posixpath
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from byhand.errors import OptionError
from byhand.persistence.model import Model, save_model

STATIC = Path(__file__).resolve().parents[1] / "lab" / "static"
SHAPE = (28, 28)  # of the pictures that can be drawn
ENTRIES = ("app/main.js", "worker/worker.js")
CORE, MODEL = "core/core.wasm", "models/draw.safetensors"
DEFAULT_VIEWS = ("draw", "network")
_ACTIVATIONS = {"identity", "relu", "leaky_relu", "sigmoid", "tanh", "softmax"}
LAYERS = {"dense", "batch_norm", "dropout", "residual", *_ACTIVATIONS}  # that static/worker/model-reader.js reads
_VIEWS = "views/views.js"
_IMPORT = re.compile(r'^import [^"]* from "([^"]+)";$|await import\("([^"]+)"\)', flags=re.MULTILINE)
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_HOLE = re.compile(r"\{\{(\w+)\}\}")


def to_html(model: Model, views: Sequence[str] = DEFAULT_VIEWS) -> bytes:
    """Return the page.

    views : names of the lab's views (draw, network, train, plane, microscope, mistakes, experiments, lessons); the page
            opens with the first, and has no link to one that is not named; mistakes, a drawer of draw, brings draw
    Raises OptionError for an unknown view, and for a model whose inputs are not MNIST-like pictures of 28×28, or are
    clipped, or with a layer that a page does not show.
    """
    chosen = _check_views(views)
    _check_model(model)
    body = re.search(r"<body>.*</body>", _text("index.html"), flags=re.DOTALL)
    parts = {
        "theme": "\n".join(map(_text, ["app/theme.js", *_welcome(chosen)])),
        "style": "\n".join(map(_text, _styles(chosen))),
        "body": body[0] if body else "",
        "files": "\n".join([*(_module(name, chosen) for name in sorted(modules(chosen))), *_files(model, chosen)]),
        "charts": _text(_parts()["charts"]["script"]) if _is_needed(_parts()["charts"]["views"], chosen) else "",
        "start": _text("export/loader.js"),
    }
    return _HOLE.sub(lambda hole: parts[hole[1]], _text("export/template.html")).encode()


def modules(views: Sequence[str] = DEFAULT_VIEWS) -> set[str]:
    """Return the names of all modules that a page with these views needs."""
    found: set[str] = set()
    waiting = list(ENTRIES)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            targets = [a or b for a, b in _IMPORT.findall(module_text(name, views))]
            waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) for target in targets]
    return found


def module_text(name: str, views: Sequence[str]) -> str:
    """Return the text of a module, or of what stands in its place in a page with these views."""
    if name == _VIEWS:
        return _views_module(views)
    stub = _parts()["stubs"].get(name)
    return _text(name if stub is None or _is_needed(stub["views"], views) else stub["stub"])


def _check_views(views: Sequence[str]) -> list[str]:
    """Return the names without repetitions, and the view of a drawer; raise OptionError unless the lab has them all."""
    known, drawers = _parts()["views"], _parts()["drawers"]
    chosen = list(dict.fromkeys([views] if isinstance(views, str) else views))
    for name in chosen or [""]:
        if name not in known:
            raise OptionError(f"views got {name!r}; the lab's views are {', '.join(known)}: name one or more of them.")
    return list(dict.fromkeys([*chosen, *(drawers[name] for name in chosen if name in drawers)]))


def _check_model(model: Model) -> None:
    """Raise OptionError for a model that a page cannot show."""
    if model.image_shape != SHAPE or (model.image is not None and model.image.preprocessing != "mnist"):
        raise OptionError(
            "a page reads drawings, and this model does not look at 28×28 pixels like MNIST's. Export it as c, js, "
            "python or onnx."
        )
    if model.preparation.clip is not None:
        raise OptionError(
            "a page scales pixels and clips none, and this model clips its inputs (scaling robust). Train with another "
            "scaling, as standardize."
        )
    other = next((layer for layer in model.network.layers if layer.kind not in LAYERS), None)
    if other is not None:
        raise OptionError(
            f"a page does not show {type(other).__name__} layers; expected dense layers with batch normalization, "
            f"dropout and one of {', '.join(sorted(_ACTIVATIONS))}. Export it as c, js, python or onnx."
        )


def _views_module(views: Sequence[str]) -> str:
    """Return the module that stands in the place of views/views.js."""
    drawers, has_digits = _parts()["drawers"], str(_is_needed(_parts()["digits"]["views"], views)).lower()
    return "\n".join(
        [
            "// The views of an exported page: it opens with the first.",
            "",
            *(f'import {{ {name}View }} from "./{name}/index.js";' for name in views if name not in drawers),
            "",
            f"export const VIEWS = {{ {', '.join(f'{name}: {drawers.get(name, name)}View' for name in views)} }};",
            "export const IS_EXPORTED = true;",
            f"export const HAS_DIGITS = {has_digits};",
            "",
        ]
    )


def _welcome(views: Sequence[str]) -> list[str]:
    """Return the script that makes room for the line of the first visit, if the page has that line."""
    welcome = _parts()["welcome"]
    return [welcome["script"]] if set(welcome["views"]) <= set(views) else []


def _styles(views: Sequence[str]) -> list[str]:
    """Return the style sheets of index.html that these views need."""
    needs: dict[str, list[str]] = _parts()["styles"]
    return [name for name in _STYLE.findall(_text("index.html")) if name not in needs or _is_needed(needs[name], views)]


def _files(model: Model, views: Sequence[str]) -> list[str]:
    """Return what is carried as bytes: the core, the model, and what the views read."""
    digits = _parts()["digits"]
    names = [*digits["files"]] if _is_needed(digits["views"], views) else []
    names += [name for view in views for name in _parts()["files"].get(view, [])]
    with TemporaryDirectory() as folder:
        weights = Path(folder) / "model.safetensors"
        save_model(model, weights)
        return [
            _bytes(CORE, STATIC / CORE),
            _bytes(MODEL, weights),
            *(_bytes(name, STATIC / name) for name in names),
        ]


def _is_needed(by: Sequence[str], views: Sequence[str]) -> bool:
    return any(view in by for view in views)


@cache
def _parts() -> dict[str, Any]:
    """Return the table of what a view needs."""
    parts: dict[str, Any] = json.loads(_text("export/parts.json"))
    return parts


def _module(name: str, views: Sequence[str]) -> str:
    return _block("file", name, module_text(name, views))


def _bytes(name: str, path: Path) -> str:
    return _block("bytes", name, base64.b64encode(path.read_bytes()).decode())


def _block(kind: str, name: str, content: str) -> str:
    return f'<script type="text/plain" data-{kind}="{name}">\n{content}\n</script>'


def _text(name: str) -> str:
    return (STATIC / name).read_bytes().decode("utf-8")  # not read_text, which would convert line ends
