"""The tests of the engine torch are skipped, by name, where PyTorch is not installed; plain arithmetic is not.

They train in the settings of the C core's tests, which lie beside them.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "native"))
NEEDS_NO_TORCH = {"test_shards.py", "test_launch.py", "test_joining.py", "test_torch_missing.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("torch"):
        return
    for item in items:
        if HERE in item.path.parents and item.path.name not in NEEDS_NO_TORCH:
            item.add_marker(pytest.mark.skip(reason="PyTorch is not installed"))
