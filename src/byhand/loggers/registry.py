"""From "tensorboard:logs" to a logger: byhand's own, and those of other packages by their entry points."""

from collections.abc import Callable
from importlib.metadata import entry_points

from byhand.errors import OptionError, lookup
from byhand.loggers.base import Logger
from byhand.loggers.services import MlflowLogger, WandbLogger
from byhand.loggers.tensorboard import TensorBoardLogger

GROUP = "byhand.loggers"
Factory = Callable[[str], Logger]
OWN: dict[str, Factory] = {
    "tensorboard": TensorBoardLogger,
    "mlflow": MlflowLogger,
    "wandb": WandbLogger,
    "trackio": lambda project: WandbLogger(project, "trackio"),
}


def open_logger(target: str) -> Logger:
    """Return the logger for "NAME:WHERE", not yet started.

    Raises OptionError for an unknown name, MissingDependencyError for a package that is not installed.
    """
    name, _, where = target.partition(":")
    others = {} if name in OWN else {point.name: point for point in entry_points(group=GROUP)}
    if name in others:
        factory: Factory = others[name].load()
    else:
        factory = lookup("logger", name, {**OWN, **dict.fromkeys(others, OWN["tensorboard"])})
    if name == "tensorboard" and not where:
        raise OptionError("the logger tensorboard got no folder; name one, as tensorboard:logs.")
    return factory(where)
