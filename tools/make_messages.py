"""Write the page's shared/messages.js: the types of shared/frames.json for the type checker.

python tools/make_messages.py
"""

import json
from pathlib import Path

SHARED = Path(__file__).resolve().parents[1] / "src" / "byhand" / "lab" / "static" / "shared"
FRAMES, PATH = SHARED / "frames.json", SHARED / "messages.js"
TYPES = {
    "number": "number",
    "text": "string",
    "bytes": "Uint8Array",
    "numbers": "ArrayLike<number>",
    "list": "any[]",
    "object": "any",
}
ABOUT = """// The types of the frames that Python and the worker send, for the type checker. Written by
// tools/make_messages.py from frames.json; nothing of it runs."""


def typedef(kind: str, fields: dict[str, str]) -> str:
    """Return one kind's type."""
    lines = [
        f" * @property {{{TYPES[type_.rstrip('?')] + ' | null' * type_.endswith('?')}}} {name}"
        for name, type_ in fields.items()
    ]
    name = f"{kind[0].upper()}{kind[1:]}Message"
    return "\n".join(
        [
            "/**",
            f" * @typedef {{object}} {name}",
            " * @property {number} schema",
            f' * @property {{"{kind}"}} kind',
            *lines,
            " */",
        ]
    )


def text() -> str:
    """Return the file as it should be."""
    kinds = json.loads(FRAMES.read_text(encoding="utf-8"))["kinds"]
    return "\n\n".join([ABOUT, *(typedef(kind, fields) for kind, fields in kinds.items()), "export {};\n"])


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
