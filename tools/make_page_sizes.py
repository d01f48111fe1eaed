"""Write how large an exported page is with which rooms into docs/lab.md: python tools/make_page_sizes.py"""

import re
from pathlib import Path

import byhand as bh
from byhand.exports.to_html import STATIC, to_html

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lab.md"
MODEL = STATIC / "models" / "draw.safetensors"  # 784-128-10, 0.4 MB
CHOICES = (
    ("draw",),
    ("draw", "network"),
    ("draw", "train"),
    ("plane",),
    ("plane", "lessons"),
    ("experiments", "train"),
    ("draw", "network", "train", "plane", "microscope", "mistakes", "experiments", "lessons"),
)
BEGIN, END = "<!-- page sizes: begin -->", "<!-- page sizes: end -->"


def sizes() -> dict[str, float]:
    """Return megabytes by the names of the views, as --views takes them."""
    model = bh.load_model(MODEL)
    return {",".join(views): len(to_html(model, views)) / 1e6 for views in CHOICES}


def table() -> str:
    """Return the table."""
    rows = [f"| `{views}` | {megabytes:.2f} MB |" for views, megabytes in sizes().items()]
    return "\n".join([BEGIN, "", "| `--views` | one file |", "|---|--:|", *rows, "", END])


def read_sizes() -> dict[str, float]:
    """Return what docs/lab.md says."""
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index(BEGIN) : text.index(END)]
    return {
        views: float(megabytes) for views, megabytes in re.findall(r"^\| `([\w,]+)` \| ([\d.]+) MB \|$", part, re.M)
    }


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text[: text.index(BEGIN)] + table() + text[text.index(END) + len(END) :], encoding="utf-8")


if __name__ == "__main__":
    main()
