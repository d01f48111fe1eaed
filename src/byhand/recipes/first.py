"""The first network of the book and of two articles, exactly: sigmoid units throughout, squared error, plain SGD.

Three details, each worth many points: the loss is the sum over the ten outputs (not their mean), so
that the output error is 2 (a − t) / batch; the initial weights are N(0, 0.1²); the pixels run from −1 to 1.
Source: Raschka, Liu, Mirjalili, "Machine Learning with PyTorch and Scikit-Learn", chapter 11.
"""

from byhand.recipes.recipe import Recipe

FIRST = Recipe(
    name="first",
    title="the article's system exactly: sigmoid units in both layers, squared error, plain SGD",
    expects="about 95 % on the test set",
    floor=0.943,
    scaling="minmax-signed",
    hidden=(50,),
    activation="sigmoid",
    output_activation="sigmoid",
    initializer="normal",
    init_scale=0.1,
    loss="squared_error",
    optimizer="sgd",
    learning_rate=0.1,
    epochs=50,
    batch_size=100,
    validation="last-5000",
)
