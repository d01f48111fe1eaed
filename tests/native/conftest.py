"""The C core's tests are skipped, by name, where there is no core. In CI there must be one."""

import os
from pathlib import Path

import pytest
from training_cases import fill_workspaces

from byhand.engines import kernel_table
from byhand.engines.bindings import why_missing

HERE = Path(__file__).parent


@pytest.fixture
def free_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the core choose its kernel by itself, as on a processor of which nothing was measured.

    Also where the whole run is forced into one (make test-kernels).
    """
    monkeypatch.delenv("BYHAND_KERNEL", raising=False)
    monkeypatch.setattr(kernel_table, "rows_of", lambda processor: ())


@pytest.fixture(autouse=True)
def workspaces_are_not_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a workspace, or behind a row in it, must never count: here no float of it is a number."""
    fill_workspaces(monkeypatch, 0xFF)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_missing()
    if reason is None or os.environ.get("CI"):
        return
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))
