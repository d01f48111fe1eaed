"""The card of a model, as Markdown, and the folder to share: README.md, model.safetensors, config.json.

What files say of a model is text that somebody else chose: it reaches the page by `for_markdown` alone, and the command
by the fields of a recipe, quoted for a shell.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError, SystemResourceError
from byhand.files import atomic_write
from byhand.formatting import count_noun, format_number
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.output import Output
from byhand.recipes.command_line import train_command
from byhand.recipes.recipe import Recipe, read_recipe, recipe_fields
from byhand.summary import n_params, sizes_label, summary_table
from byhand.training.run_folder import RunFolder
from byhand.untrusted import UntrustedText, distrust, escape_control_chars

FIGURES = {"test_accuracy": "test accuracy", "validation_accuracy": "validation accuracy", "r_squared": "R²"}
MACHINE = ("byhand", "numpy", "python", "system", "machine", "blas", "cpu_features")


@dataclass(frozen=True)
class ModelFacts:
    """A model with what its file and its run's record say.

    record : untrusted plain data; empty where there is no run folder   recipe : None where nobody says which
    """

    model: Model
    record: dict[Any, Any]
    recipe: Recipe | None


def read_facts(path: Path) -> ModelFacts:
    """Return the facts of a model file or a run folder, of its first seed where there are several."""
    seeds = RunFolder(path).seeds() if path.is_dir() else []
    place = seeds[0].path if seeds and not (path / "model.safetensors").exists() else path
    model = load_model(place)
    folder = path if path.is_dir() else path.parent
    record: dict[str, Any] = RunFolder(folder).read_record() if (folder / "record.json").exists() else {}
    settings = record.get("settings")
    told = settings.get("recipe") if isinstance(settings, dict) else None
    recipe = _recipe(told if record else _plain(model.provenance).get("recipe"))
    return ModelFacts(model, distrust(record), recipe)


def _recipe(given: Any) -> Recipe | None:
    """Return the recipe that a file tells; None where it tells none."""
    try:
        return read_recipe(given)
    except (KeyError, TypeError, ValueError, ByhandError):
        return None  # a model of somebody's own has no recipe; the card says so


def card_text(facts: ModelFacts) -> str:
    """Return the card as Markdown, with the front matter that model hubs read."""
    parts = [*_front_matter(facts), *_head(facts), *_figures(facts), *_data(facts), *_load(facts), *_again(facts)]
    return "\n".join([*parts, *_limits(facts)]) + "\n"


def write_model_folder(facts: ModelFacts, folder: Path) -> list[Path]:
    """Write README.md, model.safetensors and config.json into a folder, made if need be; return the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemResourceError(f"cannot make {folder}: {error.strerror}. Name another place.") from error
    files = [folder / name for name in ("README.md", "model.safetensors", "config.json")]
    atomic_write(files[0], card_text(facts).encode())
    save_model(facts.model, files[1])
    atomic_write(files[2], (json.dumps(facts.recipe and asdict(facts.recipe), indent=2) + "\n").encode())
    return files


def _front_matter(facts: ModelFacts) -> Iterator[str]:
    """Yield YAML; a JSON string is one, too."""
    model = facts.model
    kind = "regression" if model.output is Output.REGRESSION else "classification"
    subject = "image" if model.image_shape and kind == "classification" else "tabular"
    yield from (
        "---",
        "library_name: byhand",
        f"pipeline_tag: {subject}-{kind}",
        "tags: [multilayer-perceptron]",
        "---",
        "",
    )


def _head(facts: ModelFacts) -> Iterator[str]:
    model = facts.model
    what = f"{model.n_classes} classes" if model.n_classes else "regression"
    yield f"# {sizes_label(model.network)}"
    yield ""
    yield f"A multilayer perceptron with {n_params(model.network):,} parameters for {what}, trained by byhand."
    yield from ("", "```", summary_table(model.network), "```", "")
    if model.class_names:
        yield f"Classes: {', '.join(UntrustedText(str(name)).for_markdown() for name in model.class_names[:50])}."
        yield ""


