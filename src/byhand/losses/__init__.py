"""The losses, one file each: the number to make small and its exact gradient."""

from byhand.arguments import check_kind
from byhand.errors import lookup
from byhand.losses.base import Loss
from byhand.losses.binary_cross_entropy import BinaryCrossEntropy
from byhand.losses.huber import Huber
from byhand.losses.mean_of_heads import MeanOfHeads
from byhand.losses.poisson import Poisson
from byhand.losses.quantile import Quantile
from byhand.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from byhand.losses.squared_error import SquaredError

LOSSES: dict[str, type[Loss]] = {
    loss.kind: loss for loss in (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy, Huber, Poisson, Quantile)
}
REGRESSION_LOSSES = (SquaredError.kind, Huber.kind, Poisson.kind, Quantile.kind)  # those that are for numbers


def loss_for(caller: str, loss: Loss | str) -> Loss:
    """Return the loss of this name, or the one given; raise OptionError for anything else.

    >>> loss_for("fit", "squared_error")
    SquaredError()
    """
    if isinstance(loss, str):
        return lookup("loss", loss, LOSSES)()
    return check_kind(caller, "loss", loss, Loss, "a loss, as SoftmaxCrossEntropy(), or its name")


__all__ = [
    "LOSSES",
    "REGRESSION_LOSSES",
    "BinaryCrossEntropy",
    "Huber",
    "Loss",
    "MeanOfHeads",
    "Poisson",
    "Quantile",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "loss_for",
]
