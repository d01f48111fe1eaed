# %% [markdown]
# # Lesson 5: Backpropagation
#
# ## Question
#
# The loss is one number, the weights are thousands. How much does each single weight have to do with the loss?
#
# ## Mental model
#
# ```
#   forward    x ──W₁──► z₁ ──f──► a₁ ──W₂──► z₂ ──f──► a₂ ──► L
#   backward   dW₁ ◄──── dz₁ ◄──── da₁ ◄───── dz₂ ◄──── da₂ ◄── 1
# ```
#
# > **Plain.** Ask the last number first: "if you grew a little, how much would the loss grow?" Then pass the
# > question back, one operation at a time. Each operation multiplies by its own slope.
#
# > **Exact.** d*name* is short for ∂L/∂*name*. The *chain rule* gives dz = da · f′(z), dW = xᵀ dz, db = Σ dz over
# > the batch, and dx = dz Wᵀ, which is da of the layer before.
#
# Three factors for every weight of the output layer: ∂L/∂W = ∂L/∂a · ∂a/∂z · ∂z/∂W, "how wrong the output is" times
# "how steep the activation is here" times "how large the input was". A weight of a *hidden* layer reaches the loss
# along several paths, one through each unit behind it: its gradient is the sum over these paths.
#
# ## Numbers by hand
#
# A small network that many tutorials use (Matt Mazur's, 2015): two inputs, two hidden sigmoid units, two sigmoid
# outputs.

# %%
import numpy as np

import byhand as bh

x = np.array([[0.05, 0.10]])
t = np.array([[0.01, 0.99]])
W1, b1 = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([0.35, 0.35])
W2, b2 = np.array([[0.40, 0.50], [0.45, 0.55]]), np.array([0.60, 0.60])


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


z1 = x @ W1 + b1
a1 = sigmoid(z1)
z2 = a1 @ W2 + b2
a2 = sigmoid(z2)
loss = float(((a2 - t) ** 2).sum() / 2)  # this example has a factor ½
print("z1", z1, "\na1", a1, "\nz2", z2, "\na2", a2, "\nloss", loss)
assert np.allclose(z1, [[0.3775, 0.3925]])
assert np.allclose(a2, [[0.75136507, 0.772928465]], atol=1e-9)
assert round(loss, 9) == 0.298371109

# %% [markdown]
# The loss is 0.298371109. Now one weight of the output layer, 0.40, from hidden unit 0 to output 0, by its three
# factors:
#
# | factor | meaning | number |
# |---|---|--:|
# | ∂L/∂a = a − t | how wrong the output is | 0.74136507 |
# | ∂a/∂z = a (1 − a) | how steep the sigmoid is here | 0.186815602 |
# | ∂z/∂W = a₁[0] | how much came through this weight | 0.593269992 |
# | product | the gradient | 0.082167041 |

# %%
factors = [float((a2 - t)[0, 0]), float((a2 * (1 - a2))[0, 0]), float(a1[0, 0])]
print([round(factor, 9) for factor in factors], "product", round(float(np.prod(factors)), 9))
assert np.allclose(factors, [0.74136507, 0.186815602, 0.593269992], atol=1e-9)
assert round(float(np.prod(factors)), 9) == 0.082167041

# %% [markdown]
# ## Code
#
# All gradients at once, backwards, four lines a layer:

# %%
dz2 = (a2 - t) * a2 * (1 - a2)
dW2, db2 = a1.T @ dz2, dz2.sum(axis=0)
da1 = dz2 @ W2.T  # every path behind the hidden units, added up
dz1 = da1 * a1 * (1 - a1)
dW1, db1 = x.T @ dz1, dz1.sum(axis=0)

print("paths from hidden unit 0:", (dz2[0] * W2[0]).round(9), "sum", round(float(da1[0, 0]), 9))
assert np.allclose((dz2[0] * W2[0]).sum(), da1[0, 0])
assert round(float(dW1[0, 0]), 9) == 0.000438568

# %% [markdown]
# The gradient of the very first weight is 0.000438568. A step with learning rate 0.5 takes 0.40 to 0.35891648 and
# 0.15 to 0.149780716. After it the loss is 0.291027774: smaller.

# %%
old = W1[0, 0], W2[0, 0]
W1n, W2n = W1 - 0.5 * dW1, W2 - 0.5 * dW2
print("0.15 →", round(W1n[0, 0], 9), "   0.40 →", round(W2n[0, 0], 8))
assert round(W2n[0, 0], 8) == 0.35891648
assert round(W1n[0, 0], 9) == 0.149780716
after = float(((sigmoid(sigmoid(x @ W1n + b1) @ W2n + b2) - t) ** 2).sum() / 2)
print("loss before", round(loss, 9), "after", round(after, 9))
assert round(after, 9) == 0.291027774  # the biases stay as they are, as in that example

