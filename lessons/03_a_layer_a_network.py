# %% [markdown]
# # Lesson 3: A layer, a network
#
# ## Question
#
# One neuron draws one line. How do many of them become a network, and what does the network need between its
# layers?
#
# ## Mental model
#
# ```
#   x            z₁           a₁           z₂
#   (100, 784)   (100, 128)   (100, 128)   (100, 10)
#       │ · W₁ (784, 128) ▲  │ ReLU ▲  │ · W₂ (128, 10) ▲
#       └──── + b₁ ───────┘  └──────┘  └──── + b₂ ──────┘
#   input layer       hidden layer            output layer
# ```
#
# > **Plain.** A layer is a row of neurons that all look at the same inputs. A network is layers in a row.
#
# > **Exact.** For a batch X of shape (n, n_in): Z = X W + b with W of shape (n_in, n_out), b of shape (n_out,).
# > Column j of W holds the weights of neuron j. The activation is applied number by number.
#
# "Hidden" means only that the data say nothing about these numbers: they are neither given nor asked for. In byhand
# every hidden number can be looked at.
#
# ## Numbers by hand
#
# Parameters of 784-128-10: the first layer has 784 · 128 = 100,352 weights and 128 biases, the second 128 · 10 =
# 1,280 weights and 10 biases. Together 101,770. One of the articles prints 100,352: that is the first matrix alone.

# %%
from itertools import pairwise

import numpy as np

import byhand as bh


def count_parameters(sizes: list[int]) -> int:
    return sum(n_in * n_out + n_out for n_in, n_out in pairwise(sizes))


for sizes in ([784, 128, 10], [784, 50, 10], [784, 128, 64, 10], [2, 4, 4, 2], [2, 16, 8, 2]):
    print(f"{'-'.join(map(str, sizes)):>15}  {count_parameters(sizes):>8,}")
assert [count_parameters(s) for s in ([784, 128, 10], [784, 50, 10], [784, 128, 64, 10])] == [101770, 39760, 109386]
assert (784 * 128, 128 * 10) == (100_352, 1_280)
print("lines in the drawing of 784-128-10, one a weight:", f"{784 * 128 + 128 * 10:,}")
assert (count_parameters([2, 4, 4, 2]), count_parameters([2, 16, 8, 2])) == (42, 202)

# %% [markdown]
# ## Code
#
# One layer is one line. Watch the shapes: most errors in neural-network code are shape errors.

# %%
rng = np.random.default_rng(1)
X = rng.normal(size=(100, 784))  # a batch of 100 pictures
W1, b1 = rng.normal(size=(784, 128)) * 0.05, np.zeros(128)
W2, b2 = rng.normal(size=(128, 10)) * 0.1, np.zeros(10)

Z1 = X @ W1 + b1
A1 = np.maximum(Z1, 0)
Z2 = A1 @ W2 + b2
for name, array in {"X": X, "W1": W1, "Z1": Z1, "A1": A1, "W2": W2, "Z2": Z2}.items():
    print(f"{name:3} {array.shape}")
assert Z2.shape == (100, 10)

# %% [markdown]
# The inner numbers must be equal: (100, **784**) · (**784**, 128). PyTorch stores a layer's matrix the other way
# round, (128, 784), and multiplies by its transpose: X · W.T. The result is the same.

# %%
weight_as_in_torch = W1.T
assert weight_as_in_torch.shape == (128, 784)
assert np.array_equal(X @ weight_as_in_torch.T + b1, Z1)

try:
    bh.Network.mlp([784, 128, 10])(X[:, :783])
except bh.ByhandError as error:
    print(error)

# %% [markdown]
# A wrong shape is not a matter of spelling. It means a different computation: another number of inputs, or rows
# taken for columns. So byhand refuses, and says what it got and what it expected.
#
# The same network in byhand:

# %%
network = bh.Network.mlp([784, 128, 10], activation="relu", seed=1)
print(network.summary())
assert sum(array.size for array in network.params.values()) == 101_770

