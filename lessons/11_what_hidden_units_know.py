# %% [markdown]
# # Lesson 11: What hidden units know
#
# ## Question
#
# "The first layer finds edges, the second puts them together." Does it? How can one look?
#
# ## Mental model
#
# ```
#   pixels ──►  hidden layer 1  ──►  hidden layer 2  ──►  classes
#     │               │                    │
#   probe           probe                probe        a linear reader at each place: how much can it read off?
# ```
#
# > **Plain.** A hidden layer rearranges the pictures so that the last layer, which can only draw straight lines,
# > succeeds.
#
# > **Exact.** A *representation* is the vector of a layer's activations. A *linear probe* is a linear classifier
# > trained on it, the network being fixed; its accuracy measures how linearly separable the classes are there.
#
# ## Numbers by hand
#
# XOR again. In the plane of x₀, x₁ no line separates the classes. In the plane of h₀ = ReLU(x₀ + x₁), h₁ = ReLU(x₀
# + x₁ − 1) the four corners are (0, 0), (1, 0), (1, 0), (2, 1), and the line h₀ − 2 h₁ = ½ separates them. Two
# different inputs have become one point: the layer has thrown away what does not matter.

# %%
import numpy as np

import byhand as bh

corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
hidden = np.maximum(corners @ np.ones((2, 2)) + np.array([0, -1]), 0)
print(hidden.tolist(), "class 1 where h₀ − 2 h₁ > ½:", (hidden @ np.array([1, -2]) > 0.5).astype(int).tolist())
assert hidden.tolist() == [[0, 0], [1, 0], [1, 0], [2, 1]]

# %% [markdown]
# ## Code
#
# A network of two hidden layers, trained on the small digits, and a probe at each place. For comparison the same
# probes in the *untrained* network.

# %%
data = bh.data.digits(validation=0.3)


