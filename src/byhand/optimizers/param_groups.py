"""Parameter groups: some parameters learn at a rate of their own.

    W ← W + f (W′ − W)                            (1)

W′ is where `inner` would have moved W; f is the factor of W's group, 1 where it has none. A step of every optimizer
here is its rate times something that does not depend on the rate, so (1) is the step with the rate f η, weight decay
included. RealMLP's choice for tables: W at 1/√n_in of Adam's rate (the neural tangent parametrization), biases,
embeddings and the shares of parametric activations at a tenth of it, input scales at six times it.
Source: Holzmüller, Grinsztajn & Steinwart 2024, table A.3.
"""

import re
from collections.abc import Mapping
from typing import Any

from byhand.arguments import check_kind, check_number, format_value
from byhand.arrays import Params
from byhand.errors import OptionError, lookup
from byhand.optimizers.base import Optimizer

EMBEDDING = ("frequency", "phase", "V", "c")  # the parameters of a periodic embedding
PLACE = re.compile(r"(\d+(\.\d+)*)?")  # of a layer: "0", or "3.0" inside a residual block
GROUPS = ("W", "b", "scale", "alpha", "gamma", "beta", *EMBEDDING)  # the last part of a parameter's name


class ParamGroups(Optimizer):
    """`inner` with its rate multiplied by a factor for some parameters.

    factors : group → factor f ≥ 0: the last part of the parameters' names, as {"b": 0.1}, or the whole name of one
        parameter, as {"0.W": 0.5}, which then counts alone
    """

    kind = "param_groups"

    def __init__(self, inner: Optimizer, factors: Mapping[str, float]) -> None:
        super().__init__()
        self.inner = check_kind("ParamGroups", "inner", inner, Optimizer, "an optimizer")
        if not isinstance(factors, Mapping):
            raise OptionError(f'ParamGroups got factors {format_value(factors)}; expected a dict, as {{"b": 0.1}}.')
        self.factors = {group: _check_factor(group, factor) for group, factor in factors.items()}
        self.state = inner.state
        self.default_learning_rate = inner.default_learning_rate

    def factor(self, name: str) -> float:
        """Return the factor of the parameter of this name."""
        return self.factors.get(name, self.factors.get(name.rpartition(".")[2], 1.0))

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Let `inner` step, and change how far those parameters went that have a factor."""
        before = {name: array.copy() for name, array in params.items() if self.factor(name) != 1}
        self.inner.update(params, grads, learning_rate)
        for name, old in before.items():
            array = params[name]
            array -= old
            array *= self.factor(name)
            array += old  # (1)


def _check_factor(group: Any, factor: Any) -> float:
    """Return a factor; raise OptionError for an unknown group or a factor below 0."""
    layer, _, kind = group.rpartition(".") if isinstance(group, str) else ("", "", group)
    lookup("group of parameters", kind if PLACE.fullmatch(layer) else group, dict.fromkeys(GROUPS))
    return float(check_number("ParamGroups", f"the factor of {group}", factor, lambda f: f >= 0, "0 or more"))
