"""`byhand predict`: what a saved model says of pictures, arrays, IDX files and tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.common import Voice, escaped, percent, runs_option, voice_options

if TYPE_CHECKING:
    from byhand.arrays import Array
    from byhand.persistence.model import Model

MAX_TABLE = 1 << 28  # bytes: all of MNIST as text has 180 MB


@click.command("predict")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Model file or run folder; else the newest run.")
@click.option("--top", type=click.IntRange(min=1), default=3, show_default=True, help="How many classes to tell.")
@click.option("--show", is_flag=True, help="Draw each picture as the network sees it.")
@runs_option
@voice_options
def command(files: tuple[Path, ...], model: Path | None, top: int, show: bool, runs: Path, voice: Voice) -> None:
    """Say what each example in FILES is.

    FILES are pictures (PNG, JPEG, …: any size, dark on light or light on dark; cropped and centred as MNIST was
    made), arrays (.npy), IDX files (gzipped or not) or tables of numbers (.csv).

    Example: byhand predict digit.png --show
    """
    from byhand.cli.loading import find_model

    found, _ = find_model(model, runs)
    answers: list[dict[str, Any]] = []
    lines: list[str] = []
    for path in files:
        raw = examples_in(path, found)
        for i, answer in enumerate(_answers(found, raw, top)):
            name = str(path) if len(raw) == 1 else f"{path}, {i}"
            answers.append({"file": str(path), "index": i, **answer})
            lines += _picture(found, raw[i]) if show and found.image_shape else []
            lines.append(_line(name, answer))
    voice.result("\n".join(lines), {"predictions": answers})


def examples_in(path: Path, model: "Model") -> "Array":
    """Return the examples in a file as rows (n, n_features) of stored numbers."""
    import numpy as np

    from byhand.data.idx import read_idx
    from byhand.data.npy import read_npy
    from byhand.errors import DataError

    if path.is_dir():
        raise DataError(f"{path} is a folder; expected a file.")
    kind = path.suffix.lower()
    if kind == ".npy":
        array = read_npy(path)
    elif kind == ".csv":
        array = _numbers(path)
    elif "idx" in path.name or "ubyte" in path.name:
        array = read_idx(path)
    else:
        from byhand.data.images import prepare_image

        array = prepare_image(path)
    n = 1 if array.size == model.n_features else len(array) if array.ndim else 0
    if n == 0 or array.size != n * model.n_features:
        raise DataError(
            f"{path} holds an array of shape {array.shape}; the model takes {model.n_features} numbers each."
        )
    return np.ascontiguousarray(array).reshape(n, model.n_features)


def _numbers(path: Path) -> "Array":
    """Return a table of numbers without header."""
    import io
    import warnings

    import numpy as np

    from byhand.errors import DataError
    from byhand.files import read_whole

    content = io.BytesIO(read_whole(path, "a table of numbers (.csv)", MAX_TABLE))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # an empty file: said below, in our words
            return np.loadtxt(content, delimiter=",", ndmin=2)
    except ValueError as error:
        raise DataError(f"{path} is not a table of numbers: {str(error)[:200]}.") from error


def _answers(model: "Model", raw: "Array", top: int) -> list[dict[str, Any]]:
    """Return an answer for each row, as plain data."""
    import numpy as np

    from byhand.persistence.output import Output

    if model.output is Output.VALUES:
        return [{"values": [float(value) for value in row]} for row in model.predict(raw)]
    scores, what = model.scores(raw), str(model.output)
    names = model.class_names or tuple(str(i) for i in range(scores.shape[1]))
    answers = []
    for row, label in zip(scores, model.predict(raw), strict=True):
        best = np.argsort(-row, kind="stable")[:top]
        answers.append({"class": names[int(label)], what: {names[int(k)]: float(row[k]) for k in best}})
    return answers


def _line(name: str, answer: dict[str, Any]) -> str:
    """Return one answer for people."""
    if "values" in answer:
        return f"{escaped(name)}: {', '.join(f'{value:.6g}' for value in answer['values'])}"
    what = next(key for key in answer if key != "class")
    shown = ", ".join(f"{label} {percent(score, 1)}" for label, score in answer[what].items())
    return f"{escaped(name)}: [bold green]{escaped(answer['class'])}[/bold green]   [dim]{escaped(shown)}[/dim]"


def _picture(model: "Model", row: "Array") -> list[str]:
    from byhand.cli.pictures import picture_lines

    return picture_lines(row, model.image_shape or (1, 1), float(row.max()) or 1.0)
