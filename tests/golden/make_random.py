"""Write random.json: draws that every depth of the project must repeat, whatever the machine or the language.

Made by reference.py, the plainest of them: PYTHONPATH=src python tests/golden/make_random.py
"""

import json
from pathlib import Path

from byhand import reference

PATH = Path(__file__).resolve().parent / "random.json"

# (seed, stream, epoch, first block): every stream, both ends of every range, and blocks that need 64 bits.
PLACES = [
    (0, reference.INIT, 0, 0),
    (1, reference.INIT, 2, 0),
    (1, reference.SHUFFLE, 1, 0),
    (1, reference.SHUFFLE, 2, 249),
    (7, reference.DROPOUT, 3, 123456),
    (42, reference.AUGMENT, 5, 2**32 - 1),
    (2**32, reference.DATA, 0, 2**32),
    (2**63 + 12345, reference.SPLIT, 2**32 - 1, 2**40 + 17),
    (2**64 - 1, reference.SPLIT, 2**32 - 1, 2**61 - 4),
]
N_BLOCKS, N_NORMALS = 4, 11  # an odd number of normals: the last partner is thrown away
ORDERS = [(1, 1, 1), (1, 1, 10), (1, 2, 10), (3, 1, 100), (2**64 - 1, 30, 257)]  # (seed, epoch, n)


def draws(seed: int, stream: int, epoch: int, first_block: int) -> dict[str, object]:
    """Return words, uniforms and normals, each from the beginning of first_block."""

    def start() -> reference.RandomStream:
        return reference.RandomStream(seed, stream, epoch, position=4 * first_block)

    words, uniforms, normals = start(), start().uniform(4 * N_BLOCKS), start().normal(N_NORMALS)
    return {
        "seed": str(seed),
        "stream": stream,
        "epoch": epoch,
        "first_block": str(first_block),
        "words": [f"{words.draw():08x}" for _ in range(4 * N_BLOCKS)],
        "uniforms": uniforms,
        "normals": normals,
    }


def order(seed: int, epoch: int, n: int) -> dict[str, object]:
    """Return the order of n examples in an epoch."""
    return {"seed": str(seed), "epoch": epoch, "order": reference.RandomStream(seed, reference.SHUFFLE, epoch).order(n)}


def as_text() -> str:
    """Return the file, one record a line. Seeds and blocks are text: some readers of JSON round large numbers."""
    about = (
        "Philox4x32-10, made by make_random.py; orders begin at the first draw of the stream SHUFFLE. Words, uniforms "
        "and orders must agree to the bit, normals to 2e-15: log and cos differ in the last bit between machines."
    )
    all_draws, all_orders = [draws(*place) for place in PLACES], [order(*place) for place in ORDERS]
    lines = {"draws": map(json.dumps, all_draws), "orders": map(json.dumps, all_orders)}
    parts = [f'"{name}": [\n' + ",\n".join(records) + "\n]" for name, records in lines.items()]
    return "{\n" + ",\n".join([f'"about": {json.dumps(about)}', *parts]) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(as_text(), encoding="utf-8")
