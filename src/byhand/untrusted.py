"""Text from a file, a record or a file's name: one type that reaches nothing without a conversion that says where to.

Whoever wrote the file chose the text. In generated code, on a terminal or as a path it could act, so `UntrustedText`
cannot be formatted, joined or opened by accident: `str(text)` and `f"{text}"` raise. Comparing it is harmless, so
`text == "mnist"` and a look into a dict of known words are allowed, and that is how a choice is read from a file.
There is no conversion to a path, because what a file names is never opened.
"""

import json
import re
from typing import Any

_CODE = re.compile(r"[A-Za-z0-9 ._-]{1,60}")  # nothing that ends a comment, a string or a line in any language
MAX_SHOWN = 80  # characters of one text on a terminal


class UntrustedText:
    """A string that somebody else chose. Equal to, and in a dict found by, the same plain string."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __eq__(self, other: object) -> bool:
        if isinstance(other, UntrustedText):
            return self._text == other._text
        return self._text == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"UntrustedText({self._text!a})"

    def __str__(self) -> str:
        raise TypeError("text from a file got no conversion; use for_code, for_terminal, for_json or for_python …")

    def __format__(self, spec: str) -> str:
        return str(self)

    def for_code(self, otherwise: str) -> str:
        """Return the text for a comment or a name in generated code; `otherwise` if it is not plain words."""
        return self._text if _CODE.fullmatch(self._text) else otherwise

    def for_terminal(self) -> str:
        """Return the text as one line that a terminal shows and does not obey, cut at MAX_SHOWN characters."""
        line = escape_control_chars(self._text[: MAX_SHOWN + 1])
        return line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 1]}…"

    def for_json(self) -> str:
        """Return the text as a string that every JSON writer can encode; half a surrogate pair is spelled out."""
        return self._text.encode("utf-8", "backslashreplace").decode()

    def for_markdown(self) -> str:
        """Return the text as one line of Markdown that shows its signs: no element, link, table cell or heading."""
        line = escape_control_chars(self.for_json()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return re.sub(r"([\\`*_{}\[\]#|!~$])", r"\\\1", line)

    def for_python(self) -> str:
        """Return a Python string literal, in ASCII."""
        return ascii(self._text)

    def for_javascript(self) -> str:
        """Return a JavaScript string literal, in ASCII, which ends no <script> element either."""
        return json.dumps(self._text).replace("<", "\\u003c")

    def for_c(self) -> str:
        """Return a C string literal of the text's UTF-8 bytes, in ASCII; three octal digits a byte, so none runs on."""
        plain = re.compile(rb"[A-Za-z0-9 ._,;:()+=/-]")
        signs = [bytes([byte]) for byte in self.for_json().encode()]
        return '"' + "".join(sign.decode() if plain.match(sign) else f"\\{sign[0]:03o}" for sign in signs) + '"'


def escape_control_chars(text: str) -> str:
    """Return a text with its control characters spelled out: none of them reaches the terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def distrust(value: Any) -> Any:
    """Return plain data (JSON) with an UntrustedText in place of every string, keys included."""
    if isinstance(value, str):
        return UntrustedText(value)
    if isinstance(value, dict):
        return {distrust(key): distrust(inner) for key, inner in value.items()}
    return [distrust(inner) for inner in value] if isinstance(value, list | tuple) else value


def plain_data(value: Any) -> Any:
    """Return the opposite of `distrust`, for writing the same data into a file again and for nothing else."""
    if isinstance(value, UntrustedText):
        return value._text
    if isinstance(value, dict):
        return {plain_data(key): plain_data(inner) for key, inner in value.items()}
    return [plain_data(inner) for inner in value] if isinstance(value, list | tuple) else value
