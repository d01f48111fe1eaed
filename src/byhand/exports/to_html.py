"""A model as one HTML file: the lab's views Draw and Network, the core and the weights, without a network or a server.

The page's own files go into it as they are, beside export/loader.js, which starts them. The page's menu
"Share" makes the same bytes: src/byhand/lab/static/export/page-file.js is the counterpart of this file.
"""

import base64
import posixpath
import re
from pathlib import Path

from byhand.errors import OptionError
from byhand.persistence.model import Model, save_model

STATIC = Path(__file__).resolve().parents[1] / "lab" / "static"
SHAPE = (28, 28)  # of the pictures that can be drawn
ENTRIES = ("app/main.js", "worker/worker.js")
# Stubs replace what an exported page lacks: views with data and charts, the menu Share, lessons, and training.
REPLACEMENTS = {
    "views/views.js": "views/views.stub.js",
    "ui/share-menu.js": "ui/share-menu.stub.js",
    "lessons/lessons.js": "lessons/lessons.stub.js",
    **{f"worker/{name}.js": "worker/absent.stub.js" for name in ("csv", "diagnosis", "plane-model", "training")},
}
STYLES = (
    "tokens",
    "base",
    "page",
    "header",
    "forms",
    "tooltips",
    "numbers",
    "pictures",
    "stage",
    "draw",
    "answer",
    "why",
    "network",
    "microscope",
    "share",
    "projector",
    "forced-colors",
)
CORE, MODEL = "core/core.wasm", "models/draw.safetensors"
_IMPORT = re.compile(r'^import [^"]* from "([^"]+)";$', flags=re.MULTILINE)
_HOLE = re.compile(r"\{\{(\w+)\}\}")


def to_html(model: Model, folder: Path) -> bytes:
    """Return the page. folder : for a temporary copy of the model.

    Raises OptionError for a model whose inputs are not MNIST-like pictures of 28×28, or are clipped.
    """
    if model.image_shape != SHAPE or (model.image is not None and model.image.preprocessing != "mnist"):
        raise OptionError("a page reads drawings, and this model does not look at 28×28 pixels like MNIST's.")
    if model.preparation.clip is not None:
        raise OptionError(
            "a page scales pixels and clips none, and this model clips its inputs (scaling robust). Train with another "
            "scaling, as standardize."
        )
    weights = folder / "model.safetensors"
    save_model(model, weights)
    body = re.search(r"<body>.*</body>", _text("index.html"), flags=re.DOTALL)
    parts = {
        "theme": _text("app/theme.js"),
        "style": "\n".join(_text(f"stylesheets/{name}.css") for name in STYLES),
        "body": body[0] if body else "",
        "files": "\n".join([*map(_module, sorted(modules())), _bytes(CORE, STATIC / CORE), _bytes(MODEL, weights)]),
        "start": _text("export/loader.js"),
    }
    return _HOLE.sub(lambda hole: parts[hole[1]], _text("export/template.html")).encode()


def modules() -> set[str]:
    """Return the names of all modules that an exported page needs."""
    found: set[str] = set()
    waiting = list(ENTRIES)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            targets = _IMPORT.findall(_text(REPLACEMENTS.get(name, name)))
            waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) for target in targets]
    return found


def _module(name: str) -> str:
    return _block("file", name, _text(REPLACEMENTS.get(name, name)))


def _bytes(name: str, path: Path) -> str:
    return _block("bytes", name, base64.b64encode(path.read_bytes()).decode())


def _block(kind: str, name: str, content: str) -> str:
    return f'<script type="text/plain" data-{kind}="{name}">\n{content}\n</script>'


def _text(name: str) -> str:
    return (STATIC / name).read_bytes().decode("utf-8")  # not read_text, which would convert line ends
