"""PyTorch: the data in memory as floats, in float32 or in bf16, and through a DataLoader as tutorials have it."""

from collections.abc import Callable
from typing import Any

from byhand.arrays import Array
from byhand.bench.workload import Work, orders


def tuned(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch in float32, the whole data set in one tensor."""
    import torch

    torch.set_flush_denormal(True)
    inputs, labels = _tensors(x, y)
    step, order = _step(work), torch.from_numpy(orders(work))

    def epoch() -> None:
        for rows in order:
            step(inputs[rows], labels[rows])

    return epoch


def bf16(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """The same in what PyTorch calls automatic mixed precision."""
    import torch

    epoch = tuned(work, x, y)

    def mixed() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            epoch()

    return mixed


def tutorial(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch through a DataLoader, reading the loss of every batch."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    loader = DataLoader(TensorDataset(*_tensors(x, y)), batch_size=work.batch_size, shuffle=True, drop_last=True)
    step, total = _step(work), 0.0
    del torch

    def epoch() -> None:
        nonlocal total
        for rows, answers in loader:
            total += step(rows, answers).item()  # the running loss that tutorials print

    return epoch


def _tensors(x: Array, y: Array) -> Any:
    import torch

    return torch.tensor(x).float() / (255 if x.dtype == "uint8" else 1), torch.tensor(y)


def _step(work: Work) -> Callable[[Any, Any], Any]:
    import torch
    from torch import nn

    torch.manual_seed(0)
    squared, layers = work.loss == "squared_error", []
    for a, b in zip(work.sizes, work.sizes[1:], strict=False):
        layers += [nn.Linear(a, b), nn.ReLU() if work.activation == "relu" else nn.Sigmoid()]
    model = nn.Sequential(*(layers if squared else layers[:-1]))
    parameters = model.parameters()
    optimizer: Any = torch.optim.SGD(parameters, lr=work.rate)
    if work.optimizer == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=work.rate)
    cross_entropy = nn.CrossEntropyLoss()

    def loss(a: Any, answers: Any) -> Any:
        if not squared:
            return cross_entropy(a, answers)
        return ((a - nn.functional.one_hot(answers, a.shape[1])) ** 2).sum() / len(a)

    def step(rows: Any, answers: Any) -> Any:
        optimizer.zero_grad()
        value = loss(model(rows), answers)
        value.backward()
        optimizer.step()
        return value

    return step
