"""Write the page's ui/microscope/source-lines.js: which line of the NumPy code computes what the microscope shows.

PYTHONPATH=src python tools/make_places.py
"""

import json
from pathlib import Path

from byhand.inspection.formulas import LOSS_EQUATIONS
from byhand.inspection.source import source_location
from byhand.layers import Dense, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.optimizers import SGD
from byhand.preprocessing import InputScaler

STATIC = Path(__file__).resolve().parents[1] / "src" / "byhand" / "lab" / "static"
PATH = STATIC / "ui" / "microscope" / "source-lines.js"


def text() -> str:
    """Return the file as it should be."""
    places = {
        "x": source_location(InputScaler.apply, 1),
        "z": source_location(Dense.forward, 1),
        "dW": source_location(Dense.backward, 2),
        "db": source_location(Dense.backward, 3),
        "da": source_location(Dense.backward, 4),
        "step": source_location(SGD.update, 1),
        "p": source_location(SoftmaxCrossEntropy.forward, 2),
        "t": source_location(SoftmaxCrossEntropy.forward, 5),
    }
    for layer in (Identity, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax):
        forward = {"sigmoid": sigmoid, "softmax": softmax}.get(layer.kind, layer.forward)
        places |= {
            f"a {layer.kind}": source_location(forward, 1),
            f"s {layer.kind}": source_location(layer.backward, 2),
        }
    for loss in (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy):
        forwards, back = LOSS_EQUATIONS[loss.kind]
        places |= {
            f"L {loss.kind}": source_location(loss.forward, forwards),
            f"da {loss.kind}": source_location(loss.backward, back),
        }
    about = "// Which line of the arrays does what the microscope shows: written by tools/make_places.py."
    return f"{about}\n\nexport const PLACES = {json.dumps(places, indent=2)};\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
