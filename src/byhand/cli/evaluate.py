"""`byhand evaluate`: a saved model on examples it was not trained on."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.common import (
    Reporter,
    data_dir_option,
    encoding_option,
    escape_markup,
    model_argument,
    output_options,
    percent,
    runs_option,
)
from byhand.cli.confusion_table import confusion_table
from byhand.formatting import format_number

if TYPE_CHECKING:
    from byhand.data.examples import Dataset
    from byhand.persistence.model import Model
    from byhand.training.evaluate import Evaluation


@click.command("evaluate")
@model_argument
@click.option(
    "--data", "--test-data", "data", help="Evaluate on other data: the name of a data set, a table or a folder."
)
@encoding_option
@data_dir_option
@runs_option
@output_options
def command(
    model: Path | None, data: str | None, encoding: str | None, data_dir: Path | None, runs: Path, reporter: Reporter
) -> None:
    """Test a saved model and record that the test set was used: every further use weakens its result.

    MODEL is a model file or a run folder; default: the newest run.

    Example: byhand evaluate runs/vanilla-1
    """
    from byhand.cli.model_lookup import data_for, find_model, is_held_out
    from byhand.data.image_folder import is_image_folder
    from byhand.persistence.model import check_outputs
    from byhand.recipes.datasets import is_table
    from byhand.training.evaluate import evaluate
    from byhand.training.test_set_log import count_evaluation

    found, place = find_model(model, runs, encoding)
    dataset = data_for(found, data, data_dir)
    for note in dataset.notes:
        reporter.warn(note)
    examples = dataset.test or dataset.train
    evaluation = evaluate(found.network, examples, limited=found.limited)
    check_outputs(evaluation.output)
    held_out = is_held_out(found, dataset)
    count = count_evaluation(examples, reporter.info) if held_out else None
    kind = "test" if held_out else "training"
    how = f": {dataset.source}" if data is not None and (is_table(data) or is_image_folder(Path(data))) else ""
    what = f"{len(examples):,} {kind} examples of {dataset.name}{how}"
    values = _values(found, evaluation, place, dataset, count)
    values |= {"held_out": held_out} if held_out else {"held_out": False, "interval": None}
    reporter.result(_text(found, evaluation, what, count, values, reporter.width), values)


def _values(
    model: "Model", evaluation: "Evaluation", place: Path, dataset: "Dataset", count: int | None
) -> dict[str, Any]:
    """Return the metrics as plain data, for --json."""
    from byhand.metrics import (
        area_under_curve,
        balanced_accuracy,
        calibration_error,
        majority_share,
        precision_recall_f1,
    )
    from byhand.persistence.output import class_scores

    values: dict[str, Any] = {"model": str(place), "data": dataset.name, "n": evaluation.n, "test_evaluations": count}
    if evaluation.accuracy is None or evaluation.confusion is None:
        return values | {
            "mean_squared_error": evaluation.mean_squared_error,
            "root_mean_squared_error": (evaluation.mean_squared_error or 0.0) ** 0.5,
            "mean_absolute_error": evaluation.mean_absolute_error,
            "baseline_root_mean_squared_error": evaluation.baseline_error,
            "r_squared": evaluation.r2_score,
        }
    classes = precision_recall_f1(evaluation.confusion)
    y = (dataset.test or dataset.train).y
    proba = _probabilities(model, evaluation)
    scores = class_scores(model.output, evaluation.output)
    return values | {
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval or ()),
        "baseline": majority_share(evaluation.confusion),
        "balanced_accuracy": balanced_accuracy(evaluation.confusion),
        "area_under_curve": area_under_curve(scores[:, 1], y) if scores.shape[1] == 2 else None,
        "confusion": evaluation.confusion.tolist(),
        "precision": classes.precision.tolist(),
        "recall": classes.recall.tolist(),
        "f1": classes.f1.tolist(),
        "calibration_error": None if proba is None else calibration_error(proba, y),
    }


def _probabilities(model: "Model", evaluation: "Evaluation") -> Any:
    """Return probabilities (n, k), or None where the outputs are not probabilities."""
    from byhand.persistence.output import Output, class_scores

    return class_scores(model.output, evaluation.output) if model.output is Output.SOFTMAX_LOGITS else None


def _text(
    model: "Model", evaluation: "Evaluation", what: str, count: int | None, values: dict[str, Any], width: int
) -> str:
    """Return the metrics as text; the table is at most `width` characters wide."""
    from byhand.training.test_set_log import evaluation_sentence

    lines = _numbers(values, what) if evaluation.accuracy is None else _classes(model, evaluation, what, values)
    if evaluation.confusion is not None:
        lines += ["", *confusion_table(evaluation.confusion, model.class_names, width)]
    if count is not None:
        lines += ["", f"[dim]{evaluation_sentence(count)}[/dim]"]
    return "\n".join(lines)


def _numbers(values: dict[str, Any], what: str) -> list[str]:
    """Return the regression metrics, beside those of always predicting the mean."""
    r_squared = format_number(values["r_squared"], ".4f")
    return [
        f"[bold]R²[/bold]        [bold green]{r_squared}[/bold green]  on {escape_markup(what)}",
        f"[bold]errors[/bold]    root mean square {values['root_mean_squared_error']:.6g}, "
        f"mean absolute {values['mean_absolute_error']:.6g}",
        f"[bold]baseline[/bold]  root mean square {values['baseline_root_mean_squared_error']:.6g}, "
        f"by the mean of these targets",
    ]


def _classes(model: "Model", evaluation: "Evaluation", what: str, values: dict[str, Any]) -> list[str]:
    """Return the classification metrics, with an interval only if the examples were not trained on."""
    lines = [f"[bold]accuracy[/bold]  [bold green]{percent(values['accuracy'])}[/bold green]  on {escape_markup(what)}"]
    if values["interval"]:
        low, high = values["interval"]
        lines.append(f"[bold]95 %[/bold]      {percent(low)} – {percent(high)}")
    else:
        lines.append("[bold]          [/bold]this is how well it fits, not how well it does on new examples")
    balanced = f"balanced accuracy {percent(values['balanced_accuracy'])}"
    area = "" if values["area_under_curve"] is None else f", area under the ROC curve {values['area_under_curve']:.4f}"
    lines += [
        f"[bold]baseline[/bold]  {percent(values['baseline'])}, by the most frequent class; {balanced}{area}",
        *_never_predicted(model, evaluation),
    ]
    return lines


def _never_predicted(model: "Model", evaluation: "Evaluation") -> list[str]:
    """Return a warning that names the classes with examples but no correct prediction."""
    import numpy as np

    confusion = evaluation.confusion
    if confusion is None:
        return []
    lost = np.flatnonzero((confusion.sum(axis=1) > 0) & (np.diag(confusion) == 0))
    names = [model.class_names[i][:40] if model.class_names else str(i) for i in lost[:5]]
    more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
    return [f"[yellow]never recognised: {escape_markup(', '.join(names))}{more}[/yellow]"] if len(lost) else []
