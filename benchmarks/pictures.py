"""How many real digits are read right from pictures as people take them: python benchmarks/pictures.py

The `draw` recipe is trained (seed 0), then every 40th digit of MNIST's test set is laid on a page, spoiled in one of
eight ways, made into MNIST's form again and read. Needs Pillow and MNIST (BYHAND_DATA or the cache).
"""

import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from byhand import data
from byhand.arrays import Array
from byhand.data.mnist_preprocess import normalize_digit
from byhand.engines.numpy_engine import NumpyEngine
from byhand.recipes import RECIPES
from byhand.recipes.run import Run
from machine import machine, parser_for, save_record

Spoil = Callable[[Array, np.random.Generator], Array]
PAGE = (400, 500)


def as_it_is(digit: Array, dice: np.random.Generator) -> Array:
    return digit.astype(float)


def inverted(digit: Array, dice: np.random.Generator) -> Array:
    return 255 - 0.9 * enlarged(digit, 200)


def on_a_page(digit: Array, dice: np.random.Generator) -> Array:
    grey = np.full(PAGE, 245.0)
    down, right = dice.integers(0, 250), dice.integers(0, 350)
    grey[down : down + 150, right : right + 150] -= 0.85 * enlarged(digit, 150)
    return grey


def in_uneven_light(digit: Array, dice: np.random.Generator) -> Array:
    return on_a_page(digit, dice) * np.linspace(0.5, 1, PAGE[1]) * np.linspace(0.8, 1, PAGE[0])[:, None]


def with_noise(digit: Array, dice: np.random.Generator) -> Array:
    return np.clip(in_uneven_light(digit, dice) + dice.normal(0, 5, PAGE), 0, 255)


def as_jpeg(digit: Array, dice: np.random.Generator) -> Array:
    file = io.BytesIO()
    Image.fromarray(with_noise(digit, dice).astype(np.uint8)).save(file, "JPEG", quality=40)
    return np.asarray(Image.open(file), dtype=float)


def with_specks(digit: Array, dice: np.random.Generator) -> Array:
    grey = on_a_page(digit, dice)
    for _ in range(6):
        down, right = dice.integers(0, 395), dice.integers(0, 495)
        grey[down : down + 3, right : right + 3] = 30
    return grey


def in_pencil(digit: Array, dice: np.random.Generator) -> Array:
    return np.clip(245 - 0.3 * (245 - on_a_page(digit, dice)) + dice.normal(0, 3, PAGE), 0, 255)


def enlarged(digit: Array, side: int) -> Array:
    return np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC), dtype=float)


WAYS: tuple[Spoil, ...] = (
    as_it_is, inverted, on_a_page, in_uneven_light, with_noise, as_jpeg, with_specks, in_pencil,
)  # fmt: skip


def main() -> None:
    arguments = parser_for(__doc__).parse_args()
    recipe = RECIPES["draw"]
    run = Run.of(recipe, data.mnist(preparation=recipe.scaling, validation=None))
    for _ in run.epochs(NumpyEngine()):
        pass
    model, test = run.model(NumpyEngine()), run.dataset.test
    rows = np.arange(0, len(test), 40)
    right: dict[str, float] = {}
    seconds: dict[str, float] = {}
    for way in WAYS:
        dice = np.random.default_rng(1)
        pictures = [way(test.raw[row].reshape(28, 28), dice) for row in rows]
        started = time.perf_counter()
        made = np.stack([normalize_digit(picture).ravel() for picture in pictures])
        seconds[way.__name__] = (time.perf_counter() - started) / len(rows)
        right[way.__name__] = float((model.predict(made) == test.y[rows]).mean())
        print(f"{way.__name__:<16} {100 * right[way.__name__]:.1f} %  {1000 * seconds[way.__name__]:.1f} ms a picture")
    what = f"share of {len(rows)} test digits read right by the draw recipe, seed 0, and seconds a picture"
    save_record(
        "pictures", {"what": what, **machine(), "read_right": right, "seconds": seconds}, wanted=arguments.record
    )


if __name__ == "__main__":
    main()
