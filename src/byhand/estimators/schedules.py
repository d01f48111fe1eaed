"""Learning rates by scikit-learn's names and byhand's."""

from dataclasses import dataclass

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array
from byhand.errors import lookup
from byhand.schedules import Constant, CosineDecay, Coslog4, FlatCosine, LinearDecay, OneCycle, Schedule


@dataclass(frozen=True)
class InverseScaling:
    """rate / tᵖ at step t = 1, 2, … (scikit-learn's "invscaling"; t counts minibatches, there it counts examples)."""

    rate: float
    power: float

    def __call__(self, n_steps: int) -> Array:
        return self.rate / np.arange(1, n_steps + 1) ** self.power


def rate_schedule(name: str, rate: float, power: float) -> Schedule:
    """Return the schedule called `name`. Raises OptionError for an unknown one."""
    check_number("the estimator", "power_t", power, lambda p: True, "a finite number")
    if name == "invscaling":
        return InverseScaling(rate, power)
    known: dict[str, type[Constant | Coslog4 | CosineDecay | FlatCosine | LinearDecay | OneCycle]] = {
        "constant": Constant,
        "coslog4": Coslog4,
        "cosine": CosineDecay,
        "flat_cos": FlatCosine,
        "linear": LinearDecay,
        "one_cycle": OneCycle,
    }
    return lookup("learning_rate", name, {**known, "invscaling": Constant})(rate)
