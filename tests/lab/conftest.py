"""What the lab's tests share: pictures to serve, and a real server on a free port."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from byhand.data.idx import write_idx
from byhand.lab.broadcast import Hub
from byhand.lab.mnist_source import PictureSource
from byhand.lab.server import Server


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small look-alike of MNIST."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, n in (("train", 50), ("t10k", 20)):
        numbers = np.arange(n * 784) * 7 % 251
        write_idx(folder / f"{name}-images-idx3-ubyte", numbers.astype(np.uint8).reshape(n, 28, 28))
        write_idx(folder / f"{name}-labels-idx1-ubyte", (np.arange(n) % 10).astype(np.uint8))
    return folder


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def server(pictures: Path, hub: Hub) -> Iterator[Server]:
    """Yield a server that serves."""
    server = Server(port=0, pictures=PictureSource(pictures), hub=hub)
    server.start()
    yield server
    server.stop()
