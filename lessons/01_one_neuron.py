# %% [markdown]
# # Lesson 1: One neuron is a function
#
# ## Question
#
# A neural network sounds like biology. What is one neuron, in numbers, and what can it do?
#
# ## Mental model
#
# ```
#   x[0] ── · w[0] ──┐
#   x[1] ── · w[1] ──┼── sum ── + b ──►  z  ── f ──►  a
#   x[2] ── · w[2] ──┘
# ```
#
# > **Plain.** A neuron weighs what comes in, adds it up, adds a number of its own, and bends the result.
#
# > **Exact.** z = Σᵢ w[i] x[i] + b and a = f(z). The w[i] are *weights*, b is the *bias*, z is the
# > *pre-activation*, f is the *activation function*, and a is the *activation*.
#
# A weight says how strongly an input counts. It may be negative: then the input speaks against. The bias moves the
# threshold: with b = −2 the weighted inputs must exceed 2 before z is positive. It is *just a function*: the same
# numbers in give the same number out, and nothing is remembered between two calls.
#
# **About the brain.** The names come from it, and one idea does too: cells near the eye react to simple things and
# cells behind them to combinations (spot, edge, cat). There the likeness ends. A cell in the brain sends spikes in
# time, grows and dies, and nobody has found backpropagation in it; our neuron is one line of arithmetic. Use the
# picture to remember the words, never as a reason why something works.
#
# ## Numbers by hand
#
# Three inputs 0.5, −1.0, 2.0 with weights 0.8, 0.4, −0.3 and bias 0.1. With a pencil:
#
# 0.8 · 0.5 = 0.4, then 0.4 · (−1.0) = −0.4, then −0.3 · 2.0 = −0.6. The sum is −0.6, plus the bias 0.1 gives z =
# −0.5.

# %%
x = [0.5, -1.0, 2.0]
w = [0.8, 0.4, -0.3]
b = 0.1

terms = [w_i * x_i for w_i, x_i in zip(w, x, strict=True)]
z = sum(terms) + b
print("terms", [round(term, 3) for term in terms], "z", round(z, 3))
assert abs(z - -0.5) < 1e-12

# %% [markdown]
# ## Code
#
# Three activation functions are enough for this course. Each comes with its *derivative*, the slope of its curve:
# how much a changes when z changes by a little. Training needs it (lesson 5).
#
# | | a = f(z) | derivative f′(z) | largest slope |
# |---|---|---|--:|
# | sigmoid | 1 / (1 + e⁻ᶻ), between 0 and 1 | a (1 − a) | 0.25 |
# | tanh | between −1 and 1 | 1 − a² | 1 |
# | ReLU | z where z > 0, else 0 | 1 where z > 0, else 0 | 1 |
#
# At exactly z = 0 ReLU has a corner and no derivative. Every program chooses one; we take 0.

# %%
import math


def sigmoid(z: float) -> float:
    e = math.exp(-abs(z))  # never above 1, so nothing overflows
    return 1 / (1 + e) if z >= 0 else e / (1 + e)


def relu(z: float) -> float:
    return max(z, 0.0)


FUNCTIONS = {"sigmoid": sigmoid, "tanh": math.tanh, "ReLU": relu}
SLOPES = {
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - math.tanh(z) ** 2,
    "ReLU": lambda z: 1.0 if z > 0 else 0.0,
}

for name, f in FUNCTIONS.items():
    print(f"{name:8} a = {f(z):7.4f}   slope = {SLOPES[name](z):.4f}")

# %% [markdown]
# The same neuron gives 0.3775 with sigmoid, −0.4621 with tanh and 0 with ReLU: it depends on f what a z of −0.5
# means.

# %%
assert round(sigmoid(z), 4) == 0.3775
assert round(math.tanh(z), 4) == -0.4621
assert relu(z) == 0
assert sigmoid(0) == 0.5
assert sigmoid(1000) == 1 and sigmoid(-1000) == 0  # no overflow
assert max(SLOPES["sigmoid"](z / 100) for z in range(-500, 501)) == 0.25

