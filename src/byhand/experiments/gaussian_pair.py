"""Two clouds: a straight line against a curve, with the limits that are known without training."""

from byhand import data
from byhand.data.gaussian_pair import gaussian_pair_named
from byhand.experiments.experiment_data import make_run, train_run
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.recipes.bayes_errors import integrate_errors


def run_seed(experiment: Experiment, material: None, seed: int) -> Values:
    """Train every trial on the seed's points; its error is integrated over the plane."""
    found: Values = {}
    for trial in experiment.trials:
        name = trial.settings["data"]
        points = data.gaussians(trial.settings["examples"], seed=seed, name=name)
        network = train_run(make_run(trial.settings, points, points.train, seed))
        found[trial.name] = {"error": integrate_errors(name, network, points.train.preparation)["error"]}
    return found


def marks(experiment: Experiment) -> dict[str, float]:
    """Return the least error of any rule, and of any straight line."""
    clouds = gaussian_pair_named(experiment.trials[0].settings["data"])
    return {"the best rule there can be": clouds.bayes_error(), "the best straight line": clouds.best_linear_error()}
