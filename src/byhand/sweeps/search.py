"""The searches by name, each as rounds."""

from pathlib import Path

from byhand.sweeps.optuna_study import propose_rounds
from byhand.sweeps.rounds import Build, Rounds, fixed_rounds
from byhand.sweeps.space import Space

SEARCHES = ("grid", "random", "optuna")


def search_rounds(
    search: str, space: Space, n_trials: int, build: Build, *, seed: int, prune: bool, metric: str, journal: Path
) -> Rounds:
    """Return the rounds of a search.

    n_trials : of a search that draws   seed : of what is drawn
    metric : what Optuna improves   journal : where Optuna keeps its study
    """
    if search == "optuna":
        return propose_rounds(space, n_trials, build, seed=seed, prune=prune, metric=metric, journal=journal)
    trials = space.grid() if search == "grid" else space.draw(n_trials, seed)
    return fixed_rounds(trials, build, prune=prune)
