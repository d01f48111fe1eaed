# %% [markdown]
# # Lesson 6: The step
#
# ## Question
#
# Every weight now has a gradient. How far should it move, and which way?
#
# ## Mental model
#
# ```
#   loss
#    │╲            gradient > 0: the loss rises to the right, so go left
#    │ ╲      ●    gradient < 0: the loss falls to the right, so go right
#    │  ╲__╱ ◄─┘   large gradient, large step; at the bottom it is 0
#    └────────────► weight
# ```
#
# > **Plain.** The gradient points uphill. Take a small step the other way. That is the minus.
#
# > **Exact.** *Gradient descent*: W ← W − η ∂L/∂W, with the *learning rate* η > 0. To first order the loss changes
# > by −η ‖∂L/∂W‖², which is never positive.
#
# ## Numbers by hand
#
# L(w) = (w − 3)², so dL/dw = 2 (w − 3). Start at w = 0 with η = 0.1: the gradient is −6, so w becomes 0 + 0.6 =
# 0.6. Next: gradient −4.8, w = 1.08. With η = 1.1 the step jumps over the valley: 0, 6.6, −1.32, 8.184 … further
# each time.

# %%
import numpy as np

import byhand as bh


def walk(rate: float, steps: int) -> list[float]:
    w, path = 0.0, [0.0]
    for _ in range(steps):
        w -= rate * 2 * (w - 3)
        path.append(round(w, 4))
    return path


for rate in (0.01, 0.1, 0.5, 1.0, 1.1):
    print(f"η = {rate:4}: {walk(rate, 5)}")
assert walk(0.1, 2) == [0, 0.6, 1.08]
assert walk(1.1, 3) == [0, 6.6, -1.32, 8.184]
assert walk(0.5, 1) == [0, 3]
assert round(2 * (0.6 - 3), 1) == -4.8

# %% [markdown]
# Too small crawls, 0.5 hits at once, 1.0 bounces for ever, 1.1 diverges. Nobody knows the best η beforehand: try
# several.
#
# ## Code
#
# **A batch's gradient is the mean of its examples' gradients.** Ten examples, ten gradients of one weight, and
# their mean:

# %%
data = bh.data.digits(validation=0.2)
network = bh.Network.mlp([64, 16, 10], seed=1)
loss = bh.SoftmaxCrossEntropy()


