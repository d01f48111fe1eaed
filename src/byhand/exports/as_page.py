"""A model as one HTML file: the lab's views Draw and Network, the core and the weights, without a network or a server.

A browser loads no module of its own from disk, so the page's modules are put into one script, each as a function that
returns what it exports. They are byhand's own files, written in one manner: imports are whole lines that name a file,
exports stand before a declaration. The worker is the same kind of script, made into a Blob when the page opens.
"""

import base64
import json
import re
from pathlib import Path, PurePosixPath

from byhand.errors import OptionError
from byhand.persistence.model import Model, save_model

STATIC = Path(__file__).resolve().parents[1] / "lab" / "static"
VIEWS = """
import { drawView } from "./views/draw.js";
import { networkView } from "./views/network.js";
export const VIEWS = { draw: drawView, network: networkView };
"""
SHAPE = (28, 28)  # of the pictures that can be drawn
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";$', flags=re.MULTILINE)
_REEXPORT = re.compile(r"^export \{ (\w+) \};$", flags=re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", flags=re.MULTILINE)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;
 script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:">
<title>byhand lab</title>
<style>{style}</style>
</head>
{body}
<script>
globalThis.byhandWorker = () => new Worker(URL.createObjectURL(new Blob([{worker}], {{ type: "text/javascript" }})));
</script>
<script type="module">
{main}
</script>
</html>
"""


def as_page(model: Model, folder: Path) -> bytes:
    """Return the page. folder : where the model may be written for a moment.

    Raises OptionError for a model that does not look at MNIST-like pictures of 28×28.
    """
    if model.image_shape != SHAPE:
        raise OptionError("a page reads drawings, and this model does not look at pictures of 28×28 pixels.")
    weights = folder / "model.safetensors"
    save_model(model, weights)
    files = {"/core/core.wasm": STATIC / "core" / "core.wasm", "/models/draw.safetensors": weights}
    table = ",\n".join(f'"{name}": "{base64.b64encode(path.read_bytes()).decode()}"' for name, path in files.items())
    worker = f"globalThis.byhandFiles = {{\n{table}\n}};\n(async () => {{\n{script('worker/worker.js')}\n}})();"
    body = re.search(r"<body>.*</body>", (STATIC / "index.html").read_text("utf-8"), flags=re.DOTALL)
    style = (STATIC / "style.css").read_text("utf-8")
    return _PAGE.format(
        style=style, body=body[0] if body else "", worker=_as_string(worker), main=script("main.js")
    ).encode()


def script(entry: str) -> str:
    """Return a module and all that it imports as one script."""
    order: list[str] = []
    _visit(entry, order)
    parts = [
        f"const byhandModule{i} = await (async () => {{\n{_body(name, order)}\n}})();" for i, name in enumerate(order)
    ]
    return "\n".join(parts)


def _text(name: str) -> str:
    return VIEWS if name == "views.js" else (STATIC / name).read_text("utf-8")


def _visit(name: str, order: list[str]) -> None:
    """List the modules so that each comes after what it imports."""
    for _, target in _IMPORT.findall(_text(name)):
        imported = _resolved(name, target)
        if imported not in order:
            _visit(imported, order)
    if name not in order:
        order.append(name)


def _resolved(name: str, target: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(name).parent / target).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def _body(name: str, order: list[str]) -> str:
    """Return a module's text as a function's body that returns its exports."""
    text = _text(name)
    exported = [*_REEXPORT.findall(text), *(found for _, found in _EXPORT.findall(text))]
    text = _IMPORT.sub(lambda m: f"const {{{m[1]}}} = byhandModule{order.index(_resolved(name, m[2]))};", text)
    text = _EXPORT.sub(r"\1", _REEXPORT.sub("", text)).replace("import.meta.url", f'"lab:/{name}"')
    return f"{text}\nreturn {{ {', '.join(exported)} }};"


def _as_string(text: str) -> str:
    """Return text as a JavaScript string that may stand within a page."""
    return json.dumps(text).replace("</", "<\\/").replace("<!--", "<\\!--")
