"""The losses, one file each: the number to make small and its exact gradient."""

from byhand.losses.base import Loss
from byhand.losses.binary_cross_entropy import BinaryCrossEntropy
from byhand.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from byhand.losses.squared_error import SquaredError

LOSSES: dict[str, type[Loss]] = {loss.kind: loss for loss in (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy)}

__all__ = ["LOSSES", "BinaryCrossEntropy", "Loss", "SoftmaxCrossEntropy", "SquaredError"]
