"""Real handwriting without a download: 1,797 digits of 8×8 pixels that come with the package.

The figure is a five-fold, stratified, shuffled cross-validation. In file order it is lower, because then the folds
hold different writers, and the network is tested on handwriting that it has never seen.
"""

from byhand.recipes.recipe import Recipe

DIGITS = Recipe(
    name="digits",
    title="the bundled 8×8 digits, offline: 64-128-10",
    expects="at least 97.5 % in five-fold cross-validation, mean over seeds 0–4",
    floor=0.970,
    data="digits",
    scaling="standardize",
    hidden=(128,),
    label_smoothing=0.1,
    optimizer="nesterov",
    weight_decay=1e-3,
    schedule="one_cycle",
    learning_rate=0.05,
    warm_up=0.2,
    epochs=40,
    batch_size=32,
)
