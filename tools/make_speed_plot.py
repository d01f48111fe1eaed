"""Draw docs/pictures/speed.svg from benchmarks/records/epochs.json: python tools/make_speed_plot.py

For each work a row of dots on a logarithmic scale: how many times as long as byhand each peer takes, its median over
the rounds; the thin line is its range.
"""

import json
import math
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RECORD, PICTURE = ROOT / "benchmarks" / "records" / "epochs.json", ROOT / "docs" / "pictures" / "speed.svg"
COLORS = {  # Okabe and Ito's, told apart by the colour-blind; shapes differ too, as letters do
    "jax scan": ("#0072b2", "J"),
    "torch": ("#d55e00", "P"),
    "torch tutorial": ("#e69f00", "T"),
    "keras": ("#cc79a7", "K"),
    "scikit-learn": ("#009e73", "S"),
    "byhand numpy": ("#777777", "N"),
}
NAMES = "J JAX, one scan   P PyTorch   T PyTorch as in tutorials   K Keras   S scikit-learn   N byhand in NumPy"
TITLE = "How many times as long an epoch takes elsewhere"
WIDTH, LEFT, RIGHT, TOP, ROW = 860, 230, 40, 92, 34
LEAST, MOST = 0.5, 2000.0


def across(ratio: float) -> float:
    """Return where a ratio lies, in pixels from the left."""
    share = math.log(ratio / LEAST) / math.log(MOST / LEAST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def row(y: float, name: str, found: dict[str, Any]) -> list[str]:
    """Return the marks of one work."""
    sizes = "-".join(map(str, found["work"]["sizes"]))
    label = f"{name}: {sizes}" if len(sizes) < 20 else name
    lines = [f'<text class="ink" x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{label}</text>']
    for peer, (color, letter) in COLORS.items():
        if peer not in found["times_as_long_as_byhand"]:
            continue
        ratio = found["times_as_long_as_byhand"][peer]
        x, low, high = (across(ratio[what]) for what in ("median", "min", "max"))
        lines += [
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="1.5"/>',
            f'<circle cx="{x:.1f}" cy="{y}" r="8.5" fill="{color}"/>',
            f'<text x="{x:.1f}" y="{y + 4}" text-anchor="middle" fill="#fff" font-weight="600">{letter}</text>',
        ]
    return lines


def picture(record: dict[str, Any]) -> str:
    """Return the whole drawing."""
    works = record["works"]
    height = TOP + ROW * len(works) + 40
    style = (
        "text{font:12px system-ui,sans-serif} .ink{fill:#222} .soft{fill:#666} .grid{stroke:#ddd}"
        "@media(prefers-color-scheme:dark){.ink{fill:#eee} .soft{fill:#aaa} .grid{stroke:#444}}"
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{TITLE}">',
        f"<style>{style}</style>",
        f'<text class="ink" x="20" y="26" style="font-size:16px">{TITLE}</text>',
        f'<text class="soft" x="20" y="48">{NAMES}</text>',
    ]
    for ratio in (0.5, 1, 2, 5, 10, 100, 1000):
        x, bold = across(ratio), 2 if ratio == 1 else 1
        lines.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 12}" y2="{height - 36}" stroke-width="{bold}"/>'
            f'<text class="soft" x="{x:.1f}" y="{TOP - 18}" text-anchor="middle">{ratio:g}×</text>'
        )
    for i, (name, found) in enumerate(works.items()):
        lines += row(TOP + ROW * i + 10, name, found)
    where = f"{record['date']}, {record['processor']}, {record['cores']} cores, {record['engine']}"
    lines.append(f'<text class="soft" x="20" y="{height - 12}">{where}. 1× is byhand; right of it is slower.</text>')
    return "\n".join([*lines, "</svg>", ""])


def main() -> None:
    PICTURE.write_text(picture(json.loads(RECORD.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
