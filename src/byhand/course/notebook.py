"""What a lesson shows in a notebook beside its text: a figure where matplotlib is installed, and a slider over curves.

In a script, and where nothing can be drawn, both are one sentence.
"""

import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from byhand.errors import MissingDependencyError, ShapeError

DOTS_PER_INCH = 90
WIDTH, HEIGHT = 420, 200  # of a slider's curves, in pixels
COLORS = ("#0b5fa5", "#c2410c")  # told apart also by people who do not see red and green
DASHES = ("", ' stroke-dasharray="6 4"')
MOVE = (
    "const box = this.parentNode, at = JSON.parse(box.dataset.points)[this.value];"
    "box.querySelectorAll('circle').forEach("
    "(dot, i) => {dot.setAttribute('cx', at.x); dot.setAttribute('cy', at.ys[i])});"
    "box.querySelector('output').textContent = at.text"
)


@dataclass(frozen=True)
class Picture:
    """A figure as a PNG, or the sentence that says why there is none."""

    png: bytes | None
    sentence: str

    def _repr_png_(self) -> bytes | None:
        return self.png

    def __repr__(self) -> str:
        return self.sentence


def picture(draw: Callable[[], Any]) -> Picture:
    """Return what a notebook shows of a matplotlib figure.

    draw : makes the figure, as `lambda: plots.plot_gallery(data)`
    """
    try:
        figure = draw()
    except MissingDependencyError as error:
        return Picture(None, str(error))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return Picture(buffer.getvalue(), "a figure; open the lesson as a notebook to see it")


@dataclass(frozen=True)
class Slider:
    """Curves over x with a slider below, for notebooks; nothing is loaded and nothing is computed there."""

    label: str
    x: Sequence[float]
    curves: Mapping[str, Sequence[float]]

    def _repr_html_(self) -> str:
        places = [self._place(i) for i in range(len(self.x))]
        middle = len(places) // 2
        lines = "".join(self._line(i, [place["ys"][i] for place in places]) for i in range(len(self.curves)))
        dots = "".join(
            f'<circle r="5" cx="{places[middle]["x"]}" cy="{y}" fill="{color}"/>'
            for y, color in zip(places[middle]["ys"], COLORS, strict=False)
        )
        return (
            f"<div style='max-width:{WIDTH}px' data-points='{html.escape(json.dumps(places), quote=True)}'>"
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{lines}{dots}</svg>'
            f"<input type='range' style='width:100%' aria-label='{html.escape(self.label, quote=True)}' min='0' "
            f"max='{len(places) - 1}' value='{middle}' oninput=\"{MOVE}\"><br>"
            f"<output>{html.escape(places[middle]['text'])}</output></div>"
        )

    def __repr__(self) -> str:
        return f"a slider over {self.label}; open the lesson as a notebook to move it"

    def _place(self, i: int) -> dict[str, Any]:
        """Return where the dots are when the slider is at i, and what is said there."""
        low = min(min(values) for values in self.curves.values())
        high = max(max(values) for values in self.curves.values())
        room = (high - low) or 1.0
        x = 10 + (WIDTH - 20) * i / (len(self.x) - 1)
        ys = [HEIGHT - 10 - (HEIGHT - 20) * (values[i] - low) / room for values in self.curves.values()]
        said = ", ".join(f"{name} = {values[i]:.4g}" for name, values in self.curves.items())
        text = f"{self.label} = {self.x[i]:.4g}: {said}".replace("-", "\N{MINUS SIGN}")
        return {"x": round(x, 1), "ys": [round(y, 1) for y in ys], "text": text}

    def _line(self, curve: int, ys: Sequence[float]) -> str:
        steps = (WIDTH - 20) / (len(ys) - 1)
        points = " ".join(f"{10 + steps * i:.1f},{y}" for i, y in enumerate(ys))
        return f'<polyline fill="none" stroke="{COLORS[curve]}" stroke-width="2"{DASHES[curve]} points="{points}"/>'


def slider(label: str, x: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Slider:
    """Return one or two curves over x, with a slider that reads off their values.

    label : the name of x   x : two or more numbers, growing   curves : name → as many numbers
    Raises ShapeError where the lengths do not fit.
    """
    if not 1 <= len(curves) <= len(COLORS) or len(x) < 2 or any(len(values) != len(x) for values in curves.values()):
        lengths = [len(values) for values in curves.values()]
        raise ShapeError(
            f"slider got {len(x)} x and curves of {lengths}; expected one or two curves, each as long as x."
        )
    return Slider(label, x, curves)
