"""How long until 97.66 % and until 98 % of the test digits are read right? python benchmarks/time_to_accuracy.py

Three ways to train 784-128-10: byhand's recipe `fast` with as many epochs as it takes, the very same in PyTorch, and
PyTorch as its tutorials have it (DataLoader, Adam, pixels from 0 to 1). How many epochs a way needs is chosen on the
validation block, by the mean of its seeds; then it trains on everything, a fifth more, and meets the test set once a
seed, the ways in turns. Seconds are those of training alone. Needs PyTorch and MNIST; some five minutes.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

import byhand as bh
from byhand.data.examples import Dataset, Examples
from byhand.engines.selection import choose_engine
from byhand.initializers import he
from byhand.random import INIT, SHUFFLE, RandomStream
from byhand.recipes import RECIPES
from byhand.recipes.build import build_plan
from byhand.recipes.datasets import load_data
from byhand.recipes.run import Run
from machine import machine, parser_for, read_record, save_record

FAST = RECIPES["fast"]
TARGETS = (0.9766, 0.98)
MOST_EPOCHS, SEEDS_TO_CHOOSE, SEEDS = 15, 3, 5
PAUSE = 0.5  # seconds, for the other's threads to fall asleep
TUTORIAL_BATCH, TUTORIAL_RATE = 64, 1e-3

Answer = Callable[[Examples], float]  # the share that is right


def ours(dataset: Dataset, epochs: int, seed: int) -> Answer:
    run = Run.of(replace(FAST, epochs=epochs, seed=seed), dataset)
    engine = choose_engine(None, run.state.network, run.plan.loss, run.state.optimizer).engine
    for _ in run.epochs(engine):
        pass
    return lambda examples: float(bh.evaluate(run.network, examples).accuracy or 0)


def same_in_torch(dataset: Dataset, epochs: int, seed: int) -> Answer:
    """Train with the recipe's own numbers: preparation, beginning, rates, smoothing."""
    x, y = torch.from_numpy(dataset.train.x), torch.from_numpy(dataset.train.y)
    model = nn.Sequential(nn.Linear(784, FAST.hidden[0]), nn.ReLU(), nn.Linear(FAST.hidden[0], 10))
    for i, (layer, sizes) in enumerate(((model[0], (784, FAST.hidden[0])), (model[2], (FAST.hidden[0], 10)))):
        layer.weight.data = torch.tensor(
            FAST.init_scale * he(RandomStream(seed, INIT, i), *sizes).T, dtype=torch.float32
        )
        layer.bias.data.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0, momentum=FAST.momentum, nesterov=True)
    loss = nn.CrossEntropyLoss(label_smoothing=FAST.label_smoothing)
    steps = -(-len(x) // FAST.batch_size)
    rates = build_plan(replace(FAST, epochs=epochs), dataset).schedule(epochs * steps)
    for epoch in range(epochs):
        order = torch.from_numpy(RandomStream(seed, SHUFFLE, epoch + 1).order(len(x)))
        for step, rows in enumerate(order.split(FAST.batch_size)):
            optimizer.param_groups[0]["lr"] = rates[epoch * steps + step]
            optimizer.zero_grad()
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return lambda examples: right(model, torch.from_numpy(examples.x), examples)


def tutorial(dataset: Dataset, epochs: int, seed: int) -> Answer:
    torch.manual_seed(seed)
    x, y = torch.from_numpy(dataset.train.raw).float() / 255, torch.from_numpy(dataset.train.y)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), TUTORIAL_BATCH, shuffle=True)
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer, loss = torch.optim.Adam(model.parameters(), lr=TUTORIAL_RATE), nn.CrossEntropyLoss()
    for _ in range(epochs):
        for rows, answers in loader:
            optimizer.zero_grad()
            loss(model(rows), answers).backward()
            optimizer.step()
    return lambda examples: right(model, torch.from_numpy(examples.raw).float() / 255, examples)


def right(model: nn.Module, x: torch.Tensor, examples: Examples) -> float:
    with torch.no_grad():
        return float((model(x).argmax(1).numpy() == examples.y).mean())


WAYS = {"byhand": ours, "the same in PyTorch": same_in_torch, "PyTorch as in tutorials": tutorial}


def epochs_needed(name: str, dataset: Dataset) -> dict[float, int | None]:
    """Return for each target the least epochs whose mean in validation reaches it; None: not in those tried."""
    assert dataset.validation is not None  # noqa: S101 — load_data was asked for one
    needed: dict[float, int | None] = dict.fromkeys(TARGETS)
    for epochs in range(1, MOST_EPOCHS + 1):
        found = [WAYS[name](dataset, epochs, seed)(dataset.validation) for seed in range(SEEDS_TO_CHOOSE)]
        mean = statistics.fmean(found)
        print(f"{name}: {epochs} epochs, {100 * mean:.2f} % on the validation block", flush=True)
        for target in TARGETS:
            if needed[target] is None and mean >= target:
                needed[target] = epochs
        if None not in needed.values():
            break
    return needed


def in_turns(needed: dict[str, dict[float, int | None]], dataset: Dataset) -> dict[float, dict[str, Any]]:
    """Train each way to each target on everything, seed after seed, and test it once."""
    assert dataset.test is not None  # noqa: S101
    found: dict[float, dict[str, Any]] = {
        target: {name: {"epochs": needed[name][target], "seconds": [], "test": []} for name in WAYS}
        for target in TARGETS
    }
    for seed in range(SEEDS):
        for target in TARGETS:
            for name, told in found[target].items():
                if told["epochs"] is None:
                    continue
                time.sleep(PAUSE)
                started = time.perf_counter()
                answer = WAYS[name](dataset, told["epochs"], seed)
                told["seconds"].append(time.perf_counter() - started)
                told["test"].append(answer(dataset.test))
    return found


def as_recorded() -> dict[str, dict[float, int | None]]:
    """Return the epochs that the record has."""
    targets = read_record("time-to-accuracy")["targets"]
    return {name: {target: targets[f"{target:.4f}"][name]["epochs"] for target in TARGETS} for name in WAYS}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--again", action="store_true", help="time what the record has chosen, and choose nothing anew")
    options = parser.parse_args()
    held_back, everything = (load_data(replace(FAST, validation=kind), None) for kind in ("balanced", "none"))
    needed = as_recorded() if options.again else {name: epochs_needed(name, held_back) for name in WAYS}
    found = in_turns(needed, everything)
    for target, ways in found.items():
        for name, told in ways.items():
            if told["epochs"] is None:
                print(f"{target:.2%}: {name}: not in {MOST_EPOCHS} epochs")
                continue
            seconds, test = statistics.median(told["seconds"]), statistics.fmean(told["test"])
            print(f"{target:.2%}: {name}, {told['epochs']} epochs: {seconds:.2f} s, {test:.2%} of the test set")
    targets = {f"{target:.4f}": ways for target, ways in found.items()}
    save_record(
        "time-to-accuracy",
        {**machine(), "torch": torch.__version__, "tried": MOST_EPOCHS, "targets": targets},
        wanted=options.record,
    )


if __name__ == "__main__":
    main()
