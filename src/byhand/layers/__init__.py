"""The layers, one file each: the formula, its derivative, and the derivation in the docstring."""

from byhand.layers.base import Layer
from byhand.layers.batch_norm import BatchNorm
from byhand.layers.dense import Dense
from byhand.layers.dropout import Dropout
from byhand.layers.exp import Exp
from byhand.layers.head_mean import HeadMean, LogHeadMean
from byhand.layers.heads import Heads
from byhand.layers.identity import Identity
from byhand.layers.input_copies import InputCopies
from byhand.layers.leaky_relu import LeakyReLU
from byhand.layers.mish import Mish
from byhand.layers.parametric_activation import ParametricActivation
from byhand.layers.periodic_embedding import PeriodicEmbedding
from byhand.layers.periodic_linear_embedding import PeriodicLinearEmbedding
from byhand.layers.piecewise_embedding import PiecewiseLinearEmbedding
from byhand.layers.relu import ReLU
from byhand.layers.residual import Residual
from byhand.layers.scaled_dense import ScaledDense
from byhand.layers.selu import SELU
from byhand.layers.sigmoid import Sigmoid
from byhand.layers.softmax import Softmax
from byhand.layers.tanh import Tanh

ACTIVATIONS: dict[str, type[Layer]] = {
    layer.kind: layer for layer in (ReLU, LeakyReLU, Sigmoid, Tanh, SELU, Mish, Exp, Identity, Softmax)
}

__all__ = [
    "ACTIVATIONS",
    "SELU",
    "BatchNorm",
    "Dense",
    "Dropout",
    "Exp",
    "HeadMean",
    "Heads",
    "Identity",
    "InputCopies",
    "Layer",
    "LeakyReLU",
    "LogHeadMean",
    "Mish",
    "ParametricActivation",
    "PeriodicEmbedding",
    "PeriodicLinearEmbedding",
    "PiecewiseLinearEmbedding",
    "ReLU",
    "Residual",
    "ScaledDense",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
