"""What all tests share: no test touches the user's cache, runs or environment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("byhand", deadline=None, derandomize=True, database=None)  # the same cases everywhere
settings.load_profile("byhand")

REAL_MNIST = os.environ.get("BYHAND_DATA")


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what fixtures of the whole session count out of the user's own state folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BYHAND_STATE", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test a home, a cache and a data folder of its own, all empty."""
    home = tmp_path_factory.mktemp("home")
    for name in ("BYHAND_DATA", "BYHAND_ENGINE", "BYHAND_TRACEBACK", "NO_COLOR", "FORCE_COLOR", "XDG_CACHE_HOME",
                 "XDG_STATE_HOME", "BYHAND_STATE"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("BYHAND_CACHE", str(home / "cache"))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every download fail at once."""
    monkeypatch.setattr("byhand.data.fetch.fetch_mnist", _fails)


def _fails(folder: Path, **_: object) -> None:
    from byhand.errors import SystemResourceError

    raise SystemResourceError("no mirror could be reached.")


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """Return the folder of the real MNIST, or skip the test where BYHAND_DATA does not name it."""
    if not REAL_MNIST or not Path(REAL_MNIST).is_dir():
        pytest.skip("needs the real MNIST: set BYHAND_DATA to its folder")
    return Path(REAL_MNIST)
