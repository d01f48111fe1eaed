"""Which engine trains: the one that was asked for, or the first that can."""

import os

from byhand.engines.base import Engine
from byhand.errors import known_as
from byhand.training.array_engine import ArrayEngine


def choose_engine(name: str | None = None) -> Engine:
    """Return the engine called `name`, else by BYHAND_ENGINE, else the fastest at hand ("auto").

    Raises OptionError for an unknown name.
    """
    name = name or os.environ.get("BYHAND_ENGINE") or "auto"
    engines: dict[str, type[ArrayEngine]] = {"auto": ArrayEngine, ArrayEngine.name: ArrayEngine}
    return known_as("engine", name, engines)()
