"""Why the network says what it says: every input's share of a logit, exactly.

Around an example, a network of ReLU-like units is one linear function, logit = g·x + c. In stored numbers s, with
x = s · scale + shift, each input's share is

    gₖ scaleₖ sₖ                                                                        (1)

and what is left, from biases and shifts, is the rest. Shares and rest sum to the logit. Empty background, s = 0, has
no share, however the inputs are scaled. Each example has its own g: of 10,000 test digits no two share theirs.
"""

from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.errors import OptionError, ShapeError
from byhand.layers import Dense, Identity, LeakyReLU, ReLU
from byhand.network import Network
from byhand.preprocessing import InputScaler


@dataclass(frozen=True, eq=False)
class Why:
    """contributions : (n_in,), a share for each input   rest : of biases and shifts; all sum to the logit."""

    contributions: Array
    rest: float


@dataclass(frozen=True, eq=False)
class PiecewiseLinearLayer:
    """A dense layer and what happens behind it: the slope there where z is not above 0 (1: no bend)."""

    W: Array
    b: Array
    slope: float


def bends(network: Network) -> list[PiecewiseLinearLayer]:
    """Return the dense layers in float64, each with its bend; what is behind the last one does not count.

    Raises OptionError where a hidden layer is more than a straight line with one bend at 0.
    """
    found: list[PiecewiseLinearLayer] = []
    dense_at = [i for i, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    for i, layer in enumerate(network.layers):
        if isinstance(layer, Dense):
            W, b = layer.params["W"].astype(np.float64), layer.params["b"].astype(np.float64)
            found.append(PiecewiseLinearLayer(W, b, slope=1.0))
        elif i > dense_at[-1]:
            break
        elif isinstance(layer, ReLU | LeakyReLU) and found[-1].slope == 1.0:
            slope = layer.slope if isinstance(layer, LeakyReLU) else 0.0
            found[-1] = PiecewiseLinearLayer(found[-1].W, found[-1].b, slope)
        elif not isinstance(layer, Identity):
            raise OptionError(f"contributions are exact for ReLU and leaky ReLU; this network has {layer.kind}.")
    return found


def walk(layers: list[PiecewiseLinearLayer], x: Array) -> list[Array]:
    """Return each layer's z for one prepared example x (n_in,); the last one holds the logits."""
    zs = []
    for layer in layers:
        zs.append(x @ layer.W + layer.b)
        x = np.where(zs[-1] > 0, zs[-1], layer.slope * zs[-1])
    return zs


def logit_margin_gradient(
    layers: list[PiecewiseLinearLayer], zs: list[Array], toward: int, against: int | None
) -> Array:
    """Return how logit[toward] − logit[against] changes with each input: (n_in,)."""
    slopes = np.zeros(len(zs[-1]))
    slopes[toward] += 1
    if against is not None:
        slopes[against] -= 1
    for i in reversed(range(len(layers))):
        if i < len(layers) - 1:
            slopes = slopes * np.where(zs[i] > 0, 1.0, layers[i].slope)
        slopes = layers[i].W @ slopes
    return slopes


def why(network: Network, stored: Array, preparation: InputScaler, toward: int, against: int | None = None) -> Why:
    """Return why the logit of class `toward` is what it is, or its lead over the class `against`.

    stored : (n_in,) one example as it is stored, grey levels for a picture
    preparation : what makes of it what the network sees
    Raises OptionError for a network with other bends than ReLU and leaky ReLU, ShapeError for more than one example.
    """
    layers = bends(network)
    if stored.shape != (network.widths[0],):
        raise ShapeError(f"why got an example of shape {stored.shape}; expected ({network.widths[0]},).")
    zs = walk(layers, preparation.apply(stored, np.float64))
    contributions = logit_margin_gradient(layers, zs, toward, against) * preparation.scale * stored  # (1)
    lead = zs[-1][toward] - (0.0 if against is None else zs[-1][against])
    return Why(contributions, float(lead - contributions.sum()))
