"""The evaluation of a trained recipe: an accuracy with its uncertainty, and further metrics.

Four kinds of data have four ways to be tested: MNIST, tables and most toy sets have a test set; the bundled digits are
too few for one and are cross-validated; for two Gaussian classes the error is integrated over the plane; XOR has four
points and no test set, so the share of seeds that solve it is reported.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from byhand.arrays import Array
from byhand.data.examples import Dataset
from byhand.errors import OptionError
from byhand.formatting import count_noun, format_number
from byhand.network import Network
from byhand.recipes.bayes_errors import integrate_errors
from byhand.recipes.cross_validation import cross_validate
from byhand.recipes.random_restarts import reason_for_single_runs, success_rate
from byhand.recipes.recipe import Recipe
from byhand.training.evaluate import Evaluation, evaluate
from byhand.training.shift_robustness import accuracy_under_shift

N_STARTS = 200
ON_TRAINING = "on its own training examples"
VALIDATION = "validation examples"


@dataclass(frozen=True, eq=False, repr=False)
class RecipeEvaluation:
    """How the model was evaluated, and the result.

    method : how it was tested, one phrase: "on 10,000 test examples"
    accuracy : fraction; None in regression
    r2_score : in regression alone
    n, interval, confusion : where examples were counted: how many, the 95 % Wilson interval, the (k, k) matrix
    extra_metrics : further metrics by name, fractions   notes : what was left out, and why
    """

    method: str
    accuracy: float | None
    r2_score: float | None = None
    n: int = 0
    interval: tuple[float, float] | None = None
    confusion: Array | None = None
    extra_metrics: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_counts(
        cls, method: str, found: Evaluation, extra_metrics: dict[str, float] | None = None
    ) -> "RecipeEvaluation":
        """Return the evaluation from counts of correct predictions."""
        if found.accuracy is None:
            return cls(method, None, found.r2_score, found.n)
        return cls(method, found.accuracy, None, found.n, found.interval, found.confusion, extra_metrics or {})

    @property
    def held_out(self) -> bool:
        """Was it tested on anything but its own training examples?"""
        return self.method != ON_TRAINING

    @property
    def part(self) -> str:
        """Which examples it was measured on, in a word before "accuracy": test or validation."""
        return "validation" if self.method.endswith(VALIDATION) else "test"

    def headline(self) -> str:
        """Return the one figure, as text."""
        if self.accuracy is None:
            return f"R² {format_number(self.r2_score or 0.0, '.4f')}"
        return f"accuracy {100 * self.accuracy:.2f} %"

    def __repr__(self) -> str:
        return f"<RecipeEvaluation: {self.headline()} {self.method}>"


def evaluate_recipe(recipe: Recipe, dataset: Dataset, network: Network) -> RecipeEvaluation:
    """Test a trained network the way its data can be tested."""
    if dataset.test is not None:
        extra_metrics = {}
        if recipe.max_shift and dataset.image_shape:
            name = f"accuracy_moved_by_{recipe.max_shift}"
            extra_metrics[name] = accuracy_under_shift(network, dataset.test, dataset.image_shape, recipe.max_shift)
        return RecipeEvaluation.from_counts(
            f"on {count_noun(len(dataset.test), 'test example')}", evaluate(network, dataset.test), extra_metrics
        )
    if recipe.data == "digits":
        return _by_folds(recipe, dataset)
    if recipe.data.startswith("gaussians"):
        extra_metrics = integrate_errors(recipe.data, network, dataset.train.preparation)
        return RecipeEvaluation("integrated over the plane", 1 - extra_metrics["error"], extra_metrics=extra_metrics)
    found = evaluate(network, dataset.train)
    outcome = RecipeEvaluation.from_counts(ON_TRAINING, found)
    return outcome if recipe.data != "xor" else replace(outcome, **_starts(recipe, dataset))


def on_validation(recipe: Recipe, dataset: Dataset, network: Network) -> RecipeEvaluation:
    """Return the evaluation on the validation examples: for choosing settings, without the test set."""
    if dataset.validation is None:
        raise OptionError(f"{dataset.name} has no validation examples; expected some where there is no test.")
    found = evaluate(network, dataset.validation)
    return RecipeEvaluation.from_counts(f"on {len(dataset.validation):,} {VALIDATION}", found)


def _by_folds(recipe: Recipe, dataset: Dataset) -> RecipeEvaluation:
    """Return the cross-validated accuracy, with the lower figure of the folds in file order beside it."""
    found = cross_validate(recipe, dataset, seed=recipe.seed)
    in_file_order = cross_validate(recipe, dataset, seed=None)
    extra_metrics = {"accuracy_in_file_order": in_file_order.accuracy or 0.0}
    return RecipeEvaluation.from_counts("in five-fold cross-validation, stratified and shuffled", found, extra_metrics)


def _starts(recipe: Recipe, dataset: Dataset) -> dict[str, Any]:
    """Return, for XOR, the share of starts that solve it without a hidden layer and with 2, 4 and 8 units, as facts.

    Where the recipe cannot train many starts together, a note on why instead.
    """
    if reason := reason_for_single_runs(recipe, len(dataset.train)):
        return {"notes": (f"shares of {N_STARTS} starts are left out: they are for {reason}",)}
    shares = {
        f"share_of_{N_STARTS}_starts_with_{hidden}_hidden_units": success_rate(
            dataset.train.x,
            dataset.train.y,
            hidden,
            n_starts=N_STARTS,
            steps=recipe.epochs,
            learning_rate=recipe.learning_rate,
            activation=recipe.activation,
        )
        for hidden in (0, 2, 4, 8)
    }
    return {"extra_metrics": shares}
