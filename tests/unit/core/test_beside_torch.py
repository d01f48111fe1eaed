"""Gradients and steps beside PyTorch's own, where it is installed: two programs that share no line."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from byhand.layers import BatchNorm, Dense
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, WeightDecay
from byhand.random import INIT, RandomStream

torch = pytest.importorskip("torch")

ACTIVATIONS = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "selu": "SELU",
    "mish": "Mish",
    "identity": "Identity",
}
SIZES = [4, 6, 5, 3]
N = 7


def network(activation: str = "tanh", **options: Any) -> Network:
    return Network.mlp(SIZES, activation=activation, seed=2, **options).astype(np.float64)


def batch() -> tuple[np.ndarray, np.ndarray]:
    return RandomStream(3, INIT).normal(N, 4), RandomStream(4, INIT).integers(0, 2, N)


def twin(ours: Network, activation: str = "tanh") -> Any:
    """Return the same network as torch has it: weights transposed."""
    modules = []
    for layer in ours.layers:
        if isinstance(layer, Dense):
            module = torch.nn.Linear(*layer.params["W"].shape, dtype=torch.float64)
            _fill(module.weight, layer.params["W"].T)
            _fill(module.bias, layer.params["b"])
        elif isinstance(layer, BatchNorm):
            module = torch.nn.BatchNorm1d(len(layer.params["gamma"]), dtype=torch.float64)
        else:
            module = getattr(torch.nn, ACTIVATIONS[activation])()
        modules.append(module)
    return torch.nn.Sequential(*modules)


def _fill(parameter: Any, array: np.ndarray) -> None:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))


def theirs(loss: Loss, output: Any, y: np.ndarray) -> Any:
    """Return torch's value of the same loss: mean over examples of the sum over outputs."""
    t = torch.nn.functional.one_hot(torch.from_numpy(y), 3).double()
    if isinstance(loss, SquaredError):
        return ((output - t) ** 2).sum() / len(y)
    if isinstance(loss, BinaryCrossEntropy):
        return torch.nn.functional.binary_cross_entropy_with_logits(output, t, reduction="sum") / len(y)
    assert isinstance(loss, SoftmaxCrossEntropy)
    return torch.nn.functional.cross_entropy(output, torch.from_numpy(y), label_smoothing=loss.label_smoothing)


def same(ours: dict[str, np.ndarray], others: list[np.ndarray], tolerance: float) -> None:
    """Hold arrays, in the order of the layers, to torch's, whose matrices are transposed."""
    for array, other in zip(ours.values(), others, strict=True):
        np.testing.assert_allclose(array, other.T, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "loss", [SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.1), SquaredError(), BinaryCrossEntropy()]
)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_loss_and_gradients(activation: str, loss: Loss, batch_norm: bool) -> None:
    x, y = batch()
    ours = network(activation, batch_norm=batch_norm)
    other = twin(ours, activation)
    trace = ours.forward(x, training=True)
    value, saved = loss.forward(trace.output, y)
    grads = ours.backward(loss.backward(saved), trace)
    their_value = theirs(loss, other(torch.from_numpy(x)), y)
    their_value.backward()
    assert float(value) == pytest.approx(their_value.item(), rel=1e-13)
    their_grads = [parameter.grad.numpy() for parameter in other.parameters()]
    same({name: grads[name] for name in ours.params}, their_grads, tolerance=1e-12)


def test_running_averages() -> None:
    ours = network(batch_norm=True)
    other = twin(ours)
    for seed in range(5):
        x = RandomStream(seed, INIT).normal(N, 4)
        ours.update_statistics(ours.forward(x, training=True))
        other(torch.from_numpy(x))
    norms = [module for module in other if isinstance(module, torch.nn.BatchNorm1d)]
    expected = [buffer.numpy() for module in norms for buffer in (module.running_mean, module.running_var)]
    for array, buffer in zip(ours.statistics.values(), expected, strict=True):
        np.testing.assert_allclose(array, buffer, rtol=1e-12, atol=1e-14)
    x, _ = batch()
    np.testing.assert_allclose(ours.predict(x), other.eval()(torch.from_numpy(x)).detach().numpy(), rtol=1e-12)


def weights_apart(other: Any, decay: float) -> list[dict[str, Any]]:
    """Return torch's parameters in two groups: only the matrices decay."""
    parameters = list(other.parameters())
    return [
        {"params": [each for each in parameters if each.ndim == 2], "weight_decay": decay},
        {"params": [each for each in parameters if each.ndim == 1], "weight_decay": 0.0},
    ]


OPTIMIZERS: dict[str, tuple[Callable[[], Optimizer], Any]] = {
    "sgd": (SGD, lambda net: torch.optim.SGD(net.parameters(), 0.05)),
    "momentum": (Momentum, lambda net: torch.optim.SGD(net.parameters(), 0.05, momentum=0.9)),
    "nesterov": (Nesterov, lambda net: torch.optim.SGD(net.parameters(), 0.05, momentum=0.9, nesterov=True)),
    "adam": (Adam, lambda net: torch.optim.Adam(net.parameters(), 0.05)),
    "adamw": (lambda: AdamW(0.1), lambda net: torch.optim.AdamW(weights_apart(net, 0.1), 0.05)),
    "weight decay": (lambda: WeightDecay(SGD(), 0.1), lambda net: torch.optim.SGD(weights_apart(net, 0.1), 0.05)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_twenty_steps(name: str) -> None:
    make, make_theirs = OPTIMIZERS[name]
    ours, loss = network(), SoftmaxCrossEntropy()
    other = twin(ours)
    optimizer: Optimizer = make()
    their_optimizer = make_theirs(other)
    for seed in range(20):
        x, y = RandomStream(seed, INIT, 1).normal(N, 4), RandomStream(seed, INIT, 2).integers(0, 2, N)
        trace = ours.forward(x, training=True)
        _, saved = loss.forward(trace.output, y)
        optimizer.update(ours.params, ours.backward(loss.backward(saved), trace), 0.05)
        their_optimizer.zero_grad()
        theirs(loss, other(torch.from_numpy(x)), y).backward()
        their_optimizer.step()
    same(ours.params, [parameter.detach().numpy() for parameter in other.parameters()], tolerance=1e-10)
