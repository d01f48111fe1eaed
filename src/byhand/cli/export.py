"""`byhand export`: a model as code, ONNX or a page that runs without byhand, verified by running it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byhand.cli.common import Reporter, check_output, data_dir_option, escape_markup, output_options, runs_option
from byhand.errors import ByhandError, OptionError

if TYPE_CHECKING:
    from byhand.arrays import Array
    from byhand.exports.verify import Verification
    from byhand.persistence.model import Model

KINDS = ("page", "c", "js", "python", "onnx")
IN_A_BROWSER, NOT_FOUND = "a page runs in a browser: open it", "no program that runs it was found"


@click.command("export")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Model file or run folder; default: the newest run.")
@click.option(
    "--views",
    help="For a page: the lab's views in it, such as draw,train; it opens with the first.  [default: draw,network]",
)
@click.option("--data", help="Verify on a table, pictures or arrays as `predict` reads them, or on a named data set.")
@data_dir_option
@runs_option
@output_options
def command(
    kind: str,
    output: Path,
    model: Path | None,
    views: str | None,
    data: str | None,
    data_dir: Path | None,
    runs: Path,
    reporter: Reporter,
) -> None:
    """Write a model to OUTPUT: a page that reads drawings, a C header, a JavaScript module, a Python or an ONNX file.

    None of them needs byhand; each contains the preprocessing. A page is one HTML file with views of the lab, Draw
    and Network or those of --views (draw, network, train, plane, microscope, mistakes, experiments, lessons); it opens
    from disk, on a desktop or a phone, without a network. The others are
    verified before they are written: run by a C compiler, node, Python or onnxruntime on the rows of --data, else on
    the model's test examples. A missing cell of a table is nan; the export handles it as the model does.

    Example: byhand export c digit.h
    """
    from byhand.cli.model_lookup import find_model
    from byhand.exports.inference_model import identifier
    from byhand.exports.verify import require_match, verify
    from byhand.files import atomic_write, remove_stale_tempfiles
    from byhand.persistence.model import FILE_NAME

    found, place = find_model(model, runs)
    check_output(output, [place, place / FILE_NAME, *([] if data is None else [Path(data)])])
    content = _content(kind, found, output.stem, views)
    examples = None if kind == "page" else _examples(found, data, data_dir, reporter)
    verification = verify(kind, content, found, examples, identifier(output.stem))
    require_match(verification, f"the export for {output}")
    remove_stale_tempfiles(output.parent)
    atomic_write(output, content)
    reporter.result(
        _text(output, kind, verification, "value" if found.n_classes == 0 else "class"),
        {"output": str(output), **asdict(verification)},
    )


def _content(kind: str, model: "Model", name: str, views: str | None) -> bytes:
    """Return the exported bytes. views : as they stand in the option"""
    from byhand.exports import EXPORTS
    from byhand.exports.inference_model import inference_model
    from byhand.exports.to_html import DEFAULT_VIEWS, to_html

    if kind == "page":
        return to_html(model, DEFAULT_VIEWS if views is None else [name.strip().lower() for name in views.split(",")])
    if views is not None:
        raise OptionError(f"--views chooses the views of a page, and export {kind} writes none; leave it out.")
    return EXPORTS[kind](inference_model(model, name))


def _examples(model: "Model", data: str | None, data_dir: Path | None, reporter: Reporter) -> "Array":
    """Return stored numbers to run the export on: those named, the test set, or, where it is not at hand, random ones.

    nan in them is a missing cell that the model fills.
    """
    import numpy as np

    from byhand.cli.model_lookup import data_for

    if data is not None:
        return _named_examples(model, data, reporter)
    try:
        dataset = data_for(model, None, data_dir)
        return (dataset.test or dataset.train).raw
    except ByhandError as reason:
        reporter.info(f"verified on random numbers: {reason}")
        from byhand.random import DATA, RandomStream

        raw = np.floor(RandomStream(0, DATA).uniform(1000, model.n_features) * 256)
        return _with_gaps(model, raw)


def _with_gaps(model: "Model", raw: "Array") -> "Array":
    """Return random inputs with every second number missing where the model has an input that says so."""
    import numpy as np

    from byhand.exports.inference_model import given_sources

    for k in np.flatnonzero(np.array(given_sources(model), dtype=np.int64) < 0):
        raw[:, k] = np.arange(len(raw)) % 2
        raw[1::2, k - 1] = np.nan  # the number stands before the input that says it is missing
    return raw


def _named_examples(model: "Model", data: str, reporter: Reporter) -> "Array":
    """Return the examples of a file as predict reads it, or of a set by its name."""
    from byhand.cli.model_lookup import data_for
    from byhand.cli.predict import file_inputs
    from byhand.errors import DataError

    if not Path(data).is_file():
        dataset = data_for(model, data, None)
        return (dataset.test or dataset.train).raw
    rows = file_inputs(Path(data), model, reporter)
    if not len(rows):
        raise DataError(f"{data} has no row that the model can use; expected at least one, to verify the export on.")
    return rows


def _text(output: Path, kind: str, found: "Verification", what: str) -> str:
    """Return what was written and how it compared. what : what it predicts, a class or a value"""
    lines = [f"[bold]written[/]     {escape_markup(str(output))}, {found.size:,} bytes, sha256 {found.sha256}"]
    if found.run_by is None:
        return "\n".join([*lines, f"[bold]not run[/]     {IN_A_BROWSER if kind == 'page' else NOT_FOUND}"])
    same = f"{found.n - found.n_mismatches:,} of {found.n:,} examples get the same {what}"
    differing = "scores differ" if what == "class" else f"values of up to {found.max_abs_value:.2g} differ"
    return "\n".join(
        [*lines, f"[bold]run by[/]      {found.run_by}: {same}; {differing} by {found.max_abs_error:.1e} at most"]
    )
