"""Do the engines learn equally well? python benchmarks/engine_accuracy.py [--seeds 5]

Every recipe that is tested by counting, the same seeds with the native and the NumPy engine: means, spread, and the
difference of the paired seeds with its 95 % interval. Needs MNIST (BYHAND_DATA or the cache); some three minutes.
"""

import statistics
from dataclasses import replace
from typing import Any

from byhand.engines.selection import choose_engine
from byhand.metrics import mean_interval
from byhand.recipes import RECIPES
from byhand.recipes.datasets import load_data
from byhand.recipes.recipe_evaluation import evaluate_recipe
from byhand.recipes.run import Run
from machine import machine, parser_for, save_record

NAMES = ("vanilla", "fast", "deep-dive", "first", "digits", "gaussians-16-8")


def accuracy(name: str, seed: int, engine: str) -> float:
    """Train one seed and return its accuracy on the test set."""
    recipe = replace(RECIPES[name], seed=seed)
    dataset = load_data(recipe, None)
    run = Run.of(recipe, dataset)
    choice = choose_engine(engine, run.state.network, run.plan.loss, run.state.optimizer)
    for _ in run.epochs(choice.engine):
        pass
    return evaluate_recipe(recipe, dataset, run.network).accuracy or 0.0


def compared(name: str, seeds: int) -> dict[str, Any]:
    """Return both engines' accuracies and what their difference is worth."""
    found = {engine: [accuracy(name, seed, engine) for seed in range(seeds)] for engine in ("native", "numpy")}
    differences = [a - b for a, b in zip(found["native"], found["numpy"], strict=True)]
    low, high = mean_interval(differences)
    print(
        f"{name:<16} native {100 * statistics.fmean(found['native']):.2f} %, numpy "
        f"{100 * statistics.fmean(found['numpy']):.2f} %, difference {100 * statistics.fmean(differences):+.3f} points "
        f"({100 * low:+.3f} … {100 * high:+.3f})",
        flush=True,
    )
    return {**found, "difference": statistics.fmean(differences), "interval_95": [low, high]}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    found = {name: compared(name, options.seeds) for name in NAMES}
    save_record("engine-accuracy", {**machine(), "recipes": found}, wanted=options.record)


if __name__ == "__main__":
    main()
