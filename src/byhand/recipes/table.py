"""The recipe for tables: the network and the training of the estimators, on all training rows.

The settings are MLPClassifier's defaults (docs/estimators.md). One thing differs: an estimator sets rows aside for
validation and keeps the best epoch's weights; a recipe trains on all training rows for a fixed number of epochs
(ARCHITECTURE.md, "Two modes of training"), and the learning rate ends near zero, so that the last epoch is a good one.
The batch size and, for large tables, the number of epochs depend on the number of rows.
"""

from collections.abc import Collection
from dataclasses import replace

from byhand.recipes.recipe import Recipe
from byhand.training.batch_size import batch_size_for

MOST_EXAMPLES = 25_600_000  # of all epochs together: 128 epochs of 200,000 rows; larger tables need fewer
FEWEST_EPOCHS = 20
FITTED = ("batch_size", "epochs")  # fields that depend on the number of rows

TABLE = Recipe(
    name="table",
    title="your own table: two hidden layers of 256 ReLU units and AdamW, as MLPClassifier",
    expects="no figure: it depends on the table",
    data="table.csv",
    scaling="robust",
    missing="indicator",
    hidden=(256, 256),
    dropout=0.1,
    label_smoothing=0.1,
    optimizer="adamw",
    beta2=0.95,
    weight_decay=0.1,
    schedule="flat_cos",
    learning_rate=0.006,
    epochs=128,
    batch_size=64,
)


def fit_to_rows(recipe: Recipe, n_rows: int, explicit: Collection[str] = ()) -> Recipe:
    """Return the recipe with a batch size for this number of training rows and, for large tables, fewer epochs.

    explicit : names of fields that somebody chose; these stay

    >>> [(fit_to_rows(TABLE, n).epochs, fit_to_rows(TABLE, n).batch_size) for n in (100, 10_000, 1_000_000)]
    [(128, 64), (128, 256), (25, 1024)]
    """
    batch_size = recipe.batch_size if "batch_size" in explicit else batch_size_for(n_rows)
    epochs = max(min(recipe.epochs, MOST_EXAMPLES // max(n_rows, 1)), min(recipe.epochs, FEWEST_EPOCHS))
    return replace(recipe, batch_size=batch_size, epochs=recipe.epochs if "epochs" in explicit else epochs)
