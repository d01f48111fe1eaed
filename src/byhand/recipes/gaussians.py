"""Two Gaussian classes in the plane, learned one example at a time; the Bayes error is known exactly.

The classes have unequal spread (0.5 and 1.5), so the best boundary is closed and the best straight line makes 19.8 %
errors where 11.8 % are unavoidable. With `--data gaussians-equal` the spreads are equal, the best boundary *is* a
line, and no hidden layer can beat it: the lesson "when a line is best".
"""

from dataclasses import replace

from byhand.recipes.recipe import Recipe

GAUSSIANS_16_8 = Recipe(
    name="gaussians-16-8",
    title="two clouds of unequal spread, 2-16-8-2, one example at a time",
    expects="within 0.35 points of the Bayes error in the mean of 20 seeds",
    data="gaussians",
    examples=1000,
    scaling="none",
    hidden=(16, 8),
    optimizer="sgd",
    schedule="linear",
    learning_rate=0.05,
    epochs=30,
    batch_size=1,
)

GAUSSIANS_4_4 = replace(
    GAUSSIANS_16_8,
    name="gaussians-4-4",
    title="two clouds of unequal spread, 2-4-4-2, one example at a time",
    expects="within 0.5 points of the Bayes error in the median; some starts fail",
    hidden=(4, 4),
)
