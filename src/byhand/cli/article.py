"""`byhand train --as-article`: the five rows that an article printed for 784-128-10, below ours.

The article measured on the test set after every epoch. Ours are measured on the validation set in its place, for a test
set that was looked at five times estimates nothing any more.
"""

from typing import Any

from byhand.errors import OptionError

RECIPE = "vanilla"
ROWS = (  # loss, accuracy on the training set, accuracy on the test set
    (0.2858, 0.9170, 0.9562),
    (0.1252, 0.9631, 0.9675),
    (0.0864, 0.9736, 0.9680),
    (0.0668, 0.9794, 0.9748),
    (0.0515, 0.9839, 0.9766),
)
LEGEND = "article: the rows of an article for the same network; its last column is the accuracy on the test set"


def article_recipe(recipe: str | None, fields: dict[str, Any]) -> str:
    """Return the recipe that can be set beside the article's rows, its label smoothing off, which would raise the loss.

    Raises OptionError for another recipe and for other data.
    """
    if recipe not in (None, RECIPE) or fields.get("data") is not None:
        what = f"the recipe {recipe!r}" if recipe not in (None, RECIPE) else "other data"
        raise OptionError(f"--as-article got {what}; the article's rows belong to {RECIPE!r} on MNIST.")
    if fields.get("label_smoothing") is None:
        fields["label_smoothing"] = 0.0
    return RECIPE
