"""byhand: the multilayer perceptron with every step written by hand and visible.

    import byhand as bh

    data = bh.data.mnist()
    network = bh.Network.mlp([784, 128, 10], activation="relu", seed=1)
    history = bh.fit(network, data.train, loss="softmax_cross_entropy", epochs=5)
    print(bh.evaluate(network, data.test).accuracy)

The names below are loaded when they are first used, so that `byhand --help` does not wait for NumPy.
"""

import importlib
from typing import TYPE_CHECKING, Any

from byhand._version import __version__

if TYPE_CHECKING:
    from byhand import data as data
    from byhand import initializers as initializers
    from byhand import metrics as metrics
    from byhand import preprocessing as preprocessing
    from byhand import schedules as schedules
    from byhand.data.examples import Examples as Examples
    from byhand.engines.predictor import predictor as predictor
    from byhand.errors import ByhandError as ByhandError
    from byhand.inspection.explain import explain as explain
    from byhand.inspection.gradcheck import gradient_check as gradient_check
    from byhand.layers import SELU as SELU
    from byhand.layers import BatchNorm as BatchNorm
    from byhand.layers import Dense as Dense
    from byhand.layers import Dropout as Dropout
    from byhand.layers import Exp as Exp
    from byhand.layers import Identity as Identity
    from byhand.layers import LeakyReLU as LeakyReLU
    from byhand.layers import Mish as Mish
    from byhand.layers import ReLU as ReLU
    from byhand.layers import Residual as Residual
    from byhand.layers import Sigmoid as Sigmoid
    from byhand.layers import Softmax as Softmax
    from byhand.layers import Tanh as Tanh
    from byhand.losses import BinaryCrossEntropy as BinaryCrossEntropy
    from byhand.losses import Huber as Huber
    from byhand.losses import Poisson as Poisson
    from byhand.losses import Quantile as Quantile
    from byhand.losses import SoftmaxCrossEntropy as SoftmaxCrossEntropy
    from byhand.losses import SquaredError as SquaredError
    from byhand.network import Network as Network
    from byhand.optimizers import SGD as SGD
    from byhand.optimizers import Adam as Adam
    from byhand.optimizers import AdamW as AdamW
    from byhand.optimizers import ClipGradNorm as ClipGradNorm
    from byhand.optimizers import Momentum as Momentum
    from byhand.optimizers import Nesterov as Nesterov
    from byhand.optimizers import WeightDecay as WeightDecay
    from byhand.persistence.model import Model as Model
    from byhand.persistence.model import load_model as load_model
    from byhand.persistence.model import save_model as save_model
    from byhand.persistence.output import Output as Output
    from byhand.recipes import RECIPES as RECIPES
    from byhand.recipes.recipe import Recipe as Recipe
    from byhand.recipes.result import RecipeResult as RecipeResult
    from byhand.recipes.run_recipe import run_recipe as run_recipe
    from byhand.sweeps.compare import compare as compare
    from byhand.sweeps.sweep import sweep as sweep
    from byhand.training.diagnosis import diagnose as diagnose
    from byhand.training.evaluate import evaluate as evaluate
    from byhand.training.fit import fit as fit
    from byhand.training.history import History as History
    from byhand.training.plan import Plan as Plan
    from byhand.training.state import TrainingState as TrainingState
    from byhand.training.train import train as train

_HOME = {
    "data": "byhand.data",
    "initializers": "byhand.initializers",
    "metrics": "byhand.metrics",
    "preprocessing": "byhand.preprocessing",
    "schedules": "byhand.schedules",
    "ByhandError": "byhand.errors",
    "Examples": "byhand.data.examples",
    "History": "byhand.training.history",
    "Output": "byhand.persistence.output",
    "Plan": "byhand.training.plan",
    "RECIPES": "byhand.recipes",
    "Recipe": "byhand.recipes.recipe",
    "RecipeResult": "byhand.recipes.result",
    "run_recipe": "byhand.recipes.run_recipe",
    "TrainingState": "byhand.training.state",
    "Network": "byhand.network",
    "compare": "byhand.sweeps.compare",
    "sweep": "byhand.sweeps.sweep",
    "diagnose": "byhand.training.diagnosis",
    "evaluate": "byhand.training.evaluate",
    "explain": "byhand.inspection.explain",
    "fit": "byhand.training.fit",
    "gradient_check": "byhand.inspection.gradcheck",
    "predictor": "byhand.engines.predictor",
    "train": "byhand.training.train",
    **dict.fromkeys(["Model", "load_model", "save_model"], "byhand.persistence.model"),
    **dict.fromkeys(
        ["BinaryCrossEntropy", "Huber", "Poisson", "Quantile", "SoftmaxCrossEntropy", "SquaredError"], "byhand.losses"
    ),
    **dict.fromkeys(
        ["SGD", "Adam", "AdamW", "ClipGradNorm", "Momentum", "Nesterov", "WeightDecay"], "byhand.optimizers"
    ),
    **dict.fromkeys(
        ["BatchNorm", "Dense", "Dropout", "Residual"],
        "byhand.layers",
    ),
    **dict.fromkeys(
        ["Exp", "Identity", "LeakyReLU", "Mish", "ReLU", "SELU", "Sigmoid", "Softmax", "Tanh"],
        "byhand.layers",
    ),
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    """Load a public name from its home the first time it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"byhand has no {name!r}; its public names are {', '.join(sorted(_HOME))}.")
    home = importlib.import_module(_HOME[name])
    value = home if _HOME[name] == f"byhand.{name}" else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
