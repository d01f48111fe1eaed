# %% [markdown]
# # Lesson 9: Two dimensions, nothing imported
#
# ## Question
#
# What is the smallest complete system: random points, a network, training, and an answer to "is that good"?
#
# ## Mental model
#
# ```
#        ■  ■                    cloud 0: narrow, in the middle      ●
#     ■  ● ●● ■  ■               cloud 1: wide, around it            ■
#    ■  ●●●●● ■                  the best border is closed: no straight line can be
#      ■  ●●  ■   ■
# ```
#
# > **Plain.** With two inputs everything can be drawn: the points, the border, and how the border bends while it
# > learns.
#
# > **Exact.** The best possible rule predicts the class with the larger density. Its error, ½ ∫ min(p₀, p₁), is the
# > *Bayes error*: no network, however large, is below it in the long run.
#
# Everything in the first half needs only Python's own `math`. It is what `byhand.reference` does, one file of pure
# Python that runs when copied alone.
#
# ## Numbers by hand
#
# **Box–Muller** makes two normal numbers from two uniform ones u and v: radius √(−2 ln u), angle 2πv. For u = 0.5
# and v = 0.25 the radius is √(2 · 0.6931) = 1.1774 and the angle a quarter turn, so the point is (0, 1.1774).

# %%
import math
import random


def box_muller(u: float, v: float) -> tuple[float, float]:
    radius, angle = math.sqrt(-2 * math.log(u)), 2 * math.pi * v
    return radius * math.cos(angle), radius * math.sin(angle)


print([round(number, 4) + 0 for number in box_muller(0.5, 0.25)])
assert round(-math.log(0.5), 4) == 0.6931
assert [round(number, 4) for number in box_muller(0.5, 0.25)] == [0, 1.1774]

random.seed(1)
numbers = [z for _ in range(5000) for z in box_muller(1 - random.random(), random.random())]
mean = sum(numbers) / len(numbers)
variance = sum((z - mean) ** 2 for z in numbers) / len(numbers)
print(f"10,000 numbers: mean {mean:.3f}, variance {variance:.3f}")
assert abs(mean) < 0.03
assert abs(variance - 1) < 0.05

# %% [markdown]
# **XOR from three neurons.** Lesson 1 showed that one neuron cannot. Let h₀ = ReLU(x₀ + x₁), h₁ = ReLU(x₀ + x₁ −
# 1), and the output h₀ − 2 h₁:
#
# | x₀ x₁ | h₀ | h₁ | h₀ − 2 h₁ |
# |---|--:|--:|--:|
# | 0 0 | 0 | 0 | 0 |
# | 0 1 | 1 | 0 | 1 |
# | 1 0 | 1 | 0 | 1 |
# | 1 1 | 2 | 1 | 0 |

# %%
for x0, x1 in [(0, 0), (0, 1), (1, 0), (1, 1)]:
    h0, h1 = max(x0 + x1, 0), max(x0 + x1 - 1, 0)
    assert h0 - 2 * h1 == (x0 != x1)
print("XOR, with two hidden units")

# %% [markdown]
# It *can*. Whether training *finds* it is another matter: from 200 starts with two ReLU units only about a fifth
# arrive (`byhand experiment many-starts`), with eight units nearly all.
#
# ## Code
#
# `reference.py` in three steps. Step one, the way forward and back of one example:

# %%
from byhand import reference

xs, ys = reference.gaussians(400, seed=1)
network = reference.mlp([2, 4, 4, 2], reference.RELU, seed=6)
print("numbers to learn:", sum(map(len, reference.parameters(network))))
values = reference.forward(network, xs[0])
loss, d_output = reference.softmax_cross_entropy(values[-1], reference.one_hot(ys[0], 2))
grads = reference.backward(network, values, d_output)
print("x", [round(number, 3) for number in xs[0]], "p", [round(number, 3) for number in reference.softmax(values[-1])])
print(f"loss {loss:.3f}; gradient of the two output biases {[round(number, 3) for number in grads[-1]]}")
assert abs(sum(grads[-1])) < 1e-12  # p − t sums to 0
assert sum(map(len, reference.parameters(network))) == 42

# %% [markdown]
# Step two, training, one example at a time. Step three, the plane as the network sees it.

# %%
targets = [reference.one_hot(y, 2) for y in ys]
fresh_xs, fresh_ys = reference.gaussians(1000, seed=2)
wide = reference.mlp([2, 8, 8, 2], reference.RELU, seed=1)
losses = reference.train(
    wide, reference.softmax_cross_entropy, reference.SGD(), xs, targets, 20, 1, lambda done: 0.05 * (1 - done), seed=1
)
for epoch, value in enumerate(losses, start=1):
    if epoch in (1, 5, 20):
        right = reference.accuracy(wide, fresh_xs, fresh_ys)
        print(f"epoch {epoch:2}: loss {value:.3f}, right on fresh points {right:.1%}")