def _figures(facts: ModelFacts) -> Iterator[str]:
    """Yield what the record says that it reached, with the interval."""
    yield from ("## What it reaches", "")
    name = next((name for name in FIGURES if name in facts.record), None)
    figure = facts.record.get(name) if name else None
    mean = _number(figure, "mean")
    if name is None or mean is None:
        yield from ("Nobody recorded it. `byhand evaluate MODEL` measures it.", "")
        return
    how = facts.record.get("tested")
    where = how.for_markdown() if isinstance(how, UntrustedText) else "on examples that are not recorded"
    yield from (f"| {FIGURES[name]} | 95 % interval | measured |", "|--:|--:|---|")
    yield f"| {_format_metric(name, mean)} | {_interval(facts.record, figure, name)} | {where} |"
    uses = facts.record.get("test_evaluations")
    if type(uses) is int and uses > 1:
        yield from ("", f"This was evaluation no. {uses} on this test set on the machine of its training.")
    yield ""


def _interval(record: dict[Any, Any], figure: Any, name: str) -> str:
    """Return the interval of the mean over seeds, or of counting one seed's examples."""
    bounds = figure.get("mean_interval_95")
    unit = "of the mean over seeds"
    if bounds is None:
        counted = record.get("interval")
        bounds, unit = counted.get("bounds") if isinstance(counted, dict) else None, "from counting examples"
    if not isinstance(bounds, list) or len(bounds) != 2 or not all(_is_number(bound) for bound in bounds):
        return "–"
    return f"{_format_metric(name, bounds[0])} – {_format_metric(name, bounds[1])}, {unit}"


def _data(facts: ModelFacts) -> Iterator[str]:
    source = facts.model.provenance.get("data")
    yield from ("## Data", "")
    yield source.for_markdown() if isinstance(source, UntrustedText) else "Not recorded."
    scaling = facts.model.preparation.scaling
    yield from ("", f"Inputs are scaled ({scaling}) by the model itself: it takes the numbers as they are stored.", "")


def _load(facts: ModelFacts) -> Iterator[str]:
    yield from ("## How to load it", "", "```python", "import byhand as bh", "")
    yield 'model = bh.load_model("model.safetensors")'
    yield f"answers = model.predict(rows)  # rows: {_rows(facts.model)}"
    if facts.model.output is Output.SOFTMAX_LOGITS:
        yield "probabilities = model.predict_proba(rows)"
    yield from ("```", "")
    yield "The file holds numbers and no code. `byhand export` makes ONNX, C, JavaScript or Python of it."
    yield ""


def _rows(model: Model) -> str:
    """Return what `predict` takes: of a model of a table, what has its columns."""
    if model.table is None:
        return f"an array (n, {model.n_features})"
    return f"a data frame with its {count_noun(len(model.table.columns), 'column')}"


def _again(facts: ModelFacts) -> Iterator[str]:
    """Yield the command, and the machine on which it gives the same bits."""
    yield from ("## How to make it again", "")
    if facts.recipe is None:
        yield from ("Its recipe is not recorded.", "")
        return
    yield from ("```", escape_control_chars(rerun_command(facts)), "```", "")
    environment = facts.model.provenance.get("environment")
    shown = []
    for name in MACHINE:
        value = _plain(environment.get(name)) if isinstance(environment, dict) else None
        if value:
            shown.append(f"{name.replace('_', ' ')} {UntrustedText(_words(value)).for_markdown()}")
    yield "It gives the same bits on the same kind of processor with the same versions:"
    yield f"{', '.join(shown) or 'not recorded'}."
    yield ""


def rerun_command(facts: ModelFacts) -> str:
    """Return the command that trains the model again."""
    if facts.recipe is None:
        return ""
    command = train_command(facts.recipe, {}, chosen=recipe_fields())
    settings = facts.record.get("settings")
    if isinstance(settings, dict):
        n_seeds = settings.get("n_seeds")
        command += f" --seeds {n_seeds}" if type(n_seeds) is int and n_seeds > 1 else ""
        command += " --test" if settings.get("test") is True and facts.recipe.validation != "none" else ""
        command += " --precision bf16" if settings.get("precision") == "bf16" else ""
        command += " --engine numpy" if settings.get("engine") == "numpy" else ""
    return command


def _limits(facts: ModelFacts) -> Iterator[str]:
    yield from ("## Limits", "")
    yield "It was measured on the data above. On other data it may do worse, and it does not notice that."


def _number(figure: Any, name: str) -> float | None:
    value: Any = figure.get(name) if isinstance(figure, dict) else None
    return float(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _format_metric(name: str, value: float) -> str:
    return format_number(value, ".4f") if name == "r_squared" else f"{100 * value:.2f} %"


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(value: Any) -> Any:
    """Return untrusted plain data with texts as JSON has them, to be read or converted further."""
    if isinstance(value, UntrustedText):
        return value.for_json()
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