def representations(network: bh.Network, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return what a probe may read: the pixels, and the activations behind each ReLU."""
    steps = network.forward(x).steps
    return {"pixels": x, "layer 1": steps[1].y, "layer 2": steps[3].y}


def probe_accuracy(network: bh.Network, place: str) -> float:
    train, fresh = (representations(network, part.x)[place] for part in (data.train, data.validation))
    mean, std = train.mean(axis=0), train.std(axis=0) + 1e-6
    train, fresh = (train - mean) / std, (fresh - mean) / std
    probe = bh.Network.mlp([train.shape[1], 10], seed=1)
    bh.fit(probe, train, data.train.y, loss="softmax_cross_entropy", epochs=30, batch_size=32, learning_rate=0.003)
    return float(bh.evaluate(probe, fresh, data.validation.y).accuracy)


untrained = bh.Network.mlp([64, 12, 12, 10], seed=1)
network = bh.Network.mlp([64, 12, 12, 10], seed=1)
bh.fit(network, data.train, loss="softmax_cross_entropy", epochs=60, batch_size=32, learning_rate=0.005)
print(f"the network itself: {bh.evaluate(network, data.validation).accuracy:.1%}\n")
print("probe at     untrained   trained")
probes = {}
for place in ("pixels", "layer 1", "layer 2"):
    probes[place] = probe_accuracy(untrained, place), probe_accuracy(network, place)
    print(f"{place:9} {probes[place][0]:12.1%} {probes[place][1]:9.1%}")
assert probes["layer 2"][1] > probes["layer 2"][0] + 0.1

# %% [markdown]
# Read it in both directions. In the *untrained* network each layer of twelve random units loses something. In the
# trained one twelve numbers hold nearly all that matters of 64. On these small digits a linear reader of the pixels
# is good already: the hidden layers do not make the classes appear from nothing. On the two moons, where a line
# fails, they do:

# %%
moons = bh.data.moons(600)
bender = bh.Network.mlp([2, 16, 16, 2], seed=1)
bh.fit(bender, moons.train, loss="softmax_cross_entropy", epochs=80, batch_size=20, learning_rate=0.01)
rises = []
for place in ("pixels", "layer 1", "layer 2"):
    train, fresh = (representations(bender, part.x)[place] for part in (moons.train, moons.test))
    probe = bh.Network.mlp([train.shape[1], 2], seed=1)
    bh.fit(probe, train, moons.train.y, loss="softmax_cross_entropy", epochs=60, batch_size=20, learning_rate=0.01)
    rises.append(float(bh.evaluate(probe, fresh, moons.test.y).accuracy))
    print(f"probe at {place.replace('pixels', 'the input'):10} {rises[-1]:.1%}")
assert rises[0] < rises[1] <= rises[2] + 0.01
assert rises[2] > 0.98

# %% [markdown]
# ## See it move
#
# **Weight pictures.** A unit of the first layer has one weight for each pixel, so its weights are a picture: `+`
# where ink speaks for it, `-` where ink speaks against it. Judge for yourself whether these are edges.

# %%


def signs(weights: np.ndarray) -> list[str]:
    size = np.abs(weights).max()
    return ["".join(" -+"[int(np.sign(w)) * (abs(w) > 0.3 * size)] * 2 for w in row) for row in weights.reshape(8, 8)]


W = network.params["0.W"]
for lines in zip(*(signs(W[:, unit]) for unit in range(4)), strict=True):
    print("   |   ".join(lines))

# %%
from byhand import plots
from byhand.course import picture, questions_text

picture(lambda: plots.plot_weights(network, data.image_shape))

# %% [markdown]
# In a fully connected network they are mostly blobs and noise. Edges, and parts made of edges, were found in
# *convolutional* networks. The famous video with the edge picture says itself, in its second part, that its network
# does not do that.
#
# **Top images.** The digits that excite a unit most often have several classes: a unit is seldom "the unit for 7".

# %%
activations = representations(network, data.train.x)["layer 1"]
for unit in range(4):
    top = np.argsort(-activations[:, unit])[:12]
    print(f"unit {unit}: classes of its top 12:", data.train.y[top].tolist())

# %% [markdown]
# **The hidden space, flattened to two dimensions.** *Principal component analysis* finds the two directions in
# which the points are spread most. How far are the classes apart there, before and after training? The number below
# is the distance between class centres over the spread within the classes.

# %%


def pca(a: np.ndarray) -> np.ndarray:
    centred = a - a.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return centred @ directions[:2].T


def separation(points: np.ndarray, y: np.ndarray) -> float:
    centres = np.array([points[y == k].mean(axis=0) for k in range(10)])
    within = np.mean([points[y == k].std(axis=0).mean() for k in range(10)])
    return float(np.mean([np.linalg.norm(a - b) for i, a in enumerate(centres) for b in centres[:i]]) / within)


for name, one in (("before training", untrained), ("after training", network)):
    flat = pca(representations(one, data.validation.x)["layer 2"])
    print(f"{name:16} separation {separation(flat, data.validation.y):.2f}")
before, after = (
    separation(pca(representations(one, data.validation.x)["layer 2"]), data.validation.y)
    for one in (untrained, network)
)
assert after > before

# %%
from byhand.plots.figure import new_figure


def draw_hidden_space() -> object:
    figure = new_figure(9, 4)
    axes = figure.subplots(1, 2)
    for place, (name, one) in zip(axes, (("before", untrained), ("after", network)), strict=True):
        flat = pca(representations(one, data.validation.x)["layer 2"])
        place.scatter(*flat.T, c=data.validation.y, cmap="tab10", s=12)
        place.set_title(f"{name} training: layer 2, two principal components")
    return figure


picture(draw_hidden_space)

# %% [markdown]
# **A slice of the loss.** The loss lives over all the weights, 1,066 dimensions here. Any picture of it as a
# landscape is a *slice*: two or one chosen directions out of 1,066. This one goes straight from the untrained to
# the trained weights.
#
# > **Plain.** A landscape has two directions. The loss has as many as there are weights, and a picture leaves out all
# > but one or two.
#
# > **Exact.** The slice is the function t ↦ L(θ₀ + t (θ₁ − θ₀)) of one variable, with θ₀ the untrained and θ₁ the
# > trained weights. Its minimum is seldom one of L.

# %%
start, end = untrained.params, network.params
assert sum(array.size for array in end.values()) == 1066
walker = bh.Network.mlp([64, 12, 12, 10], seed=1)
slice_ = {}
for t in np.linspace(-0.25, 1.5, 8):
    for name in start:
        walker.params[name][...] = (1 - t) * start[name] + t * end[name]
    slice_[round(float(t), 2)] = float(bh.evaluate(walker, data.train, loss="softmax_cross_entropy").loss)
for t, value in slice_.items():
    print(f"t = {t:5}  loss {value:7.3f}  {'█' * min(40, 1 + round(10 * value))}")
assert slice_[1.0] < slice_[0.0]
assert min(slice_, key=slice_.get) >= 0.75

# %% [markdown]
# At t = 0 is the start, at t = 1 are the trained weights: the slice passes through both, and the real loss stands
# there. The path that training took is *not* this straight line, and what looks like a valley here may be a slope
# in a direction that the slice does not show.
#
# ## Traps
#
# - **Naming units after one picture.** Twelve top images are twelve out of thousands. Remove the unit and measure
#   what is lost: `byhand experiment removed-units`.
# - **"The probe reads it, so the network uses it."** A probe shows what could be read, not what is.
# - **PCA's picture as the truth.** Two directions of many; classes that overlap there may be apart in a third.
# - **Landscape pictures.** Ask which slice, and whether it passes through the real weights.
#
# ## Check yourself

# %%
print(questions_text(11))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 11`: PCA to two dimensions, the collapse of two linear layers, and a slice between two sets of
# weights.
