"""Is what the server stands on installed? It is an extra: whoever trains and predicts needs none of it."""

import importlib.util

from byhand.errors import MissingExtra

NEEDED = ("starlette", "uvicorn", "websockets")


def check_extra() -> None:
    """Raise MissingExtra, naming what is missing and how to get it."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the lab needs {' and '.join(missing)}: pip install 'byhand[lab]'.")
