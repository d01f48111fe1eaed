# %% [markdown]
# # Lesson 2: From picture to numbers
#
# ## Question
#
# A neuron takes a list of numbers. How does a handwritten seven become one, and how does a network say "seven"?
#
# ## Mental model
#
# ```
#   picture 28 × 28                 vector of 784                       target of 10
#   row 0  ░░░░░░░                  x[0] … x[27]   row 0                 0 0 0 0 0 0 0 1 0 0
#   row 1  ░▓▓▓▓▓░        ──►       x[28] … x[55]  row 1        and      └ a 1 at place 7, for "seven"
#   …                               …
# ```
#
# > **Plain.** Read the pixels row by row, like words on a page, and write down how dark each one is.
#
# > **Exact.** Pixel (row, column) of a picture `width` wide becomes entry `row · width + column`. Label y of k
# > classes becomes the *one-hot* vector t with t[y] = 1 and 0 elsewhere.
#
# MNIST has 70,000 pictures of 28 × 28 bytes, 60,000 to train and 10,000 to test. This lesson runs on the 1,797
# digits of 8 × 8 that come with byhand, so that it needs no download; all it says holds for both.
#
# ## Numbers by hand
#
# The pixel in row 3, column 5 of an MNIST picture is x[28 · 3 + 5] = x[89]. Back: 89 = 3 · 28 + 5. A byte of 200
# becomes 200 / 255 = 0.7843 on the scale 0 … 1, and 2 · 0.7843 − 1 = 0.5686 on the scale −1 … 1.

# %%
import numpy as np

import byhand as bh

assert 28 * 3 + 5 == 89
assert divmod(89, 28) == (3, 5)
print(round(200 / 255, 4), round(2 * 200 / 255 - 1, 4))
assert (round(200 / 255, 4), round(2 * 200 / 255 - 1, 4)) == (0.7843, 0.5686)

# %% [markdown]
# ## Code
#
# `raw` holds the numbers as they are stored, `x` what the network gets.

