"""Explained layers: the sums add up to what the layer gives, and the products are the gradients of the update."""

import re

import numpy as np
import pytest

import byhand as bh
from byhand.inspection.explain import Explanation
from byhand.layers import BatchNorm, Dense, Dropout, ReLU, Residual, ScaledDense
from byhand.network import Network

X = np.array([1.0, -2.0, 0.5])


def explained(*layers: object) -> Explanation:
    network = Network([*layers, Dense(4, 2)])  # type: ignore[list-item]
    for i, array in enumerate(network.params.values()):
        array += np.linspace(-0.3, 0.4, array.size).reshape(array.shape) * (i + 1)
    return bh.explain(network, X, 1)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def line(told: Explanation, phase: str, start: str) -> str:
    return next(one.numbers for one in told.lines if one.phase == phase and one.formula.startswith(start))


@pytest.mark.parametrize("layer", [Dense, ScaledDense])
def test_a_first_layers_sum_and_gradient_are_the_layers_own(layer: type[Dense]) -> None:
    told, name = explained(layer(3, 4), ReLU()), layer.kind.replace("_", " ")
    text = line(told, "forward", f"layer 1, {name}:")
    terms = sum(number(a) * number(b) for a, b in re.findall(r"([−\d.e-]+)·([−\d.e-]+)", text))
    bias, z = re.findall(r"\+ b (\S+) = (\S+)", text)[0]
    assert terms + number(bias) == pytest.approx(number(z), abs=2e-3)
    product = re.findall(r"= (\S+)$", line(told, "backward", f"layer 1, {name}:"))[0]
    used = re.findall(r"· (\S+) →", line(told, "update", f"layer 1, {name}:"))[0]
    assert number(product) == pytest.approx(number(used), rel=1e-4)
    assert number(product) != 0


def test_a_second_layers_input_gradient_adds_up() -> None:
    told = explained(Dense(3, 4), ScaledDense(4, 4), ReLU())
    text = line(told, "backward", "layer 2, scaled dense:").partition("dx[")[2]
    terms = sum(number(a) * number(b) for a, b in re.findall(r"([−\d.e-]+)·([−\d.e-]+)", text))
    rest = re.findall(r"more \((\S+)\)", text)
    total = re.findall(r"= (\S+)$", text)[0]
    assert terms + (number(rest[0]) if rest else 0.0) == pytest.approx(number(total), abs=2e-3)


def test_every_layer_of_a_network_has_its_own_formula() -> None:
    inner = Residual(Dense(4, 4), ReLU())
    told = explained(Dense(3, 4), BatchNorm(4), ReLU(), Dropout(0.3), inner)
    formulas = [one.formula for one in told.lines]
    assert "layer 1, dropout: y = x · m, here m = 1: this step drops no unit" in formulas
    assert "layer 1, batch norm: dx = γ dy / √(v + ε)" in formulas
    assert not [text for text in formulas if "(x)" in text.replace("f(x)", "") or "chain rule" in text]