# %% [markdown]
# ## See it move
#
# Move z in small steps and watch value and slope together. In a notebook there is a slider below; change `chosen`
# for another function. In the lab (`byhand lab`), open *Microscope* and click any a: it shows z, f and f′ of a
# real unit.

# %%
chosen = "sigmoid"  # or "tanh", or "ReLU"
print("    z        a     slope")
for step in range(-6, 7, 2):
    a, slope = FUNCTIONS[chosen](step), SLOPES[chosen](step)
    print(f"{step:5} {a:8.4f} {slope:9.4f}  {' ' * round(20 * a)}●")

# %%
from byhand.course import questions_text, slider

zs = [step / 10 for step in range(-60, 61)]
slider("z", zs, {"a": [FUNCTIONS[chosen](at) for at in zs], "slope": [SLOPES[chosen](at) for at in zs]})

# %% [markdown]
# At z = 6 the slope of sigmoid is 0.0025: a hundredth of its best. The unit is *saturated*: it answers, and hardly
# learns.

# %%
assert round(SLOPES["sigmoid"](6), 4) == 0.0025

# %% [markdown]
# What can one neuron decide? It says "yes" where z > 0. For two inputs the border z = 0 is a straight line,
# whatever f is. AND and OR need one line each; XOR ("exactly one of the two") needs more than one line, and no
# neuron has it.
#
# > **Plain.** One neuron draws one straight border, and says "yes" on one side of it.
#
# > **Exact.** {x : w · x + b = 0} is a *hyperplane* with normal vector w, in n inputs of dimension n − 1. f acts on z
# > alone, so no choice of f bends it.

# %%
corners = [(0, 0), (0, 1), (1, 0), (1, 1)]


def decides(w0: float, w1: float, bias: float) -> list[int]:
    return [int(w0 * x0 + w1 * x1 + bias > 0) for x0, x1 in corners]


print("AND", decides(1, 1, -1.5))
print("OR ", decides(1, 1, -0.5))
steps = [i / 4 for i in range(-12, 13)]
tries = [(w0, w1, bias) for w0 in steps for w1 in steps for bias in steps]
print("settings that give XOR:", sum(decides(*one) == [0, 1, 1, 0] for one in tries), "of", f"{len(tries):,}")
assert decides(1, 1, -1.5) == [0, 0, 0, 1]
assert decides(1, 1, -0.5) == [0, 1, 1, 1]
assert not any(decides(*one) == [0, 1, 1, 0] for one in tries)

# %% [markdown]
# None of 15,625 settings gives XOR. Trying is not a proof, but the proof is short: XOR asks for b ≤ 0, w₀ + b > 0
# and w₁ + b > 0. Adding the last two gives w₀ + w₁ + 2b > 0, and with b ≤ 0 then w₀ + w₁ + b > 0: a "yes" at (1,
# 1), which XOR forbids. Lesson 9 builds XOR from three neurons.
#
# ## Traps
#
# - **Forgetting the bias.** Without b the border always passes through the origin.
# - **"Sigmoid gives a probability."** It gives a number between 0 and 1. Whether that is a probability depends on
#   how it was trained, and ten of them need not add up to 1 (lesson 4).
# - **e to a large number.** 1 / (1 + e⁻ᶻ) typed as it stands overflows at z = −1000. The code above does not.
# - **Inputs drawn as neurons.** Inputs compute nothing: we draw them as squares and neurons as circles.
#
# ## Check yourself
#
# `byhand quiz 1` asks five questions about this lesson and says why each answer is right. In a notebook:

# %%
print(questions_text(1))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 1` writes `exercise_01.py` with three empty functions: a neuron, the sigmoid that does not
# overflow, and its slope. `byhand exercise 1 --check exercise_01.py` runs your file and says what is still wrong.
