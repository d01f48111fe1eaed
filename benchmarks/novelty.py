"""How many pictures novelty detection marks, of digits and of what is none: python benchmarks/novelty.py [--seeds 5]

The detector is fitted to MNIST's training pictures, as `byhand train` does. Marked test digits are false alarms. The
other pictures are made here, noise, shuffled pixels and scribbles anew for each seed. Needs MNIST.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import byhand as bh
from byhand.data.images import read_image
from byhand.novelty import fit_novelty_detector
from machine import machine, parser_for, save_record

SIDE = 200  # pixels of a picture that is drawn, before it is prepared as MNIST's digits were
MADE = 200  # pictures of a kind and seed
SIGNS = "ABCDEFGHJKLMNPQRTUVWXYZ#&%@?"  # without I, O and S, which are digits in print
DIGITS = "0123456789"


def prepared(draw: Callable[[ImageDraw.ImageDraw], None]) -> Any:
    """Return a drawing in black on white as `byhand predict` reads it from a file: (784,) bytes."""
    picture = Image.new("L", (SIDE, SIDE), 255)
    draw(ImageDraw.Draw(picture))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        picture.save(path)
        return read_image(path, "mnist", (28, 28)).pixels.reshape(-1)


def write(pen: ImageDraw.ImageDraw, character: str, font: Any) -> None:
    pen.text((40, 30), character, font=font, fill=0)


def scribble(pen: ImageDraw.ImageDraw, points: list[float]) -> None:
    pen.line(points, fill=0, width=8)


def printed(characters: str) -> Any:
    """Return printed characters (n, 784)."""
    font = ImageFont.load_default(120)
    return np.array([prepared(partial(write, character=character, font=font)) for character in characters])


def scribbles(rng: Any) -> Any:
    """Return lines through twelve random points (MADE / 2, 784)."""
    points = rng.integers(10, SIDE - 10, (MADE // 2, 24)).tolist()
    return np.array([prepared(partial(scribble, points=at)) for at in points])


def random_kinds(digits: Any, seed: int) -> dict[str, Any]:
    """Return the pictures that differ from seed to seed, of `digits` (n, 784) or of nothing."""
    rng = np.random.default_rng(seed)
    some = digits[rng.choice(len(digits), MADE, replace=False)]
    return {
        "noise": rng.integers(0, 256, (MADE, 784)),
        "inverted digits": 255 - some,
        "digits with shuffled pixels": some[:, rng.permutation(784)],
        "scribbles": scribbles(rng),
    }


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    data = bh.data.mnist()
    detector = fit_novelty_detector(data.train.raw)
    if detector is None:
        raise SystemExit("MNIST has too few training pictures here for a detector.")
    marked: dict[str, list[float]] = {}
    fixed = {
        "test digits": data.test.raw,
        "printed letters and signs": printed(SIGNS),
        "printed digits": printed(DIGITS),
    }
    made = [random_kinds(data.test.raw, seed) for seed in range(options.seeds)]
    for kinds in (fixed, *made):
        for kind, pictures in kinds.items():
            marked.setdefault(kind, []).append(float(detector.is_novel(pictures).mean()))
    for kind, shares in marked.items():
        print(f"{kind:28} {np.mean(shares):7.2%} marked ({min(shares):.2%} to {max(shares):.2%})")
    save_record("novelty", {**machine(), "seeds": options.seeds, "marked": marked}, wanted=options.record)


if __name__ == "__main__":
    main()
