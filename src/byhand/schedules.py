"""The learning rate of every step, before the first step is taken.

A schedule is a frozen value; called with the number of steps of the whole run it returns all the rates, (n_steps,)
float64. So a picture can draw them, a compiled epoch can be handed them, and a resumed run cannot lose its place.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from byhand.arguments import check_number, check_whole, format_value
from byhand.arrays import Array
from byhand.errors import OptionError, lookup


class Schedule(Protocol):
    """n_steps → rates (n_steps,)."""

    def __call__(self, n_steps: int) -> Array: ...


def check_rate(who: str, rate: float) -> float:
    """Return the rate; raise OptionError unless it is a finite number from 0 on: a negative one would go uphill."""
    return check_number(who, "learning rate", rate, lambda η: η >= 0, "a finite number, 0 or more")


def check_rates(rates: object, n_steps: int) -> Array:
    """Return what a schedule gave for so many steps, (n_steps,) float64, each finite and not below 0.

    Raises OptionError for anything else.
    """
    try:
        found = np.asarray(rates, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise OptionError(f"the schedule gave {format_value(rates)}; expected {n_steps:,} learning rates.") from error
    if found.shape != (n_steps,):
        raise OptionError(f"the schedule gave rates of shape {found.shape}; expected ({n_steps:,},), one per step.")
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        step = int(wrong.argmax())
        raise OptionError(
            f"the schedule gave the learning rate {found[step]:g} for step {step + 1:,}; "
            f"expected finite numbers, 0 or more."
        )
    return found


def _progress(n_steps: int) -> Array:
    """Return how far along each step is: 0 for the first, (n − 1)/n for the last."""
    return np.arange(n_steps) / max(n_steps, 1)


@dataclass(frozen=True)
class Constant:
    """The same rate at every step."""

    rate: float

    def __post_init__(self) -> None:
        check_rate("Constant", self.rate)

    def __call__(self, n_steps: int) -> Array:
        return np.full(n_steps, self.rate)


@dataclass(frozen=True)
class StepDecay:
    """The rate falls by `factor` after each 1/`n_stages` of the run."""

    rate: float
    factor: float = 0.1
    n_stages: int = 3

    def __post_init__(self) -> None:
        check_rate("Step", self.rate)
        check_number("Step", "factor", self.factor, lambda factor: 0 <= factor <= 1, "0 ≤ factor ≤ 1")
        check_whole("Step", "n_stages", self.n_stages, 1)

    def __call__(self, n_steps: int) -> Array:
        return self.rate * self.factor ** np.floor(_progress(n_steps) * self.n_stages)


@dataclass(frozen=True)
class LinearDecay:
    """The rate falls in a straight line to zero."""

    rate: float

    def __post_init__(self) -> None:
        check_rate("LinearDecay", self.rate)

    def __call__(self, n_steps: int) -> Array:
        return self.rate * (1 - _progress(n_steps))


@dataclass(frozen=True)
class CosineDecay:
    """The rate falls to zero along half a cosine. Source: Loshchilov & Hutter 2017, without restarts."""

    rate: float

    def __post_init__(self) -> None:
        check_rate("CosineDecay", self.rate)

    def __call__(self, n_steps: int) -> Array:
        return self.rate * 0.5 * (1 + np.cos(np.pi * _progress(n_steps)))


@dataclass(frozen=True)
class Coslog4:
    """rate · ½ (1 − cos 2π log₂(1 + 15 t)), t in [0, 1): four cosine cycles, each about twice as long as the last.

    It begins and ends near zero and explores in between. Source: Holzmüller, Grinsztajn & Steinwart 2024, section 3.
    """

    rate: float

    def __post_init__(self) -> None:
        check_rate("Coslog4", self.rate)

    def __call__(self, n_steps: int) -> Array:
        return self.rate * 0.5 * (1 - np.cos(2 * np.pi * np.log2(1 + 15 * _progress(n_steps))))


@dataclass(frozen=True)
class FlatCosine:
    """The rate stays for the first half of the run and falls to zero along half a cosine in the second.

    Source: Holzmüller, Grinsztajn & Steinwart 2024 ("flat_cos").
    """

    rate: float

    def __post_init__(self) -> None:
        check_rate("FlatCosine", self.rate)

    def __call__(self, n_steps: int) -> Array:
        return self.rate * 0.5 * (1 + np.cos(np.pi * np.maximum(0, 2 * _progress(n_steps) - 1)))


@dataclass(frozen=True)
class LinearWarmup:
    """The rate rises linearly during the first `fraction` of the run to where `inner` begins; then `inner` follows."""

    inner: Schedule
    fraction: float = 0.1

    def __post_init__(self) -> None:
        if not callable(self.inner):
            raise OptionError(f"warm-up got inner {format_value(self.inner)}; expected a schedule.")
        check_number("LinearWarmup", "fraction", self.fraction, lambda fraction: 0 <= fraction <= 1, "0 … 1 of the run")

    def __call__(self, n_steps: int) -> Array:
        n_warm = max(
            min(round(self.fraction * n_steps), n_steps - 1), 0
        )  # inner has one step at least: it knows the peak
        rest = self.inner(n_steps - n_warm)
        start = rest[0] if len(rest) else 0.0
        return np.concatenate([start * np.arange(1, n_warm + 1) / max(n_warm, 1), rest])


@dataclass(frozen=True)
class OneCycle:
    """Up in a straight line to the peak during the first `warm_up` of the run, then in a straight line to zero.

    Source: Smith & Topin 2017, with one triangle and no momentum cycle.
    """

    rate: float
    warm_up: float = 0.3

    def __post_init__(self) -> None:
        check_rate("OneCycle", self.rate)
        check_number("OneCycle", "warm_up", self.warm_up, lambda fraction: 0 <= fraction <= 1, "0 … 1 of the run")

    def __call__(self, n_steps: int) -> Array:
        return LinearWarmup(LinearDecay(self.rate), self.warm_up)(n_steps)


SCHEDULES: dict[str, type[Constant | StepDecay | LinearDecay | CosineDecay | Coslog4 | FlatCosine]] = {
    "constant": Constant,
    "step": StepDecay,
    "linear": LinearDecay,
    "cosine": CosineDecay,
    "coslog4": Coslog4,
    "flat_cos": FlatCosine,
}


def schedule_for(name: str, rate: float, warm_up: float = 0.0) -> Schedule:
    """Return the schedule called `name` with this (peak) rate, after a warm-up of that share of the run."""
    if name == "one_cycle":
        return OneCycle(rate, warm_up or OneCycle.warm_up)
    plain = lookup("schedule", name, {**SCHEDULES, "one_cycle": Constant})(rate)
    return LinearWarmup(plain, warm_up) if warm_up else plain