print(reference.decision_map(wide))
assert reference.accuracy(wide, fresh_xs, fresh_ys) > 0.82

# %% [markdown]
# ## See it move
#
# **How good is that?** The clouds overlap, so nobody is right on all points. Because we know how they were made,
# the best possible error can be computed.

# %%
import byhand as bh
from byhand.data.gaussian_pair import gaussian_pair_named

for name in ("gaussians", "gaussians-equal"):
    pair = gaussian_pair_named(name)
    print(f"{name:16} best possible {pair.bayes_error():.1%}   best straight line {pair.best_linear_error():.1%}")
unequal, equal = gaussian_pair_named("gaussians"), gaussian_pair_named("gaussians-equal")
assert (round(unequal.bayes_error(), 3), round(unequal.best_linear_error(), 3)) == (0.118, 0.198)
assert abs(equal.bayes_error() - equal.best_linear_error()) < 1e-4

# %% [markdown]
# Unequal spreads: a line is wrong on 19.8 %, the best rule on 11.8 %. Here a hidden layer pays. Equal spreads: the
# best rule *is* a straight line, and no hidden layer can beat it. "Two Gaussians need a non-linear border" holds
# only when their spreads differ.

# %%
print(f"{unequal.best_linear_error():.1%} and {unequal.bayes_error():.1%}")

# %% [markdown]
# In the lab, *Plane* shows this while it moves; there are XOR, moons and a spiral too. `byhand data gaussians`
# draws the points in the terminal.
#
# **From easy to hard.** The same network, 2-16-16-2, on five sets of points in the plane, and beside it a straight
# line. The spiral is the hardest of them; after it come the small digits, MNIST, and what has its four files, such as
# Fashion-MNIST (`byhand train vanilla --data FOLDER`).

# %%
from byhand import plots
from byhand.course import picture, questions_text

ladder = {
    "xor": bh.data.xor(400, noise=0.15),
    "gaussians": bh.data.gaussians(400),
    "circles": bh.data.circles(400),
    "moons": bh.data.moons(400),
    "spiral": bh.data.spiral(400),
}
bends = {}
for name, points in ladder.items():
    shares = []
    for hidden in ([], [16, 16]):
        bends[name] = bh.Network.mlp([2, *hidden, 2], seed=1)
        bh.fit(bends[name], points.train, loss="softmax_cross_entropy", epochs=100, batch_size=20, learning_rate=0.01)
        shares.append(float(bh.evaluate(bends[name], points.train).accuracy))
    print(f"{name:10} a line {shares[0]:6.1%}   2-16-16-2 {shares[1]:6.1%}   byhand train --data {name}")
    assert shares[1] > shares[0]

# %%
picture(lambda: plots.plot_decision_map(bends["spiral"], ladder["spiral"].train))

# %% [markdown]
# **Fit any curve.** A network with one hidden layer can come as near to a continuous curve as you like, if it has
# enough units. Measure it: the sine, with n ReLU units.
#
# > **Plain.** With enough corners a broken line follows any curve.
#
# > **Exact.** *Universal approximation*: for a continuous function on a closed, bounded set and every ε > 0 there is a
# > network with one hidden layer that is nowhere farther than ε from it, if the activation is not a polynomial.

# %%
sine = bh.data.sine(400, noise=0.0)
errors = {}
for n in (1, 2, 4, 8, 16, 32):
    tries = []
    for seed in range(3):
        curve = bh.Network.mlp([1, n, 1], seed=seed)
        bh.fit(
            curve, sine.train, loss="squared_error", epochs=300, batch_size=20, learning_rate=0.01, schedule="cosine"
        )
        tries.append(float(bh.evaluate(curve, sine.train).mean_squared_error))
    errors[n] = min(tries)
    print(f"{n:3} units: mean squared error {errors[n]:.5f}  {'█' * max(1, round(12 + 2.5 * math.log10(errors[n])))}")
assert errors[32] < errors[4] < errors[1]

# %% [markdown]
# Each ReLU unit adds one corner, so n units draw a broken line of at most n + 1 pieces. The theorem says that good
# weights exist. It does not say that training finds them, nor how many units it takes.
#
# ## Traps
#
# - **log 0.** A uniform number may be exactly 0; use 1 − u, which is never 0 when u is in [0, 1).
# - **Comparing with 100 %.** When classes overlap, compare with the Bayes error.
# - **A network that fails from one start.** 2-4-4-2 is small: some starts end with dead units. Try another seed.
#
# ## Check yourself

# %%
print(questions_text(9))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 9`: Box–Muller, XOR from three neurons with weights of your own, and the Bayes error of two
# overlapping uniform distributions.