def gradient(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    trace = network.forward(x)
    _, saved = loss.forward(trace.output, y)
    return network.backward(loss.backward(saved), trace)["2.W"]


x, y = data.train.x[:10], data.train.y[:10]
singles = np.array([gradient(x[i : i + 1], y[i : i + 1]) for i in range(10)])
together = gradient(x, y)
unit = np.unravel_index(np.abs(together).argmax(), together.shape)
print("ten gradients of one weight:", singles[(slice(None), *unit)].round(3))
print(f"their mean {singles.mean(axis=0)[unit]:.6f}, the batch's gradient {together[unit]:.6f}")
assert np.allclose(singles.mean(axis=0), together, atol=1e-6)

# %% [markdown]
# The single gradients disagree. The mean of many is steadier: from more examples, less noise. Measure it:

# %%
whole = gradient(data.train.x, data.train.y)
for size in (1, 10, 100, 1000):
    distances = []
    for start in range(20):
        rows = np.random.default_rng(start).integers(0, len(data.train), size)
        distances.append(np.linalg.norm(gradient(data.train.x[rows], data.train.y[rows]) - whole))
    print(f"batch of {size:5,}: distance from the full gradient {np.mean(distances):.3f}")

# %% [markdown]
# A hundred times as many examples are about ten times as precise, and cost a hundred times as much. That is why
# small batches win at first: many rough steps beat one precise step. (It is *not* that all of MNIST would not fit
# into memory: as float32 it is 188 MB.)
#
# > **Plain.** A few examples already show roughly which way is down.
#
# > **Exact.** The mean gradient of n randomly drawn examples is an *unbiased* estimate of the gradient over all of
# > them, and its standard deviation falls as 1/√n.
#
# **One at a time, minibatch, all at once.** Each has the same number of passes over the data:

# %%
assert round(60_000 * 784 * 4 / 1e6) == 188
accuracies = {}
for batch_size in (1, 32, len(data.train)):
    learner = bh.Network.mlp([64, 32, 10], seed=1)
    rate = 0.1 if batch_size > 1 else 0.01
    bh.fit(learner, data.train, loss=loss, optimizer="sgd", learning_rate=rate, epochs=5, batch_size=batch_size)
    steps = 5 * -(-len(data.train) // batch_size)
    accuracies[batch_size] = float(bh.evaluate(learner, data.validation).accuracy)
    print(f"batch size {batch_size:5,}: {steps:6,} steps, validation accuracy {accuracies[batch_size]:.1%}")
assert accuracies[1] > 0.9
assert accuracies[32] > 0.9
assert accuracies[len(data.train)] < 0.6

# %% [markdown]
# A larger batch is also one larger product of matrices, which a processor does faster than many small ones. Examples a
# second on this machine:

# %%
for batch_size in (1, 10, 100, 1000):
    learner = bh.Network.mlp([64, 32, 10], seed=1)
    history = bh.fit(learner, data.train, loss=loss, optimizer="sgd", epochs=3, batch_size=batch_size)
    print(f"batch size {batch_size:5,}: {len(data.train) / history.seconds.min():12,.0f} examples a second")

# %% [markdown]
# And what does a batch look like? The digits of the first three batches of 12, as they are drawn: mixed.

# %%
order = np.random.default_rng(1).permutation(len(data.train))
for start in (0, 12, 24):
    print(f"batch {start // 12 + 1}: digits", data.train.y[order[start : start + 12]].tolist())

# %% [markdown]
# ## See it move
#
# **Adam** gives every weight a step of its own size. It keeps two running means, m of the gradient and v of its
# square:
#
# m ← 0.9 m + 0.1 g,  v ← 0.999 v + 0.001 g²,  m̂ = m / (1 − 0.9ᵗ),  v̂ = v / (1 − 0.999ᵗ),  w ← w − η m̂ / (√v̂ + ε)
#
# Both means start at 0 and are too small at first; dividing by 1 − 0.9ᵗ and 1 − 0.999ᵗ corrects that. By hand for g
# = 2:

# %%
w, m, v, rate = 1.0, 0.0, 0.0, 0.1
print("t     g       m         v        m̂       v̂      step        w")
for step, g in enumerate([2.0, 2.0, -1.0, 4.0], start=1):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    m_hat, v_hat = m / (1 - 0.9**step), v / (1 - 0.999**step)
    move = rate * m_hat / (np.sqrt(v_hat) + 1e-8)
    w -= move
    print(f"{step} {g:6.1f} {m:8.4f} {v:9.6f} {m_hat:8.4f} {v_hat:8.4f} {-move:9.4f} {w:9.4f}")
    if step == 1:
        assert round(m, 4) == 0.2
        assert round(v, 6) == 0.004
        assert round(move, 6) == 0.1

array = {"W": np.array([[1.0]])}
adam = bh.Adam()
for g in (2.0, 2.0, -1.0, 4.0):
    adam.update(array, {"W": np.array([[g]])}, 0.1)
print("the library's Adam:", round(float(array["W"][0, 0]), 4))
assert abs(float(array["W"][0, 0]) - w) < 1e-9

# %% [markdown]
# The first step: m = 0.2 and v = 0.004, corrected to 2 and 4, so the step is 0.1 · 2 / √4 = 0.1, which is η itself.
# The first step of Adam has the length η for every weight, whatever the gradient: that is what "adaptive" means.
#
# > **Plain.** Adam takes steps of about the same length for every weight, and shorter ones where the gradient keeps
# > changing its sign.
#
# > **Exact.** m̂ is the mean of the gradient and v̂ that of its square, over the last steps, so m̂ / √v̂ is near ±1
# > where the sign stays and near 0 where it alternates.
#
# In the lab, *Train › One step* goes batch by batch and *Microscope* shows old weight, gradient, step and new
# weight.
#
# ## Traps
#
# - **Plus instead of minus.** The loss rises step by step. The quickest check there is: print the first ten losses.
# - **One rate for all optimizers.** 0.1 suits SGD here and is far too large for Adam, whose default is 0.001.
# - **Batch ten times larger, same rate.** There are ten times fewer steps. Raise the rate or train for longer.
# - **No shuffling.** If a file is sorted by class, each batch pulls everything to its class: `byhand experiment
#   sorted-by-class`.
#
# ## Check yourself

# %%
from byhand.course import questions_text

print(questions_text(6))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 6`: a step of SGD, a step of Adam with its corrected means, and the mean gradient of a batch.