# %%
data = bh.data.digits(validation=0.2)
print(data)
first_seven = int(np.flatnonzero(data.train.y == 7)[0])
picture = data.train.raw[first_seven].reshape(8, 8)
for row in picture.astype(int):
    print(" ".join(f"{value:2}" for value in row), "   ", "".join(" ░▒▓█"[min(4, value // 4)] * 2 for value in row))
assert data.train.raw.shape[1] == 64
assert data.train.raw.min() == 0 and data.train.raw.max() == 16  # these small digits are stored as 0 … 16

# %% [markdown]
# **Three scalings.** All have the form x = raw · scale + shift, so all can be undone.

# %%
for name in ("minmax", "minmax-signed", "standardize"):
    scaler = bh.preprocessing.fit_scaler(name, data.train.raw, low=0, high=16)
    x = scaler.apply(data.train.raw)
    print(f"{name:14} {x.min():6.2f} … {x.max():5.2f}   mean {x.mean():6.3f}   standard deviation {x.std():.3f}")
    assert np.allclose(scaler.invert(x), data.train.raw, atol=1e-4)

# %% [markdown]
# Why scale? A weight's gradient is multiplied by its input (lesson 5). With inputs around 200, one learning rate is
# far too large for the first layer and right for the others. Scaling puts all of them into the same range. `byhand
# experiment raw-pixels` shows the difference on MNIST.
#
# > **Plain.** If one input is counted in thousands and another in tenths, no single step size suits both.
#
# > **Exact.** ∂L/∂w[i, j] = x[i] dz[j]. Multiply input i by c, and the gradients of its weights are c times as large,
# > the curvature of the loss along them c² times.
#
# **One-hot.** The network has one output for each class, so the target must have ten numbers too.

# %%


def one_hot(y: int, k: int) -> list[int]:
    return [1 if j == y else 0 for j in range(k)]


print("7 becomes", one_hot(7, 10))
assert one_hot(7, 10) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
assert one_hot(7, 10).index(1) == 7  # and back

# %% [markdown]
# Why not let one output say 7.0? Because then 8 would be "nearly right" for a 7, and 1 "far off". Digits are names
# here, not sizes. Note also that we count from 0: the *seventh* output stands for the digit 6.
#
# **Three sets.** Training examples change the weights. Validation examples only measure, while you choose settings.
# Test examples are used once, at the end. The book behind two of the articles uses 55,000, 5,000 and 10,000; so
# does `byhand train first`.

# %%
order = bh.data.digits(validation=0.2)
same_again = np.array_equal(order.validation.raw, data.validation.raw)
print(f"train {len(data.train):,}, validation {len(data.validation):,}, the same split again: {same_again}")
print("validation examples of each class:", np.bincount(data.validation.y))
assert same_again
seen = {row.tobytes() for row in data.train.raw}
both = sum(row.tobytes() in seen for row in data.validation.raw)
print("validation pictures that are also in the training set:", both)
assert both == 0
assert len(data.train) + len(data.validation) == 1797
assert 55_000 + 5_000 == 60_000 and 60_000 + 10_000 == 70_000

# %% [markdown]
# Which picture is in which set? For MNIST it follows from its place in the file; for the small digits each class is
# split by the seed.

# %%
from byhand.data.split import balanced_block_split, tail_split

for recipe, (train, validation) in {
    "train first": tail_split(60_000, 5_000),
    "train vanilla --validate": balanced_block_split(60_000),
}.items():
    print(f"byhand {recipe:25} validation: pictures {validation[0]:,} … {validation[-1]:,} of the training file")
    assert len(set(train) & set(validation)) == 0 and len(train) + len(validation) == 60_000
everything = bh.data.digits().train.raw
held_out = {row.tobytes() for row in data.validation.raw}
places = [place for place, row in enumerate(everything) if row.tobytes() in held_out]
print("the small digits that validate:", places[:12], "…")
assert len(places) == len(data.validation)

# %% [markdown]
# ## See it move
#
# Which digits differ, and how much? Look at many of one class: some sevens have a bar, some lean, some are nearly
# ones. On MNIST, `byhand data mnist --label 7 --examples 25` prints 25 sevens; here are five of ours, and in a
# notebook the first of each class and 25 sevens.

# %%
sevens = data.train.raw[data.train.y == 7][:5].reshape(-1, 8, 8).astype(int)
for row in range(8):
    print("   ".join("".join(" ░▒▓█"[min(4, value // 4)] * 2 for value in seven[row]) for seven in sevens))

# %%
from byhand import plots
from byhand.course import picture, questions_text

picture(lambda: plots.plot_gallery(data, 3))

# %%
picture(lambda: plots.plot_examples(data.train.take(data.train.y == 7), data.image_shape, 25))

# %% [markdown]
# Flattening forgets which pixels are neighbours. Does the network miss that? Put all pixels of every picture in one
# other order, the same for all, and train again.

# %%


def accuracy_with(columns: np.ndarray) -> float:
    network = bh.Network.mlp([64, 32, 10], seed=1)
    bh.fit(network, data.train.x[:, columns], data.train.y, loss="softmax_cross_entropy", epochs=20, batch_size=32)
    return float(bh.evaluate(network, data.validation.x[:, columns], data.validation.y).accuracy)


ordered = accuracy_with(np.arange(64))
mixed = accuracy_with(np.random.default_rng(0).permutation(64))
print(f"pixels in order {ordered:.1%}, pixels mixed {mixed:.1%}")
assert abs(ordered - mixed) < 0.03

# %% [markdown]
# Practically the same. A fully connected network never knew who was whose neighbour. A person would be lost, and a
# convolutional network too: it starts from neighbourhood (lesson 12).
#
# ## Traps
#
# - **Scaling the test set by its own numbers.** Use the training set's scale for all three sets.
#   `data.train.preparation` is that scale, and a saved model carries it.
# - **Dark on light or light on dark.** MNIST is light ink (255) on dark paper (0). A photograph is the other way
#   round. `byhand predict` notices and turns it.
# - **Choosing by the test set.** Ten tries on the test set, the best one reported, and the number is no longer
#   honest.
# - **Using validation examples to train.** "It is only a few more." Then nothing is left to measure with.
#
# ## Check yourself

# %%
print(questions_text(2))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 2` asks for three functions: the index of a pixel, the scaling to −1 … 1, and one-hot vectors for
# many labels at once.
