"""Attribution: what each input contributes to a logit, exactly.

Around an example, a network of ReLU-like units is one linear function, logit = g·x + c. In raw inputs r, with
x = r · scale + shift, the attribution of input k is

    gₖ scaleₖ rₖ                                                                        (1)

and what is left, from biases and shifts, is the bias term. Attributions and bias term sum to the logit. Empty
background, r = 0, gets no attribution, however the inputs are scaled. Each example has its own g.
"""

from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.errors import OptionError, ShapeError
from byhand.lowering import FusedDense, UnsupportedError, fold, lower
from byhand.network import Network
from byhand.preprocessing import InputScaler


@dataclass(frozen=True, eq=False)
class Attribution:
    """attributions : (n_in,), one for each input   bias_term : from biases and shifts; all sum to the logit."""

    attributions: Array
    bias_term: float


def piecewise_linear_layers(network: Network) -> list[FusedDense]:
    """Return the network as float64 layers z = x W + b, each followed by a (leaky) ReLU or nothing.

    What follows the last dense layer is left out. Raises OptionError for other networks.
    """
    try:
        layers = fold(lower(network, inference=True))
        if any(layer.skip_span for layer in layers):
            raise UnsupportedError("residual connections")
        for layer in layers[:-1]:
            _check_activation(layer)
    except UnsupportedError as error:
        raise OptionError(
            f"this network has {error}; expected activations of ReLU and leaky ReLU alone, for which this is exact."
        ) from error
    return [*layers[:-1], replace(layers[-1], activation="identity")]


def _check_activation(layer: FusedDense) -> None:
    if layer.activation not in ("relu", "leaky_relu", "identity"):
        raise UnsupportedError(layer.activation)


def slope_below_0(layer: FusedDense) -> float:
    """Return the derivative of the activation where z ≤ 0; above it is 1."""
    return 1.0 if layer.is_linear else layer.negative_slope


def preactivations(layers: list[FusedDense], x: Array) -> list[Array]:
    """Return each layer's z for one prepared example x (n_in,); the last one holds the logits."""
    zs = []
    for layer in layers:
        zs.append(x @ layer.W + layer.b)
        x = np.where(zs[-1] > 0, zs[-1], slope_below_0(layer) * zs[-1])
    return zs


def logit_margin_gradient(layers: list[FusedDense], zs: list[Array], target: int, baseline: int | None) -> Array:
    """Return how logit[target] − logit[baseline] changes with each input: (n_in,)."""
    slopes = np.zeros(len(zs[-1]))
    slopes[target] += 1
    if baseline is not None:
        slopes[baseline] -= 1
    for i in reversed(range(len(layers))):
        if i < len(layers) - 1:
            slopes = slopes * np.where(zs[i] > 0, 1.0, slope_below_0(layers[i]))
        slopes = layers[i].W @ slopes
    return slopes


def attribute(
    network: Network, raw: Array, preparation: InputScaler, target: int, baseline: int | None = None
) -> Attribution:
    """Return what each input contributes to the logit of class `target`, or to its margin over class `baseline`.

    raw : (n_in,) one example as it is stored, pixel values for a picture
    preparation : the network's input scaling
    Raises OptionError for activations other than ReLU and leaky ReLU, ShapeError for more than one example.
    """
    layers = piecewise_linear_layers(network)
    if raw.shape != (network.widths[0],):
        raise ShapeError(f"attribute got an example of shape {raw.shape}; expected ({network.widths[0]},).")
    zs = preactivations(layers, preparation.apply(raw, np.float64))
    attributions = logit_margin_gradient(layers, zs, target, baseline) * preparation.derivative(raw) * raw  # (1)
    margin = zs[-1][target] - (0.0 if baseline is None else zs[-1][baseline])
    return Attribution(attributions, float(margin - attributions.sum()))
