"""Keys made from the contents of rows, and a fingerprint of a table that ignores the order of its rows.

The keys choose the test rows: a row keeps its key when it moves or other rows are added.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from byhand.arrays import Array


def row_keys(inputs: Array, answers: Array, classes: Sequence[str], seed: int) -> Array:
    """Return (n,) uint64: the first 8 bytes of the SHA-256 of the seed, a row's inputs and its class name or target."""
    start = hashlib.sha256(f"{seed}\n".encode())
    targets = [classes[i].encode() for i in answers] if classes else [row.astype("<f4").tobytes() for row in answers]
    rows = (row.astype("<f8") + 0.0 for row in inputs)  # no negative zero; one row at a time, to save memory
    return np.array(
        [_key(start, row.tobytes(), target) for row, target in zip(rows, targets, strict=True)], dtype="<u8"
    )


def table_fingerprint(keys: Array) -> str:
    """Return 16 hexadecimal digits that are equal for equal rows in any order."""
    return hashlib.sha256(np.sort(keys).tobytes()).hexdigest()[:16]


def _key(start: "hashlib._Hash", row: bytes, target: bytes) -> int:
    digest = start.copy()
    digest.update(row)
    digest.update(target)
    return int.from_bytes(digest.digest()[:8], "little")
