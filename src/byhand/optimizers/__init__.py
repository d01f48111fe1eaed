"""The optimizers, one file each: how a gradient becomes a step."""

from byhand.optimizers.adam import Adam
from byhand.optimizers.adamw import AdamW
from byhand.optimizers.base import Optimizer
from byhand.optimizers.clipping import ClipGradNorm
from byhand.optimizers.momentum import Momentum
from byhand.optimizers.nesterov import Nesterov
from byhand.optimizers.param_groups import ParamGroups
from byhand.optimizers.sgd import SGD
from byhand.optimizers.weight_decay import WeightDecay

OPTIMIZERS: dict[str, type[Optimizer]] = {each.kind: each for each in (SGD, Momentum, Nesterov, Adam, AdamW)}

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "ClipGradNorm",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "ParamGroups",
    "WeightDecay",
]
