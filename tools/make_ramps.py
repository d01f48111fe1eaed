"""Write the page's ui/ramps.js: the colours of signed numbers, as a table of hex values: python tools/make_ramps.py

A ramp leads from the ground, the colour of a card, to the full colour of the largest number. It is given in OKLCH at
the quarters: lightness and chroma there, one hue. Between two quarters it is linear in OKLab; a colour that no screen
has loses chroma until one has it. The table has nine steps, which the page blends.
"""

import math
from itertools import pairwise
from pathlib import Path

PATH = Path(__file__).resolve().parents[1] / "src" / "byhand" / "lab" / "static" / "ui" / "ramps.js"
GROUNDS = {"light": "#ffffff", "dark": "#1d2127"}  # --card
# theme → sign → (lightness, chroma) at a quarter, a half, three quarters and the whole
STOPS = {
    "light": {
        "plus": [(0.855, 0.071), (0.711, 0.124), (0.565, 0.158), (0.419, 0.143)],
        "minus": [(0.895, 0.060), (0.789, 0.131), (0.685, 0.177), (0.581, 0.158)],
    },
    "dark": {
        "plus": [(0.386, 0.055), (0.524, 0.095), (0.661, 0.122), (0.800, 0.108)],
        "minus": [(0.385, 0.064), (0.522, 0.110), (0.662, 0.140), (0.800, 0.148)],
    },
}
# palette → theme → sign → hue in degrees
HUES = {
    "safe": {"light": {"plus": 256, "minus": 48}, "dark": {"plus": 245, "minus": 65}},
    "classic": {"light": {"plus": 150, "minus": 25}, "dark": {"plus": 155, "minus": 28}},
}
STEPS = 8
Vector = tuple[float, float, float]
TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def product(matrix: tuple[Vector, ...], vector: Vector) -> Vector:
    """Return the product of a 3 × 3 matrix and a vector."""
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def linear(hex_colour: str) -> Vector:
    """Return linear light, 0 … 1, of #rrggbb."""
    red, green, blue = (int(hex_colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    expand = lambda c: c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4  # noqa: E731
    return expand(red), expand(green), expand(blue)


def oklab(hex_colour: str) -> Vector:
    """Return the OKLab coordinates of #rrggbb."""
    red, green, blue = product(TO_LMS, linear(hex_colour))
    return product(TO_LAB, (math.cbrt(red), math.cbrt(green), math.cbrt(blue)))


def difference(one: str, other: str) -> float:
    """Return ΔE(OK), the distance of two colours in OKLab."""
    return math.dist(oklab(one), oklab(other))


def luminance(hex_colour: str) -> float:
    """Return the relative luminance of WCAG."""
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear(hex_colour), strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG, 1 … 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def light_of(lab: Vector) -> Vector:
    """Return the linear light of an OKLab colour, beyond 0 … 1 where no screen has it."""
    long, middle, short = product(FROM_LAB, lab)
    return product(FROM_LMS, (long**3, middle**3, short**3))


def hex_of(lab: Vector) -> str:
    """Return #rrggbb; what no screen has loses chroma until it has."""
    lightness, a, b = lab
    shares = (1 - step / 200 for step in range(201))
    within = lambda light: all(-1e-4 <= c <= 1 + 1e-4 for c in light)  # noqa: E731
    light = next(light for s in shares if within(light := light_of((lightness, a * s, b * s))) or s == 0)
    compress = lambda c: 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055  # noqa: E731
    return "#" + "".join(f"{round(255 * compress(min(max(c, 0.0), 1.0))):02x}" for c in light)


def ramp(palette: str, theme: str, sign: str) -> list[str]:
    """Return the nine colours from the ground to the full colour."""
    angle = math.radians(HUES[palette][theme][sign])
    stops = [(lightness, c * math.cos(angle), c * math.sin(angle)) for lightness, c in STOPS[theme][sign]]
    whole = [oklab(GROUNDS[theme]), *stops]
    between = lambda low, high, share: tuple(p + (q - p) * share for p, q in zip(low, high, strict=True))  # noqa: E731
    halves = [between(low, high, 0.5) for low, high in pairwise(whole)]
    mixed = [lab for pair in zip(halves, whole[1:], strict=True) for lab in pair]
    return [GROUNDS[theme], *map(hex_of, mixed)]


def text() -> str:
    """Return the file as it should be."""
    lines = [
        "// The colours of signed numbers: theme, palette and sign → nine colours from the ground to the full colour.",
        "// Written by tools/make_ramps.py, which says how.",
        "",
        "export const RAMPS = {",
    ]
    for theme in GROUNDS:
        lines.append(f"  {theme}: {{")
        for palette in HUES:
            lines.append(f"    {palette}: {{")
            lines += [f'      {sign}: "{" ".join(ramp(palette, theme, sign))}",' for sign in STOPS[theme]]
            lines.append("    },")
        lines.append("  },")
    return "\n".join([*lines, "};\n"])


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
