"""Pictures in a terminal: two pixels a character, in 24 shades where there is colour, in five where there is not."""

from byhand.arrays import Array

SHADES = " ░▒▓█"


def picture_lines(pixels: Array, image_shape: tuple[int, int], high: float) -> list[str]:
    """Return a picture as lines of text, one character for two pixels one above the other.

    pixels : (height · width,)   high : the value of full ink
    """
    height, width = image_shape
    rows = pixels.reshape(height, width).astype(float) / high
    lines = []
    for top in range(0, height, 2):
        pair = rows[top : top + 2]
        lines.append("".join(_character(pair[0, column], pair[-1, column]) for column in range(width)))
    return lines


def _character(upper: float, lower: float) -> str:
    """Return the half block that shows where the ink is, or a shade when both halves are alike."""
    if (upper > 0.5) != (lower > 0.5):
        return "▀" if upper > 0.5 else "▄"
    return SHADES[round((upper + lower) / 2 * (len(SHADES) - 1))]
