"""MNIST's four files: names, sizes and checksums of the decompressed bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

ProgressCallback = Callable[[str, int, int], None]  # file, bytes done, bytes in all


@dataclass(frozen=True)
class RemoteFile:
    """One of the four files, decompressed."""

    name: str
    n_bytes: int
    sha256: str


FILES = (
    RemoteFile(
        "train-images-idx3-ubyte",
        47_040_016,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    RemoteFile("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    RemoteFile("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    RemoteFile("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)

ARRAYS = ("x_train", "y_train", "x_test", "y_test")  # the same four, as Keras calls them
ARRAY_FILES = tuple(f"{name}.npy" for name in ARRAYS)


def checksum_matches(expected: RemoteFile, content: bytes) -> bool:
    """Are these exactly the official bytes?"""
    return len(content) == expected.n_bytes and hashlib.sha256(content).hexdigest() == expected.sha256
