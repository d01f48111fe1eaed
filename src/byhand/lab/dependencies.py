"""Checks that the optional packages of the server are installed; training and prediction need none of them."""

import importlib.util

from byhand.errors import MissingDependencyError

NEEDED = ("starlette", "uvicorn", "websockets")


def check_extra() -> None:
    """Raise MissingDependencyError, naming what is missing and how to get it."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingDependencyError(f'the lab needs {", ".join(missing)}: pip install "byhand[lab]".')