# %% [markdown]
# **The gradient check.** Nobody has to believe four lines of algebra. Nudge one weight by a millionth up and down,
# and see how much the loss changes:
#
# > **Plain.** If the formula is right, it foretells what a nudge does.
#
# > **Exact.** The *central difference* (L(w + h) − L(w − h)) / 2h is ∂L/∂w up to terms of order h², and up to rounding,
# > which is divided by h: a very small h is as bad as a large one.

# %%


def loss_with(w: float) -> float:
    W = W1.copy()
    W[0, 0] = w
    return float(((sigmoid(sigmoid(x @ W + b1) @ W2 + b2) - t) ** 2).sum() / 2)


h = 1e-6
nudged = (loss_with(W1[0, 0] + h) - loss_with(W1[0, 0] - h)) / (2 * h)
print(f"by nudging {nudged:.9f}   by backpropagation {dW1[0, 0]:.9f}")
assert abs(nudged - dW1[0, 0]) < 1e-9

# %% [markdown]
# byhand does that for every parameter of every network. It nudges in the imaginary direction, where nothing is
# subtracted and eleven digits agree:

# %%
network = bh.Network.mlp([2, 2, 2], activation="sigmoid", output="sigmoid")
for name, array in {"0.W": W1, "0.b": b1, "2.W": W2, "2.b": b2}.items():
    network.params[name][...] = array
print(bh.gradient_check(network, "squared_error", x, t))
assert bh.gradient_check(network, "squared_error", x, t).is_right

# %% [markdown]
# **Other names for the same numbers.** Articles and books write these arrays in many ways; layer h is ours of number
# 1, layer out of number 2.
#
# | one article | ours | what it is |
# |---|---|---|
# | `z_h`, `a_h` | z₁, a₁ | pre-activation and activation of the hidden layer |
# | `z_out`, `a_out` | z₂, a₂ | those of the output layer |
# | `weight_h`, `bias_h` | W₁ transposed, b₁ | (n_out, n_in) there, (n_in, n_out) here |
# | `d_loss__d_a_out`, `d_a_out__d_z_out` | da₂, f′(z₂) | the first two of the three factors |
# | `delta_out` | dz₂ | their product |
# | `d_loss__dw_out`, `d_loss__db_out` | dW₂ transposed, db₂ | gradients of the output layer |
# | `d_loss__d_w_h`, `d_loss__d_b_h` | dW₁ transposed, db₁ | gradients of the hidden layer |
#
# ## See it move
#
# `byhand explain` prints one example forward, backward and through the update. In the lab, *Microscope* opens any
# gradient into its three factors, and *Network › Backpropagation* shows the errors flowing back.
#
# **Who is to blame?** For one wrong answer, rank the hidden units by |a · dL/da|, the part of the loss's change
# that comes through each.

# %%
data = bh.data.digits(validation=0.2)
reader = bh.Network.mlp([64, 16, 10], seed=1)
bh.fit(reader, data.train, loss="softmax_cross_entropy", epochs=8, batch_size=32)
said = reader(data.validation.x).argmax(axis=1)
wrong = np.flatnonzero(said != data.validation.y)[0]
loss_function = bh.SoftmaxCrossEntropy()
trace = reader.forward(data.validation.x[wrong : wrong + 1])
_, saved = loss_function.forward(trace.output, data.validation.y[wrong : wrong + 1])
reader.backward(loss_function.backward(saved), trace)
a, da = trace.steps[1].y[0], trace.steps[1].dy[0]
print(f"true {data.validation.y[wrong]}, predicted {said[wrong]}; the hidden units that did most:")
for unit in np.argsort(-np.abs(a * da))[:4]:
    print(f"  unit {unit:2}   a = {a[unit]:6.3f}   dL/da = {da[unit]:7.3f}   product {a[unit] * da[unit]:7.3f}")

# %% [markdown]
# A positive product: turning this unit down would have made the loss smaller. A negative one worked for the right
# answer.
#
# ## Traps
#
# - **Updating before the gradient is used.** W₂ is needed for da₁. Compute all gradients first, then change
#   weights.
# - **Forgetting f′.** Without a (1 − a) the program still learns a little, so nobody notices. The gradient check
#   does.
# - **The mean over the batch.** Divide by n once: in the loss and its gradient, or nowhere.
# - **A wrong transpose that fits.** If two widths are equal, W and Wᵀ both fit. Check with different widths.
# - **"Backpropagation is for the last layer."** Training only the last layer leaves the rest random: `byhand
#   experiment last-layer-only`.
#
# ## Check yourself

# %%
from byhand.course import questions_text

print(questions_text(5))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 5`: write the backward pass of a two-layer network. It is checked in this order: shapes, then the
# gradient check, then numbers.
