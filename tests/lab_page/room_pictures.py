"""Pictures of rooms, small enough to be kept and compared where fonts are drawn in another way.

A picture is reduced to tiles of 16 × 16 pixels. Of each tile there are its mean colour, which a wrong theme changes,
and its detail, the standard deviation of its brightness, which a card that is lost or text that is unreadable changes.
Both survive other anti-aliasing; a text that breaks elsewhere changes a few tiles.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FOLDER = Path(__file__).with_name("pictures")
ROOMS = ("draw", "train", "plane", "network", "experiments", "lessons")
SIZES = ((1440, 900), (1024, 768), (820, 1180), (390, 844))
THEMES = ("light", "dark")
TILE = 16  # pixels a side
LEVELS = 8  # a reference is kept in steps of so much, of 255: it compresses better
MOST_APART = 24  # levels of 255 by which a tile may differ
MOST_TILES = 0.03  # of the tiles may differ by more; drawn at twice the resolution fewer than 0.01 do

REST_MS = 400
AT_REST = """ms => new Promise(resolve => {
    let busy = performance.now();
    const look = () => {
        const { pending } = document.documentElement.dataset;
        if (pending !== "0" || document.querySelector(".stale")) busy = performance.now();
        performance.now() - busy > ms ? resolve() : setTimeout(look, 30);
    };
    look();
})"""

Tiles = NDArray[np.uint8]  # (2 · rows, columns, 3): mean colours above details


def options_of(size: tuple[int, int], theme: str) -> dict[str, Any]:
    """Return the options of a browser's context in which nothing moves."""
    width, height = size
    return {"viewport": {"width": width, "height": height}, "color_scheme": theme, "reduced_motion": "reduce"}


def load_again(page: Any) -> None:
    """Load a page that has opened a second time, once it rests: from then on the font is there."""
    page.evaluate(AT_REST, REST_MS)
    page.reload()
    page.wait_for_selector("html[data-ready]")


def photograph(page: Any, size: tuple[int, int], theme: str, scale: int = 1) -> Tiles:
    """Photograph a page in a size and a theme, once it rests.

    scale : pixels of the screen in one of the page
    """
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    page.mouse.move(0, 0)
    page.evaluate(AT_REST, REST_MS)
    return reduce_picture(page.screenshot(animations="disabled", caret="hide"), scale)


def reduce_picture(png: bytes, scale: int = 1) -> Tiles:
    """Return the tiles of a picture; what is left of a whole tile at the right and below is cut off."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB").reduce(scale), dtype=np.float64)
    rows, columns = (side // TILE for side in pixels.shape[:2])
    tiles = pixels[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE, 3)
    detail = tiles.mean(axis=4).std(axis=(1, 3))
    both = np.concatenate([tiles.mean(axis=(1, 3)), np.repeat(2 * detail[..., None], 3, axis=2)])
    return np.clip(both, 0, 255).astype(np.uint8)


def name_of(room: str, size: tuple[int, int], theme: str) -> str:
    return f"{room}-{size[0]}-{theme}.png"


def write_reference(tiles: Tiles, path: Path) -> None:
    """Write a reference, in few levels."""
    Image.fromarray((tiles // LEVELS * LEVELS + LEVELS // 2).astype(np.uint8)).save(path, optimize=True)


def read_reference(room: str, size: tuple[int, int], theme: str) -> Tiles:
    """Return a reference."""
    return np.asarray(Image.open(FOLDER / name_of(room, size, theme)).convert("RGB"))


def difference(one: Tiles, other: Tiles) -> float:
    """Return the fraction of tiles that differ, by their colour or by their detail; 1 for other sizes."""
    if one.shape != other.shape:
        return 1.0
    apart = np.abs(one.astype(int) - other.astype(int)).max(axis=2) > MOST_APART
    return float(np.logical_or(*np.split(apart, 2)).mean())
