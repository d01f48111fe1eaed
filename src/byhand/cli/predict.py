"""`byhand predict`: predictions of a saved model for pictures, arrays, IDX files and tables, one per example."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.common import (
    Reporter,
    check_output,
    encoding_option,
    escape_markup,
    output_options,
    percent,
    runs_option,
)
from byhand.cli.prediction_file import NOVEL, check_suffix, write_predictions
from byhand.formatting import count_noun, format_number

if TYPE_CHECKING:
    from byhand.arrays import Array
    from byhand.persistence.model import Model

FAR = 10
FAR_UNITS = {"standard": "standard deviations", "robust": "interquartile ranges"}
HALF = 0.5
TABLES = (".csv", ".tsv")
MAX_TABLE = 1 << 28  # bytes: all of MNIST as text has 180 MB
MOST_TOLD = 10  # unusable rows of a file that are reported one by one
LEFT_OUT = 3  # exit code, where some example could not be predicted


@dataclass(frozen=True, eq=False)
class Batch:
    """The examples of one file: raw (n, n_features), their row numbers in the file from 0, and their ids (n,).

    inputs : of a table, raw with nan where the model filled a missing cell
    """

    raw: "Array"
    rows: list[int]
    ids: list[str]
    n_refused: int = 0
    inputs: "Array | None" = None


@click.command("predict")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Model file or run folder; default: the newest run.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How many classes to show; --output writes every class.",
)
@click.option("--show", is_flag=True, help="Draw each picture as the network sees it.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Write the predictions to this file, with every class: .csv, .tsv or .jsonl (one JSON object a line).",
)
@click.option("--id", "id_column", help="The column that identifies the rows of a table; default: line numbers.")
@click.option("--header/--no-header", default=None, help="Whether the first line of a table names its columns.")
@encoding_option
@runs_option
@output_options
def command(
    files: tuple[Path, ...],
    model: Path | None,
    top: int,
    show: bool,
    output: Path | None,
    id_column: str | None,
    header: bool | None,
    encoding: str | None,
    runs: Path,
    reporter: Reporter,
) -> int:
    """Predict the class or the value of each example in FILES.

    FILES are pictures (PNG, JPEG, …, of any size, preprocessed as the training pictures were: as MNIST's, or only
    made grey and resized), arrays (.npy), IDX files (gzipped or not) or tables (.csv, .tsv), whose columns are found by
    their names. An unusable file or row is reported on stderr and the others are predicted; the exit code is then 3. A
    network answers whatever it is shown; a picture unlike those it was trained on is marked, where that can be told.

    Example: byhand predict digit.png --show
    """
    from byhand.cli.model_lookup import find_model
    from byhand.persistence.model import FILE_NAME

    if output is not None:
        check_suffix(output)
    found, place = find_model(model, runs, encoding)
    if output is not None:
        check_output(output, [*files, place, place / FILE_NAME])
    read_as = "auto" if header is None else "yes" if header else "no"
    answers: list[dict[str, Any]] = []
    lines: list[str] = []
    n_refused, seconds, is_shown = 0, 0.0, output is None and not reporter.as_json
    for path in files:
        batch = _batch(path, found, id_column, read_as, reporter, is_alone=len(files) == 1, place=place)
        n_refused += batch.n_refused
        started = time.perf_counter()
        given = _answers(found, batch.raw, top if output is None else None)
        seconds += time.perf_counter() - started
        _mark_novel(found, batch.raw, given)
        for row, name, answer in zip(batch.rows, batch.ids, given, strict=True):
            answers.append({"file": str(path), "index": row, **({"id": name} if name else {}), **answer})
            if is_shown:
                lines.append(_line(f"{path}, {name or row}" if name or len(batch.rows) > 1 else str(path), answer))
        if show and is_shown and found.image_shape:
            lines = [*lines[: len(lines) - len(batch.raw)], *_with_pictures(found, batch, lines)]
    if output is not None:
        write_predictions(output, answers)
        reporter.info(f"{count_noun(len(answers), 'prediction')} written to {output}")
    if reporter.as_json or (lines and output is None):
        reporter.result("\n".join(lines), {"predictions": answers})
    if answers:
        reporter.info(f"{place}: {1e3 * seconds / len(answers):.3g} ms a prediction, reading the file not counted")
    return LEFT_OUT if n_refused else 0


def _batch(
    path: Path,
    model: "Model",
    id_column: str | None,
    header: str,
    reporter: Reporter,
    *,
    is_alone: bool,
    place: Path | None = None,
) -> Batch:
    """Return the examples of a file; of many files, an unusable one is reported and is empty. place : of the model"""
    import numpy as np

    from byhand.errors import ByhandError

    try:
        if _is_table(path, model):
            return _table_rows(path, model, id_column, header, reporter)
        raw = examples_in(path, model, place)
        return Batch(raw, list(range(len(raw))), [""] * len(raw))
    except ByhandError as error:
        if is_alone:
            raise
        reporter.warn(str(error))
        return Batch(np.empty((0, model.n_features)), [], [], n_refused=1)


def file_inputs(path: Path, model: "Model", reporter: Reporter) -> "Array":
    """Return the examples of a file that predict would answer, (n, n_features), nan where a cell is missing."""
    batch = _batch(path, model, None, "auto", reporter, is_alone=True)
    return batch.raw if batch.inputs is None else batch.inputs


def _is_table(path: Path, model: "Model") -> bool:
    kind = path.suffix.lower()
    return kind in TABLES or (kind == ".npz" and model.table is not None)


def _table_rows(path: Path, model: "Model", id_column: str | None, header: str, reporter: Reporter) -> Batch:
    """Return the rows of a table that the model can use; warn about the others."""
    from byhand.data.tables.applying import apply_schema, counted_schema, read_new
    from byhand.errors import DataError

    if model.table is None and id_column is None and header == "auto":
        raw = _plain_numbers(path, model.n_features)
        if raw is not None:
            return Batch(raw, list(range(len(raw))), [""] * len(raw))
    schema = model.table or counted_schema(model.n_features)
    table = read_new(path, schema, header)
    if id_column is not None and id_column not in table.columns:
        known = ", ".join(table.columns[:20])
        raise DataError(f"{path} has no column {id_column!r} to identify its rows by; its columns are {known}.")
    new = apply_schema(schema, table)
    for note in new.notes:
        if id_column is not None and note == f"not used: {id_column!r}":
            continue
        reporter.warn(f"{path}: {note}")
    for i, why in new.refused[:MOST_TOLD]:
        reporter.warn(f"{path}, {new.where(i)} is left out: {why}")
    if len(new.refused) > MOST_TOLD:
        reporter.warn(f"{path}: and {len(new.refused) - MOST_TOLD:,} more rows are left out")
    at = None if id_column is None else table.columns.index(id_column)
    ids = [new.where(i) if at is None else table.rows[i][at] for i in new.rows]
    if not table.rows:
        reporter.warn(f"{path} has no rows below its header")
    _warn_of_far_rows(path, model, new.raw, ids, reporter)
    return Batch(new.raw, new.rows, ids, len(new.refused), new.inputs)


def _warn_of_far_rows(path: Path, model: "Model", raw: "Array", ids: list[str], reporter: Reporter) -> None:
    """Warn how many rows are far from all training rows: their predictions are guesses."""
    import numpy as np

    if model.preparation.name not in FAR_UNITS or not len(raw):
        return
    scaled = replace(model.preparation, clip=None).apply(raw)
    far = np.flatnonzero((np.abs(scaled) > FAR).any(axis=1))
    if len(far):
        unit = FAR_UNITS[model.preparation.name]
        reporter.warn(
            f"{path}: more than {FAR} {unit} from the training rows in a column: {count_noun(len(far), 'row')}, "
            f"first {ids[int(far[0])]}; do not rely on the answers there"
        )


def _with_pictures(model: "Model", batch: Batch, lines: list[str]) -> list[str]:
    """Return the last lines, one per example, each below its picture."""
    own = lines[len(lines) - len(batch.raw) :]
    return [line for raw, answer in zip(batch.raw, own, strict=True) for line in (*_picture(model, raw), answer)]


def examples_in(path: Path, model: "Model", place: Path | None = None) -> "Array":
    """Return the examples in a picture, an array or an IDX file as rows (n, n_features) of stored numbers.

    place : where the model is, for the error message
    """
    import numpy as np

    from byhand.data.idx import read_idx
    from byhand.data.npy import read_npy
    from byhand.errors import DataError

    if path.is_dir():
        raise DataError(f"{path} is a folder; expected a file.")
    kind = path.suffix.lower()
    if kind == ".npy":
        array = read_npy(path)
    elif "idx" in path.name or "ubyte" in path.name:
        array = read_idx(path)
    else:
        return image_row(path, model, place)
    n = 1 if array.size == model.n_features else len(array) if array.ndim else 0
    if n == 0 or array.size != n * model.n_features:
        raise DataError(
            f"{path} holds an array of shape {array.shape}; expected (n, {model.n_features}), as the model takes them."
        )
    return np.ascontiguousarray(array).reshape(n, model.n_features)


def image_row(path: Path, model: "Model", place: Path | None = None) -> "Array":
    """Return a picture file as the model reads it, (1, n_features) bytes. place : see examples_in"""
    from byhand.data.image_schema import MNIST
    from byhand.data.images import read_image
    from byhand.errors import DataError

    schema = model.image or MNIST
    pixels = read_image(path, schema.preprocessing, model.image_shape).pixels
    if pixels.size != model.n_features:
        name = "this model" if place is None else f"the model {place}"
        raise DataError(
            f"{path} becomes {pixels.shape[0]}×{pixels.shape[1]} pixels, as in MNIST, but {name} takes "
            f"{model.n_features} numbers. Name a model of MNIST or of a folder of pictures."
        )
    return pixels.reshape(1, -1)


def _plain_numbers(path: Path, n_features: int) -> "Array | None":
    """Return a table of numbers only, read fast; None if it needs the full reader."""
    import io
    import warnings

    import numpy as np

    from byhand.files import read_bytes_limited

    content = io.BytesIO(read_bytes_limited(path, "a table of numbers (.csv)", MAX_TABLE))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # for an empty file, which the full reader reports
            numbers = np.loadtxt(content, delimiter=",", ndmin=2)
    except ValueError:
        return None
    return numbers if numbers.shape[1] == n_features and np.isfinite(numbers).all() else None


def _answers(model: "Model", raw: "Array", top: int | None) -> list[dict[str, Any]]:
    """Return a prediction for each row, as plain data, with the scores of its `top` classes; None: of all."""
    import numpy as np

    from byhand.persistence.output import Output

    if model.output is Output.REGRESSION:
        return [{"values": [float(value) for value in row]} for row in model.predict(raw)]
    scores, what = model.scores(raw), str(model.output)
    names = model.class_names or tuple(str(i) for i in range(scores.shape[1]))
    answers = []
    for row, label in zip(scores, model.predict(raw), strict=True):
        best = np.argsort(-row, kind="stable")[:top]
        answers.append({"class": names[int(label)], what: {names[int(k)]: float(row[k]) for k in best}})
    return answers


def _mark_novel(model: "Model", raw: "Array", answers: list[dict[str, Any]]) -> None:
    """Say in each answer whether its input is unlike those of training, where the model can tell."""
    is_novel = model.is_novel(raw)
    if is_novel is not None:
        for answer, novel in zip(answers, is_novel, strict=True):
            answer[NOVEL] = bool(novel)


def _line(name: str, answer: dict[str, Any]) -> str:
    """Return one prediction as text."""
    novel = "   [yellow]unlike the training pictures: do not rely on it[/yellow]" if answer.get(NOVEL) else ""
    if "values" in answer:
        return f"{escape_markup(name)}: {', '.join(format_number(value, '.6g') for value in answer['values'])}{novel}"
    what = next(key for key in answer if key != "class")
    is_share = what == "probabilities"  # a score is not
    shown = ", ".join(
        f"{label} {percent(score, 1) if is_share else format_number(score, '.3f')}"
        for label, score in answer[what].items()
    )
    best = max(answer[what].values())
    weak = "   [yellow]weak: no class has half[/yellow]" if what == "probabilities" and best < HALF else ""
    name, label, scores = escape_markup(name), escape_markup(answer["class"]), escape_markup(shown)
    return f"{name}: [bold green]{label}[/bold green]   [dim]{scores}[/dim]{weak}{novel}"


def _picture(model: "Model", row: "Array") -> list[str]:
    from byhand.cli.text_image import picture_lines

    return picture_lines(row, model.image_shape or (1, 1), float(row.max()) or 1.0)
