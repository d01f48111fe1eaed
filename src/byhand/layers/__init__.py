"""The layers, one file each: the formula, its derivative, and the derivation in the docstring."""

from byhand.layers.base import Layer
from byhand.layers.batch_norm import BatchNorm
from byhand.layers.dense import Dense
from byhand.layers.dropout import Dropout
from byhand.layers.identity import Identity
from byhand.layers.leaky_relu import LeakyReLU
from byhand.layers.relu import ReLU
from byhand.layers.residual import Residual
from byhand.layers.sigmoid import Sigmoid
from byhand.layers.softmax import Softmax
from byhand.layers.tanh import Tanh

ACTIVATIONS: dict[str, type[Layer]] = {
    layer.kind: layer for layer in (ReLU, LeakyReLU, Sigmoid, Tanh, Identity, Softmax)
}

__all__ = [
    "ACTIVATIONS",
    "BatchNorm",
    "Dense",
    "Dropout",
    "Identity",
    "Layer",
    "LeakyReLU",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