# %% [markdown]
# **Where do the weights begin?** At small random numbers: mean 0, and the smaller the more inputs a unit has, so that
# its sum is neither tiny nor huge. He's rule for ReLU takes the standard deviation √(2 / n_in), here 0.0505. Biases
# begin at 0. If all weights were equal, all units would stay equal (lesson 10).

# %%
W = network.params["0.W"]
print(f"mean {W.mean():.4f}, standard deviation {W.std():.4f}, by the rule {np.sqrt(2 / 784):.4f}")
counts, edges = np.histogram(W, bins=np.arange(-0.175, 0.2, 0.05))
for low, count in zip(edges, counts, strict=False):
    print(f"{low:6.3f} … {low + 0.05:6.3f}  {'█' * round(count / 1000)}")
assert abs(W.std() - np.sqrt(2 / 784)) < 0.001
assert not network.params["0.b"].any()

# %% [markdown]
# A network small enough to draw whole: every unit, and a line for each weight. Three kinds of layers: *input* (squares:
# they compute nothing), *hidden*, and *output*. In a notebook the last line below draws it.

# %%
small = bh.Network.mlp([3, 5, 2], seed=1)
print("lines:", 3 * 5 + 5 * 2)
small

# %% [markdown]
# **Which digit is it?** The place of the largest output. Count from 0: if the seventh output is the largest, it is
# digit 6. Equal outputs are rare; NumPy's argmax, and byhand, then take the first.

# %%
outputs = np.zeros(10)
outputs[6] = 1.0  # the seventh
print("largest output at place", int(outputs.argmax()))
assert int(outputs.argmax()) == 6
assert int(np.array([1.0, 3.0, 3.0]).argmax()) == 1  # of equals, the first

# %% [markdown]
# ## See it move
#
# **Why an activation?** Take it away and the two layers collapse into one: (X W₁ + b₁) W₂ + b₂ = X (W₁ W₂) + (b₁ W₂
# + b₂). Multiply the matrices out and compare.
#
# > **Plain.** Layers with nothing between them are one layer.
#
# > **Exact.** A composition of *affine* maps is affine. Its matrix W₁ W₂ has at most the rank of the narrowest layer.

# %%
two_layers = (X @ W1 + b1) @ W2 + b2
one_layer = X @ (W1 @ W2) + (b1 @ W2 + b2)
print(f"largest difference without activation: {np.abs(two_layers - one_layer).max():.1e}")
print(f"with ReLU between:                     {np.abs(Z2 - one_layer).max():.1e}")
assert np.abs(two_layers - one_layer).max() < 1e-10
assert np.abs(Z2 - one_layer).max() > 1

# %% [markdown]
# A hundred linear layers are one linear layer. The activation is what makes depth count. On the two moons, which no
# line separates:

# %%
moons = bh.data.moons(500)


def moons_accuracy(activation: str) -> float:
    network = bh.Network.mlp([2, 16, 2], activation=activation, seed=1)
    bh.fit(network, moons.train, loss="softmax_cross_entropy", epochs=60, batch_size=10, learning_rate=0.01)
    return float(bh.evaluate(network, moons.test).accuracy)


found = {activation: moons_accuracy(activation) for activation in ("identity", "sigmoid", "tanh", "relu")}
for activation, share in found.items():
    print(f"{activation:9} {share:6.1%}")
assert found["identity"] < 0.93
assert min(found["tanh"], found["relu"]) > 0.97

# %% [markdown]
# Identity stops where a straight line stops; the others bend. In the lab, *Plane* shows the borders while they
# bend.
#
# ## Traps
#
# - **No activation between two layers.** The program runs, learns something, and is a linear model.
# - **W the wrong way round.** (n_in, n_out) in byhand, Keras and scikit-learn; (n_out, n_in) in PyTorch.
# - **b added along the wrong axis.** b has one number for each *unit*. If n and n_out happen to be equal, a wrong
#   shape goes unnoticed: test with a batch size that equals no layer's width.
# - **"A neuron of the first layer takes one pixel."** It takes all of them, each with its own weight.
#
# ## Check yourself

# %%
from byhand.course import questions_text

print(questions_text(3))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 3`: the forward pass of a two-layer network for a whole batch, the parameter count from a list of
# sizes, and the one matrix that a network without activation is.
