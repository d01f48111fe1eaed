"""Exports of a model that run without byhand: a C header, a JavaScript module, a Python file, an ONNX file, a page."""

from byhand.exports.to_c import to_c
from byhand.exports.to_html import to_html
from byhand.exports.to_javascript import to_javascript
from byhand.exports.to_onnx import to_onnx
from byhand.exports.to_python import to_python

EXPORTS = {"c": to_c, "js": to_javascript, "python": to_python, "onnx": to_onnx}
SUFFIXES = {"c": ".h", "js": ".mjs", "python": ".py", "onnx": ".onnx"}

__all__ = ["EXPORTS", "SUFFIXES", "to_c", "to_html", "to_javascript", "to_onnx", "to_python"]
