"""Why the network says what it says: every input's share of a logit, exactly.

Around an example, a network of ReLU-like units is one linear function, logit = g·x + c. In stored numbers s, with
x = s · scale + shift, each input's share is

    gₖ scaleₖ sₖ                                                                        (1)

and what is left, from biases and shifts, is the rest. Shares and rest sum to the logit. Empty background, s = 0, has
no share, however the inputs are scaled. Each example has its own g: of 10,000 test digits no two share theirs.
"""

from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.errors import OptionError, ShapeError
from byhand.lowering import FusedDense, UnsupportedError, fold, lower
from byhand.network import Network
from byhand.preprocessing import InputScaler


@dataclass(frozen=True, eq=False)
class Why:
    """contributions : (n_in,), a share for each input   rest : of biases and shifts; all sum to the logit."""

    contributions: Array
    rest: float


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
        raise OptionError(f"attributions are exact for ReLU and leaky ReLU; this network has {error}.") from error
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


def logit_margin_gradient(layers: list[FusedDense], zs: list[Array], toward: int, against: int | None) -> Array:
    """Return how logit[toward] − logit[against] changes with each input: (n_in,)."""
    slopes = np.zeros(len(zs[-1]))
    slopes[toward] += 1
    if against is not None:
        slopes[against] -= 1
    for i in reversed(range(len(layers))):
        if i < len(layers) - 1:
            slopes = slopes * np.where(zs[i] > 0, 1.0, slope_below_0(layers[i]))
        slopes = layers[i].W @ slopes
    return slopes


def why(network: Network, stored: Array, preparation: InputScaler, toward: int, against: int | None = None) -> Why:
    """Return why the logit of class `toward` is what it is, or its lead over the class `against`.

    stored : (n_in,) one example as it is stored, grey levels for a picture
    preparation : what makes of it what the network sees
    Raises OptionError for a network with other bends than ReLU and leaky ReLU, ShapeError for more than one example.
    """
    layers = piecewise_linear_layers(network)
    if stored.shape != (network.widths[0],):
        raise ShapeError(f"why got an example of shape {stored.shape}; expected ({network.widths[0]},).")
    zs = preactivations(layers, preparation.apply(stored, np.float64))
    contributions = logit_margin_gradient(layers, zs, toward, against) * preparation.scale * stored  # (1)
    lead = zs[-1][toward] - (0.0 if against is None else zs[-1][against])
    return Why(contributions, float(lead - contributions.sum()))
