"""A model as something that runs without byhand: a C header, a JavaScript module, a Python file, an ONNX file."""

from byhand.exports.as_c import as_c
from byhand.exports.as_javascript import as_javascript
from byhand.exports.as_onnx import as_onnx
from byhand.exports.as_python import as_python

EXPORTS = {"c": as_c, "js": as_javascript, "python": as_python, "onnx": as_onnx}
SUFFIXES = {"c": ".h", "js": ".mjs", "python": ".py", "onnx": ".onnx"}

__all__ = ["EXPORTS", "SUFFIXES", "as_c", "as_javascript", "as_onnx", "as_python"]
