"""Write the page's views/microscope/source-lines.js: which line of the NumPy code computes what the microscope shows.

PYTHONPATH=src python tools/make_places.py
"""

import json
from pathlib import Path

from byhand.inspection.explain import LOSS_EQUATIONS
from byhand.inspection.source import where
from byhand.layers import Dense, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.optimizers import SGD
from byhand.preprocessing import InputScaler

STATIC = Path(__file__).resolve().parents[1] / "src" / "byhand" / "lab" / "static"
PATH = STATIC / "views" / "microscope" / "source-lines.js"


def text() -> str:
    """Return the file as it should be."""
    places = {
        "x": where(InputScaler.apply, 1),
        "z": where(Dense.forward, 1),
        "dW": where(Dense.backward, 2),
        "db": where(Dense.backward, 3),
        "da": where(Dense.backward, 4),
        "step": where(SGD.update, 1),
        "p": where(SoftmaxCrossEntropy.forward, 2),
        "t": where(SoftmaxCrossEntropy.forward, 5),
    }
    for layer in (Identity, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax):
        forward = {"sigmoid": sigmoid, "softmax": softmax}.get(layer.kind, layer.forward)
        places |= {f"a {layer.kind}": where(forward, 1), f"s {layer.kind}": where(layer.backward, 2)}
    for loss in (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy):
        forwards, back = LOSS_EQUATIONS[loss.kind]
        places |= {f"L {loss.kind}": where(loss.forward, forwards), f"da {loss.kind}": where(loss.backward, back)}
    about = "// Which line of the arrays does what the microscope shows: written by tools/make_places.py."
    return f"{about}\n\nexport const PLACES = {json.dumps(places, indent=2)};\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
