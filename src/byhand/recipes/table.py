"""The recipe for tables: small networks need thousands of updates, however few the rows are.

Epochs and batch size are made to fit the number of rows (see fit_to_rows). The rest are usual defaults, which no
benchmark here has compared: Adam, which forgives columns of unequal worth, at a rate that falls to zero.
"""

import math
from collections.abc import Collection
from dataclasses import replace

from byhand.recipes.recipe import Recipe

UPDATES = 3_000  # at least as many; five epochs of MNIST's recipe are five updates on 150 rows
MOST_EPOCHS, FEWEST_EPOCHS = 200, 20
BATCH_SIZES = ((1_024, 16), (8_192, 64), (30_000, 256), (100_000, 512))  # (rows at most, examples per step)

TABLE = Recipe(
    name="table",
    title="one's own table: two hidden layers of 64 ReLU units, Adam, epochs by the number of rows",
    expects="no figure: it depends on the table",
    data="table.csv",
    scaling="robust",
    missing="indicator",
    hidden=(64, 64),
    optimizer="adamw",
    beta2=0.95,
    weight_decay=0.01,
    schedule="cosine",
    learning_rate=0.003,
    epochs=100,
    batch_size=16,
)


def fit_to_rows(recipe: Recipe, n_rows: int, explicit: Collection[str] = ()) -> Recipe:
    """Return the recipe with a batch size and a number of epochs for this number of training rows.

    explicit : names of fields that somebody chose; these stay

    >>> [(fit_to_rows(TABLE, n).epochs, fit_to_rows(TABLE, n).batch_size) for n in (100, 1_000, 10_000, 1_000_000)]
    [(200, 16), (48, 16), (77, 256), (20, 1024)]
    """
    fitting = next((size for most, size in BATCH_SIZES if n_rows <= most), 1_024)
    batch_size = recipe.batch_size if "batch_size" in explicit else fitting
    epochs = math.ceil(UPDATES * batch_size / max(n_rows, 1))
    epochs = recipe.epochs if "epochs" in explicit else min(max(epochs, FEWEST_EPOCHS), MOST_EPOCHS)
    return replace(recipe, batch_size=batch_size, epochs=epochs)
